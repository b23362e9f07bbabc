"""DOCX by python-docx: paragraphs and tabs, tables, text boxes, headers and footers, columns, content controls."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.section import WD_SECTION
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from benchmarks.cv_documents.composition import Block, Composition, Grid, Row, Run, Section, Table
from benchmarks.cv_documents.templates import Template

_WRITTEN = dt.datetime(2026, 11, 1, 9)  # noqa: DTZ001 - python-docx writes naive times
_EPOCH = (2026, 11, 1, 9, 0, 0)
_VML = "urn:schemas-microsoft-com:vml"

Home = Document | _Cell


def write(composition: Composition, template: Template) -> bytes:
    """The document; always the same bytes."""
    document = docx.Document()
    properties = document.core_properties
    properties.created = properties.modified = properties.last_printed = _WRITTEN
    properties.author = ""
    page = document.sections[0]
    page.page_width, page.page_height = (Mm(210), Mm(297)) if template.page == "A4" else (Mm(216), Mm(279))
    page.left_margin = page.right_margin = Mm(20)
    document.styles["Normal"].font.size = Pt(10)
    if template.footer:
        text = composition.contact_line if template.footer == "contact" else composition.plain_name
        page.footer.paragraphs[0].text = text
    _header(document, composition, template)
    if template.rail:
        table = document.add_table(rows=1, cols=2)
        left, right = table.rows[0].cells
        rail, main = (left, right) if template.rail == "left" else (right, left)
        rail.width, main.width = Mm(52), Mm(118)
        if template.header == "rail":
            _heading(rail, composition.contact_heading, template)
            for contact in composition.contacts:
                rail.add_paragraph(contact.text)
        for section in composition.aside:
            _section(rail, section, template)
        for section in composition.sections:
            _section(main, section, template)
    else:
        for section in (*composition.sections, *composition.aside):
            if template.shape == "columns" and section.kind == "skills":
                _in_columns(document, section, template)
            else:
                _section(document, section, template)
    if template.shape == "content controls":
        _control(document)
    raw = io.BytesIO()
    document.save(raw)
    return _dated(raw.getvalue())


def _dated(raw: bytes) -> bytes:
    """The same archive with one date in every entry."""
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(raw)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            target.writestr(zipfile.ZipInfo(name, _EPOCH), source.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _header(document: Document, composition: Composition, template: Template) -> None:
    texts = [contact.text for contact in composition.contacts]
    match template.header:
        case "page header":
            header = document.sections[0].header
            header.paragraphs[0].text = composition.name
            header.add_paragraph(" | ".join(texts))
            if composition.label:
                document.add_paragraph(composition.label)
            return
        case "text box":
            paragraph = document.add_paragraph()
            paragraph.runs or paragraph.add_run()
            paragraph.runs[0]._r.append(_box([composition.name, composition.label, *texts]))  # noqa: SLF001
            return
        case "table":
            table = document.add_table(rows=1, cols=2)
            left, right = table.rows[0].cells
            left.paragraphs[0].add_run(composition.name).font.size = Pt(20)
            left.add_paragraph(composition.label)
            for text in texts:
                right.add_paragraph(text).alignment = WD_ALIGN_PARAGRAPH.RIGHT
            return
    title = document.add_paragraph(style="Title" if template.shape != "plain" else None)
    title.add_run(composition.name)
    if composition.label:
        document.add_paragraph(composition.label)
    match template.header:
        case "rail" | "footer":
            pass
        case "labelled":
            for contact in composition.contacts:
                paragraph = document.add_paragraph()
                if contact.label:
                    paragraph.add_run(f"{contact.label}:\t").bold = True
                paragraph.add_run(contact.text)
        case "stacked":
            for text in texts:
                document.add_paragraph(text)
        case "breaks":
            # Lines of one paragraph, as Shift-Enter makes them.
            document.add_paragraph("\n".join(texts))
        case _:
            document.add_paragraph(" | ".join(texts))


def _box(lines: list[str]) -> object:
    inner = "".join(f"<w:p><w:r><w:t>{escape(line)}</w:t></w:r></w:p>" for line in lines if line)
    return parse_xml(
        f'<w:pict {nsdecls("w")} xmlns:v="{_VML}"><v:shape style="width:400pt;height:90pt">'
        f"<v:textbox><w:txbxContent>{inner}</w:txbxContent></v:textbox></v:shape></w:pict>"
    )


def _heading(home: Home, text: str, template: Template) -> None:
    if not text:
        return
    if template.shape == "plain" or isinstance(home, _Cell):
        run = home.add_paragraph().add_run(text.upper() if template.shape == "plain" else text)
        run.bold = True
    else:
        home.add_heading(text, level=1)


def _section(home: Home, section: Section, template: Template) -> None:
    _heading(home, section.heading, template)
    for piece in section.pieces:
        match piece:
            case Block():
                _block(home, piece, template)
            case Grid():
                if piece.label:
                    home.add_paragraph().add_run(piece.label).bold = True
                table = _table(home, (len(piece.cells) + 2) // 3, 3)
                for position, cell in enumerate(piece.cells):
                    table.cell(position // 3, position % 3).text = cell
            case Table():
                table = _table(home, 1 + len(piece.rows), len(piece.head))
                if isinstance(home, Document) or template.shape == "grid":
                    table.style = "Table Grid"
                for at, row in enumerate((piece.head, *piece.rows)):
                    for position, text in enumerate(row):
                        table.cell(at, position).text = text


def _table(home: Home, rows: int, columns: int) -> docx.table.Table:
    return home.add_table(rows, columns)


def _block(home: Home, block: Block, template: Template) -> None:
    if block.margin:
        table = _table(home, 1, 2)
        when, what = table.rows[0].cells
        when.width, what.width = Mm(38), Mm(132)
        when.text = block.margin
        _lines(what, block, template)
        if not what.paragraphs[0].text and len(what.paragraphs) > 1:
            first = what.paragraphs[0]._p  # noqa: SLF001 - an empty first paragraph cannot be avoided otherwise
            first.getparent().remove(first)
    else:
        _lines(home, block, template)


def _lines(home: Home, block: Block, template: Template) -> None:
    for row in block.rows:
        _row(home.add_paragraph(), row)
    if block.text:
        home.add_paragraph(block.text)
    for bullet in block.bullets:
        if template.shape == "plain":
            home.add_paragraph(f"- {bullet}")
        else:
            home.add_paragraph(bullet, style="List Bullet")


def _row(paragraph: Paragraph, row: Row) -> None:
    paragraph.paragraph_format.space_after = Pt(0)
    _runs(paragraph, row.left)
    if row.right:
        paragraph.paragraph_format.tab_stops.add_tab_stop(Mm(170), WD_TAB_ALIGNMENT.RIGHT)
        paragraph.add_run("\t")
        _runs(paragraph, row.right)


def _runs(paragraph: Paragraph, runs: tuple[Run, ...]) -> None:
    for run in runs:
        made = paragraph.add_run(run.text)
        made.bold = run.style == "b" or None
        made.italic = run.style == "i" or None


def _in_columns(document: Document, section: Section, template: Template) -> None:
    """A part of the document in two columns, between section breaks."""
    part = document.add_section(WD_SECTION.CONTINUOUS)
    columns = part._sectPr.find(qn("w:cols"))  # noqa: SLF001 - python-docx has no columns
    columns.set(qn("w:num"), "2")
    _section(document, section, template)
    after = document.add_section(WD_SECTION.CONTINUOUS)
    after._sectPr.find(qn("w:cols")).set(qn("w:num"), "1")  # noqa: SLF001


def _control(document: Document) -> None:
    """Every paragraph of the body inside a content control, as forms and builders save them."""
    for paragraph in list(document.paragraphs):
        element = paragraph._p  # noqa: SLF001
        wrapper = parse_xml(f"<w:sdt {nsdecls('w')}><w:sdtPr/><w:sdtContent/></w:sdt>")
        element.addprevious(wrapper)
        wrapper.find(qn("w:sdtContent")).append(element)
