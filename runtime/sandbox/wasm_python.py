"""The WASM engine's Python and SQL: CPython on WASI (`pyeryx`), and the SQLite that comes inside it.

SQL runs in the same instance as Python would, driven by the guest: a statement reaches SQLite and no Python. A process
beside the workers measures source text of every language: it reads and runs nothing, so that no run waits for it and it
waits for none.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from . import observing, snapshot
from .errors import SandboxBusy, SandboxUnavailable
from .metrics import MEASURED, Metrics, lines_of
from .submission import Limits
from .workers import RUNS_PER_WORKER, Hosted, Worker, WorkerEngine

# Of this interpreter's time. 64 KB of ordinary source take a tenth of it.
_MEASURING: Final = Limits(cpu_s=2)
_MEASURING_WALL_S: Final = 2.5
# For how long others' source is waited for.
_TURN_S: Final = 1.0


class WasmPython(WorkerEngine):
    """Runs Python and SQL in WebAssembly. A machine's first start builds the interpreter's snapshot: half a minute."""

    name = "wasm"
    isolation = "WebAssembly: CPython on WASI without host access, in a disposable process"
    speaks = ("python", "sql")
    titles = ("CPython {} on WASI", "SQLite {}")
    hosted = Hosted(
        script="_python_interpreter.py",
        package="wasmtime",
        title="the Python sandbox",
        no_package=snapshot.NO_PACKAGE,
    )
    cpu_factor = 4

    def __init__(
        self,
        *,
        workers: int | None = None,
        queue: int = 64,
        wait_s: float = 20.0,
        directory: Path | None = None,
    ) -> None:
        self._reader = _Reader(lambda: Worker(self.hosted, self._begun().image.result()))
        super().__init__(workers=workers, queue=queue, wait_s=wait_s, directory=directory)

    @property
    def processes(self) -> frozenset[int]:
        return super().processes | self._reader.processes

    def measure(self, language: str, source: str) -> Metrics:
        """Measures of the text, which is read and never run."""
        lines = lines_of(source)
        if language not in MEASURED:
            return Metrics(lines=lines)
        self._begun().versions.result()
        value = self._reader.read(language, source)
        try:
            return Metrics.model_validate({**value, "lines": lines})
        except ValidationError:
            return Metrics(lines=lines)

    def rest(self) -> None:
        super().rest()
        self._reader.end()

    def close(self) -> None:
        super().close()
        self._reader.close()

    def _build(self, directory: Path) -> Path:
        return snapshot.ensure(directory)

    def _start_spare(self) -> None:
        super()._start_spare()
        image = self._preparation.image
        if image.done() and not image.exception():
            with contextlib.suppress(SandboxUnavailable):  # whoever needs it will hear why
                self._reader.start()


class _Reader:
    """The process that measures, one text at a time. `start` makes one."""

    def __init__(self, start: Callable[[], Worker]) -> None:
        self._make = start
        self._turn = threading.Lock()
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._reads = 0
        self._closed = False

    @property
    def processes(self) -> frozenset[int]:
        with self._lock:
            return frozenset({self._worker.process} if self._worker is not None else ())

    def read(self, language: str, source: str) -> dict[str, Any]:
        """What was measured; nothing where reading took too much. Raises `SandboxBusy` and `SandboxUnavailable`."""
        if not self._turn.acquire(timeout=_TURN_S):
            raise SandboxBusy("other source is being measured: try again shortly")
        try:
            worker = self.start()
            try:
                worker.ready()
                answer = worker.ask(_request(language, source), _MEASURING_WALL_S)
            except SandboxUnavailable:
                self.end()
                raise
            self._reads += 1
            if answer is None or self._reads >= RUNS_PER_WORKER:
                self.end()
        finally:
            self._turn.release()
        _, value, _ = observing.parsed((answer or {}).get("frame") or "")
        return value if isinstance(value, dict) else {}

    def start(self) -> Worker:
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("the sandbox is closed")
            if self._worker is None or not self._worker.alive():
                if self._worker is not None:
                    self._worker.kill()
                self._worker, self._reads = self._make(), 0
            return self._worker

    def end(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()

    def close(self) -> None:
        with self._lock:
            self._closed = True
        self.end()


def _request(language: str, source: str) -> dict[str, Any]:
    return {
        "kind": "measure",
        "language": language,
        "source": source,
        "cpu_s": _MEASURING.cpu_s,
        "memory_bytes": _MEASURING.memory_mb << 20,
        "output_bytes": 0,
        "frame_bytes": _MEASURING.frame_bytes,
    }
