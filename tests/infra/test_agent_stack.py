"""The interviewer on Bedrock Agents: a version for each change of it, and no right that it does not need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from infra.environments import COMMITTED
from runtime.services.agent import AGENT
from tests.infra.conftest import ACCOUNT, Stack, Stacks, synthesised

PROFILE = f"arn:aws:bedrock:us-east-1:{ACCOUNT}:inference-profile/us.anthropic.claude-haiku-5-5"


@pytest.fixture
def agent(stacks: Stacks) -> Stack:
    return stacks["agent"]


def allowed(agent: Stack) -> dict[str, dict[str, Any]]:
    policy = agent.one("AWS::IAM::Policy")
    return {statement["Sid"]: statement for statement in policy["PolicyDocument"]["Statement"]}


def description(stacks: Stacks) -> str:
    return str(stacks["agent"].one("AWS::Bedrock::AgentAlias")["Description"])


def test_every_tool_is_an_action_group_with_a_function_schema_and_no_other(agent: Stack) -> None:
    groups = agent.one("AWS::Bedrock::Agent")["ActionGroups"]

    assert [group["ActionGroupName"] for group in groups] == [tool.name for tool in AGENT.tools]
    for group in groups:
        assert "ApiSchema" not in group
        assert "ParentActionGroupSignature" not in group
        assert group["FunctionSchema"]["Functions"]


def test_schemas_are_those_of_the_definition(agent: Stack) -> None:
    groups = agent.one("AWS::Bedrock::Agent")["ActionGroups"]

    for tool, group in zip(AGENT.tools, groups, strict=True):
        [wanted] = tool.function_schema()["functions"]
        [function] = group["FunctionSchema"]["Functions"]
        assert (function["Name"], function["Description"]) == (wanted["name"], wanted["description"])
        assert function["Parameters"] == {
            name: {key.title(): value for key, value in parameter.items()}
            for name, parameter in wanted["parameters"].items()
        }
        # Bedrock's default quota, found out at deployment otherwise.
        assert len(function["Parameters"]) <= 5


def test_tools_are_called_by_their_alias_and_by_this_agent_alone(agent: Stack) -> None:
    [agent_id] = agent.of("AWS::Bedrock::Agent")
    called = {
        group["ActionGroupExecutor"]["Lambda"] for group in agent.one("AWS::Bedrock::Agent")["ActionGroups"]
    }
    permissions = [each["Properties"] for each in agent.of("AWS::Lambda::Permission").values()]

    assert all(arn.endswith(":live") for arn in called)
    assert {permission["FunctionName"] for permission in permissions} == called
    for permission in permissions:
        assert permission["Principal"] == "bedrock.amazonaws.com"
        assert permission["SourceArn"] == {"Fn::GetAtt": [agent_id, "AgentArn"]}
        assert permission["SourceAccount"] == ACCOUNT


def test_the_functions_it_calls_are_there(stacks: Stacks) -> None:
    names = {
        each["Properties"].get("FunctionName")
        for each in stacks["tools"].of("AWS::Lambda::Function").values()
    }
    aliases = {each["Properties"]["Name"] for each in stacks["tools"].of("AWS::Lambda::Alias").values()}

    for group in stacks["agent"].one("AWS::Bedrock::Agent")["ActionGroups"]:
        *_, name, alias = group["ActionGroupExecutor"]["Lambda"].split(":")
        assert name in names
        assert alias in aliases


def test_the_model_is_called_through_its_profile_and_in_no_other_way(agent: Stack) -> None:
    statements = allowed(agent)

    assert agent.one("AWS::Bedrock::Agent")["FoundationModel"] == PROFILE
    assert statements["ModelProfile"]["Resource"] == PROFILE
    regions = statements["ModelRegions"]
    assert regions["Resource"] == [
        f"arn:aws:bedrock:{region}::foundation-model/anthropic.claude-haiku-5-5"
        for region in COMMITTED["dev"].model.regions
    ]
    assert regions["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": PROFILE}}
    for statement in (statements["ModelProfile"], regions):
        assert set(statement["Action"]) == {
            "bedrock:InvokeModel",
            "bedrock:InvokeModelWithResponseStream",
        }


def test_the_role_may_do_what_an_agent_does_and_nothing_else(agent: Stack) -> None:
    statements = allowed(agent)

    assert statements.keys() == {
        "ModelProfile",
        "ModelRegions",
        "Profile",
        "Knowledge",
        "Guardrail",
        "Metrics",
    }
    assert [sid for sid, each in statements.items() if each["Resource"] == "*"] == ["Metrics"]
    # Without it an agent writes no metrics, and its alarms stay green for ever.
    assert statements["Metrics"]["Action"] == "cloudwatch:PutMetricData"
    assert statements["Metrics"]["Condition"] == {
        "StringEquals": {"cloudwatch:namespace": "AWS/Bedrock/Agents"}
    }


def test_only_bedrock_on_behalf_of_this_accounts_agents_takes_the_role(agent: Stack) -> None:
    [trust] = agent.one("AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": ACCOUNT},
        "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock:us-east-1:{ACCOUNT}:agent/*"},
    }


def test_no_interview_is_remembered_in_the_next(agent: Stack) -> None:
    properties = agent.one("AWS::Bedrock::Agent")

    assert "MemoryConfiguration" not in properties
    assert 60 <= properties["IdleSessionTTLInSeconds"] <= 900


def test_the_alias_takes_a_version_of_what_is_prepared(agent: Stack) -> None:
    assert agent.one("AWS::Bedrock::Agent")["AutoPrepare"] is True
    # With a routing of its own an alias would stay at the version it was made with.
    assert "RoutingConfiguration" not in agent.one("AWS::Bedrock::AgentAlias")


def test_the_agent_is_held_back_by_a_version_of_the_guardrail_and_no_draft(agent: Stack) -> None:
    guardrail = agent.one("AWS::Bedrock::Agent")["GuardrailConfiguration"]

    assert "GuardrailVersion" in guardrail["GuardrailVersion"]["Fn::GetStackOutput"]["OutputName"]


CHANGES: dict[str, Any] = {
    "its instructions": lambda: replace(AGENT, instructions=f"{AGENT.instructions}\nBe brief."),
    "when to look something up": lambda: replace(AGENT, knowledge="Look here for everything."),
    "a tool's description": lambda: replace(
        AGENT, tools=(replace(AGENT.tools[0], description="Runs code."), *AGENT.tools[1:])
    ),
    "its guardrail": lambda: replace(AGENT, guardrail=replace(AGENT.guardrail, blocked="Let us go on.")),
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_alias_cuts_a_version_when_the_definition_changes(
    synthesise: Callable[..., Stacks], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    before = description(synthesise("dev"))
    for module in ("infra.stacks.agent", "infra.stacks.tools"):
        monkeypatch.setattr(f"{module}.AGENT", CHANGES[change]())

    after = description(synthesised(replace(COMMITTED["dev"], account=ACCOUNT)))

    assert after != before


def test_the_alias_cuts_a_version_when_the_model_changes(synthesise: Callable[..., Stacks]) -> None:
    other = replace(COMMITTED["dev"].model, id="anthropic.claude-sonnet-5")

    assert description(synthesise("dev")) != description(synthesise("dev", model=other))


def test_the_alias_stays_when_nothing_of_the_agent_changes(synthesise: Callable[..., Stacks]) -> None:
    before = synthesise("dev")
    after = synthesise("dev", log_retention_days=7, monthly_budget_usd=7)

    assert description(after) == description(before)
    assert after["agent"].of("AWS::Bedrock::AgentAlias") == before["agent"].of("AWS::Bedrock::AgentAlias")


def test_the_alias_says_which_knowledge_base_and_guardrail_it_was_cut_with(agent: Stack) -> None:
    parts = agent.one("AWS::Bedrock::AgentAlias")["Description"]["Fn::Join"][1]

    named = [part["Fn::GetStackOutput"]["OutputName"] for part in parts if isinstance(part, dict)]

    assert ["KnowledgeBaseId" in named[0], "GuardrailId" in named[1], "Version" in named[2]] == [True] * 3


@pytest.mark.parametrize(
    "metric", ["InvocationThrottles", "InvocationServerErrors", "InvocationClientErrors", "TotalTime"]
)
def test_an_alarm_watches_this_agents_alias(agent: Stack, metric: str) -> None:
    [alias] = agent.of("AWS::Bedrock::AgentAlias")
    queries = [
        each["Properties"]["Metrics"][0]["Expression"]["Fn::Join"][1]
        for each in agent.of("AWS::CloudWatch::Alarm").values()
    ]

    [query] = [query for query in queries if f"({metric})" in query[0]]

    assert 'FROM SCHEMA("AWS/Bedrock/Agents"' in query[0]
    assert query[1] == {"Fn::GetAtt": [alias, "AgentAliasArn"]}


def test_nothing_but_the_app_refers_to_the_agent(stacks: Stacks) -> None:
    for name, stack in stacks.items():
        if name not in {"agent", "app"}:
            assert f"prepai-{stack.environment}-agent" not in str(stack.template)
