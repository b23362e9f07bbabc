"""Processes of the engines killed from outside: a run more, or our failure; never a hang, nor the candidate's fault."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import runtime.sandbox.kernel as kernel_package
from runtime.sandbox import Limits, SandboxError, SandboxUnavailable, Submission, TestCase, execute
from runtime.sandbox.engines import Engines
from runtime.sandbox.kernel import KernelEngine
from runtime.sandbox.wasm_javascript import WasmJavaScript
from runtime.sandbox.wasm_python import WasmPython

pytestmark = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are found by /proc")


def ours() -> list[int]:
    """Everything the engines have started: workers, the zygote and the one that waits for it, wardens, what runs in
    boxes and what that started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:
                continue
            if fields[0] != "Z":
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    level, found = [os.getpid()], []
    while level := [child for parent in level for child in parents.get(parent, [])]:
        found += level
    return found


def named(name: str) -> list[int]:
    found = []
    for pid in ours():
        with contextlib.suppress(OSError):
            if Path(f"/proc/{pid}/comm").read_text().strip() == name:
                found.append(pid)
    return found


@contextlib.contextmanager
def killing(name: str, *, times: int) -> Iterator[list[int]]:
    """Ends processes of that name as soon as they are seen, so many of them; the list is those that were."""
    ended: list[int] = []
    over = threading.Event()

    def kill() -> None:
        while len(ended) < times and not over.wait(0.002):
            for pid in set(named(name)) - set(ended):
                with contextlib.suppress(OSError):
                    os.kill(pid, signal.SIGKILL)
                    ended.append(pid)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield ended
    finally:
        over.set()
        killer.join()


def sleeping(engine: Engines, seconds: float, *, tests: int = 3) -> Submission:
    code = f"import time\ndef f(x):\n    time.sleep({seconds})\n    return x"
    cases = tuple(TestCase(args=(number,), expected=number) for number in range(tests))
    return Submission(language="python", code=code, function_name="f", tests=cases)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_worker_ended_during_a_run_is_replaced_and_the_run_goes_on(number: signal.Signals) -> None:
    with WasmPython(workers=1) as python:
        engine = Engines(python)
        engine.languages()
        (worker,) = python._idle
        threading.Timer(0.5, os.kill, (worker._process.pid, number)).start()
        run = execute(engine, sleeping(engine, 0.4))
    assert [result.verdict for result in run.results] == ["AC", "AC", "AC"], run


def test_a_worker_killed_twice_is_our_failure() -> None:
    with WasmPython(workers=1) as python:
        engine = Engines(python)
        engine.languages()
        stop = threading.Event()

        def kill_whatever_runs() -> None:
            while not stop.wait(0.2):
                for worker in list(python._busy):
                    worker.end()

        killing = threading.Thread(target=kill_whatever_runs)
        killing.start()
        try:
            run = execute(engine, sleeping(engine, 1))
        finally:
            stop.set()
            killing.join()
        assert {result.verdict for result in run.results} == {"IE"}, run
        assert [result.verdict for result in execute(engine, sleeping(engine, 0)).results] == ["AC"] * 3


def test_a_worker_killed_while_it_starts_is_started_again() -> None:
    with WasmPython(workers=1) as python:
        engine = Engines(python)
        python._preparation.image.result()
        killed = threading.Event()

        def kill_the_first() -> None:
            while not killed.is_set():
                for worker in [*python._busy, *python._idle]:
                    worker.end()
                    killed.set()
                time.sleep(0.001)

        killing = threading.Thread(target=kill_the_first)
        killing.start()
        run = execute(engine, sleeping(engine, 0))
        killing.join()
    assert [result.verdict for result in run.results] == ["AC"] * 3


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")
def test_a_trial_that_was_ended_from_outside_is_not_taken_for_the_kernels_refusal() -> None:
    code = (
        "import os, sys; sys.path.insert(0, sys.argv[1]); from box import root\n"
        "root._move = lambda *_: os.kill(os.getpid(), 9)\n"
        "try: print(root._can_move([], 1))\n"
        "except InterruptedError as told: print(told)"
    )
    folder = str(Path(kernel_package.__file__).parent)
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "ended from outside while namespaces were tried"


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")
def test_a_sandbox_that_comes_back_with_less_than_it_began_with_is_not_run_on() -> None:
    with KernelEngine(workers=1) as kernel:
        engine = Engines(kernel)
        if "c" not in engine.speaks or not kernel.trial().namespaces:
            pytest.skip("no C here, or no namespaces to lose")
        assert execute(engine, control("c")).all_passed
        kernel._namespaces = False
        assert kernel._zygote is not None
        kernel._zygote._process.kill()
        kernel._zygote._process.wait()
        for _ in range(2):
            with pytest.raises(SandboxUnavailable, match=r"nothing here holds c|began as"):
                execute(engine, control("c"))
        kernel._namespaces = True
        assert execute(engine, control("c")).all_passed


SLEEPS_IN_C = Submission(
    language="c",
    code="""
    #include <stdio.h>
    #include <unistd.h>
    int main(void) { int a; scanf("%d", &a); usleep(300000); printf("%d", a); }
    """,
    tests=tuple(TestCase(stdin=str(number), expected=str(number)) for number in (1, 2)),
)


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")
def test_what_ends_a_candidates_process_from_outside_is_not_their_doing() -> None:
    with KernelEngine(workers=1) as kernel:
        if "c" not in kernel.speaks:
            pytest.skip("no C here")
        kernel.languages()
        with killing("solution", times=1) as ended:
            assert [one.verdict for one in execute(Engines(kernel), SLEEPS_IN_C).results] == ["AC", "AC"]
        assert ended
        with killing("solution", times=100):
            run = execute(Engines(kernel), SLEEPS_IN_C)
        assert {one.verdict for one in run.results} == {"IE"}, run
        assert run.results[0].error == "the sandbox was ended from outside"
        assert execute(kernel, SLEEPS_IN_C).all_passed


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel engine is Linux's")
@pytest.mark.parametrize("process", ["gcc", "cc1", "collect2", "ld"])
def test_a_compiler_that_was_ended_from_outside_compiles_again(process: str) -> None:
    with KernelEngine(workers=1) as kernel:
        if "c" not in kernel.speaks:
            pytest.skip("no C here")
        kernel.languages()
        with killing(process, times=1) as ended:
            runs = [execute(kernel, SLEEPS_IN_C)]
            while not ended:  # it was over before it was seen
                runs.append(execute(kernel, SLEEPS_IN_C))
    assert all(run.all_passed for run in runs), runs


CONTROLS: dict[str, tuple[str, str | None]] = {
    "python": ("def f(x): return x * 2", "f"),
    "javascript": ("const f = x => x * 2", "f"),
    "typescript": ("const f = (x: number): number => x * 2", "f"),
    "sql": ("select x * 2 from n", None),
    "c": ('#include <stdio.h>\nint main(void) { int a; scanf("%d", &a); printf("%d", a * 2); }', None),
    "go": ('package main\nimport "fmt"\nfunc main() { var a int; fmt.Scan(&a); fmt.Print(a * 2) }', None),
    "java": (
        "class Main { public static void main(String[] a) "
        "{ System.out.print(new java.util.Scanner(System.in).nextInt() * 2); } }",
        None,
    ),
}


def control(language: str) -> Submission:
    code, function = CONTROLS[language]
    if language == "sql":
        tests = tuple(
            TestCase(stdin=f"create table n as select {n} as x", expected=[[n * 2]]) for n in (1, 2)
        )
    elif function is None:
        tests = tuple(TestCase(stdin=str(n), expected=str(n * 2)) for n in (1, 2))
    else:
        tests = tuple(TestCase(args=(n,), expected=n * 2) for n in (1, 2))
    return Submission(
        language=language, code=code, function_name=function, tests=tests, limits=Limits(submission_s=20)
    )


@pytest.fixture
def whole() -> Iterator[Engines]:
    parts = [WasmPython(workers=2), WasmJavaScript(workers=2)]
    kernel = [KernelEngine(workers=2)] if sys.platform == "linux" else []
    with Engines(*parts, *kernel) as engines:
        engines.languages()
        yield engines


@pytest.mark.long
@pytest.mark.timeout(900)
def test_processes_killed_at_random_cost_no_candidate_a_verdict_and_leave_nothing(whole: Engines) -> None:
    draw = random.Random(7)
    mine = {language.name for language in whole.languages()} & set(CONTROLS)
    killed: Counter[str] = Counter()
    stop = threading.Event()

    def killer() -> None:
        while not stop.wait(draw.uniform(0.3, 1.5)):
            if victims := ours():
                victim = draw.choice(victims)
                try:
                    name = Path(f"/proc/{victim}/comm").read_text().strip()
                    os.kill(victim, signal.SIGKILL)
                except OSError:
                    continue
                killed[name] += 1

    def work(number: int) -> str:
        language = sorted(mine)[number % len(mine)]
        try:
            run = execute(whole, control(language))
        except SandboxUnavailable as refusal:
            return f"refused: {refusal}"
        seen = {result.verdict for result in run.results}
        return "AC" if seen == {"AC"} else f"{language}: {sorted(seen)} {[r.error for r in run.results]}"

    def settled(what: Callable[[], int]) -> int:
        """The number once it no longer falls."""
        seen = [what()]
        for _ in range(40):
            time.sleep(0.25)
            seen.append(what())
        return min(seen[-8:])

    assert [work(number) for number in range(len(mine))] == ["AC"] * len(mine)
    descriptors = settled(lambda: len(list(Path("/proc/self/fd").iterdir())))
    killing = threading.Thread(target=killer)
    killing.start()
    try:
        with ThreadPoolExecutor(4) as pool:
            came = Counter(pool.map(work, range(300)))
    finally:
        stop.set()
        killing.join()
    # Whoever was killed twice over is our failure, or was refused; nobody was told that it was theirs.
    blamed = {told for told in came if told != "AC" and "IE" not in told and not told.startswith("refused")}
    assert not blamed, blamed
    assert came["AC"] >= 200, came
    assert sum(killed.values()) > 20, killed
    # And afterwards all is as before.
    assert [work(number) for number in range(2 * len(mine))] == ["AC"] * 2 * len(mine)
    assert settled(lambda: len(list(Path("/proc/self/fd").iterdir()))) <= descriptors + 6
    print(f"\n{sum(killed.values())} killed: {dict(killed)}; {dict(came)}")


@pytest.mark.parametrize("engine", [WasmPython, WasmJavaScript])
def test_a_cache_that_cannot_be_written_names_the_way_out(
    tmp_path: Path, engine: type[WasmPython | WasmJavaScript]
) -> None:
    (tmp_path / "file").write_text("")
    with engine(workers=1, directory=tmp_path / "file" / "prepai") as broken:
        with pytest.raises(SandboxError, match="XDG_CACHE_HOME") as refusal:
            broken.languages()
    assert str(tmp_path) in str(refusal.value)


@pytest.mark.skipif(
    os.geteuid() != 0 or shutil.which("mount") is None, reason="a small disk is mounted by root"
)
@pytest.mark.parametrize("engine", [WasmPython, WasmJavaScript])
def test_a_full_disk_names_the_way_out(tmp_path: Path, engine: type[WasmPython | WasmJavaScript]) -> None:
    small = tmp_path / "small"
    small.mkdir(mode=0o700)
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k,mode=700", "none", small], check=False
    ).returncode:
        pytest.skip("mounting is not allowed here")
    try:
        with engine(workers=1, directory=small / "prepai") as broken:
            with pytest.raises(SandboxError, match="XDG_CACHE_HOME") as refusal:
                broken.languages()
        assert "MB are free" in str(refusal.value) or "No space left" in str(refusal.value), refusal.value
        left = [path for path in (small / "prepai").rglob("*") if path.suffix != ".lock"]
        assert not left, "nothing half-written stays"
    finally:
        subprocess.run(["umount", small], check=True)
