"""The suite that every release must pass against staging and production, against this deployment."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from infra import ROOT
from tests.rehearsal.people import People


@pytest.mark.usefixtures("voice")
def test_the_end_to_end_suite_passes_for_a_program(front_url: str, people: People) -> None:
    _passes(front_url, people.machine_token())


@pytest.mark.usefixtures("voice")
def test_the_end_to_end_suite_passes_for_a_candidate(front_url: str, people: People, candidate: str) -> None:
    _passes(front_url, people.sign_in(candidate)["access_token"])


def _passes(url: str, token: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "e2e", "-q", "-p", "no:cacheprovider", "tests/e2e"],
        cwd=ROOT,
        env={**os.environ, "PREPAI_URL": url, "PREPAI_ACCESS_TOKEN": token},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-6000:]
    assert "skipped" not in done.stdout.splitlines()[-1]
