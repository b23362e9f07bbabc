"""What broken and hostile documents do to the reader of CVs: `python -m benchmarks.cv_fuzz [--mutated 2000]`.

Each document is read as a laptop reads it, in a process of its own with that process's limits. Counted are the results,
the refusals in words, the processes that were ended (which the server also answers in words), the longest time and the
largest memory.
"""

from __future__ import annotations

import argparse
import io
import json
import multiprocessing
import os
import random
import signal
import sys
import time
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from multiprocessing.connection import Connection
from typing import Any, Final

import docx
from fpdf import FPDF

# The readers are loaded here, so that each fork has them.
from runtime.cv import docx as _word_reader  # noqa: F401
from runtime.cv import pdf as _pdf_reader  # noqa: F401
from runtime.local.reading import read_limited

# What the parent of a reader waits for (runtime/local/reading.py).
MOST_S: Final = 20.0
_LINES: Final = (
    "Jane Smith",
    "jane@example.com",
    "Experience",
    "Welder, Iron Works",
    "2019 - 2021",
    "Skills",
    "MIG",
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one document ended: `read`, `needs_ocr`, the kind of a refusal, or the signal that ended its process."""

    name: str
    ending: str
    seconds: float
    peak_mb: float


def outcomes(documents: Iterator[tuple[str, str, bytes]]) -> Iterator[Outcome]:
    """Read each (name, file name, bytes) in a fork of a process that has seen nothing but the readers.

    The documents are made in this process, whose memory says nothing of them.
    """
    here, there = multiprocessing.Pipe()
    reader = multiprocessing.get_context("fork").Process(target=_read_each, args=(there,), daemon=True)
    reader.start()
    for name, filename, document in documents:
        here.send((filename, document))
        ending, seconds, peak_mb = here.recv()
        yield Outcome(name, ending, seconds, peak_mb)
    here.close()
    reader.kill()
    reader.join()


def _read_each(asked: Connection[Any, Any]) -> None:
    while True:
        filename, document = asked.recv()
        begin = time.monotonic()
        ours, theirs = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(theirs, _ending(document, filename).encode())
            os._exit(0)
        os.close(theirs)
        # Whoever is over the time is ended as the server would end it, and counted by its signal.
        signal.signal(signal.SIGALRM, lambda *_, child=child: os.kill(child, signal.SIGKILL))
        signal.setitimer(signal.ITIMER_REAL, MOST_S)
        _, status, usage = os.wait4(child, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        with os.fdopen(ours, "rb") as said:
            ending = said.read().decode()
        if os.WIFSIGNALED(status):
            ending = signal.Signals(os.WTERMSIG(status)).name
        elif not ending:
            ending = f"exit {os.waitstatus_to_exitcode(status)}"
        asked.send((ending, time.monotonic() - begin, usage.ru_maxrss / 1024))


def _ending(document: bytes, filename: str) -> str:
    try:
        answer = read_limited(document, filename)
    except Exception as error:  # noqa: BLE001 - what no reader may raise is what is looked for
        return f"raised {type(error).__name__}"
    if answer.result is None:
        return answer.refusal or "no answer"
    return "read" if answer.result.analysis.status == "ok" else answer.result.analysis.status


# Documents to be mutated


def _plain_pdf(*, compressed: bool, pages: int = 2) -> bytes:
    pdf = FPDF()
    pdf.set_compression(compressed)
    for _ in range(pages):
        pdf.add_page()
        pdf.set_font("helvetica", size=11)
        for number, line in enumerate(_LINES):
            pdf.text(20, 20 + 8 * number, line)
            pdf.text(120, 20 + 8 * number, line[::-1])
    return bytes(pdf.output())


def _encrypted_pdf() -> bytes:
    pdf = FPDF()
    pdf.set_encryption(owner_password="owner", user_password="secret")
    pdf.add_page()
    pdf.set_font("helvetica", size=11)
    pdf.text(20, 20, "Jane Smith")
    return bytes(pdf.output())


def _docx(*, stored: bool = False) -> bytes:
    document = docx.Document()
    document.sections[0].header.paragraphs[0].text = _LINES[1]
    for line in _LINES:
        document.add_paragraph(line, style="List Bullet" if line == "MIG" else None)
    table = document.add_table(2, 2)
    table.cell(0, 0).text, table.cell(1, 1).text = "Education", "BSc Welding, 2017"
    stream = io.BytesIO()
    document.save(stream)
    # Stored, a flipped bit reaches the XML; packed, it ends at the checksum.
    return _repacked(stream.getvalue(), {}, zipfile.ZIP_STORED) if stored else stream.getvalue()


def _repacked(document: bytes, parts: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as old, zipfile.ZipFile(stream, "w", method) as new:
        for entry in old.namelist():
            new.writestr(entry, parts.get(entry) or old.read(entry))
        for entry in set(parts) - set(old.namelist()):
            new.writestr(entry, parts[entry])
    return stream.getvalue()


def mutated(count: int, seed: int) -> Iterator[tuple[str, str, bytes]]:
    """`count` documents with random faults: bits, bytes cut out, put in, doubled, a cut end, a wrong name."""
    chance = random.Random(seed)
    bases = (
        ("plain PDF", "cv.pdf", _plain_pdf(compressed=False)),
        ("packed PDF", "cv.pdf", _plain_pdf(compressed=True)),
        ("PDF with objects in streams", "cv.pdf", _object_streams()),
        ("encrypted PDF", "cv.pdf", _encrypted_pdf()),
        ("packed DOCX", "cv.docx", _docx()),
        ("stored DOCX", "cv.docx", _docx(stored=True)),
        ("DOCX, XML alone", "cv.docx", b""),
    )
    word = _docx()
    body = zipfile.ZipFile(io.BytesIO(word)).read("word/document.xml")
    for number in range(count):
        kind, filename, base = bases[number % len(bases)]
        # A valid package around broken XML reaches what a broken package never does.
        document = (
            _mutation(base, chance)
            if base
            else _repacked(word, {"word/document.xml": _mutation(body, chance)})
        )
        if chance.random() < 0.05:
            filename = chance.choice(("cv.pdf", "cv.docx", "cv.txt", "cv.md", "cv"))
        yield f"{kind} {number}", filename, document


def _mutation(document: bytes, chance: random.Random) -> bytes:
    result = bytearray(document)
    for _ in range(chance.choice((1, 1, 2, 5, 30))):
        at = chance.randrange(max(1, len(result)))
        match chance.randrange(6):
            case 0:
                result[at : at + 1] = (
                    bytes([result[at] ^ 1 << chance.randrange(8)]) if at < len(result) else b""
                )
            case 1:
                del result[at : at + chance.randint(1, 200)]
            case 2:
                result[at:at] = chance.randbytes(chance.randint(1, 50))
            case 3:
                result[at:at] = result[at : at + chance.randint(1, 500)]
            case 4:
                digits = str(chance.choice((0, -1, 2**31 - 1, 2**31, 2**63, 10**30, 1e300))).encode()
                result[at : at + len(digits)] = digits
            case _:
                result = result[: max(1, at)] if chance.random() < 0.2 else result
    return bytes(result)


# Documents made to do harm


def _pdf(*objects: bytes, root: int = 1, trailer: bytes = b"") -> bytes:
    """A PDF of numbered objects, from 1, with a right cross-reference table."""
    out = bytearray(b"%PDF-1.7\n")
    places = []
    for number, body in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + body + b"\nendobj\n"
    at = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer\n<</Size %d /Root %d 0 R %s>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1,
        root,
        trailer,
        at,
    )
    return bytes(out)


def _stream(content: bytes, more: bytes = b"", *, packed: int = 0) -> bytes:
    filters = b""
    for _ in range(packed):
        content = zlib.compress(content, 9)
    if packed:
        filters = b"/Filter [" + b"/FlateDecode " * packed + b"]"
    return b"<<%s %s /Length %d>>\nstream\n" % (more, filters, len(content)) + content + b"\nendstream"


_CATALOG: Final = b"<</Type /Catalog /Pages 2 0 R>>"
_PAGES: Final = b"<</Type /Pages /Kids [3 0 R] /Count 1>>"
_PAGE: Final = (
    b"<</Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources <</Font <</F 5 0 R>> "
    b"/XObject <</X 6 0 R>>>>>>"
)
_FONT: Final = b"<</Type /Font /Subtype /Type1 /BaseFont /Helvetica>>"


def _page(content: bytes, *more: bytes, packed: int = 0, page: bytes = _PAGE) -> bytes:
    return _pdf(_CATALOG, _PAGES, page, _stream(content, packed=packed), _FONT, *more)


def _said(text: bytes) -> bytes:
    return b"BT /F 12 Tf 72 700 Td (" + text + b") Tj ET\n"


def _object_streams(*, extends: int | None = None) -> bytes:
    """A page whose objects lie in an object stream, found by a cross-reference stream."""
    inside = [_CATALOG, _PAGES, _PAGE, _FONT]
    numbers, offset, body = (1, 2, 3, 5), 0, b""
    head = b""
    for number, each in zip(numbers, inside, strict=True):
        head += b"%d %d " % (number, offset)
        body += each + b" "
        offset = len(body)
    out = bytearray(b"%PDF-1.7\n")
    four = len(out)
    out += b"4 0 obj\n" + _stream(b"".join(_said(line.encode()) for line in _LINES)) + b"\nendobj\n"
    seven = len(out)
    loop = b"/Extends %d 0 R" % extends if extends else b""
    out += (
        b"7 0 obj\n"
        + _stream(head + body, b"/Type /ObjStm /N 4 /First %d %s" % (len(head), loop), packed=1)
        + b"\nendobj\n"
    )
    eight = len(out)
    rows = [
        (0, 0, 0),
        (2, 7, 0),
        (2, 7, 1),
        (2, 7, 2),
        (1, four, 0),
        (2, 7, 3),
        (0, 0, 0),
        (1, seven, 0),
        (1, eight, 0),
    ]
    if extends:
        rows[7] = (2, 7, 0)  # the stream is said to lie in itself
    table = b"".join(bytes([kind]) + second.to_bytes(4) + bytes([third]) for kind, second, third in rows)
    more = b"/Type /XRef /W [1 4 1] /Size 9 /Root 1 0 R" + (b" /Prev %d" % eight if extends else b"")
    out += b"8 0 obj\n" + _stream(table, more, packed=1) + b"\nendobj\nstartxref\n%d\n%%%%EOF\n" % eight
    return bytes(out)


def _forms(levels: int, width: int) -> bytes:
    """Forms that each draw the next one `width` times: a few kilobytes, `width` to the `levels` drawings."""
    forms = [
        _stream(
            (b"/X Do " * width) if level < levels - 1 else _said(b"x"),
            b"/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources <</Font <</F 5 0 R>> /XObject <</X %d 0 R>>>>"
            % (7 + level),
        )
        for level in range(levels)
    ]
    return _page(b"/X Do", *forms)


def _to_unicode(size: int) -> bytes:
    ranges = b"".join(b"<%04x> <ffff> <0041>\n" % (number % 0xFFFF) for number in range(size))
    table = (
        b"/CIDInit /ProcSet findresource begin begincmap %d beginbfrange\n" % size
        + ranges
        + b"endbfrange endcmap end"
    )
    return _pdf(
        _CATALOG,
        _PAGES,
        _PAGE,
        _stream(_said(b"Jane")),
        b"<</Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /ToUnicode 7 0 R /DescendantFonts [8 0 R]>>",
        b"null",
        _stream(table, packed=1),
        b"<</Type /Font /Subtype /CIDFontType2 /BaseFont /A "
        b"/CIDSystemInfo <</Registry (A) /Ordering (B) /Supplement 0>>>>",
    )


def _hostile_pdfs() -> dict[str, Callable[[], bytes]]:
    return {
        "PDF, its header alone": lambda: b"%PDF-1.7\n",
        "PDF, no pages": lambda: _pdf(_CATALOG, b"<</Type /Pages /Kids [] /Count 0>>"),
        "PDF, 1,000 pages": lambda: _plain_pdf(compressed=True, pages=1_000),
        "PDF, a billion pages by its own count": lambda: _pdf(
            _CATALOG, b"<</Type /Pages /Kids [3 0 R] /Count 1000000000>>", _PAGE, _stream(_said(b"x")), _FONT
        ),
        "PDF, pages that are their own children": lambda: _pdf(
            _CATALOG, b"<</Type /Pages /Kids [2 0 R 2 0 R] /Count 2 /Parent 2 0 R>>"
        ),
        "PDF, pages 5,000 deep": lambda: _pdf(
            _CATALOG,
            *(b"<</Type /Pages /Kids [%d 0 R] /Count 1>>" % (number + 3) for number in range(5_000)),
            _FONT,
        ),
        "PDF, a page of 200 MB of white": lambda: _page(b" " * (200 * 1024 * 1024), packed=2),
        "PDF, a page of 5 MB of text": lambda: _page(_said(b"word " * 20) * 40_000, packed=1),
        "PDF, a million words in one place": lambda: _page(
            b"BT /F 1 Tf " + b"(a) Tj " * 1_000_000 + b"ET", packed=1
        ),
        "PDF, letters a billion points high": lambda: _page(
            _said(b"Jane Smith").replace(b"12 Tf", b"1e9 Tf")
        ),
        "PDF, letters of no height": lambda: _page(_said(b"Jane Smith").replace(b"12 Tf", b"0 Tf")),
        "PDF, letters beyond every number": lambda: _page(
            _said(b"Jane Smith").replace(b"72 700 Td", b"1" + b"0" * 400 + b" -1" + b"0" * 400 + b" Td") * 200
        ),
        "PDF, a page of a billion points": lambda: _page(
            _said(b"Jane Smith"), page=_PAGE.replace(b"0 0 612 792", b"-1e9 -1e9 1e9 1e9")
        ),
        "PDF, a page turned inside out": lambda: _page(
            _said(b"Jane Smith"), page=_PAGE.replace(b"0 0 612 792", b"612 792 nan inf")
        ),
        "PDF, 50,000 words spread at random": lambda: _page(
            b"BT /F 1 Tf "
            + b"".join(
                b"1 0 0 1 %d %d Tm (ab) Tj " % (n * 7919 % 612, n * 104729 % 792) for n in range(49_000)
            )
            + b"ET",
            packed=1,
        ),
        "PDF, forms in forms, ten to the twelfth": lambda: _forms(12, 10),
        "PDF, forms in forms, two to the thirtieth": lambda: _forms(30, 2),
        "PDF, a form that draws itself": lambda: _page(
            b"/X Do",
            _stream(b"/X Do", b"/Subtype /Form /BBox [0 0 9 9] /Resources <</XObject <</X 6 0 R>>>>"),
        ),
        "PDF, arrays 100,000 deep": lambda: _page(b"", b"[" * 100_000 + b"]" * 100_000),
        "PDF, arrays 100,000 deep in its content": lambda: _page(
            b"[" * 100_000 + b"(a)" + b"]" * 100_000 + b" TJ"
        ),
        "PDF, states 1,000,000 deep": lambda: _page(b"q " * 1_000_000 + _said(b"x"), packed=1),
        "PDF, a picture of a billion dots": lambda: _page(
            b"/X Do",
            _stream(
                b"\0",
                b"/Subtype /Image /Width 65000 /Height 65000 /BitsPerComponent 8 /ColorSpace /DeviceRGB",
                packed=1,
            ),
        ),
        "PDF, a table of a million letters' meanings": lambda: _to_unicode(200_000),
        "PDF, objects in streams": _object_streams,
        "PDF, an object stream in itself": lambda: _object_streams(extends=7),
        "PDF, a table of objects before itself": lambda: _pdf(_CATALOG, _PAGES, _PAGE, trailer=b"/Prev 9"),
        "PDF, JavaScript": lambda: _pdf(
            _CATALOG.replace(b">>", b" /OpenAction <</S /JavaScript /JS (while(true){app.alert(1)})>>>>"),
            _PAGES,
            _PAGE,
            _stream(b"".join(_said(line.encode()) for line in _LINES)),
            _FONT,
        ),
        "PDF, a program to start and a file inside": lambda: _pdf(
            _CATALOG.replace(
                b">>", b" /OpenAction <</S /Launch /F (/bin/sh)>> /Names <</EmbeddedFiles 5 0 R>>>>"
            ),
            _PAGES,
            _PAGE,
            _stream(_said(b"Jane Smith")),
            b"<</Names [(a) <</EF <</F 4 0 R>>>>]>>",
        ),
        "PDF, encrypted": _encrypted_pdf,
        "PDF, encrypted for nobody": lambda: _pdf(
            _CATALOG,
            _PAGES,
            _PAGE,
            trailer=b"/Encrypt <</Filter /Standard /V 99 /R 99 /O (a) /U (b) /P -1>>",
        ),
        "PDF, 10 MB of nothing behind it": lambda: _plain_pdf(compressed=True) + bytes(9 * 1024 * 1024),
        "PDF, 9 MB of its own header": lambda: b"%PDF-1.7\n" * 1_000_000,
        "PDF, 9 MB of objects": lambda: b"%PDF-1.7\n" + b"1 0 obj\n<<>>\nendobj\n" * 400_000,
    }


_W: Final = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def _word(body: str | bytes, *, more: dict[str, bytes] | None = None) -> bytes:
    inside = body if isinstance(body, bytes) else body.encode()
    xml = b'<w:document xmlns:w="' + _W.encode() + b'"><w:body>' + inside + b"</w:body></w:document>"
    return _repacked(_docx(), {"word/document.xml": xml, **(more or {})})


def _nested(name: str, depth: int, inside: str = "") -> str:
    return f"<w:{name}>" * depth + inside + f"</w:{name}>" * depth


def _entities(levels: int) -> bytes:
    defined = "".join(f'<!ENTITY e{n + 1} "{f"&e{n};" * 10}">' for n in range(levels))
    return (
        f'<!DOCTYPE d [<!ENTITY e0 "0123456789">{defined}]><w:document xmlns:w="{_W}"><w:body><w:p><w:r><w:t>'
        f"&e{levels};</w:t></w:r></w:p></w:body></w:document>"
    ).encode()


def _flagged() -> bytes:
    """A package whose first entry says that it is encrypted."""
    package = bytearray(_docx())
    package[6] |= 1
    at = package.find(b"PK\x01\x02")
    package[at + 8] |= 1
    return bytes(package)


def _hostile_words() -> dict[str, Callable[[], bytes]]:
    text = "<w:p><w:r><w:t>Welder at Iron Works</w:t></w:r></w:p>"
    return {
        "DOCX, a zip alone": lambda: b"PK\x05\x06" + bytes(18),
        "DOCX, 3 GB of zeros": lambda: _repacked(
            _docx(), {"word/media/a.bin": bytes(1024**3), "word/b": bytes(1024**3)}
        ),
        "DOCX, 15 MB of empty paragraphs": lambda: _word("<w:p/>" * 2_500_000),
        "DOCX, 15 MB of paragraphs": lambda: _word(text * 250_000),
        "DOCX, 100,000 runs in a paragraph": lambda: _word(
            f"<w:p>{'<w:r><w:t>a</w:t></w:r>' * 100_000}</w:p>"
        ),
        "DOCX, a word of 9 million letters": lambda: _word(
            f"<w:p><w:r><w:t>{'a' * 9_000_000}</w:t></w:r></w:p>"
        ),
        "DOCX, entities in entities": lambda: _repacked(_docx(), {"word/document.xml": _entities(9)}),
        "DOCX, entities in entities, in UTF-16": lambda: _repacked(
            _docx(), {"word/document.xml": _entities(9).decode().encode("utf-16")}
        ),
        "DOCX, entities behind 64 KB of white": lambda: _repacked(
            _docx(), {"word/document.xml": b"<?xml version='1.0'?>" + b" " * 70_000 + _entities(9)}
        ),
        "DOCX, a file of the machine's as an entity": lambda: _repacked(
            _docx(),
            {"word/document.xml": b'<!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><d>&e;</d>'},
        ),
        "DOCX, elements 200 deep": lambda: _word(_nested("sdt", 100, text)),
        "DOCX, elements 100,000 deep": lambda: _word(_nested("sdt", 100_000)),
        "DOCX, tables 200 deep": lambda: _word(
            "<w:tbl><w:tr><w:tc>" * 60 + text + "</w:tc></w:tr></w:tbl>" * 60
        ),
        "DOCX, text boxes in text boxes": lambda: _word(
            "<w:p><w:r><w:txbxContent>" * 60 + text + "</w:txbxContent></w:r></w:p>" * 60
        ),
        "DOCX, a row of 100,000 cells": lambda: _word(
            f"<w:tbl><w:tr>{f'<w:tc>{text}</w:tc>' * 100_000}</w:tr></w:tbl>"
        ),
        "DOCX, 20,000 paragraphs in 20,000 styles": lambda: _word(
            "".join(
                f'<w:p><w:pPr><w:pStyle w:val="s{n}"/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>'
                for n in range(20_000)
            ),
            more={
                "word/styles.xml": (
                    f'<w:styles xmlns:w="{_W}">'
                    + "".join(
                        f'<w:style w:styleId="s{n}"><w:basedOn w:val="s{n + 1}"/></w:style>'
                        for n in range(20_000)
                    )
                    + "</w:styles>"
                ).encode()
            },
        ),
        "DOCX, a style based on itself": lambda: _word(
            '<w:p><w:pPr><w:pStyle w:val="s"/></w:pPr><w:r><w:t>a</w:t></w:r></w:p>',
            more={
                "word/styles.xml": f'<w:styles xmlns:w="{_W}"><w:style w:styleId="s"><w:basedOn w:val="s"/></w:style>'
                "</w:styles>".encode()
            },
        ),
        "DOCX, encrypted": _flagged,
        "DOCX, in the old format's container": lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096),
        "DOCX, 5,000 parts": lambda: _repacked(_docx(), {f"word/p{n}.xml": b"<a/>" for n in range(5_000)}),
        "DOCX, parts outside of it": lambda: _repacked(_docx(), {"../../etc/passwd": b"x", "/word/a": b"x"}),
        "DOCX, relationships to the network": lambda: _repacked(
            _docx(),
            {
                "word/_rels/document.xml.rels": b'<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/'
                b'relationships"><Relationship Id="r" Type="attachedTemplate" TargetMode="External" '
                b'Target="http://192.0.2.1/a"/></Relationships>'
            },
        ),
        "DOCX, no body": lambda: _repacked(_docx(), {"word/document.xml": b"<a/>"}),
        "DOCX, no words": lambda: _word(""),
    }


def _hostile_texts() -> dict[str, Callable[[], bytes]]:
    return {
        "text, a line of 99,000 letters": lambda: b"a" * 99_000,
        "text, 99,000 lines": lambda: b"\n" * 99_000,
        "text, 99,000 dates": lambda: b"2019-" * 19_800,
        "text, 10 MB": lambda: b"word " * 2_000_000,
        "text, every kind of white": lambda: " \t\x0b\x0c\x85\u2028".encode() * 9_000,
        "text, half of a letter": lambda: b"\xff\xfe\x00\xd8" + b"a\0" * 50,
        "text, an address of 90,000 letters": lambda: b"a." * 45_000 + b"@" + b"b." * 2_000,
        "text, a number of 90,000 digits": lambda: b"+1 (415) " + b"5" * 90_000,
        "text, zeros": lambda: bytes(1_000),
        "text, brackets": lambda: b"(" * 50_000 + b")" * 49_000,
    }


def hostile() -> Iterator[tuple[str, str, bytes]]:
    """Every document that was made to do harm."""
    for suffix, made in (("pdf", _hostile_pdfs()), ("docx", _hostile_words()), ("txt", _hostile_texts())):
        for name, build in made.items():
            yield name, f"cv.{suffix}", build()


@dataclass(frozen=True, slots=True)
class Figures:
    """What came of all documents."""

    documents: int
    endings: dict[str, int]
    slowest_s: float
    slowest: str
    peak_mb: float
    largest: str
    ended: list[str]


def figures(found: Iterator[Outcome], *, told: bool = False) -> Figures:
    every = []
    for outcome in found:
        if told and (
            outcome.seconds > 1 or outcome.peak_mb > 200 or outcome.ending.startswith(("SIG", "raised"))
        ):
            print(
                f"{outcome.seconds:6.1f} s {outcome.peak_mb:4.0f} MB {outcome.ending:20} {outcome.name}",
                file=sys.stderr,
            )
        every.append(outcome)
    slowest = max(every, key=lambda outcome: outcome.seconds)
    largest = max(every, key=lambda outcome: outcome.peak_mb)
    return Figures(
        documents=len(every),
        endings=dict(sorted(Counter(outcome.ending for outcome in every).items())),
        slowest_s=round(slowest.seconds, 1),
        slowest=slowest.name,
        peak_mb=round(largest.peak_mb),
        largest=largest.name,
        ended=[f"{o.name}: {o.ending}" for o in every if o.ending.startswith(("SIG", "raised", "exit"))],
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mutated", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=5)
    asked = parser.parse_args()
    answer = {
        "mutated": asdict(figures(outcomes(mutated(asked.mutated, asked.seed)), told=True)),
        "hostile": asdict(figures(outcomes(hostile()), told=True)),
    }
    print(json.dumps(answer, indent=1))


if __name__ == "__main__":
    main()
