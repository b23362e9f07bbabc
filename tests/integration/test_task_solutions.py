"""The coding tasks in the languages they are offered in, run by the real engines as a candidate's code is."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import JsonValue

from runtime.knowledge.bank import CodingTask, load_bank
from runtime.knowledge.generated import is_generated
from runtime.sandbox import CodeRequest, CodeRun, UnsupportedLanguage, execute
from runtime.sandbox.engines import Engines, all_engines
from runtime.services.code import task_submission
from tests.task_solutions.queries import QUERIES, WRONG_QUERIES
from tests.unit import test_knowledge_tasks as native

SOLUTIONS = Path(__file__).parent / "solutions"
ALL = {task.id: task for task in load_bank().tasks}
TASKS = {task_id: task for task_id, task in ALL.items() if task.function_name}
EVERYWHERE = ("python", "javascript", "typescript")
LANGUAGES = (
    *EVERYWHERE,
    *(pytest.param(language, marks=pytest.mark.long) for language in ("java", "cpp", "go")),
)
WRITTEN = sorted(path.name for path in SOLUTIONS.iterdir() if path.is_file())
# By task: what is right but goes through everything again and again.
SLOW = sorted(path.name for path in (SOLUTIONS / "slow").iterdir())
# What the modules with the Python solutions have at their head.
HEAD = """import bisect, heapq, itertools, math
from collections import Counter, OrderedDict, defaultdict, deque
from typing import Any
PAIRS = {")": "(", "]": "[", "}": "{"}
"""


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with all_engines(workers=2) as engines:
        yield engines


def submitted(
    engines: Engines, task: CodingTask, language: str, code: str, *, name: str | None = None
) -> CodeRun:
    if language not in EVERYWHERE and language not in {known.name for known in engines.languages()}:
        pytest.skip(f"{language} does not run here; `prepai doctor` says why")
    submission = task_submission(CodeRequest(language=language, code=code), task)
    return execute(engines, submission.model_copy(update={"function_name": name or submission.function_name}))


def python(task: CodingTask, solution: Callable[..., object]) -> str:
    # Some wrong solutions call the right one.
    return HEAD + "\n".join(inspect.getsource(each) for each in {native.REFERENCES[task.id], solution})


def not_passed(run: CodeRun) -> list[str]:
    return [
        f"{result.verdict}: {result.error or result.actual}"
        for result in run.results
        if result.verdict != "AC"
    ]


@pytest.mark.parametrize("task_id", TASKS)
def test_the_python_solution_passes(engines: Engines, task_id: str) -> None:
    task = TASKS[task_id]

    assert not_passed(submitted(engines, task, "python", python(task, native.REFERENCES[task_id]))) == []


@pytest.mark.parametrize(
    ("task_id", "solution"), native.WRONG, ids=[solution.__name__ for _, solution in native.WRONG]
)
def test_a_wrong_python_solution_does_not_pass(
    engines: Engines, task_id: str, solution: Callable[..., object]
) -> None:
    code = python(TASKS[task_id], solution)

    run = submitted(engines, TASKS[task_id], "python", code, name=solution.__name__)

    assert any(result.verdict == "WA" and result.hidden for result in run.results)


def language_of(path: Path) -> str:
    return {".js": "javascript", ".py": "python"}.get(path.suffix, path.suffix.removeprefix("."))


@pytest.mark.parametrize("name", WRITTEN)
def test_a_solution_in_another_language_passes(engines: Engines, name: str) -> None:
    path = SOLUTIONS / name
    language = language_of(path)

    assert not_passed(submitted(engines, TASKS[path.stem], language, path.read_text(encoding="utf-8"))) == []


@pytest.mark.long
@pytest.mark.parametrize("name", SLOW)
def test_a_solution_that_starts_over_at_every_step_is_too_slow_in_every_language(
    engines: Engines, name: str
) -> None:
    path = SOLUTIONS / "slow" / name

    task = TASKS[path.stem]

    run = submitted(engines, task, language_of(path), path.read_text(encoding="utf-8"))

    for test, result in zip(task.tests, run.results, strict=True):
        if any(map(is_generated, test.args)):
            # A busy machine may keep its CPU time from it for so long that there is no verdict on the code.
            assert result.verdict in ("TLE", "NR")
        else:
            assert result.verdict == "AC"


def test_what_is_about_speed_has_a_slow_and_a_fast_solution_in_every_language() -> None:
    tasks = {Path(name).stem for name in SLOW}

    assert {f"{task}.{suffix}" for task in tasks for suffix in ("py", "js", "java", "cpp", "go")} == set(SLOW)
    assert {f"{task}.{suffix}" for task in tasks for suffix in ("js", "java", "cpp", "go")} <= set(WRITTEN)
    assert tasks >= {task.id for task in TASKS.values() if any(map(is_generated, given(task)))}


def given(task: CodingTask) -> list[JsonValue]:
    return [argument for test in task.tests for argument in test.args]


@pytest.mark.parametrize("task_id", TASKS)
def test_the_javascript_solution_passes_under_the_typed_declaration(engines: Engines, task_id: str) -> None:
    task = TASKS[task_id]
    body = (SOLUTIONS / f"{task_id}.js").read_text(encoding="utf-8").split("\n", 1)[1]
    declared = task.starter["typescript"].split("\n", 1)[0]

    assert not_passed(submitted(engines, task, "typescript", f"{declared}\n{body}")) == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("task_id", TASKS)
def test_what_an_editor_starts_with_runs_and_solves_nothing(
    engines: Engines, task_id: str, language: str
) -> None:
    task = TASKS[task_id]
    if language not in task.starter:
        pytest.skip(f"a function of these types is not called in {language}")

    verdicts = {
        result.verdict for result in submitted(engines, task, language, task.starter[language]).results
    }

    assert "WA" in verdicts
    assert verdicts <= {"WA", "AC"}


@pytest.mark.parametrize("task_id", QUERIES)
def test_the_query_passes(engines: Engines, task_id: str) -> None:
    assert not_passed(submitted(engines, ALL[task_id], "sql", QUERIES[task_id])) == []


@pytest.mark.parametrize(("task_id", "query"), WRONG_QUERIES, ids=[task_id for task_id, _ in WRONG_QUERIES])
def test_a_wrong_query_does_not_pass(engines: Engines, task_id: str, query: str) -> None:
    run = submitted(engines, ALL[task_id], "sql", query)

    assert any(result.verdict == "WA" and result.hidden for result in run.results)


@pytest.mark.parametrize("task_id", QUERIES)
def test_what_an_editor_starts_a_query_with_runs_and_answers_nothing(engines: Engines, task_id: str) -> None:
    run = submitted(engines, ALL[task_id], "sql", ALL[task_id].starter["sql"])

    assert {result.verdict for result in run.results} <= {"WA", "AC"}
    assert any(result.verdict == "WA" for result in run.results)


def test_a_query_is_not_written_in_another_language(engines: Engines) -> None:
    with pytest.raises(UnsupportedLanguage, match="expected one of the languages sql; got 'python'"):
        submitted(engines, ALL["data-sql-repeat-buyers"], "python", "print(1)")


def test_an_answer_whose_order_is_free_passes_in_any_order(engines: Engines) -> None:
    task = TASKS["qa-flaky-tests"]
    code = python(task, native.flaky_tests).replace("return sorted(", "return reversed_of(")
    code += "\ndef reversed_of(names):\n    return sorted(names, reverse=True)\n"

    assert not_passed(submitted(engines, task, "python", code)) == []
