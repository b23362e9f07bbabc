"""Certificates and projects: things a CV lists by name, with a date at most."""

from __future__ import annotations

import re
from collections.abc import Sequence

from runtime.cv import entries
from runtime.cv.document import Document
from runtime.cv.entries import Entry, Row
from runtime.cv.result import Named
from runtime.cv.work import body, ends

_SEPARATOR = re.compile(r"\t|\s+[–—|·•]\s+|\s{2,}")


def _never(_entry: Entry, _row: Row) -> bool:
    return False


def _after_a_date(entry: Entry, _row: Row) -> bool:
    return bool(entry.dates)


def certificates(document: Document, indexes: Sequence[int]) -> tuple[Named, ...]:
    """One per bullet, or one per head up to its date."""
    found = entries.rows(document, indexes)
    if any(row.kind == "bullet" for row in found):
        groups = [[row] for row in found if row.kind in {"bullet", "head"}]
    else:
        dated = any(row.dates for row in found)
        groups = (
            [entry.head for entry in entries.entries(found, _after_a_date)]
            if dated
            else [[row] for row in found if row.kind == "head"]
        )
    result = []
    for rows in groups:
        named = _named(rows)
        if named is not None:
            result.append(named)
    return tuple(result)


def projects(document: Document, indexes: Sequence[int]) -> tuple[Named, ...]:
    """One per head, with what was done under it."""
    result = []
    for entry in entries.entries(entries.rows(document, indexes), _never):
        named = _named(entry.head)
        if named is not None:
            highlights, prose = body(document, entry.body)
            result.append(named.model_copy(update={"highlights": highlights or ((prose,) if prose else ())}))
    return tuple(result)


def _named(rows: Sequence[Row]) -> Named | None:
    part = next((part for row in rows for part in row.parts), None)
    if part is None:
        return None
    pieces = part.split(_SEPARATOR)
    if not pieces:
        return None
    start, end, _ = ends([date for row in rows for date in row.dates])
    return Named(name=pieces[0].leaf(0.7, "order"), date=start or end)
