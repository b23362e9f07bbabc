"""The kernel engine's own bookkeeping: what it lists, what it tries again, what it gives up on."""

from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from runtime.sandbox import Limits, Program, SandboxUnavailable
from runtime.sandbox.kernel import KernelEngine, box, engine, messages, toolchains, zygote
from runtime.sandbox.kernel.box import process, warden

Found = tuple[list[toolchains.Toolchain], dict[str, str]]


def chain(language: str) -> toolchains.Toolchain:
    hello, ahead = Program(language, ""), language == "java"
    return toolchains.Toolchain(language, "1", (), lambda _: {"kind": language}, hello, ahead=ahead)


class FakeWarden:
    def __init__(self, answer: Callable[[], dict[str, Any] | None]) -> None:
        self.answer = answer
        self.closed = threading.Event()

    def alive(self) -> bool:
        return not self.closed.is_set()

    def ask(self, _request: dict[str, Any], _timeout_s: float) -> dict[str, Any] | None:
        return self.answer()

    def close(self) -> None:
        self.closed.set()


class Holding:
    """A zygote whose walls hold, and whose wardens answer what they are told to."""

    attempts = {"running: a socket": "refused (x)"}  # noqa: RUF012 - of a stand-in

    def __init__(self, *_: object, **__: object) -> None:
        self.trial = zygote.Trial(namespaces=True, landlock=7, attempts=self.attempts)

    def alive(self) -> bool:
        return True

    def warden(self) -> FakeWarden:
        return FakeWarden(lambda: {"ending": "returned", "error": None})

    def close(self) -> None: ...


@pytest.fixture(autouse=True)
def _as_on_linux(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "linux")


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[Found | Exception]:
    """What `toolchains.found` comes to, call by call; nothing of it is run."""
    script: list[Found | Exception] = []

    def found(_directory: Path, *, python: bool) -> Found:
        came = script.pop(0)
        if isinstance(came, Exception):
            raise came
        return came

    monkeypatch.setattr(toolchains, "found", found)
    monkeypatch.setattr(engine, "Zygote", Holding)
    monkeypatch.setattr(KernelEngine, "_control_run", lambda *_: None)
    return script


def test_where_a_wall_does_not_hold_no_language_is_listed(
    monkeypatch: pytest.MonkeyPatch, scripted: list[Found | Exception]
) -> None:
    monkeypatch.setattr(Holding, "attempts", {"running: a socket": "done", "running: a file": "refused (x)"})
    scripted.append(([chain("c")], {}))
    with KernelEngine() as kernel:
        with pytest.raises(SandboxUnavailable, match="does not hold here against: running: a socket"):
            kernel.languages()
        assert kernel.walls()["running: a socket"] == "done"


def test_without_a_compiler_the_engine_says_which_it_misses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("runtime.sandbox.kernel.toolchains.toolchain.PATH", "/nowhere")
    with KernelEngine() as kernel:
        assert kernel.speaks == ()
        with pytest.raises(SandboxUnavailable, match=r"there is no gcc here; there is no g\+\+ here"):
            kernel.languages()


def test_elsewhere_than_on_linux_the_engine_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with KernelEngine() as kernel, pytest.raises(SandboxUnavailable, match="needs Linux"):
        kernel.languages()


@pytest.mark.parametrize("failure", [OSError("No space left on device"), ([], {"c": "there is no gcc here"})])
def test_a_preparation_that_failed_is_tried_again_and_not_at_every_question(
    monkeypatch: pytest.MonkeyPatch, scripted: list[Found | Exception], failure: Found | Exception
) -> None:
    scripted += [failure, ([chain("c")], {})]
    with KernelEngine() as kernel:
        for _ in range(2):
            with pytest.raises(SandboxUnavailable, match=r"No space left|there is no gcc"):
                kernel.languages()
        assert len(scripted) == 1, "the second question was answered from the first"
        monkeypatch.setattr(engine, "_REFUSED_S", 0)
        assert [language.name for language in kernel.languages()] == ["c"]
        kernel.languages()
    assert not scripted


@pytest.mark.parametrize("answer", [None, KeyError("kind"), {"ending": "engine_failed", "error": "no"}])
def test_a_virtual_machine_that_does_not_come_up_ahead_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch,
    scripted: list[Found | Exception],
    answer: dict[str, str] | Exception | None,
) -> None:
    def answers() -> dict[str, str] | None:
        if isinstance(answer, Exception):
            raise answer
        return answer

    scripted.append(([chain("java")], {}))
    with KernelEngine() as kernel:
        kernel.languages()
        broken, sound = FakeWarden(answers), FakeWarden(lambda: None)
        coming = iter([broken, sound])
        monkeypatch.setattr(Holding, "warden", lambda _: next(coming))
        preparing = threading.Thread(target=kernel._prepare_spare, args=(chain("java"),), daemon=True)
        preparing.start()
        preparing.join(10)
        assert kernel._spare is not None
        assert kernel._spare.done()
        assert id(kernel._warden(chain("java"), Limits())) == id(sound)
        assert broken.closed.is_set()


def test_a_virtual_machine_that_is_late_is_ended_when_it_comes(
    monkeypatch: pytest.MonkeyPatch, scripted: list[Found | Exception]
) -> None:
    monkeypatch.setattr(engine, "_SPARE_TIMEOUT_S", 0)
    scripted.append(([chain("java")], {}))
    with KernelEngine() as kernel:
        kernel.languages()
        late, sound = FakeWarden(lambda: None), FakeWarden(lambda: None)
        monkeypatch.setattr(Holding, "warden", lambda _: sound)
        spare: Future[Any] = Future()
        kernel._spare = spare
        assert id(kernel._warden(chain("java"), Limits())) == id(sound)
        spare.set_result(late)
        assert late.closed.is_set()


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="descriptors are passed as Linux does")
def test_a_fork_that_fails_costs_one_submission_and_no_other() -> None:
    code = """if True:
        import os, socket, sys, threading, warnings
        warnings.simplefilter('ignore', DeprecationWarning)  # a fork beside a thread
        sys.path.insert(0, sys.argv[1])
        from box import root, warden, zygote
        ours, theirs = socket.socketpair()
        fork, refusals = os.fork, [BlockingIOError("Resource temporarily unavailable")]

        def forked():
            if refusals:
                raise refusals.pop()
            return fork()

        warden.main = lambda channel, folder: (channel.sendall(b"served"), os._exit(0))
        channels = [socket.socketpair() for _ in range(2)]
        for _, end in channels:
            socket.send_fds(ours, [b"r"], [end.fileno()])
            end.close()
        os.fork = forked
        forking = threading.Thread(target=zygote._fork_wardens, args=(theirs, root.Place("/nowhere", False)))
        forking.start()
        print([own.recv(10).decode() for own, _ in channels])
        ours.shutdown(socket.SHUT_WR)
    """
    folder = str(Path(box.__file__).parents[1])
    done = subprocess.run([sys.executable, "-c", code, folder], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "['', 'served']"


@pytest.mark.parametrize(
    "said",
    [
        "g++: internal compiler error: CPU time limit exceeded signal terminated program cc1plus\nPlease submit",
        "gcc: fatal error: Killed signal terminated program cc1\ncompilation terminated.",
        "collect2: fatal error: ld terminated with signal 24 [CPU time limit exceeded]",
    ],
)
def test_a_compiler_that_was_stopped_is_told_in_words_of_the_limit(said: str) -> None:
    assert messages.compiled(said, messages.of_gcc) == "the compiler needed more time or memory than it has"


def test_a_process_with_little_cpu_time_left_is_not_asked_another_test(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Running:
        alive = True
        closed = False

        def __init__(self, cpu_s: float) -> None:
            self.cpu_s = cpu_s

        def ask(self, *_: object) -> process.Seen:
            return process.Seen(frame=b'0\n["returned", 1, null]')

        def close(self) -> None:
            self.closed = True

    request = {"function": "f", "per_test": False, "memory_bytes": 1 << 28, "tokens": "c"}
    clock = {"cpu_s": 2.0, "wall_s": 5.0, "most_s": 5.0, "output_bytes": 100}
    fresh = Running(0)
    ours, theirs = socket.socketpair()
    with ours, theirs:
        served: Any = warden.Warden(ours, "/nowhere")
        served._recipe, served._request = {"kind": "native"}, request
        monkeypatch.setattr(served, "_started", lambda _: setattr(served, "_process", fresh))
        for used, replaced in ((117.5, False), (118.5, True)):
            served._process = before = Running(used)
            assert served.test({"tokens": "c", **clock})["ending"] is None
            assert (before.closed, served._process is fresh) == (replaced, replaced)
