"""PDF by fpdf2 with every text put at its place: columns drawn one after the other, right-hand texts drawn last,
words without the spaces between them. What stands together on the page is far apart in the file.
"""

from __future__ import annotations

import datetime as dt

from fpdf import FPDF

from benchmarks.cv_documents.composition import Block, Composition, Grid, Piece, Row, Run, Section, Table
from benchmarks.cv_documents.templates import Template

_WRITTEN = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)
_TOP, _EDGE, _BOTTOM = 16.0, 17.0, 278.0


class _Page:
    """A cursor over pages; `shape` "late right" keeps right-hand texts until the page is full."""

    def __init__(self, template: Template, composition: Composition) -> None:
        self.pdf = FPDF(format=template.page)
        self.pdf.core_fonts_encoding = "cp1252"  # dashes and bullets, which the default lacks
        self.pdf.set_creation_date(_WRITTEN)
        self.pdf.set_auto_page_break(False)
        self.font = template.style or "Helvetica"
        self.template = template
        self.footer = {
            "": "",
            "page": "{page}",
            "name": composition.plain_name + "   {page}",
            "contact": composition.contact_line,
        }[template.footer]
        self.left, self.width = _EDGE, self.pdf.w - 2 * _EDGE
        self.y = _TOP
        self.late: list[tuple[float, float, str, str, float]] = []
        self.pdf.add_page()

    def need(self, height: float) -> None:
        """A new page when `height` millimetres do not fit; or the next one where a column before went on."""
        if self.y + height > min(_BOTTOM, self.pdf.h - 18):
            self.turn()

    def turn(self) -> None:
        self.settle()
        if self.pdf.page < self.pdf.pages_count:
            self.pdf.page += 1
        else:
            self.pdf.add_page()
        self.y = _TOP

    def settle(self) -> None:
        for x, y, text, style, size in self.late:
            self.put(x, y, text, style, size)
        self.late.clear()

    def put(self, x: float, y: float, text: str, style: str = "", size: float = 10) -> None:
        self.pdf.set_font(self.font, style.upper(), size)
        if self.template.shape == "words":
            space = self.pdf.get_string_width(" ")
            for word in text.split(" "):
                if word:
                    self.pdf.text(x, y, word)
                x += self.pdf.get_string_width(word) + space
        else:
            self.pdf.text(x, y, text)

    def wide(self, text: str, style: str = "", size: float = 10) -> float:
        self.pdf.set_font(self.font, style.upper(), size)
        return float(self.pdf.get_string_width(text))

    def lines(self, text: str, width: float, style: str = "", size: float = 10) -> list[str]:
        found = [""]
        for word in text.split():
            longer = f"{found[-1]} {word}".strip()
            if found[-1] and self.wide(longer, style, size) > width:
                found.append(word)
            else:
                found[-1] = longer
        return found

    def paragraph(self, text: str, style: str = "", size: float = 10, indent: float = 0) -> None:
        for line in self.lines(text, self.width - indent, style, size):
            self.need(5)
            self.put(self.left + indent, self.y + 4, line, style, size)
            self.y += size * 0.48

    def runs(self, runs: tuple[Run, ...]) -> None:
        """Runs after one another, wrapped between words."""
        x = self.left
        self.need(5)
        for run in runs:
            for position, word in enumerate(run.text.split(" ")):
                gap = self.wide(" ") if position else 0
                if x + gap + self.wide(word, run.style) > self.left + self.width and x > self.left:
                    self.y += 4.8
                    self.need(5)
                    x, gap = self.left, 0
                if word:
                    self.put(x + gap, self.y + 4, word, run.style)
                x += gap + self.wide(word, run.style)
        self.y += 4.8


def write(composition: Composition, template: Template) -> bytes:
    """The document; always the same bytes. Its fonts know Western European letters only."""
    repr(composition).encode("cp1252")
    page = _Page(template, composition)
    _header(page, composition, template)
    if template.rail:
        top = page.y + 4
        narrow = page.width * 0.3
        wide = page.width - narrow - 7
        rail_at, main_at = (
            (_EDGE, _EDGE + narrow + 7) if template.rail == "left" else (_EDGE + wide + 7, _EDGE)
        )
        # The wide column first, as builders do that keep the rail as an overlay.
        page.left, page.width, page.y = main_at, wide, top
        _sections(page, composition.sections)
        page.settle()
        page.pdf.page = 1
        page.left, page.width, page.y = rail_at, narrow, top
        if template.header == "rail":
            _heading(page, composition.contact_heading)
            for contact in composition.contacts:
                page.paragraph(contact.text, size=8)
        _sections(page, composition.aside)
    else:
        _sections(page, (*composition.sections, *composition.aside))
    page.settle()
    if page.footer:
        for number in range(1, page.pdf.pages_count + 1):
            page.pdf.page = number
            page.put(_EDGE, page.pdf.h - 9, page.footer.format(page=number), size=8)
    return bytes(page.pdf.output())


def _header(page: _Page, composition: Composition, template: Template) -> None:
    page.put(page.left, page.y + 7, composition.name, "b", 20)
    page.y += 10
    if composition.label:
        page.paragraph(composition.label, "i", 12)
    match template.header:
        case "rail" | "footer":
            pass
        case "labelled":
            for contact in composition.contacts:
                page.paragraph(contact.labelled)
        case "split":
            y = _TOP
            for contact in composition.contacts:
                x = page.left + page.width - page.wide(contact.text, size=9)
                page.put(x, y + 3, contact.text, size=9)
                y += 4.5
            page.y = max(page.y, y)
        case _:
            page.paragraph("  |  ".join(contact.text for contact in composition.contacts), size=9)


def _heading(page: _Page, text: str) -> None:
    if not text:
        page.y += 3
        return
    page.need(16)
    page.y += 4
    if page.template.shape == "letters":
        x = page.left
        size = min(11.0, 11 * page.width / (page.wide(text.upper(), "b", 11) + 1.6 * len(text)))
        for letter in text.upper():
            page.put(x, page.y + 4, letter, "b", size)
            x += page.wide(letter, "b", size) + 1.6 * size / 11
        page.y += 6
    else:
        page.paragraph(text, "b", 12)
    page.pdf.line(page.left, page.y + 0.5, page.left + page.width, page.y + 0.5)
    page.y += 2


def _sections(page: _Page, sections: tuple[Section, ...]) -> None:
    for section in sections:
        _heading(page, section.heading)
        for piece in section.pieces:
            _piece(page, piece)
            page.y += 1.5


def _piece(page: _Page, piece: Piece) -> None:
    match piece:
        case Block():
            _block(page, piece)
        case Grid():
            if piece.label:
                page.paragraph(piece.label, "b")
            columns = 3 if page.width > 90 else 1
            for at in range(0, len(piece.cells), columns):
                page.need(5)
                for position, cell in enumerate(piece.cells[at : at + columns]):
                    page.put(page.left + position * page.width / columns, page.y + 4, cell)
                page.y += 4.8
        case Table():
            _table(page, piece)


def _table(page: _Page, table: Table) -> None:
    widths = [page.width * share for share in (0.22, 0.33, 0.45)]
    for row in (table.head, *table.rows):
        cells = [
            [line for part in cell.split("\n") for line in page.lines(part, width - 3)]
            for cell, width in zip(row, widths, strict=True)
        ]
        page.need(max(len(cell) for cell in cells) * 4.8)
        x = page.left
        for cell, width in zip(cells, widths, strict=True):
            for position, line in enumerate(cell):
                page.put(x, page.y + 4 + position * 4.8, line)
            x += width
        page.y += max(len(cell) for cell in cells) * 4.8 + 1


def _block(page: _Page, block: Block) -> None:
    left, width = page.left, page.width
    if block.margin:
        page.need(10)
        for position, line in enumerate(page.lines(block.margin, 32)):
            page.put(left, page.y + 4 + position * 4.8, line)
        page.left, page.width = left + 36, width - 36
    for row in block.rows:
        _row(page, row)
    if block.text:
        page.paragraph(block.text)
    for bullet in block.bullets:
        page.need(5)
        page.put(page.left + 1, page.y + 4, "•")
        page.paragraph(bullet, indent=5)
    page.left, page.width = left, width


def _row(page: _Page, row: Row) -> None:
    page.need(5)
    if row.right:
        text = "".join(run.text for run in row.right)
        style = row.right[0].style
        at = (page.left + page.width - page.wide(text, style), page.y + 4, text, style, 10.0)
        if page.template.shape == "late right":
            page.late.append(at)
        else:
            page.put(*at)
        whole = page.width
        page.width -= page.wide(text, style) + 3
        page.runs(row.left)
        page.width = whole
    else:
        page.runs(row.left)
