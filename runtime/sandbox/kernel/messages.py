"""What toolchains and runtimes say, as the candidate may read it: their own lines, and nothing of the harness.

The one place where that is decided. The text is the candidate's to influence; only lines are dropped or cut here.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_MOST_SHOWN: Final = 8000
_MOST_FRAMES: Final = 10
_MOST_ERROR: Final = 4000
_EXHAUSTED: Final = re.compile(
    r"(?m)^(?:virtual memory exhausted|.*: out of memory allocating|fatal error: .*(?:out of|cannot allocate) memory|"
    r"cc1(?:plus)?: error: .*emory|"
    r"\S+: (?:fatal error|internal compiler error): (?:Killed|CPU time limit exceeded) signal terminated program |"
    r"collect2: fatal error: ld terminated with signal (?:9|24) )"
)
_HARNESS: Final = ("harness.", "room.", "whole.hpp", "preamble.")


def compiled(text: str, complaint: Callable[[list[str]], list[str]]) -> str:
    """What a compiler said of the source. complaint: picks the candidate's out of its lines."""
    if _EXHAUSTED.search(text):
        return "the compiler needed more time or memory than it has"
    told = "\n".join(complaint(text.splitlines())).strip() or "the compiler ended without a word"
    return told if len(told) <= _MOST_SHOWN else told[:_MOST_SHOWN] + "\n..."


def uncalled(error: str) -> str:
    """The harness's word that it could not make the call, with whose it is: nothing of the candidate's has run."""
    if not re.match(
        r"argument \d+: |[\w.]+ takes \d+ arguments|the function takes [\d, or]+ arguments", error
    ):
        return error[:_MOST_ERROR].rstrip()
    return f"{error}\nThe test and the function's parameters do not fit together, so it was not called."


def died(said: str, ending: str, *, words_first: bool) -> str:
    """Why a program broke: the last of what it wrote to standard error, already cleaned, and how it ended.
    words_first: the first of it, where a runtime lists its frames after its words."""
    if words_first:
        said = said[:_MOST_ERROR]
    return f"{said[-_MOST_ERROR:].rstrip()}\n{ending}".strip()


# --- C and C++ ---

_PLACE: Final = re.compile(r"(?P<file>[^\s:][^:]*):(?:\d+:)+\s+(?P<what>.*)")
_SCOPE: Final = re.compile(
    r"(?P<file>[^\s:][^:]*): (?:In |At global scope)|In file included from|\s+from .*[,:]$"
)
_LINKER: Final = re.compile(r".*\(\.[\w.]+\+0x[0-9a-f]+\): (?P<what>.*)")
_NOISE: Final = re.compile(
    r"collect2: |compilation terminated|\S*\bld: \S+: in function |\{standard input\}: Assembler|"
    r"\{standard input\}: .*No such file"
)
# What the harness's lines fail for, in words of the task.
_REASONS: Final = (
    (r"static assertion failed: (this .*)", r"\1"),
    (
        r"no matching function for call to '(?:serve|prepai_shape_\d+)\(<unresolved.*",
        "several functions, or a template, have the called name",
    ),
    (r"no matching function for call to '(\w+)::\1\(.*", r"the class \1 needs a constructor without arguments"),
    (r"cannot declare variable 'self' to be of abstract type '(\w+)'", r"the class \1 is abstract"),
    (r"('.*') is (private|protected) within this context", r"\1 is \2: the tests call it from outside its class"),
    (r"undefined reference to `main'", "the program has no main function"),
    (r"Fatal error: can't write .*File too large.*", "the program would be larger than a program may be"),
    (r".*: final link failed: File too large.*", "the program would be larger than a program may be"),
)  # fmt: skip


def of_gcc(lines: list[str]) -> list[str]:
    """Of what GCC and its linker say: the lines about the candidate's files; where there are none, why in words."""
    kept: list[str] = []
    elsewhere: list[str] = []
    scope, showing = "", False
    for line in lines:
        if (linked := _LINKER.fullmatch(line)) is not None:
            elsewhere.append(_in_words(linked["what"]))
            showing = False
        elif _NOISE.match(line):
            showing = False
        elif (found := _SCOPE.match(line)) is not None:
            scope, showing = (line if _theirs(found["file"] or "/") else ""), False
        elif (place := _PLACE.fullmatch(line)) is not None:
            showing = _theirs(place["file"])
            if showing and line in kept and "error: " not in line:
                showing = False
            elif showing:
                kept += [scope] if scope else []
                kept.append(line)
                scope = ""
            elif "error: " in place["what"]:
                elsewhere.append(_in_words(place["what"].partition("error: ")[2]))
        elif line.startswith("{standard input}: ") or re.match(r"\S*\bld: ", line):
            elsewhere.append(_in_words(line.partition(": ")[2]))
            showing = False
        elif showing or not line.startswith(" "):
            kept.append(line)
    of_theirs = any("error" in line for line in kept)
    return kept if of_theirs else [*dict.fromkeys(elsewhere), *kept]


def _in_words(complaint: str) -> str:
    for pattern, words in _REASONS:
        if (found := re.fullmatch(pattern, complaint)) is not None:
            return found.expand(words)
    return complaint


def _theirs(file: str) -> bool:
    return not file.startswith(("/", *_HARNESS))


# --- Go ---


def of_go(lines: list[str]) -> list[str]:
    """Of what Go's compiler and linker say: all but the lines about the harness."""
    told = []
    for line in lines:
        if line.startswith(("# ", "\tharness.")):
            continue
        told.append(re.sub(r"^harness\.go:[\d:]+ ", "", line))
    undefined = "function main is undeclared in the main package"
    return ["the program has no main function" if undefined in line else line for line in told]


def go_trace(text: str) -> str:
    """The runtime's message, and of each goroutine the frames in the candidate's file."""
    start = re.search(r"(?m)^(?:goroutine \d+ .*\[|runtime stack:$)", text)
    if start is None:
        return text
    message = "".join(
        line for line in text[: start.start()].splitlines(True) if not line.startswith("runtime: sp=")
    )
    told = [message.rstrip()]
    for block in re.split(r"\n\n+", text[start.start() :]):
        head, *lines = block.split("\n")
        frames = [
            f"{re.sub(r'[(][^()]*[)]$', '(...)', name)}\n{re.sub(r' [+]0x.*', '', place)}"
            for name, place in zip(lines[::2], lines[1::2], strict=False)
            if place.startswith("\tsolution.go:")
        ]
        if frames:
            head = head.replace(", locked to thread", "").replace(" [copystack]", " [running]")
            more = ["..."] if len(frames) > _MOST_FRAMES else []
            told.append("\n".join([head, *frames[:_MOST_FRAMES], *more]))
    return "\n\n".join(told) + "\n"


# --- Java ---

_JAVA_OURS: Final = re.compile(
    r"\s+at (?:app//)?(?:Room[.$]|java\.base/(?:jdk\.internal\.reflect|java\.lang\.reflect|java\.lang\.Thread\.run\())"
)


def java_trace(text: str) -> str:
    """An exception's trace without the frames of the harness."""
    kept: list[str] = []
    frames = 0
    for line in text.splitlines(True):
        if _JAVA_OURS.match(line):
            continue
        frame = line.startswith("\tat ")
        frames = frames + 1 if frame else 0
        if frames <= _MOST_FRAMES:
            kept.append(line)
        elif frames == _MOST_FRAMES + 1:
            kept.append("\t...\n")
    return "".join(kept)


# --- Python ---


def python_trace(text: str) -> str:
    """With the library's files by their names in it: where this machine keeps them is nobody's business."""
    return re.sub(r'(?m)^([ \t]*(?:\| +)?File ")/[^"\n]*/(python3\.\d+/)', r"\1\2", text)
