"""The WASM engine's Python and SQL: CPython on WASI (`pyeryx`), and the SQLite that comes inside it.

SQL runs in the same instance as Python would, driven by the guest: a statement reaches SQLite and no Python.
"""

from __future__ import annotations

from pathlib import Path

from . import snapshot
from .workers import Hosted, WorkerEngine


class WasmPython(WorkerEngine):
    """Runs Python and SQL in WebAssembly. A machine's first start builds the interpreter's snapshot: half a minute."""

    name = "wasm"
    isolation = "WebAssembly: CPython on WASI without host access, in a disposable process"
    speaks = ("python", "sql")
    hosted = Hosted(
        script="_python_interpreter.py",
        package="eryx",
        title="the Python sandbox",
        no_package=snapshot.NO_PACKAGE,
    )
    cpu_factor = 4

    def _build(self, directory: Path) -> Path:
        return snapshot.ensure(directory)
