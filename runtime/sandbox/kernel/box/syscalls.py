"""System calls that Python has no function for, and the numbers a filter needs."""

from __future__ import annotations

import ctypes
import os
import platform
from typing import Any, Final

# Name: (x86_64, aarch64), as in the kernel's asm/unistd_64.h and asm-generic/unistd.h. None: not on that machine.
_NUMBERS: Final[dict[str, tuple[int, int | None]]] = {
    "read": (0, 63),
    "write": (1, 64),
    "readv": (19, 65),
    "writev": (20, 66),
    "pread64": (17, 67),
    "pwrite64": (18, 68),
    "close": (3, 57),
    "fstat": (5, 80),
    "newfstatat": (262, 79),
    "stat": (4, None),
    "lstat": (6, None),
    "lseek": (8, 62),
    "mmap": (9, 222),
    "mprotect": (10, 226),
    "munmap": (11, 215),
    "brk": (12, 214),
    "mremap": (25, 216),
    "madvise": (28, 233),
    "mincore": (27, 232),
    "rt_sigaction": (13, 134),
    "rt_sigprocmask": (14, 135),
    "rt_sigreturn": (15, 139),
    "rt_sigpending": (127, 136),
    "rt_sigsuspend": (130, 133),
    "rt_sigtimedwait": (128, 137),
    "sigaltstack": (131, 132),
    "ioctl": (16, 29),
    "access": (21, None),
    "faccessat": (269, 48),
    "faccessat2": (439, 439),
    "pipe": (22, None),
    "pipe2": (293, 59),
    "dup": (32, 23),
    "dup2": (33, None),
    "dup3": (292, 24),
    "sched_yield": (24, 124),
    "sched_getaffinity": (204, 123),
    "sched_setaffinity": (203, 122),
    "sched_getparam": (143, 121),
    "sched_getscheduler": (145, 120),
    "sched_get_priority_max": (146, 125),
    "sched_get_priority_min": (147, 126),
    "nanosleep": (35, 101),
    "clock_nanosleep": (230, 115),
    "clock_gettime": (228, 113),
    "clock_getres": (229, 114),
    "gettimeofday": (96, 169),
    "time": (201, None),
    "getpid": (39, 172),
    "gettid": (186, 178),
    "getppid": (110, 173),
    "getuid": (102, 174),
    "geteuid": (107, 175),
    "getgid": (104, 176),
    "getegid": (108, 177),
    "getpgrp": (111, None),
    "getpgid": (121, 155),
    "getsid": (124, 156),
    "getgroups": (115, 158),
    "getrusage": (98, 165),
    "times": (100, 153),
    "sysinfo": (99, 179),
    "uname": (63, 160),
    "getcwd": (79, 17),
    "futex": (202, 98),
    "set_robust_list": (273, 99),
    "get_robust_list": (274, 100),
    "set_tid_address": (218, 96),
    "rseq": (334, 293),
    "arch_prctl": (158, None),
    "exit": (60, 93),
    "exit_group": (231, 94),
    "clone": (56, 220),
    "clone3": (435, 435),
    "fork": (57, None),
    "vfork": (58, None),
    "tgkill": (234, 131),
    "tkill": (200, 130),
    "kill": (62, 129),
    "open": (2, None),
    "openat": (257, 56),
    "readlink": (89, None),
    "readlinkat": (267, 78),
    "getdents64": (217, 61),
    "poll": (7, None),
    "ppoll": (271, 73),
    "select": (23, None),
    "pselect6": (270, 72),
    "epoll_create1": (291, 20),
    "epoll_ctl": (233, 21),
    "epoll_pwait": (281, 22),
    "epoll_wait": (232, None),
    "eventfd2": (290, 19),
    "fcntl": (72, 25),
    "prctl": (157, 167),
    "getrandom": (318, 278),
    "prlimit64": (302, 261),
    "getrlimit": (97, 163),
    "setrlimit": (160, 164),
    "setitimer": (38, 103),
    "getitimer": (36, 102),
    "alarm": (37, None),
    "pause": (34, None),
    "restart_syscall": (219, 128),
    "membarrier": (324, 283),
    "getcpu": (309, 168),
    "statx": (332, 291),
    "execve": (59, 221),
    "execveat": (322, 281),
    "wait4": (61, 260),
    "waitid": (247, 95),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "ftruncate": (77, 46),
    "umask": (95, 166),
    "chdir": (80, 49),
    "utimensat": (280, 88),
    "utimes": (235, None),
    "link": (86, None),
    "linkat": (265, 37),
    "flock": (73, 32),
    "fallocate": (285, 47),
    "msync": (26, 227),
    "fadvise64": (221, 223),
    "fsync": (74, 82),
    "fdatasync": (75, 83),
    "statfs": (137, 43),
    "fstatfs": (138, 44),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "setsid": (112, 157),
    "setpgid": (109, 154),
    "setuid": (105, 146),
    "seccomp": (317, 277),
    "unshare": (272, 97),
    "mount": (165, 40),
    "pidfd_open": (434, 434),
    "pidfd_send_signal": (424, 424),
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "io_uring_setup": (425, 425),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "keyctl": (250, 219),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "truncate": (76, 45),
    "chown": (92, None),
    "landlock_create_ruleset": (444, 444),
    "landlock_add_rule": (445, 445),
    "landlock_restrict_self": (446, 446),
    "pivot_root": (155, 41),
    "umount2": (166, 39),
    "mount_setattr": (442, 442),
    "close_range": (436, 436),
    "capset": (126, 91),
    "setpriority": (141, 140),
    "timer_create": (222, 107),
    "copy_file_range": (326, 285),
    "sendfile": (40, 71),
}
_MACHINES: Final = {"x86_64": 0, "aarch64": 1}

libc: Final = ctypes.CDLL(None, use_errno=True)


def machine() -> str:
    """This machine's name as the kernel has it. Raises `OSError` where no filter of ours fits."""
    name = platform.machine()
    if name not in _MACHINES:
        raise OSError(f"expected one of the machines {', '.join(_MACHINES)}; got {name}")
    return name


def number(name: str, on: str | None = None) -> int | None:
    """The system call's number, or None where the machine has no such call."""
    return _NUMBERS[name][_MACHINES[on or machine()]]


def call(name: str, *arguments: int | bytes | ctypes.Array[Any] | None) -> int:
    """Make the system call. Raises `OSError` with its error number."""
    found = number(name)
    if found is None:
        raise OSError(f"{name} is no system call on {machine()}")
    values = [ctypes.c_long(item) if isinstance(item, int) else item for item in arguments]
    result: int = libc.syscall(ctypes.c_long(found), *values)
    if result == -1:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), name)
    return result


def control(option: int, argument: int = 0) -> None:
    """`prctl(option, argument)`. Raises `OSError`."""
    if libc.prctl(option, ctypes.c_ulong(argument), 0, 0, 0) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), f"prctl {option}")
