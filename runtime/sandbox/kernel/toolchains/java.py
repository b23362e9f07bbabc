"""Java: a virtual machine that compiles what it is sent, started from a class archive."""

from __future__ import annotations

import os
import re
import socket
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ... import machine_code
from ...engine import Program
from .. import messages
from .toolchain import (
    ROOMS,
    Finder,
    NoToolchain,
    Prepared,
    Recipe,
    Toolchain,
    libraries_of,
    output,
    run,
    which,
)


def _java(directory: Path) -> Toolchain:
    home = Path(which("javac")).resolve().parents[1]
    java = home / "bin" / "java"
    told = output([str(java), "-version"], errors=True)
    version = re.search(r'version "([^"]+)"', told)
    if version is None or int(version[1].split(".")[0]) < 17:
        raise NoToolchain(f"expected Java 17 or newer; {java} says {told[:80]!r}")
    loaders, libraries = libraries_of([str(java), *map(str, (home / "lib").rglob("*.so"))])
    source = ROOMS / "Room.java"
    options = _jvm_options()
    folder = machine_code.ensure(
        directory,
        "kernel-java",
        source.read_bytes(),
        told,
        " ".join(options),
        build=_archived(home, source, options),
    )
    arguments = [
        "-XX:SharedArchiveFile=" + str(folder / "room.jsa"),
        *options,
        "-cp",
        str(folder / "room.jar"),
        "Room",
    ]
    linked = {
        str(_top(link.resolve()))
        for part in ("conf", "lib")
        for link in (home / part).rglob("*")
        if _leads_out(link, home)
    }
    read = (str(home), *sorted(linked), *libraries, str(folder), "/dev/urandom", "/dev/random", "/dev/null")
    execute = (str(java), *loaders)
    environment = {"LC_ALL": "C.UTF-8", "LD_LIBRARY_PATH": str(home / "lib"), "TZ": "UTC"}

    def recipe(_program: Program) -> Recipe:
        return {
            "kind": "java",
            "program": str(java),
            "arguments": [str(java), *arguments],
            "rules": {"read": list(read), "execute": list(execute)},
            "environment": environment,
            # The virtual machine's own: code, classes, the compiler's stacks. The heap is what -Xmx says.
            "memory_overhead": 768 << 20,
        }

    hello = Program(
        "java",
        "import java.util.*; public class Main { public static void main(String[] a) "
        "{ System.out.print(new Scanner(System.in).nextInt() * 2); } }",
    )
    # A virtual machine compiles while it runs, on the candidate's time.
    return Toolchain(
        "java",
        f"Java {version[1]}",
        (*read, *execute),
        recipe,
        hello,
        trace=messages.java_trace,
        cpu_factor=2,
        ahead=True,
        prepared=(Prepared.of(folder),),
    )


def _jvm_options() -> list[str]:
    return [
        *("-XX:+UseSerialGC", "-XX:-UsePerfData", "-XX:+DisableAttachMechanism", "-XX:-UseContainerSupport"),
        *("-XX:-CreateCoredumpOnCrash", "-XX:ReservedCodeCacheSize=64m", "-XX:CompressedClassSpaceSize=64m"),
        *("-Xshare:auto", "-Xlog:disable", "-Xlog:all=off", "-Xss1m", "-Xms32m"),
        *(
            "-Dfile.encoding=UTF-8",
            "-Dsun.stdout.encoding=UTF-8",
            "-Djava.awt.headless=true",
            "-Duser.language=en",
        ),
        *("--add-opens", "java.base/java.io=ALL-UNNAMED"),
    ]


def _archived(home: Path, source: Path, options: list[str]) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        classes = folder / "classes"
        run([str(home / "bin" / "javac"), "-proc:none", "-d", str(classes), str(source)], cwd=folder)
        with zipfile.ZipFile(folder / "room.jar", "w") as jar:
            for file in sorted(classes.iterdir()):
                jar.write(file, file.name)
        ours, theirs = _rehearsal()
        command = [
            str(home / "bin" / "java"),
            *options,
            "-XX:ArchiveClassesAtExit=room.jsa",
            "-cp",
            f"{folder}/room.jar",
            "Room",
        ]
        run(command, cwd=folder, channel=theirs)
        os.close(ours)

    return build


def _rehearsal() -> tuple[int, int]:
    """A channel with one question and then its end: what the class archive is made of."""
    ours, theirs = socket.socketpair()
    ours.sendall(b"\0\0\0\1h")
    ours.shutdown(socket.SHUT_WR)
    return ours.detach(), theirs.detach()


def _leads_out(link: Path, home: Path) -> bool:
    return link.is_symlink() and link.exists() and not link.resolve().is_relative_to(home)


def _top(path: Path) -> Path:
    """The package's own folder in /etc; elsewhere the one file."""
    return Path(*path.parts[:3]) if path.parts[1] == "etc" and "java" in path.parts[2] else path


JAVA: Final = Finder("java", "javac", _java)
