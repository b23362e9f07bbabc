"""Our own rules as a CDK validation plugin, beside cdk-nag: what breaks one does not leave `cdk synth`.

The rules are in infra/rules, one function each. What is waived there is argued there, in code that is reviewed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import aws_cdk as cdk
import jsii

from infra.rules import access, data, operation, services
from infra.rules.template import Rule, Template, Violation

RULES: Final[Mapping[str, Rule]] = {
    rule.__name__.replace("_", "-"): rule
    for room in (access, data, operation, services)
    for rule in room.RULES
}
"""By the name that a report shows."""


def violations(template: Template) -> Iterator[tuple[str, Violation]]:
    """Every rule that a template breaks, by name, and what breaks it."""
    for name, rule in RULES.items():
        for violation in rule(template):
            yield name, violation


@jsii.implements(cdk.IPolicyValidationPlugin)
class Policies:
    """Reads the synthesised templates and reports what breaks a rule."""

    @property
    @jsii.member(jsii_name="name")
    def name(self) -> str:
        return "PrepAI"

    @property
    @jsii.member(jsii_name="ruleIds")
    def rule_ids(self) -> list[str]:
        return list(RULES)

    @property
    @jsii.member(jsii_name="version")
    def version(self) -> str:
        return "1.0.0"

    @jsii.member(jsii_name="validate")
    def validate(self, context: cdk.IPolicyValidationContext) -> cdk.PolicyValidationPluginReport:
        found = [
            cdk.PolicyViolation(
                rule_name=name,
                description=f"{violation.resource}: {violation.found}",
                fix=violation.fix,
                severity="error",
                violating_resources=[
                    cdk.PolicyViolatingResource(
                        resource_logical_id=violation.resource, template_path=path, locations=[]
                    )
                ],
            )
            for path in context.template_paths
            for name, violation in violations(Template(_body(path)))
        ]
        return cdk.PolicyValidationPluginReport(success=not found, violations=found)


def _body(path: str) -> Mapping[str, Any]:
    body: Mapping[str, Any] = json.loads(Path(path).read_text(encoding="utf-8"))
    return body
