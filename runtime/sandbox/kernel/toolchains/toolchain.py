"""What every language's toolchain is made of: its description, a step of a build, and questions to the machine."""

from __future__ import annotations

import os
import re
import shutil
import stat
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Self

from ...engine import Program
from ...errors import SandboxUnavailable
from .. import messages

ROOMS: Final = Path(__file__).parents[1] / "rooms"
PATH: Final = "/usr/local/bin:/usr/bin:/bin:/usr/local/go/bin"
_PREPARE_TIMEOUT_S: Final = 300

Recipe = dict[str, Any]


class NoToolchain(Exception):  # noqa: N818 - not an error: the language is simply not there
    """Why a language is not there."""


class NotAProgram(Exception):  # noqa: N818 - the candidate's, and told as a verdict
    """What the source lacks, found before it is compiled."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """A folder that a toolchain starts from, with every file as it was when it was found whole."""

    folder: Path
    files: dict[Path, tuple[int, int] | None]

    @classmethod
    def of(cls, folder: Path) -> Self:
        return cls(folder, {path: _stamp(path) for path in (folder, *folder.rglob("*"))})

    def lost(self, *, thoroughly: bool) -> bool:
        """Whether it is gone, or another one is in its place. thoroughly: or any of its files, which is slower."""
        looked_at = self.files if thoroughly else (self.folder, self.folder / "ready")
        return any(_stamp(path) != self.files.get(path) for path in looked_at)


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = os.stat(path)  # noqa: PTH116 - of thousands of files
    except OSError:
        return None
    # A folder's own size says nothing of its files.
    return found.st_ino, 0 if stat.S_ISDIR(found.st_mode) else found.st_size


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A language as it is built and run here.

    title: what a candidate is told of it.
    paths: everything its processes may read or execute.
    hello: a program that doubles the number it reads.
    complaint: the compiler's words, and trace: the runtime's, as the candidate may read them.
    words_first: the runtime lists its frames after its words.
    cpu_factor: what CPU limits are multiplied by.
    ahead: its process is started before anyone needs it.
    by_name: functions take arguments by their names.
    prepared: the folders of ours that it starts from.
    """

    language: str
    title: str
    paths: tuple[str, ...]
    recipe: Callable[[Program], Recipe]
    hello: Program
    complaint: Callable[[list[str]], list[str]] = messages.of_gcc
    trace: Callable[[str], str] = str
    words_first: bool = False
    cpu_factor: float = 1
    ahead: bool = False
    by_name: bool = False
    prepared: tuple[Prepared, ...] = ()

    def lost(self, *, thoroughly: bool = False) -> bool:
        """Whether something that we prepared for it is no longer there; its words are then not the candidate's."""
        return any(folder.lost(thoroughly=thoroughly) for folder in self.prepared)


@dataclass(frozen=True, slots=True)
class Finder:
    """Finds a language's toolchain. tool: the command that is there where it is; None where none is needed.

    find: of the folder in which it keeps what it starts from; raises `NoToolchain` and as `UNFINDABLE` says.
    """

    language: str
    tool: str | None
    find: Callable[[Path], Toolchain]


UNFINDABLE: Final = (NoToolchain, SandboxUnavailable, OSError, subprocess.SubprocessError)
"""What says that a language is not there."""


def interpreter_paths() -> tuple[str, ...]:
    """The standard library of the interpreter that runs the engine's own processes, without what was installed."""
    library = Path(
        sysconfig.get_path("stdlib", vars={"base": sys.base_prefix, "installed_base": sys.base_prefix})
    )
    return tuple(
        str(entry)
        for entry in library.iterdir()
        if entry.name not in ("site-packages", "dist-packages", "test")
    )


def without_comments(source: str) -> str:
    # What is not closed goes on to its end: failing instead, a search would start again at every quote.
    blank = re.compile(
        r"/\*.*?(?:\*/|\Z)|//[^\n]*|\"(?:\\.?|[^\"\\\n])*+(?:\"|(?=\n)|\Z)|'(?:\\.?|[^'\\\n])*+(?:'|(?=\n)|\Z)",
        re.DOTALL,
    )
    return blank.sub(" ", source)


def native(source: str, attempts: list[list[Recipe]], *, files: dict[str, str] | None = None) -> Recipe:
    return {
        "kind": "native",
        "source": source,
        "files": files or {},
        "attempts": attempts,
        "binary": "solution",
        "read": ["/dev/urandom", "/dev/random"],
        "execute": [],
        "environment": {},
        "memory_overhead": 8 << 20,
    }


def step(
    arguments: list[str],
    read: Iterable[str],
    execute: Iterable[str],
    environment: dict[str, str] | None = None,
) -> Recipe:
    return {
        "program": arguments[0],
        "arguments": arguments,
        "read": list(read),
        "execute": list(execute),
        "environment": {"PATH": PATH, "LC_ALL": "C.UTF-8"} | (environment or {}),
    }


def which(name: str) -> str:
    path = shutil.which(name, path=PATH)
    if path is None:
        raise NoToolchain(f"there is no {name} here")
    return path


def version(driver: str) -> str:
    return output([driver, "-dumpfullversion"])


def libraries_of(programs: Iterable[str]) -> tuple[list[str], list[str]]:
    """The loader and the shared libraries that programs need, by the loader's own word."""
    loaders: set[str] = set()
    libraries: set[str] = set()
    told = subprocess.run(  # noqa: S603 - the machine's own toolchain
        [which("ldd"), *programs],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": PATH, "LC_ALL": "C"},
    ).stdout
    for path in re.findall(r"(/\S+) \(0x", told):
        (loaders if Path(path).name.startswith("ld-") else libraries).add(normal(path))
    return sorted(loaders), sorted(libraries)


def normal(path: str) -> str:
    """The path by its folder's real name: /lib is a link on most machines."""
    return str(Path(path).parent.resolve() / Path(path).name)


def run(
    command: list[str], *, cwd: Path, environment: dict[str, str] | None = None, channel: int | None = None
) -> str:
    def third() -> None:
        if channel is not None:
            os.dup2(channel, 3)

    told = {"PATH": PATH, "LC_ALL": "C.UTF-8", "HOME": str(cwd)} | (environment or {})
    done = subprocess.run(  # noqa: S603 - the machine's own toolchain on our own source
        command,
        cwd=cwd,
        env=told,
        capture_output=True,
        text=True,
        check=False,
        timeout=_PREPARE_TIMEOUT_S,
        close_fds=channel is None,
        preexec_fn=third,
    )
    if done.returncode != 0:
        raise NoToolchain(f"{Path(command[0]).name} failed: {(done.stderr or done.stdout).strip()[-400:]}")
    return done.stdout


def output(command: list[str], *, errors: bool = False) -> str:
    environment = {"PATH": PATH, "LC_ALL": "C", "HOME": "/nonexistent"}
    done = subprocess.run(  # noqa: S603 - the machine's own toolchain
        command, capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    return (done.stderr if errors else done.stdout).strip()
