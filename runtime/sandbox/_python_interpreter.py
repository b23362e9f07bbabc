"""CPython on WASI in a worker process, started from the snapshot that `snapshot.py` builds. No import of ours."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, ClassVar

# One instance at a time per process: a second warm one would only cost memory. Read when the package is imported.
os.environ["ERYX_WARM_INSTANCES"] = "0"

import eryx


class Interpreter:
    """Makes instances of the snapshot at `image`."""

    control: ClassVar = {
        "language": "python",
        "source": "import sys, sqlite3\n"
        "print('.'.join(map(str, sys.version_info[:3])))\n"
        "print(sqlite3.sqlite_version)",
    }
    faults = (eryx.EryxError,)

    def __init__(self, image: str) -> None:
        self._factory = eryx.SandboxFactory.load(image)

    def create(
        self, memory_bytes: int, on_stdout: Callable[[bytes], None], on_stderr: Callable[[bytes], None]
    ) -> _Session:
        limits = eryx.ResourceLimits(
            execution_timeout_ms=None,
            max_memory_bytes=memory_bytes,
            max_callback_invocations=0,
            max_vfs_bytes=0,
        )
        return _Session(
            self._factory.create_session(
                resource_limits=limits, on_stdout=on_stdout, on_stderr=on_stderr, result_variable="frame"
            )
        )


class _Session:
    """One instance. Frames are what `_guest.py` answers."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self.peak_bytes = 0
        self.spent = False

    def load(self, request: dict[str, Any]) -> str | None:
        if request["language"] == "sql":
            return self._execute("_sql.no_functions")
        return self._execute("_room.load", request["source"], request["function"], request["output_bytes"])

    def call(self, request: dict[str, Any], arguments: str) -> str | None:
        return self._execute("_room.call", arguments, request["in_place"], request["output_bytes"])

    def program(self, request: dict[str, Any], stdin: str) -> str | None:
        if request["language"] == "metrics":
            return self._execute("_metrics.measure", stdin, request["source"])
        function = "_sql.query" if request["language"] == "sql" else "_room.program"
        return self._execute(function, request["source"], stdin, request["output_bytes"])

    def _execute(self, function: str, *arguments: object) -> str | None:
        # ascii() of a str is source text that yields it again, lone surrogates and NULs included.
        code = f"import _room, _sql, _metrics; frame = {function}({', '.join(map(ascii, arguments))})"
        result = self._session.execute(code)
        self.peak_bytes = max(self.peak_bytes, result.peak_memory_bytes or 0)
        return _inner(result.result_json)


def _inner(frame: str | None) -> str | None:
    """The frame is a str variable of the guest, which the runtime hands over as JSON."""
    if frame is None:
        return None
    try:
        text = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    return text if isinstance(text, str) else None
