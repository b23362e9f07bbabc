"""What kind of document some bytes are. The content decides; a name only says whether text is meant to be text."""

from __future__ import annotations

from pathlib import PurePath
from typing import Final, Literal

from runtime.cv.errors import UnreadableDocument, UnsupportedDocument

Kind = Literal["pdf", "docx", "text"]

_SEND: Final = "send the CV as PDF, Word document (.docx), plain text or Markdown"
_TEXT_SUFFIXES: Final = frozenset({".txt", ".text", ".md", ".markdown"})
# The PDF standard lets a reader accept the header anywhere in the first kilobyte.
_PDF_WINDOW: Final = 1024
_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_BYTE_ORDER_MARKS: Final = (b"\xff\xfe", b"\xfe\xff")
# What people send for a CV and no reader here reads, by how it begins.
_FOREIGN: Final = (
    (b"{\\rtf", "a rich text document (.rtf)"),
    (b"\x89PNG\r\n", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"II*\0", "a picture"),
    (b"MM\0*", "a picture"),
    (b"BM", "a picture"),
    (b"RIFF", "a picture or a recording"),
    (b"\x1f\x8b", "an archive"),
    (b"7z\xbc\xaf", "an archive"),
    (b"Rar!", "an archive"),
    (b"%!PS", "a PostScript document"),
)
# Formats that are zip archives like Word's, by the name of a part that only they have.
_ZIPPED: Final = (
    (b"mimetypeapplication/vnd.oasis.opendocument", "an OpenDocument text (.odt)"),
    (b"mimetypeapplication/epub", "an e-book (.epub)"),
    (b"Index/Document.iwa", "an Apple Pages document (.pages)"),
    (b"xl/workbook.xml", "an Excel workbook (.xlsx)"),
    (b"ppt/presentation.xml", "a PowerPoint presentation (.pptx)"),
)


def kind_of(document: bytes, filename: str) -> Kind:
    """The kind of `document`.

    Raises `UnsupportedDocument` for kinds that are not read, with what to send instead, and for text under a name that
    promises something else: what a damaged PDF or a program has left would be read as words. Raises
    `UnreadableDocument` for a Word document that is protected by a password.
    """
    if b"%PDF-" in document[:_PDF_WINDOW]:
        return "pdf"
    if document.startswith(b"PK\x03\x04"):
        _refuse(next((what for sign, what in _ZIPPED if sign in document), None))
        return "docx"
    if document.startswith(_OLE):
        if _ENCRYPTED in document:
            raise UnreadableDocument("The Word document is protected by a password; save a copy without one.")
        _refuse("an old Word document (.doc)")
    _refuse(_foreign(document))
    return _text(document, PurePath(filename).suffix.lower())


def _text(document: bytes, suffix: str) -> Kind:
    if b"\0" in document and not document.startswith(_BYTE_ORDER_MARKS):
        raise UnsupportedDocument(f"The content of the file is not a document we read; {_SEND}.")
    # An empty file is a text without words, whatever it is called.
    if not document.strip() or suffix in _TEXT_SUFFIXES or (not suffix and _is_utf8(document)):
        return "text"
    if suffix in {".pdf", ".docx"}:
        raise UnsupportedDocument(
            f"The file is named {suffix} but its content is plain text, or damaged; name it .txt, or export it again."
        )
    raise UnsupportedDocument(f"Files of the kind {suffix or '(no suffix)'} are not read; {_SEND}.")


def _foreign(document: bytes) -> str | None:
    for sign, what in _FOREIGN:
        # Two letters begin many a text as well.
        if document.startswith(sign) and (len(sign) > 2 or b"\0" in document[:64]):
            return what
    if document[4:8] == b"ftyp":
        return "a picture or a film"
    if document[:256].lstrip().lower().startswith((b"<!doctype html", b"<html")):
        return "a web page (.html)"
    return None


def _is_utf8(document: bytes) -> bool:
    try:
        document.decode()
    except UnicodeDecodeError:
        return False
    return True


def _refuse(what: str | None) -> None:
    if what is not None:
        raise UnsupportedDocument(f"The file is {what}, which is not read; {_SEND}.")
