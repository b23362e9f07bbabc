"""Engines as one: a language is run by the engine that has it and holds, or by none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from runtime.sandbox import (
    Language,
    Limits,
    Observation,
    Program,
    SandboxUnavailable,
    Submission,
    TestInput,
    UnsupportedLanguage,
    execute,
    languages,
)
from runtime.sandbox.engines import Engines


@dataclass
class Scripted:
    """An engine that returns its own name, or does not hold."""

    name: str
    speaks: tuple[str, ...]
    fault: str = ""
    closed: int = 0
    rested: list[str] = field(default_factory=list)

    @property
    def isolation(self) -> str:
        return f"{self.name} holds it"

    def languages(self) -> tuple[Language, ...]:
        if self.fault:
            raise SandboxUnavailable(self.fault)
        return tuple(Language(name, "1", self.name, self.isolation) for name in self.speaks)

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        if program.language not in self.speaks:
            raise UnsupportedLanguage(program.language, self.speaks)
        for index, _ in enumerate(inputs):
            yield Observation(index, "returned", stdout=self.name)

    def rest(self) -> None:
        self.rested.append("rest")

    def wake(self) -> None:
        self.rested.append("wake")

    def close(self) -> None:
        self.closed += 1


def ran_by(engines: Engines, language: str) -> tuple[str, str]:
    run = execute(engines, Submission(language=language, code=""))
    return run.results[0].stdout, run.isolation


def test_each_language_goes_to_its_engine_and_the_answer_names_what_held_it() -> None:
    engines = Engines(Scripted("a", ("python",)), Scripted("b", ("c", "go")))
    assert ran_by(engines, "python") == ("a", "a holds it")
    assert ran_by(engines, "go") == ("b", "b holds it")


def test_the_first_engine_that_has_a_language_runs_it() -> None:
    engines = Engines(Scripted("a", ("python",)), Scripted("b", ("python", "c")))
    assert ran_by(engines, "python")[0] == "a"
    assert [(line.language, line.engine) for line in languages(engines)] == [("python", "a"), ("c", "b")]


def test_an_engine_that_does_not_hold_takes_only_its_own_languages_with_it() -> None:
    engines = Engines(Scripted("a", ("python",)), Scripted("b", ("c",), fault="no kernel feature"))
    assert ran_by(engines, "python")[0] == "a"
    assert [line.language for line in languages(engines)] == ["python"]
    assert engines.isolation == "a holds it"
    with pytest.raises(SandboxUnavailable, match="nothing here holds c"):
        ran_by(engines, "c")
    with pytest.raises(SandboxUnavailable, match="no kernel feature"):
        list(engines.run(Program("c", ""), [TestInput()], Limits()))


def test_a_language_that_no_engine_has_is_refused_naming_those_that_hold() -> None:
    engines = Engines(Scripted("a", ("python",)), Scripted("b", ("c",), fault="no kernel feature"))
    with pytest.raises(UnsupportedLanguage, match="languages python; got 'cobol'"):
        ran_by(engines, "cobol")
    with pytest.raises(UnsupportedLanguage, match="languages python; got 'cobol'"):
        list(engines.run(Program("cobol", ""), [TestInput()], Limits()))


def test_when_nothing_holds_nothing_is_run_and_every_reason_is_told() -> None:
    engines = Engines(Scripted("a", ("python",), fault="no disk"), Scripted("b", ("c",), fault="no kernel"))
    for attempt in (engines.languages, lambda: ran_by(engines, "python"), lambda: engines.isolation):
        with pytest.raises(SandboxUnavailable, match="no disk; no kernel"):
            attempt()


@dataclass
class Failing(Scripted):
    """Fails by itself at the test of each number in `fails`, run after run; what it was asked for is kept."""

    fails: list[int] = field(default_factory=list)
    asked: list[tuple[int, float]] = field(default_factory=list)
    open: int = 0

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        self.asked.append((len(inputs), limits.submission_s))
        fails = self.fails.pop(0) if self.fails else len(inputs)
        if fails < 0:
            raise SandboxUnavailable("gone")
        self.open += 1
        try:
            for index, test in enumerate(inputs):
                yield Observation(index, "engine_failed" if index >= fails else "returned", stdout=test.stdin)
        finally:
            self.open -= 1


def observed(failing: Failing) -> list[tuple[int, str, str]]:
    inputs = [TestInput(stdin=str(number)) for number in range(4)]
    seen = Engines(failing).run(Program("python", ""), inputs, Limits())
    return [(one.index, one.ending, one.stdout) for one in seen]


def test_what_an_engine_failed_at_by_itself_is_run_once_more_and_nothing_else_is() -> None:
    failing = Failing("a", ("python",), fails=[2])
    assert observed(failing) == [(number, "returned", str(number)) for number in range(4)]
    assert [count for count, _ in failing.asked] == [4, 2]
    assert failing.asked[1][1] <= failing.asked[0][1]


def test_a_second_failure_stands() -> None:
    failing = Failing("a", ("python",), fails=[1, 1, 0])
    endings = [ending for _, ending, _ in observed(failing)]
    assert endings == ["returned", "returned", "engine_failed", "engine_failed"]
    assert len(failing.asked) == 2


def test_an_engine_that_is_gone_afterwards_leaves_every_test_its_failure() -> None:
    failing = Failing("a", ("python",), fails=[3, -1])
    assert [(index, ending) for index, ending, _ in observed(failing)][2:] == [
        (2, "returned"),
        (3, "engine_failed"),
    ]


def test_a_run_that_nobody_reads_to_its_end_is_closed_in_its_engine() -> None:
    failing = Failing("a", ("python",), fails=[1])
    running = Engines(failing).run(Program("python", ""), [TestInput()] * 3, Limits())
    next(running)
    assert failing.open == 1
    next(running)
    assert failing.open == 1, "the first attempt is over"
    running.close()  # type: ignore[attr-defined]
    assert failing.open == 0


def test_all_engines_rest_wake_and_close_together() -> None:
    a, b = Scripted("a", ("python",)), Scripted("b", ("c",))
    with Engines(a, b) as engines:
        engines.rest()
        engines.wake()
    assert (a.closed, b.closed) == (1, 1)
    assert a.rested == b.rested == ["rest", "wake"]
