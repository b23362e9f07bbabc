"""Worker processes and what they start from: who waits for what, and for how long a failure is kept."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from runtime.sandbox import (
    Limits,
    Program,
    SandboxUnavailable,
    TestInput,
    quickjs,
    workers,
)
from runtime.sandbox._javascript_interpreter import _Instance
from runtime.sandbox.machine_code import default_directory
from runtime.sandbox.wasm_javascript import WasmJavaScript
from runtime.sandbox.wasm_python import WasmPython
from runtime.sandbox.workers import Worker, _Run

ADDS = Program("javascript", "const f = x => x + 1", "f")


class Building(WasmJavaScript):
    """Its image is there when `built` is set; before, `faults` are raised, one a build."""

    def __init__(self, *faults: Exception, **settings: Any) -> None:
        self.built = threading.Event()
        self.faults = list(faults)
        self.builds = 0
        super().__init__(**settings)

    def _build(self, directory: Path) -> Path:
        self.builds += 1
        if self.faults:
            raise self.faults.pop(0)
        self.built.wait(30)
        return quickjs.ensure(default_directory())


def test_waiting_for_a_machines_first_build_takes_nobodys_seat() -> None:
    with Building(workers=1, queue=0, wait_s=0.05) as engine, ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(lambda: next(engine.run(ADDS, [TestInput((1,))], Limits())))]
        listing = pool.submit(engine.languages)
        time.sleep(0.2)
        assert engine._seats._taken == 0
        engine.built.set()
        assert runs[0].result().value == 2
        assert [language.name for language in listing.result()] == ["javascript", "typescript"]


@pytest.mark.parametrize("fault", [SandboxUnavailable("no room"), MemoryError("no room")])
def test_a_failed_preparation_is_kept_for_a_while_and_then_tried_again(
    monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    with Building(fault, workers=1) as engine:
        engine.built.set()
        for attempt in (engine.languages, lambda: list(engine.run(ADDS, [TestInput((1,))], Limits()))):
            with pytest.raises(SandboxUnavailable, match="no room"):
                attempt()
        assert engine.builds == 1
        monkeypatch.setattr(workers, "_REFUSED_S", 0)
        assert engine.languages()
        assert engine.builds == 2


def test_what_workers_start_from_is_made_again_when_it_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with WasmJavaScript(workers=1, directory=tmp_path / "c") as engine:
        engine.languages()
        engine.rest()
        (engine._preparation.image.result() / "ready").unlink()
        with pytest.raises(SandboxUnavailable, match="no longer there"):
            list(engine.run(ADDS, [TestInput((1,))], Limits()))
        monkeypatch.setattr(workers, "_REFUSED_S", 0)
        assert next(engine.run(ADDS, [TestInput((1,))], Limits())).value == 2


class Starved:
    """A worker that computes all along and gets little of the processor: it answers the twentieth time it is asked."""

    def __init__(self) -> None:
        self.waits = 0

    def ask(self, _request: object, timeout_s: float) -> dict[str, Any] | None:
        return self.wait(timeout_s)

    def wait(self, _timeout_s: float) -> dict[str, Any] | None:
        self.waits += 1
        answer = {"frame": '["returned", 7, null]', "stdout": "", "stderr": "", "cpu_ms": 1.0, "wall_ms": 1.0}
        return answer if self.waits == 20 else None

    def cpu_s(self) -> float:
        return time.monotonic()

    def alive(self) -> bool:
        return True


def test_what_computes_is_waited_for_until_the_submissions_end_however_little_the_machine_gives_it() -> None:
    class Slot:
        worker = Starved()

        def ready(self) -> Starved:
            return self.worker

    run = _Run(Slot(), ADDS, Limits(), 1)  # type: ignore[arg-type]
    run._deadline = time.monotonic() + 30
    seen = run._ask(0, {})
    assert (seen.ending, seen.value) == ("returned", 7), seen


@pytest.mark.parametrize("proc", [True, False])
def test_a_busy_workers_cpu_time_grows_while_it_computes(monkeypatch: pytest.MonkeyPatch, proc: bool) -> None:
    if proc and not workers._PROC:
        pytest.skip("no /proc here")
    monkeypatch.setattr(workers, "_PROC", proc)
    with WasmPython(workers=1) as engine:
        engine.languages()
        (worker,) = engine._idle
        assert isinstance(worker, Worker)
        before, during = worker.cpu_s(), []
        program = Program("python", "def f():\n    for _ in range(60_000_000): pass", "f")
        running = threading.Thread(target=lambda: list(engine.run(program, [TestInput()], Limits())))
        running.start()
        while running.is_alive():
            during.append(worker.cpu_s())
            running.join(0.05)
    assert max(during) > before + 0.1, (before, during)


@pytest.mark.parametrize("characters", [1_900_000, 4_000_000])
def test_an_answer_that_is_too_large_is_told_as_such_however_large_it_is(characters: int) -> None:
    # The guest cuts its results; who patches the guest's side may send anything. Each takes twelve bytes on the way.
    code = f"""
import sys
def f():
    room = sys.modules["_room"]
    room._frame = room._returned = lambda *_, **__: chr(0x1F600) * {characters}
"""
    with WasmPython(workers=1) as engine:
        (seen,) = engine.run(Program("python", code, "f"), [TestInput()], Limits())
    assert (seen.ending, seen.error) == ("output", "the result is larger than 1048576 bytes"), seen


def test_random_values_fill_all_that_was_asked_for_or_are_refused() -> None:
    class Memory:
        def __init__(self) -> None:
            self.held = bytearray(300_000)

        def data_len(self, _store: object) -> int:
            return len(self.held)

        def write(self, _store: object, data: bytearray, at: int) -> None:
            self.held[at : at + len(data)] = data

    memory = Memory()
    instance: Any = SimpleNamespace(exports={"memory": memory}, store=None)
    assert _Instance.random_get(instance, 1000, 200_000) == 0
    assert not any(memory.held[:1000])
    assert not any(memory.held[201_000:])
    assert all(any(memory.held[at : at + 1000]) for at in range(1000, 201_000, 1000))
    before = bytes(memory.held)
    for at, size in ((200_000, 100_001), (-1, 10), (0, -1)):
        assert _Instance.random_get(instance, at, size) != 0
    assert memory.held == before
