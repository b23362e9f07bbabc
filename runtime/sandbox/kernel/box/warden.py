"""One submission's process outside the box: compiles, runs, watches, and tells what it saw.

Forked from the zygote for one submission and gone with it, so that nothing of a submission is in any process that a
later one is forked from. It passes the candidate's bytes on and interprets none of them.

Asked by the engine: `prepare` (start a JVM before anyone needs it), `open` (compile or load), `test`; answers are
`{ending, frame, error, stdout, stderr, cpu_ms, wall_ms, peak_kb}`. A frame comes from the candidate's process and means
what an answer means; an ending is what was seen from out here.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import resource
import shutil
import socket
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, NoReturn

from . import lock, python, wire
from .landlock import Rules
from .lock import Box
from .process import Process, Seen, Watch

_COMPILE: Final = Watch(cpu_s=20, wall_s=30, most_s=30, output_bytes=256 * 1024)
_COMPILE_CPU_S: Final = 10
_COMPILE_BYTES: Final = 1 << 30
_COMPILE_FILE_BYTES: Final = 16 << 20
_START: Final = Watch(cpu_s=30, wall_s=60, most_s=60, output_bytes=65536)
# The kernel's last word on CPU time, for a process that answers many tests; the watch is sooner.
_MOST_CPU_S: Final = 120
_SIGXCPU, _SIGKILL = 24, 9
_ENDED_FROM_OUTSIDE: Final = "the sandbox was ended from outside"
_KILLED: Final = re.compile(
    rb"(?m)^\S+: fatal error: (?:Killed signal terminated program|ld terminated with signal 9)"
)
_EXHAUSTED: Final = re.compile(
    rb"CPU time limit exceeded signal terminated program|out of memory allocating|virtual memory exhausted"
)
# What a runtime says when it is refused more; whoever prints it for fun gets what it means.
_OUT_OF_MEMORY: Final = (b"std::bad_alloc", b"OutOfMemoryError", b"out of memory")


def serve(channel: socket.socket, folder: str) -> None:
    """Answer until the engine hangs up; then nothing of the submission is left."""
    Path(folder).mkdir(mode=0o700)
    warden = Warden(channel, folder)
    try:
        while (request := wire.receive(channel)) is not None:
            answer = {"prepare": warden.prepare, "open": warden.open, "test": warden.test}[request["kind"]]
            wire.send(channel, answer(request))
    finally:
        warden.close()
        shutil.rmtree(folder, ignore_errors=True)


class Warden:
    """A submission. Raises nothing for what a candidate does."""

    def __init__(self, channel: socket.socket, folder: str) -> None:
        self._channel = channel
        self._folder = folder
        self._request: dict[str, Any] = {}
        self._recipe: dict[str, Any] = {}
        self._process: Process | None = None

    def close(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None

    def prepare(self, request: dict[str, Any]) -> dict[str, Any]:
        """Start the JVM and wait until it has compiled something."""
        self._recipe = request["recipe"]
        seen = self._started(request["memory_bytes"])
        return _answer(seen) if seen else _answer(Seen(), ending="returned")

    def open(self, request: dict[str, Any]) -> dict[str, Any]:
        self._request, self._recipe = request, request["recipe"]
        if self._recipe["kind"] == "native":
            return self._compile()
        return self._load(_watch(request))

    def test(self, request: dict[str, Any]) -> dict[str, Any]:
        kind, watch = self._recipe["kind"], _watch(self._request | request)
        function = self._request["function"] is not None
        if self._request["per_test"] and kind != "python" and function:
            self.close()
        if kind == "native" and not function:
            return self._program(request, watch)
        if kind == "python" and (not function or self._request["per_test"]):
            self.close()
        if self._process is not None and self._process.cpu_s + watch.cpu_s > _MOST_CPU_S:
            self.close()  # or the kernel's last word would fall in a test that has done nothing for it
        if self._process is None or not self._process.alive:
            loaded = self._load(watch)
            if not _returned(loaded):
                return loaded
        return self._asked(self._question(request), watch)

    def _question(self, request: dict[str, Any]) -> bytes:
        kind, asked = self._recipe["kind"], self._request
        if kind == "python":
            if asked["function"] is None:
                wanted = {"do": "program", "with": [asked["source"], request["stdin"], asked["output_bytes"]]}
            else:
                wanted = {
                    "do": "call",
                    "with": [request["arguments"], asked["in_place"], asked["output_bytes"]],
                }
            return json.dumps(wanted).encode()
        if asked["function"] is None:
            return b"p" + str(request["stdin"]).encode("utf-8", "surrogatepass")
        return str(request["tokens"]).encode()

    def _load(self, watch: Watch) -> dict[str, Any]:
        """A process that has read the source, which is all of the work where an interpreter compiles it."""
        asked = self._request
        if self._process is None or not self._process.alive:
            seen = self._started(asked["memory_bytes"])
            if seen is not None:
                # Nothing of the candidate's is in it yet.
                told = (
                    f"the virtual machine did not come up (status {seen.status}, stopped by {seen.stopped})"
                )
                return _answer(Seen(), ending="engine_failed", error=told)
        kind = self._recipe["kind"]
        if kind == "native" or (kind == "python" and asked["function"] is None):
            return _answer(Seen(), ending="returned")
        if kind == "python":
            loading = {"do": "load", "with": [asked["source"], asked["function"], asked["output_bytes"]]}
            return self._asked(json.dumps(loading).encode(), watch)
        function = (asked["function"] or "").encode()
        source = asked["source"].encode("utf-8", "surrogatepass")
        return self._asked(
            b"l" + struct.pack(">I", len(function)) + function + source, _COMPILE, compiling=True
        )

    def _asked(self, question: bytes, watch: Watch, *, compiling: bool = False) -> dict[str, Any]:
        assert self._process is not None
        seen = self._process.ask(question, watch)
        if compiling and seen.stopped in ("cpu", "wall"):
            return _answer(seen, ending="not_compiled", error="the compiler needed more time than it has")
        program = self._request["function"] is None and self._recipe["kind"] != "python"
        return self._told(seen, program=program)

    def _started(self, memory_bytes: int) -> Seen | None:
        """A new process; None once it can be asked. Otherwise what came of it."""
        self.close()
        recipe = self._recipe
        if recipe["kind"] == "python":
            box = _box(recipe["rules"], memory_bytes, environment={})
            self._process = self._fork(lambda locked: _serve_python(box, locked), None, channel=True)
            return None
        if recipe["kind"] == "native":
            self._process = self._fork(self._binary_body(memory_bytes), None, channel=True)
            return None
        own = memory_bytes + recipe["memory_overhead"]
        box = replace(_box(recipe["rules"], own, environment=recipe["environment"]), threads=96, pairs=True)
        heap = f"-Xmx{memory_bytes >> 20}m"
        argv = [recipe["arguments"][0], heap, *recipe["arguments"][1:]]
        self._process = self._fork(lambda _: _execute(box, recipe["program"], argv), None, channel=True)
        seen = self._process.ask(b"h", _START)
        return None if seen.frame is not None else seen

    def _compile(self) -> dict[str, Any]:
        recipe = self._recipe
        source = Path(self._folder, recipe["source"])
        source.write_text(self._request["source"], encoding="utf-8", errors="surrogatepass", newline="")
        for name, content in recipe["files"].items():
            Path(self._folder, name).write_text(content, encoding="utf-8")
        error = None
        for attempt in recipe["attempts"]:
            seen = Seen()
            for step in attempt:
                seen = self._step(step)
                if _killed(seen):  # it leaves nothing behind that a second run would find
                    seen = self._step(step)
                if seen.status != 0 or seen.stopped:
                    break
            if seen.stopped == "owner":
                return _answer(seen, ending="engine_failed")
            if _from_outside(seen):
                return _answer(Seen(), ending="engine_failed", error=_ENDED_FROM_OUTSIDE)
            if seen.status == 0 and seen.stopped is None:
                return self._compiled(seen)
            # The first attempt is what the candidate meant; later ones are made in their favour, and not told.
            error = error or _complaint(seen.stderr + seen.stdout, seen, self._folder)
            # What used up its time or memory would do so again.
            if seen.stopped or (seen.status or 0) < 0 or _EXHAUSTED.search(seen.stderr):
                return _answer(Seen(), ending="not_compiled", error=error)
        if "alone" in recipe:
            seen = self._step(recipe["alone"])
            if seen.status and not seen.stopped and not _killed(seen):
                error = _complaint(seen.stderr + seen.stdout, seen, self._folder)
        return _answer(Seen(), ending="not_compiled", error=error)

    def _compiled(self, seen: Seen) -> dict[str, Any]:
        size = _memory_wanted(Path(self._folder, self._recipe["binary"]))
        if size > self._request["memory_bytes"]:
            return _answer(
                seen, ending="memory", error="the program's variables alone are larger than its memory"
            )
        return _answer(Seen(), ending="returned")

    def _step(self, step: dict[str, Any]) -> Seen:
        rules = Rules(read=tuple(step["read"]), execute=tuple(step["execute"]), work=(self._folder,))
        box = Box(
            rules=rules,
            memory_bytes=_COMPILE_BYTES,
            cpu_s=_COMPILE_CPU_S,
            file_bytes=_COMPILE_FILE_BYTES,
            descriptors=256,
            compiling=True,
            environment=step["environment"] | {"TMPDIR": self._folder},
            folder=self._folder,
        )
        arguments = [self._folder if item == wire.FOLDER else item for item in step["arguments"]]
        process = self._fork(lambda _: _execute(box, step["program"], arguments), None, channel=False)
        try:
            seen = process.ask(None, _COMPILE)
            fault = process.fault()
            if fault:
                raise OSError(f"the compiler does not start: {fault}")
            return seen
        finally:
            process.close()

    def _program(self, request: dict[str, Any], watch: Watch) -> dict[str, Any]:
        stdin = request["stdin"].encode("utf-8", "surrogatepass")
        self.close()
        self._process = self._fork(self._binary_body(self._request["memory_bytes"]), stdin, channel=False)
        seen = self._process.ask(None, watch)
        answer = self._told(seen, program=True)
        self.close()
        return answer

    def _binary_body(self, memory_bytes: int) -> Callable[[Callable[[], None]], object]:
        binary = str(Path(self._folder, self._recipe["binary"]))
        rules = {"read": self._recipe["read"], "execute": [binary, *self._recipe["execute"]]}
        box = _box(
            rules, memory_bytes + self._recipe["memory_overhead"], environment=self._recipe["environment"]
        )
        return lambda _: _execute(box, binary, ["solution"])

    def _fork(
        self, body: Callable[[Callable[[], None]], object], stdin: bytes | None, *, channel: bool
    ) -> Process:
        return Process(body, stdin=stdin, channel=channel, owner=self._channel)

    def _told(self, seen: Seen, *, program: bool) -> dict[str, Any]:  # noqa: PLR0911 - one per ending
        """What was seen, as an ending."""
        assert self._process is not None
        stopped, status = seen.stopped, seen.status or 0
        fault = None if seen.frame is not None or stopped else self._process.fault()
        if fault is not None:
            return _answer(Seen(), ending="engine_failed", error=fault)
        if stopped is not None:
            ending = {"owner": "engine_failed", "output": "output"}.get(stopped, "time")
            return _answer(seen, ending=ending, error=stopped)
        if seen.frame is not None:
            return _answer(seen)
        if (
            status == -_SIGKILL
        ):  # the candidate has no way to send that one, and the watch has told of its own
            return _answer(Seen(), ending="engine_failed", error=_ENDED_FROM_OUTSIDE)
        limit_kb = self._request.get("memory_bytes", 1 << 40) >> 10
        if status == 0 and program:
            return _answer(seen, ending="memory" if seen.peak_kb > limit_kb else "returned")
        if seen.peak_kb * 10 >= limit_kb * 9 or any(sign in seen.stderr for sign in _OUT_OF_MEMORY):
            return _answer(seen, ending="memory", error="more memory than a program may have")
        return _answer(seen, ending="raised" if program and status > 0 else "crashed", error=_ended(seen))


def _serve_python(box: Box, locked: Callable[[], None]) -> None:
    lock.enter(box)
    locked()
    python.serve()


def _execute(box: Box, program: str, arguments: list[str]) -> None:
    lock.execute(box, program, arguments)


def _box(rules: dict[str, list[str]], memory_bytes: int, *, environment: dict[str, str]) -> Box:
    allowed = Rules(read=tuple(rules["read"]), execute=tuple(rules["execute"]))
    return Box(rules=allowed, memory_bytes=memory_bytes, cpu_s=_MOST_CPU_S, environment=environment)


def _watch(request: dict[str, Any]) -> Watch:
    return Watch(
        cpu_s=request["cpu_s"],
        wall_s=request["wall_s"],
        most_s=request["most_s"],
        output_bytes=request["output_bytes"],
    )


def _answer(seen: Seen, *, ending: str | None = None, error: str | None = None) -> dict[str, Any]:
    frame, peak = seen.frame, seen.peak_kb
    if frame is not None:
        head, _, frame = frame.partition(b"\n")
        peak = peak or (int(head) if head.isdigit() and len(head) < 12 else 0)
    # A fork begins with our own pages, so what stays below says nothing about the candidate.
    peak = peak if peak > resource.getrusage(resource.RUSAGE_SELF).ru_maxrss + 1024 else 0
    return {
        "ending": ending,
        "frame": None if frame is None else frame.decode("utf-8", "replace"),
        "error": error,
        "stdout": seen.stdout.decode("utf-8", "replace"),
        "stderr": seen.stderr.decode("utf-8", "replace"),
        "cpu_ms": seen.cpu_s * 1e3,
        "wall_ms": seen.wall_s * 1e3,
        "peak_kb": peak or None,
        "status": seen.status,
    }


def _returned(answer: dict[str, Any]) -> bool:
    return answer["ending"] == "returned" or (
        answer["ending"] is None and (answer["frame"] or "").startswith('["returned"')
    )


def _from_outside(seen: Seen) -> bool:
    """Whether somebody else ended a step: not the watch, and not the kernel's limit on its CPU time."""
    return seen.status == -_SIGKILL and seen.stopped is None and seen.cpu_s < _COMPILE_CPU_S


def _killed(seen: Seen) -> bool:
    """The same of the step's own processes, too, as a driver tells it. A source can make a compiler say that, for which
    it is compiled twice."""
    return _from_outside(seen) or _KILLED.search(seen.stderr) is not None


_SIGNALS: Final = {
    11: "a segmentation fault: memory that is not the program's, or recursion without an end",
    6: "the program gave up (abort)",
    8: "an arithmetic error, such as a division by zero",
    4: "an illegal instruction",
    7: "a bus error",
    25: "a file was written",
    31: "a call that is not allowed here",
}


def _ended(seen: Seen) -> str:
    status = seen.status or 0
    if status < 0:
        return _SIGNALS.get(-status, f"ended by signal {-status}")
    return f"the program ended with status {status}"


def _complaint(told: bytes, seen: Seen, folder: str) -> str:
    text = told.decode("utf-8", "replace").replace(folder + "/", "")
    if seen.stopped == "output":
        return text + "\n..."
    if seen.stopped or -(seen.status or 0) in (_SIGXCPU, _SIGKILL):
        return "the compiler needed more time or memory than it has"
    return text


def _memory_wanted(binary: Path) -> int:
    """Bytes of writable variables that the executable asks for: more than its memory, and it cannot even start."""
    with binary.open("rb") as file:
        head = file.read(64)
        if head[:5] != b"\x7fELF\x02":
            raise OSError(f"expected an executable; got {head[:4]!r}")
        (table,) = struct.unpack_from("<Q", head, 32)
        size, count = struct.unpack_from("<HH", head, 54)
        wanted = 0
        for number in range(count):
            file.seek(table + number * size)
            kind, flags, _, _, _, _, memory, _ = struct.unpack("<IIQQQQQQ", file.read(56))
            wanted += memory if kind == 1 and flags & 2 else 0
    return wanted


def main(channel: socket.socket, folder: str) -> NoReturn:
    """In the fork for a submission, which must not go on as what it was forked from. What goes wrong here is ours and
    told as that."""
    try:
        serve(channel, folder)
    except Exception as error:  # noqa: BLE001 - all of it is told
        with contextlib.suppress(OSError):
            wire.send(
                channel, _answer(Seen(), ending="engine_failed", error=f"the sandbox failed: {error!r}"[:500])
            )
    finally:
        os._exit(0)
