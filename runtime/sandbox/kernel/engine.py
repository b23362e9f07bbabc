"""The kernel engine as the room knows it: seats for submissions, the zygote that serves them, and their verdicts.

What holds the code is Linux: Landlock, a filter on system calls, limits, and namespaces where they are granted; `box/`
has how, ADR 15 why and what exactly. Nothing is listed before every wall was tried for real and every language has
answered a control run in it.
"""

from __future__ import annotations

import array
import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, Self

from pydantic import JsonValue

from .. import observing
from ..engine import Ending, Language, Observation, Program, TestInput, named
from ..errors import SandboxUnavailable, UnsupportedLanguage
from ..machine_code import default_directory
from ..seats import Seats
from ..submission import Limits
from . import messages, toolchains
from .box import wire
from .toolchains import NotAProgram, Toolchain

_START_TIMEOUT_S: Final = 60
_COMPILE_TIMEOUT_S: Final = 90
_SLACK_S: Final = 10
# How long a submission waits for a virtual machine that is on its way before it starts one of its own.
_SPARE_TIMEOUT_S: Final = 10
# For how long a failed preparation is believed: what it lacked (a disk's room, a process) may be there again.
_REFUSED_S: Final = 30
_DEFAULT_MEMORY: Final = Limits().memory_mb << 20
# The same in a box of its own as in WebAssembly.
_GUEST: Final = Path(__file__).parents[1] / "_guest.py"


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


class KernelEngine:
    """Runs C, C++, Java and Go where their toolchains are found, and Python natively when asked to. Thread-safe; its
    processes end with `close()` and with this process.

    Args:
        workers: submissions that run at once (default: one per CPU).
        queue: submissions that may wait for a seat; one more is `SandboxBusy`.
        wait_s: how long they wait before that is `SandboxBusy` too.
        directory: where what toolchains start from is kept: a precompiled header, a class archive, Go's packages
            (default: the user's cache). A machine's first start builds it in the background; runs wait for it.
        native_python: Python too, by this interpreter.
        ahead: find the toolchains and prove them in the background at once, which takes some seconds; False: when a
            language is first asked for.
        namespaces: False does without them where the kernel would grant them; the rest must hold alone.
    """

    name = "kernel"

    def __init__(
        self,
        *,
        workers: int | None = None,
        queue: int = 64,
        wait_s: float = 20.0,
        directory: Path | None = None,
        native_python: bool = False,
        namespaces: bool = True,
        ahead: bool = True,
    ) -> None:
        self._workers = workers or os.process_cpu_count() or 1
        self._seats = Seats(self._workers, queue=queue, wait_s=wait_s)
        self._python = native_python
        self._namespaces = namespaces
        self._lock = threading.RLock()
        self._closed = False
        self._zygote: _Zygote | None = None
        # What held when it was first started; a later start that comes to less is not run on.
        self._isolation: str | None = None
        self._spare: Future[_Warden] | None = None
        self._reasons: dict[str, str] = {}
        self._found: Future[dict[str, Toolchain]] = Future()
        self._refused_at = 0.0
        self._folder = directory or default_directory()
        self._begun = False
        if ahead:
            self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def speaks(self) -> tuple[str, ...]:
        if sys.platform != "linux":
            return ()
        return toolchains.here(python=self._python)

    @property
    def isolation(self) -> str:
        """Raises `SandboxUnavailable` when nothing holds."""
        self._begin().result()
        return self._running().trial.isolation

    @property
    def missing(self) -> dict[str, str]:
        """Why each language is not listed that is not; empty until the first listing."""
        return dict(self._reasons)

    @property
    def processes(self) -> frozenset[int]:
        """The zygote; what is below it is its own."""
        with self._lock:
            return frozenset({self._zygote.process} if self._zygote is not None else ())

    def language(self, name: str) -> Language:
        return named(self, name)

    def trial(self) -> Trial:
        """What the walls came to here. Raises `SandboxUnavailable` when they could not be put up at all."""
        found = self._begin()
        zygote = self._zygote if found.exception() else self._running()
        if zygote is None:
            found.result()
            raise SandboxUnavailable("the sandbox is closed")
        return zygote.trial

    def walls(self) -> dict[str, str]:
        """Each attempt to get out and what came of it; `refused` is how those begin that were held."""
        return self.trial().attempts

    def languages(self) -> tuple[Language, ...]:
        """Those whose control run was answered in the box. Raises `SandboxUnavailable` when nothing holds."""
        known = self._begin().result()
        isolation = self.isolation
        return tuple(Language(name, chain.title, self.name, isolation) for name, chain in known.items())

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        """One observation per input, in order; whatever happens to the candidate's process is a verdict."""
        known = self._begin().result()
        toolchain = known.get(program.language)
        if toolchain is None:
            raise UnsupportedLanguage(program.language, tuple(known))
        with self._seats.seat():
            warden = self._warden(toolchain, limits)
            try:
                yield from _Run(warden, toolchain, program, limits).observations(inputs)
            finally:
                warden.close()
                if toolchain.ahead:
                    threading.Thread(target=self._prepare_spare, args=(toolchain,), daemon=True).start()

    def rest(self) -> None:
        with self._lock:
            zygote, self._zygote = self._zygote, None
            self._isolation = None  # whoever wakes may be on another machine
            spare, self._spare = self._spare, None
        if zygote is not None:
            zygote.close()  # and with it the spare, if it is still on its way
        if spare is not None:
            spare.add_done_callback(_discarded)

    def wake(self) -> None:
        self.rest()
        if self._found.done() and self._found.exception() is None:
            with contextlib.suppress(SandboxUnavailable):  # who needs it will hear why
                self._running()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._seats.close()
        self.rest()

    def _begin(self) -> Future[dict[str, Toolchain]]:
        """The preparation: under way, done, or failed a moment ago."""
        with self._lock:
            refused = self._found.done() and self._found.exception() is not None
            if refused and time.monotonic() >= self._refused_at + _REFUSED_S:
                self._found, self._begun = Future(), False
            begun, self._begun, found = self._begun, True, self._found
        if not begun:
            threading.Thread(target=self._prepare, args=(found,), daemon=True).start()
        return found

    def _prepare(self, found: Future[dict[str, Toolchain]]) -> None:
        try:
            found.set_result(self._proved(self._folder))
        except Exception as error:  # noqa: BLE001 - whoever waits for the future must hear of it
            self._refused_at = time.monotonic()
            found.set_exception(
                error
                if isinstance(error, SandboxUnavailable)
                else SandboxUnavailable(f"the kernel sandbox could not be prepared: {error!r}")
            )

    def _proved(self, directory: Path) -> dict[str, Toolchain]:
        if sys.platform != "linux":
            raise SandboxUnavailable(f"the kernel sandbox needs Linux; this is {platform.system()}")
        chains, self._reasons = toolchains.found(directory, python=self._python)
        if not chains:
            raise SandboxUnavailable(
                f"no compiler for the kernel sandbox: {'; '.join(self._reasons.values())}"
            )
        self._paths = sorted(
            {path for chain in chains for path in chain.paths} | set(toolchains.interpreter_paths())
        )
        self._running()
        proved = {}
        for chain in chains:
            fault = self._control_run(chain)
            if fault is None:
                proved[chain.language] = chain
            else:
                self._reasons[chain.language] = fault
        if not proved:
            told = "; ".join(f"{language}: {reason}" for language, reason in self._reasons.items())
            raise SandboxUnavailable(f"no language runs in the kernel sandbox here: {told}")
        return proved

    def _control_run(self, chain: Toolchain) -> str | None:
        """Why the language does not answer in the box; None when it does."""
        for _ in range(2):
            warden = self._warden(chain, Limits())
            try:
                run = _Run(warden, chain, chain.hello, Limits(cpu_s=10))
                (seen,) = run.observations([TestInput(stdin="21")])
            finally:
                warden.close()
            if seen.ending != "engine_failed":  # ended from outside, which says nothing of the language
                break
        if seen.ending == "returned" and seen.stdout.strip() == "42":
            return None
        return f"the control run came to {seen.ending}: {(seen.error or seen.stdout)[:400]}"

    def _running(self) -> _Zygote:
        """The zygote, started if it is not there or has died."""
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("the sandbox is closed")
            if self._zygote is None or not self._zygote.alive():
                if self._zygote is not None:
                    self._zygote.close()
                try:
                    self._zygote = self._started()
                except _GoneError:  # without a word: ended from outside, and a second time it is the machine
                    self._zygote = self._started()
            zygote = self._zygote
            began, now = self._isolation or zygote.trial.isolation, zygote.trial.isolation
            self._isolation = began
            if now != began:
                self._zygote = None
                zygote.close()
                raise SandboxUnavailable(f"the kernel sandbox began as {began!r} and would go on as {now!r}")
        if zygote.trial.through:
            raise SandboxUnavailable(
                f"the kernel sandbox does not hold here against: {', '.join(zygote.trial.through)}"
            )
        return zygote

    def _started(self) -> _Zygote:
        guest = str(_GUEST) if self._python else None
        return _Zygote(self._paths, self._workers + 1, guest, namespaces=self._namespaces)

    def _warden(self, toolchain: Toolchain, limits: Limits) -> _Warden:
        if toolchain.ahead and limits.memory_mb << 20 == _DEFAULT_MEMORY:
            with self._lock:
                spare, self._spare = self._spare, None
            if spare is not None:
                try:
                    if (warden := spare.result(_SPARE_TIMEOUT_S)).alive():
                        return warden
                except TimeoutError:
                    spare.add_done_callback(_discarded)
                except SandboxUnavailable:
                    pass  # a new one is asked for below, and says why where there is none
        try:
            return self._running().warden()
        except _GoneError:  # it is closed, so the next one is new
            return self._running().warden()

    def _prepare_spare(self, toolchain: Toolchain) -> None:
        """A virtual machine that is warm when the next submission comes."""
        with self._lock:
            if self._spare is not None or self._closed:
                return
            spare = self._spare = Future[_Warden]()
        try:
            spare.set_result(self._warmed(toolchain))
        except Exception as error:  # noqa: BLE001 - whoever waits for the future must hear of it
            told = f"no virtual machine came up ahead of time: {error!r}"
            spare.set_exception(SandboxUnavailable(told))

    def _warmed(self, toolchain: Toolchain) -> _Warden:
        warden = self._running().warden()
        request = {
            "kind": "prepare",
            "recipe": toolchain.recipe(toolchain.hello),
            "memory_bytes": _DEFAULT_MEMORY,
        }
        with contextlib.ExitStack() as unless_it_came_up:
            unless_it_came_up.callback(warden.close)
            hello = warden.ask(request, _COMPILE_TIMEOUT_S)
            if hello is None or hello["ending"] != "returned":
                raise SandboxUnavailable(str((hello or {}).get("error") or "it ended"))
            unless_it_came_up.pop_all()
        return warden


def _discarded(spare: Future[_Warden]) -> None:
    if spare.exception() is None:
        spare.result().close()


class _GoneError(SandboxUnavailable):
    """The zygote ended without having refused anything."""


class _Zygote:
    """The parent's end of the process that boxes are forked from. Raises `SandboxUnavailable` when it stays down."""

    def __init__(self, paths: list[str], seats: int, guest: str | None, *, namespaces: bool) -> None:
        self._control, theirs = socket.socketpair()
        self._lock = threading.Lock()
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
            refusal = SandboxUnavailable if hello else _GoneError
            raise refusal(f"the kernel sandbox does not hold here: {why}")
        self.trial = Trial(hello["namespaces"], hello["landlock"], hello["attempts"])

    @property
    def process(self) -> int:
        return self._process.pid

    def alive(self) -> bool:
        return self._process.poll() is None

    def warden(self) -> _Warden:
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
                raise _GoneError(f"the kernel sandbox is gone: {error}") from None
        return _Warden(ours)

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


class _Warden:
    """The parent's end of one submission."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

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


class _Run:
    """One submission with its warden."""

    def __init__(self, warden: _Warden, toolchain: Toolchain, program: Program, limits: Limits) -> None:
        self._warden = warden
        self._toolchain = toolchain
        self._program = program
        self._limits = limits
        self._cpu_s = limits.cpu_s * toolchain.cpu_factor
        self._wall_s = 2 * self._cpu_s + 1
        self._bytes_left = limits.total_bytes
        self._deadline = 0.0

    def observations(self, inputs: Sequence[TestInput]) -> Iterator[Observation]:
        self._deadline = time.monotonic() + self._limits.submission_s
        final = replace(self._open(), before_input=True)
        before = final.stdout
        settled = final.ending != "returned"
        for index, test in enumerate(inputs):
            if self._program.loads_only:
                yield replace(final, index=index)
            elif settled and (index == 0 or time.monotonic() < self._deadline):
                yield Observation(index, final.ending, error=final.error, before_input=final.before_input)
            elif time.monotonic() >= self._deadline:
                yield observing.not_run(index, self._limits)
            else:
                observation = self._test(index, test)
                if index == 0 and before:
                    observation = observing.printed_first(before, observation)
                settled, final = observation.ending in ("not_compiled", "engine_failed"), observation
                yield observing.within_total(observation, self._bytes_left, self._limits)

    def _open(self) -> Observation:
        try:
            # What some editors write before the text is not part of it; half of the compilers take it for a symbol.
            self._program = replace(self._program, source=self._program.source.removeprefix("\ufeff"))
            recipe = self._toolchain.recipe(self._program)
        except NotAProgram as told:
            return Observation(0, "not_compiled", error=str(told))
        request = {
            "kind": "open",
            "recipe": recipe,
            "source": recipe.pop("text", self._program.source),
            "function": self._program.function_name,
            "in_place": self._program.in_place,
            "per_test": self._program.per_test,
            "memory_bytes": self._limits.memory_mb << 20,
            "cpu_s": self._cpu_s,
            **self._clock(),
            "output_bytes": self._limits.output_bytes,
        }
        seen = self._read(0, self._warden.ask(request, _COMPILE_TIMEOUT_S))
        if seen.ending == "not_compiled" and recipe["kind"] == "native":
            return replace(seen, error=messages.compiled(seen.error or "", self._toolchain.complaint))
        return seen

    def _test(self, index: int, test: TestInput) -> Observation:
        clock = self._clock()
        request: dict[str, Any] = {"kind": "test", **clock}
        if self._program.function_name is None:
            request["stdin"] = test.stdin
        elif self._toolchain.by_name:
            request["arguments"] = json.dumps([test.args, test.kwargs])
        elif test.kwargs:
            return Observation(index, "raised", error="arguments by name are for Python; give them in order")
        else:
            kind = "i" if self._program.in_place else "c"
            request["tokens"] = kind + _tokens(list(test.args))
        answer = self._warden.ask(request, clock["most_s"] + _START_TIMEOUT_S + _SLACK_S)
        if answer is not None and answer["error"] == "wall":
            if time.monotonic() >= self._deadline:
                waited, cpu_s = answer["wall_ms"] / 1e3, answer["cpu_ms"] / 1e3
                if not observing.had_its_time(waited, cpu_s, min(self._wall_s, self._limits.submission_s)):
                    return observing.not_run(index, self._limits)
                answer["error"] = f"the submission's {self._limits.submission_s:g} s were used up"
            else:
                answer["error"] = f"no answer in {clock['wall_s']:g} s"
        return self._read(index, answer)

    def _clock(self) -> dict[str, float]:
        left = max(0.01, self._deadline - time.monotonic())
        return {"wall_s": min(self._wall_s, left), "most_s": left}

    def _read(self, index: int, answer: dict[str, Any] | None) -> Observation:
        if answer is None:
            return Observation(index, "engine_failed", error="the sandbox was ended from outside")
        ending: Ending = answer["ending"] or "crashed"
        value: JsonValue = None
        error: str | None = answer["error"]
        if answer["frame"] is not None and answer["ending"] is None:
            if len(answer["frame"]) > self._limits.frame_bytes:
                ending, error = "output", f"the result is larger than {self._limits.frame_bytes} bytes"
            else:
                ending, value, error = observing.parsed(answer["frame"])
        trace = self._toolchain.trace
        stderr = trace(answer["stderr"])
        if ending == "raised" and answer["ending"] is None:
            error = messages.uncalled(trace(error or ""))
        elif ending in ("raised", "crashed"):
            error = messages.died(stderr, error or "", words_first=self._toolchain.words_first)
        if ending == "time" and error == "cpu":
            error = f"more than {self._cpu_s:g} s of CPU time"
        if ending == "output" and error == "output":
            error = f"more than {self._limits.output_bytes} bytes were printed"
        if ending == "engine_failed":
            return Observation(index, ending, error=error or "the sandbox failed")
        self._bytes_left -= len(answer["frame"] or "") + len(answer["stdout"]) + len(answer["stderr"])
        return Observation(
            index,
            ending,
            value=value,
            stdout=answer["stdout"],
            stderr=stderr,
            error=error,
            cpu_ms=round(answer["cpu_ms"], 3),
            wall_ms=round(answer["wall_ms"], 3),
            peak_kb=answer["peak_kb"],
        )


def _tokens(value: JsonValue) -> str:  # noqa: PLR0911 - one per kind of value
    """A value for the harness of a typed language: `t f n i1; d1.5; s3:abc l2: m1:`, sizes in bytes of UTF-8."""
    match value:
        case True | False:
            return "t" if value else "f"
        case None:
            return "n"
        case int():
            return f"i{value};"
        case float():
            return f"d{value!r};"
        case str():
            return f"s{_text(value)}"
        case list():
            return f"l{len(value)}:" + "".join(map(_tokens, value))
        case dict():
            return f"m{len(value)}:" + "".join(f"s{_text(key)}{_tokens(item)}" for key, item in value.items())
    raise TypeError(type(value))


def _text(value: str) -> str:
    whole = value.encode("utf-8", "replace").decode()
    return f"{len(whole.encode())}:{whole}"
