"""The environment as it is committed: the agent joins what already stands, and nothing but the voice server changes."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from tests.rehearsal.conftest import Callers, Deployment, voice_server
from tests.rehearsal.front import Front
from tests.rehearsal.test_voice import ANSWER, converse, ticket


@pytest.fixture(scope="module")
def with_agent(deployment: Deployment) -> Deployment:
    deployment.release()
    return deployment


@pytest.fixture
def voice_with_agent(with_agent: Deployment, front: Front) -> Iterator[None]:
    with voice_server(with_agent, front):
        yield


def test_the_agent_is_added_to_what_stands(deployment: Deployment, request: pytest.FixtureRequest) -> None:
    function = deployment.function("api")["LastModified"]

    request.getfixturevalue("with_agent")

    found = deployment.cloud.client("cloudformation").describe_stacks()["Stacks"]
    statuses = {stack["StackName"]: stack["StackStatus"] for stack in found}
    assert statuses["prepai-dev-agent"] == "CREATE_COMPLETE"
    assert statuses["prepai-dev-app"] == "UPDATE_COMPLETE"
    assert deployment.function("api")["LastModified"] == function
    (runtime,) = deployment.cloud.accepted("AWS::BedrockAgentCore::Runtime")
    (alias,) = deployment.cloud.accepted("AWS::Bedrock::AgentAlias")
    variables = runtime["properties"]["EnvironmentVariables"]
    assert variables["INTERVIEWER"] == "bedrock_agent"
    assert variables["BEDROCK_AGENT_ALIAS_ID"] == alias["attributes"]["AgentAliasId"]


@pytest.mark.usefixtures("voice_with_agent")
def test_an_interview_is_held_through_the_agents_alias(callers: Callers, interview: str) -> None:
    """The emulator's agent has one reply; that it is asked, by a role that may ask no other, is what is shown."""
    created, said = asyncio.run(converse(ticket(callers, interview)))

    assert "gent" in created.engines.interviewer
    assert "mock" in said[1].text
    transcript = callers["candidate"].get(f"/api/interviews/{interview}/transcript").json()["items"]
    assert ANSWER in [item["text"] for item in transcript]
