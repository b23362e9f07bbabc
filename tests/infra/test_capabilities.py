"""What the two processes of the platform may do: every statement of their roles, and nothing beside."""

from __future__ import annotations

import json
from collections.abc import Callable
from fnmatch import fnmatchcase
from importlib.resources import files
from typing import Any, Final

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from infra.constructs.capability import Capability, UnarguedStarError, variables
from tests.infra.conftest import ACCOUNT, Stack, Stacks

HERE: Final = f"us-east-1:{ACCOUNT}"
BUCKET: Final = f"arn:aws:s3:::prepai-prod-candidates-{ACCOUNT}"
TABLE: Final = f"arn:aws:dynamodb:{HERE}:table/prepai-prod-events"
# Both processes keep interviews and call tools, and do so alike.
SHARED: Final = {
    "EventLog": (
        [
            "dynamodb:BatchWriteItem",
            "dynamodb:DeleteItem",
            "dynamodb:GetItem",
            "dynamodb:PutItem",
            "dynamodb:Query",
            "dynamodb:UpdateItem",
        ],
        [TABLE],
    ),
    "Lists": (["dynamodb:Query"], [f"{TABLE}/index/by_date", f"{TABLE}/index/by_owner"]),
    "Blobs": (
        ["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:GetObject", "s3:PutObject"],
        [f"{BUCKET}/cvs/*", f"{BUCKET}/reports/*", f"{BUCKET}/sessions/*"],
    ),
    "Versions": (["s3:ListBucketVersions"], [BUCKET]),
    "MissingBlobs": (["s3:ListBucket"], [BUCKET]),
    "CandidatesKey": (["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"], ["<data>"]),
    "Tools": (
        ["lambda:InvokeFunction"],
        [
            f"arn:aws:lambda:{HERE}:function:prepai-prod-{tool}:live"
            for tool in ("code-executor", "cv-analyzer", "performance-evaluator")
        ],
    ),
}
LOG: Final = f"arn:aws:logs:{HERE}:log-group:/aws/bedrock-agentcore/runtimes/prepai_prod_voice-*"
VOICE: Final = {
    "Log": (
        ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"],
        [LOG, f"{LOG}:log-stream:*"],
    ),
    "FindLog": (["logs:DescribeLogGroups"], [f"arn:aws:logs:{HERE}:log-group:*"]),
    "ManagedSpeech": (["polly:SynthesizeSpeech", "transcribe:TranscribeAudio"], ["*"]),
}
# Younger than the list: https://docs.aws.amazon.com/transcribe/latest/APIReference/API_TranscribeAudio.html
UNLISTED: Final = {"transcribe:TranscribeAudio"}


@pytest.fixture(scope="module")
def app(synthesise: Callable[..., Stacks]) -> Stack:
    return synthesise("prod")["app"]


def statements(app: Stack, role: str) -> list[dict[str, Any]]:
    """The statements of the role whose logical id begins so; it has one policy and no other source of rights."""
    names = [name for name in app.of("AWS::IAM::Role") if name.startswith(role)]
    assert len(names) == 1, names
    assert "ManagedPolicyArns" not in app.resources[names[0]]["Properties"]
    assert "Policies" not in app.resources[names[0]]["Properties"]
    policies = [
        policy["Properties"]["PolicyDocument"]["Statement"]
        for policy in app.of("AWS::IAM::Policy").values()
        if {"Ref": names[0]} in policy["Properties"]["Roles"]
    ]
    assert len(policies) == 1
    return list(policies[0])


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def granted(app: Stack, role: str) -> dict[str, tuple[list[str], list[str]]]:
    """Actions and resources by Sid; what another stack says is `<stack>`, what this one makes its logical id."""

    def name(resource: Any) -> str:
        match resource:
            case str():
                return resource
            case {"Fn::GetStackOutput": {"StackName": stack}}:
                return f"<{stack.removeprefix('prepai-prod-')}>"
            case {"Ref": logical} | {"Fn::GetAtt": [logical, _]}:
                return f"<{logical}>"
            case {"Fn::Join": [_, parts]}:
                return "".join(map(name, parts))
        raise AssertionError(resource)

    return {
        statement.get("Sid", "+".join(listed(statement["Action"]))): (
            sorted(listed(statement["Action"])),
            sorted(name(resource) for resource in listed(statement["Resource"])),
        )
        for statement in statements(app, role)
    }


def logical(app: Stack, kind: str) -> str:
    return f"<{next(iter(app.of(kind)))}>"


def test_the_api_may_keep_interviews_call_tools_read_its_secret_and_sign_sockets(app: Stack) -> None:
    runtime = logical(app, "AWS::BedrockAgentCore::Runtime")

    may = granted(app, "RestRole")

    log = may.pop("logs:CreateLogStream+logs:PutLogEvents")
    assert len(log[1]) == 1
    assert may == {
        **SHARED,
        "UploadsMarked": (["s3:PutObjectTagging"], [f"{BUCKET}/cvs/*"]),
        "OriginSecret": (
            ["secretsmanager:GetSecretValue"],
            [logical(app, "AWS::SecretsManager::Secret")],
        ),
        "VoiceSockets": (
            ["bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream"],
            [runtime, f"{runtime}/runtime-endpoint/live"],
        ),
    }


def test_the_voice_server_may_keep_interviews_call_tools_hear_speak_and_ask_the_agent(app: Stack) -> None:
    may = granted(app, "VoiceRole")

    code = may.pop("Code")
    assert code[0] == ["s3:GetObject"]
    assert all("*" not in resource for resource in code[1])
    endpoints = {name: may.pop(name) for name in list(may) if name.startswith("sagemaker:")}
    assert all("*" not in resource for _, resources in endpoints.values() for resource in resources)
    assert may == {**SHARED, **VOICE, "Agent": (["bedrock:InvokeAgent"], ["<agent>"])}


def test_an_interviewer_that_is_a_model_is_asked_through_its_profile_alone(
    synthesise: Callable[..., Stacks],
) -> None:
    app = synthesise("prod", interviewer="converse")["app"]
    may = granted(app, "VoiceRole")
    profile = f"arn:aws:bedrock:{HERE}:inference-profile/us.anthropic.claude-haiku-5-5"
    actions = ["bedrock:InvokeModel", "bedrock:InvokeModelWithResponseStream"]
    regions = next(each for each in statements(app, "VoiceRole") if each.get("Sid") == "ModelRegions")

    assert may["ModelProfile"] == (actions, [profile])
    assert may["ModelRegions"] == (
        actions,
        [
            f"arn:aws:bedrock:{region}::foundation-model/anthropic.claude-haiku-5-5"
            for region in ("us-east-1", "us-east-2", "us-west-2")
        ],
    )
    assert regions["Condition"] == {"StringEquals": {"bedrock:InferenceProfileArn": profile}}
    assert may["Guardrail"][0] == ["bedrock:ApplyGuardrail"]
    assert may["Knowledge"][0] == ["bedrock:Retrieve"]
    assert "Agent" not in may


def test_an_interviewer_of_authored_text_asks_no_model(synthesise: Callable[..., Stacks]) -> None:
    may = granted(synthesise("dev", interviewer="authored")["app"], "VoiceRole")

    assert not [
        sid for sid, (actions, _) in may.items() if any(each.startswith("bedrock:") for each in actions)
    ]


def test_versions_are_listed_below_the_candidates_prefixes_alone(app: Stack) -> None:
    for role in ("RestRole", "VoiceRole"):
        listing = next(each for each in statements(app, role) if each.get("Sid") == "Versions")

        assert listing["Condition"] == {"StringLike": {"s3:prefix": ["sessions/*", "cvs/*", "reports/*"]}}


def test_the_candidates_key_opens_what_the_two_services_keep_and_nothing_else(app: Stack) -> None:
    for role in ("RestRole", "VoiceRole"):
        key = next(each for each in statements(app, role) if each.get("Sid") == "CandidatesKey")

        assert key["Condition"] == {
            "StringEquals": {
                "kms:ViaService": ["dynamodb.us-east-1.amazonaws.com", "s3.us-east-1.amazonaws.com"]
            }
        }


def test_without_a_key_of_our_own_none_is_granted(synthesise: Callable[..., Stacks]) -> None:
    app = synthesise("dev")["app"]

    assert "CandidatesKey" not in granted(app, "RestRole") | granted(app, "VoiceRole")


def test_roles_name_the_table_and_the_bucket_that_the_data_stack_makes(stacks: Stacks) -> None:
    data = stacks["data"]
    table = data.one("AWS::DynamoDB::GlobalTable")
    may = granted(stacks["app"], "RestRole")

    assert may["EventLog"][1][0].endswith(f":table/{table['TableName']}")
    assert {resource.rpartition("/")[2] for resource in may["Lists"][1]} == {
        index["IndexName"] for index in table["GlobalSecondaryIndexes"]
    }
    assert may["MissingBlobs"][1][0].removeprefix("arn:aws:s3:::") in {
        bucket["Properties"]["BucketName"] for bucket in data.of("AWS::S3::Bucket").values()
    }


def test_tools_are_named_as_the_tools_stack_makes_them(stacks: Stacks) -> None:
    made = {
        f"{function['Properties']['FunctionName']}:live"
        for function in stacks["tools"].of("AWS::Lambda::Function").values()
        if "FunctionName" in function["Properties"]
    }

    for role in ("RestRole", "VoiceRole"):
        assert {arn.partition(":function:")[2] for arn in granted(stacks["app"], role)["Tools"][1]} <= made


def test_only_agentcore_on_this_accounts_behalf_becomes_the_voice_servers_role(app: Stack) -> None:
    role = next(body for name, body in app.of("AWS::IAM::Role").items() if name.startswith("VoiceRole"))

    assert role["Properties"]["AssumeRolePolicyDocument"]["Statement"] == [
        {
            "Action": "sts:AssumeRole",
            "Effect": "Allow",
            "Principal": {"Service": "bedrock-agentcore.amazonaws.com"},
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnLike": {"aws:SourceArn": f"arn:aws:bedrock-agentcore:{HERE}:*"},
            },
        }
    ]


@pytest.mark.parametrize("role", ["RestRole", "VoiceRole"])
def test_every_action_is_one_that_iam_knows(app: Stack, role: str) -> None:
    known = json.loads((files("cfnlint.data.AdditionalSpecs") / "Policies.json").read_text())
    unknown = {
        action
        for statement in statements(app, role)
        for action in listed(statement["Action"])
        if action.partition(":")[2].lower() not in known[action.partition(":")[0]]["Actions"]
    }

    assert unknown <= UNLISTED


@pytest.mark.parametrize("role", ["RestRole", "VoiceRole"])
def test_no_action_has_a_star(app: Stack, role: str) -> None:
    assert not [
        action
        for statement in statements(app, role)
        for action in listed(statement["Action"])
        if fnmatchcase(action, "*[*]*")
    ]


def test_a_star_that_nobody_argued_for_is_not_granted() -> None:
    stack = cdk.Stack(cdk.App(), "stack")
    role = iam.Role(stack, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
    unargued = Capability(
        statements=(
            iam.PolicyStatement(sid="Some", actions=["s3:GetObject"], resources=["arn:aws:s3:::b/*"]),
        )
    )

    with pytest.raises(UnarguedStarError, match="Some"):
        unargued.give(role)


def test_two_capabilities_do_not_tell_a_process_differently() -> None:
    with pytest.raises(ValueError, match="SPEECH"):
        variables([Capability(variables={"SPEECH": "off"}), Capability(variables={"SPEECH": "always_on"})])
