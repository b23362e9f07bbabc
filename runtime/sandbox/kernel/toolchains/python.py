"""Python by the interpreter that runs the engine, where it is chosen instead of WebAssembly's."""

from __future__ import annotations

import platform
import sys
import sysconfig
from pathlib import Path
from typing import Final

from ...engine import Program
from .. import messages
from .toolchain import Finder, Recipe, Toolchain, interpreter_paths, libraries_of


def _python(_: Path) -> Toolchain:
    library = interpreter_paths()
    modules = [str(path) for path in Path(sysconfig.get_path("platstdlib"), "lib-dynload").glob("*.so")]
    read = (*library, *libraries_of(modules or [sys.executable])[1])

    def recipe(_program: Program) -> Recipe:
        return {"kind": "python", "rules": {"read": list(read), "execute": []}}

    hello = Program("python", "print(int(input()) * 2)")
    title = f"CPython {platform.python_version()}, native"
    return Toolchain("python", title, read, recipe, hello, trace=messages.python_trace, by_name=True)


PYTHON: Final = Finder("python", None, _python)
