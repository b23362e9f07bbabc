"""The voice server's asset, started as AgentCore would start it, and interviews over its socket."""

from __future__ import annotations

import asyncio
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from runtime.voice import protocol as p
from runtime.voice.client import InterviewSocket
from tests.rehearsal.conftest import Callers, Deployment
from tests.rehearsal.front import SAID, Front, Model

MARK: Final = "quartzzanzibar"
ANSWER: Final = (
    f"A {MARK} of stale entries: readers see old values until an entry expires or a write removes it."
)

pytestmark = pytest.mark.usefixtures("voice")


def ticket(callers: Callers, interview: str) -> str:
    answer = callers["candidate"].post(f"/api/interviews/{interview}/ticket")
    assert answer.status_code == 200, answer.text
    url: str = answer.json()["url"]
    return url


async def converse(url: str) -> tuple[p.SessionCreated, list[p.ResponseDone]]:
    socket = await InterviewSocket().connect(url)
    created: p.SessionCreated | None = None
    said: list[p.ResponseDone] = []
    async with asyncio.timeout(60):
        async for event in socket.events():
            if isinstance(event, p.SessionCreated):
                created = event
            if isinstance(event, p.ResponseDone):
                said.append(event)
                if len(said) == 1:
                    await socket.say("typed-1", ANSWER)
                else:
                    break
    await socket.close()
    assert created is not None
    return created, said


def test_an_interview_is_held_with_a_model_on_bedrock(
    callers: Callers, interview: str, deployment: Deployment, model: Model
) -> None:
    before = len(model.asked)

    created, said = asyncio.run(converse(ticket(callers, interview)))

    assert created.engines.interviewer == "us.anthropic.claude-haiku-5-5"
    assert said[1].text.startswith(SAID)
    assert len(model.asked) > before
    transcript = callers["candidate"].get(f"/api/interviews/{interview}/transcript").json()["items"]
    assert [item["role"] for item in transcript] == ["interviewer", "candidate", "interviewer"]
    events = [
        item
        for item in deployment.cloud.client("dynamodb").scan(TableName=deployment.outputs["TableName"])[
            "Items"
        ]
        if item["pk"]["S"] == f"interview#{interview}" and item["sk"]["S"].startswith("event#")
    ]
    assert len(events) >= 6
    voice_log = (deployment.cloud.folder / "voice.log").read_text()
    assert MARK not in voice_log
    assert MARK not in "".join(deployment.logged())


def test_a_ticket_opens_one_socket(callers: Callers, interview: str) -> None:
    url = ticket(callers, interview)

    async def twice() -> int | None:
        first = await InterviewSocket().connect(url)
        async for event in first.events():
            if isinstance(event, p.SessionCreated):
                break
        second = await InterviewSocket().connect(url)
        async for _ in second.events():
            pass
        await first.close()
        return second.close_code

    assert asyncio.run(asyncio.wait_for(twice(), 30)) == p.CLOSE_TICKET_REFUSED


@pytest.mark.parametrize(
    ("part", "other"), [("qualifier=live", "qualifier=DEFAULT"), ("X-Amz-Signature=", "X-Amz-Signature=00")]
)
def test_an_address_that_was_changed_opens_none(
    callers: Callers, interview: str, front: Front, part: str, other: str
) -> None:
    url = ticket(callers, interview)
    assert part in url

    async def opened() -> Any:
        async with connect(url.replace(part, other), proxy=None) as socket:
            return await socket.recv()

    with pytest.raises((ConnectionClosed, InvalidStatus)):
        asyncio.run(opened())


def test_a_deletion_ends_what_the_socket_kept(
    callers: Callers, interview: str, deployment: Deployment
) -> None:
    asyncio.run(converse(ticket(callers, interview)))

    assert callers["candidate"].delete(f"/api/sessions/{interview}").status_code == 200

    items = deployment.cloud.client("dynamodb").scan(TableName=deployment.outputs["TableName"])["Items"]
    left = [item for item in items if interview in str(item) and item["pk"]["S"].startswith("interview#")]
    assert [item["sk"]["S"] for item in left] == ["head"]
    assert MARK not in str(items)


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("dynamodb", lambda c, o: c.scan(TableName=o["TableName"])),
        ("s3", lambda c, _: c.list_buckets()),
        ("secretsmanager", lambda c, _: c.get_secret_value(SecretId="prepai-dev-origin")),
        ("lambda", lambda c, _: c.invoke(FunctionName="prepai-dev-api:live")),
        ("bedrock-runtime", lambda c, _: c.converse(modelId="anthropic.claude-haiku-5-5", messages=[])),
    ],
)
def test_the_voice_servers_role_does_its_work_and_no_more(
    deployment: Deployment, service: str, call: Any
) -> None:
    (runtime,) = deployment.cloud.accepted("AWS::BedrockAgentCore::Runtime")

    with pytest.raises(ClientError, match="AccessDenied"):
        call(deployment.cloud.client(service, runtime["credentials"]), deployment.outputs)
