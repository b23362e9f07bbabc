"""The laptop's environment variables."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from runtime.settings import LaptopSettings


@pytest.mark.parametrize("token", ["", " ", "fifteen letters"])
def test_a_token_that_is_too_short_to_guard_anything_is_refused_with_the_way_out(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("PREPAI_TOKEN", token)

    with pytest.raises(ValidationError, match=r"at least 16 characters, got .*openssl rand -hex 16"):
        LaptopSettings()


def test_a_refused_token_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREPAI_TOKEN", "a secret")

    with pytest.raises(ValidationError) as refused:
        LaptopSettings()
    assert "a secret" not in refused.value.errors(include_input=False)[0]["msg"]


def test_a_token_of_sixteen_characters_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREPAI_TOKEN", "sixteen letters!")

    settings = LaptopSettings()

    assert settings.token is not None
    assert settings.token.get_secret_value() == "sixteen letters!"
