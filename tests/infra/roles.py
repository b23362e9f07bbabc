"""Every role's statements in one small file per environment, to be read in a review: `make roles` writes them anew."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from infra.environments import COMMITTED
from infra.rules.template import Template, listed, text
from tests.infra.conftest import ACCOUNT, Stacks, synthesised

FOLDER = Path(__file__).with_name("roles")
_HASH = re.compile(r"[0-9A-F]{8}\b")
_HEAD = (
    "# What each role of {name} may do. Written by `make roles`; a change here is what a review looks at.\n"
)


def rendered(environment: str, stacks: Stacks) -> str:
    """The roles of all stacks, by stack and logical id."""
    roles = {
        f"{name}/{role}": statements
        for name, stack in sorted(stacks.items())
        for role, statements in _roles(Template(stack.template)).items()
    }
    return _HEAD.format(name=environment) + yaml.safe_dump(roles, sort_keys=False, width=160)


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


def _add(role: dict[str, Any], document: Mapping[str, Any]) -> None:
    for statement in listed(document["Statement"]):
        entry: dict[str, Any] = {
            statement["Effect"].lower(): listed(statement["Action"]),
            "on": [_readable(text(resource)) for resource in listed(statement["Resource"])],
        }
        if condition := statement.get("Condition"):
            entry["if"] = _conditions(condition)
        role.setdefault("may", []).append(entry)


def _trust(statement: Mapping[str, Any]) -> str:
    who = ", ".join(text(p) for kind in statement["Principal"].values() for p in listed(kind))
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
    for name, environment in COMMITTED.items():
        stacks = synthesised(replace(environment, account=ACCOUNT))
        (FOLDER / f"{name}.yaml").write_text(rendered(name, stacks), encoding="utf-8")


if __name__ == "__main__":
    main()
