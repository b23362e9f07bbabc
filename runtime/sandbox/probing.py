"""Does the sandbox hold here? Real escape attempts and a control run, for `prepai doctor`."""

from __future__ import annotations

import os
import socket
import sqlite3
import tempfile
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from .engine import Engine, Language, Observation, Program, TestInput
from .errors import SandboxError
from .submission import Limits

_SECRET: Final = "prepai-probe-secret"  # noqa: S105 - what an escape would have to bring back

_PYTHON: Final = {
    "reading a file": "def probe(path, *_): return open(path).read()",
    "writing a file": "def probe(_, path, *__): return open(path, 'w').write('escaped')",
    "the environment": "import os\ndef probe(_, __, name, *___): return os.environ[name]",
    "a socket": "import socket\ndef probe(*a): return socket.create_connection(('127.0.0.1', a[3]), 1).fileno()",
    "starting a process": "import subprocess\ndef probe(*_): return len(subprocess.check_output(['/bin/echo']))",
    "native code": "import ctypes\ndef probe(*_): return ctypes.CDLL(None).getpid()",
}
_JAVASCRIPT: Final = {
    "reading a file": "const probe = path => require('fs').readFileSync(path, 'utf8')",
    "writing a file": "const probe = (_, path) => require('fs').writeFileSync(path, 'escaped')",
    "the environment": "const probe = (_, __, name) => { if (!(name in process.env)) throw Error('none') }",
    "a socket": "const probe = (...a) => require('net').connect(a[3])",
    "starting a process": "const probe = () => require('child_process').execSync('/bin/echo escaped')",
    "native code": "const probe = () => process.binding('fs')",
    "the interpreter's own modules": "const probe = async () => (await import('os')).getcwd()",
}
# Queries have no arguments: where to reach is written into them.
_SQL: Final = {
    "reading a file": "attach '{database}' as s; select word from s.secret",
    "writing a file": "attach '{target}' as s; create table s.escaped(word); select 1",
    "writing a file by vacuuming": "vacuum into '{target}'; select 1",
    "starting a process": "select edit('x', '/bin/echo')",
    "native code": "select load_extension('libc.so.6')",
}
# The same attempts as each language writes them down; the control run adds up the numbers below 1,000.
_ATTEMPTS: Final[dict[str, dict[str, str]]] = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
    "sql": _SQL,
}
_CONTROLS: Final = {
    "python": "def probe(*_): return sum(range(1000))",
    "javascript": "const probe = () => Array.from({ length: 1000 }, (_, n) => n).reduce((a, b) => a + b)",
    "typescript": "const probe = (): number => Array.from({ length: 1000 }, (_, n) => n).reduce((a, b) => a + b)",
    "sql": "with recursive r(n) as (select 0 union all select n + 1 from r limit 1000) select sum(n) from r",
}
# What an attempt that was held comes to: a query that names what there is not does not even compile.
_HELD: Final = {"sql": frozenset({"raised", "not_compiled"})}
_RAISED: Final = frozenset({"raised"})
_TOTAL: Final = 499500
_TOTAL_ROWS: Final = {"columns": ["sum(n)"], "rows": [[_TOTAL]]}
_CONTROL_RUN: Final = "the control run in "


class Check(BaseModel):
    """One attempt: what was tried, whether the sandbox held, and what came back."""

    model_config = ConfigDict(frozen=True)

    attempt: str
    held: bool
    seen: str


class ProbeResult(BaseModel):
    """What came of the attempts on what is run here; `holds` is true when every one of `checks` was held, control runs
    included.

    languages: what holds each. absent: why others are not run. gaps: what got through at an engine that therefore runs
    nothing, and so spoils no other's result.
    """

    model_config = ConfigDict(frozen=True)

    holds: bool
    isolation: str
    summary: str
    checks: tuple[Check, ...] = ()
    gaps: tuple[Check, ...] = ()
    languages: dict[str, str] = {}
    absent: dict[str, str] = {}


@runtime_checkable
class Walled(Protocol):
    """An engine that tries its own walls when it starts, from inside, below any language."""

    def walls(self) -> dict[str, str]:
        """Each attempt and what came of it, `refused ...` where it was held. Raises `SandboxUnavailable`."""
        ...

    @property
    def speaks(self) -> tuple[str, ...]: ...

    def languages(self) -> tuple[Language, ...]: ...

    @property
    def missing(self) -> dict[str, str]:
        """Why each language that it could run elsewhere is not there."""
        ...


def probe(engine: Engine) -> ProbeResult:
    """Try to get out: to a file of ours, the environment, a listening socket, a process, native code.

    In the languages whose attempts are written down here; an engine of others tries its own where it starts, and lists
    a language once its control run has answered.
    """
    walls = [_told(attempt, came) for part in _walled(engine) for attempt, came in _walls(part).items()]
    gaps = tuple(check for check in walls if not check.held)
    try:
        tries = _checks(engine)
        isolation = engine.isolation
        languages = {known.name: known.isolation for known in engine.languages()}
    except SandboxError as error:
        told = f"no code runs here: {error}"
        return ProbeResult(holds=False, isolation="none", summary=told, gaps=gaps, absent=_absent(engine))
    failed = [check.attempt for check in tries if not check.held]
    return ProbeResult(
        holds=not failed,
        isolation=isolation,
        summary=f"does not hold: {', '.join(failed)}" if failed else f"holds against {_tried(tries, walls)}",
        checks=(*tries, *(check for check in walls if check.held)),
        gaps=gaps,
        languages=languages,
        absent=_absent(engine),
    )


def _tried(tries: list[Check], walls: list[Check]) -> str:
    attempts = [check.attempt for check in tries if not check.attempt.startswith(_CONTROL_RUN)]
    told = [*dict.fromkeys(attempt.partition(" in ")[0] for attempt in attempts)]
    if walls:
        told.append(f"{len(walls)} attempts below any language")
    return ", ".join(told)


def _walls(part: Walled) -> dict[str, str]:
    try:
        return part.walls()
    except SandboxError:
        return {}  # it is told by `absent`


def _told(attempt: str, came: str) -> Check:
    return Check(attempt=attempt, held=came.startswith("refused"), seen=came)


def _absent(engine: Engine) -> dict[str, str]:
    """Why languages are not there, or why none of an engine's are."""
    reasons: dict[str, str] = {}
    for part in _walled(engine):
        try:
            part.languages()
            reasons |= part.missing
        except SandboxError as error:
            reasons |= dict.fromkeys(part.speaks, str(error)) | part.missing
    return reasons


def _walled(engine: Engine) -> list[Walled]:
    parts: Iterable[Engine] = engine if isinstance(engine, Iterable) else (engine,)
    return [part for part in parts if isinstance(part, Walled)]


def _checks(engine: Engine) -> list[Check]:
    checks: list[Check] = []
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(socket.create_server(("127.0.0.1", 0))) as listening,
    ):
        reach = _Reach(Path(folder), next(iter(os.environ), "PATH"), listening.getsockname()[1])
        reach.prepare()
        for language in (known.name for known in engine.languages() if known.name in _ATTEMPTS):
            for attempt, source in _ATTEMPTS[language].items():
                seen = _seen(engine, language, source, reach)
                held, told = seen.ending in _HELD.get(language, _RAISED), _said(seen)
                if reach.target.exists():
                    held, told = False, "the file is there"
                    reach.target.unlink()
                checks.append(Check(attempt=f"{attempt} in {language}", held=held, seen=told))
            control = _seen(engine, language, _CONTROLS[language], reach)
            right = control.ending == "returned" and control.value in (_TOTAL, _TOTAL_ROWS)
            checks.append(Check(attempt=_CONTROL_RUN + language, held=right, seen=_said(control)))
    return checks


@dataclass(frozen=True, slots=True)
class _Reach:
    """What an attempt is told to reach for, and would reach if nothing held it."""

    folder: Path
    name: str
    port: int

    @property
    def secret(self) -> Path:
        return self.folder / "secret"

    @property
    def database(self) -> Path:
        return self.folder / "secret.sqlite"

    @property
    def target(self) -> Path:
        return self.folder / "target"

    def prepare(self) -> None:
        self.secret.write_text(_SECRET)
        with closing(sqlite3.connect(self.database)) as database:
            database.execute("create table secret as select ? as word", (_SECRET,))
            database.commit()


def _seen(engine: Engine, language: str, source: str, reach: _Reach) -> Observation:
    if language == "sql":
        program = Program(language, source.format(database=reach.database, target=reach.target))
        test = TestInput()
    else:
        program = Program(language, source, "probe")
        test = TestInput((str(reach.secret), str(reach.target), reach.name, reach.port))
    return next(iter(list(engine.run(program, [test], Limits(cpu_s=2)))))


def _said(seen: Observation) -> str:
    if seen.ending == "returned":
        return "answered"
    lines = (seen.error or seen.ending).strip().splitlines()
    # JavaScript's frames come after its words, Python's before.
    return [line for line in lines if not line.startswith("    at ")][-1][:200]
