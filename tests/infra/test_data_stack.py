"""What keeps candidates' data: private, encrypted, forgetting, and retained where it is production."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.infra.conftest import Stacks

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
