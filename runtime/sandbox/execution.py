"""The room's work: run a submission, grade it outside, name the isolation."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict, computed_field

from .engine import Engine, Measures, Program, TestInput
from .errors import SandboxBusy, SandboxUnavailable
from .grading import TestResult, as_given, bare_run, grade, running_order
from .metrics import Metrics
from .submission import Submission

# What a look at the compiler's words takes at least.
_LEAST_S: Final = 1.0


class CodeRun(BaseModel):
    """What a submission came to: one result per test, or one for the bare run when there were no tests.

    `tested`: whether there were tests; a run without any has passed none. `metrics`: of its source; null where they
    were not taken. `not_compiled`: the compiler's words where only hidden tests were to be run.
    """

    model_config = ConfigDict(frozen=True)

    results: tuple[TestResult, ...]
    isolation: str
    language: str
    tested: bool = True
    not_compiled: str | None = None
    metrics: Metrics | None = None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def all_passed(self) -> bool | None:
        """None: there were no tests."""
        return all(result.verdict == "AC" for result in self.results) if self.tested else None

    def public(self) -> CodeRun:
        """What the candidate may see: hidden tests show only their verdict, and why no test could be run."""
        return self.model_copy(update={"results": tuple(map(self._shown, self.results))})

    def _shown(self, result: TestResult) -> TestResult:
        public = result.public()
        if result.hidden and result.verdict == "CE" and public.error is None:
            return public.model_copy(update={"error": self.not_compiled})
        return public


class LanguageInfo(BaseModel):
    """One line of `GET /api/languages`."""

    model_config = ConfigDict(frozen=True)

    language: str
    version: str
    engine: str
    isolation: str


def execute(engine: Engine, submission: Submission, *, measured: bool = False) -> CodeRun:
    """Run `submission` on `engine` and grade it. `measured`: take its source's metrics too, where the engine can.

    Raises:
        UnsupportedLanguage: naming the languages the engine has.
        SandboxBusy: every worker taken and the queue full.
        SandboxUnavailable: nothing holds; nothing was run.
    """
    language = engine.language(submission.language)  # whose first start on a machine is nobody's time
    deadline = time.monotonic() + submission.limits.submission_s
    measuring = _measuring(engine, submission) if measured else None
    program = Program(
        submission.language,
        submission.code,
        submission.function_name,
        in_place=submission.in_place,
        per_test=submission.per_test,
    )
    if submission.tests:
        order = running_order(submission.tests)
        tests = [submission.tests[index] for index in order]
        inputs = [TestInput(test.args, test.kwargs, test.stdin or "") for test in tests]
        results = grade(
            as_given(engine.run(program, inputs, submission.limits), order),
            submission.tests,
            kind=submission.kind,
            checker=submission.checker,
        )
    else:
        # A function that nothing calls is still looked for: a run that says nothing of it would pass for its approval.
        function = submission.function_name
        program = Program(submission.language, submission.code, function, loads_only=function is not None)
        results = tuple(map(bare_run, engine.run(program, [TestInput()], submission.limits)))
    return CodeRun(
        results=results,
        isolation=language.isolation,
        language=language.name,
        tested=bool(submission.tests),
        not_compiled=_not_compiled(engine, submission, results, deadline),
        metrics=_metrics(measuring, deadline) if measuring else None,
    )


def _not_compiled(
    engine: Engine, submission: Submission, results: Sequence[TestResult], deadline: float
) -> str | None:
    """The compiler's words where no result carries them: of a run that no test has a part in, for the words of a
    hidden test's own may be the candidate's, with its input in them."""
    refused = [result for result in results if result.verdict == "CE"]
    if not refused or any(result.error is not None for result in refused):
        return None
    left = deadline - time.monotonic()
    if left < _LEAST_S:
        return None  # the submission's time is for both
    function = submission.function_name
    program = Program(submission.language, submission.code, function, loads_only=function is not None)
    try:
        limits = submission.limits.model_copy(update={"submission_s": left})
        (seen,) = engine.run(program, [TestInput()], limits)
    except (SandboxBusy, SandboxUnavailable):
        return None  # as `_metrics`
    return seen.error if seen.ending == "not_compiled" else None


def _measuring(engine: Engine, submission: Submission) -> Future[Metrics] | None:
    """The metrics on their way, from a process that is at work beside the run's."""
    if not isinstance(engine, Measures):
        return None
    measures, future = engine, Future[Metrics]()

    def measure() -> None:
        try:
            future.set_result(measures.measure(submission.language, submission.code))
        except Exception as error:  # noqa: BLE001 - whoever waits for the future hears of it
            future.set_exception(error)

    threading.Thread(target=measure, daemon=True).start()
    return future


def _metrics(measuring: Future[Metrics], deadline: float) -> Metrics | None:
    try:
        return measuring.result(max(_LEAST_S, deadline - time.monotonic()))
    except (SandboxBusy, SandboxUnavailable, TimeoutError):
        return None  # the run is what was asked for, and it is there


def languages(engine: Engine) -> list[LanguageInfo]:
    """What `engine` runs. Raises `SandboxUnavailable` when nothing holds."""
    return [
        LanguageInfo(
            language=language.name,
            version=language.version,
            engine=language.engine,
            isolation=language.isolation,
        )
        for language in engine.languages()
    ]


class CodeExecutor(Protocol):
    """Where submissions are run for the platform: in this process, or in a function of its own."""

    @property
    def isolation(self) -> str | None:
        """What was last seen to hold the code there; null before anything was. It asks nobody and waits for nothing."""
        ...

    def languages(self) -> list[LanguageInfo]:
        """What can be run there. Raises `SandboxUnavailable` when nothing holds."""
        ...

    def execute(self, submission: Submission) -> CodeRun:
        """Run and grade; hidden tests are told in full. Raises as the function `execute` does."""
        ...


class EngineExecutor:
    """Runs submissions on an engine in this process."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._isolation: str | None = None

    @property
    def isolation(self) -> str | None:
        return self._isolation

    def languages(self) -> list[LanguageInfo]:
        self._isolation = None
        found = languages(self._engine)
        self._isolation = "; ".join(dict.fromkeys(language.isolation for language in found))
        return found

    def execute(self, submission: Submission) -> CodeRun:
        return execute(self._engine, submission, measured=True)
