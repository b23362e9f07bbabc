"""Comparing what was observed with what was expected, outside the sandbox and on JSON values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from .checking import Checker, text_passes, value_passes
from .engine import Ending, Observation
from .submission import Kind, TestCase

Verdict = Literal["AC", "WA", "TLE", "MLE", "OLE", "RE", "CE", "NR", "IE"]

_VERDICTS: Final[dict[Ending, Verdict]] = {
    "raised": "RE",
    "crashed": "RE",
    "not_compiled": "CE",
    "time": "TLE",
    "memory": "MLE",
    "output": "OLE",
    "not_run": "NR",
    "engine_failed": "IE",
}


class TestResult(BaseModel):
    """One test's verdict: AC accepted, WA wrong answer, TLE time, MLE memory, OLE output over its limit, RE
    runtime error, CE does not compile or lacks the function, NR not run, IE our own failure.

    `cpu_ms` is the sandbox's own CPU time (a WebAssembly interpreter takes about four times a native one's).
    """

    __test__ = False  # pytest collects classes named Test*

    model_config = ConfigDict(frozen=True)

    verdict: Verdict
    actual: JsonValue = None
    stdout: str = ""
    stderr: str = ""
    error: str | None = None
    cpu_ms: float | None = None
    wall_ms: float = 0.0
    peak_kb: int | None = None
    hidden: bool = False

    def public(self) -> TestResult:
        """What the candidate may see: of a hidden test only the verdict, and why the source does not compile."""
        error = self.error if self.verdict == "CE" else None
        return TestResult(verdict=self.verdict, error=error, hidden=True) if self.hidden else self


def grade(
    observations: Iterable[Observation],
    tests: Sequence[TestCase],
    *,
    kind: Kind = "function",
    checker: Checker | None = None,
) -> tuple[TestResult, ...]:
    """One result per test, always. The first observation of an index counts; unknown indexes are ignored.

    Of a program what it printed is compared with `expected`, of a function the value that came back, of a query its
    rows, and its columns too where `expected` names them. A test's own checker goes before `checker`. A test nobody
    observed was not run.
    """
    seen: dict[int, Observation] = {}
    for observation in observations:
        seen.setdefault(observation.index, observation)
    return tuple(_result(seen.get(index), test, kind, checker) for index, test in enumerate(tests))


def running_order(tests: Sequence[TestCase]) -> tuple[int, ...]:
    """The indexes of the tests in the order in which they are run: those that show what they print before hidden ones.

    Tests share a process in which the code can keep what it was given; so no test whose output anybody sees comes after
    a hidden one, nor after a restart, which goes on where the last process stopped.
    """
    return tuple(sorted(range(len(tests)), key=lambda index: tests[index].hidden))


def as_given(observations: Iterable[Observation], order: Sequence[int]) -> Iterator[Observation]:
    """Observations of tests that ran in `order`, by the caller's indexes."""
    for seen in observations:
        if 0 <= seen.index < len(order):
            yield replace(seen, index=order[seen.index])


def bare_run(observation: Observation) -> TestResult:
    """A run without tests: AC means it ended normally, and claims nothing about its output."""
    return _described(observation, _VERDICTS.get(observation.ending, "AC"), hidden=False)


def _result(
    observation: Observation | None, test: TestCase, kind: Kind, checker: Checker | None
) -> TestResult:
    if observation is None:
        return TestResult(verdict="NR", error="the test was not run", hidden=test.hidden)
    verdict = _VERDICTS.get(observation.ending)
    if verdict is None:
        verdict = "AC" if _passes(observation, test, kind, test.checker or checker) else "WA"
    return _described(observation, verdict, hidden=test.hidden)


def _passes(observation: Observation, test: TestCase, kind: Kind, checker: Checker | None) -> bool:
    if kind == "program":
        return text_passes(observation.stdout, test.expected, checker)
    value, expected = observation.value, test.expected
    if kind == "query" and isinstance(value, dict):
        if isinstance(expected, dict):
            return value.get("columns") == expected.get("columns", value.get("columns")) and value_passes(
                value.get("rows"), expected.get("rows"), checker
            )
        value = value.get("rows")
    return value_passes(value, expected, checker)


def _described(observation: Observation, verdict: Verdict, *, hidden: bool) -> TestResult:
    # A program that has read a hidden test could say its input in the words of a compiler, which the candidate sees.
    untold = hidden and verdict == "CE" and not observation.before_input
    return TestResult(
        verdict=verdict,
        actual=_shown(observation.value),
        stdout=observation.stdout,
        stderr=observation.stderr,
        error=None if untold else observation.error,
        cpu_ms=observation.cpu_ms,
        wall_ms=observation.wall_ms,
        peak_kb=observation.peak_kb,
        hidden=hidden,
    )


def _shown(value: JsonValue) -> JsonValue:
    """`value` as JSON and UTF-8 can carry it: NaN and infinities as words, lone surrogates replaced."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, list):
        return [_shown(item) for item in value]
    if isinstance(value, dict):
        return {str(_shown(key)): _shown(item) for key, item in value.items()}
    return value
