"""Mutated documents: a result within limits or one clear sentence, never a hang, never a crash."""

from __future__ import annotations

import io
import random
import resource
import time
from collections.abc import Callable

import docx
import pytest
from fpdf import FPDF

from runtime.cv import CvError
from runtime.cv.analysis import analyze

RUNS = 2_000
SECONDS = 10.0
MEGABYTES = 512


def _pdf() -> bytes:
    pdf = FPDF()
    for _ in range(2):
        pdf.add_page()
        pdf.set_font("helvetica", size=11)
        for number, line in enumerate(
            ("Jane Smith", "Experience", "Welder, Iron Works", "2019 - 2021", "Skills", "MIG")
        ):
            pdf.text(20, 20 + 8 * number, line)
    return bytes(pdf.output())


def _docx() -> bytes:
    document = docx.Document()
    for line in ("Jane Smith", "Experience", "Welder at Iron Works Ltd", "2019 - 2021", "Skills", "MIG, TIG"):
        document.add_paragraph(line)
    document.add_table(2, 2).cell(0, 0).text = "Education"
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def _mutated(document: bytes, chance: random.Random) -> bytes:
    result = bytearray(document)
    for _ in range(chance.randint(1, 30)):
        at = chance.randrange(max(1, len(result)))
        match chance.randrange(5):
            case 0:
                result[at : at + 1] = bytes([chance.randrange(256)])
            case 1:
                del result[at : at + chance.randint(1, 200)]
            case 2:
                result[at:at] = chance.randbytes(chance.randint(1, 50))
            case 3:
                result[at:at] = result[at : at + chance.randint(1, 500)]
            case _:
                result = result[: max(1, at)] if chance.random() < 0.1 else result
    return bytes(result)


@pytest.mark.long
@pytest.mark.timeout(900)
@pytest.mark.parametrize(("build", "filename"), [(_pdf, "cv.pdf"), (_docx, "cv.docx")], ids=["PDF", "DOCX"])
def test_a_mutated_document_is_read_or_refused(build: Callable[[], bytes], filename: str) -> None:
    document = build()
    chance = random.Random(5)
    read = refused = 0
    for _ in range(RUNS // 2):
        sample = _mutated(document, chance)
        begin = time.monotonic()
        try:
            analyze(sample, filename)
        except CvError:
            refused += 1
        else:
            read += 1
        # A limit against hanging, far above what any document takes; no measure of speed.
        assert time.monotonic() - begin < SECONDS
    assert read > 0
    assert refused > 0
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024 < MEGABYTES
