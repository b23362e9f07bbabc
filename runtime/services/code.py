"""Running a candidate's code and keeping it: each run with its source and results, the editor as differences."""

from __future__ import annotations

import difflib
import hashlib
import json
import threading
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

from runtime.interview.events import BlobRef, ClientEventTaken, CodeSaved, Event
from runtime.interview.events import CodeRun as CodeRunEvent
from runtime.interview.interview import Interview, Run
from runtime.interview.log import amend, load
from runtime.interview.store import Store
from runtime.knowledge.bank import CodingTask
from runtime.sandbox import (
    CodeExecutor,
    CodeRequest,
    CodeRun,
    LanguageInfo,
    SandboxUnavailable,
    Submission,
    TestCase,
    UnsupportedLanguage,
)
from runtime.services.errors import InterviewEndedError, KeyReusedError, NotThereError
from runtime.services.plans import Plans

type TestsBy = Literal["task", "candidate", "none"]

# Editors of at most 64 KB each; whichever falls out is saved whole the next time.
_MOST_EDITORS: Final = 512


@dataclass(frozen=True, slots=True)
class KeptRun:
    """A run as the candidate may see it: hidden tests show only their verdict."""

    run: Run
    outcome: CodeRun


class CodeRuns:
    """Code of all interviews. Without an executor nothing is run, and it says so."""

    def __init__(self, store: Store, plans: Plans, executor: CodeExecutor | None) -> None:
        self._store = store
        self._plans = plans
        self._executor = executor
        # What each interview's editor held when it was last saved by this process.
        self._saved = _Editors()

    @property
    def isolation(self) -> str | None:
        """What was last seen to hold the code here; None: nothing, so none is run. It waits for no engine."""
        return self._executor.isolation if self._executor else None

    def languages(self) -> list[LanguageInfo]:
        """What can be run here; empty when nothing holds untrusted code."""
        try:
            return self._executor.languages() if self._executor else []
        except SandboxUnavailable:
            return []

    def run(
        self, interview_id: str, request: CodeRequest, *, actor: str, run_id: str | None = None
    ) -> KeptRun:
        """Run code and keep the run. Without tests in the request the open coding task's own tests are used.

        Raises what the sandbox refuses, `InterviewEndedError`, or `KeyReusedError` when `run_id` was used for
        another request (code, language, function or tests).
        """
        if self._executor is None:
            raise SandboxUnavailable(
                "no sandbox holds on this machine, so no code is run; `prepai doctor` says why"
            )
        interview = load(self._store, interview_id)
        run_id = run_id or uuid.uuid4().hex
        source = _source(request)
        if known := next((run for run in interview.runs if run.event.run_id == run_id), None):
            return self._same_run(known, request)
        _refuse_ended(interview)
        task = self._plans.open_task(interview)
        submission, tests_by = _submission(request, task)
        outcome = self._executor.execute(submission)
        body = outcome.model_dump_json(exclude={"all_passed"}).encode()
        event = CodeRunEvent(
            run_id=run_id,
            language=request.language,
            task_id=task.id if task else None,
            source=self._put(interview_id, "source", source, ".txt", "text/plain"),
            results=self._put(interview_id, "results", body, ".json", "application/json"),
            passed=sum(result.verdict == "AC" for result in outcome.results) if outcome.tested else 0,
            total=len(outcome.results) if outcome.tested else 0,
            tests_by=tests_by,
            isolation=outcome.isolation,
            request_sha256=_digest(request),
            **_measures(outcome),
        )

        def decide(interview: Interview) -> Sequence[Event]:
            if any(run.event.run_id == run_id for run in interview.runs):
                return []
            _refuse_ended(interview)
            return [event]

        interview = amend(self._store, interview_id, decide, actor=actor)
        return self._same_run(next(run for run in interview.runs if run.event.run_id == run_id), request)

    def list(self, interview: Interview) -> tuple[KeptRun, ...]:
        """The interview's runs, oldest first."""
        return tuple(self._kept(run) for run in interview.runs)

    def kept(self, interview: Interview, run_id: str) -> KeptRun:
        """The run of this id. Raises `NotThereError`."""
        for run in interview.runs:
            if run.event.run_id == run_id:
                return self._kept(run)
        raise NotThereError("this interview has no such run of code")

    def source(self, run: Run) -> str:
        """The code that was run."""
        return self._store.blob(run.event.source).decode("utf-8", "replace")

    def save(self, interview_id: str, language: str, code: str, *, event_id: int, actor: str) -> Interview:
        """Keep the editor's content as the difference to what was saved before."""
        before = self._saved.of(interview_id)
        # By line feeds alone, as editors count lines; the last element keeps whether the text ends with one.
        lines = difflib.unified_diff((before or "").split("\n"), code.split("\n"), lineterm="")
        body = "\n".join(lines).encode("utf-8", "surrogatepass")

        def decide(interview: Interview) -> Sequence[Event]:
            if interview.ended:
                return []
            taken = [ClientEventTaken(event_id=event_id)] if event_id > interview.event_id else []
            if before == code:
                return taken
            saved = CodeSaved(
                language=language,
                task_id=interview.task_id,
                difference=self._put(interview_id, "saved", body, ".diff", "text/x-diff"),
                base="empty" if before is None else "previous",
            )
            return [saved, *taken]

        interview = amend(self._store, interview_id, decide, actor=actor)
        self._saved.keep(interview_id, code)
        return interview

    def _put(self, interview_id: str, name: str, body: bytes, suffix: str, media_type: str) -> BlobRef:
        # Named by its digest: of two that run at once under one key, the event names the one it means.
        digest = hashlib.sha256(body).hexdigest()[:16]
        key = f"sessions/{interview_id}/code/{name}-{digest}{suffix}"
        return self._store.put_blob(key, body, media_type=media_type)

    def _same_run(self, run: Run, request: CodeRequest) -> KeptRun:
        event = run.event
        # A run of 0.1 kept no digest of its request; what it kept of it must match.
        same = (
            event.request_sha256 == _digest(request)
            if event.request_sha256
            else event.language == request.language
            and event.source.sha256 == hashlib.sha256(_source(request)).hexdigest()
        )
        if not same:
            raise KeyReusedError(
                "this Idempotency-Key was used to run other code, or the same in another language or against "
                "other tests; use a new key"
            )
        return self._kept(run)

    def _kept(self, run: Run) -> KeptRun:
        outcome = CodeRun.model_validate_json(self._store.blob(run.event.results))
        return KeptRun(run, outcome.public())


class _Editors:
    """What the editors of the interviews used last held; it bounds what a long-lived process keeps."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._content: dict[str, str] = {}

    def of(self, interview_id: str) -> str | None:
        return self._content.get(interview_id)

    def keep(self, interview_id: str, code: str) -> None:
        with self._lock:
            self._content.pop(interview_id, None)
            self._content[interview_id] = code
            if len(self._content) > _MOST_EDITORS:
                del self._content[next(iter(self._content))]


def _measures(outcome: CodeRun) -> dict[str, int | None]:
    metrics = outcome.metrics
    return metrics.model_dump(include={"lines", "complexity", "lint"}) if metrics else {}


def _source(request: CodeRequest) -> bytes:
    return request.code.encode("utf-8", "surrogatepass")


def _digest(request: CodeRequest) -> str:
    asked = request.model_dump()
    # What 0.2 added counts where it is used: a request of before it keeps its digest.
    for given in (asked, *asked["test_cases"]):
        for name in ("per_test", "in_place", "checker"):
            if not given.get(name, True):
                del given[name]
    # json, not pydantic: candidates' code may hold lone surrogates, which only an escape can write.
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()


def _refuse_ended(interview: Interview) -> None:
    if interview.ended:
        raise InterviewEndedError("this interview has ended; its code can be read but not run any more")


def task_submission(request: CodeRequest, task: CodingTask) -> Submission:
    """The code against the tests of the task, whatever tests the request brings.

    Raises `UnsupportedLanguage` for a query in another language than SQL.
    """
    if task.tables is not None:
        if request.language != "sql":
            raise UnsupportedLanguage(request.language, ("sql",))
        tests = tuple(
            TestCase(stdin=f"{task.tables}\n{test.inserts}", expected=test.expected, hidden=test.hidden)
            for test in task.tests
        )
    else:
        tests = tuple(
            TestCase(args=test.arguments, expected=test.expected, hidden=test.hidden) for test in task.tests
        )
    return Submission(
        language=request.language,
        code=request.code,
        function_name=task.function_name,
        tests=tests,
        per_test=task.per_test,
        in_place=task.in_place,
        checker=task.checker,
    )


def _submission(request: CodeRequest, task: CodingTask | None) -> tuple[Submission, TestsBy]:
    if request.test_cases or task is None:
        return request.submission(), "candidate" if request.test_cases else "none"
    return task_submission(request, task), "task"
