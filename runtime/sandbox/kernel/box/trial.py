"""Does the box hold here? Each wall is tried for real, from inside, before anything is run for anyone."""

# ruff: noqa: PTH101, PTH102, PTH108, PTH208, PTH211
from __future__ import annotations

import _thread
import ctypes
import json
import os
import resource
import shutil
import signal
import socket
import struct
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from . import landlock, lock, syscalls
from .landlock import Rules
from .lock import Box
from .process import Process, Watch
from .root import Place

_MEMORY: Final = 256 << 20
_THREADS: Final = 64
_WATCH: Final = Watch(cpu_s=10, wall_s=20, most_s=20, output_bytes=65536)
_MS: Final = ctypes.create_string_buffer(64)


def everything(place: Place) -> dict[str, Any]:
    """`{namespaces, landlock, attempts: {what: what came of it}}`; an attempt that got through says `done`."""
    folder = Path(place.work, "trial")
    folder.mkdir(mode=0o700)
    try:
        (folder / "secret").write_text("secret")
        (folder / "script").write_text("#!/bin/sh\necho done\n")
        (folder / "script").chmod(0o700)
        (folder / "own").mkdir()
        running = Box(rules=Rules(), memory_bytes=_MEMORY, cpu_s=20, threads=_THREADS)
        compiling = Box(
            rules=Rules(work=(str(folder / "own"),)),
            memory_bytes=_MEMORY, cpu_s=20, threads=_THREADS, compiling=True, file_bytes=1 << 20,
        )  # fmt: skip
        attempts = _tried("running: ", running, _while_running(folder))
        attempts |= _tried("compiling: ", compiling, _while_compiling(folder))
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return {
        "namespaces": place.namespaces,
        "landlock": landlock.version(),
        "attempts": attempts,
    }


def _tried(stage: str, box: Box, attempts: dict[str, Callable[[], object]]) -> dict[str, str]:
    ours, theirs = socket.socketpair()

    def body(locked: Callable[[], None]) -> None:
        lock.enter(box)
        locked()
        answer = json.dumps({what: _attempt(attempt) for what, attempt in attempts.items()}).encode()
        os.write(3, struct.pack(">I", len(answer)) + answer)

    process = Process(body, stdin=None, channel=True, owner=ours)
    try:
        seen = process.ask(None, _WATCH)
        if seen.frame is None:
            if seen.status == -signal.SIGKILL and seen.stopped is None:
                raise InterruptedError("ended from outside while the walls were tried")
            why = (
                process.fault()
                or seen.stderr.decode("utf-8", "replace")
                or f"status {seen.status}, {seen.stopped}"
            )
            raise OSError(f"the box cannot be closed: {why}")
        return {stage + what: str(came) for what, came in json.loads(seen.frame).items()}
    finally:
        process.close()
        ours.close()
        theirs.close()


def _attempt(attempt: Callable[[], object]) -> str:
    try:
        came = attempt()
    except OSError as error:
        return f"refused ({error.strerror or error})"
    except ValueError as error:  # resource.setrlimit
        return f"refused ({error})"
    except MemoryError:
        return "refused (no memory)"
    return came if isinstance(came, str) else "done"


def _while_running(folder: Path) -> dict[str, Callable[[], object]]:
    secret, parent = str(folder / "secret"), os.getpid()
    return {
        "reading a file": lambda: os.open(secret, os.O_RDONLY),
        "listing a folder": lambda: os.listdir(folder),
        "listing /": lambda: os.listdir("/"),
        "reading /etc/passwd": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "reading another process": lambda: os.open(f"/proc/{parent}/environ", os.O_RDONLY),
        "reading process 1": lambda: os.open("/proc/1/environ", os.O_RDONLY),
        "writing own memory as a file": lambda: os.open("/proc/self/mem", os.O_RDWR),
        "writing a file": lambda: os.open(folder / "new", os.O_WRONLY | os.O_CREAT),
        "writing into /tmp": lambda: os.open("/tmp/new", os.O_WRONLY | os.O_CREAT),  # noqa: S108
        "truncating a file": lambda: os.truncate(secret, 0),
        "removing a file": lambda: os.unlink(secret),
        "changing rights of a file": lambda: os.chmod(secret, 0o777),  # noqa: S103
        "making a folder": lambda: os.mkdir(folder / "new"),
        "making a link": lambda: os.symlink("/etc", folder / "new"),
        "a socket": lambda: syscalls.call("socket", 2, 1, 0),
        "a local socket": lambda: syscalls.call("socket", 1, 1, 0),
        "a process": lambda: _a_process("fork"),
        "a process by clone": lambda: _a_process("clone", 17, 0, 0, 0, 0),
        "a program": lambda: os.execv("/bin/sh", ["sh", "-c", "exit 0"]),  # noqa: S606
        "a program by descriptor": lambda: syscalls.call("execveat", 0, b"", None, None, 0x1000),
        "tracing": lambda: syscalls.call("ptrace", 0, 0, 0, 0),
        "reading another's memory": lambda: syscalls.call("process_vm_readv", parent, None, 0, None, 0, 0),
        "a signal to another": lambda: os.kill(parent, 0),
        "a signal to a thread of another": lambda: syscalls.call("tgkill", parent, parent, 0),
        "a handle on another": lambda: os.pidfd_open(parent),
        "raising a limit": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (4096, 4096)),
        "changing another's limits": lambda: resource.prlimit(parent, resource.RLIMIT_CORE, (0, 0)),
        "another CPU": lambda: os.sched_setaffinity(0, {0}),
        "a priority": lambda: os.setpriority(os.PRIO_PROCESS, 0, 5),
        "another user": lambda: os.setuid(os.getuid()),
        "a session": os.setsid,
        "a group of its own": lambda: os.setpgid(0, 0),
        "namespaces": lambda: syscalls.call("unshare", 0x10000000),
        "mounting": lambda: syscalls.call("mount", b"none", b"/", b"tmpfs", 0, None),
        "shared memory": lambda: syscalls.call("mmap", 0, 1 << 20, 3, 0x21, -1, 0),
        "a file in memory": lambda: os.memfd_create("new"),
        "kernel programs": lambda: syscalls.call("bpf", 0, _MS, 64),
        "an io_uring": lambda: syscalls.call("io_uring_setup", 1, _MS),
        "keys": lambda: syscalls.call("keyctl", 0, 0, 0, 0, 0),
        "another filter": lambda: syscalls.call("seccomp", 0, 0, None),
        "other descriptors": _other_descriptors,
        "more memory": lambda: syscalls.call("mmap", 0, 2 * _MEMORY, 3, 0x22, -1, 0),
        "endless threads": _endless_threads,
    }


def _while_compiling(folder: Path) -> dict[str, Callable[[], object]]:
    parent = os.getpid()
    return {
        "reading a file": lambda: os.open(folder / "secret", os.O_RDONLY),
        "reading /etc/passwd": lambda: os.open("/etc/passwd", os.O_RDONLY),
        "listing /": lambda: os.listdir("/"),
        "writing elsewhere": lambda: os.open(folder / "new", os.O_WRONLY | os.O_CREAT),
        "a large file": lambda: _large_file(folder / "own" / "large"),
        "executing what it wrote": lambda: _written_program(folder / "own" / "program"),
        "a program": lambda: os.execv("/bin/sh", ["sh", "-c", "exit 0"]),  # noqa: S606
        "a socket": lambda: syscalls.call("socket", 2, 1, 0),
        "a signal to another": lambda: os.kill(parent, 0),
        "tracing": lambda: syscalls.call("ptrace", 0, 0, 0, 0),
        "a session": os.setsid,
        "a group of its own": lambda: os.setpgid(0, 0),
        "raising a limit": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 30, 1 << 30)),
        "namespaces": lambda: syscalls.call("unshare", 0x10000000),
        "namespaces by clone": lambda: _a_process("clone", 0x10000000 | signal.SIGCHLD, 0, 0, 0, 0),
        "endless processes": _endless_processes,
    }


def _a_process(name: str, *arguments: int) -> None:
    if syscalls.number(name) is None:
        raise OSError("no such call here")
    if syscalls.call(name, *arguments) == 0:
        os._exit(0)


def _other_descriptors() -> str:
    found = []
    for number in range(4, 1024):
        try:
            os.fstat(number)
        except OSError:
            continue
        found.append(number)
    if found:
        return "done"
    raise OSError("there are none")


def _endless_threads() -> str:
    gate = threading.Lock()
    gate.acquire()
    threading.stack_size(64 << 10)
    try:
        for count in range(1100 + 2 * _THREADS):  # noqa: B007
            _thread.start_new_thread(gate.acquire, ())
    except RuntimeError:
        raise OSError(f"{count} threads at most") from None
    return "done"


def _endless_processes() -> str:
    children: list[int] = []
    try:
        for _ in range(1100 + 2 * _THREADS):
            child = os.fork()
            if child == 0:
                _stay()
            children.append(child)
    except OSError:
        raise OSError(f"{len(children)} processes at most") from None
    return "done"


def _stay() -> None:
    """Stay until the group is ended: a child of an attempt has nobody to tell."""
    while True:
        threading.Event().wait(60)


def _large_file(path: Path) -> str:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    with path.open("wb") as file:
        file.write(bytes(2 << 20))
    return "done"


def _written_program(path: Path) -> None:
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o700)
    os.execv(path, [str(path)])  # noqa: S606
