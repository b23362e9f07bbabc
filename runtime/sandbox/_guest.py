# ruff: noqa: SLF001, S102, PLW0603, BLE001, S110, UP031, FBT
"""Runs inside the WebAssembly interpreter (CPython 3.14 on WASI), baked into the snapshot. No import of ours.

Nothing here is trusted by the host: candidate code shares this interpreter and may read and patch all of it.
What it can reach by that is a frame of its own making, which is a guess at an answer that was never in here.
"""

import array
import ast
import asyncio
import atexit
import bisect
import builtins
import collections
import contextlib
import copy
import datetime as dt
import functools
import heapq
import io
import itertools
import json
import linecache
import math
import operator
import os
import random
import re
import selectors
import stat
import string
import sys
import time
import traceback
import types
import typing
from collections.abc import Callable
from typing import Any

import _eryx  # type: ignore[import-not-found]

NAME = "solution.py"
# The module whose function is called, as if it were imported: what stands below `if __name__ == "__main__":` is for a
# program, and reads an input that is not there.
MODULE = "solution"
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


def _compiled(source: str, *, module: bool = False) -> types.CodeType | str:
    """The source's code, with a `__main__` of its own to run in; a frame that says why when it is no program. `module`:
    it is not the program itself, and has the names ready that LeetCode has."""
    global _main
    source = source.removeprefix("\ufeff")  # what some editors write before the text
    _main = types.ModuleType(MODULE if module else "__main__")
    vars(_main).update(__builtins__={**_READY, **vars(builtins)} if module else builtins, __file__=NAME)
    sys.modules.pop(MODULE, None)
    if module:
        sys.modules[MODULE] = _main  # dataclasses and pickle look for a class's module there
    # The generator's state lies in what every instance starts from: all would draw the same numbers.
    random.seed()
    sys.argv = [NAME]
    linecache.cache[NAME] = (len(source), None, io.StringIO(source, None).readlines(), NAME)
    try:
        return compile(source, NAME, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, OverflowError, MemoryError) as error:
        return _frame("not_compiled", error=_described(error))


def load(source: str, function: str, output: int) -> str:
    """Run the source as a module and find the function. A frame: `[ending, value, error]` as JSON text."""
    global _nodes
    code = _compiled(source, module=True)
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
    _nodes = _Nodes(source, function)
    return _frame("returned")


def call(arguments: str, in_place: bool, output: int) -> str:
    """Call the loaded function with the arguments, `[args, kwargs]` as JSON text. `in_place`: its work is what it made
    of its first argument."""
    value: Any = None

    def body() -> None:
        nonlocal value
        args, kwargs = _nodes.given(*_decode(arguments))
        first = next(iter([*args, *kwargs.values()]), None)
        value = _function(*args, **kwargs)
        if asyncio.iscoroutine(value):
            value = asyncio.run(value)
        if in_place:
            value = [] if first is None and _nodes.first else first

    frame = _guarded(body, "", output)
    return _returned(value, _nodes.read) if frame is None else frame


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
    owner, method = scope.get(first), rest
    if not rest and owner is None:
        owner, method = scope.get("Solution"), first
    if not method:
        return owner if callable(owner) else None
    found = _method(owner(), method) if isinstance(owner, type) else None
    return found if callable(found) else None


def _method(instance: Any, name: str) -> Any:
    """What the instance has under this name by the candidate's own classes, not as every object or list has it."""
    found = getattr(instance, name, None)
    if name in getattr(instance, "__dict__", ()):
        return found
    giver = next((kind for kind in type(instance).__mro__ if name in vars(kind)), None)
    return found if giver is None or giver.__module__ == MODULE else None


class ListNode:
    """As LeetCode has it, for code that does not define its own."""

    __module__ = MODULE

    def __init__(self, val: Any = 0, next: Any = None) -> None:  # noqa: A002 - LeetCode's name
        self.val = val
        self.next = next


class TreeNode:
    """As LeetCode has it, for code that does not define its own."""

    __module__ = MODULE

    def __init__(self, val: Any = 0, left: Any = None, right: Any = None) -> None:
        self.val = val
        self.left = left
        self.right = right


def _ready() -> dict[str, Any]:
    """What LeetCode imports before every solution. The language's own names and the candidate's go before it."""
    whole = (
        bisect,
        collections,
        copy,
        dt,
        functools,
        heapq,
        itertools,
        json,
        math,
        operator,
        random,
        re,
        string,
    )
    ready: dict[str, Any] = {}
    for module in (string, operator, math, typing, itertools, functools, bisect, heapq, collections):
        names = getattr(module, "__all__", None) or [name for name in vars(module) if name[0] != "_"]
        ready.update({name: getattr(module, name) for name in names})
    for name in ("choice", "randint", "randrange", "sample", "shuffle"):
        ready[name] = getattr(random, name)
    ready.update({module.__name__: module for module in (*whole, sys, typing)})
    ready.update(deepcopy=copy.deepcopy, ListNode=ListNode, TreeNode=TreeNode)
    return ready


_READY = _ready()
# What has all three links is a tree, whose levels are linked.
_SHAPES = {"TreeNode": ("left", "right"), "ListNode": ("next",)}
_LISTS = frozenset({"List", "list", "Sequence", "Iterable", "Tuple", "tuple"})
_VALUES = ("val", "value", "data")


class _Nodes:
    """Which arguments of a function are linked nodes and not lists, and whether its result is.

    A parameter's type says so by naming `ListNode` or `TreeNode`; without a type, or with a class of the candidate's
    own, the function's text does, which reads `.next`, or `.left` and `.right`, of it. A result without a type is nodes
    where an argument is.
    """

    def __init__(self, source: str, function: str) -> None:
        self.by_name: dict[str, tuple[int, str, Any]] = {}
        self.order: list[str] = []
        self.rest: str | None = None
        self.result: int | None = None
        self.typed = True
        self.first = False
        if any(word in source for word in ("ListNode", "TreeNode", ".next", ".left", ".right")):
            # What the compiler takes and this does not is too large to look into.
            with contextlib.suppress(SyntaxError, ValueError, RecursionError, MemoryError):
                self._look(ast.parse(source.removeprefix("\ufeff")), function)

    def _look(self, tree: ast.Module, function: str) -> None:
        found, method = _definition(tree, function)
        if found is None:
            return
        given = found.args
        inner = [*given.posonlyargs, *given.args][method:]
        self.order = [one.arg for one in inner]
        self.rest = given.vararg and given.vararg.arg
        for one in (*inner, *given.kwonlyargs, *([given.vararg] if given.vararg else [])):
            told = _told_type(one.annotation)
            spec = _named_nodes(told) or _followed(found, one.arg, told)
            if spec is not None:
                self.by_name[one.arg] = spec
        returned = getattr(found, "returns", None)
        if returned is not None:
            told = _told_type(returned)
            spec = _named_nodes(told)
            own = self.by_name and _own_class(told)
            self.result = spec[0] if spec is not None else 0 if own else None
        self.typed = returned is not None

    def given(self, args: list[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """The arguments, lists as nodes where they are to be."""
        if not self.by_name:
            return args, kwargs
        names = [*self.order, *[self.rest] * len(args)]
        pairs = [*zip(names, args, strict=False), *kwargs.items()]
        lists = [name in self.by_name and isinstance(value, list) for name, value in pairs]
        self.first = bool(lists) and lists[0]
        if not self.typed:
            self.result = 0 if any(lists) else None
        args = [self._made(name, value) for name, value in zip(names, args, strict=False)] + args[
            len(names) :
        ]
        return args, {name: self._made(name, value) for name, value in kwargs.items()}

    def _made(self, name: str | None, value: Any) -> Any:
        spec = self.by_name.get(name or "")
        return value if spec is None else _linked(value, *spec)

    def read(self, value: Any) -> Any:
        """A result with lists in the place of nodes."""
        if value is None:
            return value if self.result is None else []
        if isinstance(value, (list, tuple)):
            if not any(self._is_node(item) for item in value):
                return (
                    [[] for _ in value]
                    if self.result and not any(item is not None for item in value)
                    else value
                )
            return [self.read(item) for item in value]
        return _values(value) if self._is_node(value) else value

    def _is_node(self, value: Any) -> bool:
        kind = type(value)
        if kind.__module__ == "builtins" or not (kind.__name__ in _SHAPES or self.result is not None):
            return False
        return any(hasattr(value, name) for name in _VALUES) and any(
            all(hasattr(value, link) for link in links) for links in _SHAPES.values()
        )


_nodes = _Nodes("", "")


def _definition(tree: ast.Module, name: str) -> tuple[Any, bool]:
    """The function's own text, and whether its first parameter is its object."""
    first, _, rest = name.partition(".")
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    found = None if rest else _last(tree.body, first)
    if found is not None:
        return found, False
    owner = classes.get(first if rest else "Solution")
    found = None if owner is None else _last(owner.body, rest or first)
    decorators = [ast.unparse(decorator) for decorator in getattr(found, "decorator_list", ())]
    return found, "staticmethod" not in decorators


def _last(body: list[ast.stmt], name: str) -> Any:
    found: Any = None
    for node in body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.name == name:
            found = node
        elif (
            isinstance(node, ast.Assign)
            and isinstance(node.value, ast.Lambda)
            and any(isinstance(target, ast.Name) and target.id == name for target in node.targets)
        ):
            found = node.value
    return found


def _told_type(annotation: ast.expr | None) -> list[str]:
    """The words of a type, in order."""
    if annotation is None:
        return []
    text = annotation.value if isinstance(annotation, ast.Constant) else ast.unparse(annotation)
    return re.findall(r"\w+", str(text))


def _named_nodes(words: list[str]) -> tuple[int, str, Any] | None:
    """How deep in lists the nodes are that a type names, their shape and their class."""
    for number, word in enumerate(words):
        if word in _SHAPES:
            depth = sum(before in _LISTS for before in words[:number])
            return depth, word, vars(_main).get(word, _READY[word])
    return None


def _own_class(words: list[str]) -> Any:
    """The candidate's own class that a type names."""
    return next((kind for kind in map(vars(_main).get, words) if isinstance(kind, type)), None)


def _followed(function: ast.AST, name: str, words: list[str]) -> tuple[int, str, Any] | None:
    """As `_named_nodes`, of a parameter whose links the function reads."""
    own = _own_class(words)
    if words and own is None:
        return None
    same, read = {name}, set()
    for node in ast.walk(function):
        for target in getattr(node, "targets", None) or [getattr(node, "target", None)]:
            same.update(_copies(target, getattr(node, "value", None), same))
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in same:
            read.add(node.attr)
    for shape, links in _SHAPES.items():
        if read.intersection(links):
            return 0, shape, own or vars(_main).get(shape, _READY[shape])
    return None


def _copies(target: Any, value: Any, same: set[str]) -> Any:
    if isinstance(target, ast.Name) and isinstance(value, ast.Name) and value.id in same:
        yield target.id
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, other in zip(target.elts, value.elts, strict=False):
            yield from _copies(one, other, same)


def _linked(value: Any, depth: int, shape: str, kind: Any) -> Any:
    """A list as nodes: a list by `next`, a tree level by level, None where there is no child."""
    if not isinstance(value, list):
        return value
    if depth:
        return [_linked(item, depth - 1, shape, kind) for item in value]
    links = _SHAPES[shape]
    root: Any = None
    places: collections.deque[tuple[Any, str]] = collections.deque([(None, "")])
    for item in value:
        if not places:
            raise ValueError("the test's list is no tree: it has values below an empty place")
        owner, link = places.popleft()
        if item is None and shape == "TreeNode":
            continue
        node = _node(kind, item, links)
        places.extend((node, below) for below in links)
        if owner is None:
            root = node
        else:
            setattr(owner, link, node)
    return root


def _node(kind: Any, value: Any, links: tuple[str, ...]) -> Any:
    for arguments in ((value,), (value, *[None] * len(links)), ()):
        try:
            node = kind(*arguments)
            break
        except TypeError:
            if not arguments:
                raise
    if not any(hasattr(node, name) for name in _VALUES) or not arguments:
        node.val = value
    for link in links:
        setattr(node, link, None)
    return node


def _values(node: Any) -> list[Any]:
    links = next(links for links in _SHAPES.values() if all(hasattr(node, link) for link in links))
    found: list[Any] = []
    level = collections.deque([node])
    while level:
        one = level.popleft()
        if len(found) > MAX_NODES:
            raise _UnfitError("raised", "the end of the nodes is not reached: they hold themselves")
        if one is None:
            found.append(None)
            continue
        found.append(next((getattr(one, name) for name in _VALUES if hasattr(one, name)), None))
        level.extend(getattr(one, link, None) for link in links)
        if len(links) == 1 and level[-1] is None:
            break
    while len(links) > 1 and found and found[-1] is None:
        found.pop()
    return found


def _returned(value: Any, read: Callable[[Any], Any] = lambda value: value) -> str:
    try:
        value = read(value)
        error = _unfit(value)
        if error is not None:
            return _frame(*error)
        text = _encode(value)
        if len(text) > MAX_BYTES:
            return _frame("output", "the result is larger than 1 MB")
        return '["returned",' + text + ",null]"
    except MemoryError:
        return _frame("memory", error="MemoryError")
    except _UnfitError as unfit:
        return _frame(*unfit.args)
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


_NO_NODES = re.compile("'list' object has no attribute '(?:next|val|left|right)'")


def _hint(error: BaseException, text: str) -> str:
    last = text.rstrip().rpartition("\n")[2]
    if isinstance(error, AttributeError) and _NO_NODES.search(last):
        return (
            "(an argument that is a list comes as nodes where the parameter's type says so: "
            "head: Optional[ListNode], root: Optional[TreeNode])\n"
        )
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
    load("def f(a: Optional[ListNode], b):\n    return b.left or a", "f", 1000)
    call("[[[1, 2], [1]], {}]", False, 1000)
    program("import sys; print(input()); sys.exit(0)", "x", 1000)


_rehearse()
