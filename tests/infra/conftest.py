"""Every environment synthesised once per session, without making assets: rules are asserted on the templates."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra.environments import COMMITTED, Environment, Model
from infra.stage import EnvironmentStage

import aws_cdk as cdk  # isort: skip - after infra, which chooses the Node it runs on

ROOT = Path(__file__).parents[2]
# Templates with names that would differ per account are as readable with one.
ACCOUNT = "123456789012"

# Another region than CloudFront's: two more stacks, and a model that may be called from there.
EUROPE: Mapping[str, Any] = {
    "region": "eu-west-1",
    "model": Model(id=COMMITTED["dev"].model.id, profile="eu", regions=("eu-west-1", "eu-central-1")),
}

type Resource = dict[str, Any]


@dataclass(frozen=True)
class Stack:
    """One stack's template, and the ways in which tests look at it."""

    environment: str
    name: str
    template: dict[str, Any]

    @property
    def resources(self) -> dict[str, Resource]:
        return dict(self.template.get("Resources", {}))

    def of(self, kind: str) -> dict[str, Resource]:
        """The resources of one type, by logical id."""
        return {name: resource for name, resource in self.resources.items() if resource["Type"] == kind}

    def one(self, kind: str) -> Resource:
        """The properties of the only resource of a type."""
        found = self.of(kind)
        assert len(found) == 1, f"expected one {kind} in {self.name}, got {sorted(found)}"
        return dict(next(iter(found.values())).get("Properties", {}))


type Stacks = Mapping[str, Stack]


@cache
def context() -> dict[str, Any]:
    committed: dict[str, Any] = json.loads((ROOT / "cdk.json").read_text())["context"]
    return {**committed, "aws:cdk:bundling-stacks": []}


def synthesised(environment: Environment) -> Stacks:
    """The stacks of one environment by their short names (data, tools, app ...)."""
    with tempfile.TemporaryDirectory() as out:
        app = cdk.App(outdir=out, context=context())
        stage = EnvironmentStage(app, environment=environment)
        assembly = stage.synth(skip_validation=True)
        return {
            stack.stack_name.removeprefix(environment.named("")): Stack(
                environment.name, stack.stack_name.removeprefix(environment.named("")), stack.template
            )
            for stack in assembly.stacks
        }


@pytest.fixture(scope="session")
def synthesise() -> Callable[..., Stacks]:
    """`synthesise("dev", interviewer="converse")`: a committed environment with changes, kept for the session."""

    @cache
    def once(name: str, changes: tuple[tuple[str, Any], ...]) -> Stacks:
        return synthesised(replace(COMMITTED[name], account=ACCOUNT, **dict(changes)))

    return lambda name, **changes: once(name, tuple(sorted(changes.items())))


@pytest.fixture(scope="session", params=sorted(COMMITTED))
def stacks(request: pytest.FixtureRequest, synthesise: Callable[..., Stacks]) -> Stacks:
    """Each committed environment in turn."""
    return synthesise(request.param)
