"""Deliberate faults in the synthesised production stacks, each caught by the rule or check that is named for it.

A rule nobody ever saw speak may be silent for another reason. A fault that does not apply any more fails its test.
"""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import pytest

from infra.policies import RULES
from infra.rules.template import Template
from tests.infra.checks import CHECKS
from tests.infra.conftest import Stack, Stacks

type Resources = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Fault:
    """A change of one stack's resources, and the rule or check that must object."""

    name: str
    stack: str
    apply: Callable[[Resources], object]
    caught_by: str


def first(resources: Resources, kind: str, where: Callable[[Any], bool] = bool) -> dict[str, Any]:
    """The properties of the first resource of a type that fits; fails where there is none to break."""
    for resource in resources.values():
        if resource["Type"] == kind and where(resource.setdefault("Properties", {})):
            properties: dict[str, Any] = resource["Properties"]
            return properties
    pytest.fail(f"nothing to break: no such {kind}")


def first_resource(resources: Resources, kind: str) -> dict[str, Any]:
    return next(resource for resource in resources.values() if resource["Type"] == kind)


def named(resources: Resources, start: str) -> tuple[str, dict[str, Any]]:
    found = sorted(name for name in resources if name.startswith(start))
    assert found, f"nothing to break: nothing begins with {start}"
    return found[0], resources[found[0]]


def removed(kind: str, key: str) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        del first(resources, kind, lambda p: key in p)[key]

    return apply


def given(kind: str, key: str, value: Any) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        first(resources, kind)[key] = value

    return apply


def gone(kind: str) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        name = next((n for n, r in resources.items() if r["Type"] == kind), None)
        assert name is not None, f"nothing to break: no {kind}"
        del resources[name]

    return apply


def _statement(change: Callable[[dict[str, Any]], None]) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        change(first(resources, "AWS::IAM::Policy")["PolicyDocument"]["Statement"][0])

    return apply


def _trust(change: Callable[[dict[str, Any]], None]) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        change(first(resources, "AWS::IAM::Role")["AssumeRolePolicyDocument"]["Statement"][0])

    return apply


def _not_followed(resources: Resources) -> None:
    del first_resource(resources, "AWS::BedrockAgentCore::Runtime")["Metadata"]["PrepAI::Follows"]


def _both_schemas(resources: Resources) -> None:
    group = first(resources, "AWS::Bedrock::Agent")["ActionGroups"][0]
    group["ApiSchema"] = {"Payload": "openapi: 3.0.0"}


def _tool_for_anybody(resources: Resources) -> None:
    permission = first(resources, "AWS::Lambda::Permission")
    del permission["SourceArn"], permission["SourceAccount"]


def _action_group_past_its_alias(resources: Resources) -> None:
    executor = first(resources, "AWS::Bedrock::Agent")["ActionGroups"][0]["ActionGroupExecutor"]
    executor["Lambda"] = "arn:aws:lambda:us-east-1:123456789012:function:prepai-prod-code-executor"


def _prompt_attack(resources: Resources) -> None:
    filters = first(resources, "AWS::Bedrock::Guardrail")["ContentPolicyConfig"]["FiltersConfig"]
    next(f for f in filters if f["Type"] == "PROMPT_ATTACK")["OutputStrength"] = "HIGH"


def _no_prompt_attack(resources: Resources) -> None:
    policy = first(resources, "AWS::Bedrock::Guardrail")["ContentPolicyConfig"]
    policy["FiltersConfig"] = [f for f in policy["FiltersConfig"] if f["Type"] != "PROMPT_ATTACK"]


def _variables(change: Callable[[dict[str, Any]], None]) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        handler = "lambdas.api.handler.handler"
        function = first(resources, "AWS::Lambda::Function", lambda p: p.get("Handler") == handler)
        change(function["Environment"]["Variables"])

    return apply


def _another_handler(resources: Resources) -> None:
    function = first(resources, "AWS::Lambda::Function", lambda p: "code_executor" in p["Handler"])
    function["Handler"] = "lambdas.code_executer.handler.handler"


def _no_dead_letters(resources: Resources) -> None:
    first(resources, "AWS::SQS::Queue", lambda p: "RedrivePolicy" in p).pop("RedrivePolicy")


def _plain_queue(resources: Resources) -> None:
    for resource in resources.values():
        if resource["Type"] == "AWS::SQS::QueuePolicy":
            statements = resource["Properties"]["PolicyDocument"]["Statement"]
            statements[:] = [s for s in statements if s["Effect"] != "Deny"]


def _plain_bucket(resources: Resources) -> None:
    policy = first(resources, "AWS::S3::BucketPolicy")["PolicyDocument"]
    policy["Statement"] = [s for s in policy["Statement"] if s["Effect"] != "Deny"]


def _public_bucket(resources: Resources) -> None:
    policy = first(resources, "AWS::S3::BucketPolicy")["PolicyDocument"]
    policy["Statement"].append(
        {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}
    )


def _lost_event(resources: Resources) -> None:
    resources["Nightly"] = {
        "Type": "AWS::Events::Rule",
        "Properties": {
            "ScheduleExpression": "rate(1 day)",
            "Targets": [{"Id": "t", "Arn": "arn:aws:sqs:::q"}],
        },
    }


def _unheard_call(resources: Resources) -> None:
    permission = first(resources, "AWS::Lambda::Permission")
    permission["Principal"] = "s3.amazonaws.com"


def _ingestion_past_its_alias(resources: Resources) -> None:
    name = next(
        n for n, r in resources.items() if "knowledge_ingestion" in str(r["Properties"].get("Handler"))
    )
    first(resources, "AWS::Lambda::EventSourceMapping")["FunctionName"] = {"Ref": name}


def _unknown_place(resources: Resources) -> None:
    resources["Recordings0A1B2C3D"] = copy.deepcopy(named(resources, "CandidatesBucket")[1])


def _unused_attribute(resources: Resources) -> None:
    table = first(resources, "AWS::DynamoDB::GlobalTable")
    table["AttributeDefinitions"].append({"AttributeName": "colour", "AttributeType": "S"})


def _missing_attribute(resources: Resources) -> None:
    first(resources, "AWS::DynamoDB::GlobalTable")["AttributeDefinitions"].pop()


def _endless_recovery(resources: Resources) -> None:
    replica = first(resources, "AWS::DynamoDB::GlobalTable")["Replicas"][0]
    del replica["PointInTimeRecoverySpecification"]["RecoveryPeriodInDays"]


def _bucket_goes_with_its_stack(resources: Resources) -> None:
    named(resources, "CandidatesBucket")[1]["DeletionPolicy"] = "Delete"


def _moved_table(resources: Resources) -> None:
    name, table = named(resources, "EventsTable")
    resources["EventsTableFEDCBA98"] = table
    del resources[name]


def _unprotected_table(resources: Resources) -> None:
    first(resources, "AWS::DynamoDB::GlobalTable")["Replicas"][0]["DeletionProtectionEnabled"] = False


def _slow_integration(resources: Resources) -> None:
    first(resources, "AWS::ApiGatewayV2::Integration")["TimeoutInMillis"] = 31_000


def _integration_past_its_alias(resources: Resources) -> None:
    name = next(n for n, r in resources.items() if r["Type"] == "AWS::Lambda::Function")
    first(resources, "AWS::ApiGatewayV2::Integration")["IntegrationUri"] = {"Fn::GetAtt": [name, "Arn"]}


def _open_route(resources: Resources) -> None:
    route = first(resources, "AWS::ApiGatewayV2::Route", lambda p: p.get("AuthorizationType") == "JWT")
    route["AuthorizationType"] = "NONE"


def _origin_secret_in_clear(resources: Resources) -> None:
    origins = first(resources, "AWS::CloudFront::Distribution")["DistributionConfig"]["Origins"]
    header = next(o for o in origins if o.get("OriginCustomHeaders"))["OriginCustomHeaders"][0]
    header["HeaderValue"] = "hunter2"


def _no_firewall(resources: Resources) -> None:
    del first(resources, "AWS::CloudFront::Distribution")["DistributionConfig"]["WebACLId"]


def _plain_page(resources: Resources) -> None:
    distribution = first(resources, "AWS::CloudFront::Distribution")["DistributionConfig"]
    distribution["DefaultCacheBehavior"]["ViewerProtocolPolicy"] = "allow-all"


def _self_sign_up(resources: Resources) -> None:
    first(resources, "AWS::Cognito::UserPool")["AdminCreateUserConfig"]["AllowAdminCreateUserOnly"] = False


def _dashboard(change: Callable[[str], Any]) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        dashboard = first(resources, "AWS::CloudWatch::Dashboard")
        before = dashboard["DashboardBody"]
        dashboard["DashboardBody"] = change(json.dumps(before))
        assert dashboard["DashboardBody"] != before

    return apply


def _datapoints(resources: Resources) -> None:
    alarm = first(resources, "AWS::CloudWatch::Alarm", lambda p: "EvaluationPeriods" in p)
    alarm["DatapointsToAlarm"] = alarm["EvaluationPeriods"] + 1


def _statistic(resources: Resources) -> None:
    first(resources, "AWS::CloudWatch::Alarm", lambda p: "ExtendedStatistic" in p)["ExtendedStatistic"] = (
        "p9.5.5"
    )


def _deleted_alarm(resources: Resources) -> None:
    name, _ = named(resources, "Alarmsthrottles")
    del resources[name]


def _unheard_alarm(resources: Resources) -> None:
    resources["Quiet"] = copy.deepcopy(named(resources, "Alarmsthrottles")[1])


def _alarm_to_nowhere(resources: Resources) -> None:
    first(resources, "AWS::CloudWatch::Alarm")["AlarmDescription"] = "docs/operations.md#no-such-line"


def _import(resources: Resources) -> None:
    first(resources, "AWS::IAM::Policy")["PolicyDocument"]["Statement"][0]["Resource"] = {
        "Fn::ImportValue": "prepai-prod-data:TableArn"
    }


def _wrong_attribute(attribute: str) -> Callable[[Resources], None]:
    def apply(resources: Resources) -> None:
        model = first(resources, "AWS::SageMaker::Model")
        model["ExecutionRoleArn"]["Fn::GetAtt"][1] = attribute

    return apply


def _low_ceiling(resources: Resources) -> None:
    target = first(resources, "AWS::ApplicationAutoScaling::ScalableTarget")
    target["MinCapacity"] = target["MaxCapacity"] + 1


def _low_ceiling_of_machines(resources: Resources) -> None:
    variant = first(resources, "AWS::SageMaker::EndpointConfig")["ProductionVariants"][0]
    variant["ManagedInstanceScaling"]["MinInstanceCount"] = 9


def _serverless(resources: Resources) -> None:
    variant = first(resources, "AWS::SageMaker::EndpointConfig")["ProductionVariants"][0]
    variant["ServerlessConfig"] = {"MemorySizeInMB": 3000, "MaxConcurrency": 5}


def _capture(resources: Resources) -> None:
    first(resources, "AWS::SageMaker::EndpointConfig")["DataCaptureConfig"] = {"EnableCapture": True}


def _retired_model(resources: Resources) -> None:
    agent = first(resources, "AWS::Bedrock::Agent")
    agent["FoundationModel"] = "us.anthropic.claude-3-5-haiku-20241022-v1:0"


def _executor_reads_a_bucket(resources: Resources) -> None:
    _, policy = named(resources, "CodeExecutorFunctionRoleDefaultPolicy")
    policy["Properties"]["PolicyDocument"]["Statement"].append(
        {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::candidates/cvs/x"}
    )


def _one_more_right(resources: Resources) -> None:
    _, policy = named(resources, "RestRoleDefaultPolicy")
    policy["Properties"]["PolicyDocument"]["Statement"][0]["Action"] = ["logs:DeleteLogGroup"]


FAULTS = (
    Fault(
        "a resource of *",
        "tools",
        _statement(lambda s: s.update(Resource="*")),
        "no-star-without-an-argument",
    ),
    Fault(
        "an action of *", "tools", _statement(lambda s: s.update(Action="*")), "no-star-without-an-argument"
    ),
    Fault(
        "all of a service",
        "app",
        _statement(lambda s: s.update(Action="dynamodb:*")),
        "no-star-without-an-argument",
    ),
    Fault(
        "every table",
        "app",
        _statement(
            lambda s: s.update(Action="dynamodb:Query", Resource="arn:aws:dynamodb:us-east-1:1:table/*")
        ),
        "no-star-without-an-argument",
    ),
    Fault(
        "all but one action",
        "app",
        _statement(lambda s: s.update(NotAction="iam:*")),
        "no-star-without-an-argument",
    ),
    Fault(
        "a managed policy",
        "app",
        given("AWS::IAM::Role", "ManagedPolicyArns", ["arn:aws:iam::aws:policy/ReadOnlyAccess"]),
        "no-managed-policies",
    ),
    Fault(
        "a managed policy of our own",
        "app",
        lambda r: r.update(
            More={"Type": "AWS::IAM::ManagedPolicy", "Properties": {"Roles": [{"Ref": "RestRole"}]}}
        ),
        "no-managed-policies",
    ),
    Fault(
        "a principal that is none",
        "app",
        _trust(lambda s: s.update(Principal={"Service": "lamda.amazonaws.com"})),
        "principals-are-known-services",
    ),
    Fault(
        "everybody may become a role",
        "app",
        _trust(lambda s: s.update(Principal={"AWS": "*"})),
        "roles-trust-services-of-this-account-only",
    ),
    Fault(
        "a service acts for anybody",
        "speech",
        _trust(lambda s: s.pop("Condition")),
        "roles-trust-services-of-this-account-only",
    ),
    Fault(
        "an agent of anybody calls a tool", "agent", _tool_for_anybody, "services-call-for-this-account-only"
    ),
    Fault(
        "an open bucket",
        "data",
        removed("AWS::S3::Bucket", "PublicAccessBlockConfiguration"),
        "nothing-is-for-everybody",
    ),
    Fault("a public bucket", "data", _public_bucket, "nothing-is-for-everybody"),
    Fault(
        "a function's URL",
        "app",
        lambda r: r.update(Url={"Type": "AWS::Lambda::Url", "Properties": {"AuthType": "NONE"}}),
        "nothing-is-for-everybody",
    ),
    Fault(
        "an unencrypted bucket",
        "data",
        removed("AWS::S3::Bucket", "BucketEncryption"),
        "nothing-lies-unencrypted",
    ),
    Fault(
        "an unencrypted table",
        "data",
        removed("AWS::DynamoDB::GlobalTable", "SSESpecification"),
        "nothing-lies-unencrypted",
    ),
    Fault(
        "an unencrypted queue",
        "tools",
        removed("AWS::SQS::Queue", "SqsManagedSseEnabled"),
        "nothing-lies-unencrypted",
    ),
    Fault(
        "a key that is never rotated",
        "data",
        removed("AWS::KMS::Key", "EnableKeyRotation"),
        "nothing-lies-unencrypted",
    ),
    Fault("a bucket without TLS", "data", _plain_bucket, "nothing-is-reached-without-tls"),
    Fault("a queue without TLS", "tools", _plain_queue, "nothing-is-reached-without-tls"),
    Fault("a topic without TLS", "data", gone("AWS::SNS::TopicPolicy"), "nothing-is-reached-without-tls"),
    Fault("a bucket nobody named", "data", _unknown_place, "every-place-is-in-the-deletion-table"),
    Fault("sound is captured", "speech", _capture, "every-place-is-in-the-deletion-table"),
    Fault(
        "an agent remembers",
        "agent",
        given("AWS::Bedrock::Agent", "MemoryConfiguration", {"StorageDays": 30}),
        "every-place-is-in-the-deletion-table",
    ),
    Fault(
        "the bucket goes with its stack",
        "data",
        _bucket_goes_with_its_stack,
        "removal-follows-the-environment",
    ),
    Fault("an attribute nobody uses", "data", _unused_attribute, "tables-define-what-they-use"),
    Fault("an attribute nobody defines", "data", _missing_attribute, "tables-define-what-they-use"),
    Fault(
        "a table that never forgets",
        "data",
        removed("AWS::DynamoDB::GlobalTable", "TimeToLiveSpecification"),
        "tables-forget-and-recover",
    ),
    Fault("recovery for five weeks", "data", _endless_recovery, "tables-forget-and-recover"),
    Fault("a log for ever", "app", removed("AWS::Logs::LogGroup", "RetentionInDays"), "logs-forget"),
    Fault(
        "a function makes its own log",
        "tools",
        removed("AWS::Lambda::Function", "LoggingConfig"),
        "functions-write-a-log-of-ours",
    ),
    Fault("a queue without dead letters", "tools", _no_dead_letters, "queues-have-somewhere-for-what-fails"),
    Fault(
        "an event that can be lost", "tools", _lost_event, "calls-nobody-waits-for-have-somewhere-to-fail-to"
    ),
    Fault(
        "a call nobody hears fail", "app", _unheard_call, "calls-nobody-waits-for-have-somewhere-to-fail-to"
    ),
    Fault("no tags", "app", removed("AWS::Lambda::Function", "Tags"), "everything-says-whose-it-is"),
    Fault("an attribute that is not there", "speech", _wrong_attribute("RoleArn"), "attributes-exist"),
    Fault("an id for an ARN", "speech", _wrong_attribute("RoleId"), "attributes-exist"),
    Fault("a role that is gone", "app", gone("AWS::IAM::Role"), "attributes-exist"),
    Fault("an import", "app", _import, "stacks-do-not-import-from-each-other"),
    Fault(
        "an alarm without a runbook",
        "app",
        removed("AWS::CloudWatch::Alarm", "AlarmDescription"),
        "alarms-lead-to-the-runbook",
    ),
    Fault("an alarm nobody hears", "data", _unheard_alarm, "alarms-reach-somebody"),
    Fault(
        "a surface that tells nobody",
        "data",
        removed("AWS::CloudWatch::CompositeAlarm", "AlarmActions"),
        "alarms-reach-somebody",
    ),
    Fault("four of three periods", "app", _datapoints, "alarms-can-ring"),
    Fault("a statistic that is none", "app", _statistic, "alarms-can-ring"),
    Fault(
        "a dashboard that is no JSON", "app", _dashboard(lambda body: body[:-5]), "dashboards-show-something"
    ),
    Fault("an empty dashboard", "app", _dashboard(lambda _: '{"widgets": []}'), "dashboards-show-something"),
    Fault(
        "a dashboard's statistic",
        "app",
        _dashboard(lambda _: '{"widgets": [{"properties": {"stat": "q95"}}]}'),
        "dashboards-show-something",
    ),
    Fault("both schemas", "agent", _both_schemas, "action-groups-have-one-schema"),
    Fault("a retired model", "agent", _retired_model, "models-are-served"),
    Fault(
        "attacks looked for in answers",
        "tools",
        _prompt_attack,
        "prompt-attacks-are-looked-for-in-what-comes-in",
    ),
    Fault(
        "attacks not looked for", "tools", _no_prompt_attack, "prompt-attacks-are-looked-for-in-what-comes-in"
    ),
    Fault("fewest copies above most", "speech", _low_ceiling, "scaling-has-room"),
    Fault("fewest machines above most", "speech", _low_ceiling_of_machines, "scaling-has-room"),
    Fault("an integration of 31 s", "app", _slow_integration, "integrations-end-before-the-api-does"),
    Fault("serverless memory between steps", "speech", _serverless, "serverless-memory-is-in-steps"),
    Fault(
        "an engine with a network",
        "speech",
        given("AWS::SageMaker::Model", "EnableNetworkIsolation", False),
        "engines-are-isolated",
    ),
    Fault("a handler that is not there", "tools", _another_handler, "handlers-exist"),
    Fault(
        "a missing variable",
        "app",
        _variables(lambda v: v.pop("EVENT_TABLE")),
        "functions-get-their-variables",
    ),
    Fault(
        "an unknown variable",
        "app",
        _variables(lambda v: v.update(S3_BUCKETS="x")),
        "functions-get-their-variables",
    ),
    Fault(
        "a tool without its alias",
        "app",
        _variables(lambda v: v.update(LAMBDA_CV_ANALYZER="prepai-prod-cv-analyzer")),
        "functions-are-called-by-their-alias",
    ),
    Fault(
        "an action group without its alias",
        "agent",
        _action_group_past_its_alias,
        "functions-are-called-by-their-alias",
    ),
    Fault(
        "the API past its alias", "app", _integration_past_its_alias, "functions-are-called-by-their-alias"
    ),
    Fault(
        "ingestion past its alias", "tools", _ingestion_past_its_alias, "functions-are-called-by-their-alias"
    ),
    Fault(
        "a secret in a variable",
        "app",
        _variables(lambda v: v.update(ORIGIN_SECRET="hunter2")),
        "secrets-are-references",
    ),
    Fault("the origin's secret in clear", "app", _origin_secret_in_clear, "secrets-are-references"),
    Fault("a reference nobody follows", "app", _not_followed, "weak-references-are-followed"),
    Fault("an open route", "app", _open_route, "routes-ask-for-a-token"),
    Fault("the firewall detached", "app", _no_firewall, "the-page-has-its-firewall"),
    Fault("the page without TLS", "app", _plain_page, "the-page-has-its-firewall"),
    Fault("self sign-up", "data", _self_sign_up, "people-are-invited"),
    Fault(
        "no second factor",
        "data",
        given("AWS::Cognito::UserPool", "MfaConfiguration", "OFF"),
        "people-are-invited",
    ),
    Fault(
        "a second factor at will",
        "data",
        given("AWS::Cognito::UserPool", "MfaConfiguration", "OPTIONAL"),
        "people-are-invited",
    ),
    Fault("a deleted alarm", "data", _deleted_alarm, "alarms_that_are_missing"),
    Fault("no budget", "app", gone("AWS::Budgets::Budget"), "alarms_that_are_missing"),
    Fault("an alarm to a line that is not there", "speech", _alarm_to_nowhere, "anchors_without_a_line"),
    Fault("a table that moved", "data", _moved_table, "stateful_ids_that_moved"),
    Fault(
        "the table's protection removed",
        "data",
        _unprotected_table,
        "stacks_of_production_that_can_be_removed",
    ),
    Fault(
        "the executor reads a bucket", "tools", _executor_reads_a_bucket, "the_executor_only_writes_its_log"
    ),
    Fault("one more right", "app", _one_more_right, "roles_that_drifted"),
)


@pytest.fixture(scope="module")
def production(synthesise: Callable[..., Stacks]) -> Stacks:
    return synthesise("prod")


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name.replace(" ", "-"))
def test_a_fault_is_caught_by_its_rule(production: Stacks, fault: Fault) -> None:
    broken = copy.deepcopy(production[fault.stack].template)

    fault.apply(broken["Resources"])

    assert broken != production[fault.stack].template, "the fault changed nothing"
    assert not _objections(fault, production), "the rule objects to the stack as it is"
    stack = replace(production[fault.stack], template=broken)
    assert _objections(fault, {**production, fault.stack: stack})


def test_every_rule_and_check_is_seen_to_speak() -> None:
    seen = {fault.caught_by for fault in FAULTS}

    assert {*RULES, *CHECKS} - seen == {"references-are-there"}


def test_a_reference_to_nothing_is_caught() -> None:
    template = {"Resources": {"A": {"Type": "AWS::SNS::Topic", "Properties": {"TopicName": {"Ref": "Gone"}}}}}

    assert [v.found for v in RULES["references-are-there"](Template(template))] == ["Gone is not there"]


def _objections(fault: Fault, stacks: Mapping[str, Stack]) -> list[Any]:
    if fault.caught_by in CHECKS:
        return list(CHECKS[fault.caught_by](stacks))
    return list(RULES[fault.caught_by](Template(stacks[fault.stack].template)))
