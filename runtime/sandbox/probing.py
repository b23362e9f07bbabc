"""Does the sandbox hold here? Real escape attempts and a control run, for `prepai doctor`."""

from __future__ import annotations

import os
import socket
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Final

from pydantic import BaseModel, ConfigDict

from .engine import Engine, Observation, Program, TestInput
from .errors import SandboxError
from .submission import Limits

_SECRET: Final = "prepai-probe-secret"  # noqa: S105 - what an escape would have to bring back

_READ_FILE = """
def probe(path):
    return open(path).read()
"""
_WRITE_FILE = """
def probe(path):
    with open(path, "w") as file:
        file.write("escaped")
    return "written"
"""
_ENVIRONMENT = """
import os
def probe(name):
    return os.environ[name]
"""
_SOCKET = """
import socket
def probe(port):
    socket.create_connection(("127.0.0.1", port), 1).close()
    return "connected"
"""
_PROCESS = """
import subprocess
def probe(_):
    return subprocess.run(["/bin/echo", "escaped"], capture_output=True, text=True).stdout
"""
_NATIVE = """
import ctypes
def probe(_):
    return ctypes.CDLL(None).getpid()
"""
_CONTROL = """
def probe(number):
    return sum(range(number))
"""


class Check(BaseModel):
    """One attempt: what was tried, whether the sandbox held, and what came back."""

    model_config = ConfigDict(frozen=True)

    attempt: str
    held: bool
    seen: str


class ProbeResult(BaseModel):
    """`holds` is true when the control run answered and every attempt failed."""

    model_config = ConfigDict(frozen=True)

    holds: bool
    isolation: str
    summary: str
    checks: tuple[Check, ...] = ()


def probe(engine: Engine) -> ProbeResult:
    """Try to get out: to a file of ours, the environment, a listening socket, a process, native code."""
    try:
        checks = _checks(engine)
    except SandboxError as error:
        return ProbeResult(holds=False, isolation="none", summary=f"no code runs here: {error}")
    failed = [check.attempt for check in checks if not check.held]
    summary = (
        f"does not hold: {', '.join(failed)}"
        if failed
        else "holds against " + ", ".join(check.attempt for check in checks[:-1])
    )
    return ProbeResult(holds=not failed, isolation=engine.isolation, summary=summary, checks=tuple(checks))


def _checks(engine: Engine) -> list[Check]:
    with (
        tempfile.TemporaryDirectory() as folder,
        closing(socket.create_server(("127.0.0.1", 0))) as listening,
    ):
        secret, target = Path(folder) / "secret", Path(folder) / "target"
        secret.write_text(_SECRET)
        variable = next(iter(os.environ), "PATH")
        port: int = listening.getsockname()[1]
        attempts: list[tuple[str, str, str | int]] = [
            ("reading a file", _READ_FILE, str(secret)),
            ("writing a file", _WRITE_FILE, str(target)),
            ("the environment", _ENVIRONMENT, variable),
            ("a socket", _SOCKET, port),
            ("starting a process", _PROCESS, 0),
            ("native code", _NATIVE, 0),
        ]
        checks = [
            Check(attempt=attempt, held=seen.ending == "raised", seen=_last_line(seen))
            for attempt, source, argument in attempts
            for seen in [_attempt(engine, source, argument)]
        ]
        if target.exists():
            checks.append(Check(attempt="writing a file", held=False, seen="the file is there"))
    control = _attempt(engine, _CONTROL, 1000)
    right = control.ending == "returned" and control.value == 499500
    return [*checks, Check(attempt="the control run", held=right, seen=_last_line(control))]


def _attempt(engine: Engine, source: str, argument: str | int) -> Observation:
    program = Program("python", source, "probe")
    return next(iter(list(engine.run(program, [TestInput((argument,))], Limits(cpu_s=2)))))


def _last_line(seen: Observation) -> str:
    if seen.ending == "returned":
        return "answered"
    return (seen.error or seen.ending).strip().splitlines()[-1][:200]
