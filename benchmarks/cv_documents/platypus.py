"""PDF by ReportLab's Platypus: flowing frames and the standard fonts, as office servers generate them."""

from __future__ import annotations

import io
from html import escape
from typing import Any

from reportlab.lib import colors
from reportlab.lib.enums import TA_JUSTIFY, TA_RIGHT
from reportlab.lib.pagesizes import A4, LETTER
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Frame,
    FrameBreak,
    HRFlowable,
    ListFlowable,
    ListItem,
    NextPageTemplate,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Cells

from benchmarks.cv_documents.composition import Block, Composition, Grid, Piece, Run, Section, Table
from benchmarks.cv_documents.templates import Template

_EDGE = 18 * mm


class _Style:
    """The paragraph styles of one document; `template.style` is the font and its size in points."""

    def __init__(self, template: Template) -> None:
        font, size = (template.style or "Helvetica 9.5").split()
        bold = {"Times-Roman": "Times-Bold"}.get(font, f"{font}-Bold")
        self.body = ParagraphStyle("body", fontName=font, fontSize=float(size), leading=float(size) * 1.35)
        self.prose = ParagraphStyle("prose", parent=self.body, alignment=TA_JUSTIFY)
        self.right = ParagraphStyle("right", parent=self.body, alignment=TA_RIGHT)
        self.name = ParagraphStyle("name", parent=self.body, fontName=bold, fontSize=20, leading=25)
        self.heading = ParagraphStyle(
            "heading", parent=self.body, fontName=bold, fontSize=12, leading=15, spaceBefore=9, spaceAfter=3
        )


def write(composition: Composition, template: Template) -> bytes:
    """The document; always the same bytes. Its fonts know Western European letters only."""
    _western(composition)
    raw = io.BytesIO()
    width, height = A4 if template.page == "A4" else LETTER
    style = _Style(template)

    def footer(canvas: Canvas, _: object) -> None:
        canvas.setFont("Helvetica", 8)
        if template.footer == "page":
            canvas.drawCentredString(width / 2, 9 * mm, str(canvas.getPageNumber()))
        elif template.footer == "name":
            canvas.drawString(_EDGE, 9 * mm, f"{composition.plain_name} - {canvas.getPageNumber()}")
        elif template.footer == "contact":
            canvas.drawCentredString(width / 2, 9 * mm, composition.contact_line)

    document = BaseDocTemplate(raw, pagesize=(width, height), invariant=1)
    inner = width - 2 * _EDGE
    head = 30 * mm if template.rail else 0
    story: list[Any] = _header(composition, template, style)
    if template.rail:
        narrow = inner * 0.3
        wide = inner - narrow - 6 * mm
        at_narrow, at_wide = (
            (_EDGE, _EDGE + narrow + 6 * mm) if template.rail == "left" else (_EDGE + wide + 6 * mm, _EDGE)
        )
        body = height - 2 * _EDGE - head
        first = [
            Frame(_EDGE, height - _EDGE - head, inner, head, 0, 0, 0, 0),
            Frame(at_narrow, _EDGE, narrow, body, 0, 0, 0, 0),
            Frame(at_wide, _EDGE, wide, body, 0, 0, 0, 0),
        ]
        later = [Frame(at_wide, _EDGE, wide, height - 2 * _EDGE, 0, 0, 0, 0)]
        document.addPageTemplates(
            [
                PageTemplate("first", first, onPageEnd=footer),
                PageTemplate("later", later, onPageEnd=footer),
            ]
        )
        story += [NextPageTemplate("later"), FrameBreak()]
        if template.header == "rail":
            story.append(Paragraph(escape(composition.contact_heading), style.heading))
            story += [Paragraph(escape(contact.text), style.body) for contact in composition.contacts]
        for section in composition.aside:
            story += _section(section, template, style, narrow)
        story.append(FrameBreak())
        for section in composition.sections:
            story += _section(section, template, style, wide)
    else:
        frame = Frame(_EDGE, _EDGE, inner, height - 2 * _EDGE, 0, 0, 0, 0)
        document.addPageTemplates([PageTemplate("all", [frame], onPageEnd=footer)])
        for section in (*composition.sections, *composition.aside):
            story += _section(section, template, style, inner)
    document.build(story)
    return raw.getvalue()


def _western(composition: Composition) -> None:
    repr(composition).encode("cp1252")


def _header(composition: Composition, template: Template, style: _Style) -> list[Any]:
    story: list[Any] = [Paragraph(escape(composition.name), style.name)]
    if composition.label:
        story.append(Paragraph(escape(composition.label), style.body))
    match template.header:
        case "rail" | "footer":
            pass
        case "labelled":
            story += [Paragraph(escape(contact.labelled), style.body) for contact in composition.contacts]
        case "stacked":
            story += [Paragraph(escape(contact.text), style.body) for contact in composition.contacts]
        case _:
            line = " | ".join(contact.text for contact in composition.contacts)
            story.append(Paragraph(escape(line), style.body))
    return story


def _section(section: Section, template: Template, style: _Style, width: float) -> list[Any]:
    story: list[Any] = []
    if section.heading:
        heading = section.heading.upper() if template.shape == "ruled" else section.heading
        story.append(Paragraph(escape(heading), style.heading))
        if template.shape == "ruled":
            story.append(HRFlowable(width="100%", color=colors.grey, spaceAfter=3))
    for piece in section.pieces:
        story += _piece(piece, template, style, width)
    return story


def _piece(piece: Piece, template: Template, style: _Style, width: float) -> list[Any]:
    match piece:
        case Block():
            inner = _lines(piece, style, width - (34 * mm if piece.margin else 0))
            if piece.margin:
                when = Paragraph(escape(piece.margin), style.body)
                return [_grid([[when, inner]], [34 * mm, width - 34 * mm])]
            return [*inner, Spacer(1, 4)]
        case Grid():
            label = [Paragraph(f"<b>{escape(piece.label)}</b>", style.body)] if piece.label else []
            columns = 3 if width > 90 * mm else 1
            cells = [Paragraph(escape(cell), style.body) for cell in piece.cells]
            cells += [Paragraph("", style.body)] * (-len(cells) % columns)
            rows = [cells[at : at + columns] for at in range(0, len(cells), columns)]
            return [*label, _grid(rows, [width / columns] * columns)]
        case Table():
            rows = [
                [Paragraph(escape(cell).replace("\n", "<br/>"), style.body) for cell in row]
                for row in (piece.head, *piece.rows)
            ]
            lines = [("GRID", (0, 0), (-1, -1), 0.5, colors.grey)] if template.shape != "ruled" else []
            return [_grid(rows, [width * 0.2, width * 0.3, width * 0.5], lines)]


def _lines(block: Block, style: _Style, width: float) -> list[Any]:
    story: list[Any] = []
    for row in block.rows:
        left = Paragraph(_runs(row.left), style.body)
        if row.right:
            story.append(
                _grid([[left, Paragraph(_runs(row.right), style.right)]], [width - 44 * mm, 44 * mm])
            )
        else:
            story.append(left)
    if block.text:
        story.append(Paragraph(escape(block.text), style.prose))
    if block.bullets:
        items = [ListItem(Paragraph(escape(bullet), style.prose)) for bullet in block.bullets]
        story.append(ListFlowable(items, bulletType="bullet", start="•", leftIndent=11, bulletFontSize=8))
    return story


def _grid(rows: list[list[Any]], widths: list[float], extra: list[Any] | None = None) -> Any:
    plain = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 3 if extra else 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 3 if extra else 0),
        ("TOPPADDING", (0, 0), (-1, -1), 0),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 1),
    ]
    return Cells(rows, colWidths=widths, style=[*plain, *(extra or [])], hAlign="LEFT")


def _runs(runs: tuple[Run, ...]) -> str:
    tags = {"": "{}", "b": "<b>{}</b>", "i": "<i>{}</i>"}
    return "".join(tags[run.style].format(escape(run.text)) for run in runs)
