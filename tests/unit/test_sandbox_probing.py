"""What a probe makes of what came back: nothing that got through is called held."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from pydantic import JsonValue

from runtime.sandbox import Language, Limits, Observation, Program, SandboxUnavailable, TestInput
from runtime.sandbox.engines import Engines
from runtime.sandbox.probing import ProbeResult, probe


@dataclass
class Scripted:
    """An engine that answers control runs rightly and raises at everything else, but for what gets through."""

    speaks: tuple[str, ...] = ("python", "sql")
    through: str = ""
    wrong_control: bool = False
    name: str = "scripted"
    isolation: str = "a script"
    processes: frozenset[int] = frozenset()

    def languages(self) -> tuple[Language, ...]:
        return tuple(Language(name, "1", self.name, self.isolation) for name in self.speaks)

    def language(self, name: str) -> Language:
        return Language(name, "1", self.name, self.isolation)

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        if "1000" in program.source:
            total = 1 if self.wrong_control else 499500
            value: JsonValue = (
                {"columns": ["sum(n)"], "rows": [[total]]} if program.language == "sql" else total
            )
            yield Observation(0, "returned", value=value)
        elif self.through and self.through in program.source:
            yield Observation(0, "returned")
        else:
            yield Observation(0, "raised", error="PermissionError: no")

    def rest(self) -> None: ...

    def wake(self) -> None: ...

    def close(self) -> None: ...


@dataclass
class WithWalls(Scripted):
    """An engine that tries its own walls, and lists nothing where one of them is through."""

    speaks: tuple[str, ...] = ("c",)
    attempts: dict[str, str] = field(default_factory=lambda: {"running: a socket": "refused (no)"})
    missing: dict[str, str] = field(default_factory=dict)

    def walls(self) -> dict[str, str]:
        return self.attempts

    def languages(self) -> tuple[Language, ...]:
        if any(came == "done" for came in self.attempts.values()):
            raise SandboxUnavailable("does not hold here against: running: a socket")
        return super().languages()


def consistent(found: ProbeResult) -> ProbeResult:
    assert found.holds is all(check.held for check in found.checks)
    return found


def test_a_sandbox_that_refuses_everything_and_answers_its_control_runs_holds() -> None:
    found = consistent(probe(Engines(Scripted(), WithWalls())))
    assert found.holds
    assert found.summary.startswith("holds against reading a file, ")
    assert found.summary.endswith(", 1 attempts below any language")
    assert [*found.languages] == ["python", "sql", "c"]


@pytest.mark.parametrize(
    ("through", "attempt"),
    [
        ("open(path)", "reading a file in python"),
        ("attach", "reading a file in sql"),
        ("vacuum", "by vacuuming"),
    ],
)
def test_an_attempt_that_gets_through_is_named(through: str, attempt: str) -> None:
    found = consistent(probe(Engines(Scripted(through=through), WithWalls())))
    assert not found.holds
    assert attempt in found.summary


def test_a_wrong_control_run_does_not_hold() -> None:
    found = consistent(probe(Scripted(wrong_control=True)))
    assert found.summary == "does not hold: the control run in python, the control run in sql"


def test_what_gets_through_where_nothing_is_run_spoils_no_other_result_and_is_told() -> None:
    leaking = WithWalls(attempts={"running: a socket": "done", "running: a file": "refused (no)"})
    found = consistent(probe(Engines(Scripted(), leaking)))
    assert found.holds
    assert [check.attempt for check in found.gaps] == ["running: a socket"]
    assert found.absent == {"c": "does not hold here against: running: a socket"}
    alone = probe(leaking)
    assert not alone.holds
    assert alone.gaps == found.gaps


def test_attempts_in_sql_reach_what_is_there_where_nothing_holds_them() -> None:
    """With a database that holds nothing back, so that a refusal is the sandbox's and no slip of the attempt's."""

    class Open(Scripted):
        def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
            if program.language != "sql" or "1000" in program.source:
                yield from super().run(program, inputs, limits)
                return
            database = sqlite3.connect(":memory:")
            try:
                for statement in program.source.split(";"):
                    database.execute(statement)
                yield Observation(0, "returned")
            except sqlite3.Error as error:
                yield Observation(0, "raised", error=str(error))
            finally:
                database.close()

    found = consistent(probe(Open(speaks=("sql",))))
    through = [check.attempt for check in found.checks if not check.held]
    assert through == [
        "reading a file in sql",
        "writing a file in sql",
        "writing a file by vacuuming in sql",
    ]
