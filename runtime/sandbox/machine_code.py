"""What engines start from, built once per machine: files of machine code that workers load without checks.

So they lie in a directory that only its owner can write, and a file that anyone else owns or can write is refused.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

from .errors import SandboxUnavailable

_BUILD_TIMEOUT_S: Final = 300
# What a build takes while it goes on, and what is left of it, generously.
_ROOM_BYTES: Final = 300 << 20
_WAY_OUT: Final = "Make room there, or name another folder with XDG_CACHE_HOME"
_UNUSED_S: Final = 30 * 24 * 3600


def default_directory() -> Path:
    """`$XDG_CACHE_HOME/prepai`, or its usual place."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "prepai"


def ensure(path: Path, *, builder: str, title: str) -> Path:
    """`path`, built first if it is not there yet (one builder at a time, across processes).

    Args:
        path: named after its content's digest; its folder is made.
        builder: the module whose `build(path)` writes the file.
        title: what the file is, in words.

    Raises:
        SandboxUnavailable: it cannot be built here, or the directory is not ours alone.
    """
    directory = path.parent
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(directory)
        if path.exists():
            path.touch()  # its age is how long nobody used it
        else:
            with (directory / "build.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not path.exists():
                    _build_in_child(path, builder, title)
                    _remove_unused(directory, path)
        _refuse_shared(path)
    except OSError as error:
        raise SandboxUnavailable(
            f"expected a writable cache directory at {directory}; got {error}. {_WAY_OUT}"
        ) from None
    return path


def _build_in_child(path: Path, builder: str, title: str) -> None:
    # In a process of its own: compilers leave hundreds of megabytes and their threads behind.
    code = f"import sys, pathlib; from {builder} import build; build(pathlib.Path(sys.argv[1]))"
    try:
        subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-c", code, str(path)],
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
        free = shutil.disk_usage(path.parent).free
        if free < _ROOM_BYTES:
            told += f"; {free >> 20} MB are free at {path.parent}. {_WAY_OUT}"
        raise SandboxUnavailable(told) from None


def _remove_unused(directory: Path, built: Path) -> None:
    """Files of earlier versions, tens of megabytes each, that nothing on this machine started with for a month."""
    kind = built.name.partition("-")[0]
    for path in directory.glob(f"{kind}-*{built.suffix}"):
        if time.time() - path.stat().st_mtime > _UNUSED_S:
            path.unlink(missing_ok=True)
            shutil.rmtree(path.with_suffix(".library"), ignore_errors=True)


def _refuse_shared(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SandboxUnavailable(
            f"{path} must belong to this user and be writable by nobody else: chmod go-w it, or remove it"
        )
