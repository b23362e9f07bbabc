"""What interviewers can use: an executor without rights, an index that follows documents, a guardrail that holds."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra import ROOT
from infra.constructs.guardrail import Guardrail, GuardrailError
from infra.constructs.rest_api import TIMEOUT_S
from infra.environments import COMMITTED, RETIRED_MODELS
from runtime.aws.ocr import _WITHIN_S
from runtime.interview.agent import ContentFilter
from runtime.services.agent import AGENT
from tests.infra.conftest import ACCOUNT, Stack, Stacks, synthesised

import aws_cdk as cdk  # isort: skip - after infra, which chooses the Node it runs on

TOOLS = ("code-executor", "cv-analyzer", "performance-evaluator")
FUNCTIONS = (*TOOLS, "knowledge-ingestion")


def function(stack: Stack, name: str) -> dict[str, Any]:
    named = {
        each["Properties"].get("FunctionName"): each["Properties"]
        for each in stack.of("AWS::Lambda::Function").values()
    }
    return dict(named[f"prepai-{stack.environment}-{name}"])


def statements(stack: Stack, role: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Everything the role (as `Fn::GetAtt`) may do."""
    logical_id = role["Fn::GetAtt"][0]
    assert not stack.resources[logical_id]["Properties"].get("ManagedPolicyArns")
    return [
        statement
        for policy in stack.of("AWS::IAM::Policy").values()
        if {"Ref": logical_id} in policy["Properties"]["Roles"]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def actions(statements: list[dict[str, Any]]) -> set[str]:
    return {
        action
        for statement in statements
        for action in ([statement["Action"]] if isinstance(statement["Action"], str) else statement["Action"])
    }


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_handler_is_there(stacks: Stacks, name: str) -> None:
    module, _, attribute = function(stacks["tools"], name)["Handler"].rpartition(".")

    source = (ROOT / f"{module.replace('.', '/')}.py").read_text()

    assert f"def {attribute}(event" in source


def test_the_code_executor_may_write_its_log_and_nothing_else(stacks: Stacks) -> None:
    tools = stacks["tools"]
    executor = function(tools, "code-executor")

    allowed = statements(tools, executor["Role"])

    assert actions(allowed) == {"logs:CreateLogStream", "logs:PutLogEvents"}
    log = executor["LoggingConfig"]["LogGroup"]["Ref"]
    assert [statement["Resource"] for statement in allowed] == [{"Fn::GetAtt": [log, "Arn"]}]
    assert executor["Environment"]["Variables"].keys() == {"PREPAI_ENVIRONMENT"}


def test_the_code_executor_starts_from_a_snapshot_and_within_what_snapshots_allow(stacks: Stacks) -> None:
    executor = function(stacks["tools"], "code-executor")

    assert executor["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    assert executor.get("EphemeralStorage", {"Size": 512})["Size"] <= 512
    assert "FileSystemConfigs" not in executor
    aliases = stacks["tools"].of("AWS::Lambda::Alias").values()
    assert not [alias for alias in aliases if "ProvisionedConcurrencyConfig" in alias["Properties"]]


@pytest.mark.parametrize("name", TOOLS)
def test_a_tool_has_a_whole_processor_and_outlasts_its_longest_work(stacks: Stacks, name: str) -> None:
    tool = function(stacks["tools"], name)

    assert tool["MemorySize"] >= 1769
    # 30 s of submission, and less than the 65 s after which the platform hangs up; of a CV's reading the API must hear
    # before it gives up itself, and the reading has its own time left when Textract has used up its own.
    low, high = (_WITHIN_S + 5, TIMEOUT_S - 2) if name == "cv-analyzer" else (30, 65)
    assert low < tool["Timeout"] < high


def test_the_cv_analyzer_reads_cvs_of_its_own_bucket_only(stacks: Stacks) -> None:
    tools = stacks["tools"]
    analyzer = function(tools, "cv-analyzer")
    bucket = analyzer["Environment"]["Variables"]["S3_BUCKET"]

    allowed = statements(tools, analyzer["Role"])

    [read] = [statement for statement in allowed if statement["Action"] == "s3:GetObject"]
    assert read["Resource"] == [f"arn:aws:s3:::{bucket}/cvs/*", f"arn:aws:s3:::{bucket}/sessions/*"]
    assert not {action for action in actions(allowed) if action.startswith(("s3:Put", "s3:Delete"))}


def test_where_data_is_encrypted_under_a_key_the_cv_analyzer_may_use_it_through_s3_only(
    synthesise: Callable[..., Stacks],
) -> None:
    def keys(stacks: Stacks) -> list[dict[str, Any]]:
        tools = stacks["tools"]
        allowed = statements(tools, function(tools, "cv-analyzer")["Role"])
        return [statement for statement in allowed if "kms:Decrypt" in statement["Action"]]

    [with_key] = keys(synthesise("prod"))
    assert with_key["Condition"] == {"StringEquals": {"kms:ViaService": "s3.us-east-1.amazonaws.com"}}
    assert with_key["Resource"] != "*"
    assert keys(synthesise("dev")) == []


def test_the_index_leaves_what_bedrock_writes_out_of_its_filters(stacks: Stacks) -> None:
    index = stacks["tools"].one("AWS::S3Vectors::Index")

    assert set(index["MetadataConfiguration"]["NonFilterableMetadataKeys"]) == {
        "AMAZON_BEDROCK_TEXT",
        "AMAZON_BEDROCK_METADATA",
    }
    assert 3 <= len(index["IndexName"]) <= 63


def test_the_index_has_the_dimension_of_the_model_that_embeds(stacks: Stacks) -> None:
    tools = stacks["tools"]
    vectors = tools.one("AWS::Bedrock::KnowledgeBase")["KnowledgeBaseConfiguration"][
        "VectorKnowledgeBaseConfiguration"
    ]
    model = vectors["EmbeddingModelConfiguration"]["BedrockEmbeddingModelConfiguration"]

    index = tools.one("AWS::S3Vectors::Index")

    assert model["Dimensions"] == index["Dimension"] == 1024
    assert (index["DataType"], index["DistanceMetric"]) == ("float32", "cosine")


def test_no_stack_names_a_retired_model(stacks: Stacks) -> None:
    for stack in stacks.values():
        text = json.dumps(stack.template)
        assert not [model for model in RETIRED_MODELS if model in text]


def test_the_knowledge_base_is_made_after_its_role_may_read_and_write(stacks: Stacks) -> None:
    tools = stacks["tools"]
    [base] = tools.of("AWS::Bedrock::KnowledgeBase").values()
    policies = {
        name
        for name, policy in tools.of("AWS::IAM::Policy").items()
        if "s3vectors:PutVectors" in actions(policy["Properties"]["PolicyDocument"]["Statement"])
    }

    assert policies
    assert policies <= set(base["DependsOn"])


def test_only_bedrock_on_behalf_of_this_account_takes_the_knowledge_bases_role(stacks: Stacks) -> None:
    tools = stacks["tools"]
    role = tools.one("AWS::Bedrock::KnowledgeBase")["RoleArn"]["Fn::GetAtt"][0]

    [trust] = tools.resources[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]

    assert trust["Principal"] == {"Service": "bedrock.amazonaws.com"}
    assert trust["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "123456789012"},
        "ArnLike": {"aws:SourceArn": "arn:aws:bedrock:us-east-1:123456789012:knowledge-base/*"},
    }


def test_documents_are_private_versioned_and_heard_of(stacks: Stacks) -> None:
    bucket = stacks["tools"].one("AWS::S3::Bucket")

    assert all(bucket["PublicAccessBlockConfiguration"].values())
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert bucket["NotificationConfiguration"] == {"EventBridgeConfiguration": {"EventBridgeEnabled": True}}
    denied = [
        statement["Condition"]
        for statement in stacks["tools"].one("AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
    ]
    assert {"Bool": {"aws:SecureTransport": "false"}} in denied


def queues(tools: Stack) -> tuple[str, str]:
    """The logical ids of the queue and its dead letters'."""
    found = tools.of("AWS::SQS::Queue")
    assert len(found) == 2
    [queue] = [name for name, each in found.items() if "RedrivePolicy" in each["Properties"]]
    [dead] = found.keys() - {queue}
    return queue, dead


def test_a_change_is_tried_for_an_hour_and_then_kept_where_an_alarm_sees_it(stacks: Stacks) -> None:
    tools = stacks["tools"]
    queue, dead = queues(tools)
    properties = tools.resources[queue]["Properties"]

    redrive = properties["RedrivePolicy"]

    assert redrive["deadLetterTargetArn"] == {"Fn::GetAtt": [dead, "Arn"]}
    assert redrive["maxReceiveCount"] * properties["VisibilityTimeout"] >= 3600
    assert [
        alarm
        for alarm in tools.of("AWS::CloudWatch::Alarm").values()
        if {"Name": "QueueName", "Value": {"Fn::GetAtt": [dead, "QueueName"]}}
        in alarm["Properties"].get("Dimensions", [])
    ]


def test_queues_take_messages_over_tls_only_and_encrypt_them(stacks: Stacks) -> None:
    tools = stacks["tools"]
    denied = {
        name
        for policy in tools.of("AWS::SQS::QueuePolicy").values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny"
        and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        for name in [statement["Resource"]["Fn::GetAtt"][0]]
    }

    assert denied == set(queues(tools))
    assert all(each["Properties"]["SqsManagedSseEnabled"] for each in tools.of("AWS::SQS::Queue").values())


def test_changes_come_one_after_the_other(stacks: Stacks) -> None:
    tools = stacks["tools"]
    queue, _ = queues(tools)
    targets = [
        target for rule in tools.of("AWS::Events::Rule").values() for target in rule["Properties"]["Targets"]
    ]

    assert tools.resources[queue]["Properties"]["FifoQueue"] is True
    assert {target["SqsParameters"]["MessageGroupId"] for target in targets} == {"documents"}


def test_many_changes_are_one_job_and_none_is_missed(stacks: Stacks) -> None:
    tools = stacks["tools"]
    queue, _ = queues(tools)
    properties = tools.resources[queue]["Properties"]
    texts = {
        target["Input"]
        for rule in tools.of("AWS::Events::Rule").values()
        for target in rule["Properties"]["Targets"]
    }

    # SQS drops a second message of the same text for five minutes: read any sooner, the first would not cover it.
    assert properties["ContentBasedDeduplication"] is True
    assert len(texts) == 1
    assert properties["DelaySeconds"] > 300


def test_documents_are_looked_at_every_hour_whether_or_not_an_event_came(stacks: Stacks) -> None:
    rules = [rule["Properties"] for rule in stacks["tools"].of("AWS::Events::Rule").values()]

    assert [rule["ScheduleExpression"] for rule in rules if "ScheduleExpression" in rule] == ["rate(1 hour)"]
    [pattern] = [rule["EventPattern"] for rule in rules if "EventPattern" in rule]
    assert pattern["detail-type"] == ["Object Created", "Object Deleted"]


def test_only_these_rules_may_send_to_the_queue(stacks: Stacks) -> None:
    tools = stacks["tools"]
    queue, _ = queues(tools)
    allowed = [
        statement
        for policy in tools.of("AWS::SQS::QueuePolicy").values()
        if policy["Properties"]["Queues"] == [{"Ref": queue}]
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Allow"
    ]

    senders = [statement["Condition"]["ArnEquals"]["aws:SourceArn"] for statement in allowed]

    assert {sender["Fn::GetAtt"][0] for sender in senders} == tools.of("AWS::Events::Rule").keys()


def test_the_queue_waits_six_times_as_long_as_its_function_may_take(stacks: Stacks) -> None:
    tools = stacks["tools"]
    queue, _ = queues(tools)

    timeout = function(tools, "knowledge-ingestion")["Timeout"]

    assert tools.resources[queue]["Properties"]["VisibilityTimeout"] >= 6 * timeout


def test_what_could_not_be_started_goes_back_to_the_queue_and_is_no_error(stacks: Stacks) -> None:
    mapping = stacks["tools"].one("AWS::Lambda::EventSourceMapping")

    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_a_knowledge_base_without_a_finished_job_in_three_hours_of_the_clock_is_stale(stacks: Stacks) -> None:
    tools = stacks["tools"]
    [alarm] = [
        each["Properties"]
        for each in tools.of("AWS::CloudWatch::Alarm").values()
        if each["Properties"]["AlarmName"].endswith("-stale")
    ]
    metrics = {each["Id"]: each for each in alarm["Metrics"]}
    expression = next(each["Expression"] for each in alarm["Metrics"] if "Expression" in each)
    asked = metrics["struck"]["MetricStat"]["Metric"]
    clock = next(
        rule["Properties"]["Name"]
        for rule in tools.of("AWS::Events::Rule").values()
        if "ScheduleExpression" in rule["Properties"]
    )

    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert {each["MetricStat"]["Period"] for each in metrics.values() if "MetricStat" in each} == {3600}
    assert alarm["EvaluationPeriods"] == 3
    # A strike of the clock is what makes silence wrong: before the first there is none, and nothing rings.
    assert expression == "SUM([0 * struck, completed])"
    assert (asked["Namespace"], asked["MetricName"]) == ("AWS/Events", "Invocations")
    assert metrics["completed"]["MetricStat"]["Metric"]["MetricName"] == "IngestionsCompleted"
    assert alarm["TreatMissingData"] == "notBreaching"
    [dimension] = asked["Dimensions"]
    assert dimension["Name"] == "RuleName"
    assert tools.resources[dimension["Value"]["Ref"]]["Properties"]["Name"] == clock


@pytest.mark.parametrize("metric", ["IngestionsCompleted", "IngestionsFailed"])
def test_alarms_of_ingestion_read_what_its_log_is_filtered_for(stacks: Stacks, metric: str) -> None:
    tools = stacks["tools"]
    written = [
        transformation
        for each in tools.of("AWS::Logs::MetricFilter").values()
        for transformation in each["Properties"]["MetricTransformations"]
        if transformation["MetricName"] == metric
    ]
    [read] = [
        found
        for each in tools.of("AWS::CloudWatch::Alarm").values()
        for found in (
            each["Properties"],
            *(
                query.get("MetricStat", {}).get("Metric", {})
                for query in each["Properties"].get("Metrics", ())
            ),
        )
        if found.get("MetricName") == metric
    ]

    assert [(each["MetricNamespace"], [d["Key"] for d in each["Dimensions"]]) for each in written] == [
        (read["Namespace"], [dimension["Name"] for dimension in read["Dimensions"]])
    ]


def test_documents_are_uploaded_after_somebody_listens(stacks: Stacks) -> None:
    tools = stacks["tools"]
    [upload] = tools.of("Custom::CDKBucketDeployment").values()

    before = set(upload["DependsOn"])

    assert tools.of("AWS::Events::Rule").keys() <= before
    assert queues(tools)[0] in before


def test_an_upload_removes_what_the_bank_no_longer_holds_and_nothing_of_an_employers(stacks: Stacks) -> None:
    tools = stacks["tools"]
    [upload] = tools.of("Custom::CDKBucketDeployment").values()
    [copier] = [
        each["Properties"]
        for each in tools.of("AWS::Lambda::Function").values()
        if "FunctionName" not in each["Properties"]
    ]

    allowed = statements(tools, copier["Role"])

    assert upload["Properties"]["Prune"] is True
    assert upload["Properties"]["DestinationBucketKeyPrefix"] == "bank"
    [copy] = [statement for statement in allowed if "s3:DeleteObject" in statement["Action"]]
    assert copy["Resource"]["Fn::Join"][1][-1] == "/bank/*"
    assert not {action for action in actions(allowed) if "*" in action}


def test_prompt_attacks_are_looked_for_in_what_comes_in_alone(stacks: Stacks) -> None:
    filters = stacks["tools"].one("AWS::Bedrock::Guardrail")["ContentPolicyConfig"]["FiltersConfig"]

    [attack] = [each for each in filters if each["Type"] == "PROMPT_ATTACK"]

    assert attack["OutputStrength"] == "NONE"
    assert attack["InputStrength"] != "NONE"


def test_a_guardrail_that_bedrock_would_refuse_is_refused_here() -> None:
    definition = replace(
        AGENT.guardrail, filters=(ContentFilter("PROMPT_ATTACK", input="HIGH", output="HIGH"),)
    )

    with pytest.raises(GuardrailError, match="NONE for PROMPT_ATTACK"):
        Guardrail(cdk.Stack(), "Guardrail", environment=COMMITTED["dev"], definition=definition)


def test_candidates_may_speak_of_what_the_interviewer_may_not(stacks: Stacks) -> None:
    topics = stacks["tools"].one("AWS::Bedrock::Guardrail")["TopicPolicyConfig"]["TopicsConfig"]

    assert topics
    assert all((topic["InputEnabled"], topic["OutputEnabled"]) == (False, True) for topic in topics)


def test_a_changed_guardrail_is_a_new_version_and_an_unchanged_one_is_not() -> None:
    def described(definition: Any) -> str:
        stack = cdk.Stack()
        Guardrail(stack, "Guardrail", environment=COMMITTED["dev"], definition=definition)
        template = cdk.assertions.Template.from_stack(stack).to_json()
        [version] = [
            each
            for each in template["Resources"].values()
            if each["Type"] == "AWS::Bedrock::GuardrailVersion"
        ]
        # What an older version of the agent names must not go away.
        assert version["UpdateReplacePolicy"] == "Retain"
        return str(version["Properties"]["Description"])

    assert described(AGENT.guardrail) == described(replace(AGENT.guardrail))
    assert described(AGENT.guardrail) != described(replace(AGENT.guardrail, blocked="Let us go on."))


def test_tools_deploy_without_the_agent(synthesise: Callable[..., Stacks]) -> None:
    with_agent, without = synthesise("dev"), synthesise("dev", interviewer="converse")

    assert "agent" not in without
    assert with_agent["tools"].resources.keys() == without["tools"].resources.keys()


@pytest.mark.parametrize("name", ["tools", "agent"])
def test_every_alarm_leads_to_a_row_of_the_runbook(stacks: Stacks, name: str) -> None:
    runbook = (ROOT / "docs" / "operations.md").read_text()
    alarms = [
        alarm["Properties"]["AlarmDescription"]
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for alarm in stacks[name].of(kind).values()
    ]

    assert alarms
    assert not [each for each in alarms if f'<a id="{each.partition("#")[2]}">' not in runbook]


def test_no_committed_environment_sends_cvs_to_a_model_unasked(stacks: Stacks) -> None:
    analyzer = function(stacks["tools"], "cv-analyzer")

    assert not [name for name, each in COMMITTED.items() if each.cv_model]
    assert "CV_MODEL_ID" not in analyzer["Environment"]["Variables"]
    assert not [a for a in actions(statements(stacks["tools"], analyzer["Role"])) if a.startswith("bedrock")]


def test_an_environment_that_asks_for_it_lets_the_analyzer_call_its_model_and_no_other() -> None:
    environment = replace(COMMITTED["dev"], account=ACCOUNT, cv_model=True)
    tools = synthesised(environment)["tools"]
    analyzer = function(tools, "cv-analyzer")

    assert analyzer["Environment"]["Variables"]["CV_MODEL_ID"] == environment.model.profile_id
    profile, regions = (
        each
        for each in statements(tools, analyzer["Role"])
        if each.get("Sid") in {"ModelProfile", "ModelRegions"}
    )
    assert str(profile["Resource"]).endswith(f":inference-profile/{environment.model.profile_id}")
    assert len(regions["Resource"]) == len(environment.model.regions)
    assert regions["Condition"]["StringEquals"].keys() == {"bedrock:InferenceProfileArn"}
