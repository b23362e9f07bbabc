"""The filter on system calls, instruction by instruction, for both machines that it is written for."""

from __future__ import annotations

import platform
import re
import struct
from pathlib import Path

import pytest

from runtime.sandbox.kernel.box import seccomp, syscalls

ALLOW, KILL = 0x7FFF0000, 0x80000000
ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
PID, COOKIE = 4242, 0xFEDCBA9876543210


@pytest.fixture(params=ARCHITECTURES)
def machine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(platform, "machine", lambda: request.param)
    return str(request.param)


def outcome(program: bytes, machine: str, name: str | int, *arguments: int) -> int:
    """What the kernel's interpreter makes of the call."""
    number = name if isinstance(name, int) else syscalls.number(name)
    assert number is not None
    values = [value & (1 << 64) - 1 for value in (*arguments, 0, 0, 0, 0, 0, 0)][:6]
    data = struct.pack("<IIQ6Q", number, ARCHITECTURES[machine], 0, *values)
    lines = [struct.unpack_from("HBBI", program, at) for at in range(0, len(program), 8)]
    at = accumulator = 0
    while True:
        code, right, wrong, value = lines[at]
        at += 1
        match code:
            case 0x20:
                (accumulator,) = struct.unpack_from("<I", data, value)
            case 0x54:
                accumulator &= value
            case 0x15:
                at += right if accumulator == value else wrong
            case 0x35:
                at += right if accumulator >= value else wrong
            case 0x06:
                return int(value)
            case _:
                raise AssertionError(f"no such instruction: {code:#x}")


def allowed(program: bytes, machine: str, name: str, *arguments: int) -> bool:
    came = outcome(program, machine, name, *arguments)
    assert came == ALLOW or came >> 16 == 5  # an error number
    return came == ALLOW


@pytest.mark.skipif(not Path("/usr/include/asm-generic/unistd.h").exists(), reason="no kernel headers here")
def test_numbers_of_system_calls_are_the_kernels() -> None:
    generic = Path("/usr/include/asm-generic/unistd.h").read_text()
    arm = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)", generic)}
    arm["newfstatat"] = arm["fstatat"]
    known = {name: syscalls.number(name, "aarch64") for name in syscalls._NUMBERS}
    assert {name: number for name, number in known.items() if number != arm.get(name)} == {}


def test_another_architectures_calls_end_the_process(machine: str) -> None:
    other = next(name for name in ARCHITECTURES if name != machine)
    assert outcome(seccomp.running(PID), other, "read") == KILL


def test_calls_of_the_other_word_size_end_the_process(machine: str) -> None:
    assert outcome(seccomp.running(PID), machine, 0x40000000) == KILL


BEYOND = """
    socket connect bind execve ptrace process_vm_readv setsid setpgid setuid seccomp unshare mount
    pidfd_open pidfd_send_signal memfd_create shmget io_uring_setup userfaultfd bpf keyctl truncate
    fchmodat unlinkat mkdirat renameat linkat symlinkat setrlimit tkill sched_setaffinity
    setpriority landlock_restrict_self pivot_root capset timer_create wait4 ftruncate
""".split()  # noqa: SIM905 - names read better as words


@pytest.mark.parametrize("name", BEYOND)
def test_what_reaches_beyond_the_process_is_refused(machine: str, name: str) -> None:
    assert not allowed(seccomp.running(PID, COOKIE), machine, name)


def test_one_execution_is_allowed_to_whoever_knows_the_cookie(machine: str) -> None:
    program = seccomp.running(PID, COOKIE)
    assert allowed(program, machine, "execveat", 5, 0, 0, 0, 0x1000, COOKIE)
    for wrong in (0, COOKIE + 1, COOKIE ^ 1 << 63, COOKIE & 0xFFFFFFFF):
        assert not allowed(program, machine, "execveat", 5, 0, 0, 0, 0x1000, wrong)
    assert not allowed(program, machine, "execveat", 5, 0, 0, 0, 0, COOKIE)
    assert not allowed(seccomp.running(PID), machine, "execveat", 5, 0, 0, 0, 0x1000, COOKIE)


def test_signals_go_to_nobody_else(machine: str) -> None:
    program = seccomp.running(PID)
    for name, threads in (("kill", ()), ("tgkill", (PID,))):
        assert allowed(program, machine, name, PID, *threads, 6)
        for other in (PID + 1, 1, 0, -1, -PID):
            assert not allowed(program, machine, name, other, *threads, 6)


def test_nobody_ends_themselves_as_only_others_can(machine: str) -> None:
    program = seccomp.running(PID)
    assert not allowed(program, machine, "kill", PID, 9)
    assert not allowed(program, machine, "tgkill", PID, PID, 9)
    assert not allowed(program, machine, "kill", PID, 1 << 32 | 9), "the kernel looks at the lower half"


def test_threads_are_made_and_processes_are_not(machine: str) -> None:
    program = seccomp.running(PID)
    assert allowed(program, machine, "clone", 0x3D0F00)  # as the C library starts a thread
    for flags in (17, 0x4111, 0x100 | 17, 0x3D0F00 | 0x10000000, 0x3D0F00 & ~0x10000):
        assert not allowed(program, machine, "clone", flags)
    assert outcome(program, machine, "clone3") & 0xFFFF == 38


def test_files_are_opened_to_read_only(machine: str) -> None:
    program = seccomp.running(PID)
    assert allowed(program, machine, "openat", -100, 0, 0o2000000)
    for flags in (1, 2, 0o100, 0o1000, 0o20000000 | 2):
        assert not allowed(program, machine, "openat", -100, 0, flags)


def test_memory_is_private_or_a_files(machine: str) -> None:
    program = seccomp.running(PID)
    assert allowed(program, machine, "mmap", 0, 4096, 3, 0x22)
    assert allowed(program, machine, "mmap", 0, 4096, 1, 0x01, 5)
    for flags in (0x21, 0x23, 0x4021):
        assert not allowed(program, machine, "mmap", 0, 4096, 3, flags)


def test_limits_are_read_and_not_set(machine: str) -> None:
    program = seccomp.running(PID)
    assert allowed(program, machine, "prlimit64", 0, 7, 0, 0x1000)
    for arguments in ((0, 7, 0x1000, 0), (0, 7, 1 << 32, 0), (PID + 1, 7, 0, 0x1000)):
        assert not allowed(program, machine, "prlimit64", *arguments)


def test_a_descriptors_owner_is_not_set(machine: str) -> None:
    program = seccomp.running(PID)
    assert allowed(program, machine, "fcntl", 1, 3)
    for command in (8, 10, 1024, 1026, 15):
        assert not allowed(program, machine, "fcntl", 1, command)


def test_a_toolchain_forks_and_executes_and_reaches_nothing_else(machine: str) -> None:
    program = seccomp.compiling()
    for name in ("execve", "clone", "wait4", "openat", "unlinkat", "ftruncate"):
        assert allowed(program, machine, name)
    for name in (
        "socket",
        "kill",
        "tgkill",
        "ptrace",
        "setsid",
        "setpgid",
        "unshare",
        "mount",
        "io_uring_setup",
    ):
        assert not allowed(program, machine, name)


def test_what_a_toolchain_forks_is_in_the_same_namespaces(machine: str) -> None:
    program = seccomp.compiling()
    assert allowed(program, machine, "clone", 0x1200011)  # as the C library forks
    assert allowed(program, machine, "clone", 0x4111)  # as it spawns
    for namespace in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000):
        assert not allowed(program, machine, "clone", 0x1200011 | namespace)


def test_a_pair_of_sockets_is_for_the_virtual_machine_only(machine: str) -> None:
    assert allowed(seccomp.running(PID, pairs=True), machine, "socketpair")
    assert not allowed(seccomp.running(PID), machine, "socketpair")


def test_an_unknown_machine_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match="expected one of the machines x86_64, aarch64; got riscv64"):
        seccomp.running(PID)
