# ruff: noqa: SLF001, S102, PLW0603, BLE001, S110, UP031, FBT
"""Runs inside the WebAssembly interpreter (CPython 3.14 on WASI), baked into the snapshot. No import of ours.

Nothing here is trusted by the host: candidate code shares this interpreter and may read and patch all of it.
What it can reach by that is a frame of its own making, which is a guess at an answer that was never in here.
"""

import asyncio
import builtins
import io
import json
import linecache
import os
import selectors
import sys
import time
import traceback
import types
from collections.abc import Callable
from typing import Any

import _eryx  # type: ignore[import-not-found]

NAME = "solution.py"
MAX_DEPTH = 200
MAX_BYTES = 1024 * 1024
MAX_NODES = MAX_BYTES // 2  # an item and its comma
MAX_DIGITS = 4300
MAX_ERROR = 4096

_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.loads
_report = _eryx._eryx_report_output
_os_write = os.write
_open = builtins.open
_set_running_loop = asyncio._set_running_loop
_running_loop = asyncio._get_running_loop


class OutputLimit(BaseException):
    """Not an Exception: a candidate's `except Exception` around print must not swallow it."""


class _Stream(io.RawIOBase):
    """Standard output or error, handed to the host as it is written."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.left = 0

    def writable(self) -> bool:
        return True

    def fileno(self) -> int:
        return self.number + 1

    def write(self, data: Any) -> int:
        data = bytes(data)
        room, self.left = self.left, self.left - len(data)
        if room > 0:
            _report(self.number, data[:room])
        if self.left < 0:
            raise OutputLimit
        return len(data)


class _Waiter(selectors.BaseSelector):
    """There is nothing to select on in here: waiting is sleeping until the loop's next timer."""

    def register(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, -1, events, data)

    def unregister(self, fileobj: Any) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, -1, 0, None)

    def modify(self, fileobj: Any, events: int, data: Any = None) -> selectors.SelectorKey:
        return selectors.SelectorKey(fileobj, -1, events, data)

    def select(self, timeout: float | None = None) -> list[Any]:
        time.sleep(3600 if timeout is None else max(0, timeout))
        return []

    def get_map(self) -> dict[Any, Any]:
        return {}

    def get_key(self, fileobj: Any) -> selectors.SelectorKey:
        raise KeyError(fileobj)


class _Loop(asyncio.SelectorEventLoop):
    """WASI has no pipe to wake a selector with, so `asyncio.run` needs a loop that does without."""

    def __init__(self) -> None:
        super().__init__(_Waiter())

    def _make_self_pipe(self) -> None:
        pass

    def _close_self_pipe(self) -> None:
        pass


asyncio.unix_events._UnixDefaultEventLoopPolicy._loop_factory = _Loop  # type: ignore[attr-defined]


def _text(raw: io.RawIOBase) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", line_buffering=True)


# One pair for the interpreter's life: programs keep `sys.stdout.write` in a variable of their own.
_out, _err = _Stream(0), _Stream(1)
_stdout, _stderr = _text(_out), _text(_err)
_function: Any = None
_main = types.ModuleType("__main__")


def _write(descriptor: int, data: Any) -> int:
    if descriptor in (1, 2):
        return (_out if descriptor == 1 else _err).write(data)
    return _os_write(descriptor, data)


def _open_stdin(file: Any, *args: Any, **kwargs: Any) -> Any:
    if file == 0 and type(file) is int:
        return sys.stdin
    return _open(file, *args, **kwargs)


# The descriptors 0 to 2 in here are the worker's own, which lead nowhere.
os.write = _write
builtins.open = _open_stdin


class _Box:
    """The candidate's view while its code runs: its own `__main__`, streams, and no running event loop."""

    def __init__(self, stdin: str, output: int) -> None:
        self.stdin, self.output = stdin, output

    def __enter__(self) -> None:
        self.saved = sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, _running_loop()
        sys.modules["__main__"] = _main
        raw = self.stdin.encode("utf-8", "surrogatepass")
        _out.left = _err.left = self.output
        sys.stdin = io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8", errors="surrogateescape")
        sys.stdout = sys.__stdout__ = _stdout  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = _stderr  # type: ignore[misc]
        _set_running_loop(None)

    def __exit__(self, *exc: object) -> None:
        sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, loop = self.saved
        _set_running_loop(loop)
        for stream in (_stdout, _stderr):
            try:
                stream.flush()
            except OutputLimit:
                raise
            except BaseException:
                pass  # the candidate closed it


def _compiled(source: str) -> types.CodeType | str:
    """The source's code, with a `__main__` of its own to run in; a frame that says why when it is no program."""
    global _main
    _main = types.ModuleType("__main__")
    vars(_main)["__builtins__"] = builtins
    linecache.cache[NAME] = (len(source), None, source.splitlines(True), NAME)
    try:
        return compile(source, NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, OverflowError, MemoryError) as error:
        return _frame("not_compiled", error=_described(error))


def load(source: str, function: str, output: int) -> str:
    """Run the source as `__main__` and find the function. A frame: `[ending, value, error]` as JSON text."""
    code = _compiled(source)
    if isinstance(code, str):
        return code

    def body() -> None:
        global _function
        exec(code, _main.__dict__)
        _function = _find(function)

    frame = _guarded(body, "", output)
    if frame is not None:
        return frame
    if _function is None:
        return _frame("not_compiled", error="function not found: " + function)
    return _frame("returned")


def call(arguments: str, in_place: bool, output: int) -> str:
    """Call the loaded function with the arguments, `[args, kwargs]` as JSON text. `in_place`: its work is what it made
    of its first argument."""
    value: Any = None

    def body() -> None:
        nonlocal value
        args, kwargs = _decode(arguments)
        first = next(iter([*args, *kwargs.values()]), None)
        value = _function(*args, **kwargs)
        if asyncio.iscoroutine(value):
            value = asyncio.run(value)
        if in_place:
            value = first

    frame = _guarded(body, "", output)
    return _returned(value) if frame is None else frame


def program(source: str, stdin: str, output: int) -> str:
    """Run the source whole on its standard input; ending by `sys.exit(0)` is ending normally."""
    code = _compiled(source)
    if isinstance(code, str):
        return code

    def body() -> None:
        try:
            exec(code, _main.__dict__)
        except SystemExit as ending:
            if ending.code not in (None, 0):
                raise

    frame = _guarded(body, stdin, output)
    return _frame("returned") if frame is None else frame


def _guarded(
    body: Callable[[], None], stdin: str, output: int, passing: tuple[type[Exception], ...] = ()
) -> str | None:
    try:
        with _Box(stdin, output):
            body()
    except passing:
        raise
    except OutputLimit:
        return _frame("output", error="more than %d bytes were printed" % output)
    except MemoryError:
        return _frame("memory", error="MemoryError")
    except BaseException as error:
        return _frame("raised", error=_described(error))
    return None


def _find(name: str) -> Any:
    scope = vars(_main)
    first, _, rest = name.partition(".")
    if rest:
        owner = scope.get(first)
        found = getattr(owner(), rest, None) if isinstance(owner, type) else None
    else:
        found = scope.get(first)
        if found is None and isinstance(scope.get("Solution"), type):
            found = getattr(scope["Solution"](), first, None)
    return found if callable(found) else None


def _returned(value: Any) -> str:
    try:
        error = _unfit(value)
        if error is not None:
            return _frame(*error)
        text = _encode(value)
        if len(text) > MAX_BYTES:
            return _frame("output", "the result is larger than 1 MB")
        return '["returned",' + text + ",null]"
    except MemoryError:
        return _frame("memory", error="MemoryError")
    except BaseException as error:
        return _frame("raised", error="the result is no JSON value: " + str(error)[:200])


def _unfit(value: Any) -> tuple[str, str] | None:
    """Why `value` cannot be a frame, before the encoder (which recurses in C, and would overflow) sees it."""
    nodes, size = 0, 0
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                size += len(item)
            elif isinstance(item, int):
                if item.bit_length() > MAX_DIGITS * 3.33:
                    return "raised", "the result has an integer of more than 4300 digits"
            elif isinstance(item, dict):
                below.extend(item.values())
            elif isinstance(item, (list, tuple)):
                below.extend(item)
            elif item is not None and not isinstance(item, float):
                return "raised", "the result is no JSON value: it holds a " + type(item).__name__
        nodes += len(level)
        if nodes + len(below) > MAX_NODES or size > MAX_BYTES:
            return "output", "the result is larger than 1 MB"
        if not below:
            return None
        level = below
    return "raised", "the result is nested deeper than 200 levels, or holds itself"


def _frame(ending: str, error: str | None = None) -> str:
    return _encode([ending, None, error])


def _described(error: BaseException) -> str:
    """The candidate's own traceback: frames of this file are left out."""
    try:
        told = traceback.TracebackException.from_exception(error, limit=-50, compact=True)
        pending = [told]
        while pending:
            one = pending.pop()
            kept = [frame for frame in one.stack if frame.filename != __file__]
            one.stack = traceback.StackSummary.from_list(kept)
            pending += [cause for cause in (one.__cause__, one.__context__) if cause is not None]
        text = "".join(told.format())
    except BaseException:
        text = type(error).__name__
    return text if len(text) <= MAX_ERROR else text[: MAX_ERROR // 2] + "\n...\n" + text[-MAX_ERROR // 2 :]


def _rehearse() -> None:
    """Once, while the snapshot is built: a first error imports modules, 40 ms that no candidate waits for."""
    load("def f(x):\n    return [x, 1 / x]", "f", 1000)
    call("[[1], {}]", False, 1000)
    call("[[0], {}]", False, 1000)
    load("def f(:\n    pass", "f", 1000)
    program("import sys; print(input()); sys.exit(0)", "x", 1000)


_rehearse()
