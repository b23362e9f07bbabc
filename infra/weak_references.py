"""Weak references that are followed: who reads another stack's output is deployed again when what is behind it changes.

`Fn::GetStackOutput` has the same text whatever the output's value is. A knowledge base that was replaced leaves the
templates of its readers as they were: the CDK CLI would skip their stacks, and they would go on asking for the one that
is gone. So each reader carries a digest of the definition of all that its references lead to.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

import aws_cdk as cdk

from infra.rules.template import FOLLOWS, references

type _Name = tuple[str, str]
"""A stack's path and a logical id in it."""


def follow(stage: cdk.Stage) -> None:
    """Give every resource of `stage` that refers to another stack's the digest of what it refers to.

    The last thing to be done with a stage: what is added later is not followed, which a rule of synthesis objects to
    (`weak-references-are-followed`).
    """
    resources: dict[_Name, cdk.CfnResource] = {}
    definitions: dict[_Name, Any] = {}
    named: dict[str, list[_Name]] = defaultdict(list)
    for construct in stage.node.find_all():
        if isinstance(construct, cdk.CfnResource):
            stack = cdk.Stack.of(construct)
            name = stack.node.path, str(stack.resolve(construct.logical_id))
            resources[name] = construct
            # References between stacks are still plain ones here: they become weak when the app is synthesised.
            definitions[name] = [
                construct.cfn_resource_type,
                stack.resolve(construct._cfn_properties),  # noqa: SLF001 - protected, for subclasses; nothing else has it
            ]
            named[name[1]].append(name)
    edges = {name: tuple(_targets(name, definition, named)) for name, definition in definitions.items()}
    for name, resource in resources.items():
        if foreign := {target for target in edges[name] if target[0] != name[0]}:
            reached = sorted(_reached(foreign, edges))
            content = json.dumps([[each, definitions[each]] for each in reached], sort_keys=True)
            resource.add_metadata(FOLLOWS, hashlib.sha256(content.encode()).hexdigest()[:16])


def _targets(name: _Name, definition: Any, named: Mapping[str, list[_Name]]) -> Iterator[_Name]:
    """What a definition refers to: in its own stack, or else in whichever others have that logical id."""
    for logical_id in references(definition):
        own = name[0], logical_id
        yield from [own] if own in named[logical_id] else named[logical_id]


def _reached(start: set[_Name], edges: Mapping[_Name, tuple[_Name, ...]]) -> set[_Name]:
    """`start` and all behind it: what is replaced replaces what names it."""
    reached: set[_Name] = set()
    waiting = list(start)
    while waiting:
        if (name := waiting.pop()) not in reached:
            reached.add(name)
            waiting += edges[name]
    return reached
