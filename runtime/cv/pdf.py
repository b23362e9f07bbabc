"""PDF bytes to words with boxes, through PDFium.

PDFium's own text order is the order of drawing, which for many CV templates is not the order of reading, so
only its words and boxes are used; `layout` decides the order.
"""

from __future__ import annotations

import ctypes
import datetime as dt
import io
import re
import threading
from dataclasses import dataclass

import pypdfium2
import pypdfium2.raw as pdfium

from runtime.cv.errors import DocumentTooLarge, UnreadableDocument
from runtime.cv.layout import Word
from runtime.cv.pdf_visibility import Sight
from runtime.cv.scrutiny import Hidden, Hiding

# PDFium writes U+FFFE for a hyphen at the end of a line and draws U+00AD only where the line breaks.
_HYPHENS = {0xFFFE: "-", 0x00AD: "-", 0x2: "-", 0x2010: "-", 0x2011: "-"}
_LINE_END = frozenset({0xFFFE, 0x2})
_LIGATURES = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "ft", "ﬆ": "st"})
_BOLD_WEIGHT = 600
# PDFium is not safe for threads, not even with a document each: two at once end the process.
_one_at_a_time = threading.Lock()
_LABELS = ("Title", "Subject", "Keywords", "Author")
# Fewer stand on no page that tells anything; a scanner's footer has that many.
_FEWEST_LETTERS = 40
_DATE = re.compile(r"D:(\d{4})(\d{2})?(\d{2})?")


@dataclass(frozen=True, slots=True)
class PdfText:
    """What PDFium knows: each page's words, what is hidden among them, and what the document says of itself."""

    pages: tuple[tuple[Word, ...], ...]
    date: dt.date | None
    hidden: tuple[Hidden, ...] = ()
    labels: tuple[str, ...] = ()
    pictured: tuple[int, ...] = ()
    """The numbers of the pages that are a picture and hold next to no text."""


def read_pdf(document: bytes, *, max_pages: int, max_chars: int) -> PdfText:
    """Raises `UnreadableDocument` (encrypted, broken) and `DocumentTooLarge`."""
    with _one_at_a_time:
        return _read_pdf(document, max_pages, max_chars)


def _read_pdf(document: bytes, max_pages: int, max_chars: int) -> PdfText:
    try:
        pdf = pypdfium2.PdfDocument(document)
    except pypdfium2.PdfiumError as error:
        if "assword" in str(error) or "ecurity" in str(error):
            raise UnreadableDocument(
                "The PDF is protected by a password; save a copy without one and send that."
            ) from None
        raise UnreadableDocument(
            "The PDF is damaged and cannot be opened; export it again from the program that made it."
        ) from None
    try:
        count = len(pdf)
        if count > max_pages:
            raise DocumentTooLarge(
                f"The PDF has {count} pages, a CV may have {max_pages}; send the pages that are the CV."
            )
        pages = []
        hidden: list[Hidden] = []
        pictured: list[int] = []
        chars = 0
        for number in range(count):
            words, unseen, length = _page_words(pdf, number, max_chars - chars)
            chars += length
            pages.append(words)
            hidden += unseen
            letters = sum(char.isalpha() for word in words for char in word.text)
            if letters < _FEWEST_LETTERS and _has_picture(pdf, number):
                pictured.append(number + 1)
        labels = tuple(pdf.get_metadata_value(key) for key in _LABELS)
        return PdfText(tuple(pages), _document_date(pdf), tuple(hidden), labels, tuple(pictured))
    finally:
        pdf.close()


def _has_picture(pdf: pypdfium2.PdfDocument, number: int) -> bool:
    """Whether a picture covers a good part of a page, as a scan does and a portrait or a logo does not."""
    page = pdf[number]
    try:
        width, height = page.get_size()
        boxes = [
            picture.get_bounds()
            for picture in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_IMAGE], max_depth=3)
        ]
        return any((x1 - x0) * (y1 - y0) >= width * height / 4 for x0, y0, x1, y1 in boxes)
    except pypdfium2.PdfiumError:
        return False
    finally:
        page.close()


def page_sizes(document: bytes) -> tuple[tuple[float, float], ...]:
    """Each page's width and height in points, as it is shown. For a document that `read_pdf` has read."""
    with _one_at_a_time, pypdfium2.PdfDocument(document) as pdf:
        return tuple(pdf.get_page_size(number) for number in range(len(pdf)))


def single_pages(document: bytes) -> tuple[bytes, ...]:
    """Each page as a document of its own. For a document that `read_pdf` has read."""
    with _one_at_a_time, pypdfium2.PdfDocument(document) as pdf:
        return tuple(_single_page(pdf, number) for number in range(len(pdf)))


def _single_page(pdf: pypdfium2.PdfDocument, number: int) -> bytes:
    with pypdfium2.PdfDocument.new() as page:
        page.import_pages(pdf, [number])
        written = io.BytesIO()
        page.save(written)
        return written.getvalue()


def _page_words(
    pdf: pypdfium2.PdfDocument, number: int, budget: int
) -> tuple[tuple[Word, ...], tuple[Hidden, ...], int]:
    try:
        page = pdf[number]
        text_page = page.get_textpage()
    except pypdfium2.PdfiumError:
        raise UnreadableDocument(
            f"Page {number + 1} of the PDF is damaged; export it again from the program that made it."
        ) from None
    try:
        raw = text_page.raw
        count = max(0, pdfium.FPDFText_CountChars(raw))
        if count > budget:
            raise DocumentTooLarge("The PDF holds more text than a CV can; send the pages that are the CV.")
        box = page.get_bbox()
        top = box[3]
        codes = [pdfium.FPDFText_GetUnicode(raw, index) for index in range(count)]
        sight = Sight(page, raw, box)
        words: list[Word] = []
        ways: list[Hiding | None] = []
        for first, last in _runs(codes):
            word = _word(raw, codes, first, last, top)
            if word is not None and word.text:
                words.append(word)
                ways.append(sight.hiding(first, (word.x0, top - word.bottom, word.x1, top - word.top)))
        seen = sight.believable(ways)
        hidden = tuple(
            Hidden(word.text, way, number + 1)
            for word, way in zip(words, seen, strict=True)
            if way is not None
        )
        return tuple(word for word, way in zip(words, seen, strict=True) if way is None), hidden, count
    finally:
        text_page.close()
        page.close()


def _runs(codes: list[int]) -> list[tuple[int, int]]:
    """Index ranges (last included) without white, control characters or icons."""
    runs: list[tuple[int, int]] = []
    start: int | None = None
    for index, code in enumerate(codes):
        # Icon fonts live in the private use areas; an icon separates, it says nothing.
        blank = (
            (code <= 0x20 and code != 0x2) or 0xE000 <= code <= 0xF8FF or code >= 0xF0000 or code in _SPACES
        )
        if start is not None and (blank or (code in _BULLETS and chr(codes[index - 1]).isalnum())):
            runs.append((start, index - 1))
            start = None if blank else index
        elif not blank and start is None:
            start = index
        if code in _LINE_END and start is not None:
            # The rest of a word broken at a line's end stands on the next line, with its own box.
            runs.append((start, index))
            start = None
    if start is not None:
        runs.append((start, len(codes) - 1))
    return runs


# A bullet that a heading in the margin comes up to is no part of its last word.
_BULLETS = frozenset(map(ord, "•◦▪●■‣"))
_SPACES = frozenset({0xA0, 0x202F, 0x3000, 0xFEFF, *range(0x2000, 0x2010)})


def _word(raw: object, codes: list[int], first: int, last: int, page_top: float) -> Word | None:
    text = "".join(_HYPHENS.get(code) or chr(code) for code in codes[first : last + 1]).translate(_LIGATURES)
    a, b = pdfium.FS_RECTF(), pdfium.FS_RECTF()
    if not pdfium.FPDFText_GetLooseCharBox(raw, first, a) or not pdfium.FPDFText_GetLooseCharBox(
        raw, last, b
    ):
        return None
    x0, x1 = min(a.left, b.left), max(a.right, b.right)
    upper, lower = max(a.top, a.bottom), min(a.top, a.bottom)
    if upper - lower <= 0:
        return None
    return Word(text, x0, x1, page_top - upper, page_top - lower, _is_bold(raw, first), upper - lower)


def _is_bold(raw: object, index: int) -> bool:
    flags = ctypes.c_int()
    name = ctypes.create_string_buffer(96)
    length = pdfium.FPDFText_GetFontInfo(raw, index, name, 96, flags)
    if 0 < length <= 96:
        label = name.value.lower()
        if b"bold" in label or b"black" in label or b"heavy" in label:
            return True
    return bool(pdfium.FPDFText_GetFontWeight(raw, index) >= _BOLD_WEIGHT)


def _document_date(pdf: pypdfium2.PdfDocument) -> dt.date | None:
    for key in ("ModDate", "CreationDate"):
        match = _DATE.match(pdf.get_metadata_value(key))
        if match:
            year, month, day = (int(part or 1) for part in match.groups())
            try:
                return dt.date(year, month, day)
            except ValueError:
                continue
    return None
