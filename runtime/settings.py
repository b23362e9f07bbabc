"""The environment-variable contract: one class per process, every variable named and typed."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class LaptopSettings(BaseSettings):
    """`prepai run`. Each option of the command has its variable: PREPAI_HOST, PREPAI_PORT, ...

    `token` is demanded from every caller when set, and must be set when `host` is not loopback.
    """

    model_config = SettingsConfigDict(env_prefix="PREPAI_", frozen=True)

    host: str = "127.0.0.1"
    port: int = 8000
    data: Path = Path("data")
    speech: Literal["embedded", "off"] = "embedded"
    token: SecretStr | None = None
