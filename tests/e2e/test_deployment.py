"""One interview through everything a deployment has. It leaves nothing behind.

Run against staging before every release, against production after it, and against a laptop's server in CI.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import httpx
import pytest

from runtime.voice import protocol as p
from runtime.voice.client import InterviewSocket

pytestmark = pytest.mark.e2e

CV = b"""Robin Example
robin@example.com

Experience
Backend Engineer, Example Ltd
Jan 2020 - present
Built payment services in Python

Skills
Python, SQL
"""
ANSWER = (
    "An index is a sorted copy of some columns, so reads find rows without a scan, and every write "
    "must also maintain the index, so writes become slower."
)


@pytest.fixture
def interview(platform: httpx.Client) -> Iterator[str]:
    answer = platform.post(
        "/api/sessions/create",
        json={"interview_type": "Backend engineer", "candidate_name": "Robin Example", "recording": False},
    )
    assert answer.status_code == 201, answer.text
    interview_id = answer.json()["session_id"]
    yield interview_id
    gone = platform.delete(f"/api/sessions/{interview_id}")
    assert gone.status_code == 200, gone.text
    assert platform.get(f"/api/sessions/{interview_id}").status_code == 404


def test_the_platform_says_that_it_is_well(platform: httpx.Client) -> None:
    health = platform.get("/health")

    assert health.status_code == 200
    assert health.json()["status"] == "ok"


@pytest.mark.parametrize("path", ["/api/sessions/list", "/api/languages"])
def test_nobody_comes_in_without_a_token(platform: httpx.Client, deployed: bool, path: str) -> None:
    if not deployed:
        pytest.skip("a laptop asks nobody for a token")
    answer = httpx.get(f"{platform.base_url}{path}".replace("//api", "/api"), timeout=30)

    assert answer.status_code == 401


def test_a_cv_is_read(platform: httpx.Client, interview: str) -> None:
    answer = platform.post(f"/api/interviews/{interview}/upload-cv", files={"file": ("cv.txt", CV)})

    assert answer.status_code == 200, answer.text
    assert answer.json()["resume"]["basics"]["email"]["value"] == "robin@example.com"


def test_code_is_run_and_judged(platform: httpx.Client, interview: str) -> None:
    request = {
        "language": "python",
        "code": "def double(n):\n    return 2 * n\n",
        "functionName": "double",
        "testCases": [{"input": "2", "expected": "4"}, {"input": "3", "expected": "7"}],
    }
    answer = platform.post(f"/api/interviews/{interview}/code-runs", json=request)

    assert answer.status_code == 200, answer.text
    assert [result["verdict"] for result in answer.json()["results"]] == ["AC", "WA"]


def test_an_interview_is_held_over_the_socket_and_reported(platform: httpx.Client, interview: str) -> None:
    ticket = platform.post(f"/api/interviews/{interview}/ticket")
    assert ticket.status_code == 200, ticket.text

    said = asyncio.run(_converse(ticket.json()["url"]))
    ended = platform.post(f"/api/interviews/{interview}/end")
    report = platform.get(f"/api/interviews/{interview}/performance-report")

    assert len(said) >= 2
    assert ended.status_code in {200, 202}
    assert report.status_code == 200, report.text
    assert set(report.json()["scores"]) >= {"technical_knowledge", "communication"}


async def _converse(url: str) -> list[str]:
    """Answer once in writing; what the interviewer said before and after."""
    socket = await InterviewSocket().connect(url)
    said: list[str] = []
    async with asyncio.timeout(120):
        async for event in socket.events():
            if isinstance(event, p.ResponseDone):
                said.append(event.text)
                if len(said) == 1:
                    await socket.say("e2e-1", ANSWER)
                else:
                    break
    await socket.close()
    return said
