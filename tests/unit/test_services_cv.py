"""What becomes of a CV that was not analysed, and up to which day a profile counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from runtime.cv import CvResult
from runtime.cv.analysis import analyze
from runtime.cv.errors import (
    AnalyzerUnavailable,
    CvError,
    DocumentNotFound,
    DocumentTooLarge,
    StoreNotConfigured,
    UnreadableDocument,
    UnsupportedDocument,
)
from runtime.interview.events import InterviewCreated
from runtime.interview.log import load
from runtime.interview.store import Header, UnknownBlobError
from runtime.local.store import SqliteStore
from runtime.local.uploads import LocalUploads
from runtime.services.cv import CvProfiles
from runtime.services.errors import RefusedError

CV = b"Jane Doe\njane@example.com\n\nExperience\nEngineer, Acme Inc\nJan 2020 - present\n\nSkills\nPython\n"


@dataclass
class Analyzer:
    """The room's own, unless it is to fail."""

    failure: CvError | None = None
    asked: list[date | None] = field(default_factory=list)

    def __call__(
        self, document: bytes, filename: str, /, *, as_of: date | None = None, key: str | None = None
    ) -> CvResult:
        self.asked.append(as_of)
        if self.failure is not None:
            raise self.failure
        return analyze(document, filename, as_of=as_of)


@dataclass
class Home:
    store: SqliteStore
    uploads: LocalUploads
    analyzer: Analyzer
    profiles: CvProfiles

    def posted(self) -> str:
        form = self.profiles.form(load(self.store, "i-1"), "cv.txt", "text/plain", len(CV), repeats=None)
        self.uploads._keep(form.key, CV, "text/plain")
        return form.key

    def take(self, key: str, as_of: date | None = None) -> CvResult:
        profile = self.profiles.take(load(self.store, "i-1"), key, None, as_of=as_of, actor="ada")
        return CvResult.model_validate(profile.body)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    store = SqliteStore(tmp_path)
    header = Header(
        "i-1", "ada", "Ada", "Backend", None, "mid", "en", 30, "practice", "created", datetime.now(UTC)
    )
    store.append(
        "i-1",
        [InterviewCreated(owner="ada", candidate_name="Ada", interview_type="Backend")],
        expected=0,
        actor="ada",
        header=header,
    )
    uploads, analyzer = LocalUploads(store, path="/api/uploads/"), Analyzer()
    yield Home(store, uploads, analyzer, CvProfiles(store, analyzer, uploads))
    store.close()


@pytest.mark.parametrize("kind", [AnalyzerUnavailable, StoreNotConfigured, DocumentNotFound])
def test_an_upload_is_kept_when_something_else_is_at_fault(
    home: Home, kind: Callable[[str], CvError]
) -> None:
    key = home.posted()
    home.analyzer.failure = kind("not now")
    with pytest.raises(CvError, match="not now"):
        home.take(key)

    home.analyzer.failure = None

    assert home.take(key).analysis.status == "ok"


@pytest.mark.parametrize("kind", [UnsupportedDocument, DocumentTooLarge, UnreadableDocument])
def test_an_upload_that_cannot_be_read_is_let_go(home: Home, kind: Callable[[str], CvError]) -> None:
    key = home.posted()
    home.analyzer.failure = kind("never")

    with pytest.raises(CvError, match="never"):
        home.take(key)

    with pytest.raises(UnknownBlobError):
        home.uploads.read(key)


def test_current_jobs_count_up_to_the_day_that_is_given(home: Home) -> None:
    found = home.take(home.posted(), date(2021, 12, 31)).analysis

    assert (found.total_years, found.as_of, found.as_of_source) == (2.0, "2021-12-31", "given")


def test_the_same_document_up_to_another_day_is_another_version(home: Home) -> None:
    def upload(as_of: date | None) -> int:
        return home.profiles.upload("i-1", CV, "cv.txt", as_of=as_of, actor="ada").version

    assert [upload(None), upload(date(2022, 6, 1)), upload(date(2022, 6, 1)), upload(None)] == [1, 2, 2, 2]


def test_an_upload_that_was_read_is_not_read_up_to_another_day_and_says_the_way_out(home: Home) -> None:
    key = home.posted()
    home.take(key, date(2022, 6, 1))

    assert home.take(key, date(2022, 6, 1)).analysis.as_of == "2022-06-01"
    with pytest.raises(RefusedError, match="PUT cv-analysis"):
        home.take(key, date(2023, 6, 1))
