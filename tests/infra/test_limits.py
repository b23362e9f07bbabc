"""Numbers that bound what callers, addresses, tokens and engines may do, each held to the reason that it has."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, Final

import pytest

from infra.constructs.rest_api import OPEN
from runtime.api.throttling import ALLOWANCES
from tests.infra.conftest import ROOT, Stack, Stacks

OPERATIONS: Final[dict[str, str]] = {
    operation["operationId"]: f"{method.upper()} {path}"
    for path, operations in json.loads((ROOT / "docs/openapi.json").read_text("utf-8"))["paths"].items()
    for method, operation in operations.items()
}
# The product's target for a turn at p95, from the end of speech to the first sound.
TURN_TARGET_S: Final = 2
# What takes as long as somebody waits for it.
WAITED_FOR: Final = {"Duration", "FirstSoundTime", "Latency", "ModelLatency", "RecognitionTime", "TurnTime"}
_HOUR_MIN: Final = 60
_FIVE_MINUTES_S: Final = 300


@pytest.fixture(scope="module")
def speech(synthesise: Callable[..., Stacks]) -> Stack:
    return synthesise("prod")["speech"]


def rates(stacks: Stacks) -> dict[str, Any]:
    settings: dict[str, Any] = stacks["app"].one("AWS::ApiGatewayV2::Stage")["RouteSettings"]
    return settings


def alarms(stacks: Stacks) -> Iterator[tuple[Stack, dict[str, Any]]]:
    for stack in stacks.values():
        for resource in stack.of("AWS::CloudWatch::Alarm").values():
            yield stack, resource["Properties"]


def alarm(stacks: Stacks, end: str) -> dict[str, Any]:
    (found,) = (each for _, each in alarms(stacks) if each["AlarmName"].endswith(end))
    return found


def statistics(of: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Names and statistics of the metrics that an alarm looks at."""
    for each in (
        of,
        *(q["MetricStat"] | q["MetricStat"]["Metric"] for q in of.get("Metrics", ()) if "MetricStat" in q),
    ):
        if "MetricName" in each:
            yield each["MetricName"], each.get("ExtendedStatistic") or each.get("Statistic") or each["Stat"]


# The API


def test_what_a_caller_may_do_only_so_often_has_a_rate_for_all_callers_together(stacks: Stacks) -> None:
    """The API counts for each caller what costs more than a read; a thousand callers are bounded by the gateway.

    So are callers without a token, of whom the API knows nothing to count by.
    """
    unnamed = {f"GET {path}" for path in OPEN}

    assert set(rates(stacks)) == {OPERATIONS[operation] for operation in ALLOWANCES} | unnamed


@pytest.mark.parametrize("operation", sorted(ALLOWANCES))
def test_one_callers_burst_goes_through_and_a_flood_of_callers_does_not(
    stacks: Stacks, operation: str
) -> None:
    rate, allowance = rates(stacks)[OPERATIONS[operation]], ALLOWANCES[operation]
    general = stacks["app"].one("AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]

    assert allowance.burst <= rate["ThrottlingBurstLimit"] < general["ThrottlingBurstLimit"]
    assert 1 / allowance.every_s < rate["ThrottlingRateLimit"] < general["ThrottlingRateLimit"]


def test_an_api_that_answers_slowly_is_told_of_before_callers_get_no_answer(stacks: Stacks) -> None:
    longest_ms = stacks["app"].one("AWS::ApiGatewayV2::Integration")["TimeoutInMillis"]

    # Half of what anybody waits for: above, an alarm would say what callers have given up on.
    assert 1_000 <= alarm(stacks, "api-latency")["Threshold"] <= longest_ms / 2


def test_an_alarm_on_a_share_rings_while_some_calls_still_succeed(stacks: Stacks) -> None:
    shares = {
        each["AlarmName"]: each["Threshold"]
        for _, each in alarms(stacks)
        if "100 *" in json.dumps(each) or "Rate" in str(each.get("MetricName"))
    }

    assert len(shares) == 4
    assert all(0 < threshold < 100 for threshold in shares.values()), shares


@pytest.mark.parametrize("end", ["-api-faults", "-site-faults"])
def test_one_call_in_ten_never_fails_unheard(stacks: Stacks, end: str) -> None:
    assert alarm(stacks, end)["Threshold"] < 10


# Interviews


def test_an_interviewer_that_is_late_is_told_of_before_a_turn_takes_thrice_its_target(stacks: Stacks) -> None:
    assert TURN_TARGET_S * 1_000 < alarm(stacks, "turn-latency")["Threshold"] < 3 * TURN_TARGET_S * 1_000


def test_that_most_interviews_are_given_up_is_told_of(stacks: Stacks) -> None:
    completion = alarm(stacks, "interviews-completion")

    assert completion["ComparisonOperator"] == "LessThanThreshold"
    assert 50 <= completion["Threshold"] < 100


def test_an_alarm_on_how_long_people_wait_looks_at_those_who_wait_longest(stacks: Stacks) -> None:
    looked_at = {
        (each["AlarmName"], name, statistic)
        for _, each in alarms(stacks)
        for name, statistic in statistics(each)
        if name in WAITED_FOR
    }

    assert len(looked_at) >= 6
    for each in looked_at:
        percentile = re.fullmatch(r"p([\d.]+)", each[2])
        assert percentile, each
        assert 90 <= float(percentile[1]) < 100, each


# Speech


def test_the_first_call_to_an_engine_at_zero_wakes_it(speech: Stack) -> None:
    waking = [
        resource["Properties"]
        for resource in speech.of("AWS::CloudWatch::Alarm").values()
        if resource["Properties"].get("AlarmActions")
    ]

    assert len(waking) == 2
    for each in waking:
        # One call that found no copy is a maximum of one.
        assert each["Statistic"] in {"Maximum", "Sum"}
        assert each["ComparisonOperator"] == "GreaterThanOrEqualToThreshold"
        assert 0 < each["Threshold"] <= 1
        assert each["EvaluationPeriods"] == each["DatapointsToAlarm"] == 1
        # A candidate waits.
        assert each["Period"] <= 60


def test_copies_come_within_a_minute_of_each_other_and_go_slowly(speech: Stack) -> None:
    policies = [p["Properties"] for p in speech.of("AWS::ApplicationAutoScaling::ScalingPolicy").values()]
    tracked = [
        p["TargetTrackingScalingPolicyConfiguration"]
        for p in policies
        if p["PolicyType"] == "TargetTrackingScaling"
    ]
    stepped = [p["StepScalingPolicyConfiguration"] for p in policies if p["PolicyType"] == "StepScaling"]

    assert len(tracked) == len(stepped) == 2
    for policy in tracked:
        # People wait for a copy that comes; between two answers a candidate thinks for minutes.
        assert policy["ScaleOutCooldown"] <= 60
        assert 5 * 60 <= policy["ScaleInCooldown"] <= 60 * 60
    for policy in stepped:
        assert policy["Cooldown"] <= 60
        assert [step["ScalingAdjustment"] for step in policy["StepAdjustments"]] == [1]
        assert [step["MetricIntervalLowerBound"] for step in policy["StepAdjustments"]] == [0]


# The firewall


def test_an_address_may_do_what_a_class_behind_it_does_and_not_use_up_what_there_is_for_all(
    stacks: Stacks,
) -> None:
    firewall = next(s for s in stacks.values() if s.of("AWS::WAFv2::WebACL"))
    (limit,) = (
        rule["Statement"]["RateBasedStatement"]
        for rule in firewall.one("AWS::WAFv2::WebACL")["Rules"]
        if "RateBasedStatement" in rule["Statement"]
    )
    general = stacks["app"].one("AWS::ApiGatewayV2::Stage")["DefaultRouteSettings"]
    people, requests_a_minute = 30, 20

    assert limit["EvaluationWindowSec"] == _FIVE_MINUTES_S
    assert people * requests_a_minute * 5 <= limit["Limit"]
    # At most a half: with one that floods, everybody else still gets through.
    assert limit["Limit"] / _FIVE_MINUTES_S <= general["ThrottlingRateLimit"] / 2


# People and programs


def test_a_programs_token_opens_interviews_for_an_hour_at_most(stacks: Stacks) -> None:
    """Nobody can call a token of client credentials back: whoever finds one has it until it ends."""
    data = stacks["data"]
    client = next(
        resource["Properties"]
        for resource in data.of("AWS::Cognito::UserPoolClient").values()
        if "client_credentials" in resource["Properties"]["AllowedOAuthFlows"]
    )
    minutes = {"minutes": 1, "hours": 60, "days": 24 * 60, "seconds": 1 / 60}

    unit = minutes[client["TokenValidityUnits"]["AccessToken"]]
    assert 5 <= client["AccessTokenValidity"] * unit <= _HOUR_MIN


def test_a_password_has_at_least_twelve_characters_of_every_kind(stacks: Stacks) -> None:
    """Twelve are the ground on which the pool does without guessing at stolen passwords (identity.py)."""
    policy = stacks["data"].one("AWS::Cognito::UserPool")["Policies"]["PasswordPolicy"]

    assert policy["MinimumLength"] >= 12
    assert all(policy[f"Require{kind}"] for kind in ("Lowercase", "Numbers", "Symbols", "Uppercase"))
    assert policy["TemporaryPasswordValidityDays"] <= 7
