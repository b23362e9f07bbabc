"""How long the sandbox takes, against starting Python, and whether it runs what Python runs.

    .venv/bin/python -m benchmarks.sandbox [--rounds N] [--mbpp FILE [--sample N]]

Latencies are interleaved with `python3 -c pass` in one run, so a noisy machine disturbs both; ratios of
medians are what to compare. `--mbpp` runs each canonical solution with its own asserts in the sandbox and in
plain Python, under the largest limits: one of them takes 4 s natively, twice what a test has by default.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from runtime.sandbox import Limits, Submission, TestCase, execute, languages
from runtime.sandbox.wasm_python import WasmPython

_SOLUTION = """
def two_sum(numbers, target):
    seen = {}
    for index, number in enumerate(numbers):
        if target - number in seen:
            return [seen[target - number], index]
        seen[number] = index
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


def _submission(tests: int) -> Submission:
    case = TestCase(args=([2, 7, 11, 15], 9), expected=[0, 1])
    return Submission(language="python", code=_SOLUTION, function_name="two_sum", tests=(case,) * tests)


def _timed(engine: WasmPython, submission: Submission) -> float:
    started = time.perf_counter()
    run = execute(engine, submission)
    took = time.perf_counter() - started
    assert run.all_passed, run
    return took * 1e3


def _python(code: str) -> float:
    started = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return (time.perf_counter() - started) * 1e3


def _quantiles(name: str, times: list[float], base: float | None = None) -> None:
    ordered = sorted(times)
    p50, p95 = statistics.median(ordered), ordered[int(len(ordered) * 0.95)]
    ratio = f"  p50 ratio to python3 -c pass {p50 / base:.2f}" if base else ""
    print(f"{name:<28} p50 {p50:7.2f} ms  p95 {p95:7.2f} ms{ratio}")


def latency(engine: WasmPython, rounds: int) -> None:
    one, ten = _submission(1), _submission(10)
    times: dict[str, list[float]] = {"pass": [], "one": [], "ten": []}
    for _ in range(rounds):
        times["pass"].append(_python("pass"))
        times["one"].append(_timed(engine, one))
        times["ten"].append(_timed(engine, ten))
    base = statistics.median(times["pass"])
    _quantiles("python3 -c pass", times["pass"])
    _quantiles("sandbox, 1 test", times["one"], base)
    _quantiles("sandbox, 10 tests", times["ten"], base)


def starts(rounds: int = 10) -> None:
    """A process of its own until it is ready, against the fresh instance every run gets anyway."""
    times = []
    for _ in range(rounds):
        started = time.perf_counter()
        with WasmPython(workers=1) as engine:
            languages(engine)
            times.append((time.perf_counter() - started) * 1e3)
    _quantiles("a worker process, started", times)


def throughput(engine: WasmPython, seconds: float = 5) -> None:
    one = _submission(1)
    workers = os.process_cpu_count() or 1

    def work(_: int) -> int:
        done, end = 0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            _timed(engine, one)
            done += 1
        return done

    for threads in dict.fromkeys((1, workers)):
        with ThreadPoolExecutor(threads) as pool:
            done = sum(pool.map(work, range(threads)))
        print(f"{threads} at once: {done / seconds:.0f} runs/s")


def slowness(engine: WasmPython, rounds: int = 5) -> None:
    """CPU time of the same program in WebAssembly and natively: what CPU limits are multiplied by."""
    timer = f"import time; t = time.process_time()\n{_COMPUTE}\nprint(time.process_time() - t)"
    ratios = []
    for _ in range(rounds):
        run = execute(engine, Submission(language="python", code=_COMPUTE))
        assert run.all_passed, run
        native = subprocess.run([sys.executable, "-c", timer], check=True, capture_output=True, text=True)
        ratios.append((run.results[0].cpu_ms or 0) / 1e3 / float(native.stdout))
    print(f"CPU time, WebAssembly to native: {statistics.median(ratios):.1f}")


def mbpp(engine: WasmPython, path: Path, sample: int | None) -> None:
    lines = path.read_text().splitlines()
    step = max(1, len(lines) // sample) if sample else 1
    problems: list[dict[str, Any]] = [json.loads(line) for line in lines[::step]]
    started = time.perf_counter()
    with ThreadPoolExecutor(os.process_cpu_count() or 1) as pool:
        boxed = list(pool.map(lambda problem: _boxed(engine, _program(problem)), problems))
        took = time.perf_counter() - started
        plain = list(pool.map(lambda problem: _plain(_program(problem)), problems))
    print(f"{len(problems)} problems pass: sandbox {boxed.count('AC')}, plain {sum(plain)} ({took:.1f} s)")
    for problem, verdict, passes in zip(problems, boxed, plain, strict=True):
        if (verdict == "AC") != passes:
            print(f"  {problem['task_id']}: sandbox {verdict}, plain {'passes' if passes else 'fails'}")


def _program(problem: dict[str, Any]) -> str:
    code = problem["prompt"] + problem["canonical_solution"]
    return f"{code}\n{problem['test']}\ncheck({problem['entry_point']})\n"


def _boxed(engine: WasmPython, code: str) -> str:
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
    with WasmPython() as engine:
        for line in languages(engine):
            print(f"{line.language} {line.version}, {line.isolation}")
        execute(engine, _submission(1))
        if options.mbpp:
            mbpp(engine, options.mbpp, options.sample)
            return
        latency(engine, options.rounds)
        starts()
        throughput(engine)
        slowness(engine)


if __name__ == "__main__":
    main()
