"""From words with boxes to lines in reading order, by geometry alone.

A page is cut recursively, after the XY-cut of Nagy and Seth (1984), with one change. A CV has two kinds of
vertical white: the gutter between columns that are read one after the other, and the gap before a *rail*, a
stack of dates and places that belongs to the lines beside it. Cutting at a rail tears every job from its
dates,
so a rail stays in its rows and its segments are marked.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

# White wider than this many heights of the text beside it separates two segments of a row: justified text
# stretches its spaces to about one height, columns and tab stops are further apart.
_SEGMENT_GAP = 1.05
# A gutter may be narrower than a tab stop because all rows agree on it.
_GUTTER = 0.8
# A hostile page could make the search for gutters quadratic; a CV page has some sixty rows.
_MAX_ROWS = 400
_MAX_GUTTERS_TRIED = 300


@dataclass(frozen=True, slots=True)
class Word:
    """A run of characters without white; the box in points, y growing downwards from the page's top."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    bold: bool = False
    size: float = 0.0

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a line between two wide gaps. `rail`: it stands in a stack of dates beside the text."""

    text: str
    x0: float = 0.0
    x1: float = 0.0
    top: float = 0.0
    bottom: float = 0.0
    size: float = 0.0
    bold: bool = False
    rail: bool = False
    row: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """One row of one column. `region` numbers the blocks that the cuts left, in reading order."""

    segments: tuple[Segment, ...]
    page: int
    region: int = 0
    heading: bool = False

    @property
    def text(self) -> str:
        return "\t".join(segment.text for segment in self.segments)

    @property
    def x0(self) -> float:
        return self.segments[0].x0

    @property
    def x1(self) -> float:
        return self.segments[-1].x1

    @property
    def top(self) -> float:
        return min(segment.top for segment in self.segments)

    @property
    def bottom(self) -> float:
        return max(segment.bottom for segment in self.segments)

    @property
    def size(self) -> float:
        return max(segment.size for segment in self.segments)

    @property
    def bold(self) -> bool:
        return self.segments[0].bold


@dataclass(frozen=True, slots=True)
class Signs:
    """What the cutter may ask about a piece of text, so that geometry stays free of vocabulary."""

    is_heading: Callable[[str], bool]
    is_date: Callable[[str], bool]
    is_contact: Callable[[str], bool]


def lines(words: Sequence[Word], page: int, signs: Signs) -> tuple[Line, ...]:
    """The page's lines in reading order. `page` counts from 1."""
    segments = _segments(words)
    result: list[Line] = []
    for region, block in enumerate(_cut(segments, signs)):
        rows: dict[int, list[Segment]] = {}
        for segment in block:
            rows.setdefault(segment.row, []).append(segment)
        for row in sorted(rows):
            ordered = tuple(sorted(rows[row], key=lambda segment: segment.x0))
            result.append(Line(ordered, page, region))
    return tuple(result)


def _segments(words: Sequence[Word]) -> list[Segment]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.middle, word.x0)):
        for row in reversed(rows[-3:]):
            reference = row[0]
            if abs(word.middle - reference.middle) <= 0.4 * min(word.height, reference.height):
                row.append(word)
                break
        else:
            rows.append([word])
    return [segment for number, row in enumerate(rows) for segment in _split_row(row, number)]


def _split_row(row: Sequence[Word], number: int) -> list[Segment]:
    groups: list[list[Word]] = []
    for word in sorted(row, key=lambda word: word.x0):
        height = min(word.height, groups[-1][-1].height) if groups else 0.0
        if groups and word.x0 - groups[-1][-1].x1 <= _SEGMENT_GAP * height:
            groups[-1].append(word)
        else:
            groups.append([word])
    return [
        Segment(
            text=_joined(group),
            x0=group[0].x0,
            x1=max(word.x1 for word in group),
            top=min(word.top for word in group),
            bottom=max(word.bottom for word in group),
            size=round(statistics.median(word.size or word.height for word in group), 1),
            bold=sum(len(word.text) for word in group if word.bold) * 2
            > sum(len(word.text) for word in group),
            row=number,
        )
        for group in groups
    ]


def _joined(group: Sequence[Word]) -> str:
    """The group's words, spaced headings (`E X P E R I E N C E`) closed up by the width of their gaps."""
    singles = sum(len(word.text) == 1 for word in group)
    if len(group) < 5 or singles < len(group):
        return " ".join(word.text for word in group)
    gaps = [after.x0 - before.x1 for before, after in pairwise(group)]
    usual = statistics.median(gaps)
    text = group[0].text
    for gap, word in zip(gaps, group[1:], strict=True):
        text += (" " if gap > 1.8 * usual else "") + word.text
    return text


@dataclass(frozen=True, slots=True)
class _Gutter:
    left: float
    right: float
    first: int
    last: int
    height: float


def _cut(segments: list[Segment], signs: Signs) -> list[list[Segment]]:
    """Blocks in reading order; every segment is in exactly one of them.

    Columns with headings of their own come first, then the bands from one heading to the next, and inside a
    band, where everything is about one thing, the smaller gutters.
    """
    found = [(gutter, *_sides(segments, gutter)) for gutter in _gutters(segments, signs)]
    # Where the headings stand in a column of their own, beside their sections, everything else is rows.
    railed = any(_only_headings(left, signs) for _, left, _ in found)
    for gutter, left, right in () if railed else found:
        if _are_columns(left, right, signs):
            return _columns(segments, gutter, left, right, lambda part: _cut(part, signs))
    bands: list[list[Segment]] = [[]]
    for row in _rows(segments):
        # A heading stands alone or, in a rail of headings, first.
        if signs.is_heading(row[0].text) and (len(row) == 1 or _stands_apart(row[0], segments, signs)):
            bands.append([row[0]])
            bands.append(list(row[1:]))
        else:
            bands[-1].extend(row)
    return [block for band in bands if band for block in _cut_band(band, signs)]


def _cut_band(segments: list[Segment], signs: Signs) -> list[list[Segment]]:
    for gutter in _gutters(segments, signs):
        left, right = _sides(segments, gutter)
        verdict = _relation(left, right, signs)
        if verdict == "columns":
            return _columns(segments, gutter, left, right, lambda part: _cut_band(part, signs))
        if verdict == "rail":
            minor = {id(segment) for segment in _minor(left, right)}
            segments = [replace(s, rail=True) if id(s) in minor else s for s in segments]
    return [segments] if segments else []


def _columns(
    segments: Sequence[Segment],
    gutter: _Gutter,
    left: list[Segment],
    right: list[Segment],
    cut: Callable[[list[Segment]], list[list[Segment]]],
) -> list[list[Segment]]:
    above = [segment for segment in segments if segment.row < gutter.first]
    below = [segment for segment in segments if segment.row > gutter.last]
    return [block for part in (above, left, right, below) if part for block in cut(part)]


def _sides(segments: Sequence[Segment], gutter: _Gutter) -> tuple[list[Segment], list[Segment]]:
    inside = [segment for segment in segments if gutter.first <= segment.row <= gutter.last]
    middle = (gutter.left + gutter.right) / 2
    return [s for s in inside if s.x1 <= middle], [s for s in inside if s.x1 > middle]


def _rows(segments: Sequence[Segment]) -> list[list[Segment]]:
    rows: dict[int, list[Segment]] = {}
    for segment in segments:
        rows.setdefault(segment.row, []).append(segment)
    return [sorted(rows[number], key=lambda segment: segment.x0) for number in sorted(rows)]


def _stands_apart(heading: Segment, segments: Sequence[Segment], signs: Signs) -> bool:
    """Whether nothing but headings and dates stands in the column under and over this heading."""
    column = [s for s in segments if s.x0 < heading.x1 and s.x1 > heading.x0 and s is not heading]
    known = [s for s in column if signs.is_heading(s.text) or signs.is_date(s.text)]
    return len(known) * 5 >= len(column) * 4


def _only_headings(side: Sequence[Segment], signs: Signs) -> bool:
    headings = sum(signs.is_heading(segment.text) for segment in side)
    return headings >= 3 and all(signs.is_heading(s.text) or signs.is_date(s.text) for s in side)


def _minor(left: Sequence[Segment], right: Sequence[Segment]) -> Sequence[Segment]:
    return left if _length(left) <= _length(right) else right


def _length(side: Sequence[Segment]) -> int:
    return sum(len(segment.text) for segment in side)


def _are_columns(left: Sequence[Segment], right: Sequence[Segment], signs: Signs) -> bool:
    """Whether the two sides are read one after the other, each with its own sections."""
    minor = _minor(left, right)
    major = right if minor is left else left
    if not any(signs.is_heading(segment.text) for segment in major):
        return False
    headings = [segment for segment in minor if signs.is_heading(segment.text)]
    dates = [segment for segment in minor if signs.is_date(segment.text)]
    if headings:
        return len(minor) > len(headings) + len(dates)
    contacts = [segment for segment in minor if signs.is_contact(segment.text)]
    return bool(contacts) and not dates


def _relation(left: Sequence[Segment], right: Sequence[Segment], signs: Signs) -> str:
    """How two sides of a gutter within one section belong together: "columns", "rows" or "rail"."""
    minor = _minor(left, right)
    major = right if minor is left else left
    dates = [segment for segment in minor if signs.is_date(segment.text)]
    # A stack of dates carries a place or a duration with each date, rarely more.
    alone = not any(signs.is_date(segment.text) for segment in major)
    if dates and alone and len(dates) * 3 >= len(minor):
        return "rail"
    # Labels with their values: each label has its value in its own row and says much less.
    rows = {segment.row for segment in right}
    labelled = all(segment.row in rows for segment in left)
    if labelled and _length(left) * 2 <= _length(right) and _length(left) <= 25 * len(left):
        return "rows"
    return "columns"


def _gutters(segments: Sequence[Segment], signs: Signs) -> list[_Gutter]:
    """Vertical white over at least three rows on both of its sides, the tallest first."""
    rows: dict[int, list[Segment]] = {}
    for segment in segments:
        rows.setdefault(segment.row, []).append(segment)
    numbers = sorted(rows)
    if len(numbers) > _MAX_ROWS or not segments:
        return []
    centre = (min(s.x0 for s in segments) + max(s.x1 for s in segments)) / 2
    # A heading in the middle of the page heads all of its width, however narrow it is.
    closed = {
        number
        for number, row in rows.items()
        if len(row) == 1
        and abs((row[0].x0 + row[0].x1) / 2 - centre) < row[0].bottom - row[0].top
        and signs.is_heading(row[0].text)
    }
    found: list[_Gutter] = []
    tried = 0
    for position, number in enumerate(numbers):
        ordered = sorted(rows[number], key=lambda segment: segment.x0)
        for before, after in pairwise(ordered):
            middle = (before.x1 + after.x0) / 2
            if any(g.left < middle < g.right and g.first <= number <= g.last for g in found):
                continue
            tried += 1
            if tried > _MAX_GUTTERS_TRIED:
                return sorted(found, key=lambda gutter: (-gutter.height, gutter.left))
            gutter = _grow(rows, numbers, closed, position, (before.x1, after.x0))
            if gutter is not None:
                found.append(gutter)
    return sorted(found, key=lambda gutter: (-gutter.height, gutter.left))


def _grow(
    rows: dict[int, list[Segment]],
    numbers: list[int],
    closed: set[int],
    position: int,
    gap: tuple[float, float],
) -> _Gutter | None:
    left, right = gap
    first = last = position
    for step in (-1, 1):
        index = position + step
        while 0 <= index < len(numbers):
            if numbers[index] in closed:
                break
            narrowed = _narrow(rows[numbers[index]], left, right)
            if narrowed is None:
                break
            left, right = narrowed
            first, last = min(first, index), max(last, index)
            index += step
    inside = [segment for number in numbers[first : last + 1] for segment in rows[number]]
    middle = (left + right) / 2
    sides = ([s for s in inside if s.x1 <= middle], [s for s in inside if s.x1 > middle])
    if min(len({segment.row for segment in side}) for side in sides) < 3:
        return None
    top = max(min(segment.top for segment in side) for side in sides)
    bottom = min(max(segment.bottom for segment in side) for side in sides)
    if bottom <= top:
        return None
    return _Gutter(left, right, numbers[first], numbers[last], bottom - top)


def _narrow(row: Sequence[Segment], left: float, right: float) -> tuple[float, float] | None:
    middle = (left + right) / 2
    for segment in row:
        if segment.x1 <= right and (segment.x1 + segment.x0) / 2 < middle:
            left = max(left, segment.x1)
        elif segment.x0 >= left and (segment.x1 + segment.x0) / 2 > middle:
            right = min(right, segment.x0)
        else:
            return None
    smallest = min(segment.bottom - segment.top for segment in row)
    return (left, right) if right - left >= _GUTTER * smallest else None
