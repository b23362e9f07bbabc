"""What kind of document some bytes are. The content decides; a name only says whether text is meant to be text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePath
from typing import Final, Literal

from runtime.cv.errors import UnreadableDocument, UnsupportedDocument

Kind = Literal["pdf", "docx", "text"]

_SEND: Final = "send the CV as PDF, Word document (.docx), plain text or Markdown"
# The one table of what is read; the page's copy (web/src/cv.ts) is held to it by a test.
MEDIA_TYPES: Final[Mapping[str, str]] = {
    ".pdf": "application/pdf",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
}
UNNAMED: Final = "application/octet-stream"
"""What a browser says of a file that its system has no name for."""
_TEXT_SUFFIXES: Final = frozenset(
    suffix for suffix, media_type in MEDIA_TYPES.items() if media_type.startswith("text/")
)
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


def announced(filename: str, media_type: str) -> tuple[str, str]:
    """The suffix and the media type of a file that is still to come; the suffix is empty where neither names one.

    Raises `UnsupportedDocument` when its name and its type agree on a kind that is not read. Otherwise its content will
    decide (`kind_of`), as it does for a file that comes at once.
    """
    suffix = PurePath(filename).suffix.lower()
    media_type = media_type.partition(";")[0].strip().lower() or UNNAMED
    if suffix not in MEDIA_TYPES:
        if media_type == UNNAMED:
            return "", UNNAMED
        suffix = next((known for known, named in MEDIA_TYPES.items() if named == media_type), "")
        if not suffix:
            raise UnsupportedDocument(f"Files of the type {media_type[:100]} are not read; {_SEND}.")
    elif media_type not in {*MEDIA_TYPES.values(), UNNAMED}:
        media_type = MEDIA_TYPES[suffix]
    return suffix, media_type


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
