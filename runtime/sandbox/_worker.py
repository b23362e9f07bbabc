"""A disposable worker process: WebAssembly instances that run what the parent sends, one test at a time.

Started as a script with an isolated interpreter and an empty environment; it imports the standard library, and the
script of the interpreter it hosts (`_python_interpreter.py` and its like) with the one package that needs. Requests
and answers travel over one inherited socket. Descriptors 0 to 2 are the null device, because WASI may hand them to the
guest as its own standard streams: on them it could read our requests and write our answers.
"""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import queue
import resource
import signal
import sys
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from typing import Any

_STACK_BYTES = 72 << 20
# Above what an instance that reads ordinary source comes to.
_READING_KB = 96 << 10

_CONTROL = {
    "function": None,
    "cpu_s": 60,
    "memory_bytes": 256 << 20,
    "output_bytes": 1024,
    "frame_bytes": 1024,
}


class _Output:
    """What the guest printed in this test, up to `limit` bytes a stream."""

    def __init__(self) -> None:
        self.limit = 0
        self.stdout = bytearray()
        self.stderr = bytearray()
        self.overflowed = False

    def reset(self, limit: int) -> None:
        self.limit = limit
        self.stdout.clear()
        self.stderr.clear()
        self.overflowed = False

    def on_stdout(self, chunk: bytes) -> None:
        self._take(self.stdout, chunk)

    def on_stderr(self, chunk: bytes) -> None:
        self._take(self.stderr, chunk)

    def _take(self, stream: bytearray, chunk: bytes) -> None:
        room = self.limit - len(stream)
        stream.extend(chunk[: max(0, room)])
        if len(chunk) > room:
            self.overflowed = True


class _Room:
    """One instance per submission (per test for programs, which may leave anything behind), never used for another."""

    def __init__(self, interpreter: Any) -> None:
        self._interpreter = interpreter
        self._output = _Output()
        self._session: Any = None
        self._ready: Any = None
        self._memory = 0
        self._request: dict[str, Any] = {}

    def open(self, request: dict[str, Any]) -> dict[str, Any]:
        self._request = request
        self._fresh()
        if request["function"] is None:
            return _answer('["returned",null,null]')
        return self._timed(lambda session: session.load(request))

    def test(self, test: dict[str, Any]) -> dict[str, Any]:
        if self._request["function"] is not None:
            return self._timed(lambda session: session.call(self._request, test["arguments"]))
        if self._session is None:
            self._fresh()
        answer = self._timed(lambda session: session.program(self._request, test["stdin"]))
        if (
            self._request["language"] != "sql"
        ):  # statements reach their own database, and nothing that outlives it
            self._session = None
        return answer

    def measure(self, request: dict[str, Any]) -> dict[str, Any]:
        """Source is read here and never run, so an instance serves for many: until one takes much memory or trips."""
        self._request = request
        if self._session is None:
            self._fresh()
        answer = self._timed(lambda session: session.measure(request["language"], request["source"]))
        if answer["anomaly"] or (answer["peak_kb"] or 0) > _READING_KB:
            self._session = None
        return answer

    def close(self) -> None:
        """Drop the used instance and make the next one ready while nobody waits."""
        self._session = None
        self._ready = self._create()
        if hasattr(self._ready, "warm"):
            self._ready.warm()

    def _fresh(self) -> None:
        wanted = self._request["memory_bytes"]
        self._session = None  # its memory is given back before more is taken
        if self._ready is None or wanted != self._memory:
            self._memory = wanted
            self._ready = self._create()
        self._session, self._ready = self._ready, None

    def _create(self) -> Any:
        return self._interpreter.create(self._memory, self._output.on_stdout, self._output.on_stderr)

    def _timed(self, work: Callable[[Any], str | None]) -> dict[str, Any]:
        self._output.reset(self._request["output_bytes"])
        anomaly, frame = None, None
        # The kernel ends this process when the CPU time is used up: no thread of ours has to be scheduled for
        # it, and waiting on a busy machine costs the candidate nothing.
        signal.setitimer(signal.ITIMER_PROF, self._request["cpu_s"])
        # Of this thread, which runs all of it: while the timer is set, Linux counts the process by ticks of 1 to 10 ms.
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            frame = work(self._session)
        except self._interpreter.faults as error:
            anomaly = str(error)[:2000]
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        cpu, wall = time.thread_time() - cpu, time.perf_counter() - wall
        if frame is not None:
            # One more than it may be says that it is too large, however large it is.
            frame = frame[: self._request["frame_bytes"] + 1]
        return _answer(
            frame,
            anomaly=anomaly,
            overflowed=self._output.overflowed,
            stdout=self._output.stdout.decode("utf-8", "replace"),
            stderr=self._output.stderr.decode("utf-8", "replace"),
            cpu_ms=cpu * 1e3,
            wall_ms=wall * 1e3,
            peak_kb=self._session.peak_bytes // 1024 or None,
            spent=self._session.spent,
        )


def _answer(
    frame: str | None,
    *,
    anomaly: str | None = None,
    overflowed: bool = False,
    stdout: str = "",
    stderr: str = "",
    cpu_ms: float = 0.0,
    wall_ms: float = 0.0,
    peak_kb: int | None = None,
    spent: bool = False,
) -> dict[str, Any]:
    return {
        "frame": frame,
        "anomaly": anomaly,
        "overflowed": overflowed,
        "stdout": stdout,
        "stderr": stderr,
        "cpu_ms": cpu_ms,
        "wall_ms": wall_ms,
        "peak_kb": peak_kb,
        "spent": spent,
    }


def _harden() -> None:
    """The second wall, should the first have a hole: no file written, no core, no new rights."""
    for limit, value in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_FSIZE, 0), (resource.RLIMIT_NOFILE, 64)):
        resource.setrlimit(limit, (value, value))
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 - only here

        pr_set_dumpable, pr_set_no_new_privs = 4, 38
        prctl = ctypes.CDLL(None, use_errno=True).prctl
        for option, value in ((pr_set_dumpable, 0), (pr_set_no_new_privs, 1)):
            if prctl(option, value, 0, 0, 0) != 0:
                raise OSError(ctypes.get_errno(), f"prctl({option}) refused")


def _receive(channel: Connection, requests: queue.SimpleQueue[bytes]) -> None:
    # End of file is the parent's death or its wish. Not PR_SET_PDEATHSIG: that fires when the *thread* that
    # started us ends, and request threads do.
    with contextlib.suppress(EOFError, OSError):
        while True:
            requests.put(channel.recv_bytes())
    os._exit(0)


def _report(channel: Connection) -> None:
    """Say how much CPU time this process took so far, as often as the parent asks."""
    with contextlib.suppress(EOFError, OSError):
        while True:
            channel.recv_bytes()
            channel.send_bytes(str(time.process_time()).encode())


def _interpreter(script: str, image: str) -> Any:
    spec = importlib.util.spec_from_file_location("_interpreter", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.Interpreter(image)


def _started(script: str, image: str) -> tuple[_Room, dict[str, Any]]:
    interpreter = _interpreter(script, image)
    room = _Room(interpreter)
    # The first instance maps what later ones share, from a memory file that a limit of no bytes would refuse.
    room.open(_CONTROL | interpreter.control)
    hello = room.test({"stdin": ""})
    room.close()
    _harden()
    return room, hello


def main(descriptor: int, reports: int, script: str, image: str, packages: str) -> None:
    """Requests come over `descriptor`, questions after CPU time over `reports`. `script` defines `Interpreter(image)`,
    `packages` is where the package that it needs is installed."""
    sys.path.append(packages)
    channel = Connection(descriptor)
    try:
        room, hello = _started(script, image)
    except Exception as error:  # noqa: BLE001 - the parent turns it into a refusal that says why
        channel.send_bytes(json.dumps({"anomaly": f"{type(error).__name__}: {error}"}).encode())
        return
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_receive, args=(channel, requests), daemon=True).start()
    threading.Thread(target=_report, args=(Connection(reports),), daemon=True).start()
    channel.send_bytes(json.dumps(hello).encode())
    while True:
        request = json.loads(requests.get())
        kind = request.pop("kind")
        if kind == "close":
            room.close()
            continue
        answer = {"open": room.open, "test": room.test, "measure": room.measure}[kind](request)
        channel.send_bytes(json.dumps(answer).encode())


def _on_a_deep_stack(descriptor: int, reports: int, script: str, image: str, packages: str) -> None:
    # Recursion of the guest's takes the stack of the thread it runs on, and a main thread's is 8 MB.
    threading.stack_size(_STACK_BYTES)
    worker = threading.Thread(target=main, args=(descriptor, reports, script, image, packages))
    worker.start()
    threading.stack_size(0)
    worker.join()


if __name__ == "__main__":
    _on_a_deep_stack(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4], sys.argv[5])
