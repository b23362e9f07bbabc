"""Every role's statements in one small file per environment, and one of what deploys them and the ceilings above.

To be read in a review: `make roles` writes them anew.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from infra.environments import COMMITTED
from infra.pipeline import PipelineStack
from infra.rules.template import Template, listed, text
from tests.infra.conftest import ACCOUNT, Stacks, context, synthesised

import aws_cdk as cdk  # isort: skip - after infra, which chooses the Node it runs on

FOLDER = Path(__file__).with_name("roles")
PIPELINE = FOLDER / "pipeline.yaml"
_HASH = re.compile(r"[0-9A-F]{8}\b")
_HEAD = (
    "# What each role of {name} may do. Written by `make roles`; a change here is what a review looks at.\n"
)
_HEAD_OF_PIPELINE = (
    "# Who deploys each environment, and the ceilings above its roles. Written by `make roles`; a change here is what\n"
    "# a review looks at.\n"
)


def rendered(environment: str, stacks: Stacks) -> str:
    """The roles of all stacks, by stack and logical id."""
    roles = {
        f"{name}/{role}": statements
        for name, stack in sorted(stacks.items())
        for role, statements in _roles(Template(stack.template)).items()
    }
    return _HEAD.format(name=environment) + yaml.safe_dump(roles, sort_keys=False, width=160)


def rendered_pipeline() -> str:
    """The roles and ceilings that an administrator makes before each environment that has them."""
    app = cdk.App(context=context())
    made = {
        name: PipelineStack(
            app,
            f"{name}-pipeline",
            environment=replace(environment, account=ACCOUNT),
            repository="owner/name",
        )
        for name, environment in COMMITTED.items()
        if environment.bounded
    }
    assembly = app.synth(skip_validation=True)
    templates = {
        name: Template(assembly.get_stack_artifact(stack.artifact_id).template)
        for name, stack in made.items()
    }
    written = {
        f"{name}/{role}": statements
        for name, template in templates.items()
        for role, statements in {**_roles(template), **_ceilings(template)}.items()
    }
    return _HEAD_OF_PIPELINE + yaml.safe_dump(written, sort_keys=False, width=160)


def _roles(template: Template) -> dict[str, Any]:
    roles = {
        name: {"trusts": [_trust(s) for s in listed(properties["AssumeRolePolicyDocument"]["Statement"])]}
        for name, properties in template.of("AWS::IAM::Role")
    }
    for name, properties in template.of("AWS::IAM::Role"):
        if managed := properties.get("ManagedPolicyArns"):
            roles[name]["managed"] = [text(arn) for arn in managed]
        for policy in properties.get("Policies", ()):
            _add(roles[name], policy["PolicyDocument"])
    for _, properties in template.of("AWS::IAM::Policy"):
        for role in properties.get("Roles", ()):
            _add(roles[role["Ref"]], properties["PolicyDocument"])
    return {_HASH.sub("", name): role for name, role in sorted(roles.items())}


def _ceilings(template: Template) -> dict[str, Any]:
    """Managed policies of ours: they allow nothing by themselves, and nothing below them is allowed more."""
    ceilings: dict[str, Any] = {}
    for name, properties in template.of("AWS::IAM::ManagedPolicy"):
        ceiling = ceilings.setdefault(_HASH.sub("", name), {"ceiling": text(properties["ManagedPolicyName"])})
        _add(ceiling, properties["PolicyDocument"])
    return ceilings


def _add(role: dict[str, Any], document: Mapping[str, Any]) -> None:
    for statement in listed(document["Statement"]):
        entry: dict[str, Any] = {
            f"{statement['Effect'].lower()}{but}": listed(statement[actions])
            for but, actions in (("", "Action"), (" all but", "NotAction"))
            if actions in statement
        }
        entry |= {
            on: [_readable(text(resource)) for resource in listed(statement[resources])]
            for on, resources in (("on", "Resource"), ("on all but", "NotResource"))
            if resources in statement
        }
        if condition := statement.get("Condition"):
            entry["if"] = _conditions(condition)
        role.setdefault("may", []).append(entry)


def _trust(statement: Mapping[str, Any]) -> str:
    who = ", ".join(_readable(text(p)) for kind in statement["Principal"].values() for p in listed(kind))
    condition = _conditions(statement.get("Condition", {}))
    return f"{who} if {condition}" if condition else who


def _conditions(condition: Mapping[str, Any]) -> str:
    return _readable(
        "; ".join(
            f"{key} {test} {', '.join(text(v) for v in listed(value))}"
            for test, keys in condition.items()
            for key, value in keys.items()
        )
    )


def _readable(value: str) -> str:
    value = value.replace(ACCOUNT, "ACCOUNT").replace("${AWS::AccountId}", "ACCOUNT")
    # An asset's name is the digest of what it holds, and changes with every line of code.
    value = re.sub(r"\b[0-9a-f]{64}\b", "DIGEST", value)
    # CDK's hashes, in logical ids and in the names that it makes of them for what another stack needs.
    value = re.sub(
        r"\.PublishOutput(?:FnGetAtt|Ref)(\w+?)[0-9A-F]{8}(\w*?)[0-9A-F]{8}(?=})", r".\1 \2", value
    )
    return re.sub(r"[0-9A-F]{8}(?=[.}])", "", value).replace(" }", "}")


def main() -> None:
    """Write the reviewed files anew."""
    FOLDER.mkdir(exist_ok=True)
    PIPELINE.write_text(rendered_pipeline(), encoding="utf-8")
    for name, environment in COMMITTED.items():
        stacks = synthesised(replace(environment, account=ACCOUNT))
        (FOLDER / f"{name}.yaml").write_text(rendered(name, stacks), encoding="utf-8")


if __name__ == "__main__":
    main()
