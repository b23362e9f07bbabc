# ruff: noqa: SLF001, N818
"""QuickJS on WebAssembly in a worker process, under `wasmtime`. No import of ours.

An instance is given twelve functions to import and none reaches out: it can tell the time, draw random bytes, look at
its own values, and hand over what it prints. Every instance starts from a memory that was made when the image was
built, in which QuickJS is up and the guest (`javascript/guest.js` with the libraries it brings) is read. Types are
stripped by `sucrase` in an instance of its own, which starts from a second memory and sees the candidate's source as
data.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import time
from collections.abc import Callable, Iterator
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
_PIECE: Final = 16384  # what is copied at once or not at all when an instance starts

_COMPILE_ONLY: Final = 32
_STRIP_SOURCE: Final = 16
_TOP_LEVEL_AWAIT: Final = 128
_NAME: Final = re.compile(r"[A-Za-z_$][\w$]*(\.[A-Za-z_$][\w$]*)?", re.ASCII)
_MODULE: Final = re.compile(r"^\s*(import\b(?!\s*[(.])|export\b)", re.MULTILINE)
_PLACE: Final = re.compile(r" ?\((\d+):(\d+)\)$", re.MULTILINE)
# Syntax of tomorrow: what stands before and at the place where the parser stops.
_NOT_HERE: Final = {
    "decorators": ("", r"\s*@[\w$]"),
    "`accessor` fields": (r"\baccessor\s+$", r"[\w$#\[\"']"),
}
# What an instance asks of the host and is answered, by its methods of these names.
_ANSWERED: Final = ("clock_time_get", "random_get", "host_call", "host_promise_rejection")
_ENTRIES: Final = ("begin", "turn", "rejected", "find", "call", "finish", "ended", "raised", "described")

# WASI's word for an address that is none, and how much is drawn at once.
_NO_ADDRESS: Final = 21
_DRAWN: Final = 1 << 16

# Runs promises and turns of the guest's loop without coming back here for each, which takes ten times as long as a
# promise. Answers 0: nothing is left to do, 1: a promise raised, 2: a rejection was not handled, 3: a turn raised.
_PUMP: Final = """
(module
  (import "quickjs" "memory" (memory 0))
  (import "quickjs" "qjs_execute_pending_job" (func $job (result i32)))
  (import "quickjs" "qjs_call" (func $call (param i32 i32 i32 i32) (result i32)))
  (import "quickjs" "qjs_is_exception" (func $failed (param i32) (result i32)))
  (import "quickjs" "qjs_get_bool" (func $bool (param i32) (result i32)))
  (import "quickjs" "qjs_free_value" (func $free (param i32)))
  (func (export "pump") (param $turn i32) (param $this i32) (param $unhandled i32) (param $turn_first i32) (result i32)
    (local $status i32) (local $made i32)
    (loop $again
      (if (i32.eqz (local.get $turn_first)) (then
        (loop $jobs
          (local.set $status (call $job))
          (br_if $jobs (i32.gt_s (local.get $status) (i32.const 0))))
        (if (i32.lt_s (local.get $status) (i32.const 0)) (then (return (i32.const 1))))
        (if (i32.load (local.get $unhandled)) (then (return (i32.const 2))))))
      (local.set $turn_first (i32.const 0))
      (local.set $made (call $call (local.get $turn) (local.get $this) (i32.const 0) (local.get $unhandled)))
      (if (call $failed (local.get $made)) (then (return (i32.const 3))))
      (local.set $status (call $bool (local.get $made)))
      (call $free (local.get $made))
      (br_if $again (local.get $status)))
    (i32.const 0)))
"""
_IDLE, _REJECTED = 0, 2


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


def build(module: bytes, guest: str, stripper: str, versions: list[str]) -> bytes:
    """An image: what every worker starts from. Its first line says as JSON what follows it and how long that is."""
    made = engine()
    parts = [wasmtime.Module(made, bytes(code)).serialize() for code in (module, wasmtime.wat2wasm(_PUMP))]
    starter = _Starter(made, *(wasmtime.Module.deserialize(made, part) for part in parts))
    memories = {}
    for name, source, entries in (("<room>", guest, _ENTRIES), ("<types>", stripper, ("strip",))):
        memory, pieces = _memory(starter, name, source, entries)
        memories[name] = {**memory, "pieces": [[start, len(piece)] for start, piece in pieces]}
        parts += [piece for _, piece in pieces]
    head = {"versions": versions, "sizes": [len(part) for part in parts], "memories": memories}
    return json.dumps(head).encode() + b"\n" + b"".join(parts)


class _Starter:
    """Makes instances of QuickJS, with what drives them."""

    def __init__(self, engine: wasmtime.Engine, module: wasmtime.Module, pump: wasmtime.Module) -> None:
        self._engine = engine
        self._module = module
        self._pump = pump
        self._linker = wasmtime.Linker(engine)
        self.running: _Instance | None = None
        for wanted in module.imports:
            assert isinstance(wanted.type, wasmtime.FuncType)
            assert wanted.name is not None
            answer = self._answered(wanted.name) if wanted.name in _ANSWERED else _refusal(wanted)
            self._linker.define_func(wanted.module, wanted.name, wanted.type, answer)

    def _answered(self, name: str) -> Callable[..., int | None]:
        def answer(*asked: int) -> int | None:
            # Linked once for all instances: the one that runs is the one that asks.
            method: Callable[..., int | None] = getattr(self.running, name)
            return method(*asked)

        return answer

    def instantiate(self, memory_bytes: int) -> tuple[wasmtime.Store, _Exports]:
        store = wasmtime.Store(self._engine)
        store.set_limits(memory_size=memory_bytes, instances=2, memories=1, tables=1, table_elements=10_000)
        exports = _Exports(store, self._linker.instantiate(store, self._module))
        given = [exports[wanted.name or ""] for wanted in self._pump.imports]
        exports["pump"] = _Exports(store, wasmtime.Instance(store, self._pump, given))["pump"]
        return store, exports


class Interpreter:
    """Makes instances from what `build` returned, which lies in the folder `image`."""

    faults = (wasmtime.Trap, wasmtime.WasmtimeError)

    def __init__(self, image: str) -> None:
        with open(f"{image}/image", "rb") as file:  # noqa: PTH123 - no import more than it takes
            head = json.loads(file.readline())
            parts = [bytearray(file.read(size)) for size in head["sizes"]]
        made = engine()
        self.starter = _Starter(made, *(wasmtime.Module.deserialize(made, part) for part in parts[:2]))
        left = iter(parts[2:])
        self.javascript, self.stripper = (
            _Memory(memory, [(start, next(left)) for start, _ in memory["pieces"]])
            for memory in head["memories"].values()
        )
        self._stripping: _Instance | None = None
        self._strips = False
        versions = "\\n".join(head["versions"])
        self.control = {"language": "javascript", "source": f"console.log('{versions}')"}

    def create(
        self, memory_bytes: int, on_stdout: Callable[[bytes], None], on_stderr: Callable[[bytes], None]
    ) -> _Session:
        if self._strips:  # while nobody waits
            self._stripping = self._stripping or self._stripper()
        return _Session(self, memory_bytes, {"out": on_stdout, "err": on_stderr})

    def take_stripper(self) -> _Instance:
        """An instance of the stripper, used once; from the second on they are ready before they are asked for."""
        made, self._stripping, self._strips = self._stripping or self._stripper(), None, True
        return made

    def _stripper(self) -> _Instance:
        made = _Instance(self.starter, 128 << 20, {})
        made.restore(self.stripper)
        return made


class _Exports(dict[str, Any]):
    """What a module exports, looked up when it is first used."""

    def __init__(self, store: wasmtime.Store, instance: wasmtime.Instance) -> None:
        super().__init__()
        self._store = store
        self._instance = instance

    def __missing__(self, name: str) -> Any:
        # `instance.exports` wraps all of the module's 470 first, which takes longer than everything else here: 11 ms.
        found = _ffi.wasmtime_extern_t()
        raw = ctypes.create_string_buffer(name.encode())
        if not _ffi.wasmtime_instance_export_get(
            self._store._context(),
            ctypes.byref(self._instance._instance),
            raw,
            len(name),
            ctypes.byref(found),
        ):
            raise wasmtime.WasmtimeError(f"expected the module to export {name}")
        self[name] = wrap_extern(found)
        return self[name]


def _refusal(wanted: wasmtime.ImportType) -> Callable[..., int | None]:
    # What an instance may ask for and never needs: another descriptor, a time zone, a module to import.
    kind = wanted.type
    assert isinstance(kind, wasmtime.FuncType)
    code = 52 if wanted.module.startswith("wasi") else 0  # 52: not there
    return (lambda *_: code) if kind.results else (lambda *_: None)


class _Memory:
    """What instances start from."""

    def __init__(self, described: dict[str, Any], pieces: list[tuple[int, bytearray]]) -> None:
        self.entries: dict[str, int] = described["entries"]
        self.undefined: int = described["undefined"]
        self.unhandled: int = described["unhandled"]
        self.stack_top: int = described["stack_top"]
        self.size: int = described["size"]
        self.pieces = pieces


def _memory(
    starter: _Starter, name: str, source: str, entries: tuple[str, ...]
) -> tuple[dict[str, Any], list[tuple[int, bytearray]]]:
    """QuickJS, up, with a guest read into it: a function of the host's functions that returns an object with the
    `entries`. What describes the memory, and the pieces of it that are not a fresh one's."""
    # Read in an instance of its own: what reading takes, and the text of every function, are not copied to each start.
    code = _started_quickjs(starter)[0].compiled(source, name)
    made, stack = _started_quickjs(starter)
    stack_top = stack + _STACK_PAGES * _PAGE
    room = made.execute(code)
    if not made.failed(room):
        at, size = made.put("host")
        room = made.call(room, made.run("qjs_new_host_function", at, size, 0))
    if made.failed(room):
        error = made.exception()
        where = made.text(made.run("qjs_get_prop_string", error, made.put("stack")[0]))
        raise wasmtime.WasmtimeError(f"{name} does not start: {made.text(error)} {where[:400]}")
    described = {
        "entries": {entry: made.run("qjs_get_prop_string", room, made.put(entry)[0]) for entry in entries},
        "undefined": made.run("qjs_get_undefined"),
        "unhandled": made.put("\0" * 4)[0],
        "stack_top": stack_top,
    }
    made.run("qjs_run_gc")
    described["size"] = made.size
    made.exports["memory"].write(
        made.store, bytearray(stack_top - stack), stack
    )  # what calls left on the stack is nobody's
    return described, list(_pieces(made, _Instance(starter, 512 << 20, {})))


def _started_quickjs(starter: _Starter) -> tuple[_Instance, int]:
    """QuickJS, up, on a stack of its own above the memory that it came with: it, and where its stack ends."""
    made = _Instance(starter, 512 << 20, {})
    memory = made.exports["memory"]
    stack = memory.data_len(made.store)
    memory.grow(made.store, _STACK_PAGES)
    made.set_stack(memory.data_len(made.store))
    for call in ("_initialize", "qjs_init"):
        made.run(call)
    made.run("JS_UpdateStackTop", made.run("qjs_get_runtime_ptr"))
    made.run("qjs_set_max_stack_size", _STACK_BYTES)
    made.run("qjs_set_promise_rejection_handler", 1)
    return made, int(stack)


def _pieces(made: _Instance, fresh: _Instance) -> Iterator[tuple[int, bytearray]]:
    """What of a memory differs from a fresh instance's: most of it that lies below the heap does not."""
    memory, other = (instance.exports["memory"] for instance in (made, fresh))
    other.grow(fresh.store, (made.size - fresh.size) // _PAGE)
    one, two = memory.read(made.store, 0, made.size), other.read(fresh.store, 0, made.size)
    start = None
    for at in range(0, made.size + _PIECE, _PIECE):
        differs = one[at : at + _PIECE] != two[at : at + _PIECE]
        if differs and start is None:
            start = at
        elif not differs and start is not None:
            yield start, one[start:at]
            start = None


class _Instance:
    """One QuickJS. A handle is the address of a value in its memory."""

    def __init__(
        self, starter: _Starter, memory_bytes: int, printers: dict[str, Callable[[bytes], None]]
    ) -> None:
        self._starter = starter
        self.store, self.exports = starter.instantiate(memory_bytes)
        self._memory: _Memory | None = None
        self._printers = printers
        self._began_ns = 0
        self._skipped_ns = 0
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
        self._memory = memory

    def set_stack(self, top: int) -> None:
        self.exports["__stack_pointer"].set_value(self.store, wasmtime.Val.i32(top))

    @property
    def size(self) -> int:
        return int(self.exports["memory"].data_len(self.store))

    def run(self, name: str, *arguments: int) -> int:
        self._starter.running = self
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

    def compiled(self, source: str, name: str) -> bytes:
        """A script's bytecode, without its text. Raises `ValueError` when it is none."""
        code, size = self.put(source)
        length = self.run("wasm_malloc", 4)
        at = self.run("qjs_compile", code, size, self.put(name)[0], 0, _STRIP_SOURCE, length)
        if not at:
            raise ValueError(f"{name} is no script: {self.text(self.exception())}")
        memory = self.exports["memory"]
        return bytes(
            memory.read(
                self.store, at, at + int.from_bytes(memory.read(self.store, length, length + 4), "little")
            )
        )

    def execute(self, bytecode: bytes) -> int:
        at = self.run("wasm_malloc", len(bytecode))
        self.exports["memory"].write(self.store, bytearray(bytecode), at)
        made = self.run("qjs_eval_bytecode", at, len(bytecode))
        self.run("wasm_free", at)
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

    def pump(self, *, turn_first: bool) -> int:
        """Run promises and turns until there are none: what became of it, as `_PUMP` says."""
        memory = self._memory
        assert memory is not None
        return self.run("pump", memory.entries["turn"], memory.undefined, memory.unhandled, int(turn_first))

    def begin_clock(self) -> None:
        self._began_ns = time.monotonic_ns()

    def clock_time_get(self, clock: int, _precision: int, at: int) -> int:
        now = time.time_ns() if clock == 0 else time.monotonic_ns()
        now += self._skipped_ns
        self.exports["memory"].write(self.store, bytearray(now.to_bytes(8, "little")), at)
        return 0

    def random_get(self, at: int, size: int) -> int:
        at, size = at & 0xFFFFFFFF, size & 0xFFFFFFFF
        memory = self.exports["memory"]
        if at + size > memory.data_len(self.store):
            return _NO_ADDRESS
        for start in range(at, at + size, _DRAWN):
            memory.write(self.store, bytearray(os.urandom(min(_DRAWN, at + size - start))), start)
        return 0

    def host_call(  # noqa: PLR0911 - one for each thing that can be asked
        self, _name: int, _size: int, _this: int, count: int, arguments: int
    ) -> int:
        assert count == 2
        words = self.exports["memory"].read(self.store, arguments, arguments + 8)
        kind, value = (int.from_bytes(words[at : at + 4], "little") for at in (0, 4))
        match self.raw(kind).decode("ascii", "replace"):
            case ("out" | "err") as stream:
                text = self.raw(value)
                left, self.room = self.room, self.room - len(text)
                self._printers[stream](text[: max(0, left)])
                if self.room < 0:
                    raise _OutputLimit
            case "exit":
                self.exit_code = self.text(value)[:40]
                raise _Exit
            case "skip":  # to so many milliseconds after the program began
                wanted = int(min(float(self.raw(value)), 1e14) * 1e6)
                passed = time.monotonic_ns() + self._skipped_ns - self._began_ns
                self._skipped_ns += max(0, wanted - passed)
            case "random":
                return self.string(os.urandom(min(int(self.raw(value)), 4096)).hex())
            case "promise":
                known = self.run("qjs_is_promise", value)
                return self.string(str(self.run("qjs_promise_state", value)) if known else "0")
            case "settled" if self.run("qjs_is_promise", value):
                return self.run("qjs_promise_result", value)
            case "proxy" if self.run("qjs_is_proxy", value):
                target = self.run("qjs_get_proxy_target", value)
                return self.string("proxy" if self.run("qjs_is_object", target) else "revoked")
            case "proxy":
                return self.string("")
            case ("target" | "handler") as part if self.run("qjs_is_proxy", value):
                return self.run(f"qjs_get_proxy_{part}", value)
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
        self._tell_unhandled()

    def take_unhandled(self) -> int:
        reason = self.unhandled.pop(next(iter(self.unhandled)))
        self._tell_unhandled()
        return reason

    def _tell_unhandled(self) -> None:
        if self._memory is not None:
            count = bytearray(len(self.unhandled).to_bytes(4, "little"))
            self.exports["memory"].write(self.store, count, self._memory.unhandled)


class _Session:
    """One instance with the guest in it. Frames are what the guest answers."""

    def __init__(
        self, interpreter: Interpreter, memory_bytes: int, printers: dict[str, Callable[[bytes], None]]
    ) -> None:
        self._interpreter = interpreter
        self._instance = _Instance(interpreter.starter, memory_bytes, printers)
        self._instance.restore(interpreter.javascript)
        self._entries = interpreter.javascript.entries

    @property
    def peak_bytes(self) -> int:
        return self._instance.size

    @property
    def spent(self) -> bool:
        return self._instance.spent

    def load(self, request: dict[str, Any]) -> str | None:
        return self._guarded(request, lambda: self._loaded(request))

    def call(self, request: dict[str, Any], arguments: str) -> str | None:
        return self._guarded(request, lambda: self._called(arguments, in_place=request["in_place"]))

    def program(self, request: dict[str, Any], stdin: str) -> str | None:
        return self._guarded(request, lambda: self._ran(request, stdin) or self._ended())

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

    def _ended(self) -> str:
        """What a program comes to that has nothing left to do."""
        while True:
            ended = self._enter("ended")
            if self._instance.failed(ended):
                return self._raised()
            if code := self._instance.text(ended):
                return (
                    _frame("returned") if code == "0" else _frame("raised", f"process.exitCode = {code[:40]}")
                )
            if (frame := self._drained()) is not None:
                return frame

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
        frame = self._drained()
        if frame is not None:
            return frame
        return self._instance.text(self._enter("finish"))

    def _ran(self, request: dict[str, Any], stdin: str) -> str | None:
        """A frame when the source is no program or raises; None when it ran to its end."""
        typescript = request["language"] == "typescript"
        name, source = ("solution.ts" if typescript else "solution.js"), request["source"]
        transforms = ["typescript"] if typescript else []
        is_module = bool(_MODULE.search(source))
        if is_module:
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
                return self._not_compiled(instance.exception() if flags else error, source)
        seed = [int.from_bytes(os.urandom(4)) for _ in range(4)]
        given = {"stdin": stdin, "seed": seed, "name": name, "source": request["source"]}
        given["calls"] = request["function"] is not None
        if instance.failed(self._enter("begin", json.dumps(given))):
            return self._raised()
        instance.begin_clock()  # after the guest's own: a delay is never shown shorter than it was
        if instance.failed(instance.evaluate(source, name, flags)):
            return self._raised()
        # As in Node: ticks come before promises, except after a module, which is a promise's work itself.
        return self._drained(turn_first=not (is_module or flags))

    def _drained(self, *, turn_first: bool = False) -> str | None:
        """Run promises and turns until there are none. A frame when one of them raises."""
        instance = self._instance
        while (ended := instance.pump(turn_first=turn_first)) != _IDLE:
            turn_first = False
            if ended != _REJECTED:
                return self._raised()
            reason = instance.take_unhandled()
            seen = instance.call(self._entries["rejected"], instance.run("qjs_dup_value", reason))
            if instance.failed(seen):
                return self._raised()
            if not instance.raw(seen):
                return self._raised(reason)
        return None

    def _stripped(self, source: str, transforms: list[str], name: str) -> tuple[str, str | None]:
        """The source as JavaScript, line by line where it was; or a frame that says why it is none."""
        stripper = self._interpreter.take_stripper()
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

    def _not_compiled(self, error: int, source: str) -> str:
        told = self._instance.text(self._instance.call(self._entries["described"], error))
        place = re.search(r":(\d+):(\d+)$", told)
        lines = source.split("\n")
        if place:
            line, column = lines[min(int(place[1]), len(lines)) - 1], int(place[2]) - 1
            for what, (before, at) in _NOT_HERE.items():
                if re.search(before, line[:column]) and re.match(at, line[column:]):
                    told = f"SyntaxError: {what} are not available here\n{told.partition('\n')[2]}"
        return _frame("not_compiled", told)


def _frame(ending: str, error: str | None = None) -> str:
    return json.dumps([ending, None, error])
