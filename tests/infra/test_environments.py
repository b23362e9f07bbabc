"""What an environment may be: each wrong value is refused with what to write instead."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from infra.environments import (
    COMMITTED,
    RETIRED_MODELS,
    EngineImage,
    InvalidEnvironmentError,
    Model,
    chosen,
)

DEV = COMMITTED["dev"]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"name": "Dev"}, "lower-case"),
        ({"name": "a" * 21}, "2 to 20"),
        ({"name": "1dev"}, "2 to 20"),
        ({"name": "a-"}, "single hyphens"),
        ({"name": "sandbox--ada"}, "single hyphens"),
        ({"name": "sandbox-"}, "single hyphens"),
        # Such names in a Cognito domain's prefix would be refused in the middle of a deployment.
        ({"name": "sandbox-dawson"}, "without 'aws'"),
        ({"name": "sandbox-amazon"}, "amazon"),
        ({"account": "1234"}, "12 digits"),
        ({"region": "virginia"}, "region such as"),
        ({"region": "eu-central-1"}, "may be called from eu-central-1, got us.anthropic"),
        ({"interviewer": "oracle"}, "interviewer to be one of authored, converse, bedrock_agent"),
        ({"speech": "loud"}, "speech to be one of"),
        ({"architecture": "mips"}, "architecture to be one of"),
        ({"candidate_data_days": 0}, "between 1 and 3650"),
        ({"log_retention_days": 31}, "CloudWatch knows no others"),
        ({"log_retention_days": 60}, "at most candidate_data_days"),
        ({"prewarm": ("cron(0 8 * * ? *)",)}, "prewarm needs speech scale_to_zero"),
        ({"page_urls": ("http://page.example",)}, "https://"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_a_wrong_value_is_refused(changes: Mapping[str, Any], says: str) -> None:
    with pytest.raises(InvalidEnvironmentError, match=says):
        replace(DEV, **changes)


@pytest.mark.parametrize("model", sorted(RETIRED_MODELS))
def test_a_retired_model_is_refused(model: str) -> None:
    with pytest.raises(InvalidEnvironmentError, match="retired"):
        Model(id=model, profile="us", regions=("us-east-1",))


@pytest.mark.parametrize(
    ("model", "regions"), [("claude", ("us-east-1",)), ("anthropic.claude-haiku-5-5", ())]
)
def test_a_model_without_a_vendor_or_regions_is_refused(model: str, regions: tuple[str, ...]) -> None:
    with pytest.raises(InvalidEnvironmentError, match="expected"):
        Model(id=model, profile="us", regions=regions)


def test_an_image_is_pinned_by_a_whole_digest() -> None:
    with pytest.raises(InvalidEnvironmentError, match="sha256: and 64 hexadecimal digits"):
        EngineImage(repository="prepai/whisper", digest="latest")


@pytest.mark.parametrize(
    "change",
    [{"alarm_email": "team"}, {"alarm_email": "team@example.com, ops@example.com"}, {"origin_secret": 0}],
)
def test_what_would_reach_nobody_or_count_backwards_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidEnvironmentError, match=next(iter(change))):
        replace(DEV, **change)


def test_without_a_choice_all_committed_environments_are_chosen() -> None:
    assert [e.name for e in chosen({})] == ["dev", "staging", "prod"]


def test_one_environment_is_chosen_by_name() -> None:
    assert [e.name for e in chosen({"env": "staging"})] == ["staging"]


def test_an_unknown_environment_is_refused_with_the_way_to_a_personal_one() -> None:
    with pytest.raises(InvalidEnvironmentError, match="-c sandbox=NAME"):
        chosen({"env": "production"})


def test_a_personal_environment_is_small_and_not_production() -> None:
    (sandbox,) = chosen({"sandbox": "ada"})

    assert sandbox.name == "sandbox-ada"
    assert not sandbox.production
    assert sandbox.monthly_budget_usd < DEV.monthly_budget_usd


def test_a_choice_changes_every_chosen_environment() -> None:
    assert {e.interviewer for e in chosen({"interviewer": "converse"})} == {"converse"}


@pytest.mark.parametrize("speech", ["off", "always_on"])
def test_speech_that_never_sleeps_is_not_warmed(speech: str) -> None:
    (prod,) = chosen({"env": "prod", "speech": speech})

    assert prod.speech == speech
    assert prod.prewarm == ()


def test_committed_environments_use_the_agent_and_speech_that_sleeps() -> None:
    assert {e.interviewer for e in COMMITTED.values()} == {"bedrock_agent"}
    assert {COMMITTED[n].speech for n in ("staging", "prod")} == {"scale_to_zero"}
    assert [n for n, e in COMMITTED.items() if e.production] == ["prod"]


@pytest.mark.parametrize(
    ("region", "regions"),
    [("us-east-1", ("us-east-1",)), ("us-west-2", ("us-west-2", "us-east-1"))],
)
def test_what_cloudfront_needs_is_where_it_looks_for_it(region: str, regions: tuple[str, ...]) -> None:
    assert replace(DEV, region=region).regions == regions


def test_names_tell_environments_apart() -> None:
    names = {e.named("events") for e in (*COMMITTED.values(), *chosen({"sandbox": "ada"}))}

    assert names == {
        "prepai-dev-events",
        "prepai-prod-events",
        "prepai-sandbox-ada-events",
        "prepai-staging-events",
    }
