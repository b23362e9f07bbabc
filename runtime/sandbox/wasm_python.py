"""The WASM engine's Python and SQL: CPython on WASI (`pyeryx`), and the SQLite that comes inside it.

SQL runs in the same instance as Python would, driven by the guest: a statement reaches SQLite and no Python.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final, cast

from pydantic import ValidationError

from . import snapshot
from .engine import Program, TestInput
from .metrics import Metrics, lines_of
from .submission import Limits
from .workers import Hosted, WorkerEngine

# Of a native interpreter, as all limits are. 64 KB of ordinary source take a tenth of it.
_MEASURING_CPU_S: Final = 0.5


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

    def measure(self, language: str, source: str) -> Metrics:
        """Measures of the text, which is read in an instance of its own and never run."""
        lines = lines_of(source)
        limits = Limits(cpu_s=_MEASURING_CPU_S, submission_s=10)
        program = Program("metrics", source)
        (seen,) = self._observed(program, [TestInput(stdin=language)], limits)
        try:
            return Metrics.model_validate({**cast("dict[str, int | None]", seen.value or {}), "lines": lines})
        except ValidationError:
            return Metrics(lines=lines)

    def _build(self, directory: Path) -> Path:
        return snapshot.ensure(directory)
