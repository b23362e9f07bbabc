"""The environment-variable contract: one class per process, every variable named and typed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, SettingsConfigDict

_SHORTEST_TOKEN: Final = 16


class LaptopSettings(BaseSettings):
    """`prepai run`. Each option of the command has its variable: PREPAI_HOST, PREPAI_PORT, ...

    `token` is demanded from every caller when set, and must be set when `host` is not loopback.
    """

    model_config = SettingsConfigDict(env_prefix="PREPAI_", frozen=True)

    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=0, le=65535)] = 8000
    data: Path = Path("data")
    speech: Literal["embedded", "off"] = "embedded"
    token: SecretStr | None = None

    @field_validator("token")
    @classmethod
    def _long_enough(cls, token: SecretStr | None) -> SecretStr | None:
        # An empty variable is set, too: it must neither open the server nor pass for "no token".
        if token is not None and len(token.get_secret_value()) < _SHORTEST_TOKEN:
            raise PydanticCustomError(
                "token_too_short",
                "expected PREPAI_TOKEN with at least {least} characters, got {length}; take one from "
                "`openssl rand -hex 16`, or unset the variable to answer this machine alone",
                {"least": _SHORTEST_TOKEN, "length": len(token.get_secret_value())},
            )
        return token
