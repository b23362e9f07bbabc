"""A telephone number as it is written, to E.164."""

from __future__ import annotations

import re
from collections.abc import Sequence

import phonenumbers

from runtime.cv.passage import Passage
from runtime.cv.result import Leaf
from runtime.cv.vocabulary import US_STATES, country_of, language_regions

# How North America writes its numbers, and nobody else; with white alone between the groups others do, too.
_NANP = re.compile(r"^(?:\+?1[\s.-]?)?(?:\(\d{3}\)\s?|\d{3}[.‐‑‒–—-])\d{3}[.‐‑‒–—-]\d{4}$")
_THREE_THREE_FOUR = re.compile(r"^[2-9]\d{2} [2-9]\d{2} \d{4}$")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—", "-"))
# Only forms that no other country of these uses.
_POSTCODES = (
    ("GB", re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]?\s\d[A-Z]{2}\b")),
    ("NL", re.compile(r"\b\d{4}\s?[A-Z]{2}\b")),
    ("CA", re.compile(r"\b[A-Z]\d[A-Z]\s?\d[A-Z]\d\b")),
    ("BR", re.compile(r"\b\d{5}-\d{3}\b")),
    ("AU", re.compile(r"\b(?:NSW|VIC|QLD|WA|SA|TAS|ACT|NT)\s\d{4}\b")),
    ("PT", re.compile(r"\b\d{4}-\d{3}\b")),
    ("IE", re.compile(r"\b[A-Z]\d[\dW]\s[A-Z\d]{4}\b")),
)


def read_number(written: Passage, regions: Sequence[str]) -> Leaf | None:
    """The number in E.164, read by the first of `regions` in whose plan it is one.

    One that no plan knows stays as written and says so; what is no number is None.
    """
    digits = re.sub(r"\D", "", written.text)
    if not 8 <= len(digits) <= 15 or re.search(r"(?:19|20)\d\d\W+(?:19|20)\d\d", written.text):
        return None
    plain = written.text.translate(_DASHES)
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    if _NANP.match(written.text):
        regions = ["US"]
    elif _THREE_THREE_FOUR.match(written.text):
        regions = [*regions, "US"]
    for region in regions if not plain.startswith("+") else [None]:
        try:
            number = phonenumbers.parse(plain, region)
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_valid_number(number):
            value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
            return written.leaf(0.97, "pattern", value=value, valid=True)
    return written.leaf(0.5, "pattern", valid=False)


def likely_regions(near: Sequence[str], location: Leaf | None, text: str) -> list[str]:
    """Where a number without a country's code may belong, likeliest first: the address, its form, the language.

    `near`: the lines that the number stands among; `text`: the whole of what its owner wrote.
    """
    found = [_country(location)]
    for line in near:
        pieces = re.split(r"[,|·•–\t()]|\s-\s", line)
        found += [country_of(piece) for piece in pieces]
        found += [region for region, form in _POSTCODES if form.search(line)]
    if not any(found):
        found += language_regions(text)
    return list(dict.fromkeys(region for region in found if region is not None))


def region_of(number: str) -> str | None:
    """The region of a number in E.164; None for what is none."""
    try:
        return phonenumbers.region_code_for_number(phonenumbers.parse(number))
    except phonenumbers.NumberParseException:
        return None


def _country(location: Leaf | None) -> str | None:
    if location is None:
        return None
    last = re.split(r",\s*", location.value)[-1].strip()
    if re.sub(r"\s{1,8}\d{5}.*$", "", last) in US_STATES:
        return "US"
    return country_of(last)
