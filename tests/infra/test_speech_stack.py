"""How the speech engines run on SageMaker: isolated, uncaptured, scaled by calls, and taken back when they fail."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_iam as iam

from infra.constructs.speech_endpoint import NO_DIGEST
from infra.environments import COMMITTED, EngineImage, InvalidEnvironmentError
from infra.stacks.data import DataStack
from infra.stacks.speech import SpeechStack
from tests.infra.conftest import ACCOUNT, Stack, Stacks, context

ENGINES = ("whisper", "tts")


def synthesised(name: str = "staging", **changes: Any) -> Stack:
    """The speech stack of an environment, with nothing around it but the data stack."""
    environment = replace(COMMITTED[name], **changes)
    stage = cdk.Stage(
        cdk.App(context=context()), name, env=cdk.Environment(account=ACCOUNT, region=environment.region)
    )
    data = DataStack(stage, "data", environment=environment)
    speech = SpeechStack(stage, "speech", environment=environment, data=data)
    template = stage.synth(skip_validation=True).get_stack_artifact(speech.artifact_id).template
    return Stack(name, "speech", template)


@pytest.fixture(scope="module", params=["scale_to_zero", "always_on"])
def speech(request: pytest.FixtureRequest) -> Stack:
    return synthesised(speech=request.param)


@pytest.fixture(scope="module")
def at_zero() -> Stack:
    return synthesised()


def test_an_environment_without_speech_has_no_speech_stack(synthesise: Callable[..., Stacks]) -> None:
    assert "speech" not in synthesise("dev", speech="off")


def test_each_engine_has_one_model_and_its_component_runs_it(speech: Stack) -> None:
    models = speech.of("AWS::SageMaker::Model")
    components = speech.of("AWS::SageMaker::InferenceComponent").values()

    assert len(models) == len(ENGINES)
    assert {c["Properties"]["Specification"]["ModelName"]["Fn::GetAtt"][0] for c in components} == set(models)


def test_containers_reach_no_network_and_nothing_is_captured(speech: Stack) -> None:
    for kind in ("AWS::SageMaker::Model", "AWS::SageMaker::EndpointConfig"):
        for resource in speech.of(kind).values():
            assert resource["Properties"]["EnableNetworkIsolation"] is True
            assert "DataCaptureConfig" not in resource["Properties"]


def test_an_image_without_a_digest_is_one_that_cannot_exist(at_zero: Stack) -> None:
    images = [
        m["Properties"]["PrimaryContainer"]["Image"]["Fn::Join"][1][-1]
        for m in at_zero.of("AWS::SageMaker::Model").values()
    ]

    assert sorted(images) == [f"/prepai/{engine}@{NO_DIGEST}" for engine in sorted(ENGINES)]


def test_an_image_is_pinned_by_its_digest() -> None:
    digest = f"sha256:{'a1' * 32}"

    stack = synthesised(whisper=EngineImage(repository="prepai/whisper", digest=digest))

    assert f"/prepai/whisper@{digest}" in str(stack.of("AWS::SageMaker::Model"))


@pytest.mark.parametrize(("speech_mode", "least"), [("scale_to_zero", 0), ("always_on", 1)])
def test_machines_and_copies_go_to_zero_only_where_the_environment_says_so(
    speech_mode: str, least: int
) -> None:
    stack = synthesised(speech=speech_mode)

    machines = [
        variant["ManagedInstanceScaling"]["MinInstanceCount"]
        for c in stack.of("AWS::SageMaker::EndpointConfig").values()
        for variant in c["Properties"]["ProductionVariants"]
    ]
    copies = [t["Properties"]["MinCapacity"] for t in _targets(stack)]
    assert machines == copies == [least, least]


def test_a_call_to_an_engine_at_zero_wakes_it(at_zero: Stack) -> None:
    stepped = {
        name
        for name, policy in at_zero.of("AWS::ApplicationAutoScaling::ScalingPolicy").items()
        if policy["Properties"]["PolicyType"] == "StepScaling"
    }
    waking = {
        action["Fn::GetAtt"][0]
        for alarm in at_zero.of("AWS::CloudWatch::Alarm").values()
        for action in alarm["Properties"].get("AlarmActions", ())
        if alarm["Properties"].get("MetricName") == "NoCapacityInvocationFailures"
    }

    assert len(stepped) == len(ENGINES)
    assert waking == stepped


def test_an_engine_that_is_always_on_needs_no_waking() -> None:
    stack = synthesised(speech="always_on")

    policies = [p["Properties"] for p in stack.of("AWS::ApplicationAutoScaling::ScalingPolicy").values()]

    assert {p["PolicyType"] for p in policies} == {"TargetTrackingScaling"}


def test_copies_follow_the_calls_that_each_has_at_once(speech: Stack) -> None:
    tracked = {
        p["Properties"]["TargetTrackingScalingPolicyConfiguration"]["PredefinedMetricSpecification"][
            "PredefinedMetricType"
        ]
        for p in speech.of("AWS::ApplicationAutoScaling::ScalingPolicy").values()
        if p["Properties"]["PolicyType"] == "TargetTrackingScaling"
    }

    assert tracked == {"SageMakerInferenceComponentConcurrentRequestsPerCopyHighResolution"}


def test_a_prewarmed_copy_is_released_an_hour_later() -> None:
    for target in _targets(synthesised("prod")):
        actions = {
            a["ScheduledActionName"]: (a["Schedule"], a["ScalableTargetAction"]["MinCapacity"])
            for a in target["Properties"]["ScheduledActions"]
        }

        assert actions == {
            "prewarm-0": ("cron(45 12 ? * MON-FRI *)", 1),
            "release-0": ("cron(45 13 ? * MON-FRI *)", 0),
            "prewarm-1": ("cron(45 16 ? * MON-FRI *)", 1),
            "release-1": ("cron(45 17 ? * MON-FRI *)", 0),
        }


@pytest.mark.parametrize("at", ["rate(1 day)", "cron(45 23 ? * MON-FRI *)", "cron(*/5 12 ? * * *)"])
def test_a_prewarm_that_cannot_be_taken_back_is_refused(at: str) -> None:
    with pytest.raises(InvalidEnvironmentError, match="expected prewarm as cron"):
        synthesised(prewarm=(at,))


def test_a_rollout_is_taken_back_by_alarms_of_the_same_engine(speech: Stack) -> None:
    for component in speech.of("AWS::SageMaker::InferenceComponent").values():
        alarms = component["Properties"]["DeploymentConfig"]["AutoRollbackConfiguration"]["Alarms"]
        watched = [speech.resources[a["AlarmName"]["Ref"]]["Properties"] for a in alarms]

        assert {a["MetricName"] for a in watched} == {"Invocation5XXErrors", "ModelLatency"}
        assert {d["Value"] for a in watched for d in a["Dimensions"]} == {
            component["Properties"]["InferenceComponentName"]
        }


@pytest.mark.parametrize("missing", ["5xx", "4xx", "latency", "no-capacity"])
def test_each_engine_is_watched(speech: Stack, missing: str) -> None:
    names = [a["Properties"]["AlarmName"] for a in speech.of("AWS::CloudWatch::Alarm").values()]

    for engine in ENGINES:
        assert f"prepai-staging-speech-{engine}-{missing}" in names


def test_the_engines_role_pulls_its_own_image_and_reads_no_bucket(speech: Stack) -> None:
    for name, policy in speech.of("AWS::IAM::Policy").items():
        statements: list[dict[str, Any]] = policy["Properties"]["PolicyDocument"]["Statement"]
        pulled = [str(s["Resource"]) for s in statements if "ecr:BatchGetImage" in s["Action"]]
        engine = "whisper" if name.startswith("Whisper") else "tts"

        assert len(pulled) == 1
        assert pulled[0].endswith(f":repository/prepai/{engine}")
        assert "s3:" not in str(statements)


def test_a_caller_may_invoke_both_engines_and_nothing_else_of_sagemaker() -> None:
    app = cdk.App(context=context())
    environment = COMMITTED["staging"]
    stack = SpeechStack(
        app, "speech", environment=environment, data=DataStack(app, "data", environment=environment)
    )
    caller = cdk.Stack(app, "caller")
    role = iam.Role(caller, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))

    stack.grant_invoke(role)

    resources = app.synth(skip_validation=True).get_stack_by_name("caller").template["Resources"].values()
    statements = [
        s
        for r in resources
        if r["Type"] == "AWS::IAM::Policy"
        for s in r["Properties"]["PolicyDocument"]["Statement"]
    ]
    assert [s["Action"] for s in statements] == [
        "sagemaker:InvokeEndpoint",
        ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"],
    ]
    assert all("*" not in str(s["Resource"]) for s in statements)


def _targets(stack: Stack) -> list[dict[str, Any]]:
    return list(stack.of("AWS::ApplicationAutoScaling::ScalableTarget").values())
