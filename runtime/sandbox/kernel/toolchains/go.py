"""Go: compiler and linker called directly, on the library's packages built once."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Final

from ... import machine_code
from ...engine import Program
from .. import messages
from ..box.wire import FOLDER
from .toolchain import (
    ROOMS,
    Finder,
    NotAProgram,
    NoToolchain,
    Prepared,
    Recipe,
    Toolchain,
    libraries_of,
    native,
    output,
    run,
    step,
    which,
    without_comments,
)

_HARNESS: Final = "harness.go"
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
    go = which("go")
    version = output([go, "env", "GOVERSION"]).removeprefix("go")
    tools, root = output([go, "env", "GOTOOLDIR"]), output([go, "env", "GOROOT"])
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < (1, 19):
        raise NoToolchain(f"expected Go 1.19 or newer; {go} is {version}")
    ours = {
        name: (ROOMS / f"{name}.go.txt")
        .read_text(encoding="utf-8")
        .replace("PREPAI_OVERHEAD", str(_GO_OVERHEAD))
        for name in ("room", "bounds")
    }
    build = _go_packages(go, f"{tools}/compile", ours)
    folder = machine_code.ensure(directory, "kernel-go", version, root, *ours.values(), build=build)
    programs = [f"{tools}/compile", f"{tools}/link"]
    loaders, libraries = libraries_of(programs)
    outside = {root + "/pkg"} if root in (folder / "importcfg").read_text(encoding="utf-8") else set()
    read = (str(folder), *libraries, *sorted(outside))
    execute = (*programs, *loaders)
    environment = {"GOROOT": root, "GOMAXPROCS": "2", "GOGC": "400"}
    config = ["-importcfg", f"{folder}/importcfg"]
    compiling = ["-o", "main.a", "-p", "main", "-complete", "-trimpath", FOLDER, *config, "-pack"]
    linking = ["-o", "solution", *config, "-s", "-w", "-buildmode=exe", "main.a"]
    steps = [
        step([programs[0], *compiling, "solution.go", _HARNESS], read, execute, environment),
        step([programs[1], *linking], read, execute, environment),
    ]

    def recipe(program: Program) -> Recipe:
        files = {_HARNESS: _go_harness(program)}
        built = native("solution.go", [steps], files=files)
        built["text"] = _go_source(program)
        built["environment"] = {"GOTRACEBACK": "single"}
        built["memory_overhead"] = _GO_OVERHEAD
        return built

    hello = Program(
        "go", 'package main\nimport "fmt"\nfunc main() { var a int; fmt.Scan(&a); fmt.Print(a * 2) }'
    )
    return Toolchain(
        "go",
        f"Go {version}",
        (*read, *execute),
        recipe,
        hello,
        complaint=messages.of_go,
        trace=messages.go_trace,
        words_first=True,
        prepared=(Prepared.of(folder),),
    )


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
        listed = run([go, "list", "-export", "-f", packages, "std"], cwd=folder, environment=environment)
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
            run([compiler, *options, "-o", f"{name}.a", f"{name}.go"], cwd=folder)
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
    return without_comments(re.sub(r"`[^`]*`", '""', source))


GO: Final = Finder("go", "go", _go)
