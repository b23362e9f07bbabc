# ruff: noqa: SLF001, S102, PLW0603, BLE001, S110, UP031, FBT
"""Runs inside the WebAssembly interpreter (CPython 3.14 on WASI), baked into the snapshot. No import of ours.

Nothing here is trusted by the host: candidate code shares this interpreter and may read and patch all of it.
What it can reach by that is a frame of its own making, which is a guess at an answer that was never in here.
"""

import array
import asyncio
import atexit
import builtins
import collections
import io
import json
import linecache
import os
import selectors
import stat
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

_decode = json.loads
_report = _eryx._eryx_report_output
_os_read, _os_write, _os_fstat = os.read, os.write, os.fstat
_open = builtins.open
_set_running_loop = asyncio._set_running_loop
_running_loop = asyncio._get_running_loop


class OutputLimit(BaseException):
    """Not an Exception: a candidate's `except Exception` around print must not swallow it."""


class _Stream(io.RawIOBase):
    """Standard output or error, handed to the host as it is written."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.name, self.mode = ("<stdout>", "<stderr>")[number], "wb"
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


class _Input(io.RawIOBase):
    """Standard input: all that read it, under whatever name, read on where the last one stopped."""

    whole = io.BytesIO()
    name, mode = "<stdin>", "rb"

    def readable(self) -> bool:
        return True

    def fileno(self) -> int:
        return 0

    def readinto(self, buffer: Any) -> int:
        return self.whole.readinto(buffer)


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
    text = io.TextIOWrapper(io.BufferedWriter(raw), encoding="utf-8", line_buffering=True)
    vars(text)["mode"] = "w"
    return text


# One pair for the interpreter's life: programs keep `sys.stdout.write` in a variable of their own.
_out, _err = _Stream(0), _Stream(1)
_stdout, _stderr = _text(_out), _text(_err)
_function: Any = None
_main = types.ModuleType("__main__")


def _write(descriptor: int, data: Any) -> int:
    if descriptor in (1, 2):
        return (_out if descriptor == 1 else _err).write(data)
    return _os_write(descriptor, data)


def _read(descriptor: int, length: int) -> bytes:
    return _Input.whole.read(length) if descriptor == 0 else _os_read(descriptor, length)


def _fstat(descriptor: int) -> os.stat_result:
    # A pipe, as it would be outside. Fast readers ask for its size first, and take what is more of it and a constant.
    if descriptor in (0, 1, 2):
        return os.stat_result((stat.S_IFIFO | 0o600, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    return _os_fstat(descriptor)


_STREAMS: Any = {
    **dict.fromkeys((0, "/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"), 0),
    **dict.fromkeys((1, "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"), 1),
    **dict.fromkeys((2, "/dev/stderr", "/dev/fd/2", "/proc/self/fd/2"), 2),
}
# Written to and perhaps not flushed when the program ends.
_opened: list[Any] = []


def _open_stream(
    file: Any,
    mode: str = "r",
    buffering: int = -1,
    encoding: str | None = None,
    errors: str | None = None,
    newline: str | None = None,
    closefd: bool = True,
    opener: Any = None,
) -> Any:
    name = file if isinstance(file, (int, str)) else getattr(file, "__fspath__", lambda: None)()
    number = None if isinstance(name, bool) or opener is not None else _STREAMS.get(name)
    if number is None or ("r" in mode) is not (number == 0) or "+" in mode:
        return _open(file, mode, buffering, encoding, errors, newline, closefd, opener)
    raw: Any = _Input() if number == 0 else _Duplicate(number - 1)
    if "b" in mode and buffering == 0:
        return raw
    buffered: Any = io.BufferedReader(raw) if number == 0 else io.BufferedWriter(raw)
    if "b" not in mode:
        buffered = io.TextIOWrapper(buffered, encoding or "utf-8", errors, newline, buffering == 1)
    if number:
        _opened.append(buffered)
    return buffered


class _Duplicate(_Stream):
    """Closing it closes nobody else's, and what it may print counts with theirs."""

    def write(self, data: Any) -> int:
        return (_err if self.number else _out).write(data)


# The descriptors 0 to 2 in here are the worker's own, which lead nowhere.
os.read, os.write, os.fstat = _read, _write, _fstat  # type: ignore[assignment]
builtins.open = io.open = _open_stream


class _Box:
    """The candidate's view while its code runs: its own `__main__`, streams, and no running event loop."""

    def __init__(self, stdin: str, output: int) -> None:
        self.stdin, self.output = stdin, output

    def __enter__(self) -> None:
        self.saved = sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, _running_loop()
        sys.modules["__main__"] = _main
        _Input.whole = io.BytesIO(self.stdin.encode("utf-8", "surrogatepass"))
        _out.left = _err.left = self.output
        sys.stdin = sys.__stdin__ = io.TextIOWrapper(  # type: ignore[misc]
            io.BufferedReader(_Input()), encoding="utf-8", errors="surrogateescape"
        )
        vars(sys.stdin)["mode"] = "r"
        sys.stdout = sys.__stdout__ = _stdout  # type: ignore[misc]
        sys.stderr = sys.__stderr__ = _stderr  # type: ignore[misc]
        _set_running_loop(None)

    def __exit__(self, *exc: object) -> None:
        sys.modules["__main__"], sys.stdin, sys.stdout, sys.stderr, loop = self.saved
        _set_running_loop(loop)
        opened = _opened[:]
        _opened.clear()
        for stream in (*opened, _stdout, _stderr):
            try:
                stream.flush()
            except OutputLimit:
                raise
            except BaseException:
                pass  # the candidate closed it


def _compiled(source: str) -> types.CodeType | str:
    """The source's code, with a `__main__` of its own to run in; a frame that says why when it is no program."""
    global _main
    source = source.removeprefix("\ufeff")  # what some editors write before the text
    _main = types.ModuleType("__main__")
    vars(_main).update(__builtins__=builtins, __file__=NAME)
    sys.argv = [NAME]
    linecache.cache[NAME] = (len(source), None, io.StringIO(source, None).readlines(), NAME)
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
    """Run the source whole on its standard input; ending by `sys.exit(0)` is ending normally. What it registered with
    `atexit` runs, however it ends."""
    code = _compiled(source)
    if isinstance(code, str):
        return code

    def body() -> None:
        try:
            exec(code, _main.__dict__)
        except SystemExit as ending:
            if ending.code not in (None, 0):
                raise
        finally:
            atexit._run_exitfuncs()

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


class _UnfitError(Exception):
    """Of a value that cannot be a frame: the ending and why."""


def _unfit(value: Any) -> tuple[str, str] | None:
    """Why `value` cannot be a frame, before the encoder (which recurses in C, and would overflow) sees it."""
    try:
        _check(value)
    except _UnfitError as unfit:
        return unfit.args
    return None


def _check(value: Any) -> None:
    nodes, size = 0, 0
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for item in level:
            if isinstance(item, str):
                size += len(item)
            elif item is not None and not isinstance(item, float):
                below.extend(_items(item, outermost=item is value))
        nodes += len(level)
        if nodes + len(below) > MAX_NODES or size > MAX_BYTES:
            raise _UnfitError("output", "the result is larger than 1 MB")
        if not below:
            return
        level = below
    raise _UnfitError("raised", "the result is nested deeper than 200 levels, or holds itself")


def _items(item: Any, *, outermost: bool) -> Any:
    if isinstance(item, (list, tuple)):
        return item
    if isinstance(item, int):
        if item.bit_length() > MAX_DIGITS * 3.33:
            raise _UnfitError("raised", "the result has an integer of more than 4300 digits")
        return ()
    if isinstance(item, dict):
        for key in item:
            if not isinstance(key, (str, int, float)) and key is not None:
                raise _UnfitError("raised", _no_key(key))
        return item.values()
    if isinstance(item, _SEQUENCES):
        if len(item) > MAX_NODES:
            raise _UnfitError("output", "the result is larger than 1 MB")
        return item
    raise _UnfitError("raised", _no_value(item, outermost=outermost))


# Lists but for their names: each is encoded as the list of its items.
_SEQUENCES: Any = (
    collections.deque,
    range,
    array.array,
    type({}.keys()),
    type({}.values()),
    type({}.items()),
)
_encode = json.JSONEncoder(
    separators=(",", ":"), default=lambda item: list(item) if isinstance(item, _SEQUENCES) else item
).encode
_INSTEAD = {
    "set": "a list, such as sorted(...), since a set has no order",
    "frozenset": "a list, such as sorted(...), since a set has no order",
    "generator": "list(...) of it",
    "map": "list(...) of it",
    "filter": "list(...) of it",
    "zip": "list(...) of it",
    "enumerate": "list(...) of it",
    "reversed": "list(...) of it",
    "bytes": "a str or a list of numbers",
    "bytearray": "a str or a list of numbers",
    "Decimal": "a str or a float",
    "Fraction": "a str or a float",
    "complex": "a list of two numbers",
    "datetime": "its text, .isoformat()",
    "date": "its text, .isoformat()",
    "coroutine": "what it awaits",
    "function": "what it returns, called",
    "method": "what it returns, called",
    "builtin_function_or_method": "what it returns, called",
}


def _no_value(item: Any, *, outermost: bool) -> str:
    name = type(item).__name__
    told = ("the function returned a " if outermost else "the result holds a ") + name
    otherwise = _INSTEAD.get(name)
    if otherwise is None:
        otherwise = "numbers, text, booleans, None, and lists or dicts of these"
        if hasattr(type(item), "__dataclass_fields__"):
            otherwise = "dataclasses.asdict(...) of it, or a list"
    return told + ", which is no JSON value: return " + otherwise


def _no_key(key: Any) -> str:
    return (
        "the result holds a dict with a " + type(key).__name__ + " as a key, which is no JSON value: "
        "return a dict with text as keys, or a list of pairs"
    )


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
        text += _hint(error, text)
    except BaseException:
        text = type(error).__name__
    return text if len(text) <= MAX_ERROR else text[: MAX_ERROR // 2] + "\n...\n" + text[-MAX_ERROR // 2 :]


# What the standard library says of what is not there is written for those who build it.
_NO_THREADS = "there are no threads in this sandbox: asyncio works, and so does one loop"
_NO_PROCESSES = "there are no processes and no signals in this sandbox: one process runs the whole program"
_NO_FILES = "there are no files in this sandbox: read standard input, write standard output"
_HINTS = (
    (RuntimeError, "start new thread", _NO_THREADS),
    (ImportError, "_multiprocessing", _NO_PROCESSES),
    (ImportError, "_posixsubprocess", _NO_PROCESSES),
    (NotImplementedError, "multiprocessing", _NO_PROCESSES),
    (AttributeError, "module 'os' has no attribute", _NO_PROCESSES),
    (AttributeError, "module 'signal' has no attribute", _NO_PROCESSES),
    (OSError, "does not support processes", _NO_PROCESSES),
    (
        ImportError,
        "No module named '_",
        "this part of Python's standard library does not work in this sandbox",
    ),
    (ImportError, "No module named", "only Python's standard library can be imported in this sandbox"),
    (PermissionError, "", "there are no files and no processes in this sandbox"),
    (FileNotFoundError, "", _NO_FILES),
    (
        LookupError,
        "No time zone found",
        "there is no time zone data in this sandbox; datetime.timezone works",
    ),
)


def _hint(error: BaseException, text: str) -> str:
    last = text.rstrip().rpartition("\n")[2]
    for kind, words, told in _HINTS:
        if isinstance(error, kind) and words in last:
            return "(" + told + ")\n"
    return ""


def _rehearse() -> None:
    """Once, while the snapshot is built: a first error imports modules, 40 ms that no candidate waits for."""
    load("def f(x):\n    return [x, 1 / x]", "f", 1000)
    call("[[1], {}]", False, 1000)
    call("[[0], {}]", False, 1000)
    load("def f(:\n    pass", "f", 1000)
    program("import sys; print(input()); sys.exit(0)", "x", 1000)


_rehearse()
