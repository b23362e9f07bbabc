"""The engine's end of its processes: the zygote that others are forked from, and a submission's warden (`box/`)."""

from __future__ import annotations

import array
import contextlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from ..errors import SandboxUnavailable
from .box import wire

_START_TIMEOUT_S: Final = 60


@dataclass(frozen=True, slots=True)
class Trial:
    """What the walls came to when they were tried here; `through` names the attempts that got through."""

    namespaces: bool
    landlock: int
    attempts: dict[str, str]

    @property
    def through(self) -> tuple[str, ...]:
        return tuple(what for what, came in self.attempts.items() if not came.startswith("refused"))

    @property
    def isolation(self) -> str:
        """In words that go out with every answer."""
        apart = "namespaces, " if self.namespaces else ""
        return (
            f"Linux: {apart}Landlock {self.landlock}, a list of allowed system calls and limits, "
            "in a process of its own without rights"
        )


class GoneError(SandboxUnavailable):
    """The zygote ended without having refused anything."""


class Zygote:
    """The parent's end of the process that boxes are forked from. Raises `SandboxUnavailable` when it stays down."""

    def __init__(self, paths: list[str], seats: int, guest: str | None, *, namespaces: bool) -> None:
        self._control, theirs = socket.socketpair()
        self._lock = threading.Lock()
        self._wardens = 0
        self._retired = False
        script = "import sys; sys.path.insert(0, sys.argv[1]); from box import zygote; zygote.main(int(sys.argv[2]))"
        with theirs:
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own script
                    [
                        sys.executable,
                        "-I",
                        "-S",
                        "-B",
                        "-c",
                        script,
                        str(Path(__file__).parent),
                        str(theirs.fileno()),
                    ],
                    pass_fds=(theirs.fileno(),),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                    cwd="/",
                )
            except OSError as error:
                self._control.close()
                raise SandboxUnavailable(f"no process for the kernel sandbox: {error}") from None
        told = {"paths": paths, "seats": seats, "guest": guest, "namespaces": namespaces}
        hello: dict[str, Any] | None = None
        self._control.settimeout(_START_TIMEOUT_S)
        with contextlib.suppress(OSError):
            wire.send(self._control, told)
            hello = wire.receive(self._control)
        if hello is None or "fault" in hello:
            self.close()
            why = (hello or {}).get("fault") or f"it ended with status {self._process.returncode}"
            refusal = SandboxUnavailable if hello else GoneError
            raise refusal(f"the kernel sandbox does not hold here: {why}")
        self.trial = Trial(hello["namespaces"], hello["landlock"], hello["attempts"])

    @property
    def process(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def warden(self) -> Warden:
        """A process for one submission."""
        ours, theirs = socket.socketpair()
        with theirs, self._lock:
            try:
                self._control.sendmsg(
                    [b"r"],
                    [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs.fileno()]).tobytes())],
                )
            except OSError as error:
                ours.close()
                self.close()
                raise GoneError(f"the kernel sandbox is gone: {error}") from None
            self._wardens += 1
        return Warden(ours, self._left)

    def retire(self) -> None:
        """Close, once the submissions that it serves are through."""
        with self._lock:
            self._retired, unused = True, self._wardens == 0
        if unused:
            self.close()

    def _left(self) -> None:
        with self._lock:
            self._wardens -= 1
            unused = self._retired and self._wardens == 0
        if unused:
            self.close()

    def close(self) -> None:
        """End every process of the sandbox: they hang together."""
        self._control.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _environment() -> dict[str, str]:
    """Where the interpreter's own library lies, which Lambda's Python finds in no other way; nothing else is told."""
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": libraries} if libraries else {}


class Warden:
    """The parent's end of one submission."""

    def __init__(self, channel: socket.socket, left: Callable[[], None]) -> None:
        self._channel = channel
        self._left: Callable[[], None] | None = left

    def alive(self) -> bool:
        self._channel.settimeout(0)
        try:
            return self._channel.recv(1, socket.MSG_PEEK) != b""
        except BlockingIOError:
            return True
        except OSError:
            return False

    def ask(self, request: dict[str, Any], timeout_s: float) -> dict[str, Any] | None:
        """The answer; None when the process is gone or late, which is never the candidate's doing."""
        try:
            self._channel.settimeout(timeout_s)
            wire.send(self._channel, request)
            return wire.receive(self._channel)
        except (OSError, ValueError):
            return None

    def close(self) -> None:
        """Hang up: the process ends with everything of the submission."""
        self._channel.close()
        left, self._left = self._left, None
        if left is not None:
            left()
