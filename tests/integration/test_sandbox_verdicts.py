"""The engine's contract: every kind of program gets its verdict, every test a result, and the next run is clean."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pydantic import JsonValue

from runtime.sandbox import (
    CodeRun,
    Limits,
    Program,
    SandboxBusy,
    SandboxUnavailable,
    Submission,
    TestCase,
    TestInput,
    TestResult,
    UnsupportedLanguage,
    execute,
    languages,
)
from runtime.sandbox.probing import probe
from runtime.sandbox.wasm_python import WasmPython

QUICK = Limits(cpu_s=0.2)


@pytest.fixture(scope="module")
def engine() -> Iterator[WasmPython]:
    with WasmPython(workers=2) as engine:
        yield engine


def call(engine: WasmPython, code: str, *tests: TestCase, limits: Limits = QUICK) -> CodeRun:
    """`code` defines f; each test calls it."""
    submission = Submission(language="python", code=code, function_name="f", tests=tests, limits=limits)
    return execute(engine, submission)


def one(engine: WasmPython, code: str, *args: JsonValue, expected: JsonValue = None) -> TestResult:
    return call(engine, code, TestCase(args=args, expected=expected)).results[0]


def printed(engine: WasmPython, code: str, stdin: str = "", expected: str = "") -> TestResult:
    test = TestCase(stdin=stdin, expected=expected)
    return execute(engine, Submission(language="python", code=code, tests=(test,), limits=QUICK)).results[0]


def test_a_right_answer_is_accepted(engine: WasmPython) -> None:
    result = one(engine, "def f(a, b):\n    print('adding')\n    return a + b", 1, 2, expected=3)
    assert (result.verdict, result.actual, result.stdout) == ("AC", 3, "adding\n")
    assert result.cpu_ms is not None
    assert result.cpu_ms > 0
    assert result.peak_kb is not None
    assert 8 << 10 < result.peak_kb < 64 << 10


def test_every_answer_names_its_isolation(engine: WasmPython) -> None:
    assert call(engine, "def f(): pass", TestCase()).isolation == engine.isolation


@pytest.mark.parametrize(
    ("body", "expected", "verdict"),
    [
        ("return 2", 1, "WA"),
        ("return True", 1, "WA"),
        ("return (1, 2)", [1, 2], "AC"),
        ("return float('nan')", None, "WA"),
        ("return 0.1 + 0.2", 0.3, "AC"),
        ("return {1: 'a'}", {"1": "a"}, "AC"),
        ("return '\\ud800'", "x", "WA"),
        ("return 'a\\0b'", "a\0b", "AC"),
        ("return None", None, "AC"),
        ("return {1, 2}", [1, 2], "RE"),
        ("return object()", 1, "RE"),
        ("return b'1'", "1", "RE"),
        ("return {(1, 2): 3}", 1, "RE"),
        ("return 10 ** 500_000", 1, "RE"),
        ("return 10 ** 4000", 10**4000, "AC"),
        ("import sys; sys.set_int_max_str_digits(0); return 10 ** 5_000", 1, "RE"),
        ("a = []; a.append(a); return a", 1, "RE"),
        ("a = 1\n    for _ in range(300): a = [a]\n    return a", 1, "RE"),
        ("a = [1]\n    for _ in range(100): a = [a, a]\n    return a", 1, "OLE"),
        ("return 'x' * 2_000_000", 1, "OLE"),
        ("return [0] * 2_000_000", 1, "OLE"),
        ("return '\\n' * 900_000", 1, "OLE"),
        ("print('x' * 100_000)", None, "OLE"),
        ("1 / 0", None, "RE"),
        ("raise SystemExit(0)", None, "RE"),
        ("raise KeyboardInterrupt", None, "RE"),
        ("return f()", None, "RE"),
        ("print('\\ud800')", None, "RE"),
        ("import sys; sys.stdout.close(); print(1)", None, "RE"),
        ("import sys; sys.stdout.close(); return 1", 1, "AC"),
        ("import sys; sys.stdout = None; print(1); return 1", 1, "AC"),
        ("return bytearray(400_000_000)", None, "MLE"),
        ("while True: pass", None, "TLE"),
        ("import os; os._exit(0)", None, "RE"),
        ("import os; os.abort()", None, "RE"),
        ("import signal; signal.raise_signal(9)", None, "RE"),
    ],
)
def test_a_function_gets_its_verdict(
    engine: WasmPython, body: str, expected: JsonValue, verdict: str
) -> None:
    result = one(engine, f"def f():\n    {body}", expected=expected)
    assert result.verdict == verdict, result
    assert result.model_dump_json()


def loaded(engine: WasmPython, code: str) -> CodeRun:
    """A run of a function without tests."""
    return execute(engine, Submission(language="python", code=code, function_name="f", limits=QUICK))


def test_a_function_without_tests_is_looked_for_and_not_called(engine: WasmPython) -> None:
    run = loaded(engine, "print('loading')\ndef f(): print('called')")
    (result,) = run.results
    assert (result.verdict, result.stdout) == ("AC", "loading\n")
    assert run.all_passed is None


def test_a_function_without_tests_that_is_not_there_does_not_compile(engine: WasmPython) -> None:
    (result,) = loaded(engine, "def g(): pass").results
    assert (result.verdict, result.error) == ("CE", "function not found: f")


def test_a_run_without_tests_has_passed_none(engine: WasmPython) -> None:
    run = execute(engine, Submission(language="python", code="print(1)"))
    assert (run.all_passed, run.results[0].stdout) == (None, "1\n")
    assert CodeRun.model_validate_json(run.model_dump_json(exclude={"all_passed"})).all_passed is None


# Each level of each goes through C: a wrapper, a slot, an iterator or a key.
RECURSIVE = {
    "cache": "import functools\n@functools.cache\ndef f(n): return n if n == 0 else 1 + f(n - 1)",
    "lru_cache": "from functools import *\n@lru_cache(None)\ndef f(n): return n if n == 0 else 1 + f(n - 1)",
    "partial": "import functools\ndef f(n): return n if n == 0 else 1 + functools.partial(f, n - 1)()",
    "map": "def f(n): return n if n == 0 else 1 + sum(map(f, [n - 1]))",
    "generator": "def f(n): return n if n == 0 else 1 + max(f(x) for x in [n - 1])",
    "key": "def f(n): return n if n == 0 else 1 + sorted([n - 1], key=f)[0]",
    "repr": "class A:\n def __init__(self, n): self.n = n\n"
    " def __repr__(self): return '' if self.n == 0 else 'x' + repr(A(self.n - 1))\n"
    "def f(n): return len(repr(A(n)))",
    "eq": "class A:\n def __init__(self, n): self.n = n\n"
    " def __eq__(self, other): return self.n == 0 or A(self.n - 1) == other\n"
    "def f(n): return n if A(n) == 1 else 0",
    "init": "class A:\n def __init__(self, n): self.n = 1 + A(n - 1).n if n else 0\ndef f(n): return A(n).n",
    "missing": "class A(dict):\n def __missing__(self, k): return 1 + self[k - 1] if k else 0\n"
    "def f(n): return A()[n]",
}
# Two frames of Python a level, or more of the stack, so that plain Python ends about here, too.
DEEP = {"generator": 450, "key": 450, "init": 450}


@pytest.mark.parametrize("kind", RECURSIVE)
def test_recursion_through_c_is_as_deep_as_in_plain_python(engine: WasmPython, kind: str) -> None:
    depth = DEEP.get(kind, 900)
    result = one(engine, RECURSIVE[kind], depth, expected=depth)
    assert result.verdict == "AC", result


@pytest.mark.parametrize("kind", RECURSIVE)
def test_recursion_without_end_is_an_error_that_can_be_caught(engine: WasmPython, kind: str) -> None:
    code = RECURSIVE[kind] + "\ndef g(n):\n    try: f(n)\n    except RecursionError: return 'caught'\n"
    submission = Submission(
        language="python", code=code, function_name="g", tests=(TestCase(args=(-1,), expected="caught"),)
    )
    assert execute(engine, submission).results[0].verdict == "AC"


@pytest.mark.parametrize("link", ["[a]", "(a,)", "{'next': a}", "Node(a)"])
def test_a_long_chain_of_anything_goes_away_again(engine: WasmPython, link: str) -> None:
    code = (
        "class Node:\n    def __init__(self, next): self.next = next\n"
        f"def f():\n    a = None\n    for _ in range(200_000): a = {link}\n    return 1"
    )
    submission = Submission(
        language="python", code=code, function_name="f", tests=(TestCase(expected=1), TestCase(expected=1))
    )
    assert execute(engine, submission).all_passed


def test_an_overflowing_interpreter_stack_is_the_candidates_error(engine: WasmPython) -> None:
    # Plain Python ends by SIGSEGV here: iterators of iterators are counted by nobody.
    code = "def f():\n    i = iter([1])\n    for _ in range(100_000): i = map(int, i)\n    return next(i)"
    result = one(engine, code)
    assert (result.verdict, result.error) == ("RE", "the interpreter's stack overflowed")


@pytest.mark.parametrize(
    "code", ["def f(:", "x = '\0'", "# \ud800\ndef f(): pass", "(" * 50, "(" * 5000, "return 1"]
)
def test_source_that_is_no_program_does_not_compile(engine: WasmPython, code: str) -> None:
    run = call(engine, code, TestCase(), TestCase())
    assert [result.verdict for result in run.results] == ["CE", "CE"]
    assert run.results[0].error


@pytest.mark.parametrize("code", ["def g(): pass", "f = 3", "", "class Solution:\n    g = 1"])
def test_a_missing_function_is_named(engine: WasmPython, code: str) -> None:
    result = one(engine, code)
    assert (result.verdict, result.error) == ("CE", "function not found: f")


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("f", "class Solution:\n    def f(self, x): return x + 1"),
        ("Counter.next", "class Counter:\n    def next(self, x): return x + 1"),
        ("f", "import asyncio\nasync def f(x):\n    await asyncio.sleep(0)\n    return x + 1"),
        ("f", "import asyncio\nasync def g(x): return x + 1\ndef f(x): return asyncio.run(g(x))"),
        ("f", "f = lambda x: x + 1"),
    ],
)
def test_methods_and_coroutines_are_called_too(engine: WasmPython, name: str, code: str) -> None:
    test = TestCase(args=(1,), expected=2)
    submission = Submission(language="python", code=code, function_name=name, tests=(test,))
    assert execute(engine, submission).all_passed


def test_the_traceback_is_the_candidates_own(engine: WasmPython) -> None:
    code = "import json\ndef g(x):\n    return json.loads(x)\ndef f(x):\n    return g(x)"
    error = one(engine, code, "{").error or ""
    assert 'File "solution.py", line 5, in f\n    return g(x)' in error
    assert "JSONDecodeError" in error
    for ours in ("room", "_eryx", "_guarded", "<string>", "wasm"):
        assert ours not in error


def test_an_error_while_loading_is_every_tests_error(engine: WasmPython) -> None:
    run = call(engine, "print('loading')\nx = 1 / 0\ndef f(): pass", TestCase(), TestCase())
    assert [result.verdict for result in run.results] == ["RE", "RE"]
    assert all("ZeroDivisionError" in (result.error or "") for result in run.results)


def test_what_loading_prints_is_shown_with_the_first_test(engine: WasmPython) -> None:
    run = call(engine, "print('loading')\ndef f(): print('running')", TestCase(), TestCase())
    assert [result.stdout for result in run.results] == ["loading\nrunning\n", "running\n"]


@pytest.mark.parametrize(
    ("fault", "verdict"),
    [
        ("while True: pass", "TLE"),
        ("import os; os._exit(1)", "RE"),
        ("bytearray(400_000_000)", "MLE"),
        ("print('x' * 70_000)", "OLE"),
    ],
)
def test_tests_after_a_fault_go_on(engine: WasmPython, fault: str, verdict: str) -> None:
    tests = [TestCase(args=(number,), expected=number) for number in range(3)]
    run = call(engine, f"def f(x):\n    if x == 1:\n        {fault}\n    return x", *tests)
    assert [result.verdict for result in run.results] == ["AC", verdict, "AC"]


def test_sleeping_is_stopped_by_the_wall_clock(engine: WasmPython) -> None:
    started = time.monotonic()
    assert one(engine, "import time\ndef f(): time.sleep(60)").verdict == "TLE"
    assert time.monotonic() - started < 30


@pytest.mark.parametrize(("busy", "verdict"), [(True, "AC"), (False, "TLE")])
def test_a_machine_that_gives_a_program_no_time_does_not_make_it_too_slow(
    monkeypatch: pytest.MonkeyPatch, busy: bool, verdict: str
) -> None:
    with WasmPython(workers=1) as engine:
        languages(engine)
        (worker,) = engine._idle
        receive, waits, used = worker._receive, iter([True, False, True, True]), iter(range(100))

        def late(timeout_s: float) -> dict[str, object] | None:
            # The answer to the load comes in time, the one to the call after two waits of nothing.
            return receive(timeout_s) if next(waits) else None

        monkeypatch.setattr(worker, "_receive", late)
        monkeypatch.setattr(worker, "cpu_s", lambda: float(next(used)) if busy else 0.0)
        assert one(engine, "def f(): return 1", expected=1).verdict == verdict


def test_a_process_tells_its_cpu_time(engine: WasmPython) -> None:
    if not Path("/proc/self/stat").exists():
        pytest.skip("only Linux tells")
    one(engine, "def f(): return sum(range(1_000_000))")
    assert all(worker.cpu_s() > 0 for worker in engine._idle)


def test_tests_beyond_the_submissions_time_are_not_run(engine: WasmPython) -> None:
    limits = Limits(cpu_s=1, submission_s=0.3)
    run = call(engine, "import time\ndef f(): time.sleep(60)", TestCase(), TestCase(), limits=limits)
    assert [result.verdict for result in run.results] == ["TLE", "NR"]


def test_output_has_a_total(engine: WasmPython) -> None:
    limits = Limits(total_bytes=5000)
    run = call(engine, "def f(): print('x' * 2000)", *[TestCase()] * 4, limits=limits)
    assert [result.verdict for result in run.results] == ["AC", "AC", "OLE", "OLE"]


def test_peak_memory_is_reported_when_it_grows(engine: WasmPython) -> None:
    peak = one(engine, "def f(): x = bytearray(100_000_000)").peak_kb
    assert peak is not None
    assert 100_000 < peak < 200_000


@pytest.mark.parametrize(
    ("code", "stdin", "expected"),
    [
        ("print(int(input()) * 2)", "4\n", "8"),
        ("import sys\nfor line in sys.stdin: print(line.strip()[::-1])", "ab\ncd", "ba\ndc\n"),
        ("import sys\nsys.stdout.buffer.write(sys.stdin.buffer.read())", "é\n", "é"),
        ("print(open(0).read())", "x", "x"),
        ("import os\nos.write(1, b'raw')", "", "raw"),
        ("import sys\nprint('out'); print('err', file=sys.stderr); sys.exit(0)", "", "out"),
        ("from sys import stdout\nif __name__ == '__main__': stdout.write('main')", "", "main"),
        ("import sys\nsys.__stdout__.write('saved')", "", "saved"),
        ("import asyncio\nasync def main(): print('loop')\nasyncio.run(main())", "", "loop"),
        ("import pickle\nclass A: pass\nprint(type(pickle.loads(pickle.dumps(A()))).__name__)", "", "A"),
    ],
)
def test_a_program_reads_and_prints(engine: WasmPython, code: str, stdin: str, expected: str) -> None:
    result = printed(engine, code, stdin, expected)
    assert result.verdict == "AC", result


@pytest.mark.parametrize(
    ("code", "verdict"),
    [("print(2)", "WA"), ("raise SystemExit(3)", "RE"), ("input()", "RE"), ("print(", "CE"), ("", "WA")],
)
def test_a_program_gets_its_verdict(engine: WasmPython, code: str, verdict: str) -> None:
    assert printed(engine, code, expected="1").verdict == verdict


def test_binary_output_is_shown_with_replacement_characters(engine: WasmPython) -> None:
    result = printed(engine, "import sys\nsys.stdout.buffer.write(bytes(range(128, 256)))", expected="1")
    assert (result.verdict, result.stdout) == ("WA", "\ufffd" * 128)


def test_stderr_is_kept_apart(engine: WasmPython) -> None:
    result = printed(engine, "import sys\nprint('a', file=sys.stderr)\nprint('b')", expected="b")
    assert (result.verdict, result.stdout, result.stderr) == ("AC", "b\n", "a\n")


def test_without_tests_the_run_itself_is_the_result(engine: WasmPython) -> None:
    run = execute(engine, Submission(language="python", code="print('hello')"))
    assert [(result.verdict, result.stdout) for result in run.results] == [("AC", "hello\n")]
    run = execute(engine, Submission(language="python", code="1 / 0"))
    assert [result.verdict for result in run.results] == ["RE"]


def test_arguments_arrive_as_they_were_sent(engine: WasmPython) -> None:
    awkward: JsonValue = {
        "text": "é\0\ud800\"'\\\n{}",
        "numbers": [1, 2.5, 10**30, -0.0],
        "none": [None, True],
    }
    assert one(engine, "def f(x): return x", awkward, expected=awkward).verdict == "AC"


def test_another_language_is_refused_by_name(engine: WasmPython) -> None:
    with pytest.raises(UnsupportedLanguage, match="expected one of the languages python, sql; got 'cobol'"):
        execute(engine, Submission(language="cobol", code=""))
    with pytest.raises(UnsupportedLanguage):
        list(engine.run(Program("cobol", ""), [TestInput()], Limits()))


def test_the_language_list_names_version_engine_and_isolation(engine: WasmPython) -> None:
    python, sql = languages(engine)
    assert (python.language, sql.language) == ("python", "sql")
    assert re.fullmatch(r"CPython 3\.\d+\.\d+ on WASI", python.version)
    assert re.fullmatch(r"SQLite 3\.\d+\.\d+", sql.version)
    assert (python.engine, python.isolation) == ("wasm", engine.isolation)


def test_the_probe_finds_that_it_holds(engine: WasmPython) -> None:
    found = probe(engine)
    assert found.holds, found
    assert len([check for check in found.checks if "python" in check.attempt]) == 7, (
        "six, and the control run"
    )
    assert len([check for check in found.checks if "sql" in check.attempt]) == 6, "five, and the control run"


def test_runs_from_many_threads_do_not_mix(engine: WasmPython) -> None:
    def work(number: int) -> bool:
        test = TestCase(args=(3,), expected=3 * number)
        return bool(call(engine, f"def f(x): return x * {number}", test).all_passed)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(40)))


def test_a_full_queue_is_busy_and_not_a_verdict(engine: WasmPython) -> None:
    with WasmPython(workers=1, queue=0) as small:
        running = small.run(Program("python", "def f(): return 1", "f"), [TestInput()] * 2, Limits())
        next(running)
        with pytest.raises(SandboxBusy, match="try again"):
            call(small, "def f(): pass", TestCase())
        running.close()  # type: ignore[attr-defined]
        assert call(small, "def f(): pass", TestCase()).all_passed


def test_a_closed_engine_refuses() -> None:
    engine = WasmPython(workers=1)
    engine.close()
    with pytest.raises(SandboxUnavailable):
        call(engine, "def f(): pass", TestCase())


def test_an_engine_that_cannot_start_refuses_and_says_why(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with WasmPython(directory=tmp_path) as engine:
        with pytest.raises(SandboxUnavailable, match="writable by nobody else"):
            call(engine, "def f(): pass", TestCase())
        found = probe(engine)
    assert not found.holds
    assert "no code runs here" in found.summary


def test_a_snapshot_that_is_none_refuses(tmp_path: Path, engine: WasmPython) -> None:
    languages(engine)
    real = engine._preparation.image.result()
    shutil.copytree(real, tmp_path / real.name)
    spoiled = tmp_path / real.name / "snapshot"
    spoiled.write_bytes(bytes(spoiled.stat().st_size))
    with (
        WasmPython(directory=tmp_path) as broken,
        pytest.raises(SandboxUnavailable, match="does not start here: WasmtimeError"),
    ):
        call(broken, "def f(): pass", TestCase())


def test_what_does_not_start_is_not_started_again_at_every_question(tmp_path: Path) -> None:
    tmp_path.chmod(0o777)
    with WasmPython(workers=1, directory=tmp_path) as broken:
        reasons = []
        for _ in range(2):
            with pytest.raises(SandboxUnavailable) as refusal:
                broken.languages()
            reasons.append(str(refusal.value))
            tmp_path.chmod(0o700)
        assert reasons[0] == reasons[1]


def test_closing_during_a_run_is_our_failure_and_not_the_candidates() -> None:
    with WasmPython(workers=1) as engine:
        program = Program("python", "import time\ndef f(x):\n    time.sleep(60 * x)", "f")
        running = engine.run(program, [TestInput((0,)), TestInput((1,))], Limits())
        assert next(running).ending == "returned"
        threading.Timer(0.2, engine.close).start()
        assert next(running).ending == "engine_failed"


def test_a_worker_that_died_idle_is_nobodys_verdict() -> None:
    with WasmPython(workers=1) as engine:
        assert one(engine, "def f(): return 1", expected=1).verdict == "AC"
        (idle,) = engine._idle
        idle._process.kill()
        idle._process.wait()
        assert one(engine, "def f(): return 1", expected=1).verdict == "AC"


def test_an_abandoned_run_leaves_its_worker_to_the_next() -> None:
    with WasmPython(workers=1) as engine:
        running = engine.run(Program("python", "def f(): return 1", "f"), [TestInput()] * 3, Limits())
        next(running)
        running.close()  # type: ignore[attr-defined]
        assert one(engine, "def f(): return 2", expected=2).verdict == "AC"


def test_an_open_question_ends_its_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    with WasmPython(workers=1) as engine:
        languages(engine)
        (worker,) = engine._idle

        def interrupted(_timeout: float) -> None:
            raise KeyboardInterrupt

        monkeypatch.setattr(worker, "_receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            one(engine, "def f(): return 1")
        assert one(engine, "def f(): return 2", expected=2).verdict == "AC"
        assert not worker.alive()


def test_workers_die_with_their_parent() -> None:
    code = """
import os, sys, threading
from runtime.sandbox import Limits, Program, TestInput
from runtime.sandbox.wasm_python import WasmPython
engine = WasmPython(workers=1)
program = Program("python", "import time\\ndef f(x):\\n    time.sleep(60 * x)", "f")
running = engine.run(program, [TestInput((0,)), TestInput((1,))], Limits())
next(running)
print(*[worker._process.pid for worker in engine._busy], flush=True)
next(running)
"""
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.3)  # so that the guest sleeps when its parent goes
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 10
    while _alive(worker) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not _alive(worker)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    status = Path(f"/proc/{process}/stat")
    return not (status.exists() and status.read_text().rpartition(")")[2].split()[0] == "Z")
