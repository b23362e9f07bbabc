"""A CloudFormation template as rules look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.environments import COMMITTED

FOLLOWS: Final = "PrepAI::Follows"
"""In a resource's metadata: the digest of what its references to other stacks lead to (infra/weak_references.py).

Metadata is part of a template, and CloudFormation updates the resources that it changes in."""

type Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """What breaks a rule: the resource's logical id, what was found there, and the way out."""

    resource: str
    found: str
    fix: str


@dataclass(frozen=True, slots=True)
class Template:
    """The body of a template as JSON gives it."""

    body: Mapping[str, Any]

    @property
    def resources(self) -> Mapping[str, Mapping[str, Any]]:
        found: Mapping[str, Mapping[str, Any]] = self.body.get("Resources", {})
        return found

    def of(self, *kinds: str) -> Iterator[tuple[str, Properties]]:
        """Logical ids and properties of the resources of these types."""
        for name, resource in self.resources.items():
            if resource["Type"] in kinds:
                yield name, resource.get("Properties", {})

    def holds(self, kind: str) -> bool:
        return any(True for _ in self.of(kind))

    @property
    def production(self) -> bool:
        """Whether it belongs to a production environment, by the tag that each of its resources carries."""
        for resource in self.resources.values():
            for tag in resource.get("Properties", {}).get("Tags") or ():
                if isinstance(tag, Mapping) and tag.get("Key") == "environment":
                    committed = COMMITTED.get(tag["Value"])
                    return committed is not None and committed.production
        return False


type Rule = Callable[[Template], Iterator[Violation]]


def text(value: Any) -> str:  # noqa: PLR0911 - one line for each intrinsic
    """A value as one string, with `${...}` for what only CloudFormation knows."""
    match value:
        case str():
            return value
        case {"Ref": str(name)}:
            return f"${{{name}}}"
        case {"Fn::GetAtt": [name, attribute]}:
            return f"${{{name}.{attribute}}}"
        case {"Fn::GetAtt": str(dotted)}:
            return f"${{{dotted}}}"
        case {"Fn::Join": [str(separator), list(parts)]}:
            return separator.join(text(part) for part in parts)
        case {"Fn::GetStackOutput": {"StackName": str(stack), "OutputName": str(output)}}:
            return f"${{{stack}.{output}}}"
        case {"Fn::Sub": str(pattern)}:
            return pattern
        case Mapping():
            return f"${{{next(iter(value), '')}}}"
        case _:
            return str(value)


def listed(value: Any) -> list[Any]:
    """Where JSON allows one or several."""
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]


def walk(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Every value below, with the keys that lead to it."""
    yield path, value
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from walk(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from walk(inner, (*path, str(number)))


def references(value: Any) -> set[str]:
    """The logical ids that a value refers to."""
    found = set()
    for _, inner in walk(value):
        match inner:
            case {"Ref": str(name)} | {"Fn::GetAtt": [str(name), *_]}:
                found.add(name)
            case _:
                pass
    return found
