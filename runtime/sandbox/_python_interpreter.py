# ruff: noqa: SLF001
"""CPython on WASI in a worker process, under `wasmtime`, started from the snapshot that `snapshot.py` builds. No import
of ours.

The package that makes the snapshot (`pyeryx`) would run it, too, but on a stack of 512 KB, on which legal recursion
ended the process (ADR 16). What an instance is given to import is WASI without a network, without standard streams, and
with one directory to read, the standard library; four functions of the runtime's own; and traps for all else.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar, Final

import wasmtime
from wasmtime import _ffi, component

# CPython ends recursion by itself where a module's own stack of 1 MB ends (its frames take up to 16 times that of
# this one) or where its limit of 1,000 frames of Python does. Nested lists that go away take 700 bytes of this stack a
# level and none of the other. Memory is taken as it is touched, and what lies above the first figure is the host's.
_WASM_STACK: Final = 256 << 20
_NATIVE_STACK: Final = 264 << 20
# What the runtime would ask its own host for: a network, calling back, and a timer for its own event loop.
_NETWORK: Final = {
    "eryx:net/tcp@0.1.0": ("connect", "read", "write"),
    "eryx:net/tls@0.1.0": ("upgrade", "read", "write"),
}
_TRAPS: Final = """(component
    (import "invoke" (func async (param "name" string) (param "arguments-json" string)
        (result (result string (error string)))))
    (import "sleep" (func async (param "duration-ns" u64))))"""
_FOREVER: Final = 2**62
_NO_FINALIZER: Final = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(0)
_RESERVED: Final = 1 << 32
_UNNOTICED_PAGES: Final = 64
_MAPPING: Final = re.compile(rb"^([0-9a-f]+)-([0-9a-f]+) (....)", re.MULTILINE)
_VALUE: Final = ctypes.sizeof(_ffi.wasmtime_component_val_t)
_U8: Final[int] = _ffi.wasmtime_component_val_t.of.offset  # of a union all start there


class GuestError(wasmtime.WasmtimeError):
    """The interpreter could not run what drives it, which a candidate may have patched."""


def engine() -> wasmtime.Engine:
    """Settings of the compiler that made the snapshot, but for the stack: code is loaded by the ones it was compiled
    with."""
    config = wasmtime.Config()
    # The binding has no names for these two.
    _ffi.wasmtime_config_async_stack_size_set(config.ptr(), _NATIVE_STACK)
    _ffi.wasmtime_config_wasm_component_model_async_set(config.ptr(), True)
    config.max_wasm_stack = _WASM_STACK
    config.wasm_component_model = True
    config.epoch_interruption = True
    config.consume_fuel = True
    config.cranelift_opt_level = "speed_and_size"
    return wasmtime.Engine(config)


class Interpreter:
    """Makes instances of the snapshot in the folder `image`; the standard library lies beside it."""

    control: ClassVar = {
        "language": "python",
        "source": "import sys, sqlite3\n"
        "print('.'.join(map(str, sys.version_info[:3])))\n"
        "print(sqlite3.sqlite_version)",
    }
    faults = (wasmtime.WasmtimeError, wasmtime.Trap)

    def __init__(self, image: str) -> None:
        self.library = str(Path(image) / "library")
        self.engine = engine()
        self.component = component.Component.deserialize_file(self.engine, str(Path(image) / "snapshot"))
        self.running: _Session | None = None
        self.memory = _Memory()
        self.linker = component.Linker(self.engine)
        # Its synchronous half: a program that sleeps blocks its own process and nothing else.
        self.linker.add_wasip2()
        callback = _ffi.wasmtime_component_func_callback_t
        self._answers = {
            b"report-output": callback(self._on_printed),
            b"list-callbacks": callback(_no_callbacks),
            b"get-execution-options": callback(_options),
        }
        with self.linker.root() as root:
            root.add_func("report-trace", lambda *_: None)
            for asked, answer in self._answers.items():
                # Not by `add_func`, which asks for every value's type each time and takes bytes apart in Python.
                text = ctypes.create_string_buffer(asked)
                _raise(
                    _ffi.wasmtime_component_linker_instance_add_func(
                        root.ptr(), text, len(asked), answer, None, _NO_FINALIZER
                    )
                )
            for interface, names in _NETWORK.items():
                with root.add_instance(interface) as network:
                    for name in names:
                        network.add_func(name, _refused)
                    network.add_func("close", lambda *_: None)
        # Only what a component imports can be made a trap, and of the snapshot that would be WASI, too.
        self.linker.define_unknown_imports_as_traps(component.Component(self.engine, _TRAPS))

    def create(
        self, memory_bytes: int, on_stdout: Callable[[bytes], None], on_stderr: Callable[[bytes], None]
    ) -> _Session:
        return _Session(self, memory_bytes, (on_stdout, on_stderr))

    def _on_printed(self, _data: Any, _store: Any, _type: Any, given: Any, *_: Any) -> int:
        # An exception in here would be printed and lost; a list that is no list of bytes does not get here.
        printed = given[1].of.list
        data = ctypes.string_at(printed.data, printed.size * _VALUE)[_U8::_VALUE] if printed.size else b""
        assert self.running is not None
        self.running.outputs[given[0].of.u32 == 1](data)
        return 0


class _Session:
    """One instance. Frames are what `_guest.py` answers."""

    def __init__(
        self,
        interpreter: Interpreter,
        memory_bytes: int,
        outputs: tuple[Callable[[bytes], None], Callable[[bytes], None]],
    ) -> None:
        self._interpreter = interpreter
        self.outputs = outputs
        self.peak_bytes = 0
        self.spent = False
        self._resident = 0
        store = self._store = wasmtime.Store(interpreter.engine)
        store.set_fuel(2 * _FOREVER)
        store.set_epoch_deadline(_FOREVER)
        store.set_limits(memory_size=memory_bytes, table_elements=100_000)
        wasi = wasmtime.WasiConfig()
        wasi.preopen_dir(interpreter.library, "/python-stdlib", fs_mutable=False)
        store.set_wasi(wasi)
        instance = _ffi.wasmtime_component_instance_t()
        _awaited(
            _ffi.wasmtime_component_linker_instantiate_async,
            *(
                interpreter.linker.ptr(),
                store._context(),
                interpreter.component.ptr(),
                ctypes.byref(instance),
            ),
        )
        found = component.Instance._from_raw(instance).get_func(store, "execute")
        assert found is not None
        self._function = found._func

    def warm(self) -> None:
        """Run something of no consequence: an instance's first run brings two megabytes of its memory in, which takes
        as long as ten short tests."""
        self.load(
            {"language": "python", "source": "def f(x):\n    return [x]", "function": "f", "output_bytes": 0}
        )
        self.call({"in_place": False, "output_bytes": 0}, "[[1],{}]")

    def load(self, request: dict[str, Any]) -> str | None:
        if request["language"] == "sql":
            return self._execute("_sql.no_functions")
        return self._execute("_room.load", request["source"], request["function"], request["output_bytes"])

    def call(self, request: dict[str, Any], arguments: str) -> str | None:
        return self._execute("_room.call", arguments, request["in_place"], request["output_bytes"])

    def program(self, request: dict[str, Any], stdin: str) -> str | None:
        function = "_sql.query" if request["language"] == "sql" else "_room.program"
        return self._execute(function, request["source"], stdin, request["output_bytes"])

    def measure(self, language: str, source: str) -> str | None:
        return self._execute("_metrics.measure", language, source)

    def _execute(self, function: str, *arguments: object) -> str | None:
        # ascii() of a str is source text that yields it again, lone surrogates and NULs included. `result` is the
        # variable that the runtime hands over.
        code = f"import _room, _sql, _metrics; result = {function}({', '.join(map(ascii, arguments))})"
        given = _ffi.wasmtime_component_val_t()
        given.kind = _ffi.WASMTIME_COMPONENT_STRING
        given.of.string = _ffi.str_to_capi(code)
        answer = _ffi.wasmtime_component_val_t()
        self._interpreter.running = self
        try:
            _awaited(
                _ffi.wasmtime_component_func_call_async,
                *(ctypes.byref(self._function), self._store._context(), ctypes.byref(given), 1),
                *(ctypes.byref(answer), 1),
            )
        finally:
            _ffi.wasmtime_component_val_delete(ctypes.byref(given))
            self._measure()
        try:
            return _inner(_told(answer))
        finally:
            _ffi.wasmtime_component_val_delete(ctypes.byref(answer))

    def _measure(self) -> None:
        # An instance that has grown has touched what it grew by, or soon will.
        resident = self._interpreter.memory.resident()
        if resident > self._resident + _UNNOTICED_PAGES or not self.peak_bytes:
            self._resident = resident
            self.peak_bytes = max(self.peak_bytes, self._interpreter.memory.in_use())


class _Memory:
    """How much memory the instance has, which only the operating system tells: its accessible part lies at the start of
    the address space reserved for it."""

    def __init__(self) -> None:
        self._maps: Any = None
        with contextlib.suppress(OSError):  # opened before this process may not look at itself any more
            self._sizes: Any = open("/proc/self/statm", "rb", buffering=0)  # noqa: PTH123, SIM115 - for the process's life
            self._maps = open("/proc/self/maps", "rb", buffering=0)  # noqa: PTH123, SIM115 - as above

    def resident(self) -> int:
        """Pages of the whole process that are in memory; 0 where the system does not tell. Ten times quicker."""
        if self._maps is None:
            return 0
        self._sizes.seek(0)
        return int(self._sizes.read(128).split()[1])

    def in_use(self) -> int:
        """Bytes; 0 where the system does not tell."""
        if self._maps is None:
            return 0
        self._maps.seek(0)
        text = b""
        while part := self._maps.read(1 << 16):
            text += part
        run = found = end = 0
        for low, high, rights in _MAPPING.findall(text):
            first, last = int(low, 16), int(high, 16)
            if rights.startswith(b"rw"):
                run = (run if first == end else 0) + last - first
            elif rights.startswith(b"---") and first == end and run + last - first >= _RESERVED:
                found = max(found, run)
                run = 0
            else:
                run = 0
            end = last
        return found


def _refused(*_: object) -> component.Variant:
    return component.Variant("not-permitted", "there is no network in here")


def _awaited(function: Callable[..., Any], *arguments: Any) -> None:
    """Call one of C's asynchronous functions to its end. Nothing in here waits for anything but itself."""
    fault = ctypes.POINTER(_ffi.wasmtime_error_t)()
    future = function(*arguments, ctypes.byref(fault))
    try:
        while not _ffi.wasmtime_call_future_poll(future):
            pass
    finally:
        _ffi.wasmtime_call_future_delete(future)
    _raise(fault)


def _raise(fault: Any) -> None:
    if fault:
        raise wasmtime.WasmtimeError._from_ptr(fault)


def _no_callbacks(*given: Any) -> int:
    results = given[5]
    results[0].kind = _ffi.WASMTIME_COMPONENT_LIST
    _ffi.wasmtime_component_vallist_new_empty(ctypes.byref(results[0].of.list))
    return 0


def _options(*given: Any) -> int:
    results = given[5]
    results[0].kind = _ffi.WASMTIME_COMPONENT_RECORD
    record = results[0].of.record
    _ffi.wasmtime_component_valrecord_new_uninit(ctypes.byref(record), 2)
    for index, (name, value) in enumerate((("python-tracing", False), ("reuse-empty-callbacks", True))):
        record.data[index].name = _ffi.str_to_capi(name)
        record.data[index].val.kind = _ffi.WASMTIME_COMPONENT_BOOL
        record.data[index].val.of.boolean = value
    return 0


def _told(answer: Any) -> str:
    """The field `result-json` of what the runtime answers: the fields are text and lists that lead nowhere here."""
    outcome = answer.of.result
    if not outcome.is_ok:
        raise GuestError(_ffi.to_str(outcome.val.contents.of.string))
    fields = outcome.val.contents.of.record
    for index in range(fields.size):
        if _ffi.to_str(fields.data[index].name) == "result-json":
            return _ffi.to_str(fields.data[index].val.of.string)
    raise GuestError("no result")


def _inner(frame: str) -> str | None:
    """The frame is a str variable of the guest, which the runtime hands over as JSON."""
    try:
        text = json.loads(frame)
    except (ValueError, RecursionError):
        return None
    return text if isinstance(text, str) else None
