"""The voice server as AgentCore Runtime calls it: one path, the ticket in a header, connections that expire."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from typing import Any

import httpx2
import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from runtime.people.access import LOCAL_USER
from runtime.voice import protocol as p
from runtime.voice import server
from runtime.voice.client import InterviewSocket

TICKET = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Ticket"
SESSION = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
START = {"type": "session.start"}


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


async def _opened(url: str, start: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
    """The first event after `session.start`."""
    async with connect(url, proxy=None, additional_headers=headers) as socket:
        await socket.send(json.dumps(start))
        return json.loads(await socket.recv())


@pytest.mark.parametrize("place", ["header", "query", "parameter", "message"])
def test_the_ticket_says_which_interview_it_is_wherever_it_stands(platform: Any, place: str) -> None:
    async def test() -> None:
        async with platform() as running:
            interview = running.create()
            ticket = running.tickets.issue(interview, LOCAL_USER.id)
            url, headers, start = f"{running.url}/ws", {SESSION: interview}, START
            match place:
                case "header":
                    headers |= {TICKET: ticket}
                case "query":
                    url += f"?ticket={ticket}"
                case "parameter":
                    url += f"?{TICKET}={ticket}"
                case "message":
                    start = {**START, "ticket": ticket}
            event = await _opened(url, start, headers)
            assert (event["type"], event["interview_id"]) == ("session.created", interview)

    _run(test())


@pytest.mark.parametrize("headers", [{}, {TICKET: "nonsense"}])
def test_without_a_good_ticket_the_fixed_path_admits_nobody(platform: Any, headers: dict[str, str]) -> None:
    async def test() -> None:
        async with platform() as running:
            with pytest.raises(ConnectionClosed) as closed:
                await _opened(f"{running.url}/ws", START, headers)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == p.CLOSE_TICKET_REFUSED

    _run(test())


def test_a_ticket_is_refused_on_the_machine_of_another_interview(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            mine, other = running.create(), running.create()
            headers = {SESSION: other, TICKET: running.tickets.issue(mine, LOCAL_USER.id)}
            with pytest.raises(ConnectionClosed) as closed:
                await _opened(f"{running.url}/ws", START, headers)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == p.CLOSE_TICKET_REFUSED

    _run(test())


def test_a_client_is_told_before_its_connection_expires_and_loses_nothing_by_coming_again(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_EXPIRING_S", 1)

    async def test() -> None:
        async with platform(reconnect_after_s=1.0) as running:
            interview = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview))
            greeted = 0
            async for event in client.events():
                greeted += isinstance(event, p.ResponseDone)
                if isinstance(event, p.SessionExpiring):
                    break
            await client.connect(running.address(interview))
            kinds = []
            async for event in client.events():
                kinds.append(type(event))
                if isinstance(event, (p.SessionExpiring, p.ResponseDone)):
                    break
            await client.close()
            assert greeted
            assert kinds[0] is p.SessionResumed
            assert p.ResponseDone not in kinds

    _run(test())


def test_a_connection_that_nobody_replaced_is_closed_as_going_away(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "_EXPIRING_S", 1)

    async def test() -> None:
        async with platform(reconnect_after_s=0.1) as running:
            client = InterviewSocket()
            await client.connect(running.address(running.create()))
            events = [event async for event in client.events()]
            assert any(isinstance(event, p.SessionExpiring) for event in events)
            assert client.close_code == 1001

    _run(test())


def test_the_machine_is_busy_while_somebody_is_interviewed(platform: Any) -> None:
    async def test() -> None:
        async with (
            platform() as running,
            httpx2.AsyncClient(base_url=running.url.replace("ws", "http", 1)) as http,
        ):
            assert (await http.get("/ping")).json() == {"status": "Healthy"}
            async with running.socket(running.create()) as client:
                await anext(client.events())
                assert (await http.get("/ping")).json() == {"status": "HealthyBusy"}

    _run(test())
