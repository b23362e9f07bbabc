"""The filter on system calls: a list of what may be called, and everything else answers EPERM.

Written as classic BPF by hand because the well-kept bindings (`seccomp`, `pyseccomp`) need libseccomp on the machine,
which an ordinary user cannot add; the list below is what would have to be written with them too.

Two filters. `compiling` lets a toolchain fork, execute and write files: Landlock decides what and where. `running` has
no process but this one: no fork, no signal to another, no socket, no file opened for writing, and no execution but the
single one that starts the candidate's program (`running(cookie=...)`).
"""

from __future__ import annotations

import ctypes
import struct
from collections.abc import Iterable
from typing import Final

from . import syscalls

_ALLOW: Final = 0x7FFF0000
_ERRNO: Final = 0x00050000
_KILL: Final = 0x80000000
_EPERM, _EACCES, _ENOSYS = 1, 13, 38
_ARCHITECTURES: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32: Final = 0x40000000

_LOAD, _EQUAL, _AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06

_AT_EMPTY_PATH: Final = 0x1000
_WRITING: Final = 0o1 | 0o2 | 0o100 | 0o1000  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC
_MAP_PRIVATE, _MAP_ANONYMOUS = 0x02, 0x20
_THREAD: Final = 0x00010900  # CLONE_VM, CLONE_SIGHAND, CLONE_THREAD
_NAMESPACES: Final = 0x7E020000
_SIGKILL: Final = 9
# F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC
_DESCRIPTOR_COMMANDS: Final = (0, 1, 2, 3, 4, 1030)
_TERMINAL_QUESTIONS: Final = (0x5401, 0x541B)  # TCGETS (isatty), FIONREAD
_NAME_OPTIONS: Final = (15, 16, 23, 0x53564D41)  # PR_SET_NAME, PR_GET_NAME, PR_CAPBSET_READ, PR_SET_VMA

_BOTH: Final = """
    read write readv writev pread64 pwrite64 close fstat newfstatat stat lstat statx lseek fadvise64
    mprotect munmap brk mremap madvise mincore membarrier rt_sigaction rt_sigprocmask rt_sigreturn
    rt_sigpending rt_sigsuspend rt_sigtimedwait sigaltstack access faccessat faccessat2 readlink
    readlinkat getdents64 getcwd statfs fstatfs pipe pipe2 dup dup2 dup3 poll ppoll select pselect6
    epoll_create1 epoll_ctl epoll_pwait epoll_wait eventfd2 sched_yield sched_getaffinity sched_getparam
    sched_getscheduler sched_get_priority_max sched_get_priority_min nanosleep clock_nanosleep
    clock_gettime clock_getres gettimeofday time times setitimer getitimer alarm pause getpid gettid
    getppid getuid geteuid getgid getegid getpgrp getpgid getsid getgroups getrusage getrlimit getcpu
    sysinfo uname futex set_robust_list get_robust_list set_tid_address rseq arch_prctl getrandom
    restart_syscall exit exit_group
""".split()  # noqa: SIM905 - these read better as words
_COMPILING: Final = """
    mmap open openat fork vfork execve wait4 waitid ioctl fcntl prctl prlimit64 setrlimit unlink
    unlinkat rename renameat renameat2 mkdir mkdirat rmdir chmod fchmod fchmodat ftruncate fallocate
    utimensat link linkat flock msync fsync fdatasync umask chdir copy_file_range sendfile
""".split()  # noqa: SIM905 - these read better as words

_Instruction = tuple[int, int, int, int]


def compiling() -> bytes:
    """The filter for a toolchain: nothing that reaches beyond its own files and processes."""
    blocks = [_head(), _allowed(_BOTH), _allowed(_COMPILING), _without("clone3"), _signals()]
    return _assembled(*blocks, _cloning(0))


def running(pid: int, cookie: int | None = None, *, pairs: bool = False) -> bytes:
    """The filter for candidate code in process `pid`.

    Args:
        cookie: a secret 64-bit number. One execution is allowed, to whoever passes it in the sixth argument register
            of `execveat`, which that call does not use. The kernel clears registers on execution, the memory that
            held the number is replaced, and no unprivileged call reads a filter back, so the program that is started
            this way cannot know it. None: nothing can be executed.
        pairs: allow `socketpair`, which the JVM's file channels do not load without. Both ends are the process's own,
            and nothing can be sent over them but bytes: connecting, binding and passing descriptors stay refused.
    """
    blocks = [_head(), _allowed(_BOTH), _without("clone3"), _signals(pid)]
    blocks += [_mapping(), _opening(), _cloning(_THREAD), _limits_read(), _once(cookie)]
    blocks += [
        _one_of("fcntl", 1, _DESCRIPTOR_COMMANDS),
        _one_of("ioctl", 1, _TERMINAL_QUESTIONS),
        _one_of("prctl", 0, _NAME_OPTIONS),
    ]
    return _assembled(*blocks, _allowed(["socketpair"] if pairs else []))


def install(program: bytes) -> None:
    """Put the filter on this process for good; `no_new_privs` must be set. Raises `OSError`."""
    buffer = ctypes.create_string_buffer(program, len(program))
    header = struct.pack("HxxxxxxQ", len(program) // 8, ctypes.addressof(buffer))
    syscalls.call("seccomp", 1, 0, ctypes.create_string_buffer(header, len(header)))


def _head() -> list[_Instruction]:
    architecture = _ARCHITECTURES[syscalls.machine()]
    return [
        (_LOAD, 0, 0, 4),
        (_EQUAL, 1, 0, architecture),
        (_RETURN, 0, 0, _KILL),
        (_LOAD, 0, 0, 0),
        (_AT_LEAST, 0, 1, _X32),
        (_RETURN, 0, 0, _KILL),
    ]


def _allowed(names: Iterable[str]) -> list[_Instruction]:
    found = [number for name in names if (number := syscalls.number(name)) is not None]
    return [line for number in found for line in ((_EQUAL, 0, 1, number), (_RETURN, 0, 0, _ALLOW))]


def _without(name: str) -> list[_Instruction]:
    # The C library falls back to clone, whose flags a filter can see.
    return _on(name, [(_RETURN, 0, 0, _ERRNO | _ENOSYS)])


def _signals(pid: int | None = None) -> list[_Instruction]:
    """Signals to oneself: abort() and raise() need them. None: to nobody (a toolchain's drivers do without).

    But not SIGKILL: one that the warden did not send then came from outside, and is not the candidate's doing.
    """
    if pid is None:
        return _on("tgkill", [(_RETURN, 0, 0, _ERRNO | _EPERM)])
    return [*_on("kill", _to(pid, signal=1)), *_on("tgkill", _to(pid, signal=2))]


def _to(pid: int, *, signal: int) -> list[_Instruction]:
    """`signal`: which argument is its number."""
    return [
        *_argument(0),
        (_EQUAL, 0, 3, pid),
        *_argument(signal),
        (_EQUAL, 1, 0, _SIGKILL),
        (_RETURN, 0, 0, _ALLOW),
        (_RETURN, 0, 0, _ERRNO | _EPERM),
    ]


def _mapping() -> list[_Instruction]:
    # Shared memory of its own would count towards no limit: only private mappings, or files that lie there anyway.
    return _on(
        "mmap",
        [
            *_argument(3),
            (_AND, 0, 0, _MAP_PRIVATE | _MAP_ANONYMOUS | 0x01),
            (_EQUAL, 2, 0, 0x01 | _MAP_ANONYMOUS),
            (_EQUAL, 1, 0, 0x03 | _MAP_ANONYMOUS),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _ERRNO | _EPERM),
        ],
    )


def _opening() -> list[_Instruction]:
    return [
        line
        for name, flags in (("open", 1), ("openat", 2))
        for line in _on(
            name,
            [
                *_argument(flags),
                (_AND, 0, 0, _WRITING),
                (_EQUAL, 0, 1, 0),
                (_RETURN, 0, 0, _ALLOW),
                (_RETURN, 0, 0, _ERRNO | _EACCES),
            ],
        )
    ]


def _cloning(flags: int) -> list[_Instruction]:
    """Threads (`_THREAD`) or processes (0), and neither in namespaces of their own."""
    return _on(
        "clone",
        [
            *_argument(0),
            (_AND, 0, 0, flags | _NAMESPACES),
            (_EQUAL, 0, 1, flags),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _ERRNO | _EPERM),
        ],
    )


def _limits_read() -> list[_Instruction]:
    # prlimit64(pid, resource, new, old): with a new limit of NULL it only reads.
    return _on(
        "prlimit64",
        [
            *_argument(2),
            (_EQUAL, 0, 4, 0),
            *_argument(2, high=True),
            (_EQUAL, 0, 2, 0),
            *_argument(0),
            (_EQUAL, 1, 0, 0),
            (_RETURN, 0, 0, _ERRNO | _EPERM),
            (_RETURN, 0, 0, _ALLOW),
        ],
    )


def _once(cookie: int | None) -> list[_Instruction]:
    if cookie is None:
        return []
    return _on(
        "execveat",
        [
            *_argument(5),
            (_EQUAL, 0, 5, cookie & 0xFFFFFFFF),
            *_argument(5, high=True),
            (_EQUAL, 0, 3, cookie >> 32),
            *_argument(4),
            (_EQUAL, 0, 1, _AT_EMPTY_PATH),
            (_RETURN, 0, 0, _ALLOW),
            (_RETURN, 0, 0, _ERRNO | _EPERM),
        ],
    )


def _one_of(name: str, argument: int, values: Iterable[int]) -> list[_Instruction]:
    body = [*_argument(argument)]
    for value in values:
        body += [(_EQUAL, 0, 1, value), (_RETURN, 0, 0, _ALLOW)]
    return _on(name, [*body, (_RETURN, 0, 0, _ERRNO | _EPERM)])


def _on(name: str, body: list[_Instruction]) -> list[_Instruction]:
    """`body` for that call; its last instruction must return, since what follows expects the call's number."""
    number = syscalls.number(name)
    return [] if number is None else [(_EQUAL, 0, len(body), number), *body]


def _argument(index: int, *, high: bool = False) -> list[_Instruction]:
    return [(_LOAD, 0, 0, 16 + 8 * index + 4 * high)]


def _assembled(*blocks: list[_Instruction]) -> bytes:
    lines = [line for block in blocks for line in block]
    return b"".join(struct.pack("HBBI", *line) for line in [*lines, (_RETURN, 0, 0, _ERRNO | _EPERM)])
