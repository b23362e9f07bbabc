"""The pipelines: no long-lived credentials, nothing unpinned, one artifact from staging to production."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.constructs.speech_endpoint import TTS, WHISPER

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


def before(jobs: dict[str, Any], job: str) -> set[str]:
    """The jobs that must have succeeded before one begins."""
    needs = jobs[job].get("needs", [])
    direct = {needs} if isinstance(needs, str) else set(needs)
    return direct.union(*(before(jobs, needed) for needed in direct))


def test_tests_come_before_images_and_images_before_the_only_synthesis() -> None:
    jobs = read("deploy")["jobs"]
    doing = {
        command: [
            name for name, job in jobs.items() if any(command in s.get("run", "") for s in job["steps"])
        ]
        for command in ("make test", "images.sh push", "make synth")
    }

    assert doing == {"make test": ["test"], "images.sh push": ["images"], "make synth": ["synth"]}
    assert "test" in before(jobs, "images")
    assert "images" in before(jobs, "synth")


def with_credentials(workflow: Workflow) -> dict[str, Any]:
    return {n: j for n, j in workflow["jobs"].items() if "id-token" in j.get("permissions", {})}


@pytest.mark.parametrize("name", ["deploy", "nightly"])
def test_only_main_gets_credentials(name: str) -> None:
    jobs = with_credentials(read(name))

    assert jobs
    assert {job.get("if") for job in jobs.values()} == {"github.ref == 'refs/heads/main'"}


def test_a_release_that_waits_for_its_approval_holds_nobody_up() -> None:
    workflow = read("deploy")
    jobs = with_credentials(workflow)
    groups = {job["concurrency"]["group"] for job in jobs.values()}

    assert "concurrency" not in workflow
    assert len(groups) == len(jobs)
    assert not any(job["concurrency"]["cancel-in-progress"] for job in jobs.values())


def test_who_looks_for_drift_cannot_deploy_and_waits_for_nobody() -> None:
    drift, deploying = read("nightly")["jobs"]["drift"], read("deploy")["jobs"]
    deployed = {job["environment"] for job in with_credentials(read("deploy")).values()}

    assert drift["environment"] == "${{ matrix.environment }}-drift"
    assert set(drift["strategy"]["matrix"]["environment"]) == deployed
    assert deployed.isdisjoint(f"{name}-drift" for name in deployed)
    assert deploying["prod"]["environment"] == "prod"


def test_images_are_built_for_the_machines_that_run_them() -> None:
    script = (ROOT / ".github" / "images.sh").read_text()
    # Of an instance type the letters after the generation say the processor; a `g` among them is Graviton.
    processors = {
        "arm64" if "g" in re.split(r"\d+", size.instance_type.split(".")[1])[1] else "amd64"
        for size in (WHISPER, TTS)
    }

    assert {f"linux/{processor}" for processor in processors} == set(re.findall(r"--platform (\S+)", script))
    assert read("deploy")["jobs"]["images"]["runs-on"] == "ubuntu-24.04"
    assert processors == {"amd64"}, "the runner above is x86: build elsewhere, too"


def pushed(folder: Path, *engines: str) -> tuple[str, str]:
    """What `images.sh push` writes for a clone with some engines' Dockerfiles: outputs and summary."""
    tools = folder / "bin"
    tools.mkdir()
    for name, does in (("aws", f"echo sha256:{'a' * 64}"), ("docker", "cat > /dev/null")):
        (tools / name).write_text(f"#!/bin/sh\n{does}\n")
        (tools / name).chmod(0o755)
    for engine in engines:
        (folder / "models" / engine).mkdir(parents=True)
        (folder / "models" / engine / "Dockerfile").touch()
    for command in (
        ["init", "-q"],
        ["add", "."],
        [*("-c", "user.name=a", "-c", "user.email=a"), "commit", "-qm", "a"],
    ):
        subprocess.run([str(shutil.which("git")), *command], cwd=folder, check=True)
    output, summary = folder / "output", folder / "summary"
    summary.touch()
    subprocess.run(
        [ROOT / ".github" / "images.sh", "push"],
        cwd=folder,
        check=True,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        env={
            "PATH": f"{tools}:{os.environ['PATH']}",
            "AWS_REGION": "us-east-1",
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
        },
    )
    return output.read_text(), summary.read_text()


@pytest.mark.parametrize("engines", [(), ("whisper",), ("tts",)])
def test_without_both_engines_a_release_has_speech_off_and_says_so(
    tmp_path: Path, engines: tuple[str, ...]
) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "__init__.py").touch()
    output, summary = pushed(tmp_path, *engines)

    assert output == "speech=off\n"
    assert "SPEECH=off" in summary


def test_drift_is_looked_for_in_what_was_released() -> None:
    (step,) = [s for s in read("nightly")["jobs"]["drift"]["steps"] if "make drift" in s.get("run", "")]

    assert 'SPEECH="$(.github/images.sh speech)"' in step["run"]


def test_with_both_engines_a_release_names_both_images(tmp_path: Path) -> None:
    output, summary = pushed(tmp_path, "whisper", "tts")

    assert output.splitlines() == [f"{engine}=sha256:{'a' * 64}" for engine in ("whisper", "tts")]
    assert summary == ""


def test_what_the_images_job_decides_is_what_is_synthesised_and_deployed() -> None:
    jobs = read("deploy")["jobs"]

    assert set(jobs["images"]["outputs"]) == {"whisper", "tts", "speech"}
    for job, command in (("synth", "make synth"), ("staging", "make deploy")):
        (step,) = [s for s in jobs[job]["steps"] if command in s.get("run", "")]
        for name in ("whisper", "tts", "speech"):
            assert step["env"][name.upper()] == f"${{{{ needs.images.outputs.{name} }}}}"
            assert f'{name.upper()}="${name.upper()}"' in step["run"]


@pytest.mark.parametrize("script", sorted((ROOT / ".github").glob("*.sh")), ids=lambda script: script.name)
def test_scripts_are_shell_that_parses_and_may_be_run(script: Path) -> None:
    bash = shutil.which("bash")
    assert bash
    assert script.stat().st_mode & 0o111
    assert subprocess.run([bash, "-n", script], check=False).returncode == 0
