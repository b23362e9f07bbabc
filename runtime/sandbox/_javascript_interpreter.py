# ruff: noqa: SLF001, N818
"""QuickJS on WebAssembly in a worker process, under `wasmtime`. No import of ours.

An instance is given twelve functions to import and none reaches out: it can tell the time, draw random bytes, and hand
over what it prints. Every instance starts from a memory made once per process, in which QuickJS is up and the guest
(`javascript/guest.js`) is read. Types are stripped by `sucrase` in an instance of its own, which starts from a second
memory and sees the candidate's source as data.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import time
from collections.abc import Callable
from typing import Any, Final

import wasmtime
from wasmtime import _ffi
from wasmtime._extern import wrap_extern

# Frames of QuickJS take 260 bytes of the module's own stack, and its parser 16 times what that takes of the process's.
# Node's limit is about 11,000 frames: a list of 10,000 nodes must be walkable here too.
_STACK_PAGES: Final = 48
_STACK_BYTES: Final = 3_000_000
_NATIVE_STACK: Final = 60 << 20
_PAGE: Final = 65536

_COMPILE_ONLY: Final = 32
_TOP_LEVEL_AWAIT: Final = 128
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)?", re.ASCII)
_MODULE: Final = re.compile(r"^\s*(import\b(?!\s*[(.])|export\b)", re.MULTILINE)
_PLACE: Final = re.compile(r" ?\((\d+):(\d+)\)$", re.MULTILINE)
# What an instance asks of the host and is answered, by its methods of these names.
_ANSWERED: Final = ("clock_time_get", "random_get", "host_call", "host_promise_rejection")
_ENTRIES: Final = ("begin", "tick", "find", "call", "settled", "finish", "raised", "described")
_USED: Final = (
    *("memory", "__stack_pointer", "_initialize", "wasm_malloc", "wasm_free", "JS_UpdateStackTop"),
    *("qjs_init", "qjs_get_runtime_ptr", "qjs_set_max_stack_size", "qjs_set_promise_rejection_handler"),
    *(
        "qjs_eval",
        "qjs_call",
        "qjs_get_undefined",
        "qjs_new_string",
        "qjs_get_prop_string",
        "qjs_new_host_function",
    ),
    *("qjs_get_string_len", "qjs_free_cstring", "qjs_is_exception", "qjs_get_exception", "qjs_get_value_ptr"),
    *("qjs_free_value", "qjs_dup_value", "qjs_is_job_pending", "qjs_execute_pending_job"),
)


class _Exit(Exception):
    """The program ends itself (`process.exit`)."""


class _OutputLimit(Exception):
    """The program has printed all it may."""


def engine() -> wasmtime.Engine:
    """The compiler's settings: a module is loaded by the ones it was compiled with."""
    config = wasmtime.Config()
    # The binding has no name for it; without it the limit of the next line ends at 2 MB.
    _ffi.wasmtime_config_async_stack_size_set(config.ptr(), _NATIVE_STACK)
    config.max_wasm_stack = _NATIVE_STACK
    return wasmtime.Engine(config)


class Interpreter:
    """Makes instances from `image`: a line of JSON (the guest's and the stripper's source), then the module."""

    faults = (wasmtime.Trap, wasmtime.WasmtimeError)

    def __init__(self, image: str) -> None:
        with open(image, "rb") as file:  # noqa: PTH123 - no import more than it takes
            texts = json.loads(file.readline())
            self._engine = engine()
            self.module = wasmtime.Module.deserialize(self._engine, file.read())
        self._linker = wasmtime.Linker(self._engine)
        self.running: _Instance | None = None
        for wanted in self.module.imports:
            assert isinstance(wanted.type, wasmtime.FuncType)
            assert wanted.name is not None
            answer = self._answered(wanted.name) if wanted.name in _ANSWERED else _refusal(wanted)
            self._linker.define_func(wanted.module, wanted.name, wanted.type, answer)
        self.javascript = _Memory(self, "<room>", texts["guest"], _ENTRIES)
        self.stripper = _Memory(self, "<types>", texts["stripper"], ("strip",), json.dumps(texts["files"]))
        versions = "\\n".join(texts["versions"])
        self.control = {"language": "javascript", "source": f"console.log('{versions}')"}

    def _answered(self, name: str) -> Callable[..., int | None]:
        def answer(*asked: int) -> int | None:
            # Linked once for all instances: the one that runs is the one that asks.
            method: Callable[..., int | None] = getattr(self.running, name)
            return method(*asked)

        return answer

    def create(
        self, memory_bytes: int, on_stdout: Callable[[bytes], None], on_stderr: Callable[[bytes], None]
    ) -> _Session:
        return _Session(self, memory_bytes, {"out": on_stdout, "err": on_stderr})

    def instantiate(self, memory_bytes: int) -> tuple[wasmtime.Store, dict[str, Any]]:
        store = wasmtime.Store(self._engine)
        store.set_limits(memory_size=memory_bytes, instances=1, memories=1, tables=1, table_elements=10_000)
        instance = self._linker.instantiate(store, self.module)
        return store, {name: _export(store, instance, name) for name in _USED}


def _export(store: wasmtime.Store, instance: wasmtime.Instance, name: str) -> Any:
    # `instance.exports` wraps all of the module's 470 first, which takes longer than everything else here: 11 ms.
    found = _ffi.wasmtime_extern_t()
    raw = ctypes.create_string_buffer(name.encode())
    if not _ffi.wasmtime_instance_export_get(
        store._context(), ctypes.byref(instance._instance), raw, len(name), ctypes.byref(found)
    ):
        raise wasmtime.WasmtimeError(f"expected the module to export {name}")
    return wrap_extern(found)


def _refusal(wanted: wasmtime.ImportType) -> Callable[..., int | None]:
    # What an instance may ask for and never needs: another descriptor, a time zone, a module to import.
    kind = wanted.type
    assert isinstance(kind, wasmtime.FuncType)
    code = 52 if wanted.module.startswith("wasi") else 0  # 52: not there
    return (lambda *_: code) if kind.results else (lambda *_: None)


class _Memory:
    """What instances start from: QuickJS, up, with a guest read into it: a function of the host and of `given`, an
    expression, that returns an object with the `entries`."""

    def __init__(
        self, interpreter: Interpreter, name: str, source: str, entries: tuple[str, ...], given: str = "null"
    ) -> None:
        made = _Instance(interpreter, 512 << 20, {})
        memory = made.exports["memory"]
        self._stack = memory.data_len(made.store)
        memory.grow(made.store, _STACK_PAGES)
        self.stack_top = memory.data_len(made.store)
        made.set_stack(self.stack_top)
        for call in ("_initialize", "qjs_init"):
            made.run(call)
        made.run("JS_UpdateStackTop", made.run("qjs_get_runtime_ptr"))
        made.run("qjs_set_max_stack_size", _STACK_BYTES)
        made.run("qjs_set_promise_rejection_handler", 1)
        guest = made.evaluate(source, name, 0)
        at, size = made.put("host")
        host = made.run("qjs_new_host_function", at, size, 0)
        room = made.call(guest, host, made.evaluate(f"({given})", name, 0))
        if made.failed(room):
            error = made.exception()
            stack = made.run("qjs_get_prop_string", error, made.put("stack")[0])
            raise wasmtime.WasmtimeError(
                f"{name} does not start: {made.text(error)} {made.text(stack)[:200]}"
            )
        self.entries = {}
        for entry in entries:
            at, _ = made.put(entry)
            self.entries[entry] = made.run("qjs_get_prop_string", room, at)
        # Two pieces: what lies below the stack, and above it. The stack itself is zeros in a fresh memory.
        self.size = memory.data_len(made.store)
        self.pieces = [
            (start, bytearray(memory.read(made.store, start, end)))
            for start, end in ((0, self._stack), (self.stack_top, self.size))
            if end > start
        ]


class _Instance:
    """One QuickJS. A handle is the address of a value in its memory."""

    def __init__(
        self, interpreter: Interpreter, memory_bytes: int, printers: dict[str, Callable[[bytes], None]]
    ) -> None:
        self._interpreter = interpreter
        self.store, self.exports = interpreter.instantiate(memory_bytes)
        self._printers = printers
        self._skipped_ms = 0.0
        self.room = 0
        self.unhandled: dict[int, int] = {}
        self.exit_code = ""
        self.spent = False

    def restore(self, memory: _Memory) -> None:
        mine = self.exports["memory"]
        if missing := memory.size - mine.data_len(self.store):
            mine.grow(self.store, missing // _PAGE)
        for start, piece in memory.pieces:
            mine.write(self.store, piece, start)
        self.set_stack(memory.stack_top)

    def set_stack(self, top: int) -> None:
        self.exports["__stack_pointer"].set_value(self.store, wasmtime.Val.i32(top))

    @property
    def size(self) -> int:
        return int(self.exports["memory"].data_len(self.store))

    def run(self, name: str, *arguments: int) -> int:
        self._interpreter.running = self
        try:
            return self.exports[name](self.store, *arguments)  # type: ignore[no-any-return]
        except BaseException:
            self.spent = True  # whatever came through its frames left them as they were
            raise

    def put(self, text: str) -> tuple[int, int]:
        raw = text.encode("utf-8", "surrogatepass")
        at = self.run("wasm_malloc", len(raw) + 1)
        if not at:
            raise MemoryError
        self.exports["memory"].write(self.store, bytearray(raw + b"\0"), at)
        return at, len(raw)

    def string(self, text: str) -> int:
        at, size = self.put(text)
        made = self.run("qjs_new_string", at, size)
        self.run("wasm_free", at)
        return made

    def raw(self, handle: int) -> bytes:
        at = self.run("wasm_malloc", 4)
        start = self.run("qjs_get_string_len", handle, at) if at else 0
        if not start:
            raise MemoryError
        memory = self.exports["memory"]
        size = int.from_bytes(memory.read(self.store, at, at + 4), "little")
        raw = bytes(memory.read(self.store, start, start + size))
        self.run("qjs_free_cstring", start)
        self.run("wasm_free", at)
        return raw

    def text(self, handle: int) -> str:
        return self.raw(handle).decode("utf-8", "replace")

    def evaluate(self, source: str, name: str, flags: int) -> int:
        code, size = self.put(source)
        named, _ = self.put(name)
        made = self.run("qjs_eval", code, size, named, flags)
        self.run("wasm_free", code)
        self.run("wasm_free", named)
        return made

    def call(self, function: int, *arguments: int) -> int:
        array = self.run("wasm_malloc", 4 * max(1, len(arguments)))
        if not array:
            raise MemoryError
        words = b"".join(argument.to_bytes(4, "little") for argument in arguments)
        self.exports["memory"].write(self.store, bytearray(words or bytes(4)), array)
        made = self.run("qjs_call", function, self.run("qjs_get_undefined"), len(arguments), array)
        self.run("wasm_free", array)
        for argument in arguments:
            self.run("qjs_free_value", argument)
        return made

    def failed(self, handle: int) -> bool:
        return bool(self.run("qjs_is_exception", handle))

    def exception(self) -> int:
        return self.run("qjs_get_exception")

    def clock_time_get(self, clock: int, _precision: int, at: int) -> int:
        now = time.time_ns() if clock == 0 else time.monotonic_ns()
        now += int(self._skipped_ms * 1e6)
        self.exports["memory"].write(self.store, bytearray(now.to_bytes(8, "little")), at)
        return 0

    def random_get(self, at: int, size: int) -> int:
        self.exports["memory"].write(self.store, bytearray(os.urandom(min(size, 4096))), at)
        return 0

    def host_call(self, name: int, size: int, _this: int, count: int, arguments: int) -> int:
        memory = self.exports["memory"]
        assert bytes(memory.read(self.store, name, name + size)) == b"host"
        assert count == 2
        words = memory.read(self.store, arguments, arguments + 8)
        kind, value = (self.raw(int.from_bytes(words[at : at + 4], "little")) for at in (0, 4))
        if kind in (b"out", b"err"):
            left, self.room = self.room, self.room - len(value)
            self._printers[kind.decode()](value[: max(0, left)])
            if self.room < 0:
                raise _OutputLimit
        elif kind == b"exit":
            self.exit_code = value.decode("utf-8", "replace")[:40]
            raise _Exit
        elif kind == b"skip":
            self._skipped_ms += float(value)
        return self.run("qjs_dup_value", self.run("qjs_get_undefined"))

    def host_promise_rejection(self, promise: int, reason: int, handled: int) -> None:
        known = self.run("qjs_get_value_ptr", promise)
        self.run("qjs_free_value", promise)
        if handled:
            self.run("qjs_free_value", reason)
            reason = self.unhandled.pop(known, 0)
            if reason:
                self.run("qjs_free_value", reason)
        else:
            self.unhandled[known] = reason


class _Session:
    """One instance with the guest in it. Frames are what the guest answers."""

    def __init__(
        self, interpreter: Interpreter, memory_bytes: int, printers: dict[str, Callable[[bytes], None]]
    ) -> None:
        self._interpreter = interpreter
        self._memory_bytes = memory_bytes
        self._instance = _Instance(interpreter, memory_bytes, printers)
        self._instance.restore(interpreter.javascript)
        self._entries = interpreter.javascript.entries
        self._start = self._instance.size

    @property
    def peak_bytes(self) -> int:
        """0 while it has not grown beyond what it starts with."""
        size = self._instance.size
        return size if size > self._start else 0

    @property
    def spent(self) -> bool:
        return self._instance.spent

    def load(self, request: dict[str, Any]) -> str | None:
        return self._guarded(request, lambda: self._loaded(request))

    def call(self, request: dict[str, Any], arguments: str) -> str | None:
        return self._guarded(request, lambda: self._called(arguments, in_place=request["in_place"]))

    def program(self, request: dict[str, Any], stdin: str) -> str | None:
        return self._guarded(request, lambda: self._ran(request, stdin) or _frame("returned"))

    def _guarded(self, request: dict[str, Any], work: Callable[[], str]) -> str | None:
        self._instance.room = request["output_bytes"]
        try:
            return work()
        except _OutputLimit:
            return _frame("output", f"more than {request['output_bytes']} bytes were printed")
        except MemoryError:
            return _frame("memory", "out of memory")
        except _Exit:
            code = self._instance.exit_code
            if request["function"] is None and code in ("", "0"):
                return _frame("returned")
            return _frame("raised", f"process.exit({code})")

    def _loaded(self, request: dict[str, Any]) -> str:
        frame = self._ran(request, "")
        if frame is not None:
            return frame
        name = request["function"]
        if not _NAME.fullmatch(name):
            return _frame("not_compiled", f"function not found: {name}")
        found = self._enter("find", name)
        if self._instance.failed(found):
            return self._raised()
        if not self._instance.raw(found):
            return _frame("not_compiled", f"function not found: {name}")
        return _frame("returned")

    def _called(self, arguments: str, *, in_place: bool) -> str:
        if self._instance.failed(self._enter("call", arguments, "1" if in_place else "")):
            return self._raised()
        frame = self._drained(lambda: bool(self._instance.raw(self._enter("settled"))))
        if frame is not None:
            return frame
        return self._instance.text(self._enter("finish"))

    def _ran(self, request: dict[str, Any], stdin: str) -> str | None:
        """A frame when the source is no program or raises; None when it ran to its end."""
        typescript = request["language"] == "typescript"
        name, source = ("solution.ts" if typescript else "solution.js"), request["source"]
        transforms = ["typescript"] if typescript else []
        if _MODULE.search(source):
            transforms.append("imports")
        if transforms:
            source, told = self._stripped(source, transforms, name)
            if told is not None:
                return told
        flags, instance = 0, self._instance
        if instance.failed(instance.evaluate(source, name, _COMPILE_ONLY)):
            error = instance.exception()
            flags = _TOP_LEVEL_AWAIT if re.search(r"\bawait\b", source) else 0
            if not flags or instance.failed(instance.evaluate(source, name, _COMPILE_ONLY | flags)):
                return self._not_compiled(instance.exception() if flags else error)
        self._enter("begin", stdin, json.dumps([int.from_bytes(os.urandom(4)) for _ in range(4)]))
        if instance.failed(instance.evaluate(source, name, flags)):
            return self._raised()
        return self._drained(lambda: False)

    def _drained(self, enough: Callable[[], bool]) -> str | None:
        """Run jobs and timers until there are none or it is enough. A frame when one of them raises."""
        instance = self._instance
        while True:
            while instance.run("qjs_is_job_pending"):
                if instance.run("qjs_execute_pending_job") < 0:
                    return self._raised()
            if instance.unhandled:
                return self._raised(next(iter(instance.unhandled.values())))
            if enough():
                return None
            moved = self._enter("tick")
            if instance.failed(moved):
                return self._raised()
            if not instance.raw(moved):
                return None

    def _stripped(self, source: str, transforms: list[str], name: str) -> tuple[str, str | None]:
        """The source as JavaScript, line by line where it was; or a frame that says why it is none."""
        stripper = _Instance(self._interpreter, min(self._memory_bytes, 128 << 20), {})
        stripper.restore(self._interpreter.stripper)
        try:
            answer = stripper.call(
                self._interpreter.stripper.entries["strip"],
                stripper.string(source),
                stripper.string(" ".join(transforms)),
            )
            if not stripper.failed(answer):
                return stripper.text(answer), None
            told = stripper.text(stripper.exception())
        except (MemoryError, *self._interpreter.faults) as error:
            told = f"SyntaxError: the source is too deep or too large to read ({type(error).__name__})"
        # "Unexpected token (3:7)" in the words of the interpreter's own stacks.
        told = _PLACE.sub(rf"\n    at {name}:\1:\2", told.replace("Error transforming : ", ""))
        return source, _frame("not_compiled", told[:4096])

    def _enter(self, entry: str, *arguments: str) -> int:
        return self._instance.call(self._entries[entry], *map(self._instance.string, arguments))

    def _raised(self, error: int | None = None) -> str:
        instance = self._instance
        return instance.text(
            instance.call(self._entries["raised"], instance.exception() if error is None else error)
        )

    def _not_compiled(self, error: int) -> str:
        return _frame(
            "not_compiled", self._instance.text(self._instance.call(self._entries["described"], error))
        )


def _frame(ending: str, error: str | None = None) -> str:
    return json.dumps([ending, None, error])
