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
from dataclasses import dataclass, fields, replace
from functools import cache
from itertools import pairwise

# White wider than this many heights of the text beside it separates two segments of a row: justified text
# stretches its spaces to about one height, columns and tab stops are further apart.
_SEGMENT_GAP = 1.05
# A gutter may be narrower than a tab stop because all rows agree on it.
_GUTTER = 0.8
# The lines of one column begin within so many points of each other, bullets and their texts.
_SAME_COLUMN = 14.0
# Less white than this many heights is none: the thinnest spaces are three times as wide.
_NO_WHITE = 0.05
# How long the words are at most that are pieces of words.
_SPLIT_WORD = 2
# Nor need it be wide where a word begins in line with other rows' columns, if it is wider than the row's spaces.
_COLUMN_GAP = 0.4
_ROWS_OF_A_COLUMN = 3
# Closer than any space, or over it by no more than a letter.
_RUN_OVER = 0.6
_DATES_OF_A_STACK = 2
# White of so many heights may hold a date in another row.
_WIDE = 5
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
    # So many characters at its beginning are bold and the others not.
    lead: int = 0

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Line:
    """One row of one column. `region` numbers the blocks that the cuts left, in reading order."""

    segments: tuple[Segment, ...]
    page: int
    region: int = 0
    heading: bool = False
    # The depth that the document gives a heading, if it does.
    level: int = 0

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
    # Whether it is a date with a beginning and an end.
    is_period: Callable[[str], bool]
    # Whether a date goes on in the next line.
    is_broken: Callable[[str], bool]
    # Whether it names what stands beside it: "Employer", "Dates".
    is_label: Callable[[str], bool]

    def remembering(self) -> Signs:
        """The same, with the answers kept: every gutter that is tried asks about the same pieces."""
        return Signs(**{field.name: cache(getattr(self, field.name)) for field in fields(self)})


def lines(words: Sequence[Word], page: int, signs: Signs) -> tuple[Line, ...]:
    """The page's lines in reading order. `page` counts from 1."""
    signs = signs.remembering()
    segments = _joined_headings(_segments(words, signs), signs)
    result: list[Line] = []
    for region, block in enumerate(_cut(segments, signs)):
        rows: dict[int, list[Segment]] = {}
        for segment in block:
            rows.setdefault(segment.row, []).append(segment)
        for row in sorted(rows):
            ordered = tuple(sorted(rows[row], key=lambda segment: segment.x0))
            result.append(Line(ordered, page, region))
    return tuple(result)


def had_no_room(found: Sequence[Line], before: Line, line: Line) -> bool:
    """Whether the first word of `line` would have stood out of its column behind `before`; `found`: their page."""
    alike = before.bold == line.bold and abs(before.size - line.size) <= 0.05 * before.size
    if not before.size or not alike or len(before.segments) > 1 or before.page != line.page:
        return False
    edge = [other.x1 for other in found if abs(other.x0 - before.x0) <= _SAME_COLUMN]
    width = (before.x1 - before.x0) / max(1, len(before.text))
    return before.x1 + width * (1 + len(line.text.split()[0])) > max(edge)


def _joined_headings(segments: list[Segment], signs: Signs) -> list[Segment]:
    """The segments with each heading on one line that a narrow margin had broken: "Academic / appointments"."""
    rows = {row[0].row: row for row in _rows(segments)}
    first = {number: row[0] for number, row in rows.items() if _is_set_apart(row)}
    joined: dict[int, Segment] = {}
    gone: set[int] = set()
    for row in sorted(first):
        begin = first[row]
        parts = [begin]
        for below in (first.get(row + 1), first.get(row + 2)):
            if below is None or id(begin) in gone or not _goes_on(parts[-1], below):
                break
            parts.append(below)
            text = " ".join(part.text for part in parts)
            if signs.is_heading(text) and not signs.is_heading(begin.text):
                joined[id(begin)] = replace(begin, text=text, x1=max(part.x1 for part in parts))
                gone |= {id(part) for part in parts[1:]}
                break
    return [joined.get(id(segment), segment) for segment in segments if id(segment) not in gone]


def _is_set_apart(row: Sequence[Segment]) -> bool:
    """Whether the row's first piece stands alone or is set otherwise than the next: two labels make no heading."""
    return len(row) == 1 or row[0].bold or row[0].size > 1.05 * row[1].size


def _goes_on(above: Segment, below: Segment) -> bool:
    alike = above.bold == below.bold and abs(above.size - below.size) < 0.6
    return alike and abs(above.x0 - below.x0) < 2 and below.top - above.bottom < above.height


def _segments(words: Sequence[Word], signs: Signs) -> list[Segment]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.middle, word.x0)):
        for row in reversed(rows[-3:]):
            reference = row[0]
            if abs(word.middle - reference.middle) <= 0.4 * min(word.height, reference.height):
                row.append(word)
                break
        else:
            rows.append([word])
    split = [_split_row(row, signs) for row in rows]
    wide = _wide_gap(split)
    columns = _columns_begun(split, wide)
    return [
        _segment(part, number)
        for number, groups in enumerate(split)
        for group in groups
        for part in _split_at_columns(group, columns, wide)
    ]


def _columns_begun(rows: Sequence[Sequence[Sequence[Word]]], wide: float) -> tuple[float, ...]:
    """Where three or more rows have a word after more white than usual, or begin."""
    begun: dict[int, list[float]] = {}
    left = min((row[0][0].x0 for row in rows), default=0.0)
    for row in rows:
        places = [group[0].x0 for group in row if group[0].x0 > left + 5]
        places += [group[position].x0 for group in row for position in _wide_gaps(group, wide)]
        for place in places:
            begun.setdefault(round(place), []).append(place)
    return tuple(statistics.median(places) for places in begun.values() if len(places) >= _ROWS_OF_A_COLUMN)


def _wide_gap(rows: Sequence[Sequence[Sequence[Word]]]) -> float:
    """The white before a word, in heights, that is more than the page's spaces."""
    gaps = [
        (after.x0 - before.x1) / after.height
        for row in rows
        for group in row
        for before, after in pairwise(group)
    ]
    return max(_COLUMN_GAP, 1.6 * statistics.median(gaps)) if gaps else _COLUMN_GAP


def _wide_gaps(group: Sequence[Word], wide: float) -> list[int]:
    """The positions of the words that stand further from the one before than the page's and the group's words do."""
    gaps = [after.x0 - before.x1 for before, after in pairwise(group)]
    if max(gaps, default=0.0) < wide * group[0].height:
        return []
    usual = statistics.median_low(gaps) if len(gaps) > 1 else 0.0
    return [
        position
        for position, gap in enumerate(gaps, 1)
        if gap >= wide * group[position].height and gap >= 1.5 * usual
    ]


def _split_at_columns(group: list[Word], columns: Sequence[float], wide: float) -> list[list[Word]]:
    """The group in two where a word begins in line with a column: a long date may come close to the text beside it.

    A heading too long for its margin may even touch or cover the text: that is told by its weight.
    """
    if not columns:
        return [group]
    run_over = [
        position
        for position, (before, after) in enumerate(pairwise(group), 1)
        if before.bold
        and not after.bold
        and -_RUN_OVER * after.height < after.x0 - before.x1 < _NO_WHITE * after.height
    ]
    for position in sorted({*_wide_gaps(group, wide), *run_over}):
        begun = group[:position]
        aligned = any(abs(group[position].x0 - column) < 1 for column in columns)
        # A bullet stays with its text.
        if aligned and any(char.isalnum() for word in begun for char in word.text):
            edge = group[position].x0 - group[position].height
            return [[replace(word, x1=min(word.x1, max(edge, word.x0))) for word in begun], group[position:]]
    return [group]


def _without_splits(row: Sequence[Word]) -> list[Word]:
    """The row's words with those in one that nothing stands between: some fonts make a reader see spaces in words."""
    if statistics.median(len(word.text) for word in row) > _SPLIT_WORD:
        return list(row)
    result: list[Word] = []
    for word in row:
        last = result[-1] if result else None
        if (
            last is not None
            and abs(word.x0 - last.x1) <= _NO_WHITE * word.height
            and last.text[-1].isalnum()
            and word.text[0].isalnum()
            and last.bold == word.bold
        ):
            bottom, top = max(last.bottom, word.bottom), min(last.top, word.top)
            result[-1] = replace(last, text=last.text + word.text, x1=word.x1, top=top, bottom=bottom)
        else:
            result.append(word)
    return result


def _split_row(row: Sequence[Word], signs: Signs) -> list[list[Word]]:
    groups: list[list[Word]] = []
    for word in _without_splits(sorted(row, key=lambda word: word.x0)):
        height = min(word.height, groups[-1][-1].height) if groups else 0.0
        near = bool(groups) and word.x0 - groups[-1][-1].x1 <= _SEGMENT_GAP * height
        if near and not _heads_its_line(groups[-1], word, signs):
            groups[-1].append(word)
        else:
            groups.append([word])
    return groups


def _segment(group: Sequence[Word], row: int) -> Segment:
    return Segment(
        text=_joined(group),
        x0=group[0].x0,
        x1=max(word.x1 for word in group),
        top=min(word.top for word in group),
        bottom=max(word.bottom for word in group),
        size=round(statistics.median(word.size or word.height for word in group), 1),
        bold=sum(len(word.text) for word in group if word.bold) * 2 > sum(len(word.text) for word in group),
        row=row,
        lead=_lead(group),
    )


def _lead(group: Sequence[Word]) -> int:
    """How long the bold words are that plain ones follow: "**Languages** English, Welsh"."""
    plain = next((position for position, word in enumerate(group) if not word.bold), 0)
    return len(" ".join(word.text for word in group[:plain]))


def _heads_its_line(group: Sequence[Word], word: Word, signs: Signs) -> bool:
    """Whether `group` is a heading in the margin that the text beside it comes close to, told by its weight."""
    if word.bold or not all(known.bold for known in group):
        return False
    text = " ".join(known.text for known in group)
    return not text.endswith(":") and signs.is_heading(text)


def _joined(group: Sequence[Word]) -> str:
    """The group's words, spaced headings (`E X P E R I E N C E`) closed up by the width of their gaps."""
    # Letters that are kerned stand closer and come as one word.
    singles = sum(len(word.text) == 1 for word in group)
    if len(group) < 5 or singles * 3 < len(group) * 2 or any(len(word.text) > 2 for word in group):
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
    top = next(iter(_rows(segments)), [])
    headed = len(top) > 1 and all(signs.is_label(segment.text) for segment in top)
    for gutter in _gutters(segments, signs):
        left, right = _sides(segments, gutter)
        verdict = _relation(left, right, signs)
        if verdict == "columns" and (headed or _is_table(segments, left, right)):
            continue
        if verdict == "columns":
            return _columns(segments, gutter, left, right, lambda part: _cut_band(part, signs))
        if verdict == "rail":
            rail = {id(segment) for segment in _dated_columns(_minor(left, right), signs)}
            segments = [replace(s, rail=True) if id(s) in rail else s for s in segments]
    return [_with_whole_cells(_unwrapped(segments, signs))] if segments else []


def _with_whole_cells(segments: list[Segment]) -> list[Segment]:
    """The segments with the cells of a table's middle columns on one line; the last column's lines are text."""
    begins = {segment.row for segment in segments if segment.rail}
    cells = [[s for s in row if not s.rail] for row in _rows(segments) if row[0].row in begins]
    wide = [row for row in cells if len(row) > 1]
    if len(wide) < 2 or len(wide) * 3 < len(cells) * 2:
        return segments
    columns = [
        x0 for x0 in {round(s.x0) for row in wide for s in row[:-1]} if x0 < min(row[-1].x0 for row in wide)
    ]
    if not all(any(abs(s.x0 - x0) < 2 for x0 in columns) for row in wide for s in row[:-1]):
        return segments
    whole: dict[int, Segment] = {}
    gone: set[int] = set()
    for segment in sorted(segments, key=lambda segment: segment.row):
        if segment.rail or segment.row in begins or not any(abs(segment.x0 - x0) < 2 for x0 in columns):
            continue
        above = [
            s for s in segments if s.row in begins and s.row < segment.row and abs(s.x0 - segment.x0) < 2
        ]
        if above:
            cell = max(above, key=lambda s: s.row)
            known = whole.get(id(cell), cell)
            whole[id(cell)] = replace(
                known, text=f"{known.text} {segment.text}", x1=max(known.x1, segment.x1)
            )
            gone.add(id(segment))
    return [whole.get(id(segment), segment) for segment in segments if id(segment) not in gone]


def _dated_columns(side: Sequence[Segment], signs: Signs) -> list[Segment]:
    """Those of `side` that stand over or under its dates: a table has other columns beside that of its dates."""
    dates = [segment for segment in side if signs.is_date(segment.text)]
    left, right = min(segment.x0 for segment in dates), max(segment.x1 for segment in dates)
    return [segment for segment in side if segment.x0 < right and segment.x1 > left]


def _unwrapped(segments: list[Segment], signs: Signs) -> list[Segment]:
    """The segments with each date of a rail on one line that its narrow column had broken in two."""
    rail = sorted((s for s in segments if s.rail), key=lambda segment: segment.row)
    joined: dict[int, Segment] = {}
    gone: set[int] = set()
    for before, after in pairwise(rail):
        if id(before) in gone or abs(before.x0 - after.x0) > 2 or after.top - before.bottom > before.height:
            continue
        text = f"{before.text} {after.text}"
        if signs.is_broken(before.text) and signs.is_date(text):
            joined[id(before)] = replace(before, text=text)
            gone.add(id(after))
    return [joined.get(id(segment), segment) for segment in segments if id(segment) not in gone]


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
    begin = min((s.row for s in column if signs.is_heading(s.text)), default=heading.row)
    # Over the headings stand the name and what belongs to it.
    column = [s for s in column if s.row >= min(begin, heading.row)]
    known = [s for s in column if signs.is_heading(s.text) or signs.is_date(s.text)]
    return len(known) * 5 >= len(column) * 4


def _only_headings(side: Sequence[Segment], signs: Signs) -> bool:
    headings = [segment for segment in side if signs.is_heading(segment.text)]
    if len(headings) < 3:
        return False
    first = min(segment.row for segment in headings)
    below = [segment for segment in side if segment.row >= first]
    return sum(signs.is_heading(s.text) or signs.is_date(s.text) for s in below) * 5 >= len(below) * 4


def _is_table(segments: Sequence[Segment], left: Sequence[Segment], right: Sequence[Segment]) -> bool:
    """Whether the two sides are cells of rows that a date begins or ends, rather than columns of text."""
    dated = {segment.row for segment in segments if segment.rail}
    rows = {segment.row for segment in left} & {segment.row for segment in right}
    return len(dated) >= 2 and dated <= rows | {min(dated)}


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
    if _has_a_stack_of_the_other(minor, minor is right, signs):
        return False
    if headings:
        return len(minor) > len(headings) + len(dates)
    contacts = [segment for segment in minor if signs.is_contact(segment.text)]
    return bool(contacts) and not dates


def _has_a_stack_of_the_other(side: Sequence[Segment], right: bool, signs: Signs) -> bool:
    """Whether dates stand between the gutter and all headings of the side: a stack that belongs to the other side."""
    headings = [segment for segment in side if signs.is_heading(segment.text)]
    if not headings:
        return False
    dates = [segment for segment in side if signs.is_date(segment.text)]
    first, last = min(segment.x0 for segment in headings), max(segment.x1 for segment in headings)
    between = [segment for segment in dates if (segment.x1 <= first if right else segment.x0 >= last)]
    return len(between) >= _DATES_OF_A_STACK


def _relation(left: Sequence[Segment], right: Sequence[Segment], signs: Signs) -> str:
    """How two sides of a gutter within one section belong together: "columns", "rows" or "rail"."""
    minor = _minor(left, right)
    major = right if minor is left else left
    dates = [segment for segment in minor if signs.is_date(segment.text)]
    # A form's labels with what was filled in.
    if sum(signs.is_label(segment.text) for segment in left) * 2 >= len(left):
        return "rows"
    # A stack of dates carries a place or a duration with each date, rarely more. A year that a sentence ends with is
    # none of the dates that a stack of periods would be beside.
    periods = any(signs.is_period(segment.text) for segment in dates)
    alone = not any((signs.is_period if periods else signs.is_date)(segment.text) for segment in major)
    if dates and alone and len(dates) * 3 >= len(minor):
        return "rail"
    # Labels with their values: each label has its value in its own row and says much less.
    rows = {segment.row for segment in right}
    alone_left = sum(segment.row not in rows for segment in left)
    # A long label is broken over lines that nothing stands beside.
    labelled = alone_left * 3 <= len(left)
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
        and not _begins_a_column(row[0], segments)
    }
    found: list[_Gutter] = []
    tried = 0
    for position, number in enumerate(numbers):
        ordered = sorted(rows[number], key=lambda segment: segment.x0)
        for left, right in _seeds(ordered):
            middle = (left + right) / 2
            if any(g.left < middle < g.right and g.first <= number <= g.last for g in found):
                continue
            tried += 1
            if tried > _MAX_GUTTERS_TRIED:
                return sorted(found, key=lambda gutter: (-gutter.height, gutter.left))
            gutter = _grow(rows, numbers, closed, position, (left, right))
            if gutter is not None and gutter not in found:
                found.append(gutter)
    return sorted(found, key=lambda gutter: (-gutter.height, gutter.left))


def _seeds(row: Sequence[Segment]) -> list[tuple[float, float]]:
    """The white between the row's pieces, and the last of it where it is wide: other rows may have a date in it."""
    gaps = [(before.x1, after.x0) for before, after in pairwise(row)]
    height = min((segment.height for segment in row), default=0.0)
    return gaps + [(right - height, right) for left, right in gaps if right - left > _WIDE * height]


def _begins_a_column(heading: Segment, segments: Sequence[Segment]) -> bool:
    """Whether other lines begin where this one does: then it stands in the middle of the page by chance."""
    return sum(abs(segment.x0 - heading.x0) < 1.5 for segment in segments) > 2


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
