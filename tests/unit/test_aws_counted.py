"""What the store's log says of interviews, as numbers of nobody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from runtime.aws.counted import counted_store
from runtime.interview.events import (
    BlobRef,
    CodeRun,
    CvAnalyzed,
    Event,
    InterviewCreated,
    InterviewEnded,
    PlanFrozen,
)
from runtime.interview.store import Header, Store, StoreUnavailableError
from runtime.local.store import SqliteStore

BLOB = BlobRef(key="sessions/i/x", sha256="0" * 64, size=1, media_type="text/plain")
HEADER = Header(
    interview_id="i",
    owner="ada",
    candidate_name="Ada",
    interview_type="Backend",
    role=None,
    level="mid",
    language="en",
    duration_minutes=30,
    mode="assessment",
    status="created",
    created_at=datetime(2026, 1, 5, tzinfo=UTC),
)


@dataclass
class Clock:
    now: datetime = datetime(2026, 1, 5, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Written:
    """What a process would have written into its log."""

    counts: list[str] = field(default_factory=list)
    times: dict[str, float] = field(default_factory=dict)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def inner(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path, clock=clock)
    yield store
    store.close()


@pytest.fixture
def written() -> Written:
    return Written()


@pytest.fixture
def store(inner: SqliteStore, written: Written) -> Store:
    return counted_store(inner, written.counts.append, written.times.__setitem__)


def append(store: Store, *events: Event) -> None:
    store.append("i", events, expected=store.read("i")[-1].seq, actor="test", header=HEADER)


@pytest.fixture
def begun(store: Store, written: Written) -> Store:
    created = InterviewCreated(owner="ada", candidate_name="Ada", interview_type="Backend")
    store.append("i", [created], expected=0, actor="test", header=HEADER)
    written.counts.clear()
    return store


def run(passed: int, total: int) -> CodeRun:
    return CodeRun(
        run_id="r",
        language="python",
        source=BLOB,
        results=BLOB,
        passed=passed,
        total=total,
        tests_by="task",
        isolation="wasm",
    )


@pytest.mark.parametrize(
    ("event", "names"),
    [
        (run(3, 3), ["CodeRuns", "CodeRunsPassed"]),
        (run(2, 3), ["CodeRuns", "CodeRunsFailed"]),
        (run(0, 0), ["CodeRuns"]),
        (CvAnalyzed(analysis=BLOB, status="ok", version=1), ["CvsRead"]),
        (CvAnalyzed(analysis=BLOB, status="needs_ocr", version=1), ["CvsRead", "CvsWithoutText"]),
    ],
    ids=["all passed", "one failed", "no tests", "read", "scanned"],
)
def test_runs_are_counted_by_verdict_and_cvs_by_what_could_be_read(
    begun: Store, written: Written, event: Event, names: list[str]
) -> None:
    append(begun, event)

    assert written.counts == names


def test_an_interview_lasts_from_its_first_question_to_its_end(
    begun: Store, written: Written, clock: Clock
) -> None:
    clock.now += timedelta(days=2)
    append(begun, PlanFrozen(plan=BLOB, core_digest="c", bank_digest="b"))
    clock.now += timedelta(minutes=31)
    append(begun, InterviewEnded(reason="completed"))

    assert written.times == {"InterviewTime": 31 * 60}


def test_an_interview_that_nobody_began_has_no_duration(begun: Store, written: Written) -> None:
    append(begun, InterviewEnded(reason="completed"))

    assert written.times == {}


def test_an_end_that_is_written_stands_even_if_it_cannot_be_measured(
    begun: Store, inner: SqliteStore, written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: Any, **__: Any) -> Any:
        raise StoreUnavailableError("throttled")

    with monkeypatch.context() as patched:
        patched.setattr(inner, "read", refuse)
        begun.append("i", [InterviewEnded(reason="completed")], expected=1, actor="test", header=HEADER)

    assert isinstance(inner.read("i")[-1].event, InterviewEnded)
    assert written.times == {}
