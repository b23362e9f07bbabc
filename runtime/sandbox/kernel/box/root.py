"""Another view of the machine for the engine's processes, where the kernel lets us have one.

With namespaces there is nothing to reach in the first place: a file system of the toolchains' own files, read-only, and
a small one in memory for compiling; no /proc, no /etc, no home, no network interface, no process of anyone else. Where
they are refused (a container's own filter, some distributions' default for ordinary users) Landlock and the filter on
system calls still hold; `Place.namespaces` says which it is, and the answer's isolation with it.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import signal
import stat
import struct
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from . import syscalls

WORK_BYTES: Final = 64 << 20
_NEWNS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = 0x00020000, 0x08000000, 0x10000000, 0x20000000, 0x40000000
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_RDONLY, _MS_REMOUNT = 1 << 12, 1 << 14, 1 << 18, 2, 1, 32
_RDONLY_NOSUID: Final = 0b11  # MOUNT_ATTR_
_AT_FDCWD, _AT_RECURSIVE, _MNT_DETACH = -100, 0x8000, 2
_PR_SET_PDEATHSIG, _PR_SET_CHILD_SUBREAPER, _SIGKILL = 1, 36, 9
_DEVICES: Final = ("/dev/null", "/dev/urandom", "/dev/random")
_SYSTEM_LINKS: Final = ("/lib", "/lib64", "/bin")
# Numbers that no account has: what runs under one of them owns nothing.
_FIRST_UNOWNED_ID: Final = 0x70000000
_NOBODY: Final = 65534


@dataclass(frozen=True, slots=True)
class Place:
    """Where boxes run: their folder for files, and whether namespaces hide everything else."""

    work: str
    namespaces: bool


def settle(paths: list[str], seats: int, *, namespaces: bool = True) -> Place:
    """Move this process, which must have one thread, to where boxes are run, and fork there: the caller goes on in the
    fork, and its parent only waits for it.

    Root becomes a user that owns nothing; whoever is an ordinary user stays that.

    Args:
        paths: what must be readable there; they keep their names.
        seats: submissions at once; the files of all of them together have 64 MB each.
        namespaces: False does without, where the kernel would grant them.

    Raises:
        InterruptedError: a process of this was ended from outside.
        OSError: root that cannot become anyone else.
    """
    root = os.geteuid() == 0
    apart = namespaces and _can_move(paths, seats)
    if apart:
        work = _move(paths, seats)
    else:
        work = tempfile.mkdtemp(prefix="prepai-box-")
        Path(work).chmod(0o711)
    if root:
        _leave_root(work)
    _fork_and_wait(None if apart else work)
    syscalls.control(_PR_SET_CHILD_SUBREAPER, 1)
    return Place(work, apart)


def _can_move(paths: list[str], seats: int) -> bool:
    """Tried in a fork, since a half-built place cannot be left again."""
    child = os.fork()
    if child == 0:
        status = 1
        try:
            _move(paths, seats)
            status = 0
        finally:
            os._exit(status)
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status == -signal.SIGKILL:  # says nothing of the kernel, and must not be taken for its refusal
        raise InterruptedError("ended from outside while namespaces were tried")
    return status == 0


def _move(paths: list[str], seats: int) -> str:
    root, user, group = os.geteuid() == 0, os.geteuid(), os.getegid()
    apart = _NEWNS | _NEWIPC | _NEWPID | _NEWNET
    syscalls.call("unshare", apart if root else apart | _NEWUSER)
    if not root:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {user} 1")
        Path("/proc/self/gid_map").write_text(f"{group} {group} 1")
    os.umask(0o022)
    _mount(None, "/", None, _MS_REC | _MS_PRIVATE)
    wanted = [(path, os.open(path, os.O_PATH | os.O_CLOEXEC)) for path in _outermost([*paths, *_DEVICES])]
    links = [(link, Path(link).readlink()) for link in _SYSTEM_LINKS if Path(link).is_symlink()]
    new = tempfile.gettempdir()
    _mount("tmpfs", new, "tmpfs", _MS_NOSUID, "size=1m,mode=755")
    for path, descriptor in wanted:
        _bind(descriptor, new + path)
    for link, target in links:
        Path(new + link).symlink_to(target)
    work = Path(new + "/box")
    work.mkdir()
    _mount(
        "tmpfs",
        str(work),
        "tmpfs",
        _MS_NOSUID,
        f"size={WORK_BYTES * seats},mode=711,nr_inodes={1024 * seats}",
    )
    os.chdir(new)
    syscalls.call("pivot_root", b".", b".")
    syscalls.call("umount2", b".", _MNT_DETACH)
    os.chdir("/")
    _mount(None, "/", None, _MS_REMOUNT | _MS_BIND | _MS_RDONLY | _MS_NOSUID)
    return "/box"


def _bind(descriptor: int, target: str) -> None:
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        Path(target).mkdir(parents=True, exist_ok=True)
    else:
        Path(target).parent.mkdir(parents=True, exist_ok=True)
        Path(target).touch()
    _mount(f"/proc/self/fd/{descriptor}", target, None, _MS_BIND | _MS_REC)
    attributes = struct.pack("QQQQ", _RDONLY_NOSUID, 0, 0, 0)
    syscalls.call(
        "mount_setattr",
        _AT_FDCWD,
        target.encode(),
        _AT_RECURSIVE,
        ctypes.create_string_buffer(attributes, 32),
        32,
    )
    os.close(descriptor)


def _outermost(paths: list[str]) -> list[str]:
    """Those that exist and lie in no other of them."""
    kept: list[str] = []
    for path in sorted({path for path in paths if Path(path).exists()}):
        if not any(path.startswith(above + "/") for above in kept):
            kept.append(path)
    return kept


def _mount(source: str | None, target: str, kind: str | None, flags: int, options: str | None = None) -> None:
    syscalls.call("mount", _bytes(source), target.encode(), _bytes(kind), flags, _bytes(options))


def _bytes(text: str | None) -> bytes | None:
    return None if text is None else text.encode()


def _leave_root(work: str) -> None:
    for identity in (_FIRST_UNOWNED_ID + os.getpid(), _NOBODY):
        try:
            os.chown(work, identity, identity)
            os.setgroups([])
            os.setresgid(identity, identity, identity)
            os.setresuid(identity, identity, identity)
        except OSError:
            continue
        if os.getresuid() == (identity,) * 3 and os.getresgid() == (identity,) * 3 and not os.getgroups():
            return
    raise OSError("this is root, and it cannot become a user without rights")


def _fork_and_wait(leftover: str | None) -> None:
    child = os.fork()
    if child == 0:
        syscalls.control(_PR_SET_PDEATHSIG, _SIGKILL)
        return
    for descriptor in range(3):
        os.dup2(os.open("/dev/null", os.O_RDWR), descriptor)
    os.closerange(3, 1024)
    status = os.waitpid(child, 0)[1]
    if leftover is not None:
        shutil.rmtree(leftover, ignore_errors=True)
    os._exit(os.waitstatus_to_exitcode(status) & 0xFF)
