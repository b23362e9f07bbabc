"""A deployed platform, named by PREPAI_URL, and a caller with PREPAI_ACCESS_TOKEN; `make e2e` sets both."""

from __future__ import annotations

import os
from collections.abc import Iterator

import httpx
import pytest


@pytest.fixture(scope="session")
def platform() -> Iterator[httpx.Client]:
    url = os.environ.get("PREPAI_URL")
    if not url:
        pytest.fail(
            "expected PREPAI_URL, the address of a running platform; `make e2e URL=http://localhost:8000` sets it"
        )
    token = os.environ.get("PREPAI_ACCESS_TOKEN")
    headers = {"authorization": f"Bearer {token}"} if token else {}
    # The first request may wake a function, the first code run an interpreter.
    with httpx.Client(base_url=url, headers=headers, timeout=60, trust_env=False) as client:
        yield client


@pytest.fixture(scope="session")
def deployed() -> bool:
    """Whether callers must bring a token: a laptop asks nobody."""
    return bool(os.environ.get("PREPAI_ACCESS_TOKEN"))
