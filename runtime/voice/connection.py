"""One socket of an interview: sending that never waits for a peer who is gone."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from runtime.voice import protocol as p

# A peer that takes nothing for this long has lost its network; its next connection gets everything from the log.
_SEND_WITHIN_S: Final = 5.0


class Connection:
    """A socket that has been admitted. Sending to a dead one is no error: what counts is in the log."""

    def __init__(self, socket: WebSocket) -> None:
        self.id = ""
        self.principal_id = ""
        self.audio = True
        self._socket = socket
        self._lock = asyncio.Lock()
        self._dead = False
        self._closing: asyncio.Task[None] | None = None

    @property
    def alive(self) -> bool:
        """Whether messages still go out."""
        return not self._dead and self._socket.application_state is WebSocketState.CONNECTED

    async def send(self, event: p.ServerEvent) -> None:
        """Send one event, in the order of the calls."""
        text = event.model_dump_json(exclude_none=True)
        async with self._lock:
            if not self.alive:
                return
            try:
                async with asyncio.timeout(_SEND_WITHIN_S):
                    await self._socket.send_text(text)
            except (TimeoutError, WebSocketDisconnect, RuntimeError):
                # RuntimeError is what ASGI servers raise for a socket that closed meanwhile.
                self._dead = True

    def close(self, code: int, reason: str) -> None:
        """Close with a code of the protocol, without waiting for the peer to agree."""
        if self._closing is None:
            self._closing = asyncio.create_task(self._close(code, reason))

    async def closed(self) -> None:
        """Wait until a close that was asked for is done."""
        if self._closing is not None:
            await self._closing

    async def _close(self, code: int, reason: str) -> None:
        async with self._lock:
            self._dead = True
            with contextlib.suppress(TimeoutError, WebSocketDisconnect, RuntimeError):
                async with asyncio.timeout(_SEND_WITHIN_S):
                    # A close reason is at most 123 bytes (RFC 6455, 5.5).
                    await self._socket.close(code, reason.encode()[:120].decode(errors="ignore"))
