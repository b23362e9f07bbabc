"""A document's lines, grouped under their headings."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from runtime.cv import dates
from runtime.cv.document import SIGNS, Document
from runtime.cv.layout import Line
from runtime.cv.mentions import Reader
from runtime.cv.vocabulary import (
    ORGANISATION,
    SCHOOL,
    TITLE,
    SectionKind,
    degree,
    fold,
    heading_kind,
    likely_heading_kind,
)


@dataclass(frozen=True, slots=True)
class Section:
    """Lines `indexes` of the document stand under a heading of `kind`; `basics` also for those above all."""

    kind: SectionKind
    indexes: tuple[int, ...]


def sections(document: Document) -> tuple[Section, ...]:
    """All lines but the headings, in reading order."""
    headings = _headings(document.lines)
    result: list[tuple[SectionKind | Literal["unnamed"], list[int]]] = [("basics", [])]
    display = _display_size(document.lines)
    for index, line in enumerate(document.lines):
        if index in headings:
            result.append((headings[index], []))
            continue
        if not re.search(r"[^\W_]", line.text):
            # A rule drawn with dashes.
            continue
        # A column that begins with the name does not go on with the section that ended the last column.
        if line.page == 1 and line.size == display and result[-1][0] != "basics":
            result.append(("basics", []))
        result[-1][1].append(index)
    found = [Section(_told(document, kind, indexes), tuple(indexes)) for kind, indexes in result if indexes]
    if not any(section.kind == "skills" for section in found):
        unnamed = {tuple(indexes) for kind, indexes in result if kind == "unnamed"}
        found = [
            Section("skills", section.indexes)
            if section.indexes in unnamed
            and section.kind == "other"
            and _lists_skills(document, section.indexes)
            else section
            for section in found
        ]
    if not any(section.kind == "work" for section in found):
        found = [part for section in found for part in _without_jobs(document, section)]
    return tuple(found)


# Headings that begin within so many points of each other head the same column.
_COLUMN = 60.0
_SKILLS_OF_A_LIST = 3
_LONGEST_SKILL = 4
_ITEMS_READ = 40
# Sections that hold no periods of their own.
_UNDATED = frozenset({"basics", "summary", "skills", "languages"})


def _without_jobs(document: Document, section: Section) -> tuple[Section, ...]:
    """The section, and the jobs that follow in it under a heading nobody could know for one."""
    if section.kind not in _UNDATED:
        return (section,)
    dated = [
        position
        for position, index in enumerate(section.indexes)
        if any(period.ranged for period in dates.periods(document.lines[index].text))
    ]
    if not dated:
        return (section,)
    # A head has two lines at most before its date and two after it, and an address is none of them.
    begin = max(0, dated[0] - 2)
    lines = [document.lines[index].text for index in section.indexes]
    begin = max((n + 1 for n in range(begin, dated[0]) if SIGNS.is_contact(lines[n])), default=begin)
    near = {n for date in dated for n in range(max(begin, date - 2), min(date + 3, len(lines)))}
    if not any(TITLE.search(fold(lines[n])) and len(lines[n]) <= 90 for n in near):
        return (section,)
    before, after = section.indexes[:begin], section.indexes[begin:]
    return tuple(part for part in (Section(section.kind, before), Section("work", after)) if part.indexes)


def _lists_skills(document: Document, indexes: Sequence[int]) -> bool:
    """Whether the section is a list of names, at least every second of which is a skill that we know."""
    reader = Reader()
    lines = [passage.text for index in indexes for _, passage in document.segments(index)]
    items = [item for line in lines for item in re.split(r"[,;|•·/:]", line) if re.search(r"\w", item)]
    short = [item for item in items if len(item.split()) <= _LONGEST_SKILL]
    known = sum(bool(reader.item(item.strip())[0]) for item in short[:_ITEMS_READ])
    return known >= _SKILLS_OF_A_LIST and known * 2 >= len(items[:_ITEMS_READ])


def _told(document: Document, kind: SectionKind | Literal["unnamed"], indexes: Sequence[int]) -> SectionKind:
    """The kind of a section whose heading names none, by what stands in it."""
    if kind != "unnamed":
        return kind
    texts = [document.lines[index].text for index in indexes]
    if not any(period.ranged for text in texts for period in dates.periods(text)):
        return "other"
    studied = sum(degree(text) is not None or SCHOOL.search(fold(text)) is not None for text in texts)
    worked = sum(TITLE.search(fold(text)) is not None and len(text) <= 90 for text in texts)
    if not studied and not worked:
        return "other"
    return "education" if studied > worked else "work"


def _headings(lines: Sequence[Line]) -> dict[int, SectionKind | Literal["unnamed"]]:
    known: dict[int, SectionKind | Literal["unnamed"]] = {}
    for index, line in enumerate(lines):
        kind = heading_kind(line.text.rstrip(":"))
        if kind is not None:
            known[index] = kind
    style = _style([lines[index] for index in known])
    if style is not None:
        known = {index: kind for index, kind in known.items() if style.covers(lines[index])}
        first = min(known, default=len(lines))
        body = _body_size(lines)
        guessed: dict[int, SectionKind | Literal["unnamed"]] = {}
        for index, line in enumerate(lines):
            if index in known or line.size < _least_size(line, known, lines):
                continue
            # In plain text a heading has white over it, as "HTML" at the end of a list has not.
            if not line.size and index and line.top - lines[index - 1].bottom < 1:
                continue
            if not style.suggests(line, body):
                kind = likely_heading_kind(line.text) if style.resembles(line) else None
                if kind is not None and index > first:
                    known[index] = kind
                continue
            # Over the first known heading a name may look like one; there only words tell.
            kind = likely_heading_kind(line.text)
            if kind is not None or index > first:
                guessed[index] = kind or "unnamed"
        known |= _without_heads(lines, known, guessed)
    known = _without_indented(lines, known)
    alone = _alone(lines)
    for index, line in enumerate(lines):
        if index in known or not (line.heading or index in alone):
            continue
        # Markdown and Word say themselves what a heading is; which are titles of jobs, only the words tell.
        kind = likely_heading_kind(line.text)
        if kind is not None and not (
            line.heading and TITLE.search(fold(line.text)) and heading_kind(line.text) is None
        ):
            known[index] = kind
    return _without_labels(lines, dict(sorted(known.items())))


def _without_indented(
    lines: Sequence[Line], known: dict[int, SectionKind | Literal["unnamed"]]
) -> dict[int, SectionKind | Literal["unnamed"]]:
    """The headings without words that plain text sets further in than its headings, as the labels of lists are."""
    margins = [lines[index].x0 for index in known if not lines[index].size]
    if not margins or margins.count(min(margins)) <= 1:
        return known
    return {
        index: kind
        for index, kind in known.items()
        if lines[index].size or lines[index].x0 <= min(margins) + 1
    }


def _without_labels(
    lines: Sequence[Line], known: dict[int, SectionKind | Literal["unnamed"]]
) -> dict[int, SectionKind | Literal["unnamed"]]:
    """The headings without those under "Skills" that the document sets a level deeper: there "Languages" is a label."""
    left: dict[int, SectionKind | Literal["unnamed"]] = {}
    level = 0
    for index, kind in known.items():
        if level and lines[index].level > level:
            continue
        left[index] = kind
        level = lines[index].level if kind == "skills" else 0
    return left


def _least_size(
    line: Line, known: dict[int, SectionKind | Literal["unnamed"]], lines: Sequence[Line]
) -> float:
    """How large a heading in this line's column is at least: a rail's headings are often smaller than the others."""
    sizes = [lines[index].size for index in known if abs(lines[index].x0 - line.x0) < _COLUMN]
    return 0.97 * min(sizes, default=0.0)


def _without_heads(
    lines: Sequence[Line],
    known: dict[int, SectionKind | Literal["unnamed"]],
    guessed: dict[int, SectionKind | Literal["unnamed"]],
) -> dict[int, SectionKind | Literal["unnamed"]]:
    """The guessed headings without the heads of jobs and studies that are set like headings.

    No heading follows another at once: what looks like one right under a heading, or under its first date, begins
    what the heading is about, and so does whatever else looks like that until the next heading.
    """
    left = dict(guessed)
    for heading in known:
        stop = min((index for index in known if index > heading), default=len(lines))
        under = heading + 1
        if under < stop and dates.is_date(lines[under].text):
            under += 1
        if under >= stop or lines[under].size < 0.96 * lines[heading].size:
            continue
        for index in range(under, stop):
            if index in left and _looks_alike(lines[index], lines[under]):
                del left[index]
    return left


def _looks_alike(line: Line, other: Line) -> bool:
    same_case = line.text.isupper() == other.text.isupper()
    return same_case and abs(line.size - other.size) <= 0.04 * other.size and line.bold == other.bold


def _alone(lines: Sequence[Line]) -> set[int]:
    """Lines of text without sizes that stand as headings do: in capitals, decorated or underlined, with white above."""
    found: set[int] = set()
    for index, line in enumerate(lines):
        if (
            line.size
            or len(line.segments) > 1
            or not 1 <= len(line.text.split()) <= 6
            or re.search(r"[\d,;@]|:\s*\w", line.text)
        ):
            continue
        before = lines[index - 1] if index else None
        white = before is None or line.top - before.bottom >= 1
        bare = re.sub(r"[\W_]+", "", line.text)
        decorated = re.match(r"^\s*([=~*#+\-_|>])\1", line.text) is not None
        told = (
            before is not None
            and likely_heading_kind(line.text) is not None
            and not _names_something(line.text)
        )
        if white and bare and (bare.isupper() or decorated or told):
            found.add(index)
    for index, (line, following) in enumerate(pairwise(lines)):
        if (
            not line.size
            and len(line.text.split()) <= 6
            and re.fullmatch(r"\s*([=\-~_*])\1{2,}\s*", following.text)
        ):
            found.add(index)
    return found


def _names_something(text: str) -> bool:
    """Whether `text` is a title, an employer, a school or a degree: words of headings stand in those, too."""
    named = any(known.search(fold(text)) for known in (TITLE, ORGANISATION, SCHOOL))
    return named or degree(text) is not None


@dataclass(frozen=True, slots=True)
class _Style:
    """How this document's known headings look."""

    size: float
    upper: bool
    bold: bool

    def covers(self, line: Line) -> bool:
        """Whether `line` can be a heading of its own: "Languages" may also be a label among skills."""
        if self.upper and not line.text.isupper():
            return False
        return line.size >= 0.93 * self.size

    def suggests(self, line: Line, body: float) -> bool:
        """Whether `line` looks like the headings and like nothing else."""
        text = line.text
        words = text.split()
        if len(line.segments) > 1 or not 1 <= len(words) <= 5 or re.search(r"[\d@,;.]", text):
            return False
        if self.upper and not text.isupper():
            return False
        if self.size > 1.08 * body:
            return line.size >= 0.97 * self.size and line.size <= 1.15 * self.size
        return (
            self.upper
            and text.isupper()
            and len(text) > 3
            and line.bold == self.bold
            and line.size >= self.size
        )

    def resembles(self, line: Line) -> bool:
        """Whether `line` is set as bold as the headings, which are no larger than the text, and names nobody."""
        text = fold(line.text)
        return (
            self.bold
            and line.bold
            and line.size >= self.size
            and len(line.segments) == 1
            and len(line.text.split()) <= 5
            and not re.search(r"[\d@,;.]", text)
            and not _names_something(line.text)
        )


def _style(headings: Sequence[Line]) -> _Style | None:
    if len(headings) < 2:
        return None
    first, second = headings[:2]
    # Two say how headings look only where they look alike; of three, one may be a label among skills.
    if len(headings) == 2 and (abs(first.size - second.size) > 0.3 or first.bold != second.bold):
        return None
    return _Style(
        size=statistics.median(line.size for line in headings),
        upper=sum(line.text.isupper() for line in headings) * 4 >= len(headings) * 3,
        bold=sum(line.bold for line in headings) * 2 > len(headings),
    )


def _display_size(lines: Sequence[Line]) -> float | None:
    """The size of display type, in which one or two lines of the first page are set and nothing else."""
    sizes = [line.size for line in lines if line.page == 1]
    largest = max(sizes, default=0.0)
    return largest if sizes.count(largest) <= 2 and largest >= 1.3 * _body_size(lines) > 0 else None


def _body_size(lines: Sequence[Line]) -> float:
    sizes = sorted((segment.size, len(segment.text)) for line in lines for segment in line.segments)
    half = sum(length for _, length in sizes) / 2
    for size, length in sizes:
        half -= length
        if half <= 0:
            return size
    return 0.0
