"""Bytes of a CV to its text: lines in reading order, each with its place.

The kind of a document is decided by its content (`kinds`).
"""

from __future__ import annotations

import datetime as dt
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from runtime.cv import dates, vocabulary
from runtime.cv.encoding import decoded
from runtime.cv.errors import DocumentTooLarge
from runtime.cv.kinds import Kind, kind_of
from runtime.cv.layout import Line, Segment, Signs, Word, lines
from runtime.cv.limits import MAX_BYTES, MAX_CHARS
from runtime.cv.ocr import RecognizedPage
from runtime.cv.passage import Passage
from runtime.cv.scrutiny import Hidden, without_unshown

MAX_PAGES = 40
# An unwrapped paragraph of a CV stays below this.
MAX_LINE = 1_000
MAX_SEGMENTS = 40
_CONTACT = re.compile(r"@\w|https?://|www\.|\+?\(?\d{2,4}\)?[ .-]\d{3}[ .-]?\d{3,4}")
_PAGE_NUMBER = re.compile(
    r"^(?:.{0,60}\D)?(?:page|seite|pagina)?\s*\d{1,2}\s*(?:/|of|von|de|di|sur)\s*\d{1,2}\W*$", re.IGNORECASE
)
_MARKDOWN_HEADING = re.compile(r"^(#{1,6})\s+(.*?)\s*#*$")
_MARKDOWN_BOLD = re.compile(r"^\s*(\*\*|__)(?!\s)[^*_]{1,80}\1\s*:?\s*$")
_MARKDOWN_TABLE_ROW = re.compile(r"^\s*\|(.*\|.*)\|\s*$")
_MARKDOWN_TABLE_RULE = re.compile(r"^\s*+\|?(?:\s*+:?-{3,}+:?\s*+\|)++\s*+(?::?-{3,}+:?)?\s*+$")
_MARKDOWN_MARKS = re.compile(
    r"\*\*|__|(?<![\w*])\*(?=\S)|(?<=\S)\*(?![\w*])|`|(?<!\w)_(?=\w)|(?<=[\w).])_(?!\w)"
)


@dataclass(frozen=True)
class Document:
    """A CV's lines in reading order; `date` is the one the document gives itself.

    `hidden` is what people do not see of it, which is no part of the lines, and `labels` what the file says of itself.
    `guessed_encoding` names the encoding of a text that is not in UTF-8 and does not say what it is in.
    """

    kind: Kind
    lines: tuple[Line, ...]
    pages: int
    date: dt.date | None = None
    hidden: tuple[Hidden, ...] = ()
    labels: tuple[str, ...] = ()
    guessed_encoding: str | None = None
    pictured: tuple[int, ...] = ()
    """The numbers of a PDF's pages that are pictures; what stands in them is not among the lines."""

    @cached_property
    def text(self) -> str:
        """The lines joined by line feeds, segments by tabs; every span counts characters of this."""
        return "\n".join(line.text for line in self.lines)

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each line begins in `text`."""
        starts, position = [], 0
        for line in self.lines:
            starts.append(position)
            position += len(line.text) + 1
        return tuple(starts)

    @cached_property
    def page_starts(self) -> tuple[tuple[int, int | None], ...]:
        """Where each page's first line begins in `text`, with the page's number if the format has pages."""
        first: dict[int | None, int] = {}
        for line, start in zip(self.lines, self.starts, strict=True):
            first.setdefault(self._page(line), start)
        return tuple((start, page) for page, start in first.items())

    @cached_property
    def by_page(self) -> dict[int, tuple[Line, ...]]:
        """The lines of each page."""
        found: dict[int, list[Line]] = {}
        for line in self.lines:
            found.setdefault(line.page, []).append(line)
        return {page: tuple(lines) for page, lines in found.items()}

    def passage(self, index: int) -> Passage:
        """Line `index` as a passage."""
        line = self.lines[index]
        return Passage(line.text, self.starts[index], self._page(line))

    def segments(self, index: int) -> tuple[tuple[Segment, Passage], ...]:
        """The segments of line `index` with their passages."""
        result, position = [], self.starts[index]
        line = self.lines[index]
        for segment in line.segments:
            result.append((segment, Passage(segment.text, position, self._page(line))))
            position += len(segment.text) + 1
        return tuple(result)

    def between(self, first: Passage, last: Passage) -> Passage:
        """Everything from the beginning of `first` to the end of `last`."""
        return Passage(self.text[first.start : last.stop], first.start, first.page)

    def _page(self, line: Line) -> int | None:
        return line.page if self.kind == "pdf" else None


SIGNS = Signs(
    is_heading=lambda text: vocabulary.heading_kind(text) is not None,
    is_date=dates.is_date,
    is_contact=lambda text: _CONTACT.search(text) is not None,
    is_period=lambda text: dates.is_date(text) and any(period.ranged for period in dates.periods(text)),
    is_broken=dates.is_broken,
    is_label=lambda text: vocabulary.field_of(text) is not None,
)


def read(document: bytes, filename: str) -> Document:
    """The text of a CV.

    Raises `UnsupportedDocument`, `DocumentTooLarge` or `UnreadableDocument`, each a `ValueError`.
    """
    if len(document) > MAX_BYTES:
        raise DocumentTooLarge(
            f"The file has {len(document) / 1_048_576:.1f} MB, a CV may have {MAX_BYTES // 1_048_576}; "
            "export it with smaller pictures."
        )
    kind = kind_of(document, filename)
    # The readers are imported when first needed: each carries a parser that a process reading only text, or
    # only serving REST, should not load.
    if kind == "pdf":
        from runtime.cv.pdf import read_pdf  # noqa: PLC0415

        pdf = read_pdf(document, max_pages=MAX_PAGES, max_chars=MAX_CHARS)
        found = [line for number, words in enumerate(pdf.pages, 1) for line in lines(words, number, SIGNS)]
        return Document(
            "pdf",
            _bounded(_without_margins(found)),
            len(pdf.pages),
            pdf.date,
            pdf.hidden,
            pdf.labels,
            pictured=pdf.pictured,
        )
    if kind == "docx":
        from runtime.cv.docx import read_docx  # noqa: PLC0415

        word = read_docx(document, max_chars=MAX_CHARS)
        return Document("docx", _bounded(word.lines), 1, word.date, word.hidden, word.labels)
    text, guessed = decoded(document)
    return replace(from_text(text), guessed_encoding=guessed)


def from_recognized(document: bytes, pages: Sequence[RecognizedPage], date: dt.date | None) -> Document:
    """A PDF's text as it was recognised in its pictures. Raises `DocumentTooLarge`."""
    from runtime.cv.pdf import page_sizes  # noqa: PLC0415 - see `read`

    if sum(len(word.text) + 1 for page in pages for word in page) > MAX_CHARS:
        raise DocumentTooLarge("The PDF holds more text than a CV can; send the pages that are the CV.")
    found: list[Line] = []
    for number, (words, (width, height)) in enumerate(zip(pages, page_sizes(document), strict=True), 1):
        boxes = [
            Word(
                word.text,
                word.left * width,
                word.right * width,
                word.top * height,
                word.bottom * height,
                size=(word.bottom - word.top) * height,
            )
            for word in words
            # A box without height would stand in no row.
            if word.text and word.bottom > word.top
        ]
        found += lines(boxes, number, SIGNS)
    return Document("pdf", _bounded(_without_margins(found)), len(pages), date)


def from_text(text: str) -> Document:
    """A document of plain text or Markdown. Raises `DocumentTooLarge`."""
    if len(text) > MAX_CHARS:
        raise DocumentTooLarge(
            f"The text has {len(text)} characters, a CV may have {MAX_CHARS}; send the part that is the CV."
        )
    text, hidden = without_unshown(text, comments=True)
    result: list[Line] = []
    for number, written in enumerate(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")):
        heading = _MARKDOWN_HEADING.match(written.strip())
        line = heading[2] if heading else written
        bold = _MARKDOWN_BOLD.match(line) is not None
        line = _MARKDOWN_MARKS.sub("", line.replace("\xad", ""))
        if _MARKDOWN_TABLE_RULE.match(line):
            continue
        parts = _cells(line) or _parts(line)
        if parts:
            # Rows count as a line's place, so that an empty line is white like any other.
            segments = tuple(
                Segment(part, x0=x0, top=number, bottom=number + 1, bold=bold, row=number)
                for x0, part in parts
            )
            level = len(heading[1]) if heading else 0
            result.append(Line(segments, 1, heading=heading is not None, level=level))
    return Document("text", _bounded(result), 1, hidden=hidden)


def _parts(line: str) -> list[tuple[float, str]]:
    """What stands between tabs and wide gaps, each with the column it begins in."""
    return [
        (float(len(line[: part.start()].expandtabs(4))), part[0].rstrip())
        for part in re.finditer(r"[^\s](?:[^\t \xa0]|[ \xa0]{1,2}(?![ \xa0\t]))*", line)
    ]


def _cells(line: str) -> list[tuple[float, str]]:
    """The cells of a row of a Markdown table; lines within a cell stand a little further right each."""
    row = _MARKDOWN_TABLE_ROW.match(line)
    if row is None:
        return []
    return [
        (40.0 * column + number, text.strip())
        for column, cell in enumerate(re.split(r"(?<!\\)\|", row[1]))
        for number, text in enumerate(re.split(r"<br\s*/?>", cell))
        if text.strip()
    ]


def _bounded(found: Iterable[Line]) -> tuple[Line, ...]:
    """The lines, none longer than `MAX_LINE`: patterns that look ahead may take time quadratic in a line."""
    result: list[Line] = []
    for line in found:
        if (
            sum(len(segment.text) for segment in line.segments) <= MAX_LINE
            and len(line.segments) <= MAX_SEGMENTS
        ):
            result.append(line)
            continue
        for segment in line.segments:
            result += [
                replace(line, segments=(replace(segment, text=piece),), heading=False)
                for piece in textwrap.wrap(segment.text, MAX_LINE)
            ]
    return tuple(result)


def _without_margins(found: Sequence[Line]) -> tuple[Line, ...]:
    """The lines without page numbers and without the lines that every page repeats at the same height."""
    pages = {line.page for line in found}
    repeated: set[tuple[str, int]] = set()
    if len(pages) > 1:
        seen: dict[tuple[str, int], set[int]] = {}
        for line in found:
            seen.setdefault(_margin_key(line), set()).add(line.page)
        repeated = {key for key, on in seen.items() if len(on) == len(pages)}
    kept = []
    first = min(pages, default=1)
    lowest = {line.page: max(other.bottom for other in found if other.page == line.page) for line in found}
    for line in found:
        if _PAGE_NUMBER.match(line.text) and line.bottom >= lowest[line.page] - 2 * (line.bottom - line.top):
            continue
        # The first page keeps its copy: a name in a running header may stand nowhere else.
        if line.page != first and _margin_key(line) in repeated:
            continue
        kept.append(line)
    return tuple(kept)


def _margin_key(line: Line) -> tuple[str, int]:
    return re.sub(r"\d+", "#", line.text), round(line.top)
