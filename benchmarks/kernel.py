"""How long a submission takes in the kernel engine, compiling included, against the plain tools.

    .venv/bin/python -m benchmarks.kernel [--rounds N]

Per language one warm submission (compile, one test) interleaved with `python3 -c pass` and with a compile and run by
the plain tools outside any box, in one run, so that a noisy machine disturbs all of them; medians and their ratios are
what to compare. A virtual machine ahead of time needs a moment to come up, so Java's rounds wait for theirs.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from runtime.sandbox import Submission, TestCase, execute
from runtime.sandbox.kernel import KernelEngine

_PROGRAMS: Final = {
    "c": '#include <stdio.h>\nint main(void) { int a; scanf("%d", &a); printf("%d", a * 2); }',
    "cpp": "#include <algorithm>\n#include <iostream>\n#include <map>\n#include <vector>\n"
    "int main() { int a; std::cin >> a; std::vector<int> v(a); std::sort(v.begin(), v.end()); "
    "std::map<int, int> m; m[a] = 2; std::cout << a * m[a]; }",
    "java": "import java.util.*; class Main { public static void main(String[] a) "
    "{ System.out.print(new Scanner(System.in).nextInt() * 2); } }",
    "go": 'package main\nimport "fmt"\nfunc main() { var a int; fmt.Scan(&a); fmt.Print(a * 2) }',
    "python": "print(int(input()) * 2)",
}
_PLAIN: Final = {
    "c": "gcc -std=gnu17 -O2 -o solution solution.c && ./solution",
    "cpp": "g++ -std=gnu++20 -O2 -o solution solution.cpp && ./solution",
    "java": "javac -d . Main.java && java -cp . Main",
    "go": "go build -o solution solution.go && ./solution",
    "python": f"{sys.executable} solution.py",
}
_FILES: Final = {
    "c": "solution.c",
    "cpp": "solution.cpp",
    "java": "Main.java",
    "go": "solution.go",
    "python": "solution.py",
}
_JVM_PAUSE_S: Final = 2.0


def _timed(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1e3


def _boxed(engine: KernelEngine, language: str) -> None:
    test = TestCase(stdin="21", expected="42")
    run = execute(engine, Submission(language=language, code=_PROGRAMS[language], tests=(test,)))
    assert run.all_passed, run


def _plain(language: str, folder: Path) -> None:
    (folder / _FILES[language]).write_text(_PROGRAMS[language])
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),
        "GOCACHE": str(folder / "cache"),
        "GO111MODULE": "off",
    }
    subprocess.run(
        _PLAIN[language],
        shell=True,
        check=True,
        cwd=folder,
        input=b"21",
        capture_output=True,
        env=environment,
    )


def _pass() -> None:
    subprocess.run([sys.executable, "-c", "pass"], check=True)


def measure(engine: KernelEngine, language: str, rounds: int) -> None:
    boxed, plain, nothing = [], [], []
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _boxed(engine, language)
        _plain(language, folder)
        for _ in range(rounds):
            if language == "java":
                time.sleep(_JVM_PAUSE_S)
            nothing.append(_timed(_pass))
            boxed.append(_timed(lambda: _boxed(engine, language)))
            plain.append(_timed(lambda: _plain(language, folder)))
    p50, base, tool = map(statistics.median, (boxed, nothing, plain))
    p95 = sorted(boxed)[int(rounds * 0.95)]
    print(
        f"{language:<8} p50 {p50:7.1f} ms  p95 {p95:7.1f} ms  {p50 / base:6.2f} x python3 -c pass ({base:.1f} ms)  "
        f"{p50 / tool:5.2f} x plain ({tool:.1f} ms)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with KernelEngine(native_python=True) as engine:
        started = time.perf_counter()
        known = engine.languages()
        print(f"{len(known)} languages proved in {time.perf_counter() - started:.1f} s; {engine.isolation}")
        for language in known:
            measure(engine, language.name, options.rounds)
        for language_name, reason in engine.missing.items():
            print(f"{language_name:<8} not here: {reason}")


if __name__ == "__main__":
    main()
