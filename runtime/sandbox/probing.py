"""Does the sandbox hold here? Real escape attempts and a control run, for `prepai doctor`."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from .engine import Engine, Observation, Program, TestInput
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
# The same attempts as each language writes them down; the control run adds up the numbers below 1,000.
_ATTEMPTS: Final[dict[str, dict[str, str]]] = {
    "python": _PYTHON,
    "javascript": _JAVASCRIPT,
    "typescript": _JAVASCRIPT,
}
_CONTROLS: Final = {
    "python": "def probe(number): return sum(range(number))",
    "javascript": "const probe = number => (number * (number - 1)) / 2",
    "typescript": "const probe = (number: number): number => (number * (number - 1)) / 2",
}
_CONTROL_RUN: Final = "the control run in "


class Check(BaseModel):
    """One attempt: what was tried, whether the sandbox held, and what came back."""

    model_config = ConfigDict(frozen=True)

    attempt: str
    held: bool
    seen: str


class ProbeResult(BaseModel):
    """`holds` is true when every language's control run answered and every attempt failed."""

    model_config = ConfigDict(frozen=True)

    holds: bool
    isolation: str
    summary: str
    checks: tuple[Check, ...] = ()
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

    @property
    def missing(self) -> dict[str, str]:
        """Why each language that it could run elsewhere is not there."""
        ...


def probe(engine: Engine) -> ProbeResult:
    """Try to get out: to a file of ours, the environment, a listening socket, a process, native code.

    `languages` names what holds each, `absent` why others are not there.

    In the languages whose attempts are written down here; an engine of others tries its own where it starts.
    """
    try:
        checks = _checks(engine)
        isolation = engine.isolation
        languages = {known.name: known.isolation for known in engine.languages()}
    except SandboxError as error:
        return ProbeResult(
            holds=False, isolation="none", summary=f"no code runs here: {error}", absent=_absent(engine)
        )
    failed = [check.attempt for check in checks if not check.held]
    tried = dict.fromkeys(
        check.attempt.partition(" in ")[0] for check in checks if not check.attempt.startswith(_CONTROL_RUN)
    )
    summary = f"does not hold: {', '.join(failed)}" if failed else "holds against " + ", ".join(tried)
    return ProbeResult(
        holds=not failed,
        isolation=isolation,
        summary=summary,
        checks=(*checks, *_walls(engine)),
        languages=languages,
        absent=_absent(engine),
    )


def _walls(engine: Engine) -> Iterator[Check]:
    """What walled engines tried. One whose walls do not hold lists no language, so that it spoils no other's result."""
    for part in _walled(engine):
        try:
            walls = part.walls()
        except SandboxError:
            continue
        for attempt, came in walls.items():
            yield Check(attempt=attempt, held=came.startswith("refused"), seen=came)


def _absent(engine: Engine) -> dict[str, str]:
    """Why languages are not there, or why none of an engine's are."""
    reasons: dict[str, str] = {}
    for part in _walled(engine):
        try:
            part.walls()
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
        secret, target = Path(folder) / "secret", Path(folder) / "target"
        secret.write_text(_SECRET)
        reach = (str(secret), str(target), next(iter(os.environ), "PATH"), listening.getsockname()[1])
        for language in (known.name for known in engine.languages() if known.name in _ATTEMPTS):
            for attempt, source in _ATTEMPTS[language].items():
                seen = _attempt(engine, language, source, *reach)
                held = seen.ending == "raised"
                checks.append(Check(attempt=f"{attempt} in {language}", held=held, seen=_last_line(seen)))
            if target.exists():
                checks.append(
                    Check(attempt=f"writing a file in {language}", held=False, seen="the file is there")
                )
                target.unlink()
            control = _attempt(engine, language, _CONTROLS[language], 1000)
            right = control.ending == "returned" and control.value == 499500
            checks.append(Check(attempt=_CONTROL_RUN + language, held=right, seen=_last_line(control)))
    return checks


def _attempt(engine: Engine, language: str, source: str, *arguments: str | int) -> Observation:
    program = Program(language, source, "probe")
    return next(iter(list(engine.run(program, [TestInput(arguments)], Limits(cpu_s=2)))))


def _last_line(seen: Observation) -> str:
    if seen.ending == "returned":
        return "answered"
    return (seen.error or seen.ending).strip().splitlines()[-1][:200]
