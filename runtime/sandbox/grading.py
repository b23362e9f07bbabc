"""Comparing what was observed with what was expected, outside the sandbox and on JSON values."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, JsonValue

from .engine import Ending, Observation
from .submission import TestCase

REL_TOLERANCE: Final = 1e-6
ABS_TOLERANCE: Final = 1e-9

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
        """What the candidate may see: of a hidden test only the verdict."""
        return TestResult(verdict=self.verdict, hidden=True) if self.hidden else self


def grade(
    observations: Iterable[Observation], tests: Sequence[TestCase], *, program: bool = False
) -> tuple[TestResult, ...]:
    """One result per test, always. The first observation of an index counts; unknown indexes are ignored.

    With `program` what was printed is compared with `expected`, by `same_text`; otherwise the value that came
    back, by `same`. A test nobody observed was not run.
    """
    seen: dict[int, Observation] = {}
    for observation in observations:
        seen.setdefault(observation.index, observation)
    return tuple(_result(seen.get(index), test, program=program) for index, test in enumerate(tests))


def bare_run(observation: Observation) -> TestResult:
    """A run without tests: AC means it ended normally, and claims nothing about its output."""
    return _described(observation, _VERDICTS.get(observation.ending, "AC"), hidden=False)


def same(actual: JsonValue, expected: JsonValue) -> bool:
    """Equal as JSON: `True` is not `1`, floats within 1e-6 of each other, NaN never, order matters."""
    pairs: list[tuple[JsonValue, JsonValue]] = [(actual, expected)]
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs.extend(zip(left, right, strict=True))
        elif isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pairs.extend((value, right[key]) for key, value in left.items())
        elif not _same_leaf(left, right):
            return False
    return True


def same_text(actual: str, expected: str) -> bool:
    """Equal but for trailing blanks of lines and trailing blank lines."""
    return _trimmed(actual) == _trimmed(expected)


def _result(observation: Observation | None, test: TestCase, *, program: bool) -> TestResult:
    if observation is None:
        return TestResult(verdict="NR", error="the test was not run", hidden=test.hidden)
    verdict = _VERDICTS.get(observation.ending)
    if verdict is None:
        expected = test.expected
        if program:
            right = isinstance(expected, str) and same_text(observation.stdout, expected)
        else:
            right = same(observation.value, expected)
        verdict = "AC" if right else "WA"
    return _described(observation, verdict, hidden=test.hidden)


def _described(observation: Observation, verdict: Verdict, *, hidden: bool) -> TestResult:
    return TestResult(
        verdict=verdict,
        actual=_shown(observation.value),
        stdout=observation.stdout,
        stderr=observation.stderr,
        error=observation.error,
        cpu_ms=observation.cpu_ms,
        wall_ms=observation.wall_ms,
        peak_kb=observation.peak_kb,
        hidden=hidden,
    )


def _same_leaf(left: JsonValue, right: JsonValue) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        if isinstance(left, int) and isinstance(right, int):
            return left == right
        try:
            return math.isclose(left, right, rel_tol=REL_TOLERANCE, abs_tol=ABS_TOLERANCE)
        except OverflowError:  # an integer that no float can hold
            return False
    return type(left) is type(right) and left == right


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()).rstrip("\n")


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
