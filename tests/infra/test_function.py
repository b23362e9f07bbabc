"""A process in AWS gets exactly the variables its settings name, or there is no synthesis."""

from __future__ import annotations

import pytest

from infra.constructs.function import VariablesError, environment_variables
from runtime.settings import CodeExecutorSettings, CvAnalyzerSettings, DeployedSettings
from tests.infra.conftest import Stacks

GIVEN = {"PREPAI_ENVIRONMENT": "dev", "S3_BUCKET": "candidates"}


def test_exactly_the_variables_of_the_settings_are_taken() -> None:
    assert environment_variables(CvAnalyzerSettings, GIVEN, of="cv-analyzer") == GIVEN


def test_a_missing_variable_is_named_with_its_process_and_class() -> None:
    with pytest.raises(VariablesError, match=r"cv-analyzer: .*CvAnalyzerSettings, missing S3_BUCKET"):
        environment_variables(CvAnalyzerSettings, {"PREPAI_ENVIRONMENT": "dev"}, of="cv-analyzer")


def test_an_unknown_variable_is_named_with_its_process_and_class() -> None:
    with pytest.raises(VariablesError, match="code-executor: CodeExecutorSettings knows no S3_BUCKET"):
        environment_variables(CodeExecutorSettings, GIVEN, of="code-executor")


def test_a_variable_that_may_be_left_out_may_be_given() -> None:
    class Optional(DeployedSettings):
        colour: str = "grey"

    assert environment_variables(Optional, {"PREPAI_ENVIRONMENT": "dev"}, of="x")
    assert environment_variables(Optional, {"PREPAI_ENVIRONMENT": "dev", "COLOUR": "red"}, of="x")


def test_production_alone_releases_by_canary(stacks: Stacks) -> None:
    functions = sum(
        1
        for stack in stacks.values()
        for f in stack.of("AWS::Lambda::Function").values()
        if str(f["Properties"]["Handler"]).startswith("lambdas.")
    )
    released = [
        g["Properties"] for s in stacks.values() for g in s.of("AWS::CodeDeploy::DeploymentGroup").values()
    ]

    assert len(released) == (functions if stacks["data"].environment == "prod" else 0)
    assert all(g["AlarmConfiguration"]["Alarms"] for g in released)


def test_functions_run_on_the_python_that_is_tested(stacks: Stacks) -> None:
    runtimes = {
        f["Properties"]["Runtime"]
        for stack in stacks.values()
        for f in stack.of("AWS::Lambda::Function").values()
    }

    assert runtimes == {"python3.13"}
