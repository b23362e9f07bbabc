"""An engine over disposable worker processes, each hosting WebAssembly instances of one interpreter (`_worker.py`).

What holds the code is the instance: no system call, no socket, no file. An instance serves one submission and is thrown
away. The process around it is the second wall and the clock: empty environment, null standard streams, no new rights,
and a CPU timer in the kernel. A process serves further submissions only after ones that ended in order, because a fresh
process costs a hundred times a fresh instance (`benchmarks/sandbox.py`); any crash, time limit or oddity ends it.

Forging is worthless rather than forbidden: the guest's side of the harness lies in the candidate's own interpreter and
can be patched by it, so no secret is kept there. Expected values never enter, inputs arrive one test at a time, and one
answer is taken per question asked: what a forger can send is an answer, and an answer must be right.
"""

from __future__ import annotations

import abc
import contextlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, ClassVar, Final, Self

from pydantic import JsonValue

from . import observing
from .engine import Ending, Language, Observation, Program, TestInput, named
from .errors import SandboxUnavailable, UnsupportedLanguage
from .machine_code import default_directory, used
from .seats import Seats
from .submission import Limits

RUNS_PER_WORKER: Final = 500
_START_TIMEOUT_S: Final = 60
# For how long nothing is started again to learn that it does not start: whoever runs another language asks, too.
_REFUSED_S: Final = 30
_MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024
# Who ends a worker in one of these ways stands outside of it: a guest has no signals to send.
_FROM_OUTSIDE: Final = frozenset({-signal.SIGKILL, -signal.SIGTERM, -signal.SIGINT, -signal.SIGHUP})
# A wait ends up to this much before its time.
_EARLY_S: Final = 0.01
# Where there is no /proc, a process says itself how much CPU time it took, in this time.
_PROC: Final = Path("/proc/self/stat").exists()
_REPORT_S: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Hosted:
    """What a worker process hosts: the script beside this file that drives the interpreter, the package that the
    script needs, and in words what does not run when that is missing."""

    script: str
    package: str
    title: str
    no_package: str


class WorkerEngine(abc.ABC):
    """Thread-safe; its processes end with `close()` and with this process.

    Args:
        workers: submissions that run at once (default: one per CPU). Processes start as needed and stay.
        queue: submissions that may wait for a worker; one more is `SandboxBusy`.
        wait_s: how long they wait before that is `SandboxBusy` too.
        directory: where what workers start from lies or is built (default: the user's cache). A machine's first
            start builds it in the background; runs wait for it.
    """

    name: ClassVar[str]
    isolation: ClassVar[str]
    speaks: ClassVar[tuple[str, ...]]
    hosted: ClassVar[Hosted]
    # What a candidate is told of each language, around the version that the interpreter names itself by.
    titles: ClassVar[tuple[str, ...]]
    # CPU limits are a native interpreter's: what this one needs for the same work, by benchmarks/sandbox.py.
    cpu_factor: ClassVar[float]

    def __init__(
        self,
        *,
        workers: int | None = None,
        queue: int = 64,
        wait_s: float = 20.0,
        directory: Path | None = None,
    ) -> None:
        self._workers = workers or os.process_cpu_count() or 1
        self._seats = Seats(self._workers, queue=queue, wait_s=wait_s)
        self._lock = threading.RLock()
        self._idle: list[Worker] = []
        self._busy: set[Worker] = set()
        self._closed = False
        self._directory = directory or default_directory()
        self._preparation = self._prepared()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def languages(self) -> tuple[Language, ...]:
        """Once a worker has shown that it runs; a machine's first start waits until there is something to start.

        A refusal stands for half a minute, then it is tried again.
        """
        versions = self._begun().versions.result()
        return tuple(
            Language(name, title.format(version), self.name, self.isolation)
            for name, title, version in zip(self.speaks, self.titles, versions, strict=True)
        )

    def language(self, name: str) -> Language:
        return named(self, name)

    @property
    def processes(self) -> frozenset[int]:
        with self._lock:
            return frozenset(worker.process for worker in (*self._idle, *self._busy))

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        """One observation per input, in order; a worker's death is a verdict, and it is replaced."""
        if program.language not in self.speaks:
            raise UnsupportedLanguage(program.language, self.speaks)
        yield from self._observed(program, inputs, limits)

    def _observed(
        self, program: Program, inputs: Sequence[TestInput], limits: Limits
    ) -> Iterator[Observation]:
        # Before a seat is taken: the seats are for work, and a machine's first start takes half a minute.
        self._begun().versions.result()
        with self._worker() as slot:
            yield from _Run(slot, program, limits, self.cpu_factor).observations(inputs)

    def rest(self) -> None:
        with self._lock:
            idle, self._idle = self._idle, []
        for worker in idle:
            worker.kill()

    def wake(self) -> None:
        self.rest()
        self._start_spare()

    def close(self) -> None:
        """End every process; runs still under way end as `engine_failed`."""
        with self._lock:
            self._closed = True
            idle, busy = self._idle, list(self._busy)
            self._idle = []
        self._seats.close()
        for worker in idle:
            worker.kill()
        for worker in busy:
            worker.end()

    @abc.abstractmethod
    def _build(self, directory: Path) -> Path:
        """The folder that workers start from, built first if need be. Raises `SandboxUnavailable`."""

    @contextlib.contextmanager
    def _worker(self) -> Iterator[_Slot]:
        with self._seats.seat():
            slot = _Slot(self)
            try:
                yield slot
            finally:
                slot.give_back()

    def _begun(self) -> _Preparation:
        """The preparation: under way, done, or failed a moment ago."""
        with self._lock:
            refused_at = self._preparation.refused_at
            if refused_at is not None and time.monotonic() >= refused_at + _REFUSED_S and not self._closed:
                self._preparation = self._prepared()
            return self._preparation

    def _prepared(self) -> _Preparation:
        preparation = _Preparation()
        threading.Thread(target=self._prepare, args=(preparation,), daemon=True).start()
        return preparation

    def _prepare(self, preparation: _Preparation) -> None:
        try:
            preparation.image.set_result(self._build(self._directory))
            worker = self._take(preparation)
        except SandboxUnavailable as error:
            preparation.refuse(error)
        except Exception as error:  # noqa: BLE001 - whoever waits for the future must hear of it
            preparation.refuse(SandboxUnavailable(f"{self.hosted.title} could not be prepared: {error!r}"))
        else:
            self._keep(worker)
            preparation.versions.set_result(worker.ready())
            self._start_spare()

    def _start_spare(self) -> None:
        """Have a process loading before anyone asks for it."""
        image = self._preparation.image
        if not image.done() or image.exception():  # nobody waits for anything while holding the lock
            return
        with self._lock, contextlib.suppress(SandboxUnavailable):  # who needs it will hear why
            if not self._closed and not self._idle and len(self._busy) < self._workers:
                self._idle.append(Worker(self.hosted, image.result()))

    def _take(self, preparation: _Preparation | None = None, *, again: bool = False) -> Worker:
        """A worker that is ready. One that was ended from outside while it started is replaced, once."""
        preparation = preparation or self._begun()
        path = preparation.image.result()
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("the sandbox is closed")
            while self._idle and not self._idle[-1].alive():
                self._idle.pop().kill()
            try:
                worker = self._idle.pop() if self._idle else Worker(self.hosted, path)
            except SandboxUnavailable:
                preparation.refused_at = (
                    time.monotonic()
                )  # what it starts from may be gone: it is built again
                raise
            self._busy.add(worker)
        try:
            worker.ready()
        except SandboxUnavailable:
            ended = worker.died() in _FROM_OUTSIDE
            self._drop(worker)
            if ended and not again and not self._closed:
                return self._take(preparation, again=True)
            raise
        return worker

    def _drop(self, worker: Worker) -> None:
        worker.kill()
        with self._lock:
            self._busy.discard(worker)

    def _keep(self, worker: Worker) -> None:
        with self._lock:
            self._busy.discard(worker)
            if not self._closed:
                self._idle.append(worker)
                return
        worker.kill()


class _Preparation:
    """What workers start from, and the versions that the first of them printed; or why there are none, since when."""

    def __init__(self) -> None:
        self.image: Future[Path] = Future()
        self.versions: Future[tuple[str, ...]] = Future()
        self.refused_at: float | None = None

    def refuse(self, error: SandboxUnavailable) -> None:
        self.refused_at = time.monotonic()
        for future in (self.image, self.versions):
            if not future.done():
                future.set_exception(error)


class _Slot:
    """A run's claim on the pool: one live worker at a time, replaced when it dies."""

    def __init__(self, pool: WorkerEngine) -> None:
        self._pool = pool
        self._current: Worker | None = None

    def ready(self) -> Worker:
        if self._current is None:
            self._current = self._pool._take()  # noqa: SLF001 - two halves of one pool
        return self._current

    def discard(self) -> int | None:
        """End the worker after an anomaly. Returns its exit status (negative: a signal) if it had died."""
        worker, self._current = self._current, None
        if worker is None:
            return None
        status = worker.died()
        self._pool._drop(worker)  # noqa: SLF001
        self._pool._start_spare()  # noqa: SLF001
        return status

    def give_back(self) -> None:
        worker, self._current = self._current, None
        if worker is None:
            return
        if worker.finish():
            self._pool._keep(worker)  # noqa: SLF001
        else:
            self._pool._drop(worker)  # noqa: SLF001
            self._pool._start_spare()  # noqa: SLF001


def _environment() -> dict[str, str]:
    """All that a worker is told: where the interpreter's own library lies, which Lambda's Python finds in no other
    way."""
    libraries = os.environ.get("LD_LIBRARY_PATH")
    return {"LD_LIBRARY_PATH": libraries} if libraries else {}


class Worker:
    """The parent's end of one process running `_worker.py`."""

    def __init__(self, hosted: Hosted, image: Path) -> None:
        self._title = hosted.title
        package = importlib.util.find_spec(hosted.package)
        if package is None or package.origin is None:
            raise SandboxUnavailable(hosted.no_package)
        used(image)
        self._channel, theirs = Pipe()
        self._reports, reporting = Pipe()
        self._reported_s = 0.0
        with theirs, reporting:
            command = [
                *(sys.executable, "-I", str(Path(__file__).with_name("_worker.py"))),
                *(str(theirs.fileno()), str(reporting.fileno())),
                *(
                    str(Path(__file__).with_name(hosted.script)),
                    str(image),
                    str(Path(package.origin).parents[1]),
                ),
            ]
            try:
                self._process = subprocess.Popen(  # noqa: S603 - our own script
                    command,
                    pass_fds=(theirs.fileno(), reporting.fileno()),
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    env=_environment(),
                    cwd="/",
                )
            except OSError as error:
                self._channel.close()
                self._reports.close()
                raise SandboxUnavailable(f"no process for {self._title}: {error}") from None
        self._versions: tuple[str, ...] = ()
        self._runs = 0
        self._asked = False

    def ready(self) -> tuple[str, ...]:
        """Wait until the interpreter has run its control program. Returns the versions it printed, one per language."""
        if not self._versions:
            hello = self._receive(_START_TIMEOUT_S)
            if hello is None or not hello.get("stdout") or hello.get("anomaly"):
                told = (hello or {}).get("anomaly") or f"exit status {self.died()}"
                raise SandboxUnavailable(f"{self._title} does not start here: {str(told)[:300]}")
            self._versions = tuple(str(hello["stdout"]).splitlines())
        return self._versions

    def ask(self, request: dict[str, Any], timeout_s: float) -> dict[str, Any] | None:
        """The answer, or None when none came in time or the process died."""
        self._asked = True
        try:
            self._channel.send_bytes(json.dumps(request).encode())
        except OSError:
            return None
        return self.wait(timeout_s)

    def wait(self, timeout_s: float) -> dict[str, Any] | None:
        """The answer to what was asked before, as `ask`."""
        answer = self._receive(timeout_s)
        self._asked = answer is None
        return answer

    @property
    def process(self) -> int:
        return self._process.pid

    def cpu_s(self) -> float:
        """CPU time of the process so far."""
        if not _PROC:
            return self._told_cpu_s()
        try:
            fields = (
                Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
            )
        except (OSError, ValueError):
            return 0.0
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _told_cpu_s(self) -> float:
        """By the process's own word, which is ours and not the guest's; as last told where it does not answer."""
        with contextlib.suppress(EOFError, OSError, ValueError):
            self._reports.send_bytes(b"cpu")
            if self._reports.poll(_REPORT_S):
                while self._reports.poll(0):  # a late one comes before
                    self._reported_s = float(self._reports.recv_bytes(64))
        return self._reported_s

    def finish(self) -> bool:
        """Throw the used instance away. False: this process has served its time."""
        self._runs += 1
        # A question still open (an interrupt in its caller) would answer the next submission.
        if self._asked or self._runs >= RUNS_PER_WORKER:
            return False
        try:
            self._channel.send_bytes(b'{"kind": "close"}')
        except OSError:
            return False
        return True

    def alive(self) -> bool:
        return self._process.poll() is None

    def died(self) -> int | None:
        """The exit status, negative for a signal; None while the process lives."""
        try:
            return self._process.wait(0.5 if self._channel.closed or self._at_end() else 0)
        except subprocess.TimeoutExpired:
            return None

    def end(self) -> None:
        """Kill the process; whoever reads its channel sees the end of it, and is the one to close it."""
        self._process.kill()

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        self._channel.close()
        self._reports.close()

    def _at_end(self) -> bool:
        try:
            return self._channel.poll(0)  # a silent worker is at work; end of file reads as ready
        except OSError:
            return True

    def _receive(self, timeout_s: float) -> dict[str, Any] | None:
        try:
            if not self._channel.poll(max(0.0, timeout_s)):
                return None
            answer = json.loads(self._channel.recv_bytes(_MAX_ANSWER_BYTES))
        except (EOFError, OSError, ValueError):
            return None
        return answer if isinstance(answer, dict) else None


class _Run:
    """One submission on one slot."""

    def __init__(self, slot: _Slot, program: Program, limits: Limits, cpu_factor: float) -> None:
        self._slot = slot
        self._program = program
        self._limits = limits
        self._cpu_s = limits.cpu_s * cpu_factor
        self._wall_s = 2 * self._cpu_s + 1
        self._bytes_left = limits.total_bytes
        self._loaded: Worker | None = None
        self._deadline = 0.0

    def observations(self, inputs: Sequence[TestInput]) -> Iterator[Observation]:
        self._slot.ready()  # whether anything holds is known before the clock runs
        self._deadline = time.monotonic() + self._limits.submission_s
        final: Observation | None = None
        for index, test in enumerate(inputs):
            if final is None:
                try:
                    observation, final = self._one(index, test)
                except SandboxUnavailable as refusal:  # the worker that was to go on does not come up
                    observation = final = Observation(index, "engine_failed", error=str(refusal))
                yield observing.within_total(observation, self._bytes_left, self._limits)
            elif time.monotonic() >= self._deadline:
                yield observing.not_run(index, self._limits)
            else:
                yield Observation(index, final.ending, error=final.error, before_input=final.before_input)

    def _one(self, index: int, test: TestInput) -> tuple[Observation, Observation | None]:
        """The test's observation, and what all later tests get if this one settles them."""
        if time.monotonic() >= self._deadline:
            left = observing.not_run(index, self._limits)
            return left, left
        before = ""
        if self._slot.ready() is not self._loaded:
            loading = self._ask(index, self._open_request())
            if loading.ending != "returned":
                loading = replace(loading, before_input=index == 0)
                return loading, loading
            self._loaded = self._slot.ready()
            before = loading.stdout if index == 0 else ""
            if self._program.loads_only:
                return loading, loading
        observation = self._ask(index, self._test_request(test))
        if self._program.per_test:
            self._loaded = None
        if observation.ending == "not_compiled":
            return observation, observation
        return (observing.printed_first(before, observation) if before else observation), None

    def _open_request(self) -> dict[str, Any]:
        return {
            "kind": "open",
            "language": self._program.language,
            "in_place": self._program.in_place,
            "source": self._program.source,
            "function": self._program.function_name,
            "cpu_s": self._cpu_s,
            "memory_bytes": self._limits.memory_mb << 20,
            "output_bytes": self._limits.output_bytes,
            "frame_bytes": self._limits.frame_bytes,
        }

    def _test_request(self, test: TestInput) -> dict[str, Any]:
        if self._program.function_name is None:
            return {"kind": "test", "stdin": test.stdin}
        return {"kind": "test", "arguments": json.dumps([test.args, test.kwargs])}

    def _ask(self, index: int, request: dict[str, Any]) -> Observation:
        worker = self._slot.ready()
        started = time.monotonic()
        left = self._deadline - started
        cpu_s = worker.cpu_s()
        answer = worker.ask(request, min(self._wall_s, left))
        while True:
            # Wall time stops what sleeps. What computes is stopped by its CPU time, however long a busy machine takes
            # to give it that, and by the submission's end.
            left = self._deadline - time.monotonic()
            waited = time.monotonic() - started
            if (
                answer
                or left <= 0
                or not worker.alive()
                or worker.cpu_s() - cpu_s < observing.AT_WORK * waited
            ):
                break
            answer = worker.wait(min(self._wall_s, left))
        waited = time.monotonic() - started
        if answer is None:
            return self._death(index, waited, worker.cpu_s() - cpu_s)
        observation = self._read(index, answer)
        if observation.ending == "crashed" or answer.get("overflowed"):
            self._slot.discard()
        elif observation.ending in ("memory", "output") or answer.get("spent"):
            # The process is sound, the instance is not: the next test gets a new one.
            self._loaded = None
        return observation

    def _death(self, index: int, waited: float, cpu_s: float) -> Observation:
        ended = time.monotonic() >= self._deadline - _EARLY_S
        status = self._slot.discard()
        wall_ms = waited * 1e3
        if status is None:
            if ended and not observing.had_its_time(
                waited, cpu_s, min(self._wall_s, self._limits.submission_s)
            ):
                return observing.not_run(index, self._limits)
            told = (
                f"the submission's {self._limits.submission_s:g} s were used up"
                if ended
                else f"no answer in {self._wall_s:g} s"
            )
            return Observation(index, "time", error=told, wall_ms=wall_ms)
        if status == -signal.SIGPROF:
            told = f"more than {self._cpu_s:g} s of CPU time"
            return Observation(index, "time", error=told, cpu_ms=self._cpu_s * 1e3, wall_ms=wall_ms)
        if status == -signal.SIGABRT:
            return Observation(index, "crashed", error="the interpreter's stack overflowed", wall_ms=wall_ms)
        if status in _FROM_OUTSIDE:  # not by us: the machine is out of memory, or somebody closed the engine
            told = "the sandbox was ended from outside"
            return Observation(index, "engine_failed", error=told, wall_ms=wall_ms)
        return Observation(index, "crashed", error="the interpreter crashed", wall_ms=wall_ms)

    def _read(self, index: int, answer: dict[str, Any]) -> Observation:
        ending, value, error = self._frame(answer)
        peak_kb = answer.get("peak_kb")
        if ending in ("raised", "crashed") and (peak_kb or 0) * 10 >= self._limits.memory_mb * 1024 * 9:
            ending = "memory"
        self._bytes_left -= len(answer.get("frame") or "") + len(answer["stdout"]) + len(answer["stderr"])
        return Observation(
            index,
            ending,
            value=value,
            stdout=answer["stdout"],
            stderr=answer["stderr"],
            error=error,
            cpu_ms=round(answer["cpu_ms"], 3),
            wall_ms=round(answer["wall_ms"], 3),
            peak_kb=peak_kb,
        )

    def _frame(self, answer: dict[str, Any]) -> tuple[Ending, JsonValue, str | None]:
        if answer.get("anomaly"):
            return "crashed", None, _crash(answer["anomaly"])
        if answer.get("overflowed"):
            return "output", None, f"more than {self._limits.output_bytes} bytes were printed"
        frame = answer.get("frame") or ""
        if len(frame) > self._limits.frame_bytes:
            return "output", None, f"the result is larger than {self._limits.frame_bytes} bytes"
        # A query's guest runs no code of the candidate's beside it, so that it is believed whose fault an error is.
        return observing.parsed(
            frame,
            observing.GUEST_ENDINGS | {"not_run"}
            if self._program.language == "sql"
            else observing.GUEST_ENDINGS,
        )


def _crash(anomaly: str) -> str:
    # Only the guest's own stack is looked at; the text also holds ours, which nobody is to see.
    if "_Exit" in anomaly:
        return "the program ended the interpreter before answering (os._exit)"
    if "out of bounds" in anomaly or "call stack exhausted" in anomaly:
        return "the interpreter's stack overflowed"
    return observing.BROKEN
