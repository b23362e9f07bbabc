"""The port between running and grading: a program and its inputs go in, observations come out.

No type here has room for an expected value. That is the point: candidate code cannot read, guess from the
interpreter's memory, or echo what was never sent to it, so a forged frame is worth what a printed guess is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

from pydantic import JsonValue

from .errors import SandboxUnavailable, UnsupportedLanguage
from .metrics import Metrics
from .submission import Limits

Ending = Literal[
    "returned",  # a value came back, or the program ran to its end
    "raised",  # the candidate's exception, or a value that is not plain JSON
    "not_compiled",  # the source is no program of its language, or lacks the function
    "time",
    "memory",
    "output",
    "crashed",  # the interpreter went down under the candidate's code
    "not_run",  # the submission's own time was used up before
    "engine_failed",  # ours, never the candidate's
]


@dataclass(frozen=True, slots=True)
class Program:
    """Candidate source and the function to call, or None for a program that reads stdin and prints.

    in_place: the function's work is what it made of its first argument, not what it returned.
    per_test: every test gets an instance of its own, so that what one leaves behind reaches no other.
    loads_only: the run ends before the first call: whether the source compiles, runs and has the function.
    """

    language: str
    source: str
    function_name: str | None = None
    in_place: bool = False
    per_test: bool = False
    loads_only: bool = False


@dataclass(frozen=True, slots=True)
class TestInput:
    """What one test hands to the program, and nothing else."""

    __test__ = False  # pytest collects classes named Test*

    args: tuple[JsonValue, ...] = ()
    kwargs: dict[str, JsonValue] = field(default_factory=dict)
    stdin: str = ""


@dataclass(frozen=True, slots=True)
class Observation:
    """What was seen of one test.

    `cpu_ms` is None where the worker died before measuring. `peak_kb` is the interpreter's memory at its largest so
    far in this run (WebAssembly memory never shrinks), None where the system does not tell.
    `before_input`: seen before any test's input had been handed over, so that its words can tell nothing of one.
    """

    index: int
    ending: Ending
    value: JsonValue = None
    stdout: str = ""
    stderr: str = ""
    error: str | None = None
    cpu_ms: float | None = None
    wall_ms: float = 0.0
    peak_kb: int | None = None
    before_input: bool = False


@dataclass(frozen=True, slots=True)
class Language:
    """A language an engine runs: with the interpreter's or compiler's version, the engine's name, and what holds it."""

    name: str
    version: str
    engine: str
    isolation: str


class Engine(Protocol):
    """Runs candidate code where it cannot reach anything."""

    @property
    def name(self) -> str: ...

    @property
    def isolation(self) -> str:
        """What holds the code, in words that go out with every answer."""
        ...

    @property
    def speaks(self) -> tuple[str, ...]:
        """Names of the languages whose tools are here, whether it holds or not; known without starting anything."""
        ...

    @property
    def processes(self) -> frozenset[int]:
        """Those that it started and did not end, by number."""
        ...

    def languages(self) -> tuple[Language, ...]:
        """What it runs, once it was seen to hold; quick after the first time.

        Raises `SandboxUnavailable` when nothing holds.
        """
        ...

    def language(self, name: str) -> Language:
        """One of them; nothing that does not have it is started or waited for.

        Raises `UnsupportedLanguage`, and `SandboxUnavailable` where it should be there and does not hold.
        """
        ...

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        """One observation per input, in order, as they come.

        Raises:
            UnsupportedLanguage, SandboxBusy, SandboxUnavailable: before the first observation.
        """
        ...

    def close(self) -> None:
        """End every worker. Later runs raise `SandboxUnavailable`."""
        ...

    def rest(self) -> None:
        """End what waits for work, before this process is frozen and copied: a copy's clocks and random numbers would
        go on where the original's stood."""
        ...

    def wake(self) -> None:
        """Have something ready again, after `rest` or when what was ready may be gone."""
        ...


def named(engine: Engine, name: str) -> Language:
    """The language of that name in an engine that is not made of others; raises as `Engine.language` does."""
    if name not in engine.speaks:
        raise UnsupportedLanguage(name, engine.speaks)
    try:
        for known in engine.languages():
            if known.name == name:
                return known
    except SandboxUnavailable as reason:
        raise SandboxUnavailable(f"nothing here holds {name}, so it is not run: {reason}") from None
    raise SandboxUnavailable(f"nothing here holds {name}, so it is not run; `prepai doctor` says why")


@runtime_checkable
class Measures(Protocol):
    """An engine that can also measure source text, of any language and without running it."""

    def measure(self, language: str, source: str) -> Metrics:
        """Raises `SandboxBusy` and `SandboxUnavailable`."""
        ...
