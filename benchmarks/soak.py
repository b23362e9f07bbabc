"""Whether the sandbox stays as it began: thousands of mixed runs, hostile ones among them, several at once.

    .venv/bin/python -m benchmarks.soak [--runs 10000] [--attacks 1000] [--seed 1]

Runs of every language that is found here on both engines, two workers each, as many at once as there are workers. The
attacks are the suites' own (`tests/attacks.py`), each against a file, a variable of the environment and a port that
listens. After every tenth of the work every worker is asked once, nothing runs for two seconds, and the engines are
measured: their processes are the ones below this one, orphans included. Latencies are of one small right program per
language, the same all along, beside everything else that runs; `python3 -c pass` is started in between and tells how
busy the machine itself was.

It fails when an attack earns an acceptance, brings out the secret or what it prints when it got through; when an
ordinary run's verdicts are not the right ones; when the last tenth's level lies above the second's (the first is
warming up) by more than the margins below; or when a language's latency grew from the first half of the work to the
second by more than the ratios below, machine's own growth taken out.
"""

from __future__ import annotations

import argparse
import ctypes
import itertools
import json
import os
import random
import secrets
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from runtime.sandbox import Limits, SandboxError, Submission, TestCase, Verdict, execute
from runtime.sandbox.engines import Engines
from runtime.sandbox.kernel import KernelEngine
from runtime.sandbox.wasm_javascript import WasmJavaScript
from runtime.sandbox.wasm_python import WasmPython
from tests.attacks import Attack, all_attacks

PARTS: Final = 10
_WORKERS: Final = 2
_QUIET_S: Final = 2.0
_QUICK: Final = Limits(cpu_s=0.1)
_QUICK_COMPILED: Final = Limits(cpu_s=0.3)
# NR: where a compiler is attacked on a busy machine, the submission's time may end before its second test.
_HELD: Final = frozenset({"WA", "RE", "TLE", "MLE", "OLE", "CE", "NR"})
_PR_SET_CHILD_SUBREAPER: Final = 36

# What the last tenth may lie above the second by.
_MARGINS: Final = {
    "pss_mb": 48.0,
    "own_mb": 16.0,
    "descriptors": 4.0,
    "processes": 2.0,
    "threads": 6.0,
    "files": 0.0,
}
# What a latency of the second half may be of the first's.
_P50_RATIO: Final = 1.3
_P99_RATIO: Final = 2.0
# Fewer than this have no p50, and no p99, to speak of.
_ENOUGH: Final = 40
_MANY: Final = 200


@dataclass(frozen=True, slots=True)
class Job:
    """One run: which engine, what is sent, and the verdicts that are right; None: an attack's, anything but AC."""

    engine: str
    submission: Submission
    verdicts: tuple[Verdict, ...] | None
    title: str
    timed: bool = False


@dataclass(slots=True)
class Level:
    """What the engines' processes hold while nothing runs. `own_mb` is this process's share, with the engines' parents'
    ends in it."""

    pss_mb: float = 0.0
    own_mb: float = 0.0
    descriptors: float = 0.0
    processes: float = 0.0
    threads: float = 0.0
    files: float = 0.0


@dataclass(slots=True)
class Part:
    """A tenth of the work."""

    level: Level = field(default_factory=Level)
    latencies: dict[str, list[float]] = field(default_factory=dict)
    machine: list[float] = field(default_factory=list)
    seconds: float = 0.0


# --- What runs ---

_PYTHON: Final = """
def two_sum(numbers, target):
    seen = {}
    for index, number in enumerate(numbers):
        if target - number in seen:
            return [seen[target - number], index]
        seen[number] = index
"""
_JAVASCRIPT: Final = """
function two_sum(numbers, target) {
  const seen = new Map()
  for (const [index, number] of numbers.entries()) {
    if (seen.has(target - number)) return [seen.get(target - number), index]
    seen.set(number, index)
  }
}
"""
_TYPESCRIPT: Final = _JAVASCRIPT.replace(
    "(numbers, target)", "(numbers: number[], target: number): number[] | undefined"
)
_TWO_SUM: Final = (
    TestCase(args=([2, 7, 11, 15], 9), expected=[0, 1]),
    TestCase(args=([3, 3], 6), expected=[0, 1]),
    TestCase(args=([1, 2], 3), expected=[9]),
)
_TABLE: Final = "create table numbers(n int); insert into numbers values (2), (7), (11), (15);"
_QUERY: Final = "select a.n, b.n from numbers a join numbers b on a.n < b.n where a.n + b.n = 9"
_DOUBLES: Final = (TestCase(stdin="21", expected="42"), TestCase(stdin="4", expected="9"))
_DOUBLED: Final[tuple[Verdict, ...]] = ("AC", "WA")
_PROGRAMS: Final = {
    "c": '#include <stdio.h>\nint main(void) { int a; scanf("%d", &a); printf("%d", a * 2); }',
    "cpp": "#include <iostream>\nint main() { int a; std::cin >> a; std::cout << a * 2; }",
    "java": "class Main { public static void main(String[] a) "
    "{ System.out.print(new java.util.Scanner(System.in).nextInt() * 2); } }",
    "go": 'package main\nimport "fmt"\nfunc main() { var a int; fmt.Scan(&a); fmt.Print(a * 2) }',
    "python": "print(int(input()) * 2)",
}
_BROKEN: Final = {
    "c": "int main(void) { return x; }",
    "cpp": "int main() { return x; }",
    "java": "class Main { int f() { return x; } }",
    "go": "package main\nfunc main() { x() }",
    "python": "def f(:",
}
_FAULTS: Final = {
    "c": "#include <stdlib.h>\nint main(void) { abort(); }",
    "cpp": '#include <stdexcept>\nint main() { throw std::runtime_error("x"); }',
    "java": 'class Main { public static void main(String[] a) { throw new IllegalStateException("x"); } }',
    "go": 'package main\nfunc main() { panic("x") }',
    "python": "raise ValueError('x')",
}
# Of a hundred ordinary runs; what is not here is left out, and the rest grows by its share.
_SHARES: Final = {
    ("wasm", "python"): 32,
    ("wasm", "javascript"): 20,
    ("wasm", "typescript"): 13,
    ("wasm", "sql"): 20,
    ("kernel", "python"): 8,
    ("kernel", "c"): 2.5,
    ("kernel", "java"): 2,
    ("kernel", "go"): 1.5,
    ("kernel", "cpp"): 1,
}


def _interpreted(language: str) -> Iterator[Job]:
    """Ordinary work in a language of WebAssembly, for ever; every other one is timed."""
    source = {"python": _PYTHON, "javascript": _JAVASCRIPT, "typescript": _TYPESCRIPT}[language]
    python = language == "python"
    prints = (
        "print(int(input()) * 2)"
        if python
        else "console.log(Number(require('fs').readFileSync(0, 'utf8')) * 2)"
    )
    types = ": any" if language == "typescript" else ""
    one = (TestCase(args=(1,), expected=1),)

    def calling(title: str, body: str, verdict: Verdict) -> Job:
        code = f"def f(x):\n    {body}" if python else f"function f(x{types}) {{ {body} }}"
        submission = Submission(language=language, code=code, function_name="f", tests=one, limits=_QUICK)
        return Job("wasm", submission, (verdict,), title)

    control = Submission(language=language, code=source, function_name="two_sum", tests=_TWO_SUM)
    ordinary = Job("wasm", control, ("AC", "AC", "WA"), "control", timed=True)
    many = Submission(
        language=language, code=source, function_name="two_sum", tests=_TWO_SUM * 10, per_test=True
    )
    others = [
        Job("wasm", many, ("AC", "AC", "WA") * 10, "thirty tests, each on its own"),
        Job("wasm", Submission(language=language, code=prints, tests=_DOUBLES), _DOUBLED, "a program"),
        calling("an exception", "raise ValueError(x)" if python else "throw new Error(String(x))", "RE"),
        calling("no program", ")", "CE"),
        calling("a loop", "while True: pass" if python else "for (;;);", "TLE"),
        calling(
            "output",
            "print('x' * 60000); return x" if python else "console.log('x'.repeat(60000)); return x",
            "AC",
        ),
        calling(
            "memory",
            "a = bytearray(60_000_000); return x" if python else "new Uint8Array(6e7).fill(1); return x",
            "AC",
        ),
    ]
    # A loop that is stopped costs a process, so it is rarer than what costs nothing.
    rare = [other for other in others if other.title != "a loop"]
    for round_ in itertools.count():
        for other in others if round_ % 8 == 0 else rare:
            yield ordinary
            yield other


def _queries() -> Iterator[Job]:
    def asking(title: str, query: str, expected: list[list[int]] | None, verdict: Verdict) -> Job:
        test = TestCase(stdin=_TABLE, expected=expected)
        return Job(
            "wasm", Submission(language="sql", code=query, tests=(test,), limits=_QUICK), (verdict,), title
        )

    ordinary = Job(
        "wasm",
        Submission(language="sql", code=_QUERY, tests=(TestCase(stdin=_TABLE, expected=[[2, 7]]),) * 3),
        ("AC",) * 3,
        "control",
        timed=True,
    )
    others = [
        asking("a write", "delete from numbers where n > 7; select count(*) from numbers", [[2]], "AC"),
        asking("another order", "select n from numbers order by n desc limit 1", [[2]], "WA"),
        asking("no such table", "select * from nobody", None, "RE"),
        asking("no SQL", "select from", None, "CE"),
        asking("rows", "select a.n from numbers a, numbers b, numbers c, numbers d, numbers e", [[1]], "WA"),
    ]
    for other in itertools.cycle(others):
        yield ordinary
        yield other


def _compiled(language: str) -> Iterator[Job]:
    def running(title: str, code: str, tests: tuple[TestCase, ...], verdicts: tuple[Verdict, ...]) -> Job:
        submission = Submission(language=language, code=code, tests=tests)
        return Job("kernel", submission, verdicts, title, timed=title == "control")

    ordinary = running("control", _PROGRAMS[language], _DOUBLES, _DOUBLED)
    others = [
        running("no program", _BROKEN[language], _DOUBLES, ("CE", "CE")),
        running("a fault", _FAULTS[language], _DOUBLES, ("RE", "RE")),
    ]
    for other in itertools.cycle(others):
        yield from (ordinary, ordinary, other)


def _ordinary(engine: str, language: str) -> Iterator[Job]:
    if engine == "kernel":
        return _compiled(language)
    return _queries() if language == "sql" else _interpreted(language)


class Soak:
    """The work and what was seen of it."""

    def __init__(self, engines: dict[str, Engines], prey: Path, port: int, folders: tuple[Path, ...]) -> None:
        self._engines = engines
        self._prey = prey
        self._secret = prey.read_text()
        self._port = port
        self._folders = folders
        self._lock = threading.Lock()
        self.parts: list[Part] = []
        self.faults: Counter[str] = Counter()
        self.verdicts: Counter[str] = Counter()
        self.known = {
            (name, language.name) for name, engine in engines.items() for language in engine.languages()
        }

    def plan(self, runs: int, attacks: int, seed: int) -> list[list[Job]]:
        """Ten parts alike in what they are made of, each in an order of its own."""
        draw = random.Random(seed)
        hostile = [attack for attack in all_attacks() if (attack.engine, attack.language) in self.known]
        draw.shuffle(hostile)
        drawn = itertools.cycle(hostile)
        shares = {which: share for which, share in _SHARES.items() if which in self.known}
        rest = (runs - attacks) / sum(shares.values())
        sources = {which: _ordinary(*which) for which in shares}
        parts = []
        for part in range(PARTS):
            jobs = [self._hostile(next(drawn)) for _ in _tenth(attacks, part)]
            for which, share in shares.items():
                jobs += [next(sources[which]) for _ in _tenth(round(share * rest), part)]
            draw.shuffle(jobs)
            parts.append(jobs)
        return parts

    def _hostile(self, attack: Attack) -> Job:
        token = secrets.token_hex(16)
        if attack.function is None:
            expected = [[token]] if attack.language == "sql" else token
            stdin = "create table n(x)" if attack.language == "sql" else ""
            test = TestCase(stdin=stdin, expected=expected)
        else:
            test = TestCase(args=(1,), expected=token)
        submission = Submission(
            language=attack.language,
            code=attack.against(self._prey, self._port),
            function_name=attack.function,
            tests=(test, test),
            limits=_QUICK if attack.engine == "wasm" else _QUICK_COMPILED,
        )
        return Job(attack.engine, submission, None, attack.name)

    def work(self, jobs: Sequence[Job], progress: Progress, task: object) -> None:
        """One part, as many at once as there are workers, and then a look at what is left."""
        part = Part()
        begun = time.perf_counter()
        stop = threading.Event()
        clock = threading.Thread(target=self._time_the_machine, args=(part, stop))
        clock.start()
        with ThreadPoolExecutor(_WORKERS * 2) as pool:
            for _ in pool.map(lambda job: self._run(job, part), jobs):
                progress.advance(task)  # type: ignore[arg-type]
        stop.set()
        clock.join()
        part.seconds = time.perf_counter() - begun
        self._fill_the_seats()
        time.sleep(_QUIET_S)
        part.level = _level(self._folders)
        self.parts.append(part)

    def _fill_the_seats(self) -> None:
        """Have every worker there, as some are replaced only when the next is asked for, and each with a large program
        behind it, after which a process keeps some 50 MB: levels are then of what is alike."""
        work = {
            "python": "a = bytearray(60_000_000)\nfor _ in range(10**6): pass",
            "javascript": "new Uint8Array(6e7).fill(1); for (let i = 0; i < 3e6; i++);",
        }
        submissions = [Submission(language=language, code=code) for language, code in work.items()] * _WORKERS
        with ThreadPoolExecutor(len(submissions)) as pool:
            list(pool.map(lambda submission: execute(self._engines["wasm"], submission), submissions))

    def _time_the_machine(self, part: Part, stop: threading.Event) -> None:
        while not stop.wait(0.5):
            started = time.perf_counter()
            subprocess.run([sys.executable, "-I", "-S", "-c", "pass"], check=True)
            part.machine.append((time.perf_counter() - started) * 1e3)

    def _run(self, job: Job, part: Part) -> None:
        started = time.perf_counter()
        language = job.submission.language
        told = f"{language} on {job.engine}, {job.title}"
        try:
            run = execute(self._engines[job.engine], job.submission)
        except SandboxError as refusal:
            self._fault(f"{told}: refused: {refusal}")
            return
        took = (time.perf_counter() - started) * 1e3
        verdicts = tuple(result.verdict for result in run.results)
        answer = run.model_dump_json()
        with self._lock:
            self.verdicts.update(verdicts)
            if job.timed:
                part.latencies.setdefault(_name(job.engine, language), []).append(took)
        if job.verdicts is not None:
            if verdicts != job.verdicts:
                errors = {result.error for result in run.results if result.verdict == "IE"}
                self._fault(
                    f"{told}: expected {' '.join(job.verdicts)}; got {' '.join(verdicts)} {errors or ''}"
                )
            return
        printed = " ".join(result.stdout + result.stderr for result in run.results).split()
        if not set(verdicts) <= _HELD:
            self._fault(f"attack, {told}: {' '.join(verdicts)}")
        if self._secret in answer or (job.engine == "kernel" and "GOT" in printed):
            self._fault(f"attack, {told}: it got what it wanted")
        if self._prey.read_text() != self._secret:
            self._fault(f"attack, {told}: the file was changed")
            self._prey.write_text(self._secret)

    def _fault(self, told: str) -> None:
        with self._lock:
            self.faults[told] += 1


def _tenth(count: int, part: int) -> range:
    return range(count * part // PARTS, count * (part + 1) // PARTS)


def _name(engine: str, language: str) -> str:
    return f"{language} ({engine})" if language == "python" else language


# --- What is seen ---


def _level(folders: Sequence[Path]) -> Level:
    """Of this process's descendants, and of what lies in the engines' folders. Linux only."""
    level = Level(own_mb=_pss_mb(os.getpid()), descriptors=_descriptors(os.getpid()))
    level.threads = float(threading.active_count())
    for pid in _descendants(os.getpid()):
        try:
            level.pss_mb += _pss_mb(pid)
            level.descriptors += _descriptors(pid)
            level.threads += len(list(Path(f"/proc/{pid}/task").iterdir()))
        except OSError:
            pass  # a zombie, or gone meanwhile
        level.processes += 1
    level.files = float(_files(folders))
    return level


def _files(folders: Sequence[Path]) -> int:
    ours = sum(1 for folder in folders for _ in folder.rglob("*"))
    # What an attack would leave in folders that others use, too, and what the engines name there.
    shared = [
        path
        for name in ("/tmp", "/var/tmp", "/dev/shm")
        for path in Path(name).glob("*")
        if _trace(path.name)
    ]
    return ours + len(shared)


def _trace(name: str) -> bool:
    return name.startswith(("left", "prepai-box-", "prepai-escaped"))


def _pss_mb(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _descriptors(pid: int) -> float:
    return float(len(list(Path(f"/proc/{pid}/fd").iterdir())))


def _descendants(root: int) -> list[int]:
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (
                    (entry / "stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
                )
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: list[int] = []
    below = [root]
    while below:
        children = parents.get(below.pop(), [])
        found += children
        below += children
    return found


def _quantiles(times: Sequence[float]) -> tuple[float, float]:
    ordered = sorted(times)
    return statistics.median(ordered), ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]


def _growth(parts: Sequence[Part], name: str | None) -> tuple[int, tuple[float, float], tuple[float, float]]:
    """How many, and p50 and p99 of the first half and of the second; None: the machine's own."""
    halves = [
        [took for part in half for took in (part.machine if name is None else part.latencies.get(name, []))]
        for half in (parts[: PARTS // 2], parts[PARTS // 2 :])
    ]
    return sum(map(len, halves)), _quantiles(halves[0]), _quantiles(halves[1])


def report(parts: Sequence[Part], faults: Counter[str], verdicts: Counter[str]) -> list[str]:
    """Print the tables, as Markdown. Returns what is wrong."""
    wrong = [f"{told} ({count} times)" for told, count in faults.most_common()]
    print("\n| tenth | " + " | ".join(_MARGINS) + " | seconds | `pass` p50 ms |")
    print("|---" * (len(_MARGINS) + 3) + "|")
    for number, part in enumerate(parts, 1):
        values = " | ".join(f"{getattr(part.level, name):.0f}" for name in _MARGINS)
        machine = statistics.median(part.machine) if part.machine else 0.0
        print(f"| {number} | {values} | {part.seconds:.0f} | {machine:.1f} |")
    second, last = parts[1].level, parts[-1].level
    for name, margin in _MARGINS.items():
        grown = getattr(last, name) - getattr(second, name)
        if grown > margin:
            wrong.append(
                f"{name} grew by {grown:.0f}, more than {margin:.0f}, from the second tenth to the last"
            )

    _, idle_first, idle_second = _growth(parts, None)
    # Where the machine got quieter nothing is given back: noise must not hide a growth.
    machine_p50, machine_p99 = (
        max(1.0, after / before) for before, after in zip(idle_first, idle_second, strict=True)
    )
    print("\n| ordinary run | timed | p50 ms, halves | p99 ms, halves | p50 ratio | p99 ratio |")
    print("|---|---|---|---|---|---|")
    for name in sorted({name for part in parts for name in part.latencies}):
        count, first, second_half = _growth(parts, name)
        p50, p99 = second_half[0] / first[0], second_half[1] / first[1]
        print(
            f"| {name} | {count} | {first[0]:.1f}, {second_half[0]:.1f} | {first[1]:.0f}, {second_half[1]:.0f} "
            f"| {p50:.2f} | {p99:.2f} |"
        )
        if count >= _ENOUGH and p50 / machine_p50 > _P50_RATIO:
            wrong.append(f"p50 of {name} grew {p50:.2f} times, the machine's {machine_p50:.2f} times")
        if count >= _MANY and p99 / machine_p99 > _P99_RATIO:
            wrong.append(f"p99 of {name} grew {p99:.2f} times, the machine's {machine_p99:.2f} times")
    print(
        f"| `python3 -c pass`, the machine's own | {sum(len(part.machine) for part in parts)} "
        f"| {idle_first[0]:.1f}, {idle_second[0]:.1f} | {idle_first[1]:.0f}, {idle_second[1]:.0f} "
        f"| {idle_second[0] / idle_first[0]:.2f} | {idle_second[1] / idle_first[1]:.2f} |"
    )
    print(
        "\nVerdicts: " + ", ".join(f"{count:,} {verdict}" for verdict, count in verdicts.most_common()) + "."
    )
    return wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000, help="all of them, the hostile ones included")
    parser.add_argument("--attacks", type=int, default=1_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    if sys.platform != "linux":
        print("the soak counts processes and memory as Linux tells them; this is another system")
        return 2
    # Whatever outlives its parent becomes this process's child, and is seen.
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    secret = secrets.token_hex(16)
    os.environ["PREPAI_TEST_SECRET"] = secret
    with (
        tempfile.TemporaryDirectory(prefix="prepai-soak-") as name,
        socket.create_server(("127.0.0.1", 0)) as listening,
    ):
        prey, folder = Path(name, "secret"), Path(name, "temporary")
        prey.write_text(secret)
        prey.chmod(0o666)
        folder.mkdir()
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        # A folder of their own: what others start from is built anew beside it, and would be counted.
        built = Path(name, "built")
        wasm = Engines(
            WasmPython(workers=_WORKERS, directory=built), WasmJavaScript(workers=_WORKERS, directory=built)
        )
        kernel = Engines(KernelEngine(workers=_WORKERS, directory=built, native_python=True))
        with wasm, kernel:
            soak = Soak({"wasm": wasm, "kernel": kernel}, prey, listening.getsockname()[1], (built, folder))
            print("runs " + json.dumps(sorted(_name(*which) for which in soak.known)))
            parts = soak.plan(options.runs, options.attacks, options.seed)
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            with Progress(*columns) as progress:
                task = progress.add_task("soak", total=sum(map(len, parts)))
                for part in parts:
                    soak.work(part, progress, task)
            wrong = report(soak.parts, soak.faults, soak.verdicts)
    for told in wrong:
        print(f"WRONG: {told}")
    print("it stays as it began" if not wrong else f"{len(wrong)} faults")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
