"""C and C++, by GCC: linked statically, the harness and the library precompiled."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from ... import machine_code
from ...engine import Program
from .. import c_functions
from .toolchain import (
    PATH,
    ROOMS,
    UNFINDABLE,
    Finder,
    NotAProgram,
    NoToolchain,
    Prepared,
    Recipe,
    Toolchain,
    libraries_of,
    native,
    normal,
    output,
    run,
    step,
    version,
    which,
    without_comments,
)

_DIAGNOSTICS: Final = ("-w", "-pipe", "-fdiagnostics-color=never", "-fmax-errors=20")
_HEADER: Final = "room.hpp"
_WHOLE: Final = "whole.hpp"
# Sources in which a called name's functions are counted, and what is read of one's parameters.
_MOST_SCOPES: Final = 2_000
_LONGEST_PARAMETERS: Final = 2_000
_STATIC: Final = ("-static", "-Wl,--strip-debug")


def _c(directory: Path) -> Toolchain:
    driver = which("gcc")
    read, execute = _compiler_paths(driver, "c", "cc1")
    bounds = _bounds(directory, driver)
    read = (*read, str(bounds.parent))
    options = [driver, "-std=gnu17", "-O2", *_DIAGNOSTICS]
    linked = [str(bounds), "-lm"]
    try:
        calls = _cpp_tools(directory)
    except UNFINDABLE:
        calls = None

    def recipe(program: Program) -> Recipe:
        if program.function_name is None:
            arguments = [*options, *_STATIC, "-o", "solution", "solution.c", *linked]
            return native("solution.c", [[step(arguments, read, execute)]])
        if calls is None:
            raise NotAProgram("functions in C are not called here, where there is no C++: write a program")
        try:
            harness = c_functions.harness(
                program.source, without_comments(program.source), program.function_name
            )
        except c_functions.Unlike as told:
            raise NotAProgram(str(told)) from None
        before = ["-include", "preamble.h", "-Dmain=prepai_main_of_the_candidate"]
        compiling = [*options, *before, "-c", "-o", "solution.o", "solution.c"]
        included = [*calls.options, "-include", f"{calls.folder}/{_HEADER}", *_STATIC]
        linking = [*included, "-o", "solution", "harness.cpp", "solution.o", *linked]
        steps = [step(compiling, read, execute), step(linking, calls.read, calls.execute)]
        files = {"harness.cpp": harness, "preamble.h": c_functions.PREAMBLE}
        return native("solution.c", [steps], files=files)

    hello = Program(
        "c", '#include <stdio.h>\nint main(void){int a; if(scanf("%d",&a)==1) printf("%d", a*2); return 0;}'
    )
    paths = {*read, *execute, *((*calls.read, *calls.execute) if calls else ())}
    title = f"gcc {version(driver)}, GNU C17, -O2"
    prepared = tuple(map(Prepared.of, {bounds.parent, *((calls.folder,) if calls else ())}))
    return Toolchain("c", title, tuple(sorted(paths)), recipe, hello, prepared=prepared)


def _bounds(directory: Path, driver: str) -> Path:
    """What every program is linked with."""
    source = ROOMS / "bounds.c"

    def build(folder: Path) -> None:
        run([driver, "-O2", "-c", str(source), "-o", "bounds.o"], cwd=folder)

    return (
        machine_code.ensure(directory, "kernel-c", source.read_bytes(), version(driver), build=build)
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


def _cpp_tools(directory: Path) -> _CppTools:
    driver = which("g++")
    read, execute = _compiler_paths(driver, "c++", "cc1plus")
    options = (driver, "-std=gnu++20", "-O2", *_DIAGNOSTICS)
    header = ROOMS / _HEADER
    facts = (header.read_bytes(), version(driver), " ".join(options))
    folder = machine_code.ensure(directory, "kernel-cpp", *facts, build=_precompiled([*options], header))
    bounds = _bounds(directory, driver)
    return _CppTools(driver, options, folder, bounds, (*read, str(folder), str(bounds.parent)), execute)


def _cpp(directory: Path) -> Toolchain:
    tools = _cpp_tools(directory)
    options, read, execute = tools.options, tools.read, tools.execute

    def attempt(header: str | None, *source: str) -> list[Recipe]:
        included = ["-include", f"{tools.folder}/{header}"] if header else []
        return [
            step([*options, *included, *_STATIC, "-o", "solution", *source, str(tools.bounds)], read, execute)
        ]

    def recipe(program: Program) -> Recipe:
        plain = without_comments(program.source)
        everything = re.search(r"#\s*include\s*<bits/stdc\+\+\.h>", program.source)
        if program.function_name is None:
            # Everything of the library included first is what the header's time is saved by; a name of the candidate's
            # that clashes with one they did not ask for is theirs to use, so what fails is tried again without. That
            # attempt is the candidate's own, so it comes first where it says what is wrong.
            chosen = _WHOLE if everything else _HEADER
            return native("solution.cpp", [attempt(chosen, "solution.cpp"), attempt(None, "solution.cpp")])
        call = _cpp_function(program.source, program.function_name)
        included = '#define main prepai_main_of_the_candidate\n#include "solution.cpp"\n#undef main\n'
        # `signed`, because `#define int long long` is in the habit of being there.
        main = f"{included}signed main() {{ return prepai_room::serve(&{call}); }}\n"
        by_count = _by_count(plain, call)
        # LeetCode puts the whole library and its namespace before a solution, and solutions rely on it.
        spelled = "std::" in plain or re.search(r"\busing\s+namespace\s+std\b", plain)
        plainly = attempt(_WHOLE if everything or "#" not in plain else _HEADER, "harness.cpp")
        as_there = attempt(_WHOLE, "preamble.cpp")
        attempts = [plainly, as_there] if spelled else [as_there, plainly]
        files = {"harness.cpp": main, "preamble.cpp": "using namespace std;\n" + main}
        if by_count is not None:
            chosen = _HEADER if spelled and "#" in plain and not everything else _WHOLE
            attempts = [attempt(chosen, "harness.count.cpp"), *attempts]
            files["harness.count.cpp"] = ("" if spelled else "using namespace std;\n") + included + by_count
        built = native("solution.cpp", attempts, files=files)
        # What is not closed in the source ends in ours, and a compiler then speaks of that.
        theirs = ["-include", f"{tools.folder}/{_WHOLE}"]
        if not spelled:
            files["preamble.h"] = "using namespace std;\n"
            theirs += ["-include", "preamble.h"]
        built["alone"] = step([*options, *theirs, "-S", "-o", "alone.s", "solution.cpp"], read, execute)
        return built

    hello = Program("cpp", "#include <iostream>\nint main(){int a; std::cin >> a; std::cout << a * 2;}")
    title = f"g++ {version(tools.driver)}, GNU C++20, -O2"
    prepared = (Prepared.of(tools.folder), Prepared.of(tools.bounds.parent))
    return Toolchain("cpp", title, (*read, *execute), recipe, hello, prepared=prepared)


def _precompiled(options: list[str], header: Path) -> Callable[[Path], None]:
    def build(folder: Path) -> None:
        shutil.copy(header, folder / header.name)
        (folder / _WHOLE).write_text(
            f'#include <bits/stdc++.h>\n#include "{header.name}"\n', encoding="utf-8"
        )
        for name in (header.name, _WHOLE):
            run([*options, "-x", "c++-header", name, "-o", f"{name}.gch"], cwd=folder)

    return build


def _cpp_function(source: str, name: str) -> str:
    """How to name the function in C++: free, or a method of `Solution` or of the class that is named.

    Raises:
        NotAProgram: it is nowhere in the source.
    """
    owner, _, method = name.rpartition(".")
    plain = without_comments(source)
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


def _by_count(plain: str, call: str) -> str | None:
    """A `main` that chooses among functions of one name by the number of the test's arguments, default ones counted.
    None where there is nothing to choose."""
    owner, _, method = call.rpartition("::")
    fewest, every = _counts(plain, owner, method)
    if not fewest or (len(every) < 2 and all(least == most for most, least in fewest.items())):
        return None
    lines = []
    for most in fewest:
        types = [f"A{number}" for number in range(most)]
        shape = f"prepai_room::Shape<{', '.join(['R', *types])}> prepai_shape_{most}"
        given, typed = ", ".join(types), "".join(f", class {name}" for name in types)
        lines += [
            f"template <class R{typed}> {shape}(R (*)({given}));",
            f"template <class S, class R{typed}> {shape}(R (S::*)({given}));",
            f"template <class S, class R{typed}> {shape}(R (S::*)({given}) const);",
        ]
    named = f"self.{method}" if owner else method
    lines += [
        "signed main() {",
        f"static {owner} self{{}};" if owner else "",
        "return prepai_room::served([](prepai_room::Tokens& tokens) {",
        "auto call = [](auto&&... values) -> decltype(auto) "
        f"{{ return {named}(std::forward<decltype(values)>(values)...); }};",
        "switch (prepai_room::arguments(tokens)) {",
    ]
    counts = sorted({count for most, least in fewest.items() for count in range(least, most + 1)})
    for count in counts:
        most = min(most for most, least in fewest.items() if least <= count <= most)
        shaped = f"decltype(prepai_shape_{most}(&{call})){{}}"
        lines.append(f"case {count}: return prepai_room::called_with<{count}>({shaped}, call, tokens);")
    told = f"the function takes {' or '.join(map(str, counts))} arguments; the test has "
    other = f'"{told}" + std::to_string(prepai_room::arguments(tokens))'
    lines.append(f'default: return prepai_room::frame("raised", {other}); }} }}); }}')
    return "\n".join(lines) + "\n"


def _counts(plain: str, owner: str, method: str) -> tuple[dict[int, int], set[int]]:
    """How many parameters each function of the name has that the tests may call, and how many of them must be given;
    and how many those have, too, that they may not call. Empty where that is not to be read from the source."""
    scopes: list[str] = []
    public = True
    fewest: dict[int, int] = {}
    every: set[int] = set()
    tokens = (
        r"\b(?P<kind>class|struct)\s+(?P<scope>\w+)[^;{}()]{0,200}\{|[{}]|\b(?P<access>public|private|protected)\s*:(?!:)"
        rf"|(?<!::)\b{re.escape(method)}\s*+\("
    )
    for seen, token in enumerate(re.finditer(tokens, plain)):
        if seen > _MOST_SCOPES:
            return {}, set()
        if token[0].endswith("{"):
            scopes.append(token["scope"] or "")
            public = token["kind"] != "class" if scopes == [owner] else public
        elif token[0] == "}":
            scopes = scopes[:-1]
        elif scopes != ([owner] if owner else []):
            continue
        elif token["access"]:
            public = token["access"] == "public"
        else:
            counted = _parameters(plain[token.end() : token.end() + _LONGEST_PARAMETERS])
            if counted is None:
                return {}, set()
            most, least = counted
            every.add(most)
            if public:
                fewest[most] = min(least, fewest.get(most, most))
    return fewest, every


def _parameters(text: str) -> tuple[int, int] | None:
    """Of what follows the opening parenthesis: how many parameters, and how many without a default argument."""
    depth, part, parts = 0, "", []
    for character in text:
        if depth == 0 and character in ",)":
            parts.append(part.strip())
            part = ""
            if character == ")":
                break
            continue
        depth += (character in "([{<") - (character in ")]}>")
        part += character if depth == 0 or character == "." else ""
    else:
        return None
    if "..." in "".join(parts):
        return None
    parts = [] if parts in ([""], ["void"]) else parts
    return len(parts), sum("=" not in one for one in parts)


def _program(driver: str, name: str) -> str | None:
    told = output([driver, f"-print-prog-name={name}"])
    return told if told.startswith("/") else shutil.which(told, path=PATH)


def _compiler_paths(driver: str, language: str, compiler: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What a compiler reads and what it executes."""
    names = (compiler, "collect2", "lto-wrapper", "as", "ld")
    programs = [driver, *(path for name in names if (path := _program(driver, name)) is not None)]
    search = output([driver, f"-x{language}", "-E", "-v", "/dev/null"], errors=True)
    includes = [
        line.strip() for line in search.splitlines() if line.startswith(" /") and Path(line.strip()).is_dir()
    ]
    files = [
        output([driver, f"-print-file-name={name}"])
        for name in ("libc.a", "crt1.o", "crtbeginT.o", "libgcc.a", "libm.a", "libstdc++.a")
    ]
    if not files[0].startswith("/"):
        raise NoToolchain(f"{driver} has no static C library (libc.a)")
    folders = {str(Path(file).parent.resolve()) for file in files if file.startswith("/")}
    read = [*map(normal, includes), *sorted(folders)]
    loaders, libraries = libraries_of(programs)
    return (*read, *libraries), (*map(normal, programs), *loaders)


C: Final = Finder("c", "gcc", _c)
CPP: Final = Finder("cpp", "g++", _cpp)
