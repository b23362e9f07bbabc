"""The pipelines: no long-lived credentials, nothing unpinned, one artifact from staging to production."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
Workflow = dict[str, Any]


def read(name: str) -> Workflow:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / f"{name}.yml").read_text())
    # PyYAML reads the key `on` as a boolean, as YAML 1.1 has it.
    return {"on" if key is True else key: value for key, value in workflow.items()}


def steps(workflow: Workflow) -> Iterator[dict[str, Any]]:
    for job in workflow["jobs"].values():
        yield from job["steps"]


@pytest.mark.parametrize("file", WORKFLOWS, ids=lambda file: file.stem)
class TestEveryWorkflow:
    def test_actions_are_pinned_to_a_commit_with_its_version_beside(self, file: Path) -> None:
        used = re.findall(r"uses: (.*)", file.read_text())

        assert used
        for action in used:
            assert re.fullmatch(r"[\w.-]+/[\w.-]+@[0-9a-f]{40} # v\d+(\.\d+)*", action), action

    def test_it_reads_the_repository_and_no_more_unless_a_job_says_so(self, file: Path) -> None:
        workflow = yaml.safe_load(file.read_text())

        assert workflow["permissions"] == {"contents": "read"}
        for job in workflow["jobs"].values():
            assert set(job.get("permissions", {}).items()) <= {("contents", "read"), ("id-token", "write")}

    def test_it_knows_no_secret(self, file: Path) -> None:
        assert "secrets." not in file.read_text()
        assert "aws-access-key-id" not in file.read_text()

    def test_nothing_from_outside_is_pasted_into_a_shell(self, file: Path) -> None:
        for step in steps(yaml.safe_load(file.read_text())):
            assert "${{" not in step.get("run", ""), step

    def test_every_job_ends(self, file: Path) -> None:
        assert all("timeout-minutes" in job for job in yaml.safe_load(file.read_text())["jobs"].values())

    def test_checkouts_leave_no_token_behind(self, file: Path) -> None:
        checkouts = [s for s in steps(yaml.safe_load(file.read_text())) if "checkout" in s.get("uses", "")]

        assert checkouts
        assert all(step["with"]["persist-credentials"] is False for step in checkouts)

    def test_every_target_it_calls_is_in_the_makefile(self, file: Path) -> None:
        makefile = (ROOT / "Makefile").read_text()
        called = re.findall(r"\bmake (?:-C \S+ )?([a-z][a-z0-9-]*)", file.read_text())

        assert called
        assert [target for target in called if not re.search(rf"^{target}:", makefile, re.MULTILINE)] == []


def test_a_strangers_change_runs_without_credentials() -> None:
    workflow = read("pr")

    assert workflow["on"] == "pull_request"
    assert all("id-token" not in job.get("permissions", {}) for job in workflow["jobs"].values())
    assert "configure-aws-credentials" not in str(workflow)


def test_production_gets_what_staging_was_tried_with_after_an_approval() -> None:
    jobs = read("deploy")["jobs"]

    assert "staging" in jobs["prod"]["needs"]
    assert jobs["prod"]["environment"] == "prod"
    assert jobs["prod"]["steps"] == jobs["staging"]["steps"]
    runs = [step.get("run", "") for step in jobs["staging"]["steps"]]
    assert not any("make synth" in run for run in runs)
    deploy = next(index for index, run in enumerate(runs) if "make deploy" in run)
    tried = next(index for index, run in enumerate(runs) if "make e2e" in run)
    assert "ASSEMBLY=cdk.out" in runs[deploy]
    assert deploy < tried


def test_it_is_synthesised_once_and_tested_before() -> None:
    runs = [step.get("run", "") for step in steps(read("deploy"))]

    assert sum("make synth" in run for run in runs) == 1
    synth = [step.get("run", "") for step in read("deploy")["jobs"]["synth"]["steps"]]
    assert synth.index("make test") < next(i for i, run in enumerate(synth) if "make synth" in run)


@pytest.mark.parametrize("script", sorted((ROOT / ".github").glob("*.sh")), ids=lambda script: script.name)
def test_scripts_are_shell_that_parses_and_may_be_run(script: Path) -> None:
    bash = shutil.which("bash")
    assert bash
    assert script.stat().st_mode & 0o111
    assert subprocess.run([bash, "-n", script], check=False).returncode == 0
