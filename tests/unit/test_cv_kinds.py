"""What a file is, by its content, and what its sender is told when it is nothing that is read."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

import pytest

from runtime.cv.errors import UnreadableDocument, UnsupportedDocument
from runtime.cv.kinds import MEDIA_TYPES, Kind, kind_of

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def _zip(*names: str, mimetype: str = "") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        if mimetype:
            package.writestr("mimetype", mimetype)
        for name in names:
            package.writestr(name, "x")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("document", "filename", "kind"),
    [
        (b"%PDF-1.7\n", "cv.pdf", "pdf"),
        (b"\n\n%PDF-1.4\n", "cv", "pdf"),
        (_zip("[Content_Types].xml", "word/document.xml"), "cv.docx", "docx"),
        (b"Jane Smith", "cv.txt", "text"),
        (b"Jane Smith", "CV.MD", "text"),
        (b"BMW engineer, Munich", "cv.txt", "text"),
        (b"RIFF", "cv.pdf.txt", None),
        ("Jan\u00e9".encode(), "cv", "text"),
        (b"", "cv.pdf", "text"),
        ("Jane".encode("utf-16"), "cv.txt", "text"),
    ],
)
def test_the_content_decides(document: bytes, filename: str, kind: Kind | None) -> None:
    if kind is None:
        with pytest.raises(UnsupportedDocument):
            kind_of(document, filename)
    else:
        assert kind_of(document, filename) == kind


@pytest.mark.parametrize(
    ("document", "filename", "what"),
    [
        (OLE + bytes(600), "cv.doc", ".doc"),
        (OLE + bytes(600), "cv.docx", ".doc"),
        (b"{\\rtf1\\ansi Jane", "cv.rtf", ".rtf"),
        (b"{\\rtf1\\ansi Jane", "cv.txt", ".rtf"),
        (_zip("content.xml", mimetype="application/vnd.oasis.opendocument.text"), "cv.odt", ".odt"),
        (_zip("Index/Document.iwa"), "cv.pages", ".pages"),
        (_zip("xl/workbook.xml"), "cv.xlsx", ".xlsx"),
        (_zip("ppt/presentation.xml"), "cv.docx", ".pptx"),
        (b"\x89PNG\r\n\x1a\n" + bytes(20), "cv.png", "picture"),
        (b"\xff\xd8\xff\xe0" + bytes(20), "cv.pdf", "picture"),
        (b"II*\0" + bytes(20), "cv.tiff", "picture"),
        (b"BM" + bytes(60), "cv.bmp", "picture"),
        (bytes(4) + b"ftypheic" + bytes(20), "cv.heic", "picture"),
        (b"\x1f\x8b" + bytes(20), "cv.gz", "archive"),
        (b"<!DOCTYPE html><html>", "cv.html", ".html"),
        (b"\n<HTML><body>Jane", "cv.txt", ".html"),
        (bytes(100), "cv.txt", "content"),
        (b"Jane Smith", "cv.exe", ".exe"),
        (b"Jane Smith", "cv.odt", ".odt"),
        (b"Jan\xe9 Smith", "cv", "no suffix"),
    ],
)
def test_what_is_not_read_is_named_with_what_to_send(document: bytes, filename: str, what: str) -> None:
    with pytest.raises(UnsupportedDocument) as refused:
        kind_of(document, filename)

    assert what in str(refused.value)
    assert "send the CV as PDF, Word document (.docx), plain text or Markdown" in str(refused.value)


@pytest.mark.parametrize("filename", ["cv.pdf", "cv.docx"])
def test_text_under_another_name_may_be_the_rest_of_a_broken_file(filename: str) -> None:
    with pytest.raises(UnsupportedDocument, match=r"name it \.txt, or export it again"):
        kind_of(b"endobj Jane Smith", filename)


def test_a_word_document_behind_a_password_is_told_apart_from_an_old_one() -> None:
    with pytest.raises(UnreadableDocument, match="password"):
        kind_of(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "cv.docx")


def test_the_page_offers_what_is_read() -> None:
    page = (Path(__file__).parents[2] / "web/src/cv.ts").read_text()
    (table,) = re.findall(r"export const KINDS: .*? = \{(.*?),?\s*\};", page, re.DOTALL)

    assert json.loads(f"{{{table}}}") == MEDIA_TYPES
