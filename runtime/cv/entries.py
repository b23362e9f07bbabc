"""The lines of a section of dated things (jobs, studies), grouped into one entry each.

An entry has a *head* (who, what, where, when) and a *body* (what was done). Dates anchor entries; where a
line
belongs to is decided by its bullet, its indentation, its ending and the white above it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from runtime.cv.dates import DURATION, Period, is_broken, is_date, periods
from runtime.cv.document import Document
from runtime.cv.layout import Line, Segment, had_no_room
from runtime.cv.passage import Passage
from runtime.cv.places import is_place
from runtime.cv.vocabulary import ORGANISATION, SCHOOL, TITLE, Field, begins_field, degree, field_of, fold

_BULLET = re.compile(r"^\s*[•◦▪●○■□◆◇►▸▹‣∙·✓✔➢➤⁃*o\-–—]\s+(?=\S)|^\s*[•◦▪●◆►‣➢](?=\S)")
_URL = re.compile(r"^\W{0,8}(?:https?://|www\.)\S+\W{0,8}$|^\W{0,8}[\w-]+(?:\.[\w-]+)+/\S*$")
_SENTENCE = re.compile(r"[a-z)\]%][.;]$")
# Employer, department, place, title, engagement and dates, each on a line of its own, and some to spare.
_LONGEST_HEAD = 12
_LONGEST_ITEM = 140
# Cells of one column begin within so many points, or characters of plain text, of each other.
_SAME_COLUMN = 4.0
# What goes on on the next line begins and is as large as its beginning.
_SAME_LEFT = 1.5
_SAME_SIZE = 0.4
_WORDS_OF_A_REST = 3
_CELLS = 2
_FIELD = re.compile(r"^\s*([^\W\d_][^:;|•]{1,60}?)\s*:\s*")
_FEWEST_BLOCKS = 2
_WHERE = frozenset({"where", "wo", "ou", "donde", "dove", "onde"})
_NAMES_APART = re.compile(r"\s[|·•–—@-]\s|\s(?:at|bei|chez|presso)\s")
_SINCE = re.compile(r"(?:since|seit|depuis|desde|dal|da|ab)\b")
_SHORT_SENTENCE = re.compile(r"(?<![\w.])[^\W\d_A-Z]{4,}\.$")
_ABBREVIATION = re.compile(
    r"\b(?:inc|co|ltd|corp|llc|bros|med|rer|nat|phil|jur|ing|univ|dipl|prof|abt|str|s\.\w|e\.\w|u\.s|jr|sr|dr|st|hons|sc|ph\.d|b\.\w|m\.\w)\.$"
)
_SMALL = re.compile(
    r"\b(?:the|a|an|of|and|to|with|for|in|on|by|using|der|die|das|und|mit|les|des|pour|el|los|con|para)\b"
)


@dataclass(frozen=True, slots=True)
class Date:
    """A period and the passage it stands in."""

    period: Period
    passage: Passage
    # Where the end stands, if that is not where the start does.
    ending: Passage | None = None

    @property
    def start(self) -> Passage | None:
        return self._at(self.period.start_span)

    @property
    def end(self) -> Passage | None:
        return self.ending or self._at(self.period.end_span)

    def _at(self, span: tuple[int, int] | None) -> Passage | None:
        return (
            None
            if span is None
            else Passage(self.passage.text[slice(*span)], self.passage.start + span[0], self.passage.page)
        )


@dataclass(slots=True)
class Row:
    """One line of the section: its undated parts, its dates, and whether it belongs to a head or a body."""

    index: int
    line: Line
    parts: list[Passage]
    dates: list[Date]
    kind: Literal["head", "bullet", "prose", "link"] = "head"
    rail: list[Passage] = field(default_factory=list)
    # What a label or a column's head says that a part is.
    told: dict[Passage, Field] = field(default_factory=dict)
    labelled: bool = False
    label: str = ""
    # An entry's head that a bullet stands before.
    item: bool = False

    @property
    def left(self) -> float:
        """Where the row's own text begins, whatever stands in a rail beside it."""
        return next((segment.x0 for segment in self.line.segments if not segment.rail), self.line.x0)


@dataclass(slots=True)
class Entry:
    """Head rows, the dates found for them, and body rows."""

    head: list[Row] = field(default_factory=list)
    body: list[Row] = field(default_factory=list)
    dates: list[Date] = field(default_factory=list)

    @property
    def ranges(self) -> list[Date]:
        return [date for date in self.dates if date.period.ranged]


# Whether a head row begins a new entry although no body came before it.
type SplitRule = Callable[[Entry, Row], bool]


def rows(document: Document, indexes: Sequence[int]) -> list[Row]:
    """The section's lines, told apart into heads and bodies."""
    result: list[Row] = []
    columns: dict[float, Field] = {}
    listed = _are_listed(document, indexes)
    for index in indexes:
        named = _column_names(document.lines[index])
        if named:
            columns = named
        else:
            result.append(_row(document, index, columns, result[-1].label if result else "", listed))
    gaps = sorted(
        b.line.top - a.line.top
        for a, b in pairwise(result)
        if a.line.page == b.line.page and a.line.region == b.line.region and b.line.top > a.line.top
    )
    _join_cells(document, result)
    # Lines within a paragraph are the closest ones; a quarter of the way up is safely among them.
    close = gaps[len(gaps) // 4] if gaps else 0.0
    right = max((row.line.x1 for row in result), default=0.0)
    head: Row | None = None
    for position, row in enumerate(result):
        previous = result[position - 1] if position else None
        _classify(row, previous, head, close, right)
        following = result[position + 1] if position + 1 < len(result) else None
        if row.kind == "head" and following is not None and _runs_into(row, following):
            row.kind = "prose"
        head = row if row.kind == "head" else head
    return _without_wraps(document, result)


_OPEN_END = re.compile(
    r"(?:\b(?:of|for|and|the|de|del|della|di|do|da|des|du|la|le|et|und|der|fur|y|e|en|in)|&|\w-)$"
)


def _without_wraps(document: Document, found: list[Row]) -> list[Row]:
    """The rows with the names on one row that had no room on their line."""
    result: list[Row] = []
    for row in found:
        last = result[-1] if result else None
        if last is not None and _is_wrapped(document, last, row):
            begin, end = last.parts[-1], row.parts[0]
            last.parts[-1] = document.between(begin, end)
            if begin in last.told:
                last.told[last.parts[-1]] = last.told[begin]
        else:
            result.append(row)
    return result


def _is_wrapped(document: Document, last: Row, row: Row) -> bool:
    """Whether a name goes on in `row`: by the word it broke after, or as it had no room and means nothing alone."""
    if last.kind != "head" or row.kind != "head" or not last.parts or len(row.parts) != 1 or row.dates:
        return False
    same = (
        last.line.region == row.line.region
        and last.line.page == row.line.page
        and not row.line.segments[0].rail
    )
    if (
        not same
        or not row.line.size
        or abs(last.left - row.left) > _SAME_LEFT
        or last.parts[-1].stop > row.parts[0].start
    ):
        return False
    name, rest = last.parts[-1].text, row.parts[0].text
    if last.line.bold != row.line.bold or abs(last.line.size - row.line.size) > _SAME_SIZE:
        return False
    if _OPEN_END.search(fold(name)):
        return True
    known = ORGANISATION.search(fold(name)) or SCHOOL.search(fold(name))
    alone = (
        any(words.search(fold(rest)) for words in (TITLE, ORGANISATION, SCHOOL)) or degree(rest) is not None
    )
    return (
        known is not None
        and not alone
        and "," not in name
        and len(rest.split(",")[0].split()) <= _WORDS_OF_A_REST
        and had_no_room(document.by_page[row.line.page], last.line, row.line)
    )


def _join_cells(document: Document, found: Sequence[Row]) -> None:
    """Puts a period on its row that a cell breaks after its dash: "09/2018 -" over "today", both beside other text."""
    for row, below in pairwise(found):
        if (
            len(row.line.segments) < _CELLS
            or len(below.line.segments) < _CELLS
            or row.line.region != below.line.region
        ):
            continue
        begin, end = document.segments(row.index)[0][1], document.segments(below.index)[0][1]
        text = f"{begin.text} {end.text}"
        if abs(row.line.x0 - below.line.x0) > _SAME_LEFT or not is_broken(begin.text) or not is_date(text):
            continue
        period = periods(text)[0]
        ending = end if period.end is not None else None
        row.dates = [Date(period, Passage(text, begin.start, begin.page), ending)]
        below.dates = [date for date in below.dates if date.passage.start >= end.stop]
        below.parts = [part for part in below.parts if part.start >= end.stop]


def _are_listed(document: Document, indexes: Sequence[int]) -> bool:
    """Whether the entries are the items of a list: only lines with bullets have periods, at one of their ends.

    Or every line is an item or hangs below one, as studies often stand: "• BSc Biology, Leeds, 2012".
    """
    lines = [document.lines[index] for index in indexes]
    dated = [line for line in lines if any(period.ranged for period in periods(line.text))]
    if dated:
        return all(_is_item(line) for line in dated)
    if not lines or _BULLET.match(lines[0].text) is None:
        return False
    hanging = [line for line in lines if _BULLET.match(line.text) is None]
    return all(line.x0 > lines[0].x0 + 1 for line in hanging) and any(_is_item(line) for line in lines)


def _is_item(line: Line) -> bool:
    """Whether the line is an item that a date stands at one end of, or that names a school or a degree."""
    written = line.segments[0].text
    bullet = _BULLET.match(written)
    text = written[bullet.end() :] if bullet is not None else ""
    found = periods(text)
    if not text or len(text) > _LONGEST_ITEM:
        return False
    if any(period.ranged for period in found):
        return any(period.ranged and _at_rim(period, text) for period in found)
    return degree(text) is not None or is_school(text)


def _column_names(line: Line) -> dict[float, Field]:
    """What the line says the columns under it hold, if it only names the columns of a table."""
    fields = {segment.x0: field_of(segment.text) for segment in line.segments}
    named = {x0: field for x0, field in fields.items() if field is not None}
    if "employer" not in named.values():
        # "Where" somebody worked is an employer, if nothing else is.
        asked = {segment.x0 for segment in line.segments if fold(segment.text) in _WHERE}
        named = {x0: "employer" if x0 in asked else field for x0, field in named.items()}
    if "title" not in named.values():
        # Then the title stands over what was done, or is that.
        named = {x0: "title" if field == "duties" else field for x0, field in named.items()}
    return named if 1 < len(line.segments) == len(named) else {}


def _row(document: Document, index: int, columns: dict[float, Field], above: str, listed: bool) -> Row:
    row = Row(index, document.lines[index], [], [])
    bullet = _BULLET.match(row.line.text)
    row.item = listed and _is_item(row.line)
    bulleted = bullet is not None and not row.item
    segments = document.segments(index)
    label: Field | None = None
    for number, (segment, written) in enumerate(segments):
        if number + 1 < len(segments) and not columns:
            if above and field_of(f"{above} {written.text}") is not None:
                # The second line of a label.
                continue
            field = field_of(written.text) or begins_field(written.text)
            if field is not None:
                label, row.labelled, row.label = field, True, written.text
                continue
        begins = bullet.end() if bullet is not None and row.item and number == 0 else 0
        named, passage = _without_label(written.cut(begins, len(written.text)) if begins else written)
        row.labelled = row.labelled or named is not None
        told = named or label or _column(columns, segment)
        label = None
        begin = len(row.parts)
        found = periods(passage.text)
        rest = len(passage.text) - sum(period.stop - period.begin for period in found)
        # A bullet's own text may name years; only what stands beside it dates the entry.
        own = bulleted and number == 0 and rest > 3
        edge = [
            p
            for p in found
            if (p.ranged or segment.rail or rest <= 40 or _at_rim(p, passage.text))
            and not (rest > 40 and _is_told(p, passage.text))
        ]
        if told in {"duties", "other"}:
            row.kind = "prose"
            row.parts.append(passage)
        elif not own and edge and (rest <= 120):
            row.dates += [Date(period, passage) for period in edge]
            start = 0
            for period in edge:
                row.parts.append(passage.cut(start, period.begin))
                start = period.stop
            row.parts.append(passage.cut(start, len(passage.text)))
        elif not DURATION.match(fold(passage.text)):
            part = passage.cut(0, len(passage.text))
            (row.rail if segment.rail else row.parts).append(part)
        if told is not None:
            row.told |= dict.fromkeys(row.parts[begin:], told)
    row.parts = [
        part for part in row.parts if re.search(r"\w", part.text) and not DURATION.match(fold(part.text))
    ]
    return row


def _without_label(passage: Passage) -> tuple[Field | None, Passage]:
    """ "Employer: Acme" as what it says of Acme, and Acme."""
    match = _FIELD.match(passage.text)
    named = field_of(match[1]) if match is not None else None
    if match is None or named is None:
        return None, passage
    return named, passage.cut(match.end(), len(passage.text))


def _column(columns: dict[float, Field], segment: Segment) -> Field | None:
    near = [x0 for x0 in columns if abs(x0 - segment.x0) <= _SAME_COLUMN]
    return columns[min(near, key=lambda x0: abs(x0 - segment.x0))] if near else None


def _is_told(period: Period, text: str) -> bool:
    """Whether the period is the end of a sentence: "... without an outage since March 2022"."""
    since = _SINCE.match(fold(text[period.begin :]))
    return since is not None and text[: period.begin].rstrip()[-1:].isalnum()


def _at_rim(period: Period, text: str) -> bool:
    return period.begin <= 2 or period.stop >= len(text) - 2


def _classify(row: Row, previous: Row | None, head: Row | None, close: float, right: float) -> None:
    text = row.parts[0].text if row.parts else ""
    written = row.line.text
    if row.labelled:
        return
    if (_BULLET.match(written) and not row.item) or _URL.match(written):
        row.kind = "bullet" if _BULLET.match(written) else "link"
        return
    if previous is None:
        return
    if not row.parts:
        if _ends_a_sentence(previous, row, close):
            row.kind, row.dates = "prose", []
        return
    adjacent = (
        previous.line.page == row.line.page
        and previous.line.region == row.line.region
        and row.line.top - previous.line.top <= 1.35 * close
    )
    # A date in a rail on the right may stand beside the second line of a bullet; one on the left begins what it dates.
    on_the_right = row.line.segments[0].rail and row.line.x0 >= row.left
    dated = any(date.period.ranged for date in row.dates) and not on_the_right
    begun = dated and row.line.x0 < row.left
    if (
        previous.kind in {"bullet", "prose"}
        and not begun
        and _continues(previous, row, text, adjacent, right)
    ):
        # A rail's date may stand beside the second line of a bullet.
        row.kind = previous.kind if previous.kind == "prose" else "prose"
        return
    if dated and len(text) <= 90:
        return
    indented = (
        head is not None
        and head.line.region == row.line.region
        and bool(head.parts)
        and row.left > head.left + 6
        and row.line.size > 0
    )
    # What is set bold over plain lines is a name, however long.
    set_apart = row.line.bold and not previous.line.bold and len(row.line.text) <= 120
    known = any(words.search(fold(text)) for words in (TITLE, ORGANISATION, SCHOOL)) or degree(text)
    said = row.line.segments[0].text if len(row.line.segments) == 1 and not dated else text
    if (not set_apart and (_is_prose(text) or _is_prose(said))) or (indented and not known and not row.dates):
        row.kind = "prose"
        row.dates = [date for date in row.dates if date.period.ranged or date.passage.text != said]


def _ends_a_sentence(previous: Row, row: Row, close: float) -> bool:
    """Whether a year alone on its line is the last word of the sentence above it: "... since March / 2022."."""
    return (
        previous.kind in {"bullet", "prose"}
        and not row.line.segments[0].rail
        and not any(date.period.ranged for date in row.dates)
        and previous.line.region == row.line.region
        and 0 < row.line.top - previous.line.top <= 1.35 * close
        and row.left >= previous.left - 1
    )


def _runs_into(row: Row, following: Row) -> bool:
    """Whether the next line goes on in the middle of this one's sentence."""
    text = following.line.text
    same = row.line.region == following.line.region and abs(row.left - following.left) < 2
    return (
        same
        and not row.dates
        and not following.dates
        and len(row.line.text.split()) > 4
        and text[:1].islower()
    )


def _continues(previous: Row, row: Row, text: str, adjacent: bool, right: float) -> bool:
    """Whether `row` goes on with the sentence of `previous`."""
    if text[:1].islower() or text[:1] in "(&+%":
        return True
    first = previous.line.segments[0]
    if row.line.size > 0 and row.left < previous.left - 1:
        return False
    if previous.kind == "bullet":
        # A bullet's next line hangs below its text, not below its bullet.
        if row.left > previous.left + 1 and row.line.size > 0:
            return True
        hanging = False
    else:
        hanging = abs(row.left - previous.left) < 2
    full = first.x1 > 0.8 * right if right and row.line.size > 0 else len(first.text) > 60
    unfinished = not _SENTENCE.search(first.text)
    any_range = any(date.period.ranged for date in row.dates)
    return adjacent and full and unfinished and not any_range and (hanging or previous.kind == "bullet")


def _is_prose(text: str) -> bool:
    words = text.split()
    if len(words) > 14 or (len(words) > 6 and _SENTENCE.search(text)):
        return True
    if len(words) > 3 and re.search(r"[\w)%]\.$", text) and not _ABBREVIATION.search(fold(text)):
        return True
    if len(words) > 1 and _SHORT_SENTENCE.search(text) and not _ABBREVIATION.search(fold(text)):
        return True
    capitals = sum(word[0].isupper() for word in words)
    if capitals * 5 >= len(words) * 3:
        return False
    small = len(_SMALL.findall(fold(text)))
    if len(words) > 7 and small >= 2 and not degree(text):
        return True
    return bool(_SENTENCE.search(text)) and words[0][0].islower()


def entries(found: Sequence[Row], splits: SplitRule) -> list[Entry]:
    """The rows as entries: a new one begins where a head follows a body, and where `splits` says so."""
    result: list[Entry] = []
    inside = _inside_of_blocks(found)
    for row in found:
        entry = result[-1] if result else None
        if row.index in inside and entry is not None and row.kind == "head" and _is_complete(entry):
            entry.body.append(row)
            continue
        if row.kind == "head" and (entry is None or _begins(entry, row) or splits(entry, row)):
            result.append(Entry())
            entry = result[-1]
        elif entry is None:
            entry = Entry()
            result.append(entry)
        if row.kind == "head" and len(entry.head) < _LONGEST_HEAD:
            entry.head.append(row)
        else:
            entry.body.append(row)
        entry.dates += row.dates
    return _merged(result)


def _inside_of_blocks(found: Sequence[Row]) -> frozenset[int]:
    """The lines that begin nothing, where white lines separate entries: blocks with one period each."""
    blocks: list[list[Row]] = []
    gaps = [
        after.line.top - before.line.top
        for before, after in pairwise(found)
        if before.line.page == after.line.page and before.line.region == after.line.region
    ]
    positive = sorted(gap for gap in gaps if gap > 0)
    close = positive[len(positive) // 4] if positive else 0.0
    for before, row in pairwise([None, *found]):
        assert row is not None
        near = (
            before is not None
            and before.line.page == row.line.page
            and before.line.region == row.line.region
            and row.line.top - before.line.top <= 1.35 * close
        )
        if near:
            blocks[-1].append(row)
        else:
            blocks.append([row])
    periods_of = [sum(any(date.period.ranged for date in row.dates) for row in block) for block in blocks]
    if len(blocks) < _FEWEST_BLOCKS or any(count != 1 for count in periods_of):
        return frozenset()
    return frozenset(row.index for block in blocks for row in block[1:])


def _is_complete(entry: Entry) -> bool:
    """Whether the head has its period, a title and another name."""
    names = [piece for row in entry.head for part in row.parts for piece in _NAMES_APART.split(part.text)]
    titles = [name for name in names if TITLE.search(fold(name))]
    named = any(name not in titles and not is_place(name) for name in names)
    within = any(ORGANISATION.search(fold(piece)) for name in titles for piece in name.split(", ")[1:])
    return bool(entry.ranges) and bool(titles) and (named or within)


def _begins(entry: Entry, row: Row) -> bool:
    """Whether the head follows a body; a form goes on until a field comes again."""
    if not row.labelled:
        return bool(entry.body)
    known = {field for other in (*entry.head, *entry.body) for field in other.told.values()}
    return bool(known & set(row.told.values()))


def _merged(found: Iterable[Entry]) -> list[Entry]:
    """Heads that hold nothing but a rail's date or place join the entry they stand beside."""
    result: list[Entry] = []
    for entry in found:
        only_rail = entry.head and all(
            not row.parts or all(segment.rail for segment in row.line.segments) for row in entry.head
        )
        if result and only_rail and not result[-1].dates and result[-1].head:
            result[-1].dates += entry.dates
            result[-1].body += entry.body
        else:
            result.append(entry)
    return result


def is_school(text: str) -> bool:
    """Whether `text` names a place of study."""
    return SCHOOL.search(fold(text)) is not None
