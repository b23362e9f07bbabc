"""The ASGI server of live interviews, on a laptop and in AWS alike: `/ws/interview/{id}`, `/ws` and `/ping`.

AgentCore Runtime knows one fixed path, `/ws`; there the ticket says which interview it is.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import secrets
from collections.abc import AsyncIterator
from typing import Any, Final

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from runtime.interview.log import load
from runtime.interview.store import StoreError, UnknownInterviewError
from runtime.voice import protocol as p
from runtime.voice.connection import Connection
from runtime.voice.conversation import Conversation, VoicePorts
from runtime.voice.problem import problem
from runtime.voice.tickets import TicketRefusedError, Tickets

_log = logging.getLogger(__name__)

# Within this time a dropped client may come back to what was being said.
_KEEP_S: Final = 60.0
_CLOSE_GOING_AWAY: Final = 1001
_SWEEP_S: Final = 5.0
# A client opens the socket on its device check and starts when its user is ready.
_START_WITHIN_S: Final = 900.0
_TICKET_WITHIN_S: Final = 10.0
# How long a client has to replace a connection that expires.
_EXPIRING_S: Final = 60
# AgentCore Runtime hands on a parameter of the signed address, and the session's id, as headers.
_TICKET_PARAMETER: Final = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Ticket"
_SESSION_HEADER: Final = "x-amzn-bedrock-agentcore-runtime-session-id"


class VoiceServer:
    """The conversations of one process.

    `reconnect_after_s`: how long a connection may last before its client is asked to come again, where whatever stands
    in between would cut it otherwise.
    """

    def __init__(self, ports: VoicePorts, tickets: Tickets, *, reconnect_after_s: float | None) -> None:
        self._ports = ports
        self._tickets = tickets
        self._reconnect_after_s = reconnect_after_s
        self._conversations: dict[str, Conversation] = {}
        self._sweeper: asyncio.Task[None] | None = None
        self._closing: set[asyncio.Task[None]] = set()

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Runs beside the server: lets go of conversations nobody came back to."""
        self._sweeper = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            self._sweeper.cancel()
            for conversation in self._conversations.values():
                await self._close(conversation)
            self._conversations.clear()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            for interview_id, conversation in list(self._conversations.items()):
                if conversation.idle_s > _KEEP_S:
                    del self._conversations[interview_id]
                    await self._close(conversation)

    async def _close(self, conversation: Conversation) -> None:
        """Close one conversation; what goes wrong there must not keep the others open."""
        try:
            await conversation.close()
        except Exception as error:  # noqa: BLE001 (named in the log; the conversation is gone either way)
            _log.error("closing interview %s: %s", conversation.interview_id, type(error).__name__)

    async def serve(self, socket: WebSocket) -> None:
        """One socket from accept to close."""
        await socket.accept()
        connection = Connection(socket)
        expiring = asyncio.create_task(self._expire(connection))
        try:
            with contextlib.suppress(WebSocketDisconnect):
                await self._serve(socket, connection)
        finally:
            expiring.cancel()
        await connection.closed()

    @property
    def busy(self) -> bool:
        """Whether somebody is being interviewed."""
        return any(conversation.idle_s == 0 for conversation in self._conversations.values())

    async def _serve(self, socket: WebSocket, connection: Connection) -> None:
        try:
            start, interview_id = await self._admit(socket, connection)
            conversation = await self._conversation(interview_id)
            await conversation.attach(connection, start)
        except (TicketRefusedError, TimeoutError) as error:
            reason = str(error) or "no session.start with a ticket came in time"
            connection.close(p.CLOSE_TICKET_REFUSED, reason)
            return
        except UnknownInterviewError as error:
            connection.close(p.CLOSE_UNKNOWN_INTERVIEW, str(error))
            return
        except StoreError as error:
            await connection.send(problem(503, "StoreUnavailable", str(error)))
            connection.close(1013, "the store is unavailable; connect again in a moment")
            return
        try:
            await self._converse(socket, connection, conversation)
        finally:
            with contextlib.suppress(StoreError):
                await conversation.detach(connection)

    async def _expire(self, connection: Connection) -> None:
        """Ask the client to come again in time, and close what it did not replace."""
        if self._reconnect_after_s is None:
            return
        await asyncio.sleep(self._reconnect_after_s)
        await connection.send(p.SessionExpiring(seconds=_EXPIRING_S))
        await asyncio.sleep(_EXPIRING_S)
        connection.close(_CLOSE_GOING_AWAY, "this connection has expired; connect again, nothing is lost")

    async def _admit(self, socket: WebSocket, connection: Connection) -> tuple[p.SessionStart, str]:
        """The `session.start`, and the interview that the ticket admits to: from the address or the first message."""
        # At the fixed path the machine is the interview's own, and its session's id the interview's.
        expected = socket.path_params.get("interview_id") or socket.headers.get(_SESSION_HEADER)
        query = socket.query_params
        ticket = query.get("ticket") or socket.headers.get(_TICKET_PARAMETER) or query.get(_TICKET_PARAMETER)
        admitted = None
        if ticket:
            admitted = await asyncio.to_thread(self._tickets.redeem, ticket, expected)
        start = await self._start(socket, connection, _START_WITHIN_S if admitted else _TICKET_WITHIN_S)
        if admitted is None:
            admitted = await asyncio.to_thread(self._tickets.redeem, start.ticket or "", expected)
        connection.id = secrets.token_hex(8)
        connection.principal_id = admitted.principal_id
        return start, admitted.interview_id

    async def _conversation(self, interview_id: str) -> Conversation:
        """The interview's conversation in this process; a new one, from the log, when there is none that works."""
        interview = await asyncio.to_thread(load, self._ports.store, interview_id)
        # No await from here on: of two sockets at once, the second finds the first one's.
        known = self._conversations.get(interview_id)
        if known is not None and not known.broken:
            return known
        if known is not None:
            closing = asyncio.create_task(self._close(known))
            self._closing.add(closing)
            closing.add_done_callback(self._closing.discard)
        self._conversations[interview_id] = Conversation(interview, self._ports)
        return self._conversations[interview_id]

    async def _start(self, socket: WebSocket, connection: Connection, within_s: float) -> p.SessionStart:
        """The first message that is a `session.start`; others are refused. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while True:
                event = await _receive(socket, connection)
                if isinstance(event, p.SessionStart):
                    return event
                if isinstance(event, p.Ping):
                    await connection.send(p.Pong())
                elif event is not None:
                    detail = f"expected session.start first, got {event.type}"
                    await connection.send(problem(409, "SessionNotStarted", detail))

    async def _converse(self, socket: WebSocket, connection: Connection, conversation: Conversation) -> None:
        while True:
            event = await _receive(socket, connection)
            if isinstance(event, p.SessionStart):
                detail = "this session has started; connect again to start anew"
                await connection.send(problem(409, "SessionAlreadyStarted", detail))
            elif event is not None:
                await conversation.take(event, connection)


async def _receive(socket: WebSocket, connection: Connection) -> Any:
    """The next client event; None after telling the client why its message could not be taken."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if text is None:
        await connection.send(
            problem(400, "MalformedMessage", "expected a JSON text message, got a binary one")
        )
        return None
    if len(text) > p.MAX_MESSAGE_BYTES or len(text.encode()) > p.MAX_MESSAGE_BYTES:
        detail = f"expected at most {p.MAX_MESSAGE_BYTES} bytes; send sound and text in smaller pieces"
        await connection.send(problem(413, "MessageTooLarge", detail))
        return None
    try:
        return p.CLIENT_MESSAGE.validate_json(text)
    except ValidationError as error:
        await connection.send(problem(400, "MalformedMessage", _first(error), _event_id(text)))
        return None


def _first(error: ValidationError) -> str:
    """The first thing wrong with a message, without repeating what was in it."""
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    return f"{place}: {first['msg']}" if place else first["msg"]


def _event_id(text: str) -> int | None:
    try:
        event_id = json.loads(text).get("event_id")
    except (ValueError, AttributeError, RecursionError):
        return None
    return event_id if isinstance(event_id, int) and 0 < event_id < 2**53 else None


def create_voice_app(
    ports: VoicePorts, tickets: Tickets, *, reconnect_after_s: float | None = None
) -> Starlette:
    """The ASGI app; mounted into the platform's on a laptop, alone in AWS. `reconnect_after_s`: see `VoiceServer`."""
    server = VoiceServer(ports, tickets, reconnect_after_s=reconnect_after_s)

    async def ping(_request: Request) -> JSONResponse:
        # AgentCore Runtime ends a machine that says for a quarter of an hour that it has nothing to do.
        return JSONResponse({"status": "HealthyBusy" if server.busy else "Healthy"})

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with server.lifespan():
            yield

    return Starlette(
        routes=[
            WebSocketRoute("/ws/interview/{interview_id}", server.serve),
            WebSocketRoute("/ws", server.serve),
            Route("/ping", ping),
        ],
        lifespan=lifespan,
    )
