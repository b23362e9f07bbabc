"""Engines as one: a language is run by the engine that has it and holds, or by none."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest

from runtime.sandbox import (
    EngineExecutor,
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
from runtime.sandbox.engine import named
from runtime.sandbox.engines import Engines


@dataclass
class Scripted:
    """An engine that returns its own name, or does not hold."""

    name: str
    speaks: tuple[str, ...]
    fault: str = ""
    processes: frozenset[int] = frozenset()
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

    def language(self, name: str) -> Language:
        return named(self, name)

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
    for attempt in (engines.languages, lambda: engines.isolation):
        with pytest.raises(SandboxUnavailable, match="no disk; no kernel"):
            attempt()
    with pytest.raises(SandboxUnavailable, match="nothing here holds python, so it is not run: no disk"):
        ran_by(engines, "python")


def test_a_language_is_looked_for_only_where_it_is_spoken() -> None:
    class Waiting(Scripted):
        def languages(self) -> tuple[Language, ...]:
            raise AssertionError("it was asked")

    engines = Engines(Waiting("a", ("c",)), Scripted("b", ("python",)))
    assert engines.language("python").engine == "b"
    assert ran_by(engines, "python")[0] == "b"


def test_what_holds_the_code_is_told_as_last_seen_and_no_engine_is_waited_for() -> None:
    engine = Scripted("a", ("python",), fault="not yet")
    executor = EngineExecutor(Engines(engine))
    with pytest.raises(SandboxUnavailable):
        executor.languages()
    assert executor.isolation is None
    engine.fault = ""
    assert executor.isolation is None
    executor.languages()
    assert executor.isolation == "a holds it"


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
                if index >= fails:
                    yield Observation(index, "engine_failed", stdout=test.stdin, error="it was ended")
                else:
                    yield Observation(index, "returned", stdout=test.stdin)
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


def test_a_failure_that_the_second_run_mends_is_told_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    failures: list[str] = []
    failing = Failing("a", ("python",), fails=[2])
    engines = Engines(failing, on_failure=lambda: failures.append("failed"))
    list(engines.run(Program("python", ""), [TestInput()] * 4, Limits()))
    list(engines.run(Program("python", ""), [TestInput()] * 4, Limits()))
    assert failures == ["failed"]
    assert [record.getMessage() for record in caplog.records] == [
        "a failed at test 2 and begins again there: it was ended"
    ]


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
