"""What engines start from, built once per machine: folders of machine code that workers load without checks.

So they lie in a directory that only its owner can write, and a folder that anyone else owns or can write is refused.
A folder is built, found whole and removed as one: what lost a file, however that came, is built again.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from .errors import SandboxUnavailable

_BUILD_TIMEOUT_S: Final = 300
# What a build takes while it goes on, and what is left of it, generously.
_ROOM_BYTES: Final = 300 << 20
_WAY_OUT: Final = "Make room there, or name another folder with XDG_CACHE_HOME"
_UNUSED_S: Final = 30 * 24 * 3600
# Written last; says what a whole folder holds, and by its age for how long nobody started from it.
_READY: Final = "ready"


def default_directory() -> Path:
    """`$XDG_CACHE_HOME/prepai`, or its usual place."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "prepai"


def ensure(directory: Path, kind: str, *facts: bytes | str, build: Callable[[Path], None]) -> Path:
    """The folder that `build` filled once for these facts, of its kind one at a time, across processes.

    It is built in its final place, which some of what is built remembers. Afterwards everybody can read it, and only
    its owner can write it. Other folders of the kind that nothing started from for a month are removed.

    Raises:
        SandboxUnavailable: it cannot be built here, or the directory is not ours alone.
    """
    digest = hashlib.sha256(b"\0".join(fact if isinstance(fact, bytes) else fact.encode() for fact in facts))
    folder = directory / f"{kind}-{digest.hexdigest()[:16]}"
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(directory)
        if not _whole(folder):
            with (directory / f"{kind}.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not _whole(folder):
                    _build(folder, build)
                    _remove_unused(directory, kind, folder)
        _refuse_shared(folder)
        used(folder)
    except OSError as error:
        raise SandboxUnavailable(
            f"expected a writable cache directory at {directory}; got {error}. {_WAY_OUT}"
        ) from None
    return folder


def used(folder: Path) -> None:
    """Something starts from the folder now. Raises `SandboxUnavailable` when it is gone."""
    try:
        os.utime(folder / _READY)
    except OSError as error:
        raise SandboxUnavailable(f"what the sandbox starts from is no longer there: {error}") from None


def in_child(builder: str, title: str) -> Callable[[Path], None]:
    """A `build` for `ensure` in a process of its own: compilers leave hundreds of megabytes and their threads behind.

    Args:
        builder: the module whose `build(folder)` fills the folder.
        title: what it makes, in words.
    """
    code = f"import sys, pathlib; from {builder} import build; build(pathlib.Path(sys.argv[1]))"

    def build(folder: Path) -> None:
        try:
            subprocess.run(  # noqa: S603 - our own module
                [sys.executable, "-c", code, str(folder)],
                check=True,
                capture_output=True,
                text=True,
                timeout=_BUILD_TIMEOUT_S,
                cwd=Path(__file__).parents[2],
            )
        except subprocess.TimeoutExpired:
            raise SandboxUnavailable(f"{title} was not built in {_BUILD_TIMEOUT_S} s") from None
        except subprocess.CalledProcessError as error:
            last = (error.stderr or "").strip().splitlines()[-1:]
            told = f"{title} could not be built: {' '.join(last)}"
            free = shutil.disk_usage(folder).free
            if free < _ROOM_BYTES:
                told += f"; {free >> 20} MB are free at {folder.parent}. {_WAY_OUT}"
            raise SandboxUnavailable(told) from None

    return build


def _build(folder: Path, build: Callable[[Path], None]) -> None:
    _remove(folder)  # what a build that was cut off left, or a whole one that lost a file
    folder.mkdir(mode=0o700)
    try:
        build(folder)
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        (folder / _READY).write_text(_contents(folder), encoding="ascii")
        (folder / _READY).chmod(0o644)
    except BaseException:
        _remove(folder)
        raise


def _whole(folder: Path) -> bool:
    try:
        return (folder / _READY).read_text(encoding="ascii") == _contents(folder)
    except (FileNotFoundError, NotADirectoryError):
        return False


def _contents(folder: Path) -> str:
    sizes = [path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.name != _READY]
    return f"{len(sizes)} files, {sum(sizes)} bytes"


def _remove_unused(directory: Path, kind: str, built: Path) -> None:
    """Folders of earlier versions, tens of megabytes each."""
    for path in directory.glob(f"{kind}-*"):
        ready = path / _READY
        age = time.time() - (ready if ready.exists() else path).stat().st_mtime
        if path != built and age > _UNUSED_S:
            _remove(path)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        # Its mark first: what is left of it if this is cut off is no whole folder.
        (path / _READY).unlink(missing_ok=True)
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _refuse_shared(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SandboxUnavailable(
            f"{path} must belong to this user and be writable by nobody else: chmod go-w it, or remove it"
        )
