"""What keeps candidates' data: private, encrypted, forgetting, and retained where it is production."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.infra.conftest import Stack, Stacks

STATEFUL = ("AWS::S3::Bucket", "AWS::DynamoDB::GlobalTable", "AWS::Cognito::UserPool")


def test_production_keeps_what_a_removed_stack_held(synthesise: Callable[..., Stacks]) -> None:
    data = synthesise("prod")["data"]

    kept = {name: r.get("DeletionPolicy") for kind in STATEFUL for name, r in data.of(kind).items()}

    assert len(kept) == 4
    assert set(kept.values()) == {"Retain"}


@pytest.mark.parametrize("prefix", ["sessions/", "cvs/", "reports/"])
def test_each_prefix_of_candidates_is_forgotten_after_the_environments_days(
    stacks: Stacks, prefix: str
) -> None:
    buckets = stacks["data"].of("AWS::S3::Bucket").values()
    rules: list[dict[str, Any]] = [
        rule
        for bucket in buckets
        for rule in bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        if rule.get("Prefix") == prefix
    ]

    assert [rule["Status"] for rule in rules] == ["Enabled"]
    assert rules[0]["ExpirationInDays"] == {"dev": 30, "staging": 30, "prod": 180}[stacks["data"].environment]


def _candidates(data: Stack) -> dict[str, Any]:
    (bucket,) = (b for b in data.of("AWS::S3::Bucket").values() if "CorsConfiguration" in b["Properties"])
    properties: dict[str, Any] = bucket["Properties"]
    return properties


def test_pages_may_post_to_the_candidates_bucket_and_read_nothing_of_it(stacks: Stacks) -> None:
    (rule,) = _candidates(stacks["data"])["CorsConfiguration"]["CorsRules"]

    assert rule["AllowedMethods"] == ["POST"]
    assert "ExposedHeaders" not in rule
    assert "*" not in rule["AllowedOrigins"]


def test_a_page_with_a_name_of_its_own_is_the_only_one_that_may_post(
    synthesise: Callable[..., Stacks],
) -> None:
    stacks = synthesise(
        "dev",
        page_domain="interviews.example.com",
        page_certificate="arn:aws:acm:us-east-1:123456789012:certificate/11111111-2222-3333-4444-555555555555",
        page_urls=("https://other.example.com/app",),
    )

    (rule,) = _candidates(stacks["data"])["CorsConfiguration"]["CorsRules"]

    assert rule["AllowedOrigins"] == ["https://interviews.example.com", "https://other.example.com"]


def test_an_upload_that_nobody_takes_is_gone_after_a_day(stacks: Stacks) -> None:
    rules = _candidates(stacks["data"])["LifecycleConfiguration"]["Rules"]

    (waiting,) = (rule for rule in rules if "TagFilters" in rule)
    assert waiting["TagFilters"] == [{"Key": "upload", "Value": "waiting"}]
    assert waiting["ExpirationInDays"] == 1
    assert "Prefix" not in waiting


def test_production_demands_a_second_factor_of_everybody(synthesise: Callable[..., Stacks]) -> None:
    pool = synthesise("prod")["data"].one("AWS::Cognito::UserPool")

    assert (pool["MfaConfiguration"], pool["EnabledMfas"]) == ("ON", ["SOFTWARE_TOKEN_MFA"])


def test_throttles_are_counted_whatever_the_operation_and_where_others_are_silent(stacks: Stacks) -> None:
    data = stacks["data"]
    table = data.one("AWS::DynamoDB::GlobalTable")
    alarm = next(
        resource["Properties"]
        for resource in data.of("AWS::CloudWatch::Alarm").values()
        if resource["Properties"]["AlarmName"].endswith("-throttles")
    )
    watched = {
        (
            query["MetricStat"]["Metric"]["MetricName"],
            next(
                (
                    each["Value"]
                    for each in query["MetricStat"]["Metric"]["Dimensions"]
                    if each["Name"] == "GlobalSecondaryIndexName"
                ),
                None,
            ),
        )
        for query in alarm["Metrics"]
        if "MetricStat" in query
    }
    indexes = [None, *(index["IndexName"] for index in table["GlobalSecondaryIndexes"])]
    expression = next(query["Expression"] for query in alarm["Metrics"] if "Expression" in query)

    assert watched == {
        (name, index) for name in ("ReadThrottleEvents", "WriteThrottleEvents") for index in indexes
    }
    assert expression.startswith("SUM([")
    assert "+" not in expression
