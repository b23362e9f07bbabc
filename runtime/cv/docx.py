"""DOCX bytes to lines, walking the body in order: paragraphs, tables, text boxes, headers and footers."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import docx
from docx.document import Document as WordDocument
from docx.exceptions import PythonDocxError
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.exceptions import XmlchemyError
from docx.oxml.ns import qn

from runtime.cv.errors import CvError, DocumentTooLarge, UnreadableDocument, UnsupportedDocument
from runtime.cv.layout import Line, Segment
from runtime.cv.scrutiny import Hidden, Hiding, without_unshown

# A CV of forty pages unpacks to about 2 MB of XML beside its pictures; a zip bomb to gigabytes. Parsed, XML of nothing
# but empty elements takes twenty times its size.
_MAX_UNPACKED = 60 * 1024 * 1024
_MAX_XML_PART = 8 * 1024 * 1024
# Word itself stops at ten.
_LONGEST_STYLE_CHAIN = 20
_MAX_PARTS = 2_000
_BULLET = "• "
# What is set smaller cannot be read on paper; in half points, as Word counts.
_LEAST_SIZE = 5
_TABS = re.compile(r"\t+| {3,}")


@dataclass(frozen=True, slots=True)
class DocxText:
    lines: tuple[Line, ...]
    date: dt.date | None
    hidden: tuple[Hidden, ...] = ()
    labels: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Paragraph:
    text: str
    size: float
    bold: bool
    heading: bool
    indent: float


def read_docx(document: bytes, *, max_chars: int) -> DocxText:
    """Raises `UnreadableDocument`, `DocumentTooLarge` and `UnsupportedDocument` (a zip that is no Word
    file)."""
    _check_package(document)
    try:
        word = docx.Document(io.BytesIO(document))
        date = _date(word)
        said = word.core_properties
        labels = (said.title, said.subject, said.keywords, said.comments, said.author)
        parts = list(_parts(word))
        styles = _Styles(word)
        hidden = tuple(found for part in parts for found in _taken_out(part, styles))
        rows = list(_bounded((row for part in parts for row in _blocks(part, styles)), max_chars))
    except CvError:
        raise
    except (
        PackageNotFoundError,
        PythonDocxError,
        XmlchemyError,
        KeyError,
        ValueError,
        SyntaxError,
        zipfile.BadZipFile,
        OSError,
        AttributeError,
    ):
        # python-docx lets whatever its XML and zip layers meet in a broken package through (lxml's syntax
        # errors, missing parts as KeyError, absent nodes as AttributeError).
        raise UnreadableDocument(
            "The Word document is damaged and cannot be opened; open it in Word, save it again and send that."
        ) from None
    return DocxText(tuple(_lines(rows)), date, hidden, labels)


def _bounded(rows: Iterable[tuple[_Paragraph, ...]], max_chars: int) -> Iterator[tuple[_Paragraph, ...]]:
    """The rows, as long as they hold no more than a CV can."""
    left = max_chars
    for row in rows:
        left -= sum(len(paragraph.text) for paragraph in row)
        if left < 0:
            raise DocumentTooLarge(
                "The Word document holds more text than a CV can; send the pages that are the CV."
            )
        yield row


def _check_package(document: bytes) -> None:
    """What the zip promises and what it unpacks to, before a parser sees any of it."""
    try:
        with zipfile.ZipFile(io.BytesIO(document)) as package:
            entries = package.infolist()
            names = {entry.filename for entry in entries}
            if "[Content_Types].xml" not in names or not any(name.startswith("word/") for name in names):
                raise UnsupportedDocument(
                    "The file is a zip archive but no Word document; send the CV itself."
                )
            if any(entry.flag_bits & 0x1 for entry in entries):
                raise UnreadableDocument("The Word document is encrypted; save a copy without a password.")
            total = 0
            for entry in entries:
                total += _unpacked(package, entry)
                if total > _MAX_UNPACKED or len(entries) > _MAX_PARTS:
                    raise DocumentTooLarge(
                        f"The Word document unpacks to more than {_MAX_UNPACKED // 1_048_576} MB; "
                        "remove large pictures and send it again."
                    )
    except CvError:
        raise
    except (
        zipfile.BadZipFile,
        NotImplementedError,
        OSError,
        EOFError,
        RuntimeError,
        ValueError,
        OverflowError,
    ):
        # zipfile seeks wherever a broken directory points it.
        raise UnreadableDocument(
            "The Word document is damaged and cannot be unpacked; save it again and send that."
        ) from None


def _unpacked(package: zipfile.ZipFile, entry: zipfile.ZipInfo) -> int:
    """The entry's real size: the one in the zip's directory is whatever its maker wrote."""
    limit = _MAX_XML_PART if entry.filename.endswith((".xml", ".rels")) else _MAX_UNPACKED
    size, head = 0, b""
    try:
        with package.open(entry) as stream:
            while chunk := stream.read(1 << 16):
                head = head or chunk
                size += len(chunk)
                if size > limit:
                    raise DocumentTooLarge(
                        f"A part of the Word document unpacks to more than {limit // 1_048_576} MB; "
                        "remove large pictures and send it again."
                    )
    except zlib.error as error:
        raise zipfile.BadZipFile(str(error)) from None
    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
        raise UnreadableDocument(
            "The Word document carries a document type definition, which Word never writes."
        )
    return size


# lxml's elements are untyped here: python-docx ships no types for the XML below its own objects.
type _Element = Any


def _parts(word: WordDocument) -> Iterator[_Element]:
    """Headers, body, footers; a part that several sections share once."""
    seen: set[int] = set()
    footers = []
    for section in word.sections:
        for header in (section.first_page_header, section.header):
            if not header.is_linked_to_previous and id(header._element) not in seen:  # noqa: SLF001 - no public way
                seen.add(id(header._element))  # noqa: SLF001
                yield header._element  # noqa: SLF001
        footers += [section.first_page_footer, section.footer]
    yield word.element.body
    for footer in footers:
        if not footer.is_linked_to_previous and id(footer._element) not in seen:  # noqa: SLF001
            seen.add(id(footer._element))  # noqa: SLF001
            yield footer._element  # noqa: SLF001


def _blocks(container: _Element, styles: _Styles) -> Iterator[tuple[_Paragraph, ...]]:
    """Rows of paragraphs: one each, or, from a table, those that stand side by side."""
    for element in container:
        if element.tag == qn("w:p"):
            yield from ((paragraph,) for paragraph in _paragraphs(element, styles))
            for box in _text_boxes(element):
                yield from _blocks(box, styles)
        elif element.tag == qn("w:tbl"):
            for row in element.iterchildren(qn("w:tr")):
                yield from _row(row, styles)
        elif element.tag == qn("w:sdt"):
            for content in element.iterchildren(qn("w:sdtContent")):
                yield from _blocks(content, styles)


def _row(row: _Element, styles: _Styles) -> Iterator[tuple[_Paragraph, ...]]:
    cells = [list(_blocks(cell, styles)) for cell in row.iter(qn("w:tc")) if cell.getparent() is row]
    cells = [cell for cell in cells if cell]
    heights = sorted(len(cell) for cell in cells)
    if len(cells) < 2 or heights[-2] > 2:
        # Columns of a page laid out as a table: each is read to its end.
        for cell in cells:
            yield from cell
        return
    for position in range(heights[-1]):
        yield tuple(
            paragraph for cell in cells for paragraph in (cell[position] if position < len(cell) else ())
        )


def _text_boxes(paragraph: _Element) -> Iterator[_Element]:
    for box in paragraph.iter(qn("w:txbxContent")):
        # Word writes every box twice, as a drawing and, for old readers, as VML in the fallback.
        ancestors = list(box.iterancestors())
        nested = any(a.tag == qn("w:txbxContent") for a in ancestors[: ancestors.index(paragraph)])
        if not nested and not any(str(a.tag).endswith("}Fallback") for a in ancestors):
            yield box


def _paragraphs(element: _Element, styles: _Styles) -> Iterator[_Paragraph]:
    """The paragraph's lines; a line break inside it begins a new one."""
    style = styles.look(element)
    lines: list[str] = [""]
    sizes: list[float] = []
    bold = 0
    letters = 0
    for run in element.iter(qn("w:r")):
        if any(
            a.tag == qn("w:txbxContent")
            for a in run.iterancestors()
            if a is not element and _inside(a, element)
        ):
            continue
        text = _run_text(run)
        properties = _properties(run, "w:rPr")
        size, is_bold = style.size, style.bold
        if properties is not None:
            half_points = properties.find(qn("w:sz"))
            value = half_points.get(qn("w:val")) if half_points is not None else None
            size = float(value) / 2 if value and value.isdigit() else size
            mark = properties.find(qn("w:b"))
            if mark is not None:
                is_bold = mark.get(qn("w:val")) not in {"0", "false"}
        if text.strip():
            sizes.append(size)
            letters += len(text)
            bold += len(text) if is_bold else 0
        first, *rest = text.split("\n")
        lines[-1] += first
        lines += rest
    properties = _properties(element, "w:pPr")
    bullet = style.listed or (properties is not None and properties.find(qn("w:numPr")) is not None)
    for number, line in enumerate(lines):
        if line.strip():
            prefix = _BULLET if bullet and number == 0 and not style.heading else ""
            yield _Paragraph(
                prefix + line.strip(),
                max(sizes),
                bold * 2 > letters,
                style.heading,
                20.0 if bullet and not style.heading else 0.0,
            )


@dataclass(frozen=True, slots=True)
class _Look:
    """What a style makes of its paragraphs: size, weight, and whether it is a heading's or a list's."""

    size: float
    bold: bool
    heading: bool
    listed: bool


class _Styles:
    """The document's styles."""

    def __init__(self, word: WordDocument) -> None:
        every = list(word.styles.element.iterchildren(qn("w:style")))
        # Of two with one id the first counts.
        self._of = {_id(style): style for style in reversed(every)}
        self._looks: dict[str | None, _Look] = {}
        self.on_white = word.element.find(qn("w:background")) is None

    def look(self, paragraph: _Element) -> _Look:
        """How the paragraph's style looks, through the styles it is based on."""
        identifier = _style_id(_properties(paragraph, "w:pPr"), "w:pStyle")
        if identifier not in self._looks:
            self._looks[identifier] = self._through(identifier)
        return self._looks[identifier]

    def _through(self, identifier: str | None) -> _Look:
        size, bold, heading, listed = 0.0, False, False, False
        for _ in range(_LONGEST_STYLE_CHAIN):
            style = self._of.get(identifier)
            if style is None:
                break
            name = style.find(qn("w:name"))
            label = (name.get(qn("w:val")) or "").lower() if name is not None else ""
            heading = heading or label.startswith(("heading", "title"))
            listed = listed or label.startswith("list ")
            run = style.find(qn("w:rPr"))
            if run is not None:
                mark, half_points = run.find(qn("w:b")), run.find(qn("w:sz"))
                bold = bold or (mark is not None and mark.get(qn("w:val")) not in {"0", "false"})
                value = half_points.get(qn("w:val")) if half_points is not None else None
                size = size or (float(value) / 2 if value and value.isdigit() else 0.0)
            base = style.find(qn("w:basedOn"))
            identifier = base.get(qn("w:val")) if base is not None else None
        return _Look(size or 11.0, bold, heading, listed)

    def value(self, run: _Element, name: str) -> str | None:
        """What is said of `name` for a run, by itself or its styles; "" where it is said without a value."""
        properties = _properties(run, "w:rPr")
        paragraph = next(run.iterancestors(qn("w:p")), None)
        named = [_style_id(properties, "w:rStyle")]
        if paragraph is not None:
            named.append(_style_id(_properties(paragraph, "w:pPr"), "w:pStyle"))
        styles = [self._of[style].find(qn("w:rPr")) for style in named if style in self._of]
        for place in (properties, *styles):
            said = place.find(qn(name)) if place is not None else None
            if said is not None:
                return said.get(qn("w:val")) or ""
        return None


def _properties(element: _Element, name: str) -> _Element | None:
    """What is said of an element: its first child, or nothing. Looking further would take long in a long paragraph."""
    first = next(iter(element), None)
    return first if first is not None and first.tag == qn(name) else None


def _style_id(properties: _Element | None, name: str) -> str | None:
    named = properties.find(qn(name)) if properties is not None else None
    identifier: str | None = named.get(qn("w:val")) if named is not None else None
    return identifier


def _taken_out(part: _Element, styles: _Styles) -> Iterator[Hidden]:
    """Take what people do not see out of `part`: the text of a document is what stands on its pages."""
    for run in list(part.iter(qn("w:r"))):
        text = _run_text(run).strip()
        if text and (how := _hiding(run, styles)) is not None:
            run.getparent().remove(run)
            yield Hidden(text, how)
            continue
        for piece in run.iterchildren(qn("w:t")):
            piece.text, unshown = without_unshown(piece.text or "", comments=False)
            yield from unshown


def _hiding(run: _Element, styles: _Styles) -> Hiding | None:
    if styles.value(run, "w:vanish") not in {None, "0", "false"}:
        return "format"
    size = styles.value(run, "w:sz")
    if size and size.isdigit() and int(size) < _LEAST_SIZE:
        return "size"
    colour = styles.value(run, "w:color")
    white = colour is not None and re.fullmatch(r"(?:F[0-9A-F]){3}", colour.upper()) is not None
    return "colour" if white and styles.on_white and not _on_colour(run) else None


def _on_colour(run: _Element) -> bool:
    """Whether something may stand behind a run: shading, a table's own style, a box with a fill."""
    properties = _properties(run, "w:rPr")
    if properties is not None and properties.find(qn("w:highlight")) is not None:
        return True
    for place in (run, *run.iterancestors()):
        if place.tag == qn("w:txbxContent"):
            return True
        for name in ("w:rPr", "w:pPr", "w:tcPr", "w:tblPr"):
            # Bookmarks may stand before what is said of a table.
            said = (
                place.find(qn(name))
                if name == "w:tblPr" and place.tag == qn("w:tbl")
                else _properties(place, name)
            )
            shading = said.find(qn("w:shd")) if said is not None else None
            fill = shading.get(qn("w:fill")) if shading is not None else None
            if fill and fill.upper() not in {"AUTO", "FFFFFF"}:
                return True
            if said is not None and said.find(qn("w:tblStyle")) is not None:
                return True
    return False


def _inside(ancestor: _Element, element: _Element) -> bool:
    return any(a is element for a in ancestor.iterancestors())


def _run_text(run: _Element) -> str:
    text = ""
    for child in run:
        if child.tag == qn("w:t"):
            text += child.text or ""
        elif child.tag == qn("w:tab"):
            text += "\t"
        elif child.tag in {qn("w:br"), qn("w:cr")}:
            text += "\n"
        elif child.tag == qn("w:noBreakHyphen"):
            text += "-"
    return text


def _id(style: _Element) -> str | None:
    identifier: str | None = style.get(qn("w:styleId"))
    return identifier


def _lines(rows: list[tuple[_Paragraph, ...]]) -> Iterator[Line]:
    for number, row in enumerate(row for row in rows if row):
        segments: list[Segment] = []
        for paragraph in row:
            for part in _TABS.split(paragraph.text):
                if part.strip():
                    # Word's text has no coordinates before it is laid out; order and indents are what it
                    # says.
                    segments.append(
                        Segment(
                            part.strip(),
                            x0=paragraph.indent + 200.0 * len(segments),
                            top=number,
                            bottom=number + 1,
                            size=paragraph.size,
                            bold=paragraph.bold,
                            row=number,
                        )
                    )
        if segments:
            yield Line(tuple(segments), 1, heading=row[0].heading)


# What python-docx's template carries, and with it whatever was written by a program that kept it.
_TEMPLATE_DATE = dt.datetime(2013, 12, 23, 23, 15)  # noqa: DTZ001 - the format knows no zone


def _date(word: WordDocument) -> dt.date | None:
    """The date in the core properties, unless it is the template's, which says nothing."""
    moment: dt.datetime | None
    for moment in (word.core_properties.modified, word.core_properties.created):
        if moment is not None and moment.replace(tzinfo=None) != _TEMPLATE_DATE:
            return moment.date()
    return None
