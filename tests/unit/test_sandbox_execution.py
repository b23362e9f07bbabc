"""A submission's time is for all that is run of it."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence

import pytest

from runtime.sandbox import (
    Limits,
    Metrics,
    Observation,
    Program,
    SandboxBusy,
    SandboxError,
    SandboxUnavailable,
    Submission,
    TestCase,
    TestInput,
    execute,
    execution,
)
from tests.unit.conftest import ScriptedEngine


class Refused(ScriptedEngine):
    """Refuses to compile after `takes_s` seconds; keeps for how long each run might have gone on."""

    def __init__(self, takes_s: float) -> None:
        super().__init__()
        self.now, self.takes_s = 0.0, takes_s
        self.given_s: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        self.given_s.append(limits.submission_s)
        self.now += self.takes_s
        for index, _ in enumerate(inputs):
            yield Observation(index, "not_compiled", error="no program", before_input=len(self.given_s) > 1)


@pytest.mark.parametrize(("takes_s", "given_s"), [(4, [10, 6]), (9.5, [10]), (12, [10])])
def test_the_compilers_words_are_asked_for_in_the_time_that_is_left(
    monkeypatch: pytest.MonkeyPatch, takes_s: float, given_s: list[float]
) -> None:
    engine = Refused(takes_s)
    monkeypatch.setattr(execution, "time", engine)
    hidden = TestCase(args=(1,), expected=1, hidden=True)
    run = execute(
        engine,
        Submission(
            language="python", code="", function_name="f", tests=(hidden,), limits=Limits(submission_s=10)
        ),
    )
    assert engine.given_s == given_s
    assert [result.verdict for result in run.results] == ["CE"]
    assert (run.not_compiled is not None) == (len(given_s) == 2)


def test_metrics_are_taken_while_the_tests_run() -> None:
    measured = threading.Event()

    class Measuring(ScriptedEngine):
        def measure(self, language: str, source: str) -> Metrics:
            measured.set()
            return Metrics(lines=1)

        def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
            # Nothing of the run is over before the source was read.
            assert measured.wait(10)
            yield from super().run(program, inputs, limits)

    test = TestCase(args=(1,), expected=42)
    submission = Submission(language="python", code="x", function_name="f", tests=(test,))
    run = execute(Measuring(), submission, measured=True)
    assert (run.all_passed, run.metrics) == (True, Metrics(lines=1))


@pytest.mark.parametrize("refusal", [SandboxBusy("others"), SandboxUnavailable("none")])
def test_a_run_whose_source_cannot_be_measured_is_there_without_metrics(refusal: SandboxError) -> None:
    class Measuring(ScriptedEngine):
        def measure(self, language: str, source: str) -> Metrics:
            raise refusal

    submission = Submission(language="python", code="x")
    assert execute(Measuring(), submission, measured=True).metrics is None
