"""A document's lines, grouped under their headings."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from runtime.cv.document import Document
from runtime.cv.layout import Line
from runtime.cv.vocabulary import SectionKind, heading_kind


@dataclass(frozen=True, slots=True)
class Section:
    """Lines `indexes` of the document stand under a heading of `kind`; `basics` also for those above all."""

    kind: SectionKind
    indexes: tuple[int, ...]


def sections(document: Document) -> tuple[Section, ...]:
    """All lines but the headings, in reading order."""
    headings = _headings(document.lines)
    result: list[tuple[SectionKind, list[int]]] = [("basics", [])]
    display = _display_size(document.lines)
    for index, line in enumerate(document.lines):
        if index in headings:
            result.append((headings[index], []))
            continue
        # A column that begins with the name does not go on with the section that ended the last column.
        if line.page == 1 and line.size == display and result[-1][0] != "basics":
            result.append(("basics", []))
        result[-1][1].append(index)
    return tuple(Section(kind, tuple(indexes)) for kind, indexes in result if indexes)


def _headings(lines: Sequence[Line]) -> dict[int, SectionKind]:
    known: dict[int, SectionKind] = {}
    for index, line in enumerate(lines):
        kind = heading_kind(line.text.rstrip(":"))
        if kind is not None:
            known[index] = kind
    style = _style([lines[index] for index in known])
    if style is not None:
        known = {index: kind for index, kind in known.items() if style.covers(lines[index])}
        first = min(known, default=len(lines))
        body = _body_size(lines)
        for index, line in enumerate(lines[first:], first):
            if index not in known and style.suggests(line, body):
                known[index] = "other"
    for index, line in enumerate(lines):
        # Markdown and Word say themselves what a heading is; which are titles of jobs, only the words tell.
        if line.heading and heading_kind(line.text) is not None:
            known.setdefault(index, heading_kind(line.text) or "other")
    return dict(sorted(known.items()))


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
        if self.size > 1.08 * body:
            return line.size >= 0.97 * self.size and line.size <= 1.15 * self.size
        return (
            self.upper
            and text.isupper()
            and len(text) > 3
            and line.bold == self.bold
            and line.size >= self.size
        )


def _style(headings: Sequence[Line]) -> _Style | None:
    if len(headings) < 3:
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
