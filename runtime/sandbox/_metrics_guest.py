# ruff: noqa: SLF001
"""Measures source text inside the WebAssembly interpreter: complexity by `lizard`, faults by `pyflakes`; baked into the
snapshot with `_guest.py`. Both read the text and run none of it."""

import ast
import contextlib

import _room  # type: ignore[import-not-found]
from lizard_core.extensions import get_extensions
from lizard_core.file_analyzer import FileAnalyzer
from pyflakes.checker import Checker

_FILES = {
    "python": "a.py",
    "javascript": "a.js",
    "typescript": "a.ts",
    "java": "a.java",
    "c": "a.c",
    "cpp": "a.cpp",
    "go": "a.go",
}
_analyzer = FileAnalyzer(get_extensions([]))


def measure(language: str, source: str) -> str:
    """A frame whose value is `{complexity, functions, lint}`; null for what is not measured in the language."""
    value: dict[str, int | None] = {"complexity": None, "functions": None, "lint": None}
    if language in _FILES:
        with contextlib.suppress(Exception):  # a reader that stumbles over what is no program
            found = _analyzer.analyze_source_code(_FILES[language], source).function_list
            value["complexity"] = max((one.cyclomatic_complexity for one in found), default=1)
            value["functions"] = len(found)
    if language == "python":
        with contextlib.suppress(Exception):
            value["lint"] = len(Checker(ast.parse(source), filename="a.py").messages)
    return _room._returned(value)  # type: ignore[no-any-return]


for _language in _FILES:
    measure(
        _language,
        "def f(x):\n    if x: return 1\n" if _language == "python" else "int f(int x) { if (x) return 1; }",
    )
