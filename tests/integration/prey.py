"""What an attacker would like to have, in the environment and in a file of the process that runs the engine."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from runtime.sandbox import Engine


@dataclass(frozen=True)
class Prey[Hunted: Engine]:
    engine: Hunted
    secret: str
    file: Path


@contextlib.contextmanager
def laid_out[Hunted: Engine](engine: Hunted, folder: Path) -> Iterator[Prey[Hunted]]:
    """The prey while the engine, which starts and ends with it, is at work."""
    secret = secrets.token_hex(16)
    file = folder / "secret"
    file.write_text(secret)
    os.environ["PREPAI_TEST_SECRET"] = secret
    try:
        yield Prey(engine, secret, file)
    finally:
        engine.close()
        del os.environ["PREPAI_TEST_SECRET"]
