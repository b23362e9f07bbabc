"""What a submission's source is like is measured where reading it can do no harm, and the run is kept with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from runtime.sandbox import (
    EngineExecutor,
    Limits,
    Metrics,
    Program,
    SandboxUnavailable,
    Submission,
    TestCase,
    TestInput,
    execute,
)
from runtime.sandbox.engine import Measures
from runtime.sandbox.engines import Engines, all_engines
from runtime.sandbox.submission import CodeRequest
from runtime.sandbox.tool import answer
from runtime.sandbox.wasm_javascript import WasmJavaScript
from runtime.sandbox.wasm_python import WasmPython


@pytest.fixture(scope="module")
def engine() -> Iterator[Engines]:
    with all_engines(workers=1) as engines:
        yield engines


BRANCHES = {
    "python": "def f(x):\n    if x:\n        return 1\n\n    return 2 if x else 3\n",
    "javascript": "const f = x => {\n  if (x) return 1\n\n  return x ? 2 : 3\n}",
    "typescript": "function f(x: number): number {\n  if (x) return 1\n\n  return x ? 2 : 3\n}",
    "java": "class A { int f(int x) {\n  if (x > 0) return 1;\n\n  return x > 1 ? 2 : 3;\n} }",
    "c": "int f(int x) {\n  if (x) return 1;\n\n  return x ? 2 : 3;\n}",
    "cpp": "int f(int x) {\n  if (x) return 1;\n\n  return x ? 2 : 3;\n}",
    "go": "func f(x int) int {\n  if x > 0 { return 1 }\n\n  if x > 1 { return 2 }\n  return 3\n}",
}


@pytest.mark.parametrize("language", BRANCHES)
def test_lines_complexity_and_functions_are_counted(engine: Engines, language: str) -> None:
    found = engine.measure(language, BRANCHES[language])
    assert (found.complexity, found.functions) == (3, 1)
    assert found.lines == sum(1 for line in BRANCHES[language].splitlines() if line.strip())


@pytest.mark.parametrize(
    ("code", "complexity", "functions"),
    [
        ("def f(x): return 1 if x else 2\ndef g(y): return y\nclass A:\n    def m(self): return 1\n", 2, 3),
        ("async def f(): pass", 1, 1),
        ("def f(a, b):\n    return [x for x in a if x and b or not x]", 5, 1),
        ("def f():\n    def g(x):\n        while x: x -= 1\n    for _ in g(1): pass", 2, 2),
        ("f = lambda x: x if x else 2\nif f: pass", 1, 0),
        ("def f(x):\n    match x:\n        case 1: return 1\n        case _: return 2", 3, 1),
        ("def f(x):\n    try: return x\n    except OSError: return 1\n    except KeyError: return 2", 3, 1),
        ("def f(:", None, None),
    ],
)
def test_functions_of_python_are_told_apart(
    engine: Engines, code: str, complexity: int | None, functions: int | None
) -> None:
    found = engine.measure("python", code)
    assert (found.complexity, found.functions) == (complexity, functions)


@pytest.mark.parametrize(
    ("code", "lint"),
    [("import os\ndef f(x):\n    return y\n", 2), ("def f(x):\n    return x\n", 0), ("def f(:", None)],
)
def test_python_is_linted(engine: Engines, code: str, lint: int | None) -> None:
    assert engine.measure("python", code).lint == lint


def test_what_is_not_measured_in_a_language_is_null(engine: Engines) -> None:
    assert engine.measure("sql", "select 1\n\n") == Metrics(lines=1)
    assert engine.measure("javascript", "let a").lint is None


@pytest.mark.parametrize(
    "code",
    [
        "(" * 30_000,
        "if " * 20_000,
        "\0",
        "# \ud800",
        "'''" * 999,
        "/*" * 20_000,
        "f(" * 20_000 + ")" * 20_000,
    ],
)
@pytest.mark.parametrize("language", ["python", "typescript"])
def test_source_that_is_no_program_is_measured_as_far_as_it_goes(
    engine: Engines, language: str, code: str
) -> None:
    assert engine.measure(language, code).lines == 1
    assert engine.measure("python", "def f(x):\n    return x\n").complexity == 1


def test_source_is_read_and_never_run(engine: Engines) -> None:
    assert engine.measure("python", "while True: pass").lines == 1
    run = execute(engine, Submission(language="python", code="import lizard_core"))
    assert "No module named 'lizard_core'" in (run.results[0].error or "")


def test_source_is_measured_while_every_seat_is_taken() -> None:
    with WasmPython(workers=1, queue=0, wait_s=0.05) as python:
        seated = python.run(Program("python", "def f(): return 1", "f"), [TestInput()] * 2, Limits())
        next(seated)
        assert python.measure("python", "def f(): return 1").functions == 1
        seated.close()  # type: ignore[attr-defined]


def test_one_process_measures_text_after_text_and_a_new_one_after_it_was_ended() -> None:
    with WasmPython(workers=1) as python:
        measured = [python.measure("python", BRANCHES["python"]).complexity for _ in range(3)]
        (before,) = python._reader.processes
        measured.append(python.measure("java", BRANCHES["java"]).complexity)
        assert python._reader.processes == {before}
        python.rest()
        measured.append(python.measure("python", BRANCHES["python"]).complexity)
        assert python._reader.processes != {before}
    assert measured == [3] * 5


def test_lines_are_counted_without_an_interpreter_where_nothing_else_is_measured() -> None:
    with WasmPython(workers=1) as python:
        python.close()
        assert python.measure("sql", "select 1\n\nfrom t") == Metrics(lines=2)
        with pytest.raises(SandboxUnavailable):
            python.measure("python", "")


def test_runs_of_the_platform_carry_their_metrics(engine: Engines) -> None:
    submission = Submission(
        language="javascript",
        code=BRANCHES["javascript"],
        function_name="f",
        tests=(TestCase(args=(1,), expected=1),),
    )
    run = EngineExecutor(engine).execute(submission)
    assert run.metrics is not None
    assert (run.metrics.lines, run.metrics.complexity) == (4, 3)
    told = answer(engine, CodeRequest(code=BRANCHES["python"], language="python"))
    assert told["metrics"] == {"lines": 4, "complexity": 3, "functions": 1, "lint": 0}


def test_without_an_engine_that_measures_there_are_runs_without_metrics() -> None:
    with Engines(WasmJavaScript(workers=1)) as engines:
        assert isinstance(engines, Measures)
        with pytest.raises(SandboxUnavailable, match="measures"):
            engines.measure("python", "")
        assert EngineExecutor(engines).execute(Submission(language="javascript", code="")).metrics is None
