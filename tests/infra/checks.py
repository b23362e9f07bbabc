"""What only tests can hold the stacks to, as functions over templates: each returns what is wrong, in words."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from infra import RUNBOOK
from infra.environments import COMMITTED
from infra.rules.data import KEEPING, place
from infra.rules.template import Template
from tests.infra import roles
from tests.infra.conftest import ACCOUNT, ROOT, Stacks, synthesised

PINNED = Path(__file__).with_name("stateful_ids.json")

# Per stack, the lines of the runbook that an alarm must lead to.
WATCHED: Mapping[str, frozenset[str]] = {
    "app": frozenset(
        {
            "api-faults",
            "api-latency",
            "function-duration",
            "function-errors",
            "function-throttles",
            "interviews-not-completed",
            "model-quota",
            "model-throttles",
            "sandbox-kills",
            "token-spend",
            "turn-latency",
            "voice-sessions-failing",
        }
    ),
    "data": frozenset({"store-throttles"}),
    "speech": frozenset({"speech-errors", "speech-latency", "speech-no-capacity"}),
    "tools": frozenset(
        {
            "function-duration",
            "function-errors",
            "function-throttles",
            "knowledge-dead-letters",
            "knowledge-stale",
        }
    ),
}


def alarms_that_are_missing(stacks: Stacks) -> list[str]:
    return [
        f"{name}: no alarm leads to {anchor}"
        for name, wanted in WATCHED.items()
        if name in stacks
        for anchor in sorted(wanted - _anchors(stacks[name].template))
    ] + ([] if Template(stacks["app"].template).holds("AWS::Budgets::Budget") else ["app: no budget"])


def anchors_without_a_line(stacks: Stacks, document: str | None = None) -> list[str]:
    """Alarms whose line of the runbook is not there."""
    lines = set(re.findall(r'<a id="([a-z0-9-]+)">', document or (ROOT / RUNBOOK).read_text("utf-8")))
    return [
        f"{name}: {anchor} has no line in {RUNBOOK}"
        for name, stack in stacks.items()
        for anchor in sorted(_anchors(stack.template) - lines)
    ]


def stateful_ids(stacks: Stacks) -> dict[str, str]:
    """What production retains, by `stack/logical id`: another id would make another, empty one beside it."""
    return {
        f"{name}/{logical_id}": resource["Type"]
        for name, stack in sorted(stacks.items())
        for logical_id, resource in sorted(stack.resources.items())
        if _is_retained(logical_id, resource)
    }


def stateful_ids_that_moved(stacks: Stacks) -> list[str]:
    pinned: dict[str, str] = json.loads(PINNED.read_text("utf-8"))
    now = stateful_ids(stacks)
    return [f"gone: {i}" for i in sorted(pinned.keys() - now.keys())] + [
        f"new: {i}" for i in sorted(now.keys() - pinned.keys())
    ]


def roles_that_drifted(stacks: Stacks) -> list[str]:
    """The difference to the reviewed file, as `diff` shows it."""
    environment = next(iter(stacks.values())).environment
    reviewed = (roles.FOLDER / f"{environment}.yaml").read_text("utf-8").splitlines()
    now = roles.rendered(environment, stacks).splitlines()
    return list(difflib.unified_diff(reviewed, now, "reviewed", "now", lineterm="", n=2))


def the_executor_only_writes_its_log(stacks: Stacks) -> list[str]:
    template = Template(stacks["tools"].template)
    functions = [
        p for _, p in template.of("AWS::Lambda::Function") if "code_executor" in str(p.get("Handler"))
    ]
    if not functions:
        return ["no code executor"]
    role = functions[0]["Role"]["Fn::GetAtt"][0]
    actions = {
        action
        for _, policy in template.of("AWS::IAM::Policy")
        if {"Ref": role} in policy["Roles"]
        for statement in policy["PolicyDocument"]["Statement"]
        for action in (
            statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        )
    }
    return [f"may {a}" for a in sorted(actions - {"logs:CreateLogStream", "logs:PutLogEvents"})]


def stacks_of_production_that_can_be_removed(stacks: Stacks) -> list[str]:
    """By template alone: what a stack holds. Termination protection is of the stack itself."""
    return [f"{name}: {i}" for name, stack in stacks.items() for i in _unprotected(Template(stack.template))]


CHECKS: Mapping[str, Callable[[Stacks], list[str]]] = {
    check.__name__: check
    for check in (
        alarms_that_are_missing,
        anchors_without_a_line,
        stateful_ids_that_moved,
        roles_that_drifted,
        the_executor_only_writes_its_log,
        stacks_of_production_that_can_be_removed,
    )
}


def _anchors(template: Mapping[str, Any]) -> set[str]:
    return {
        str(properties.get("AlarmDescription", "")).partition("#")[2]
        for _, properties in Template(template).of(
            "AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm"
        )
    }


def _is_retained(logical_id: str, resource: Mapping[str, Any]) -> bool:
    found = place(logical_id, resource["Type"]) if resource["Type"] in KEEPING else None
    return (found is not None and found.retained) or resource["Type"] == "AWS::KMS::Key"


def _unprotected(template: Template) -> list[str]:
    tables = template.of("AWS::DynamoDB::GlobalTable")
    pools = template.of("AWS::Cognito::UserPool")
    return [
        name
        for name, p in tables
        if not all(replica.get("DeletionProtectionEnabled") for replica in p["Replicas"])
    ] + [name for name, p in pools if p.get("DeletionProtection") != "ACTIVE"]


def main() -> None:
    """Pin the logical ids of what production retains. A pinned id that changes is another, empty resource."""
    stacks = synthesised(replace(COMMITTED["prod"], account=ACCOUNT))
    PINNED.write_text(json.dumps(stateful_ids(stacks), indent=2) + "\n", "utf-8")


if __name__ == "__main__":
    main()
