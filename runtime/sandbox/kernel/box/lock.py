"""How a process gives up everything, in the order that works."""

from __future__ import annotations

import contextlib
import ctypes
import os
import resource
import secrets
import signal
import struct
from dataclasses import dataclass, field
from typing import Final, NoReturn

from . import landlock, seccomp, syscalls
from .landlock import Rules

_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
_CLONE_NEWUSER: Final = 0x10000000
_AT_EMPTY_PATH: Final = 0x1000
# No limit on address space can be a limit on memory: a JVM or Go reserves what it never touches. This one only bounds
# the page tables that reading through an endless mapping of zeros would fill.
_ADDRESS_SPACE: Final = 16 << 30


@dataclass(frozen=True, slots=True)
class Box:
    """What a process in the box may use.

    cpu_s is the kernel's last word on CPU time; whoever watches ends the process sooner. memory_bytes bounds private
    writable memory (RLIMIT_DATA), file_bytes each file.
    """

    rules: Rules
    memory_bytes: int
    cpu_s: int
    threads: int = 64
    file_bytes: int = 0
    descriptors: int = 64
    stack_bytes: int = 64 << 20
    compiling: bool = False
    pairs: bool = False
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = "/"


def enter(box: Box, *, cookie: int | None = None) -> None:
    """Lock this process, which must have one thread. Whatever comes after is the candidate's.

    Raises:
        OSError: something essential was refused: exit at once.
    """
    syscalls.control(_PR_SET_PDEATHSIG, signal.SIGKILL)
    os.chdir(box.folder)
    os.umask(0o077)
    counted = _own_count_of_processes()
    _limit(box, counted=counted)
    syscalls.control(_PR_SET_DUMPABLE, 0)
    syscalls.control(_PR_SET_NO_NEW_PRIVS, 1)
    landlock.restrict(box.rules)
    _drop_capabilities()
    if box.compiling:
        seccomp.install(seccomp.compiling())
    else:
        seccomp.install(seccomp.running(os.getpid(), cookie, pairs=box.pairs))


def execute(box: Box, program: str, arguments: list[str]) -> NoReturn:
    """Lock this process and become `program`. Raises `OSError`."""
    # Opened before: the file need not be readable to what it becomes.
    descriptor = os.open(program, os.O_PATH | os.O_CLOEXEC)
    argv = _vector([item.encode("utf-8", "surrogateescape") for item in arguments])
    envp = _vector([f"{name}={value}".encode() for name, value in box.environment.items()])
    if box.compiling:
        enter(box)
        os.execve(program, arguments, box.environment)  # noqa: S606 - a toolchain of the machine
    cookie = secrets.randbits(64) | 1 << 63
    enter(box, cookie=cookie)
    signed = cookie - (1 << 64)
    syscalls.call("execveat", descriptor, b"", argv, envp, _AT_EMPTY_PATH, signed)
    raise AssertionError("execveat came back")


def keep_only(descriptors: int) -> None:
    """Close everything from that number on."""
    with contextlib.suppress(OSError):
        syscalls.call("close_range", descriptors, 0x7FFFFFFF, 0)
        return
    os.closerange(descriptors, 4096)


def _own_count_of_processes() -> bool:
    """RLIMIT_NPROC counts a user's processes per user namespace: in one of its own a box is not charged with, and
    cannot use up, what the same user runs elsewhere."""
    try:
        syscalls.call("unshare", _CLONE_NEWUSER)
    except OSError:
        return False
    return True


def _limit(box: Box, *, counted: bool) -> None:
    threads = box.threads if counted else max(box.threads, _processes_of_user() + box.threads)
    for name, value in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, box.file_bytes),
        (resource.RLIMIT_NOFILE, box.descriptors),
        (resource.RLIMIT_DATA, box.memory_bytes),
        (resource.RLIMIT_AS, _ADDRESS_SPACE),
        (resource.RLIMIT_STACK, box.stack_bytes),
        (resource.RLIMIT_CPU, box.cpu_s),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_SIGPENDING, 128),
        (resource.RLIMIT_MSGQUEUE, 0),
        (resource.RLIMIT_NPROC, threads),
    ):
        hard = resource.getrlimit(name)[1]
        least = value if hard == resource.RLIM_INFINITY else min(value, hard)
        # Of CPU time the first limit's signal says what it was; the second, a second later, is for who ignores it.
        most = least + 1 if name == resource.RLIMIT_CPU and least != hard else least
        resource.setrlimit(name, (least, most))


def _processes_of_user() -> int:
    """An upper bound of what this user runs: the limit is theirs together with ours."""
    hard = resource.getrlimit(resource.RLIMIT_NPROC)[1]
    most = 1024
    return most if hard == resource.RLIM_INFINITY else min(most, hard)


def _drop_capabilities() -> None:
    header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0), 8)
    syscalls.call("capset", header, ctypes.create_string_buffer(24))


def _vector(items: list[bytes]) -> ctypes.Array[ctypes.c_char_p]:
    return (ctypes.c_char_p * (len(items) + 1))(*items, None)
