"""Names: those that others rely on stay, and the longest still fits what services accept."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from infra.environments import COMMITTED
from infra.rules.template import Template, text
from tests.infra.conftest import ACCOUNT, Stacks, synthesised

# The property that names a type, and how long it may be.
NAMED = {
    "AWS::ApiGatewayV2::Api": ("Name", 128),
    "AWS::Bedrock::Agent": ("AgentName", 100),
    "AWS::Bedrock::Guardrail": ("Name", 50),
    "AWS::BedrockAgentCore::Runtime": ("AgentRuntimeName", 48),
    "AWS::CloudFront::CachePolicy": ("CachePolicyConfig.Name", 128),
    "AWS::CloudWatch::Alarm": ("AlarmName", 255),
    "AWS::DynamoDB::GlobalTable": ("TableName", 255),
    "AWS::Lambda::Function": ("FunctionName", 64),
    "AWS::Logs::DeliverySource": ("Name", 60),
    "AWS::Logs::DeliveryDestination": ("Name", 60),
    "AWS::Logs::LogGroup": ("LogGroupName", 512),
    "AWS::S3::Bucket": ("BucketName", 63),
    "AWS::S3Vectors::VectorBucket": ("VectorBucketName", 63),
    "AWS::SQS::Queue": ("QueueName", 80),
    "AWS::SageMaker::Endpoint": ("EndpointName", 63),
    "AWS::SageMaker::InferenceComponent": ("InferenceComponentName", 63),
    "AWS::WAFv2::WebACL": ("Name", 128),
}


def names(stacks: Stacks) -> Iterator[tuple[str, str]]:
    for stack in stacks.values():
        template = Template(stack.template)
        for kind, (path, _) in NAMED.items():
            for _, properties in template.of(kind):
                value = properties
                for key in path.split("."):
                    value = value.get(key, {})
                if value:
                    yield kind, text(value)


@pytest.mark.parametrize(
    "tool", ["code-executor", "cv-analyzer", "performance-evaluator", "knowledge-ingestion", "api"]
)
def test_functions_are_named_by_environment_and_tool(stacks: Stacks, tool: str) -> None:
    named = {name for kind, name in names(stacks) if kind == "AWS::Lambda::Function"}

    assert f"prepai-{stacks['data'].environment}-{tool}" in named


def test_stacks_are_named_by_environment_and_concern(synthesise: Callable[..., Stacks]) -> None:
    assert set(synthesise("staging")) == {"agent", "app", "data", "speech", "tools"}


def test_names_tell_environments_of_one_account_apart(synthesise: Callable[..., Stacks]) -> None:
    # What a service draws, a runtime's id, is nobody else's anyway.
    named = [n for name in COMMITTED for n in set(names(synthesise(name))) if "RuntimeId}" not in n[1]]

    assert len(named) == len(set(named))


def test_the_longest_environment_fits_every_name() -> None:
    stacks = synthesised(replace(COMMITTED["staging"], account=ACCOUNT, name="n" * 20))

    too_long = [
        (kind, name)
        for kind, name in names(stacks)
        if len(name.replace("${AWS::AccountId}", ACCOUNT)) > NAMED[kind][1]
    ]
    assert too_long == []
