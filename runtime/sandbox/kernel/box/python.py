"""Native Python in a box: the same guest as in WebAssembly (`_guest.py`), so that both answer alike."""

from __future__ import annotations

import importlib
import importlib.machinery
import json
import os
import resource
import struct
import sys
import threading
import types
from pathlib import Path
from typing import Any, Final

_ROOM = "_room"
# What interviews import; a fork finds it loaded. A module of the candidate's choice is read from the library.
_OFTEN: Final = """
    abc array bisect collections copy dataclasses datetime decimal enum fractions functools heapq
    itertools math operator queue random re statistics string textwrap threading time typing unittest
""".split()  # noqa: SIM905 - these read better as words

_THREAD_STACK: Final = 1 << 20


def rehearse(guest: str) -> None:
    """Load the guest before anyone's code is there: forks share it."""
    for name in _OFTEN:
        importlib.import_module(name)
    _remember_library()
    runtime = types.ModuleType("_eryx")
    runtime._eryx_report_output = lambda number, data: None  # type: ignore[attr-defined]  # noqa: ARG005, SLF001
    sys.modules["_eryx"] = runtime
    room = types.ModuleType(_ROOM)
    room.__file__ = guest
    sys.modules[_ROOM] = room
    exec(compile(Path(guest).read_bytes(), guest, "exec"), vars(room))  # noqa: S102 - our own file


def _remember_library() -> None:
    """What can be imported: a finder lists its folder again wherever that looks changed, and in the box nothing above
    the library's own entries can be listed."""
    for path in sys.path:
        finder: Any = sys.path_importer_cache.get(path)
        if isinstance(finder, importlib.machinery.FileFinder):
            known: Any = finder
            known._path_cache = {entry.name for entry in Path(path).iterdir()}  # noqa: SLF001
            known._fill_cache = lambda: None  # noqa: SLF001


def serve() -> None:
    """Answer questions on descriptor 3 until there are no more. This process is locked already."""
    # A thread's stack counts as memory in full, and the default is as large as the main thread's may grow.
    threading.stack_size(_THREAD_STACK)
    room: Any = sys.modules[_ROOM]
    room._report = _print  # noqa: SLF001
    while (question := _read()) is not None:
        asked = json.loads(question)
        answer = getattr(room, asked["do"])(*asked["with"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        body = b"%d\n" % peak + answer.encode("utf-8", "surrogatepass")
        _write(3, struct.pack(">I", len(body)) + body)


_os_read, _os_write = os.read, os.write


def _print(number: int, data: bytes) -> None:
    _write(number + 1, data)


def _write(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[_os_write(descriptor, view) :]


def _read() -> bytes | None:
    head = _exactly(4)
    return None if head is None else _exactly(*struct.unpack(">I", head))


def _exactly(size: int) -> bytes | None:
    buffer = bytearray()
    while len(buffer) < size:
        piece = _os_read(3, size - len(buffer))
        if not piece:
            return None
        buffer += piece
    return bytes(buffer)
