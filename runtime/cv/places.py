"""Places as they stand in heads: `Seattle, WA`, `London, UK`, `Remote`."""

from __future__ import annotations

import re

from runtime.cv.passage import Passage
from runtime.cv.vocabulary import COUNTRIES, ORGANISATION, TITLE, fold, is_city, is_region

COMMA = re.compile(r",\s+")


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


def _may_be_city(text: str) -> bool:
    folded = fold(text)
    words = text.split()
    return (
        1 <= len(words) <= 4
        and not any(char.isdigit() for char in text)
        and TITLE.search(folded) is None
        and ORGANISATION.search(folded) is None
    )
