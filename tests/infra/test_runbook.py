"""When each alarm rings, as the runbook tells it: the column "rings" says what the templates hold, in words.

The document is written by hand and the number in a construct is, too: one that changes alone is found here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns

from infra import RUNBOOK
from infra.constructs.operations import Surface
from infra.environments import COMMITTED
from infra.rules.template import references, text
from tests.infra.conftest import ROOT, Stack, Stacks

_OPERATORS: Final = {
    "GreaterThanThreshold": "over",
    "GreaterThanOrEqualToThreshold": "at least",
    "LessThanThreshold": "under",
}
# What services and we ourselves measure time in.
_MILLISECONDS: Final = frozenset({"FirstSoundTime", "Latency", "RecognitionTime", "TotalTime", "TurnTime"})
_MICROSECONDS: Final = frozenset({"ModelLatency"})
_PER_CENT: Final = frozenset({"5xxErrorRate"})
_WORDS: Final = {"AVG": "average", "SUM": "sum"}
_ALWAYS_ON: Final = "always on"


@pytest.fixture(scope="module")
def told() -> dict[str, str]:
    """The column "rings" of the runbook's table, by anchor."""
    return dict(
        re.findall(
            r'^\| <a id="([a-z0-9-]+)"></a>\1 \| [^|]+ \| ([^|]+) \| [^|]+ \|$',
            (ROOT / RUNBOOK).read_text("utf-8"),
            re.MULTILINE,
        )
    )


@pytest.fixture(scope="module")
def ringing(synthesise: Callable[..., Stacks]) -> dict[str, str]:
    """The same of the templates of every environment, and of speech that is always on where that differs."""
    usual = _phrases(*(synthesise(name) for name in COMMITTED))
    always_on = _phrases(synthesise("staging", speech="always_on"))
    return {
        anchor: "; ".join(
            [
                _cell(phrases),
                *(
                    f"{_ALWAYS_ON}: {_cell(others)}"
                    for others in (always_on.get(anchor, phrases),)
                    if not others.items() <= phrases.items()
                ),
            ]
        )
        for anchor, phrases in usual.items()
    }


def test_the_runbook_says_of_every_alarm_when_it_rings(told: dict[str, str], ringing: dict[str, str]) -> None:
    assert len(ringing) > 25
    assert {anchor: told.get(anchor) for anchor in ringing} == ringing


def test_what_the_runbook_says_to_ring_is_an_alarm_or_the_budget(
    told: dict[str, str], ringing: dict[str, str]
) -> None:
    assert told.keys() - ringing.keys() == {"spend"}


def test_the_runbook_names_the_shares_of_the_budget_that_speak(told: dict[str, str], stacks: Stacks) -> None:
    notices = [
        each["Notification"]
        for each in stacks["app"].one("AWS::Budgets::Budget")["NotificationsWithSubscribers"]
    ]
    said = [f"{each['NotificationType'].lower()} over {each['Threshold']} %" for each in notices]

    assert sorted(told["spend"].split("; ")) == sorted(said)


@pytest.mark.parametrize(("given", "ringing_after"), [(2, 2), (None, 3)], ids=["some of them", "all of them"])
def test_an_alarm_rings_after_as_many_datapoints_as_it_was_given_else_after_all(
    given: int | None, ringing_after: int
) -> None:
    app = cdk.App()
    stack = cdk.Stack(app, "stack")
    surface = Surface(
        stack, "Alarms", environment=COMMITTED["dev"], name="data", topic=sns.Topic(stack, "Topic")
    )

    surface.alarm(
        "late",
        metric=cloudwatch.Metric(namespace="AWS/Lambda", metric_name="Errors"),
        threshold=0,
        evaluation_periods=3,
        datapoints=given,
        runbook="function-errors",
    )

    template = app.synth(skip_validation=True).get_stack_by_name("stack").template
    alarm = Stack("dev", "data", template).one("AWS::CloudWatch::Alarm")
    assert (alarm["DatapointsToAlarm"], alarm["EvaluationPeriods"]) == (ringing_after, 3)


def _phrases(*environments: Stacks) -> dict[str, dict[str, str]]:
    """By anchor and by the alarm's name without its environment's: when it rings. The same in every environment."""
    found: dict[str, dict[str, str]] = {}
    for stacks in environments:
        for stack in stacks.values():
            for resource in stack.of("AWS::CloudWatch::Alarm").values():
                alarm = resource["Properties"]
                anchor = alarm["AlarmDescription"].partition("#")[2]
                name = alarm["AlarmName"].removeprefix(f"prepai-{stack.environment}-")
                phrase = _phrase(alarm, stack)
                assert found.setdefault(anchor, {}).setdefault(name, phrase) == phrase, (
                    f"{name} of {stack.environment} rings at another value than elsewhere"
                )
    return found


def _cell(phrases: dict[str, str]) -> str:
    """One phrase for all alarms of a line, or each alarm's own."""
    if len(set(phrases.values())) == 1:
        return next(iter(phrases.values()))
    return "; ".join(f"`{name}`: {phrase}" for name, phrase in sorted(phrases.items()))


def _phrase(alarm: dict[str, Any], stack: Stack) -> str:
    periods = set(_of_queries(alarm, "Period"))
    names = set(_of_queries(alarm, "MetricName"))
    share = names <= _PER_CENT or any("100 *" in e for e in _of_queries(alarm, "Expression"))
    statistics = {_WORDS.get(s, s.lower() if s[0].isupper() else s) for s in _statistics(alarm)}
    words = [
        # A share has no statistic, nor has what is made of several.
        *(statistics if len(statistics) == 1 and not share else ()),
        _OPERATORS[alarm["ComparisonOperator"]],
        _value(alarm, stack, names, share=share),
    ]
    silence = ", or silence" if alarm["TreatMissingData"] == "breaching" else ""
    assert len(periods) == 1, f"{alarm['AlarmName']} looks at periods of {periods} s"
    return (
        f"{' '.join(words)}{silence}, {alarm['DatapointsToAlarm']} of {alarm['EvaluationPeriods']} × "
        f"{_duration(periods.pop())}"
    )


def _value(alarm: dict[str, Any], stack: Stack, names: set[str], *, share: bool) -> str:
    threshold, environment = alarm["Threshold"], COMMITTED[stack.environment]
    if names == {"Duration"}:
        function = next(iter(references(alarm["Dimensions"]) - {"AWS::AccountId"}))
        timeout_ms = stack.resources[function]["Properties"]["Timeout"] * 1_000
        return f"{threshold / timeout_ms:.0%} of the timeout".replace("%", " %")
    if names == {"EstimatedTPMQuotaUsage"}:
        part = threshold / environment.model_tokens_per_minute
        return f"{part:.0%} of `model_tokens_per_minute`".replace("%", " %")
    if names == {"InputTokenCount", "OutputTokenCount"}:
        assert threshold == environment.daily_token_limit
        return "`daily_token_limit`"
    if names <= _MILLISECONDS:
        return f"{threshold / 1_000:g} s"
    if names <= _MICROSECONDS:
        return f"{threshold / 1_000_000:g} s"
    return f"{threshold:,g} %" if share else f"{threshold:,g}"


def _of_queries(alarm: dict[str, Any], key: str) -> Iterator[Any]:
    """A property of the alarm itself, or of each of its queries and their metrics."""
    if key in alarm:
        yield alarm[key]
    for query in alarm.get("Metrics", ()):
        statistic = query.get("MetricStat", {})
        for place in (query, statistic, statistic.get("Metric", {})):
            if key in place:
                yield text(place[key]) if key == "Expression" else place[key]
        if key == "MetricName" and (selected := re.search(r"SELECT \w+\((\w+)\)", _expression(query))):
            yield selected[1]


def _statistics(alarm: dict[str, Any]) -> set[str]:
    found = {alarm[key] for key in ("Statistic", "ExtendedStatistic") if key in alarm}
    for query in alarm.get("Metrics", ()):
        if "MetricStat" in query:
            found.add(query["MetricStat"]["Stat"])
        if selected := re.search(r"SELECT (\w+)\(", _expression(query)):
            found.add(selected[1])
    return found


def _expression(query: dict[str, Any]) -> str:
    return text(query.get("Expression", ""))


def _duration(seconds: int) -> str:
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds % length == 0:
            return f"{seconds // length} {unit}"
    return f"{seconds} s"
