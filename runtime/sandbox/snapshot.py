"""The interpreter's starting state: CPython-WASI with the guest and the usual imports already in memory.

Building it takes half a minute and importing `random` in a cold interpreter 90 ms, so it is built once per machine
and mapped by every worker. It is machine code that workers load without checks: it lies in a directory only
its owner can write, and a file that anyone else owns or can write is refused.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.metadata
import os
import platform
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from .errors import SandboxUnavailable

NO_PACKAGE: Final = "the Python sandbox needs the package pyeryx: install the code-executor extra"

_GUEST: Final = Path(__file__).with_name("_guest.py")
_BUILD_TIMEOUT_S: Final = 300
_UNUSED_S: Final = 30 * 24 * 3600

# What interview code imports; each costs a cold interpreter 1-60 ms and the snapshot nothing.
_IMPORTS: Final = tuple(
    """
    abc array ast asyncio base64 binascii bisect calendar cmath collections contextlib copy csv dataclasses
    datetime decimal enum fractions functools graphlib hashlib heapq io itertools json math numbers operator
    pprint queue random re secrets statistics string struct textwrap time traceback types typing unicodedata
    uuid zlib
    """.split()  # noqa: SIM905 - forty names read better as words
)


def default_directory() -> Path:
    """`$XDG_CACHE_HOME/prepai`, or its usual place."""
    cache = os.environ.get("XDG_CACHE_HOME")
    return (Path(cache) if cache else Path.home() / ".cache") / "prepai"


def ensure(directory: Path) -> Path:
    """The snapshot's path, built first if it is not there yet (one builder at a time, across processes).

    Raises:
        SandboxUnavailable: it cannot be built here, or the directory is not ours alone.
    """
    try:
        path = directory / f"python-{_digest()}.snapshot"
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        _refuse_shared(directory)
        if path.exists():
            path.touch()  # its age is how long nobody used it
        else:
            with (directory / "build.lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                if not path.exists():
                    _build_in_child(path)
                    _remove_unused(directory)
        _refuse_shared(path)
    except importlib.metadata.PackageNotFoundError:
        raise SandboxUnavailable(NO_PACKAGE) from None
    except OSError as error:
        raise SandboxUnavailable(f"expected a writable cache directory at {directory}; got {error}") from None
    return path


def _build_in_child(path: Path) -> None:
    # In a process of its own: the compiler leaves hundreds of megabytes and its threads behind.
    command = [sys.executable, "-c", f"from {__name__} import build; build()", str(path)]
    try:
        subprocess.run(  # noqa: S603 - our own module
            command,
            check=True,
            capture_output=True,
            text=True,
            timeout=_BUILD_TIMEOUT_S,
            cwd=_GUEST.parents[2],
        )
    except subprocess.TimeoutExpired:
        raise SandboxUnavailable(f"the sandbox's snapshot was not built in {_BUILD_TIMEOUT_S} s") from None
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().splitlines()[-1:]
        raise SandboxUnavailable(f"the sandbox's snapshot could not be built: {' '.join(last)}") from None


def _remove_unused(directory: Path) -> None:
    """Snapshots of earlier versions, 47 MB each, that nothing on this machine started with for a month."""
    for path in directory.glob("python-*.snapshot"):
        if time.time() - path.stat().st_mtime > _UNUSED_S:
            path.unlink(missing_ok=True)


def _refuse_shared(path: Path) -> None:
    found = path.stat()
    if found.st_uid != os.getuid() or found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SandboxUnavailable(
            f"{path} must belong to this user and be writable by nobody else: chmod go-w it, or remove it"
        )


def _digest() -> str:
    parts = (
        importlib.metadata.version("pyeryx"),
        platform.system(),
        platform.machine(),
        _GUEST.read_text(),
        *_IMPORTS,
    )
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def build() -> None:
    """Build the snapshot at `sys.argv[1]`: the child's whole life."""
    path = Path(sys.argv[1])
    # The runtime unpacks its standard library below the temporary directory: not in a shared one.
    os.environ["TMPDIR"] = str(path.parent)
    import eryx  # noqa: PLC0415 - 95 MB of code that only the child needs

    # The guest is a module of its own, so that candidate code starts with an empty `__main__`.
    setup = f"""
import sys, types
room = types.ModuleType("_room")
room.__file__ = "<room>"
sys.modules["_room"] = room
exec(compile({_GUEST.read_text()!r}, "<room>", "exec"), room.__dict__)
del room
"""
    factory = eryx.SandboxFactory(imports=list(_IMPORTS), setup_code=setup)
    with tempfile.TemporaryDirectory(dir=path.parent) as scratch:
        built = Path(scratch) / path.name
        factory.save(built)
        built.chmod(0o600)
        built.replace(path)
