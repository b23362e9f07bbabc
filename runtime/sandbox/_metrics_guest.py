# ruff: noqa: SLF001
"""Measures source text inside the WebAssembly interpreter: complexity of Python by its own parser and of the rest by
`lizard`, faults by `pyflakes`; baked into the snapshot with `_guest.py`. All read the text and run none of it."""

import ast
import contextlib

import _room  # type: ignore[import-not-found]
from lizard_core.extensions import get_extensions
from lizard_core.file_analyzer import FileAnalyzer
from pyflakes.checker import Checker

_FILES = {
    "javascript": "a.js",
    "typescript": "a.ts",
    "java": "a.java",
    "c": "a.c",
    "cpp": "a.cpp",
    "go": "a.go",
}
_DECISIONS = (
    *(ast.If, ast.IfExp, ast.For, ast.AsyncFor, ast.While),
    *(ast.ExceptHandler, ast.comprehension, ast.match_case),
)
_analyzer = FileAnalyzer(get_extensions([]))


def _complexities(tree: ast.AST) -> list[int]:
    """Of each function, one in another counting for itself: lizard takes functions of one line for a single one."""
    found: list[int] = []
    pending: list[tuple[ast.AST, int | None]] = [(tree, None)]
    while pending:
        node, function = pending.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            function = len(found)
            found.append(1)
        elif function is not None:
            if isinstance(node, _DECISIONS):
                found[function] += 1
            if isinstance(node, ast.BoolOp):
                found[function] += len(node.values) - 1
            elif isinstance(node, ast.comprehension):
                found[function] += len(node.ifs)
        pending += [(child, function) for child in ast.iter_child_nodes(node)]
    return found


def measure(language: str, source: str) -> str:
    """A frame whose value is `{complexity, functions, lint}`; null for what is not measured in the language."""
    value: dict[str, int | None] = {"complexity": None, "functions": None, "lint": None}
    if language == "python":
        with contextlib.suppress(Exception):
            tree = ast.parse(source.removeprefix("\ufeff"))
            found = _complexities(tree)
            value["complexity"], value["functions"] = max(found, default=1), len(found)
            value["lint"] = len(Checker(tree, filename="a.py").messages)
    elif language in _FILES:
        with contextlib.suppress(Exception):  # a reader that stumbles over what is no program
            found = _analyzer.analyze_source_code(_FILES[language], source).function_list
            value["complexity"] = max((one.cyclomatic_complexity for one in found), default=1)
            value["functions"] = len(found)
    return _room._returned(value)  # type: ignore[no-any-return]


measure("python", "def f(x):\n    if x: return 1\n")
for _language in _FILES:
    measure(_language, "int f(int x) { if (x) return 1; }")
