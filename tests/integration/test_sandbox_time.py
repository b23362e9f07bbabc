"""Fairness of time: CPU time decides, the clock only stops, and what is not the candidate's is not counted."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from runtime.sandbox import CodeRun, Limits, Program, Submission, TestCase, TestInput, execute
from runtime.sandbox.engines import Engines, all_engines
from runtime.sandbox.wasm_python import WasmPython

SLEEPS = "import time\ndef f(x):\n    time.sleep(x)\n    return x"


@pytest.fixture(scope="module")
def engine() -> Iterator[Engines]:
    with all_engines(workers=1) as engines:
        yield engines


def call(engine: Engines | WasmPython, code: str, *arguments: float, limits: Limits) -> CodeRun:
    tests = tuple(TestCase(args=(argument,), expected=argument) for argument in arguments)
    submission = Submission(language="python", code=code, function_name="f", tests=tests, limits=limits)
    return execute(engine, submission)


def verdicts(run: CodeRun) -> list[str]:
    return [result.verdict for result in run.results]


def test_a_test_that_the_submissions_end_cuts_short_was_not_run(engine: Engines) -> None:
    # Each may sleep for 9 s; the third has half a second left of the submission.
    run = call(engine, SLEEPS, 0.4, 0.4, 2.0, 0.1, limits=Limits(cpu_s=1, submission_s=1.3))
    assert verdicts(run) == ["AC", "AC", "NR", "NR"]
    assert run.results[2].error == "not run: the submission's 1.3 s were used up"


def test_the_other_engine_says_so_too(engine: Engines) -> None:
    if "c" not in {language.name for language in engine.languages()}:
        pytest.skip("no C here")
    code = """
    #include <stdio.h>
    #include <unistd.h>
    int main(void) { int tenths; if (scanf("%d", &tenths) == 1) usleep(tenths * 100000); printf("%d", tenths); }
    """
    tests = tuple(TestCase(stdin=str(tenths), expected=str(tenths)) for tenths in (10, 600, 1))
    submission = Submission(language="c", code=code, tests=tests, limits=Limits(cpu_s=1, submission_s=3))
    assert verdicts(execute(engine, submission)) == ["AC", "NR", "NR"]


def test_a_test_that_takes_all_of_the_submissions_time_for_itself_is_too_slow(engine: Engines) -> None:
    run = call(engine, SLEEPS, 60, 0.1, limits=Limits(cpu_s=1, submission_s=1))
    assert verdicts(run) == ["TLE", "NR"]


def test_a_test_that_the_machine_gave_no_time_to_was_not_run(monkeypatch: pytest.MonkeyPatch) -> None:
    with WasmPython(workers=1) as engine:
        engine.languages()
        (worker,) = engine._idle
        began = time.monotonic()
        # A tenth of a CPU all along: at work, and kept from it.
        monkeypatch.setattr(worker, "cpu_s", lambda: (time.monotonic() - began) * 0.1)
        run = call(engine, SLEEPS, 60, 0.1, limits=Limits(cpu_s=1, submission_s=1))
    assert verdicts(run) == ["NR", "NR"]


def test_after_a_test_that_takes_too_long_each_of_the_others_gets_its_result(engine: Engines) -> None:
    code = "def f(x):\n    while x in (1, 3): pass\n    return x"
    run = call(engine, code, 0, 1, 2, 3, 4, limits=Limits(cpu_s=0.1))
    assert verdicts(run) == ["AC", "TLE", "AC", "TLE", "AC"]


@pytest.mark.parametrize("language", ["javascript", "typescript", "sql"])
def test_other_languages_go_on_after_a_timeout_too(engine: Engines, language: str) -> None:
    if language == "sql":
        code = (
            "with recursive r(n) as (select 1 union all select n + 1 from r limit (select x from t)) "
            "select count(*) from r"
        )
        tests = tuple(
            TestCase(stdin=f"create table t as select {n} as x", expected=[[n]]) for n in (3, -1, 4)
        )
        submission = Submission(language="sql", code=code, tests=tests, limits=Limits(cpu_s=0.1))
    else:
        code = "function f(x) { while (x === -1); return x }"
        tests = tuple(TestCase(args=(n,), expected=n) for n in (3, -1, 4))
        submission = Submission(
            language=language, code=code, function_name="f", tests=tests, limits=Limits(cpu_s=0.1)
        )
    assert verdicts(execute(engine, submission)) == ["AC", "TLE", "AC"]


def test_waiting_for_a_seat_is_not_the_candidates_time() -> None:
    with WasmPython(workers=1) as engine:
        seated = engine.run(Program("python", "def f(): return 1", "f"), [TestInput()] * 2, Limits())
        next(seated)
        waited: list[CodeRun] = []
        waiting = threading.Thread(
            target=lambda: waited.append(call(engine, SLEEPS, 0.1, limits=Limits(cpu_s=0.1, submission_s=1)))
        )
        waiting.start()
        time.sleep(1.5)  # longer than the whole submission may take
        assert not waited
        seated.close()  # type: ignore[attr-defined]
        waiting.join()
    assert verdicts(waited[0]) == ["AC"]
    assert waited[0].results[0].wall_ms < 1000


COUNTING = {
    "python": "def f(n):\n    t = 0\n    for i in range(n): t += i % 7\n    return t % 1",
    "javascript": "function f(n) { let t = 0; for (let i = 0; i < n; i++) t += i % 7; return t % 1 }",
    "typescript": "function f(n: number): number { let t = 0; for (let i = 0; i < n; i++) t += i % 7; return t % 1 }",
    "sql": "with recursive r(n) as (select 1 union all select n + 1 from r limit {n}) select sum(n) % 1 from r",
}


def counted(engine: Engines, language: str, count: int, limits: Limits) -> CodeRun:
    code = COUNTING[language].replace("{n}", str(count))
    if language == "sql":
        test = TestCase(stdin="", expected=[[0]])
        return execute(engine, Submission(language=language, code=code, tests=(test,), limits=limits))
    test = TestCase(args=(count,), expected=0)
    return execute(
        engine, Submission(language=language, code=code, function_name="f", tests=(test,), limits=limits)
    )


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("language", COUNTING)
def test_a_busy_machine_does_not_make_a_program_too_slow(engine: Engines, language: str) -> None:
    # A program that takes more than half of its CPU time, measured here while the machine is quiet.
    count, limits = 100_000, Limits(cpu_s=0.5)
    while (spent := counted(engine, language, count, Limits(cpu_s=10)).results[0].cpu_ms or 0) < 1000:
        count = int(count * max(1.2, min(8, 1200 / spent)))
    with ExitStack() as loops:
        for _ in range(2):
            loop = loops.enter_context(subprocess.Popen([sys.executable, "-c", "while True: pass"]))
            loops.callback(loop.kill)
        for _ in range(3):
            result = counted(engine, language, count, limits).results[0]
            assert result.verdict == "AC", result
