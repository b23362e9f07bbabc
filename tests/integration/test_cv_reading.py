"""A document that breaks the reader ends a process that nobody misses, and its sender is told in words."""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import ValidationError

from benchmarks.cv_fuzz import _forms, _page, _plain_pdf
from runtime.cli.laptop import laptop
from runtime.cv.analysis import analyze
from runtime.cv.errors import AnalyzerUnavailable, DocumentTooLarge, UnreadableDocument, UnsupportedDocument
from runtime.local.reading import Answer, SeparateReader
from runtime.settings import LaptopSettings

GOOD = _plain_pdf(compressed=True)
# A few kilobytes that PDFium unfolds until its memory is at an end, which it answers by ending the process.
CRASH = _forms(12, 10)


@pytest.fixture(scope="module")
def reader() -> SeparateReader:
    made = SeparateReader()
    made.warm()
    return made


def test_what_is_read_apart_is_what_is_read_here(reader: SeparateReader) -> None:
    assert reader(GOOD, "cv.pdf").model_dump_json() == analyze(GOOD, "cv.pdf").model_dump_json()


def test_the_day_up_to_which_jobs_count_goes_along(reader: SeparateReader) -> None:
    day = date(2021, 3, 31)

    assert reader(GOOD, "cv.pdf", as_of=day).analysis.as_of == "2021-03-31"


@pytest.mark.parametrize(
    ("document", "filename", "kind"),
    [
        (GOOD[:100], "cv.pdf", UnreadableDocument),
        (bytes(100), "cv.txt", UnsupportedDocument),
        (b"word " * 30_000, "cv.txt", DocumentTooLarge),
    ],
)
def test_a_refusal_comes_back_as_it_was_raised(
    reader: SeparateReader, document: bytes, filename: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as apart:
        reader(document, filename)
    with pytest.raises(kind) as here:
        analyze(document, filename)

    assert str(apart.value) == str(here.value)


def test_a_document_that_ends_its_process_is_refused_and_the_next_one_is_read(reader: SeparateReader) -> None:
    with pytest.raises(UnreadableDocument, match=r"breaks the reader.*send the CV as a text document"):
        reader(CRASH, "cv.pdf")

    assert reader(GOOD, "cv.pdf").analysis.status == "ok"


def test_a_document_that_takes_too_long_is_given_up_and_leaves_no_process() -> None:
    with pytest.raises(UnreadableDocument, match="takes too long"):
        SeparateReader(within_s=0.0)(GOOD, "cv.pdf")

    assert multiprocessing.active_children() == []


def test_a_page_that_unfolds_to_more_memory_than_any_cv_is_refused(reader: SeparateReader) -> None:
    bomb = _page(b" " * (300 * 1024 * 1024), packed=2)
    assert len(bomb) < 10_000

    with pytest.raises(UnreadableDocument):
        reader(bomb, "cv.pdf")


def test_a_fault_of_ours_is_not_the_documents(
    reader: SeparateReader, caplog: pytest.LogCaptureFixture
) -> None:
    no_name: Any = 3

    with pytest.raises(AnalyzerUnavailable, match="fault of ours"):
        reader(b"Secret Person", no_name)

    assert "TypeError" in caplog.text
    assert "Secret" not in caplog.text
    assert reader(GOOD, "cv.pdf").analysis.status == "ok"


def test_a_process_that_cannot_be_started_is_not_the_documents_fault(
    reader: SeparateReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_process: object) -> None:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr(ForkServerProcess, "start", full)

    with pytest.raises(AnalyzerUnavailable, match="fault of ours"):
        reader(GOOD, "cv.pdf")


def test_a_child_may_answer_with_the_refusals_of_the_table_only() -> None:
    with pytest.raises(ValidationError):
        Answer.model_validate_json(b'{"refusal": "__builtins__", "detail": ""}')


def test_documents_are_read_side_by_side(reader: SeparateReader) -> None:
    with ThreadPoolExecutor(6) as threads:
        read = list(threads.map(lambda _: reader(GOOD, "cv.pdf").model_dump_json(), range(12)))

    assert len(set(read)) == 1


def test_a_laptops_server_outlives_a_document_that_breaks_the_reader(tmp_path: Path) -> None:
    async def held() -> tuple[httpx.Response, httpx.Response, httpx.Response]:
        settings = LaptopSettings(port=0, data=tmp_path, speech="off")
        async with laptop(settings, report=lambda _: None) as platform:
            serving = asyncio.create_task(platform.serve())
            async with httpx.AsyncClient(base_url=platform.url, timeout=60, trust_env=False) as client:
                created = await client.post(
                    "/api/sessions/create", json={"interview_type": "a", "candidate_name": "b"}
                )
                upload = f"/api/interviews/{created.json()['session_id']}/upload-cv"
                broken = await client.post(upload, files={"file": ("cv.pdf", CRASH)})
                good = await client.post(upload, files={"file": ("cv.pdf", GOOD)})
                health = await client.get("/health")
            platform.server.should_exit = True
            await serving
        return broken, good, health

    broken, good, health = asyncio.run(held())

    assert broken.status_code == 422
    assert broken.json()["problem"] == "unreadable_document"
    assert (good.status_code, health.status_code) == (200, 200)


def prepai_cv(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("prepai")), "cv", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


class TestTheCommand:
    def test_it_reads_what_the_server_reads(self, tmp_path: Path) -> None:
        file = tmp_path / "cv.pdf"
        file.write_bytes(GOOD)

        done = prepai_cv(str(file))

        assert done.returncode == 0, done.stderr
        assert json.loads(done.stdout) == analyze(GOOD, "cv.pdf").model_dump(mode="json", exclude_none=True)

    def test_a_document_that_ends_its_process_is_refused_in_words(self, tmp_path: Path) -> None:
        file = tmp_path / "cv.pdf"
        file.write_bytes(CRASH)

        done = prepai_cv(str(file))

        assert (done.returncode, done.stdout) == (2, "")
        assert "breaks the reader" in " ".join(done.stderr.split())

    def test_a_file_without_end_is_refused(self) -> None:
        done = prepai_cv("/dev/zero")

        assert (done.returncode, done.stdout) == (2, "")
        assert "more than 10 MB" in " ".join(done.stderr.split())

    def test_a_model_that_does_not_answer_leaves_the_profile_as_it_was_read(self, tmp_path: Path) -> None:
        file = tmp_path / "cv.pdf"
        file.write_bytes(GOOD)

        done = prepai_cv(str(file), "--model", "any", "--model-url", "http://127.0.0.1:9")

        assert done.returncode == 0, done.stderr
        read = json.loads(done.stdout)
        assert read["analysis"]["refinement"]["status"] == "failed"
        assert read["resume"] == analyze(GOOD, "cv.pdf").model_dump(mode="json", exclude_none=True)["resume"]
