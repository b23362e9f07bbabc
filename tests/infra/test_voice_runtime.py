"""The voice server's runtime: what runs there, what it is told, where its addresses lead, what it writes down."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pydantic
import pytest

from infra.constructs.voice_runtime import DEPLOYABLE, ENDPOINT, TICKET_HEADER
from runtime.aws.voice_address import TICKET_PARAMETER
from runtime.settings import VoiceSettings
from tests.infra.conftest import Stack, Stacks

# AgentCore's own: https://docs.aws.amazon.com/bedrock-agentcore/latest/devguide/bedrock-agentcore-limits.html
MOST_VARIABLES = 50
LONGEST_VALUE = 2048


def runtime(stacks: Stacks) -> dict[str, Any]:
    return stacks["app"].one("AWS::BedrockAgentCore::Runtime")


def variables(stacks: Stacks) -> dict[str, str]:
    """What the server is told, with a word for what only CloudFormation knows."""
    return {
        name: value if isinstance(value, str) else "known-at-deployment"
        for name, value in runtime(stacks)["EnvironmentVariables"].items()
    }


def settings(stacks: Stacks) -> VoiceSettings:
    told = variables(stacks)
    told.pop("AWS_DEFAULT_REGION")
    return VoiceSettings.model_validate({name.lower(): value for name, value in told.items()})


def test_the_server_is_told_what_its_settings_demand(stacks: Stacks) -> None:
    assert settings(stacks).prepai_environment == stacks["app"].environment


def test_the_server_is_told_where_it_is_because_agentcore_does_not(stacks: Stacks) -> None:
    assert variables(stacks)["AWS_DEFAULT_REGION"] == "us-east-1"


def test_variables_fit_into_what_agentcore_takes(stacks: Stacks) -> None:
    told = variables(stacks)

    assert len(told) <= MOST_VARIABLES
    assert max(map(len, told.values())) <= LONGEST_VALUE


@pytest.mark.parametrize("interviewer", ["authored", "converse", "bedrock_agent"])
def test_each_interviewer_gets_its_own_variables_and_no_other_ones(
    synthesise: Callable[..., Stacks], interviewer: str
) -> None:
    told = settings(synthesise("prod", interviewer=interviewer))

    assert told.interviewer == interviewer
    assert bool(told.bedrock_agent_alias_id) == (interviewer == "bedrock_agent")
    assert bool(told.knowledge_base_id and told.guardrail_version) == (interviewer == "converse")


@pytest.mark.parametrize("mode", ["always_on", "scale_to_zero", "off"])
def test_endpoints_are_named_where_there_are_any(synthesise: Callable[..., Stacks], mode: str) -> None:
    told = settings(synthesise("staging", speech=mode))

    assert told.speech == mode
    assert bool(told.whisper_component and told.tts_endpoint) == (mode != "off")


def test_settings_that_lack_what_another_demands_would_not_be_synthesised() -> None:
    with pytest.raises(pydantic.ValidationError, match="BEDROCK_AGENT_ID"):
        VoiceSettings.model_validate(
            {
                **dict.fromkeys(
                    (
                        "prepai_environment",
                        "event_table",
                        "s3_bucket",
                        "lambda_code_executor",
                        "lambda_cv_analyzer",
                        "lambda_performance_evaluator",
                    ),
                    "some",
                ),
                "candidate_data_days": "30",
                "interviewer": "bedrock_agent",
                "speech": "off",
            }
        )


def test_the_asset_is_for_arm64_whatever_the_functions_run_on(synthesise: Callable[..., Stacks]) -> None:
    graviton = runtime(synthesise("dev"))["AgentRuntimeArtifact"]
    intel = runtime(synthesise("dev", architecture="x86_64"))["AgentRuntimeArtifact"]

    assert graviton == intel


def test_the_servers_main_starts_the_voice_server(stacks: Stacks) -> None:
    code = runtime(stacks)["AgentRuntimeArtifact"]["CodeConfiguration"]

    assert (code["Runtime"], code["EntryPoint"]) == ("PYTHON_3_13", ["main.py"])
    assert DEPLOYABLE.main == "from runtime.voice_server import main\n\nmain()\n"


def test_the_asset_holds_the_question_bank_the_server_and_no_handler() -> None:
    files = {str(path) for path in DEPLOYABLE.files()}

    assert "runtime/voice_server.py" in files
    assert {str(path) for path in DEPLOYABLE.rendered()} == {"knowledge/bank.json", "knowledge/phrases.json"}
    assert not [path for path in files if path.startswith(("lambdas/", "runtime/local/"))]


def test_the_code_that_the_role_may_read_is_the_code_that_runs(stacks: Stacks) -> None:
    code = runtime(stacks)["AgentRuntimeArtifact"]["CodeConfiguration"]["Code"]["S3"]
    readable = [
        statement["Resource"]
        for policy in stacks["app"].of("AWS::IAM::Policy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement.get("Sid") == "Code"
    ]

    assert json.dumps(readable).count(code["Prefix"]) == 1
    assert len(readable) == 1


def test_the_ticket_reaches_the_server_and_no_other_header_of_the_address_does(stacks: Stacks) -> None:
    assert runtime(stacks)["RequestHeaderConfiguration"] == {"RequestHeaderAllowlist": [TICKET_HEADER]}
    assert TICKET_HEADER == TICKET_PARAMETER


def test_callers_are_let_through_by_iam(stacks: Stacks) -> None:
    assert "AuthorizerConfiguration" not in runtime(stacks)


def test_a_machine_waits_a_quarter_of_an_hour_and_lives_no_longer_than_agentcore_allows(
    stacks: Stacks,
) -> None:
    assert runtime(stacks)["LifecycleConfiguration"] == {
        "IdleRuntimeSessionTimeout": 900,
        "MaxLifetime": 28_800,
    }


def test_addresses_lead_to_the_endpoint_of_the_newest_version(stacks: Stacks) -> None:
    app = stacks["app"]
    endpoint = app.one("AWS::BedrockAgentCore::RuntimeEndpoint")
    api = next(
        function["Properties"]["Environment"]["Variables"]
        for function in app.of("AWS::Lambda::Function").values()
        if str(function["Properties"].get("FunctionName", "")).endswith("-api")
    )

    assert api["VOICE_QUALIFIER"] == endpoint["Name"] == ENDPOINT
    assert api["VOICE_RUNTIME_ARN"]["Fn::GetAtt"][1] == "AgentRuntimeArn"
    assert endpoint["AgentRuntimeVersion"]["Fn::GetAtt"][1] == "AgentRuntimeVersion"


def test_each_endpoints_log_is_there_before_agentcore_would_make_one_that_never_forgets(
    stacks: Stacks,
) -> None:
    app = stacks["app"]
    logs = {
        logical: group["Properties"]["LogGroupName"]["Fn::Join"][1]
        for logical, group in app.of("AWS::Logs::LogGroup").items()
        if "agentcore" in json.dumps(group["Properties"]["LogGroupName"])
    }
    endpoint = next(iter(app.of("AWS::BedrockAgentCore::RuntimeEndpoint").values()))

    assert sorted(parts[-1] for parts in logs.values()) == ["-DEFAULT", f"-{ENDPOINT}"]
    assert {parts[0] for parts in logs.values()} == {"/aws/bedrock-agentcore/runtimes/"}
    assert all(app.resources[logical]["Properties"]["RetentionInDays"] for logical in logs)
    assert set(logs) <= set(endpoint["DependsOn"])


def test_the_runtime_is_made_after_its_role_may_do_what_it_does(stacks: Stacks) -> None:
    app: Stack = stacks["app"]
    resource = next(iter(app.of("AWS::BedrockAgentCore::Runtime").values()))
    kinds = {app.resources[name]["Type"] for name in resource["DependsOn"]}

    assert kinds == {"AWS::IAM::Role", "AWS::IAM::Policy"}
