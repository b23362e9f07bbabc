"""A socket whose peer is gone holds nobody up."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.websockets import WebSocketState

from runtime.voice import connection as module
from runtime.voice import protocol as p
from runtime.voice.connection import Connection


class _StalledSocket:
    """Accepts no message any more, as after a lost network."""

    application_state = WebSocketState.CONNECTED

    def __init__(self) -> None:
        self.tried = 0

    async def send_text(self, _text: str) -> None:
        self.tried += 1
        await asyncio.Event().wait()

    async def close(self, _code: int, _reason: str) -> None:
        await asyncio.Event().wait()


@pytest.fixture
def stalled(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(module, "_SEND_WITHIN_S", 0.02)
    return _StalledSocket()


def test_sending_to_a_stalled_peer_gives_up_and_is_not_tried_again(stalled: Any) -> None:
    async def test() -> None:
        connection = Connection(stalled)
        await connection.send(p.Pong())
        assert not connection.alive
        await connection.send(p.Pong())
        assert stalled.tried == 1

    asyncio.run(asyncio.wait_for(test(), 5))


def test_closing_does_not_wait_for_the_peer(stalled: Any) -> None:
    async def test() -> None:
        connection = Connection(stalled)
        sending = asyncio.create_task(connection.send(p.Pong()))
        await asyncio.sleep(0)
        connection.close(4409, "taken over")
        connection.close(4409, "taken over")
        await sending
        await connection.closed()
        assert not connection.alive

    asyncio.run(asyncio.wait_for(test(), 5))
