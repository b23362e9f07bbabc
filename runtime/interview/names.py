"""How a candidate is addressed, from whatever was written into the name's field."""

from __future__ import annotations

import re
from typing import Final

# Nobody is called by more than this aloud, and what is longer was not written as a name.
_LONGEST: Final = 40
_TITLES: Final = frozenset(
    {
        "dr",
        "doctor",
        "prof",
        "professor",
        "mr",
        "mrs",
        "ms",
        "miss",
        "mx",
        "sir",
        "dame",
        "lady",
        "lord",
        "rev",
    }
    | {"hon", "herr", "frau", "dipl", "ing", "mag"}
)
_SUFFIXES: Final = frozenset({"phd", "md", "msc", "bsc", "ma", "mba", "jr", "sr", "ii", "iii", "esq"})
_INITIAL: Final = re.compile(r"[^\W\d_]\.?")
_NAME: Final = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*['’]?")


def spoken_name(name: str) -> str:
    """The first name; a title with the family name where only these are given; empty when nothing can be spoken.

    A name field holds what a stranger typed: a sentence or a command in it is not read out.
    """
    if len(name.strip()) > _LONGEST:
        return ""
    family, _, rest = name.partition(",")
    # "Lovelace, Ada", but not "Ada Lovelace, PhD".
    if rest.strip() and not all(_bare(word) in _SUFFIXES for word in rest.replace(",", " ").split()):
        name = f"{rest} {family}"
    else:
        name = family
    words = name.split()
    titles = [word for word in words if _bare(word) in _TITLES]
    names = [word for word in words if word not in titles and not _INITIAL.fullmatch(word)]
    names = [word for word in names if _bare(word) not in _SUFFIXES]
    if not names or not all(_NAME.fullmatch(word) for word in names):
        return ""
    return f"{_title(titles[0])} {names[0]}" if titles and len(names) == 1 else names[0]


def _bare(word: str) -> str:
    return word.replace(".", "").lower()


def _title(word: str) -> str:
    # Engines of speech read "Dr." as the end of a sentence.
    return word.rstrip(".")
