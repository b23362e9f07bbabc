"""What stands after `cdk deploy`, and what is left after `cdk destroy`."""

from __future__ import annotations

from typing import Any, Final

import pytest

from infra.commands.release import destroy
from infra.environments import COMMITTED
from tests.rehearsal.cloud import Cloud
from tests.rehearsal.conftest import Deployment, say
from tests.rehearsal.front import Front

STACKS: Final = ("prepai-dev-data", "prepai-dev-tools", "prepai-dev-app")

# See README.md: whatever else is accepted without being made would make the rehearsal say less than it seems to.
_ONLY_ACCEPTED: Final = {
    "AWS::BedrockAgentCore::Runtime",
    "AWS::BedrockAgentCore::RuntimeEndpoint",
    "AWS::Budgets::Budget",
    "AWS::CloudWatch::CompositeAlarm",
    "AWS::Logs::Delivery",
    "AWS::Logs::DeliveryDestination",
    "AWS::Logs::DeliverySource",
    "AWS::S3Vectors::Index",
    "AWS::S3Vectors::VectorBucket",
    "AWS::WAFv2::LoggingConfiguration",
}
_REALLY_MADE: Final = {
    "AWS::Bedrock::DataSource",
    "AWS::Bedrock::Guardrail",
    "AWS::Bedrock::GuardrailVersion",
    "AWS::Bedrock::KnowledgeBase",
    "Custom::CDKBucketDeployment",
}


@pytest.fixture(scope="module")
def stacks(deployment: Deployment) -> dict[str, Any]:
    found = deployment.cloud.client("cloudformation").describe_stacks()["Stacks"]
    return {stack["StackName"]: stack for stack in found}


def test_every_stack_is_complete_and_came_after_those_it_needs(stacks: dict[str, Any]) -> None:
    assert {name: stacks[name]["StackStatus"] for name in STACKS} == dict.fromkeys(STACKS, "CREATE_COMPLETE")
    begun = [stacks[name]["CreationTime"] for name in STACKS]
    assert begun == sorted(begun)


def test_what_was_only_accepted_is_what_the_readme_lists(deployment: Deployment) -> None:
    # Alarms over expressions are accepted by the handler that makes the others.
    assert {of["type"] for of in deployment.cloud.accepted()} <= _ONLY_ACCEPTED | _REALLY_MADE


def test_functions_run_what_was_built_for_this_machine(deployment: Deployment) -> None:
    functions = deployment.cloud.client("lambda").list_functions()["Functions"]
    ours = {
        function["FunctionName"]: function for function in functions if "CDK" not in function["FunctionName"]
    }
    say(f"{len(functions)} functions, {sum(len(r) for r in _resources(deployment.cloud).values())} resources")

    assert {"prepai-dev-api", "prepai-dev-code-executor"} <= set(ours)
    assert {function["Runtime"] for function in ours.values()} == {"python3.13"}
    assert "VOICE_RUNTIME_ARN" in ours["prepai-dev-api"]["Environment"]["Variables"]


def _resources(cloud: Cloud) -> dict[str, list[Any]]:
    client = cloud.client("cloudformation")
    return {name: client.describe_stack_resources(StackName=name)["StackResources"] for name in STACKS}


def test_nothing_went_wrong_in_silence(deployment: Deployment) -> None:
    voice = deployment.cloud.folder / "voice.log"
    lines = [*deployment.logged(), *(voice.read_text().splitlines() if voice.exists() else ())]

    assert [line for line in lines if '"level":"ERROR"' in line or "AccessDenied" in line] == []


def test_destroying_it_leaves_nothing(deployment: Deployment, front: Front) -> None:
    say(f"{front.counted} requests through the distribution")

    code = destroy(
        COMMITTED["dev"],
        context=(),
        confirmed="dev",
        client=lambda service, _region=None: deployment.cloud.client(service),
        cdk=lambda arguments: deployment.cloud.try_cdk([*arguments, "--app", str(deployment.assemblies[-1])]),
    )

    assert code == 0
    cloud = deployment.cloud
    left = cloud.client("cloudformation").describe_stacks()["Stacks"]
    assert [stack["StackName"] for stack in left] == ["CDKToolkit"]
    assert not cloud.client("lambda").list_functions()["Functions"]
    assert not cloud.client("dynamodb").list_tables()["TableNames"]
    assert not cloud.client("cognito-idp").list_user_pools(MaxResults=10)["UserPools"]
    assert not cloud.client("sqs").list_queues().get("QueueUrls")
    assert not cloud.client("apigatewayv2").get_apis()["Items"]
    buckets = [bucket["Name"] for bucket in cloud.client("s3").list_buckets()["Buckets"]]
    assert [name for name in buckets if name.startswith("prepai")] == []
    roles = [role["RoleName"] for role in cloud.client("iam").list_roles(MaxItems=1000)["Roles"]]
    assert [name for name in roles if name.startswith("prepai")] == []
