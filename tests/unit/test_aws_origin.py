"""The secret by which the API knows its distribution: read once, rotated without a gap, not guessed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from runtime.aws.origin import OriginSecret
from runtime.people.access import OriginUnknownError

ARN = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prepai-test-origin-AbCdEf"


@dataclass
class Vault:
    """Secrets Manager with one secret, a clock, and a count of what was read."""

    stub: Stubber
    secret: OriginSecret = field(init=False)
    now: float = 1000.0

    def __post_init__(self) -> None:
        client: Any = self.stub.client
        self.secret = OriginSecret(arn=ARN, client=client, clock=lambda: self.now)

    def holds(self, current: str, previous: str | None = None) -> None:
        """What the next reading finds."""
        self._finds("AWSCURRENT", current)
        if previous is None:
            self._refuses("AWSPREVIOUS", "ResourceNotFoundException")
        else:
            self._finds("AWSPREVIOUS", previous)

    def holds_by_hand(self, text: str) -> None:
        """Somebody put a value there instead of counting up."""
        self.stub.add_response(
            "get_secret_value", {"SecretString": text}, {"SecretId": ARN, "VersionStage": "AWSCURRENT"}
        )

    def fails(self) -> None:
        self._refuses("AWSCURRENT", "InternalServiceError")

    def _finds(self, stage: str, value: str) -> None:
        self.stub.add_response(
            "get_secret_value",
            {"SecretString": json.dumps({f"value-{value}": value})},
            {"SecretId": ARN, "VersionStage": stage},
        )

    def _refuses(self, stage: str, code: str) -> None:
        self.stub.add_client_error(
            "get_secret_value", code, expected_params={"SecretId": ARN, "VersionStage": stage}
        )


@pytest.fixture
def vault() -> Iterator[Vault]:
    client = boto3.client(
        "secretsmanager", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    with Stubber(client) as stub:
        yield Vault(stub)
        # Every reading that a test announced took place, and the stub refuses any other.
        stub.assert_no_pending_responses()


def test_it_is_read_when_first_needed_and_kept(vault: Vault) -> None:
    vault.holds("right")

    assert vault.secret("right")
    vault.now += 3600
    assert vault.secret("right")


def test_no_value_is_wrong_without_a_look(vault: Vault) -> None:
    assert not vault.secret("")


def test_a_wrong_value_is_refused_and_guessing_costs_one_reading_a_minute(vault: Vault) -> None:
    vault.holds("right")

    assert not any(vault.secret(guess) for guess in ("wrong", "rightt", "righ", "RIGHT", "r\u00efght"))
    vault.now += 61
    vault.holds("right")
    assert not vault.secret("wrong")


def test_after_a_rotation_the_new_value_is_found_and_the_one_before_still_serves(vault: Vault) -> None:
    vault.holds("old")
    assert vault.secret("old")

    vault.now += 61
    vault.holds("new", previous="old")
    assert vault.secret("new")
    assert vault.secret("old")


def test_two_rotations_later_the_first_value_is_refused(vault: Vault) -> None:
    vault.holds("first")
    assert vault.secret("first")
    vault.now += 61
    vault.holds("third", previous="second")

    assert vault.secret("second")
    assert not vault.secret("first")


@pytest.mark.parametrize("text", ["by-hand", '"by-hand"', '{"value-1": ""}', '{"value-1": 7}'])
def test_a_secret_of_another_form_opens_nothing_and_is_not_told(
    vault: Vault, caplog: pytest.LogCaptureFixture, text: str
) -> None:
    vault.holds_by_hand(text)

    with pytest.raises(OriginUnknownError, match="origin_secret") as raised:
        vault.secret("by-hand")
    assert "by-hand" not in f"{caplog.text}{raised.value}"


def test_what_cannot_be_checked_is_neither_right_nor_wrong(
    vault: Vault, caplog: pytest.LogCaptureFixture
) -> None:
    vault.fails()
    with pytest.raises(OriginUnknownError):
        vault.secret("right")

    assert "right" not in caplog.text.replace("the origin secret", "")
    vault.holds("right")
    assert vault.secret("right")
