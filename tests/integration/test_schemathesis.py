"""Schemathesis asks a running platform everything its OpenAPI document allows, and much that it does not."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

BIN = Path(sys.executable).parent
# The document cannot say all that makes a request refusable: cursors are opaque, and tests of a program take stdin
# where those of a function take args. Everything else that Schemathesis knows is checked.
EXCLUDED = "positive_data_acceptance"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where `prepai run` answers."""
    folder = tmp_path_factory.mktemp("platform")
    said = folder / "stderr.txt"
    with said.open("wb") as stderr:
        process = subprocess.Popen(
            [BIN / "prepai", "run", "--port", "0", "--data", folder / "data", "--speech", "off"],
            stderr=stderr,
        )
        try:
            yield _address(process, said)
        finally:
            process.terminate()
            process.wait(timeout=20)
    assert "Traceback" not in said.read_text()


def _address(process: subprocess.Popen[bytes], said: Path) -> str:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        port = re.search(r"PrepAI is at http://localhost:(\d+)", said.read_text())
        if port:
            return f"http://127.0.0.1:{port[1]}"
        time.sleep(0.1)
    pytest.fail(f"`prepai run` did not start: {said.read_text()}")


def interview(url: str, *, ended: bool) -> str:
    """An interview with a CV, a turn and a run."""
    with httpx.Client(base_url=url, trust_env=False, timeout=30) as client:
        new = {"interview_type": "Backend engineer", "candidate_name": "Ada"}
        interview_id = str(client.post("/api/sessions/create", json=new).json()["session_id"])
        path = f"/api/interviews/{interview_id}"
        cv = ("cv.txt", b"Ada Lovelace\nada@example.com\n\nSkills\nPython, SQL\n")
        client.post(f"{path}/upload-cv", files={"file": cv}).raise_for_status()
        client.post(f"{path}/messages", json={"text": "Hello"}).raise_for_status()
        code = {"language": "python", "code": "print(1)"}
        client.post(f"{path}/code-runs", json=code).raise_for_status()
        if ended:
            client.post(f"{path}/end").raise_for_status()
    return interview_id


def explore(url: str, folder: Path, *, ended: bool, arguments: list[str]) -> None:
    config = folder / "schemathesis.toml"
    config.write_text(
        f"""
        [parameters]
        interview_id = "{interview(url, ended=ended)}"

        [checks.negative_data_rejection]
        # Its own list, with 412: a stale If-Match is refused whatever comes with it.
        expected-statuses = ["400", "401", "403", "404", "405", "409", "412", "413", "415", "422", "428"]
        """
    )
    asked = subprocess.run(
        [
            *(BIN / "schemathesis", "--config-file", config, "--no-color"),
            *("run", f"{url}/openapi.json", "--exclude-checks", EXCLUDED, "--request-timeout", "30"),
            *("--continue-on-failure", "--output-truncate", "false"),
            # Ended by one request, the interview would refuse all others of its run.
            *([] if ended else ["--exclude-operation-id", "end_interview"]),
            *arguments,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr


def test_a_few_requests_of_every_kind_get_documented_answers(url: str, tmp_path: Path) -> None:
    arguments = ["--phases", "fuzzing", "--max-examples", "3", "--no-shrink", "--seed", "1"]

    explore(url, tmp_path, ended=False, arguments=arguments)


@pytest.mark.long
@pytest.mark.timeout(1200)
@pytest.mark.parametrize("ended", [False, True], ids=["open", "ended"])
def test_every_request_gets_a_documented_answer(url: str, tmp_path: Path, ended: bool) -> None:
    explore(url, tmp_path, ended=ended, arguments=["--max-examples", "40"])
