"""Which compilers this machine has, what they may see of it, and how a submission is built with them.

A toolchain that is not there is not missed: its language is not listed. Every path that a compiler may read or execute
is found by asking the compiler, so that the box has those files and no others.
"""

from __future__ import annotations

import functools
import os
import platform
import re
import secrets
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from .. import machine_code
from ..engine import Program
from ..errors import SandboxUnavailable
from . import c_functions

_ROOMS: Final = Path(__file__).parent / "rooms"
GUEST: Final = Path(__file__).parents[1] / "_guest.py"
PATH: Final = "/usr/local/bin:/usr/bin:/bin:/usr/local/go/bin"
_PREPARE_TIMEOUT_S: Final = 300
_DIAGNOSTICS: Final = ("-w", "-pipe", "-fdiagnostics-color=never", "-fmax-errors=20")
_HEADER: Final = "room.hpp"
_WHOLE: Final = "whole.hpp"
_HARNESS_GO: Final = "harness.go"
# In a step's arguments: the submission's own folder, which nobody knows before.
FOLDER: Final = "{folder}"
_STATIC: Final = ("-static", "-Wl,--strip-debug")

Recipe = dict[str, Any]


class NoToolchain(Exception):  # noqa: N818 - not an error: the language is simply not there
    """Why a language is not there."""


class NotAProgram(Exception):  # noqa: N818 - the candidate's, and told as a verdict
    """What the source lacks, found before it is compiled."""


@dataclass(frozen=True, slots=True)
class Toolchain:
    """A language as it is built and run here.

    paths: everything its processes may read or execute. cpu_factor: what CPU limits are multiplied by.
    """

    language: str
    version: str
    paths: tuple[str, ...]
    recipe: Callable[[Program], Recipe]
    hello: Program
    cpu_factor: float = 1


def found(directory: Path, *, python: bool) -> tuple[list[Toolchain], dict[str, str]]:
    """The toolchains of this machine, and why each of the others is not there.

    Args:
        directory: where what they start from is kept (a precompiled header, a class archive, Go's packages).
    """
    finders: dict[str, Callable[[Path], Toolchain]] = {"c": _c, "cpp": _cpp, "java": _java, "go": _go}
    if python:
        finders["python"] = _python
    directory = directory.resolve()  # what a box may read is named by real paths
    toolchains, reasons = [], {}
    for language, find in finders.items():
        try:
            toolchains.append(find(directory))
        except (NoToolchain, SandboxUnavailable, OSError, subprocess.SubprocessError) as reason:
            reasons[language] = str(reason)
    return toolchains, reasons


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


# --- C and C++ ---


def _c(directory: Path) -> Toolchain:
    driver = _which("gcc")
    read, execute = _compiler_paths(driver, "c", "cc1")
    bounds = _bounds(directory, driver)
    read = (*read, str(bounds.parent))
    options = [driver, "-std=gnu17", "-O2", *_DIAGNOSTICS]
    linked = [str(bounds), "-lm"]
    try:
        calls = _cpp_tools(directory)
    except (NoToolchain, SandboxUnavailable, OSError, subprocess.SubprocessError):
        calls = None

    def recipe(program: Program) -> Recipe:
        if program.function_name is None:
            arguments = [*options, *_STATIC, "-o", "solution", "solution.c", *linked]
            return _native("solution.c", [[_step(arguments, read, execute)]])
        if calls is None:
            raise NotAProgram("functions in C are not called here, where there is no C++: write a program")
        try:
            harness = c_functions.harness(
                program.source, _without_comments(program.source), program.function_name
            )
        except c_functions.Unlike as told:
            raise NotAProgram(str(told)) from None
        before = ["-include", "preamble.h", "-Dmain=prepai_main_of_the_candidate"]
        compiling = [*options, *before, "-c", "-o", "solution.o", "solution.c"]
        included = [*calls.options, "-include", f"{calls.folder}/{_HEADER}", *_STATIC]
        linking = [*included, "-o", "solution", "harness.cpp", "solution.o", *linked]
        steps = [_step(compiling, read, execute), _step(linking, calls.read, calls.execute)]
        files = {"harness.cpp": harness, "preamble.h": c_functions.PREAMBLE}
        return _native("solution.c", [steps], files=files)

    hello = Program(
        "c", '#include <stdio.h>\nint main(void){int a; if(scanf("%d",&a)==1) printf("%d", a*2); return 0;}'
    )
    paths = {*read, *execute, *((*calls.read, *calls.execute) if calls else ())}
    return Toolchain("c", _version(driver), tuple(sorted(paths)), recipe, hello)


def _bounds(directory: Path, driver: str) -> Path:
    """What every program is linked with."""
    source = _ROOMS / "bounds.c"

    def build(folder: Path) -> None:
        _run([driver, "-O2", "-c", str(source), "-o", "bounds.o"], cwd=folder)

    return (
        machine_code.ensure(directory, "kernel-c", source.read_bytes(), _version(driver), build=build)
        / "bounds.o"
    )


@dataclass(frozen=True, slots=True)
class _CppTools:
    """The C++ compiler with the precompiled harness in `folder`."""

    driver: str
    options: tuple[str, ...]
    folder: Path
    bounds: Path
    read: tuple[str, ...]
    execute: tuple[str, ...]


@functools.cache
def _cpp_tools(directory: Path) -> _CppTools:
    driver = _which("g++")
    read, execute = _compiler_paths(driver, "c++", "cc1plus")
    options = (driver, "-std=gnu++20", "-O2", *_DIAGNOSTICS)
    header = _ROOMS / _HEADER
    facts = (header.read_bytes(), _version(driver), " ".join(options))
    folder = machine_code.ensure(directory, "kernel-cpp", *facts, build=_precompiled([*options], header))
    bounds = _bounds(directory, driver)
    return _CppTools(driver, options, folder, bounds, (*read, str(folder), str(bounds.parent)), execute)


def _cpp(directory: Path) -> Toolchain:
    tools = _cpp_tools(directory)
    options, read, execute = tools.options, tools.read, tools.execute

    def attempt(header: str | None, *source: str) -> list[Recipe]:
        included = ["-include", f"{tools.folder}/{header}"] if header else []
        return [
            _step(
                [*options, *included, *_STATIC, "-o", "solution", *source, str(tools.bounds)], read, execute
            )
        ]

    def recipe(program: Program) -> Recipe:
        plain = _without_comments(program.source)
        everything = re.search(r"#\s*include\s*<bits/stdc\+\+\.h>", program.source)
        if program.function_name is None:
            # Everything of the library included first is what the header's time is saved by; a name of the candidate's
            # that clashes with one they did not ask for is theirs to use, so what fails is tried again without. That
            # attempt is the candidate's own, so it comes first where it says what is wrong.
            chosen = _WHOLE if everything else _HEADER
            return _native("solution.cpp", [attempt(chosen, "solution.cpp"), attempt(None, "solution.cpp")])
        call = _cpp_function(program.source, program.function_name)
        main = (
            # `signed`, because `#define int long long` is in the habit of being there.
            "#define main prepai_main_of_the_candidate\n"
            '#include "solution.cpp"\n'
            "#undef main\n"
            f"signed main() {{ return prepai_room::serve(&{call}); }}\n"
        )
        # LeetCode puts the whole library and its namespace before a solution, and solutions rely on it.
        spelled = "std::" in plain or re.search(r"\busing\s+namespace\s+std\b", plain)
        plainly = attempt(_WHOLE if everything or "#" not in plain else _HEADER, "harness.cpp")
        as_there = attempt(_WHOLE, "preamble.cpp")
        attempts = [plainly, as_there] if spelled else [as_there, plainly]
        files = {"harness.cpp": main, "preamble.cpp": "using namespace std;\n" + main}
        return _native("solution.cpp", attempts, files=files)

    hello = Program("cpp", "#include <iostream>\nint main(){int a; std::cin >> a; std::cout << a * 2;}")
    return Toolchain("cpp", _version(tools.driver), (*read, *execute), recipe, hello)


def _precompiled(options: list[str], header: Path) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        shutil.copy(header, folder / header.name)
        (folder / _WHOLE).write_text(
            f'#include <bits/stdc++.h>\n#include "{header.name}"\n', encoding="utf-8"
        )
        for name in (header.name, _WHOLE):
            _run([*options, "-x", "c++-header", name, "-o", f"{name}.gch"], cwd=folder)

    return build


def _cpp_function(source: str, name: str) -> str:
    """How to name the function in C++: free, or a method of `Solution` or of the class that is named.

    Raises:
        NotAProgram: it is nowhere in the source.
    """
    owner, _, method = name.rpartition(".")
    plain = _without_comments(source)
    if not re.fullmatch(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)?", name) or not re.search(
        rf"\b{re.escape(method)}\b", plain
    ):
        raise NotAProgram(f"function not found: {name}")
    if owner:
        return f"{owner}::{method}"
    depth, free = 0, False
    for token in re.finditer(r"[{}]|\b[A-Za-z_]\w*+\s*+(?=\()", plain):
        if token[0] in "{}":
            depth += 1 if token[0] == "{" else -1
        elif depth == 0 and token[0].strip() == method:
            free = True
    in_solution = re.search(r"\b(class|struct)\s+Solution\b", plain) is not None
    return method if free or not in_solution else f"Solution::{method}"


def _without_comments(source: str) -> str:
    # What is not closed goes on to its end: failing instead, a search would start again at every quote.
    blank = re.compile(
        r"/\*.*?(?:\*/|\Z)|//[^\n]*|\"(?:\\.?|[^\"\\\n])*+(?:\"|(?=\n)|\Z)|'(?:\\.?|[^'\\\n])*+(?:'|(?=\n)|\Z)",
        re.DOTALL,
    )
    return blank.sub(" ", source)


def _program(driver: str, name: str) -> str | None:
    told = _output([driver, f"-print-prog-name={name}"])
    return told if told.startswith("/") else shutil.which(told, path=PATH)


def _compiler_paths(driver: str, language: str, compiler: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a compiler reads and what it executes."""
    names = (compiler, "collect2", "lto-wrapper", "as", "ld")
    programs = [driver, *(path for name in names if (path := _program(driver, name)) is not None)]
    search = _output([driver, f"-x{language}", "-E", "-v", "/dev/null"], errors=True)
    includes = [
        line.strip() for line in search.splitlines() if line.startswith(" /") and Path(line.strip()).is_dir()
    ]
    files = [
        _output([driver, f"-print-file-name={name}"])
        for name in ("libc.a", "crt1.o", "crtbeginT.o", "libgcc.a", "libm.a", "libstdc++.a")
    ]
    if not files[0].startswith("/"):
        raise NoToolchain(f"{driver} has no static C library (libc.a)")
    folders = {str(Path(file).parent.resolve()) for file in files if file.startswith("/")}
    read = [*map(_normal, includes), *sorted(folders)]
    loaders, libraries = _libraries(programs)
    return (*read, *libraries), (*map(_normal, programs), *loaders)


# --- Java ---


def _java(directory: Path) -> Toolchain:
    home = Path(_which("javac")).resolve().parents[1]
    java = home / "bin" / "java"
    told = _output([str(java), "-version"], errors=True)
    version = re.search(r'version "([^"]+)"', told)
    if version is None or int(version[1].split(".")[0]) < 17:
        raise NoToolchain(f"expected Java 17 or newer; {java} says {told[:80]!r}")
    loaders, libraries = _libraries([str(java), *map(str, (home / "lib").rglob("*.so"))])
    source = _ROOMS / "Room.java"
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
    return Toolchain("java", version[1], (*read, *execute), recipe, hello, cpu_factor=2)


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
        _run([str(home / "bin" / "javac"), "-proc:none", "-d", str(classes), str(source)], cwd=folder)
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
        _run(command, cwd=folder, channel=theirs)
        os.close(ours)

    return build


def _rehearsal() -> tuple[int, int]:
    """A channel with one question and then its end: what the class archive is made of."""
    import socket  # noqa: PLC0415 - only where an archive is built

    ours, theirs = socket.socketpair()
    ours.sendall(b"\0\0\0\1h")
    ours.shutdown(socket.SHUT_WR)
    return ours.detach(), theirs.detach()


def _leads_out(link: Path, home: Path) -> bool:
    return link.is_symlink() and link.exists() and not link.resolve().is_relative_to(home)


def _top(path: Path) -> Path:
    """The package's own folder in /etc; elsewhere the one file."""
    return Path(*path.parts[:3]) if path.parts[1] == "etc" and "java" in path.parts[2] else path


# --- Go ---

# The runtime's own tables and the stacks of its threads.
_GO_OVERHEAD: Final = 192 << 20
# What LeetCode's Go may use without saying so; of a source without a package clause only.
_GO_IMPORTS: Final = {
    name.rpartition("/")[2]: name
    for name in (
        *("bufio", "bytes", "container/heap", "container/list", "container/ring", "errors", "fmt", "math"),
        *("math/big", "math/bits", "math/rand", "os", "regexp", "sort", "strconv", "strings", "sync", "time"),
        *("unicode", "unicode/utf8"),
    )
}


def _go(directory: Path) -> Toolchain:
    go = _which("go")
    version = _output([go, "env", "GOVERSION"]).removeprefix("go")
    tools, root = _output([go, "env", "GOTOOLDIR"]), _output([go, "env", "GOROOT"])
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < (1, 19):
        raise NoToolchain(f"expected Go 1.19 or newer; {go} is {version}")
    ours = {
        name: (_ROOMS / f"{name}.go.txt")
        .read_text(encoding="utf-8")
        .replace("PREPAI_OVERHEAD", str(_GO_OVERHEAD))
        for name in ("room", "bounds")
    }
    build = _go_packages(go, f"{tools}/compile", ours)
    folder = machine_code.ensure(directory, "kernel-go", version, root, *ours.values(), build=build)
    programs = [f"{tools}/compile", f"{tools}/link"]
    loaders, libraries = _libraries(programs)
    outside = {root + "/pkg"} if root in (folder / "importcfg").read_text(encoding="utf-8") else set()
    read = (str(folder), *libraries, *sorted(outside))
    execute = (*programs, *loaders)
    environment = {"GOROOT": root, "GOMAXPROCS": "2", "GOGC": "400"}
    config = ["-importcfg", f"{folder}/importcfg"]
    compiling = ["-o", "main.a", "-p", "main", "-complete", "-trimpath", FOLDER, *config, "-pack"]
    linking = ["-o", "solution", *config, "-s", "-w", "-buildmode=exe", "main.a"]
    steps = [
        _step([programs[0], *compiling, "solution.go", _HARNESS_GO], read, execute, environment),
        _step([programs[1], *linking], read, execute, environment),
    ]

    def recipe(program: Program) -> Recipe:
        files = {_HARNESS_GO: _go_harness(program)}
        built = _native("solution.go", [steps], files=files)
        built["text"] = _go_source(program)
        built["environment"] = {"GOTRACEBACK": "single"}
        built["memory_overhead"] = _GO_OVERHEAD
        return built

    hello = Program(
        "go", 'package main\nimport "fmt"\nfunc main() { var a int; fmt.Scan(&a); fmt.Print(a * 2) }'
    )
    return Toolchain("go", version, (*read, *execute), recipe, hello)


def _go_packages(go: str, compiler: str, ours: dict[str, str]) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        environment = {
            "GOCACHE": str(folder / "cache"),
            "GOFLAGS": "-trimpath",
            "CGO_ENABLED": "0",
            "GOTOOLCHAIN": "local",
            "GOPROXY": "off",
        }
        packages = "{{if .Export}}packagefile {{.ImportPath}}={{.Export}}{{end}}"
        listed = _run([go, "list", "-export", "-f", packages, "std"], cwd=folder, environment=environment)
        lines = [line for line in listed.splitlines() if line]
        config = folder / "importcfg"
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")
        for name, source in ours.items():
            (folder / f"{name}.go").write_text(source, encoding="utf-8")
            package = f"prepai/{name}"
            options = [
                "-p",
                package,
                "-complete",
                "-trimpath",
                str(folder),
                "-importcfg",
                str(config),
                "-pack",
            ]
            _run([compiler, *options, "-o", f"{name}.a", f"{name}.go"], cwd=folder)
            lines.append(f"packagefile {package}={folder / name}.a")
        config.write_text("\n".join(lines) + "\n", encoding="utf-8")

    return build


def _go_source(program: Program) -> str:
    """The source with a package clause, all on its first line where there was none, as LeetCode's has none."""
    source, plain = program.source, _go_plain(program.source)
    clause = re.search(r"(?m)^[ \t]*package\s+(\w+)", plain)
    if clause is not None:
        # Only `main` can be linked, and whoever writes functions has no need to know.
        if program.function_name is None or clause[1] == "main":
            return source
        return re.sub(r"(?m)^([ \t]*package\s+)\w+", r"\1main", source, count=1)
    imported = set(
        re.findall(r'(?m)^[ \t]*+(?:import[ \t]*+)?\(?[ \t]*+(?:[\w.]++[ \t]++)?"([\w/]+)"', source)
    )
    used = dict.fromkeys(re.findall(r"(?<![\w.])(\w++)\.[A-Z]", plain))
    wanted = [path for name in used if (path := _GO_IMPORTS.get(name)) is not None and path not in imported]
    return "package main;" + "".join(f' import "{path}";' for path in wanted) + source


def _go_harness(program: Program) -> str:
    """A file beside the candidate's. What it imports has a name that nobody can guess, so that none of theirs is
    taken, and it serves before any `main`, so that theirs may stand."""
    lines = ["package main", 'import _ "prepai/bounds"']
    if program.function_name is not None:
        name, signature = _go_function(program.source, program.function_name)
        room = f"room{secrets.token_hex(8)}"
        runes = "true" if re.search(r"\brune\b", signature) else "false"
        # `true` and `false` may be names of the candidate's; a comparison's value is not.
        runes = "0 == 0" if runes == "true" else "0 == 1"
        lines += [f'import {room} "prepai/room"', f"func init() {{ {room}.Serve({name}, {runes}) }}"]
        if not re.search(r"(?m)^[ \t]*func\s+main\s*\(", _go_plain(program.source)):
            lines.append("func main() {}")
    return "\n".join(lines) + "\n"


def _go_function(source: str, name: str) -> tuple[str, str]:
    """How to name the function in Go, and its signature.

    Raises:
        NotAProgram: it is nowhere in the source, or has parameters of type.
    """
    owner, _, method = name.rpartition(".")
    plain = _go_plain(source)
    if re.fullmatch(r"\w+(\.\w+)?", name):
        if not owner and (
            found := re.search(rf"(?m)^[ \t]*func\s+{re.escape(method)}\s*([(\[])([^{{]*)", plain)
        ):
            if found[1] == "[":
                raise NotAProgram(f"{name} has parameters of type: write it for the types of the task")
            return method, found[2]
        receiver = owner or "Solution"
        found = re.search(
            rf"(?m)^[ \t]*func\s*\(\s*\w*\s*(\*?)\s*{re.escape(receiver)}\s*\)\s*{re.escape(method)}\s*\(([^{{]*)",
            plain,
        )
        if found:
            return f"(&{receiver}{{}}).{method}" if found[1] else f"{receiver}{{}}.{method}", found[2]
    raise NotAProgram(f"function not found: {name}")


def _go_plain(source: str) -> str:
    return _without_comments(re.sub(r"`[^`]*`", '""', source))


# --- Python ---


def _python(_: Path) -> Toolchain:
    library = interpreter_paths()
    modules = [str(path) for path in Path(sysconfig.get_path("platstdlib"), "lib-dynload").glob("*.so")]
    read = (*library, *_libraries(modules or [sys.executable])[1])

    def recipe(_program: Program) -> Recipe:
        return {"kind": "python", "rules": {"read": list(read), "execute": []}}

    hello = Program("python", "print(int(input()) * 2)")
    return Toolchain("python", platform.python_version(), read, recipe, hello)


# --- what they share ---


def _native(source: str, attempts: list[list[Recipe]], *, files: dict[str, str] | None = None) -> Recipe:
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


def _step(
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


def _which(name: str) -> str:
    path = shutil.which(name, path=PATH)
    if path is None:
        raise NoToolchain(f"there is no {name} here")
    return path


def _version(driver: str) -> str:
    return _output([driver, "-dumpfullversion"])


def _libraries(programs: Iterable[str]) -> tuple[list[str], list[str]]:
    """The loader and the shared libraries that programs need, by the loader's own word."""
    loaders: set[str] = set()
    libraries: set[str] = set()
    told = subprocess.run(  # noqa: S603 - the machine's own toolchain
        [_which("ldd"), *programs],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env={"PATH": PATH, "LC_ALL": "C"},
    ).stdout
    for path in re.findall(r"(/\S+) \(0x", told):
        (loaders if Path(path).name.startswith("ld-") else libraries).add(_normal(path))
    return sorted(loaders), sorted(libraries)


def _normal(path: str) -> str:
    """The path by its folder's real name: /lib is a link on most machines."""
    return str(Path(path).parent.resolve() / Path(path).name)


def _run(
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


def _output(command: list[str], *, errors: bool = False) -> str:
    environment = {"PATH": PATH, "LC_ALL": "C", "HOME": "/nonexistent"}
    done = subprocess.run(  # noqa: S603 - the machine's own toolchain
        command, capture_output=True, text=True, check=True, timeout=60, env=environment
    )
    return (done.stderr if errors else done.stdout).strip()
