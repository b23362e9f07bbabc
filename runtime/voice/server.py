"""The ASGI server of live interviews: `/ws/interview/{id}` and `/ping`, on a laptop and in AWS alike."""

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
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from runtime.interview.store import StoreError, UnknownInterviewError
from runtime.voice import protocol as p
from runtime.voice.conversation import Connection, Conversation, VoicePorts
from runtime.voice.tickets import TicketRefusedError, Tickets

_log = logging.getLogger(__name__)

# Within this time a dropped client may come back to what was being said.
_KEEP_S: Final = 60.0
_SWEEP_S: Final = 5.0
# A client opens the socket on its device check and starts when its user is ready.
_START_WITHIN_S: Final = 900.0
_TICKET_WITHIN_S: Final = 10.0


class VoiceServer:
    """The conversations of one process."""

    def __init__(self, ports: VoicePorts, tickets: Tickets) -> None:
        self._ports = ports
        self._tickets = tickets
        self._conversations: dict[str, Conversation] = {}
        self._sweeper: asyncio.Task[None] | None = None

    @contextlib.asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """Runs beside the server: lets go of conversations nobody came back to."""
        self._sweeper = asyncio.create_task(self._sweep())
        try:
            yield
        finally:
            self._sweeper.cancel()
            for conversation in self._conversations.values():
                await conversation.close()
            self._conversations.clear()

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_S)
            for interview_id, conversation in list(self._conversations.items()):
                if conversation.idle_s > _KEEP_S:
                    del self._conversations[interview_id]
                    await conversation.close()

    async def serve(self, socket: WebSocket) -> None:
        """One socket from accept to close."""
        await socket.accept()
        with contextlib.suppress(WebSocketDisconnect):
            await self._serve(socket, socket.path_params["interview_id"])

    async def _serve(self, socket: WebSocket, interview_id: str) -> None:
        outbox = _Outbox(socket)
        ticket = socket.query_params.get("ticket")
        try:
            admitted = None
            if ticket:
                admitted = await asyncio.to_thread(self._tickets.redeem, ticket, interview_id)
            start = await self._start(socket, outbox, _START_WITHIN_S if admitted else _TICKET_WITHIN_S)
            if admitted is None:
                admitted = await asyncio.to_thread(self._tickets.redeem, start.ticket or "", interview_id)
            connection = Connection(
                id=secrets.token_hex(8),
                principal_id=admitted.principal_id,
                send=outbox.send,
                close=outbox.close,
            )
            conversation = self._conversations.get(interview_id)
            if conversation is None or conversation.broken:
                conversation = self._conversations[interview_id] = Conversation(interview_id, self._ports)
            await conversation.attach(connection, start)
        except (TicketRefusedError, TimeoutError) as error:
            reason = str(error) or "no session.start with a ticket came in time"
            await outbox.close(p.CLOSE_TICKET_REFUSED, reason)
            return
        except UnknownInterviewError as error:
            await outbox.close(p.CLOSE_UNKNOWN_INTERVIEW, str(error))
            return
        except StoreError as error:
            await outbox.send(_error("store_unavailable", 503, str(error)))
            await outbox.close(1013, "the store is unavailable; connect again in a moment")
            return
        try:
            await self._converse(socket, outbox, conversation, connection)
        finally:
            conversation.detach(connection)
            with contextlib.suppress(StoreError):
                await conversation.release(connection)

    async def _start(self, socket: WebSocket, outbox: _Outbox, within_s: float) -> p.SessionStart:
        """The first message that is a `session.start`; others are refused. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while True:
                event = await _receive(socket, outbox)
                if isinstance(event, p.SessionStart):
                    return event
                if isinstance(event, p.Ping):
                    await outbox.send(p.Pong())
                elif event is not None:
                    detail = f"expected session.start first, got {event.type}"
                    await outbox.send(_error("session_not_started", 409, detail))

    async def _converse(
        self, socket: WebSocket, outbox: _Outbox, conversation: Conversation, connection: Connection
    ) -> None:
        while True:
            event = await _receive(socket, outbox)
            if isinstance(event, p.SessionStart):
                detail = "this session has started; connect again to start anew"
                await outbox.send(_error("session_already_started", 409, detail))
            elif event is not None:
                await conversation.take(event, connection)


class _Outbox:
    """Sends to a socket until it is closed; sending to a closed one is no error, the log has it all."""

    def __init__(self, socket: WebSocket) -> None:
        self._socket = socket
        self._lock = asyncio.Lock()

    async def send(self, event: p.ServerEvent) -> None:
        text = event.model_dump_json(exclude_none=True)
        async with self._lock:
            if self._socket.application_state is WebSocketState.CONNECTED:
                with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                    await self._socket.send_text(text)

    async def close(self, code: int, reason: str) -> None:
        async with self._lock:
            if self._socket.application_state is WebSocketState.CONNECTED:
                with contextlib.suppress(WebSocketDisconnect, RuntimeError):
                    # A close reason is at most 123 bytes (RFC 6455, 5.5).
                    await self._socket.close(code, reason.encode()[:120].decode(errors="ignore"))


async def _receive(socket: WebSocket, outbox: _Outbox) -> Any:
    """The next client event; None after telling the client why its message could not be taken."""
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1005))
    text = message.get("text")
    if text is None:
        await outbox.send(_error("malformed_message", 400, "expected a JSON text message, got a binary one"))
        return None
    if len(text) > p.MAX_MESSAGE_BYTES or len(text.encode()) > p.MAX_MESSAGE_BYTES:
        detail = f"expected at most {p.MAX_MESSAGE_BYTES} bytes; send sound and text in smaller pieces"
        await outbox.send(_error("message_too_large", 413, detail))
        return None
    try:
        return p.CLIENT_MESSAGE.validate_json(text)
    except ValidationError as error:
        await outbox.send(_error("malformed_message", 400, _first(error), _event_id(text)))
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


def _error(problem: str, status: int, detail: str, event_id: int | None = None) -> p.Error:
    return p.Error(
        event_id=event_id, problem=problem, title=problem.replace("_", " "), detail=detail, status=status
    )


async def _ping(_request: Request) -> JSONResponse:
    return JSONResponse({"status": "Healthy"})


def create_voice_app(ports: VoicePorts, tickets: Tickets) -> Starlette:
    """The ASGI app; mounted into the platform's on a laptop, alone in AWS."""
    server = VoiceServer(ports, tickets)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        async with server.lifespan():
            yield

    return Starlette(
        routes=[
            WebSocketRoute("/ws/interview/{interview_id}", server.serve),
            Route("/ping", _ping),
        ],
        lifespan=lifespan,
    )
