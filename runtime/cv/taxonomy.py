"""The canonical skills: what they are called, and where a word that has other meanings is one of them.

The list is data in `knowledge/skills/` at the clone's root, one JSON file per industry family; its rules are told in
`knowledge/README.md` and checked by `tests/unit/test_skill_taxonomy.py`. JSON, because reading it takes a hundredth of
the time that YAML takes, and a function that starts waits for it.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from runtime.cv.vocabulary import fold

SKILLS_DIR: Final = Path(__file__).resolve().parents[2] / "knowledge" / "skills"

type Family = Literal[
    "software",
    "data",
    "cloud",
    "design",
    "finance",
    "health",
    "sales",
    "marketing",
    "hr",
    "legal",
    "engineering",
    "logistics",
    "education",
    "hospitality",
    "trades",
    "office",
    "management",
    "science",
    "interpersonal",
]
type Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
type Written = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Ambiguity(_Entry):
    """Writings that are ordinary words as well ("Go", "Excel"), and what makes them the skill in running text.

    forms: they count only as they are spelled here, and only in one of these contexts: in a list with a skill of the
        families `beside`; in one sentence with such a skill, unless `adjacent`; next to one of the words `next_to`.
    company: even as an item of a list of skills, such a form needs another skill of `beside` in the list ("Chef").
    """

    forms: Annotated[tuple[Written, ...], Field(min_length=1)]
    beside: Annotated[tuple[Family, ...], Field(min_length=1)]
    next_to: tuple[Written, ...] = ()
    adjacent: bool = False
    company: bool = False


class CanonicalSkill(_Entry):
    """One skill of the list. `id` never changes, because analyses that are kept name it.

    aliases: further names in any spelling, other languages' included.
    exact: names that count only as they are spelled here ("ML", "React").
    never: phrases in which a name of it is something else ("go to market").
    declared_only: too general a word to be evidence of anything where a job is told ("Communication").
    """

    id: Identifier
    name: Written
    category: Annotated[str, StringConstraints(min_length=2, max_length=30)]
    aliases: tuple[Written, ...] = ()
    exact: tuple[Written, ...] = ()
    never: tuple[Written, ...] = ()
    ambiguous: Ambiguity | None = None
    declared_only: bool = False

    def names(self) -> Iterator[tuple[NameKind, str]]:
        """Every writing of it, with what is asked of one."""
        forms = self.ambiguous.forms if self.ambiguous else ()
        if self.name not in forms and self.name not in self.exact:
            yield "plain", self.name
        for kind, names in (("plain", self.aliases), ("exact", self.exact), ("form", forms)):
            for name in names:
                yield kind, name  # type: ignore[misc]  # mypy widens literals in a tuple


ANY_YEAR: Final = "0000"
"""Stands for every year in a `never` phrase."""

type NameKind = Literal["plain", "exact", "form"]
_FILE: Final = TypeAdapter(tuple[CanonicalSkill, ...])

# A word, or what belongs to one: C++, C#, .NET.
_TOKEN: Final = re.compile(r"(?<![^\W_])(?:\.net(?![^\W_])|[a-z]\+\+(?:\d\d)?|[a-z]#(?!\w))|[^\W_]+")
# What may stand between the words of one name. A full stop with white after it ends a sentence.
_WITHIN: Final = re.compile(r"(?:[ \t\xa0\n]{1,3}|-[ \n]?|[–/.&'’_]\n?|[ \xa0]?[&/][ \xa0]?)\Z")


@dataclass(frozen=True, slots=True)
class Token:
    """A folded word at `[start, stop)` of a text."""

    text: str
    start: int
    stop: int


def tokens(text: str) -> list[Token]:
    """The words of `text`."""
    return [
        Token(match[0].replace("ß", "ss"), match.start(), match.end())
        for match in _TOKEN.finditer(fold(text))
    ]


def within(text: str, before: Token, after: Token) -> bool:
    """Whether two neighbouring words of `text` can belong to one name."""
    return _WITHIN.match(text, before.stop, after.start) is not None


@dataclass(frozen=True, slots=True)
class Name:
    """A writing of `skill`; `written` is its spelling, which counts for all kinds but plain ones."""

    skill: CanonicalSkill
    kind: NameKind
    written: str


@dataclass(slots=True)
class Node:
    """A word in the tree of names. `ends`: the names that end with it; `never`: a phrase that is no skill."""

    next: dict[str, Node] = field(default_factory=dict)
    ends: list[Name] = field(default_factory=list)
    never: bool = False


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All skills by id, the family of each, and the tree of their names."""

    skills: dict[str, CanonicalSkill]
    families: dict[str, Family]
    root: Node


@functools.cache
def load_taxonomy(folder: Path = SKILLS_DIR) -> Taxonomy:
    """The committed list. Raises `pydantic.ValidationError` for an entry that breaks the schema."""
    skills: dict[str, CanonicalSkill] = {}
    families: dict[str, Family] = {}
    root = Node()
    for path in sorted(folder.glob("*.json")):
        family = TypeAdapter[Family](Family).validate_python(path.stem)
        for skill in _FILE.validate_json(path.read_bytes()):
            skills[skill.id] = skill
            families[skill.id] = family
            for kind, name in skill.names():
                _grown(root, name).ends.append(Name(skill, kind, name))
            for phrase in skill.never:
                _grown(root, phrase).never = True
    if not skills:
        raise FileNotFoundError(f"expected the canonical skills as JSON files in {folder}, found none")
    return Taxonomy(skills, families, root)


def _grown(root: Node, name: str) -> Node:
    node = root
    for token in tokens(name):
        node = node.next.setdefault(token.text, Node())
    return node
