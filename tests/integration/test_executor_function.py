"""The code executor as Lambda runs it: out of a read-only asset, without a home, around a snapshot of its machine."""

from __future__ import annotations

import importlib.metadata
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from runtime.sandbox import quickjs, snapshot
from runtime.sandbox.machine_code import default_directory

ROOT = Path(__file__).parents[2]
# Lambda's Python has these hooks; what they are given is kept for the test to call.
HOOKS = """
before, after = [], []
register_before_snapshot, register_after_restore = before.append, after.append
"""
SCRIPT = """
import json, os, pathlib
import lambdas.code_executor.handler as entry
import snapshot_restore_py as hooks

def workers():
    stats = [path.read_text() for path in pathlib.Path("/proc").glob("[0-9]*/stat")]
    return sum(stat.rpartition(")")[2].split()[1] == str(os.getpid()) for stat in stats)

def run(language="python", code="def f(x):\\n    return 2 * x"):
    tests = [{"input": "2", "expected": "4"}]
    event = {"code": code, "language": language, "functionName": "f", "testCases": tests}
    return entry.handler(event, None)

seen = {"environment": sorted(os.environ), "warm": workers(), "languages": entry.handler({"languages": True})}
seen["first"] = run()
seen["javascript"] = run("javascript", "const f = x => 2 * x")
seen["typescript"] = run("typescript", "const f = (x: number) => 2 * x")
for hook in hooks.before:
    hook()
seen["at_rest"] = workers()
for hook in hooks.after:
    hook()
seen["awake"] = workers()
seen["second"] = run()
print(json.dumps(seen))
"""


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a function that starts out of an asset reports."""
    asset, temporary = tmp_path_factory.mktemp("task"), tmp_path_factory.mktemp("tmp")
    for package in ("runtime", "lambdas"):
        shutil.copytree(ROOT / package, asset / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _locked("code-executor"):
        for file in importlib.metadata.files(name) or ():
            top = asset / file.parts[0]
            if file.parts[0] not in {"..", "__pycache__"} and not top.exists():
                top.symlink_to(Path(str(importlib.metadata.distribution(name).locate_file(file.parts[0]))))
    (asset / "snapshot_restore_py.py").write_text(HOOKS)
    # Building takes half a minute; that it is built where it is missing is the sandbox's own suite's matter.
    (temporary / "prepai").mkdir(mode=0o700)
    for engine in (snapshot, quickjs):
        shutil.copy2(engine.ensure(default_directory()), temporary / "prepai")
    for package in ("quickjs-wasi", "sucrase"):
        shutil.copytree(ROOT / "node_modules" / package, asset / "node_modules" / package)
    folders = [asset, *(folder for folder in asset.rglob("*") if folder.is_dir() and not folder.is_symlink())]
    for folder in folders:
        folder.chmod(0o555)
    environment = {
        "AWS_LAMBDA_FUNCTION_NAME": "prepai-test-code-executor",
        "PREPAI_ENVIRONMENT": "test",
        "AWS_ACCESS_KEY_ID": "a-key",
        "AWS_SECRET_ACCESS_KEY": "a-secret",
        "AWS_SESSION_TOKEN": "a-token",
        "HOME": "/nonexistent",
        "TMPDIR": str(temporary),
    }
    base: str = sys._base_executable  # type: ignore[attr-defined] # without the packages of this environment
    done = subprocess.run(
        [base, "-B", "-c", SCRIPT],
        check=False,
        cwd=asset,
        env=environment,
        capture_output=True,
        text=True,
        timeout=100,
    )
    for folder in folders:
        folder.chmod(0o755)
    assert done.returncode == 0, done.stderr
    reported: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return reported


def test_it_is_warm_when_it_has_started(seen: dict[str, Any]) -> None:
    assert seen["warm"] >= 1
    assert "WebAssembly" in seen["languages"]["isolation"]
    known = [line["language"] for line in seen["languages"]["languages"]]
    assert known[:4] == ["python", "sql", "javascript", "typescript"]


def test_it_runs_code_out_of_a_read_only_asset(seen: dict[str, Any]) -> None:
    for language in ("first", "javascript", "typescript"):
        assert [result["verdict"] for result in seen[language]["results"]] == ["AC"], seen[language]
    assert seen["first"]["metrics"]["complexity"] == 1


def test_credentials_are_gone_before_anything_runs(seen: dict[str, Any]) -> None:
    assert not [name for name in seen["environment"] if name.startswith("AWS_") and "FUNCTION" not in name]


def test_no_worker_is_copied_with_the_machine_and_a_copy_makes_its_own(seen: dict[str, Any]) -> None:
    assert seen["at_rest"] == 0
    assert seen["awake"] >= 2, "one for each engine"
    assert [result["verdict"] for result in seen["second"]["results"]] == ["AC"]


def _locked(extra: str) -> list[str]:
    text = (ROOT / f"requirements/{extra}.lock").read_text(encoding="utf-8")
    names = re.findall(r"^([\w.-]+)==", text, re.MULTILINE)
    found = {name for name in names if _installed(name)}
    return sorted(found)


def _installed(name: str) -> bool:
    try:
        importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False  # for another system
    return True
