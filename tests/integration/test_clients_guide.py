"""Every command of docs/clients.md works against a running platform, in the order in which it is read."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

GUIDE = Path(__file__).parents[2] / "docs" / "clients.md"
BIN = Path(sys.executable).parent


@pytest.fixture
def url(tmp_path: Path) -> Iterator[str]:
    said = tmp_path / "stderr.txt"
    with said.open("wb") as stderr:
        process = subprocess.Popen(
            [BIN / "prepai", "run", "--port", "0", "--data", tmp_path / "data", "--speech", "off"],
            stderr=stderr,
        )
        try:
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline and process.poll() is None:
                if port := re.search(r"PrepAI is at http://localhost:(\d+)", said.read_text()):
                    yield f"http://127.0.0.1:{port[1]}"
                    break
                time.sleep(0.1)
            else:
                pytest.fail(f"`prepai run` did not start: {said.read_text()}")
        finally:
            process.terminate()
            process.wait(timeout=20)


@pytest.mark.skipif(shutil.which("curl") is None, reason="the guide's commands are curl's")
def test_the_guides_commands_work_as_they_stand(url: str, tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", GUIDE.read_text(), re.DOTALL | re.MULTILINE)
    script = tmp_path / "guide.sh"
    script.write_text("set -euo pipefail\n" + "\n".join(blocks))

    done = subprocess.run(
        ["bash", script],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PREPAI_URL": url, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(blocks) >= 8
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    for answer in ('"deleted"', '"scores"', '"AC"', "robin@example.com"):
        assert answer in done.stdout


def test_the_guide_calls_every_route_of_the_contract() -> None:
    guide = GUIDE.read_text()
    contract = json.loads((GUIDE.parent / "openapi.json").read_text())
    paths = [path.replace("{run_id}", "$RUN") for path in contract["paths"]]
    routes = {re.sub(r"\{\w+\}", "$ID", path) for path in paths}

    assert len(routes) > 10
    assert {route for route in routes if f"$URL{route}" not in guide} == set()
