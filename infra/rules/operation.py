"""What keeps a deployment watched and its failures visible: logs, alarms, dashboards, queues, tags, references."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from typing import Any, Final

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from infra import RUNBOOK
from infra.rules.template import Template, Violation, references, text, walk

TAGS: Final = frozenset({"application", "environment"})
_REGION: Final = "us-east-1"
_STATISTICS: Final = frozenset({"Average", "IQM", "Maximum", "Minimum", "SampleCount", "Sum"})
# p99, tm90, tc10, ts5, wm98.5, and ranges as PR(0:100) or TM(2%:98%).
_EXTENDED: Final = re.compile(
    r"(p|tm|tc|ts|wm)(100|\d{1,2}(\.\d{1,10})?)|(PR|TM|TC|TS|WM)\([\d.]*%?:[\d.]*%?\)"
)
UNHEARD: Final = {
    "Ingestion(Changed|Clock)": "it says only that something changed, an alarm counts what was not delivered, and the "
    "clock says it again within the hour; a rule's dead letters cannot go to a queue in order",
}
"""Rules of EventBridge whose events may be lost, by logical id, and why."""
# Lambda calls these services' targets on its own and nobody hears of a failure.
_CALLERS: Final = frozenset({"events.amazonaws.com", "s3.amazonaws.com", "sns.amazonaws.com"})


def logs_forget(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::Logs::LogGroup"):
        if not properties.get("RetentionInDays"):
            yield Violation(
                resource=name, found="a log that is kept for ever", fix="make it by infra.constructs.log"
            )


def functions_write_a_log_of_ours(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::Lambda::Function"):
        group = properties.get("LoggingConfig", {}).get("LogGroup")
        if group is None:
            yield Violation(
                resource=name,
                found="Lambda would make its log, which is then kept for ever",
                fix="give it a log group by infra.constructs.log",
            )


def queues_have_somewhere_for_what_fails(template: Template) -> Iterator[Violation]:
    last_resorts = _last_resorts(template)
    for name, properties in template.of("AWS::SQS::Queue"):
        redrive = properties.get("RedrivePolicy")
        if name in last_resorts:
            continue
        if not redrive or not references(redrive.get("deadLetterTargetArn")):
            yield Violation(
                resource=name,
                found="a queue whose messages vanish when they fail",
                fix="dead_letter_queue=sqs.DeadLetterQueue(...)",
            )


def calls_nobody_waits_for_have_somewhere_to_fail_to(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::Events::Rule"):
        for target in properties.get("Targets", ()):
            argued = any(re.fullmatch(where + "[0-9A-F]{8}", name) for where in UNHEARD)
            if "DeadLetterConfig" not in target and not argued:
                yield Violation(
                    resource=name, found=f"target {target.get('Id')} without", fix="dead_letter_queue"
                )
    for name, properties in template.of("AWS::Scheduler::Schedule"):
        if "DeadLetterConfig" not in properties.get("Target", {}):
            yield Violation(resource=name, found="a schedule without", fix="dead_letter_queue")
    queues = {name for name, _ in template.of("AWS::SQS::Queue")}
    for name, properties in template.of("AWS::Lambda::EventSourceMapping"):
        source = properties.get("EventSourceArn")
        # A queue has its own place for what fails; the rule about queues sees to it.
        from_queue = bool(references(source) & queues) or ":sqs:" in text(source)
        if not from_queue and "OnFailure" not in properties.get("DestinationConfig", {}):
            yield Violation(resource=name, found="a stream without", fix="on_failure")
    kept = {
        ref
        for _, properties in template.of("AWS::Lambda::EventInvokeConfig")
        if "OnFailure" in properties.get("DestinationConfig", {})
        for ref in references(properties.get("FunctionName"))
    }
    for name, properties in template.of("AWS::Lambda::Permission"):
        if properties.get("Principal") in _CALLERS and not references(properties["FunctionName"]) & kept:
            yield Violation(
                resource=name,
                found=f"{properties['Principal']} calls it and nobody hears of a failure",
                fix="put a queue between, or set on_failure",
            )


def _last_resorts(template: Template) -> set[str]:
    found = set()
    for resource in template.resources.values():
        for path, value in walk(resource.get("Properties", {})):
            if path and path[-1] in {"deadLetterTargetArn", "DeadLetterConfig", "OnFailure"}:
                found |= references(value)
    return found


def everything_says_whose_it_is(template: Template) -> Iterator[Violation]:
    """Costs, permissions and clean-up go by these two tags."""
    for name, resource in template.resources.items():
        key = _tags_of(resource["Type"])
        if key is None:
            continue
        given = resource.get("Properties", {}).get(key) or ()
        tags = set(given) if isinstance(given, dict) else {tag["Key"] for tag in given}
        if missing := TAGS - tags:
            yield Violation(
                resource=name,
                found=f"without {' and '.join(sorted(missing))}",
                fix="put it below an EnvironmentStage, which tags everything",
            )


def attributes_exist(template: Template) -> Iterator[Violation]:
    for name, resource in template.resources.items():
        for path, value in walk(resource.get("Properties", {})):
            match value:
                case {"Fn::GetAtt": [str(target), str(attribute)]}:
                    pass
                case _:
                    continue
            if target not in template.resources:
                yield Violation(resource=name, found=f"{target} is not there", fix="refer to what is there")
                continue
            kind = template.resources[target]["Type"]
            known = _attributes_of(kind)
            if known is not None and attribute not in known:
                yield Violation(
                    resource=name,
                    found=f"{kind} has no attribute {attribute}",
                    fix=f"one of {', '.join(sorted(known))}",
                )
            wanted = next((part for part in reversed(path) if not part.isdigit()), "")
            if wanted.endswith("Arn") and kind != "AWS::Lambda::Alias" and not _may_be_arn(attribute):
                yield Violation(
                    resource=name, found=f"{wanted} is given {attribute} of {kind}", fix="give it an ARN"
                )


def references_are_there(template: Template) -> Iterator[Violation]:
    known = {*template.resources, *template.body.get("Parameters", {})}
    for name, resource in template.resources.items():
        for missing in references(resource.get("Properties", {})) - known:
            if not missing.startswith("AWS::"):
                yield Violation(resource=name, found=f"{missing} is not there", fix="refer to what is there")


def stacks_do_not_import_from_each_other(template: Template) -> Iterator[Violation]:
    """An export cannot change while somebody imports it: one such pair blocks every later deployment of both."""
    for path, value in walk(template.body):
        if path and path[-1] == "Fn::ImportValue":
            yield Violation(resource=path[1], found=f"imports {text(value)}", fix="use weak references")
    for name, output in template.body.get("Outputs", {}).items():
        if "Export" in output:
            yield Violation(resource=name, found="an export", fix="use weak references")


def alarms_lead_to_the_runbook(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"):
        if not re.fullmatch(rf"{re.escape(RUNBOOK)}#[a-z0-9-]+", str(properties.get("AlarmDescription"))):
            yield Violation(
                resource=name,
                found=f"described as {properties.get('AlarmDescription')!r}",
                fix=f"begin with {RUNBOOK}# and the anchor of its line",
            )


def alarms_reach_somebody(template: Template) -> Iterator[Violation]:
    """Through the composite of their surface, or by an action of their own."""
    heard: set[str] = set()
    for name, properties in template.of("AWS::CloudWatch::CompositeAlarm"):
        heard |= references(properties.get("AlarmRule"))
        if not properties.get("AlarmActions"):
            yield Violation(resource=name, found="tells nobody", fix="give it the operators' topic")
    for name, properties in template.of("AWS::CloudWatch::Alarm"):
        if name not in heard and not properties.get("AlarmActions"):
            yield Violation(resource=name, found="tells nobody", fix="make it by Surface.alarm")


def alarms_can_ring(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::CloudWatch::Alarm"):
        periods = properties.get("EvaluationPeriods", 1)
        if properties.get("DatapointsToAlarm", periods) > periods:
            yield Violation(
                resource=name,
                found=f"{properties['DatapointsToAlarm']} of {periods} periods",
                fix="at most as many datapoints as periods",
            )
        for statistic in _statistics_of(properties):
            if not _valid(statistic):
                yield Violation(
                    resource=name, found=f"statistic {statistic!r}", fix="a statistic such as Sum or p95"
                )


def dashboards_show_something(template: Template) -> Iterator[Violation]:
    for name, properties in template.of("AWS::CloudWatch::Dashboard"):
        try:
            body = json.loads(text(properties.get("DashboardBody", "")))
            widgets: list[dict[str, Any]] = body["widgets"]
        except (json.JSONDecodeError, KeyError, TypeError) as error:
            yield Violation(resource=name, found=f"a body that is none: {error}", fix="widgets as JSON")
            continue
        if not widgets:
            yield Violation(resource=name, found="no widget", fix="widgets, or no dashboard")
        for path, value in walk(widgets):
            if path and path[-1] == "stat" and not _valid(value):
                yield Violation(resource=name, found=f"statistic {value!r}", fix="such as Sum or p95")
        for widget in widgets:
            if widget.get("x", 0) + widget.get("width", 6) > 24:
                yield Violation(resource=name, found="wider than 24 columns", fix="break the row")


def _statistics_of(alarm: Any) -> Iterator[str]:
    for key in ("Statistic", "ExtendedStatistic"):
        if key in alarm:
            yield alarm[key]
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            yield query["MetricStat"]["Stat"]


def _valid(statistic: Any) -> bool:
    return statistic in _STATISTICS or bool(_EXTENDED.fullmatch(str(statistic)))


def _may_be_arn(attribute: str) -> bool:
    # Custom resources answer what they like; DynamoDB and Lambda call theirs StreamArn, Arn ...
    return attribute.lower().endswith("arn") or attribute.startswith("Data.")


@cache
def _schema(kind: str) -> Any:
    try:
        return PROVIDER_SCHEMA_MANAGER.get_resource_schema(_REGION, kind)
    except Exception:  # noqa: BLE001 - cfn-lint's own exception is not exported; custom resources have no schema
        return None


@cache
def _attributes_of(kind: str) -> frozenset[str] | None:
    schema = _schema(kind)
    if schema is None or kind.startswith(("Custom::", "AWS::CloudFormation::")):
        return None
    return frozenset(schema.get_atts)


@cache
def _tags_of(kind: str) -> str | None:
    """The property that carries a type's tags, where CloudFormation can tag it."""
    schema = _schema(kind)
    tagging = schema.schema.get("tagging", {}) if schema is not None else {}
    if tagging.get("taggable") is not True or "tagProperty" not in tagging:
        return None
    return str(tagging["tagProperty"]).removeprefix("/properties/")


RULES: Final = (
    logs_forget,
    functions_write_a_log_of_ours,
    queues_have_somewhere_for_what_fails,
    calls_nobody_waits_for_have_somewhere_to_fail_to,
    everything_says_whose_it_is,
    attributes_exist,
    references_are_there,
    stacks_do_not_import_from_each_other,
    alarms_lead_to_the_runbook,
    alarms_reach_somebody,
    alarms_can_ring,
    dashboards_show_something,
)
