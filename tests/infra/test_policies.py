"""The rules hold for every environment, nothing is waived that needs no waiver, and breaking one stops synthesis."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_logs as logs

from infra.environments import COMMITTED
from infra.pipeline import PipelineStack
from infra.places import DOCUMENT, PLACES, written
from infra.policies import RULES, Policies, violations
from infra.rules import operation
from infra.rules.access import ARGUED, SERVICES, UNNAMEABLE, statements
from infra.rules.data import KEEPING, place
from infra.rules.services import OPEN_ROUTES, SETTINGS
from infra.rules.template import Template, listed, text
from infra.stage import tagged
from tests.infra.checks import CHECKS
from tests.infra.conftest import EUROPE, ROOT, Stacks, context

ELSEWHERE = ({"interviewer": "converse"}, {"interviewer": "authored"}, EUROPE)


@pytest.fixture(scope="module")
def everything(synthesise: Callable[..., Stacks]) -> list[Template]:
    """All that the committed environments are made of."""
    return [Template(s.template) for name in ("dev", "staging", "prod") for s in synthesise(name).values()]


@pytest.fixture(scope="module")
def pipeline() -> Template:
    """What an administrator deploys before the environment: the app makes it beside the others when asked."""
    app = cdk.App(context=context())
    stack = PipelineStack(app, "pipeline", environment=COMMITTED["prod"], repository="owner/name")
    tagged(stack, COMMITTED["prod"])
    return Template(app.synth(skip_validation=True).get_stack_artifact(stack.artifact_id).template)


def test_the_pipeline_holds_to_every_rule(pipeline: Template) -> None:
    assert list(violations(pipeline)) == []


@pytest.mark.parametrize("rule", RULES)
def test_every_stack_of_every_environment_holds_to(rule: str, everything: list[Template]) -> None:
    assert [v for template in everything for v in RULES[rule](template)] == []


@pytest.mark.parametrize(
    "changes", ELSEWHERE, ids=lambda c: "-".join(f"{v}" for v in c.values() if isinstance(v, str))
)
def test_an_environment_that_is_changed_holds_to_every_rule(
    synthesise: Callable[..., Stacks], changes: dict[str, Any]
) -> None:
    stacks = synthesise("dev", **changes)

    assert [v for s in stacks.values() for v in violations(Template(s.template))] == []


@pytest.mark.parametrize(
    "check", [c for c in CHECKS if not c.startswith("stateful") and "production" not in c]
)
def test_every_environment_passes(check: str, stacks: Stacks) -> None:
    assert CHECKS[check](stacks) == []


@pytest.mark.parametrize("check", ["stateful_ids_that_moved", "stacks_of_production_that_can_be_removed"])
def test_production_passes(check: str, synthesise: Callable[..., Stacks]) -> None:
    assert CHECKS[check](synthesise("prod")) == []


def test_a_broken_rule_stops_synthesis_and_is_named(tmp_path: Any) -> None:
    app = cdk.App(outdir=str(tmp_path), context={"@aws-cdk/core:failSynthOnValidationErrors": True})
    logs.CfnLogGroup(cdk.Stack(app, "stack"), "Log")
    cdk.Validations.of(app).add_plugins(Policies())

    with pytest.raises(RuntimeError, match="PrepAI::logs-forget"):
        app.synth()


def test_a_waiver_names_one_finding_of_another_checker_and_says_why() -> None:
    """An id without its checker in front waives in silence, and ours are argued beside the rules or not at all."""
    waivers = [
        (path.name, {k.arg: k.value for k in call.keywords})
        for path in (ROOT / "infra").rglob("*.py")
        for call in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(call, ast.Call) and ast.unparse(call.func).endswith("Acknowledgment")
    ]

    assert len(waivers) > 10
    for path, given in waivers:
        assert re.match(
            r"f?'(AwsSolutions::AwsSolutions-|Annotation::@aws-cdk/)", ast.unparse(given["id"])
        ), path
        assert given.keys() == {"id", "reason"}, path


def test_every_argued_star_is_still_needed(everything: list[Template], pipeline: Template) -> None:
    policies = {
        (name, star)
        for template in (*everything, pipeline)
        for name, statement in statements(template)
        for star in (*listed(statement.get("Action")), *map(text, listed(statement.get("Resource"))))
        if "*" in star
    }

    for argued in ARGUED:
        pattern = re.compile(argued.where.replace("*", ".*"))
        assert any(pattern.fullmatch(name) for name, _ in policies), argued


def test_every_action_without_a_resource_is_used(everything: list[Template]) -> None:
    used = {
        action
        for template in everything
        for _, statement in statements(template)
        for action in listed(statement["Action"])
    }

    assert set(UNNAMEABLE) <= used


def test_every_place_of_the_deletion_table_is_there(everything: list[Template]) -> None:
    there = {
        found.name
        for template in everything
        for name, resource in template.resources.items()
        if resource["Type"] in KEEPING and (found := place(name, resource["Type"]))
    }

    assert there == {p.name for p in PLACES}


def test_the_document_shows_the_deletion_table() -> None:
    document = DOCUMENT.read_text("utf-8")

    assert document == written(document), "run make operations"


def test_every_event_that_may_be_lost_is_still_one(everything: list[Template]) -> None:
    rules = [name for template in everything for name, _ in template.of("AWS::Events::Rule")]

    for where in operation.UNHEARD:
        assert any(re.match(where, name) for name in rules), where


def test_every_trusted_service_is_trusted_somewhere(everything: list[Template]) -> None:
    mentioned = "".join(str(template.body) for template in everything)

    assert {service for service in SERVICES if service not in mentioned} == set()


def test_every_handler_in_the_clone_has_its_settings() -> None:
    handlers = {f"lambdas.{path.parent.name}" for path in (ROOT / "lambdas").glob("*/handler.py")}

    assert set(SETTINGS) == handlers


def test_every_open_route_is_there(synthesise: Callable[..., Stacks]) -> None:
    routes = Template(synthesise("dev")["app"].template).of("AWS::ApiGatewayV2::Route")

    assert {p["RouteKey"].split()[-1] for _, p in routes} >= OPEN_ROUTES
