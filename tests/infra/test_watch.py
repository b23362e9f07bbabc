"""Who is told of what: each row of the runbook has its alarm, each alarm a metric that somebody writes."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from infra.constructs.dashboards import FUNCTIONS
from infra.constructs.metrics import NAMESPACE
from infra.environments import COMMITTED
from runtime.aws import telemetry
from tests.infra.conftest import EUROPE, ROOT, Stack, Stacks

# The rows of the runbook that this stack answers for, and the alarm that leads there.
ROWS: Final = {
    "api-faults": "api-faults",
    "api-latency": "api-latency",
    "function-errors": "api-api-errors",
    "function-throttles": "api-api-throttles",
    "function-duration": "api-api-duration",
    "voice-sessions-failing": "voice-sessions-failing",
    "voice-throttles": "voice-throttles",
    "model-throttles": "model-throttles",
    "model-quota": "model-quota",
    "token-spend": "model-tokens-a-day",
    "interviews-not-completed": "interviews-completion",
    "turn-latency": "interviews-turn-latency",
    "reports-failing": "interviews-reports",
    "tools-failing": "interviews-tools",
    "sandbox-kills": "interviews-sandbox-kills",
    "sandbox-failures": "interviews-sandbox-failures",
}
# A metric's name as code writes it, a literal that stands by itself.
WRITTEN: Final = {
    name
    for folder in ("runtime", "lambdas")
    for path in (ROOT / folder).rglob("*.py")
    for name in re.findall(r'"([A-Z][A-Za-z]+)"', path.read_text())
}
WIDGETS: Final = {"text", "metric", "alarm"}
COLUMNS: Final = 24


@pytest.fixture(scope="module", params=["business", "service"])
def board(request: pytest.FixtureRequest, synthesise: Callable[..., Stacks]) -> dict[str, Any]:
    """The body of a dashboard as CloudWatch would read it."""
    return body(synthesise("prod")["app"], request.param)


def body(app: Stack, name: str) -> dict[str, Any]:
    dashboard = next(
        resource["Properties"]
        for resource in app.of("AWS::CloudWatch::Dashboard").values()
        if resource["Properties"]["DashboardName"].endswith(f"-{name}")
    )
    parts = dashboard["DashboardBody"]["Fn::Join"][1]
    parsed: dict[str, Any] = json.loads("".join(part if isinstance(part, str) else "there" for part in parts))
    return parsed


def alarms(stack: Stack) -> Iterator[dict[str, Any]]:
    for resource in stack.of("AWS::CloudWatch::Alarm").values():
        yield resource["Properties"]


def metrics(alarm: dict[str, Any]) -> list[dict[str, Any]]:
    """The metrics an alarm looks at, with period and statistic."""
    if "MetricName" in alarm:
        return [alarm]
    return [
        {**query["MetricStat"]["Metric"], "Period": query["MetricStat"]["Period"], **query["MetricStat"]}
        for query in alarm["Metrics"]
        if "MetricStat" in query
    ]


@pytest.mark.parametrize(("anchor", "name"), sorted(ROWS.items()))
def test_each_row_of_the_runbook_has_its_alarm(stacks: Stacks, anchor: str, name: str) -> None:
    app = stacks["app"]
    leading = {alarm["AlarmName"]: alarm["AlarmDescription"] for alarm in alarms(app)}

    assert leading[f"prepai-{app.environment}-{name}"] == f"docs/operations.md#{anchor}"


def test_every_alarm_notifies_through_its_surface(stacks: Stacks) -> None:
    app = stacks["app"]
    rules = " ".join(
        json.dumps(resource["Properties"]["AlarmRule"])
        for resource in app.of("AWS::CloudWatch::CompositeAlarm").values()
    )

    # Some are CodeDeploy's, which takes a version back by itself; they notify all the same.
    assert not [name for name in app.of("AWS::CloudWatch::Alarm") if name not in rules]


def test_an_alarms_datapoints_are_not_more_than_its_periods(stacks: Stacks) -> None:
    assert not [
        alarm["AlarmName"]
        for alarm in alarms(stacks["app"])
        if not 0 < alarm["DatapointsToAlarm"] <= alarm["EvaluationPeriods"]
    ]


def test_no_alarm_looks_further_back_than_cloudwatch_does(stacks: Stacks) -> None:
    for alarm in alarms(stacks["app"]):
        longest = max(metric["Period"] for metric in metrics(alarm))
        # A day for periods below an hour, a week above: the shorter one is kept to.
        assert longest * alarm["EvaluationPeriods"] <= 86_400, alarm["AlarmName"]


def test_an_alarm_names_no_more_metrics_than_cloudwatch_takes(stacks: Stacks) -> None:
    assert max(len(metrics(alarm)) for alarm in alarms(stacks["app"])) <= 10


def test_an_alarm_returns_one_value(stacks: Stacks) -> None:
    for alarm in alarms(stacks["app"]):
        if "Metrics" in alarm:
            assert sum(query.get("ReturnData", True) for query in alarm["Metrics"]) == 1


def test_expressions_name_what_they_use(stacks: Stacks) -> None:
    for alarm in alarms(stacks["app"]):
        queries = alarm.get("Metrics", [])
        ids = {query["Id"] for query in queries}
        for query in queries:
            used = set(re.findall(r"\b[a-z]\w*", query.get("Expression", "")))
            assert used <= ids, (alarm["AlarmName"], used - ids)


def test_our_own_metrics_are_written_by_somebody(stacks: Stacks) -> None:
    read = {
        metric["MetricName"]
        for alarm in alarms(stacks["app"])
        for metric in metrics(alarm)
        if metric["Namespace"] == NAMESPACE
    }

    assert len(read) >= 8
    assert read <= WRITTEN


def test_our_own_metrics_are_read_where_they_are_written(stacks: Stacks) -> None:
    assert NAMESPACE == telemetry.NAMESPACE
    for alarm in alarms(stacks["app"]):
        for metric in metrics(alarm):
            if metric["Namespace"] == NAMESPACE:
                dimensions = {each["Name"]: each["Value"] for each in metric["Dimensions"]}
                assert dimensions["environment"] == stacks["app"].environment
                assert dimensions["service"] in {"api", "voice", "code-executor"}


def test_no_surface_lacks_an_alarm(stacks: Stacks) -> None:
    for resource in stacks["app"].of("AWS::CloudWatch::CompositeAlarm").values():
        assert "ALARM(" in json.dumps(resource["Properties"]["AlarmRule"])
        assert resource["Properties"]["AlarmActions"]


def test_voice_is_watched_where_sockets_are_counted(synthesise: Callable[..., Stacks]) -> None:
    failing = next(
        alarm for alarm in alarms(synthesise("dev")["app"]) if alarm["AlarmName"].endswith("sessions-failing")
    )
    dimensions = [
        {each["Name"]: each["Value"] for each in metric["Dimensions"]} for metric in metrics(failing)
    ]

    assert {each["Operation"] for each in dimensions} == {
        "InvokeAgentRuntime",
        "InvokeAgentRuntimeWithWebSocketStream",
    }
    assert {each["Name"] for each in dimensions} == {"prepai_dev_voice::live"}


def test_tokens_are_held_against_the_environments_daily_limit(stacks: Stacks) -> None:
    environment = COMMITTED[stacks["app"].environment]
    alarm = next(each for each in alarms(stacks["app"]) if each["AlarmName"].endswith("tokens-a-day"))

    assert alarm["Threshold"] == environment.daily_token_limit
    assert {metric["MetricName"] for metric in metrics(alarm)} == {"InputTokenCount", "OutputTokenCount"}
    assert {metric["Period"] for metric in metrics(alarm)} == {86_400}


def test_the_quota_speaks_before_it_is_full(stacks: Stacks) -> None:
    environment = COMMITTED[stacks["app"].environment]
    alarm = next(each for each in alarms(stacks["app"]) if each["AlarmName"].endswith("model-quota"))

    assert 0.5 < alarm["Threshold"] / environment.model_tokens_per_minute < 0.95
    assert metrics(alarm)[0]["Dimensions"] == [{"Name": "ModelId", "Value": environment.model.profile_id}]


def test_an_agents_refusals_count_where_there_is_an_agent(synthesise: Callable[..., Stacks]) -> None:
    def namespaces(interviewer: str) -> set[str]:
        app = synthesise("dev", interviewer=interviewer)["app"]
        throttles = next(each for each in alarms(app) if each["AlarmName"].endswith("model-throttles"))
        return {metric["Namespace"] for metric in metrics(throttles)}

    assert namespaces("bedrock_agent") == {"AWS/Bedrock", "AWS/Bedrock/Agents"}
    assert namespaces("converse") == {"AWS/Bedrock"}


def test_a_widget_is_of_a_kind_that_dashboards_know_and_lies_within_their_columns(
    board: dict[str, Any],
) -> None:
    for widget in board["widgets"]:
        assert widget["type"] in WIDGETS
        assert widget["x"] + widget["width"] <= COLUMNS


def test_widgets_do_not_lie_upon_each_other(board: dict[str, Any]) -> None:
    taken: set[tuple[int, int]] = set()
    for widget in board["widgets"]:
        cells = {
            (x, y)
            for x in range(widget["x"], widget["x"] + widget["width"])
            for y in range(widget["y"], widget["y"] + widget["height"])
        }
        assert not cells & taken, widget["properties"].get("title")
        taken |= cells


def plotted(board: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, str]]]:
    """Namespace, name and dimensions of every metric of a dashboard, short forms written out."""
    for widget in board["widgets"]:
        if widget["type"] == "metric":
            for row in widget["properties"]["metrics"]:
                names = [part for part in row if isinstance(part, str)]
                if names:
                    assert "." not in names
                    yield names[0], names[1], dict(zip(names[2::2], names[3::2], strict=True))


def test_dashboards_show_metrics_of_ours_that_somebody_writes(board: dict[str, Any]) -> None:
    own = {name for namespace, name, _ in plotted(board) if namespace == NAMESPACE}

    assert own
    assert own <= WRITTEN


def test_the_service_dashboard_names_functions_queues_and_engines_that_exist(
    synthesise: Callable[..., Stacks],
) -> None:
    stacks = synthesise("prod")
    made = {
        value
        for stack in stacks.values()
        for resource in stack.resources.values()
        for key, value in resource.get("Properties", {}).items()
        if key in {"FunctionName", "QueueName", "InferenceComponentName", "TableName"}
        and isinstance(value, str)
    }
    shown = {
        value
        for _, _, dimensions in plotted(body(stacks["app"], "service"))
        for name, value in dimensions.items()
        if name in {"FunctionName", "QueueName", "InferenceComponentName", "TableName"}
    }

    assert {f"prepai-prod-{name}" for name in FUNCTIONS} <= shown
    assert shown <= made


def test_the_service_dashboard_begins_with_every_surface_that_exists(
    synthesise: Callable[..., Stacks],
) -> None:
    stacks = synthesise("prod")
    surfaces = {
        resource["Properties"]["AlarmName"]
        for stack in stacks.values()
        for resource in stack.of("AWS::CloudWatch::CompositeAlarm").values()
    }
    status = next(each for each in body(stacks["app"], "service")["widgets"] if each["type"] == "alarm")

    assert {arn.rpartition(":alarm:")[2] for arn in status["properties"]["alarms"]} == surfaces


def test_the_budget_is_of_the_environment_alone_and_reaches_its_operators(stacks: Stacks) -> None:
    app = stacks["app"]
    environment = COMMITTED[app.environment]
    budget = app.one("AWS::Budgets::Budget")
    told = {
        (each["Notification"]["NotificationType"], each["Notification"]["Threshold"])
        for each in budget["NotificationsWithSubscribers"]
    }

    assert budget["Budget"]["CostFilters"] == {"TagKeyValue": [f"user:environment${app.environment}"]}
    assert budget["Budget"]["BudgetLimit"] == {"Amount": environment.monthly_budget_usd, "Unit": "USD"}
    assert told == {("FORECASTED", 100), ("ACTUAL", 80), ("ACTUAL", 100)}
    assert {
        subscriber["SubscriptionType"]
        for each in budget["NotificationsWithSubscribers"]
        for subscriber in each["Subscribers"]
    } == {"SNS"}


@pytest.mark.parametrize(
    "output",
    [
        *("PageUrl", "ApiUrl", "UserPoolId", "PageClientId", "MachineClientId", "TokenUrl", "TokenScope"),
        *("TableName", "BucketName", "VoiceRuntimeArn", "ApiFunction", "CodeExecutorFunction"),
    ],
)
def test_the_stack_says_how_people_and_programs_find_their_way_in(stacks: Stacks, output: str) -> None:
    said = stacks["app"].template["Outputs"][output]

    assert said["Value"]
    assert said["Description"]


def test_no_output_is_a_secret(stacks: Stacks) -> None:
    said = json.dumps(stacks["app"].template["Outputs"])

    assert "resolve:" not in said
    assert "Secret" not in said


def test_no_stack_imports_from_another(stacks: Stacks) -> None:
    assert "Fn::ImportValue" not in json.dumps(stacks["app"].template)


def test_elsewhere_than_in_cloudfronts_region_the_firewall_has_a_stack_there(
    synthesise: Callable[..., Stacks],
) -> None:
    stacks = synthesise("dev", **EUROPE)

    assert not stacks["app"].of("AWS::WAFv2::WebACL")
    assert stacks["firewall"].of("AWS::WAFv2::WebACL")
    assert stacks["watch"].of("AWS::Logs::Delivery")
