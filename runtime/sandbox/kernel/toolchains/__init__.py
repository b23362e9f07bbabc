"""Which compilers this machine has, what they may see of it, and how a submission is built with them: a module each.

A toolchain that is not there is not missed: its language is not listed. Every path that a compiler may read or execute
is found by asking the compiler, so that the box has those files and no others.

A language is added by a module here and its line in `_FINDERS`, with its harness in `../rooms` and what of its
compiler's words is the candidate's in `../messages.py`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from . import toolchain
from .gcc import CPP, C
from .go import GO
from .java import JAVA
from .python import PYTHON
from .toolchain import UNFINDABLE, Finder, NotAProgram, Toolchain, interpreter_paths

__all__ = ["NotAProgram", "Toolchain", "found", "here", "interpreter_paths"]

_FINDERS: Final = (C, CPP, JAVA, GO, PYTHON)


def here(*, python: bool) -> tuple[str, ...]:
    """Languages whose tools are here, known without asking them. python: natively, too."""
    return tuple(
        finder.language
        for finder in _finders(python=python)
        if finder.tool is None or shutil.which(finder.tool, path=toolchain.PATH)
    )


def found(directory: Path, *, python: bool) -> tuple[list[Toolchain], dict[str, str]]:
    """The toolchains of this machine, and why each of the others is not there.

    Args:
        directory: where what they start from is kept (a precompiled header, a class archive, Go's packages).
        python: Python too, by this interpreter.
    """
    directory = directory.resolve()  # what a box may read is named by real paths
    toolchains, reasons = [], {}
    for finder in _finders(python=python):
        try:
            toolchains.append(finder.find(directory))
        except UNFINDABLE as reason:
            reasons[finder.language] = str(reason)
    return toolchains, reasons


def _finders(*, python: bool) -> Iterator[Finder]:
    return (finder for finder in _FINDERS if python or finder is not PYTHON)
