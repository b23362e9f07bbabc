"""Places as they stand in heads: `Seattle, WA`, `London, UK`, `Remote`."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runtime.cv.passage import Passage
from runtime.cv.vocabulary import COUNTRIES, ORGANISATION, TITLE, degree, fold, is_city, is_region

# A comma between brackets separates nothing outside of them.
COMMA = re.compile(r",\s+(?![^()]{0,80}\))")
_BRACKETS = re.compile(r"^([^()]{2,120}?)\s{0,4}\(([^()]{2,60})\)$")
_SEPARATED = re.compile(r"\s{1,8}[–—|·•∙⋅/-]\s{1,8}|\s{0,8}[|·•⋅]\s{0,8}")
_IN_BRACKETS = 0
_WORDS_OF_A_PLACE = 3
_PARTS_OF_A_HEAD = 2
_HEADS_ALIKE = 2
_NO_PLACE = re.compile(
    r"\b(?:department|dept|division|unit|ward|team|operations?|marketing|sales|finance|engineering|research|development"
    r"|product|design|strategy|logistics|procurement|quality|security|communications?|relations|resources|analytics"
    r"|abteilung|vertrieb|einkauf|entwicklung|ventas|compras|ventes|achats|vendite|acquisti|vendas|emea|apac|dach"
    r"|cdi|cdd|stage|remote|full|part|time|year|years|ii|iii|iv|jr|sr|inc|ltd|llc|gmbh|plc|sa|sl|srl|spa|ag|kg|bv)\b"
    r"|\.$"
)


def without_place(passage: Passage, *, alone: bool) -> tuple[tuple[Passage, ...], Passage | None]:
    """The comma parts of `passage` and the place at its end.

    `alone`: nothing else can be the name here, so a single word before a region is kept as one ("Google,
    USA").
    """
    parts = list(passage.split(COMMA))
    taken: list[Passage] = []
    while parts and is_region(parts[-1].text):
        taken.insert(0, parts.pop())
    if (
        taken
        and parts
        and (len(parts) > 1 or not alone)
        and _may_be_city(parts[-1].text)
        and not is_region(parts[-1].text)
    ) or (parts and is_city(parts[-1].text) and (len(parts) > 1 or not alone)):
        taken.insert(0, parts.pop())
        if parts and is_city(parts[-1].text):
            # "Bengaluru, Karnataka, India"
            taken.insert(0, parts.pop())
    if taken and re.fullmatch(r"[A-Z]{2,3}", taken[0].text) and fold(taken[0].text) not in COUNTRIES:
        # "MS" alone is a degree more often than Mississippi: a state's letters need a city before them.
        parts.append(taken.pop(0))
    if not taken:
        return tuple(parts), None
    first, last = taken[0], taken[-1]
    offset = passage.start
    return tuple(parts), passage.cut(first.start - offset, last.stop - offset)


def ways_of_writing(heads: Sequence[Sequence[str]]) -> frozenset[int]:
    """How the heads of a section, each the texts of its parts, write places: those that are known, or all alike.

    In brackets (0), as the last of so many pieces (2, 3 ...), or of so many parts with commas (-2, -3 ...).
    """
    ways: set[int] = set(_shared_way(heads))
    for text in (text for head in heads for text in head):
        parts = COMMA.split(text)
        if len(parts) > 1 and is_place(parts[-1]):
            ways.add(-len(parts))
        brackets = _BRACKETS.match(text)
        pieces = _SEPARATED.split(text)
        if brackets is not None and is_place(brackets[2]):
            ways.add(_IN_BRACKETS)
        elif len(pieces) > 1 and is_place(pieces[-1]):
            ways.add(len(pieces))
    return frozenset(ways)


def _shared_way(heads: Sequence[Sequence[str]]) -> set[int]:
    """The way in which every head has what can be a place behind the name beside its title or degree."""
    found: list[int] = []
    for head in heads:
        rest = [text for text in head if TITLE.search(fold(text)) is None and degree(text) is None]
        if len(rest) != 1 or len(head) < _PARTS_OF_A_HEAD:
            continue
        brackets = _BRACKETS.match(rest[0])
        pieces = _SEPARATED.split(rest[0])
        tail = brackets[2] if brackets is not None else pieces[-1]
        if (brackets is None and len(pieces) < _PARTS_OF_A_HEAD) or not _is_capitalised_place(tail):
            return set()
        found.append(_IN_BRACKETS if brackets is not None else len(pieces))
    return set(found) if len(found) >= _HEADS_ALIKE and len(set(found)) == 1 else set()


def apart_from_place(passage: Passage, ways: frozenset[int]) -> tuple[Passage, Passage | None]:
    """The passage without the place at its end, where it stands as the places of other heads do."""
    brackets = _BRACKETS.match(passage.text)
    if brackets is not None:
        place = brackets[2]
        if is_place(place) or (_IN_BRACKETS in ways and _may_be_city(place)):
            return passage.cut(0, brackets.end(1)), passage.cut(brackets.start(2), brackets.end(2))
        return passage, None
    commas = list(COMMA.finditer(passage.text))
    if commas and -len(commas) - 1 in ways:
        last = passage.cut(commas[-1].end(), len(passage.text))
        if _is_capitalised_place(last.text) and not is_region(last.text) and not is_city(last.text):
            return passage.cut(0, commas[-1].start()), last
    separators = list(_SEPARATED.finditer(passage.text))
    if separators and len(separators) + 1 in ways:
        last = passage.cut(separators[-1].end(), len(passage.text))
        if _is_capitalised_place(last.text):
            return passage.cut(0, separators[-1].start()), last
    return passage, None


def _is_capitalised_place(text: str) -> bool:
    words = text.split()
    return (
        _may_be_city(text)
        and words[0][0].isupper()
        and len(words) <= _WORDS_OF_A_PLACE
        and not _NO_PLACE.search(fold(text))
    )


def is_place(text: str) -> bool:
    """Whether `text` is a city, a region or both."""
    parts = [part.strip() for part in text.split(",")]
    return is_city(parts[0]) or (
        is_region(parts[-1]) and len(parts[-1]) > 1 and all(map(_may_be_city, parts))
    )


def _may_be_city(text: str) -> bool:
    folded = fold(text)
    words = text.split()
    return (
        1 <= len(words) <= 4
        and not any(char.isdigit() for char in text)
        and TITLE.search(folded) is None
        and ORGANISATION.search(folded) is None
    )
