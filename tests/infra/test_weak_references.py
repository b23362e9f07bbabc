"""A stack that reads another's output is deployed again when what is behind the output changes, and only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from infra.constructs import knowledge_base
from infra.environments import COMMITTED
from infra.rules.template import FOLLOWS, walk
from tests.infra.conftest import ACCOUNT, Stack, Stacks, synthesised

CONVERSE = replace(COMMITTED["dev"], account=ACCOUNT, interviewer="converse")


def followed(stack: Stack) -> dict[str, str]:
    """By logical id, the digest of what a resource's references to other stacks lead to."""
    return {
        name: resource["Metadata"][FOLLOWS]
        for name, resource in stack.resources.items()
        if FOLLOWS in resource.get("Metadata", {})
    }


def readers(stack: Stack) -> set[str]:
    return {
        name
        for name, resource in stack.resources.items()
        if any(isinstance(inner, dict) and "Fn::GetStackOutput" in inner for _, inner in walk(resource))
    }


def changed(before: Stack, after: Stack) -> set[str]:
    """The resources whose digest alone tells that something changed."""
    old, new = followed(before), followed(after)
    return {name for name in old.keys() & new.keys() if old[name] != new[name]}


def runtime(stack: Stack) -> str:
    return next(iter(stack.of("AWS::BedrockAgentCore::Runtime")))


def test_everything_that_reads_another_stacks_output_follows_it(stacks: Stacks) -> None:
    for stack in stacks.values():
        assert readers(stack) <= followed(stack).keys()


def test_elsewhere_the_firewalls_and_the_distributions_readers_follow_them(
    synthesise: Callable[..., Stacks],
) -> None:
    model = replace(COMMITTED["dev"].model, profile="eu", regions=("eu-west-1",))
    stacks = synthesise("dev", region="eu-west-1", model=model)

    assert all(readers(stack) <= followed(stack).keys() for stack in stacks.values())
    assert readers(stacks["watch"])


def test_the_app_is_deployed_again_after_its_knowledge_base_was_replaced(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = synthesised(CONVERSE)["app"]
    monkeypatch.setattr(knowledge_base, "_CHUNK_TOKENS", 400)
    after = synthesised(CONVERSE)["app"]

    assert runtime(before) in changed(before, after)
    # The digest is all that differs: the CLI would have skipped the stack.
    assert [_without_digests(stack) for stack in (before, after)] == [_without_digests(before)] * 2


def test_what_no_reference_leads_to_changes_no_other_stack(synthesise: Callable[..., Stacks]) -> None:
    before, after = (synthesise("dev", log_retention_days=days)["app"] for days in (14, 30))

    assert not changed(before, after)


def _without_digests(stack: Stack) -> dict[str, Any]:
    return {
        name: {**resource, "Metadata": {k: v for k, v in resource["Metadata"].items() if k != FOLLOWS}}
        if "Metadata" in resource
        else resource
        for name, resource in stack.resources.items()
    }
