"""The kernel engine as the room knows it: seats for submissions, the zygote that serves them, and their verdicts.

What holds the code is Linux: Landlock, a filter on system calls, limits, and namespaces where they are granted; `box/`
has how, ADR 15 why and what exactly. Nothing is listed before every wall was tried for real and every language has
answered a control run in it.
"""

from __future__ import annotations

import contextlib
import os
import platform
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Final, Self

from ..engine import Language, Observation, Program, TestInput, named
from ..errors import SandboxUnavailable, UnsupportedLanguage
from ..machine_code import default_directory
from ..seats import Seats
from ..submission import Limits
from . import toolchains
from .run import COMPILE_TIMEOUT_S, Run
from .toolchains import Toolchain
from .zygote import GoneError, Trial, Warden, Zygote

# How long a submission waits for a virtual machine that is on its way before it starts one of its own.
_SPARE_TIMEOUT_S: Final = 10
# For how long a failed preparation is believed: what it lacked (a disk's room, a process) may be there again.
_REFUSED_S: Final = 30
# What a toolchain that lost a file comes to, beside what the candidate's own faults do.
_OURS_PERHAPS: Final = ("not_compiled", "engine_failed")
_LOST: Final = "what the sandbox starts from was lost while it ran"
_DEFAULT_MEMORY: Final = Limits().memory_mb << 20
# The same in a box of its own as in WebAssembly.
_GUEST: Final = Path(__file__).parents[1] / "_guest.py"


class KernelEngine:
    """Runs C, C++, Java and Go where their toolchains are found, and Python natively when asked to. Thread-safe; its
    processes end with `close()` and with this process.

    Args:
        workers: submissions that run at once (default: one per CPU).
        queue: submissions that may wait for a seat; one more is `SandboxBusy`.
        wait_s: how long they wait before that is `SandboxBusy` too.
        directory: where what toolchains start from is kept: a precompiled header, a class archive, Go's packages
            (default: the user's cache). A machine's first start builds it in the background; runs wait for it.
        native_python: Python too, by this interpreter.
        ahead: find the toolchains and prove them in the background at once, which takes some seconds; False: when a
            language is first asked for.
        namespaces: False does without them where the kernel would grant them; the rest must hold alone.
    """

    name = "kernel"

    def __init__(
        self,
        *,
        workers: int | None = None,
        queue: int = 64,
        wait_s: float = 20.0,
        directory: Path | None = None,
        native_python: bool = False,
        namespaces: bool = True,
        ahead: bool = True,
    ) -> None:
        self._workers = workers or os.process_cpu_count() or 1
        self._seats = Seats(self._workers, queue=queue, wait_s=wait_s)
        self._python = native_python
        self._namespaces = namespaces
        self._lock = threading.RLock()
        self._closed = False
        self._zygote: Zygote | None = None
        # Those that see what a preparation before this one prepared, until who runs in them is through.
        self._retired: list[Zygote] = []
        # What held when it was first started; a later start that comes to less is not run on.
        self._isolation: str | None = None
        self._spare: Future[Warden] | None = None
        self._reasons: dict[str, str] = {}
        self._found: Future[dict[str, Toolchain]] = Future()
        self._refused_at = 0.0
        self._folder = directory or default_directory()
        self._begun = False
        if ahead:
            self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    @property
    def speaks(self) -> tuple[str, ...]:
        if sys.platform != "linux":
            return ()
        return toolchains.here(python=self._python)

    @property
    def isolation(self) -> str:
        """Raises `SandboxUnavailable` when nothing holds."""
        self._begin().result()
        return self._running().trial.isolation

    @property
    def missing(self) -> dict[str, str]:
        """Why each language is not listed that is not; empty until the first listing."""
        return dict(self._reasons)

    @property
    def processes(self) -> frozenset[int]:
        """The zygote; what is below it is its own."""
        with self._lock:
            zygotes = [*self._retired, *([self._zygote] if self._zygote is not None else [])]
            return frozenset(zygote.process for zygote in zygotes)

    def language(self, name: str) -> Language:
        return named(self, name)

    def trial(self) -> Trial:
        """What the walls came to here. Raises `SandboxUnavailable` when they could not be put up at all."""
        found = self._begin()
        zygote = self._zygote if found.exception() else self._running()
        if zygote is None:
            found.result()
            raise SandboxUnavailable("the sandbox is closed")
        return zygote.trial

    def walls(self) -> dict[str, str]:
        """Each attempt to get out and what came of it; `refused` is how those begin that were held."""
        return self.trial().attempts

    def languages(self) -> tuple[Language, ...]:
        """Those whose control run was answered in the box. Raises `SandboxUnavailable` when nothing holds."""
        known = self._known()
        isolation = self.isolation
        return tuple(Language(name, chain.title, self.name, isolation) for name, chain in known.items())

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        """One observation per input, in order; whatever happens to the candidate's process is a verdict."""
        for last in (False, True):
            known = self._known()
            toolchain = known.get(program.language)
            if toolchain is None:
                raise UnsupportedLanguage(program.language, tuple(known))
            with self._seats.seat():
                warden = self._warden(toolchain, limits)
                ours = False
                try:
                    for seen in Run(warden, toolchain, program, limits).observations(inputs):
                        if seen.index == 0 and seen.ending in _OURS_PERHAPS:
                            ours = toolchain.lost(thoroughly=True)
                        if ours and not last:
                            break
                        yield Observation(seen.index, "engine_failed", error=_LOST) if ours else seen
                    else:
                        return
                finally:
                    warden.close()
                    if toolchain.ahead:
                        threading.Thread(target=self._prepare_spare, args=(toolchain,), daemon=True).start()
            self._forget(known)

    def rest(self) -> None:
        with self._lock:
            zygote, self._zygote = self._zygote, None
            self._isolation = None  # whoever wakes may be on another machine
            spare, self._spare = self._spare, None
            retired, self._retired = self._retired, []
        for one in retired:
            one.close()
        if zygote is not None:
            zygote.close()  # and with it the spare, if it is still on its way
        if spare is not None:
            spare.add_done_callback(_discarded)

    def wake(self) -> None:
        self.rest()
        if self._found.done() and self._found.exception() is None:
            with contextlib.suppress(SandboxUnavailable):  # who needs it will hear why
                self._running()

    def close(self) -> None:
        with self._lock:
            self._closed = True
            self._seats.close()
        self.rest()

    def _known(self) -> dict[str, Toolchain]:
        """The toolchains that were proved, prepared again where what they start from was lost since."""
        known = self._begin().result()
        if any(chain.lost() for chain in known.values()):
            self._forget(known)
            known = self._begin().result()
        return known

    def _forget(self, known: dict[str, Toolchain]) -> None:
        """Prepare again, unless somebody has begun to: something that these start from was lost."""
        with self._lock:
            if self._found.done() and self._found.exception() is None and self._found.result() is known:
                self._found, self._begun = Future(), False

    def _begin(self) -> Future[dict[str, Toolchain]]:
        """The preparation: under way, done, or failed a moment ago."""
        with self._lock:
            refused = self._found.done() and self._found.exception() is not None
            if refused and time.monotonic() >= self._refused_at + _REFUSED_S:
                self._found, self._begun = Future(), False
            begun, self._begun, found = self._begun, True, self._found
        if not begun:
            threading.Thread(target=self._prepare, args=(found,), daemon=True).start()
        return found

    def _prepare(self, found: Future[dict[str, Toolchain]]) -> None:
        try:
            found.set_result(self._proved(self._folder))
        except Exception as error:  # noqa: BLE001 - whoever waits for the future must hear of it
            self._refused_at = time.monotonic()
            found.set_exception(
                error
                if isinstance(error, SandboxUnavailable)
                else SandboxUnavailable(f"the kernel sandbox could not be prepared: {error!r}")
            )

    def _proved(self, directory: Path) -> dict[str, Toolchain]:
        if sys.platform != "linux":
            raise SandboxUnavailable(f"the kernel sandbox needs Linux; this is {platform.system()}")
        chains, self._reasons = toolchains.found(directory, python=self._python)
        if not chains:
            raise SandboxUnavailable(
                f"no compiler for the kernel sandbox: {'; '.join(self._reasons.values())}"
            )
        paths = {path for chain in chains for path in chain.paths} | set(toolchains.interpreter_paths())
        self._renew(sorted(paths))
        self._running()
        proved = {}
        for chain in chains:
            fault = self._control_run(chain)
            if fault is None:
                proved[chain.language] = chain
            else:
                self._reasons[chain.language] = fault
        if not proved:
            told = "; ".join(f"{language}: {reason}" for language, reason in self._reasons.items())
            raise SandboxUnavailable(f"no language runs in the kernel sandbox here: {told}")
        return proved

    def _renew(self, paths: list[str]) -> None:
        """Let the zygote that sees other paths, or what lay there before, serve no one who comes from now on."""
        with self._lock:
            self._paths = paths
            zygote, self._zygote = self._zygote, None
            spare, self._spare = self._spare, None
            self._retired = [one for one in self._retired if one.alive()]
            if zygote is not None:
                self._retired.append(zygote)
        if spare is not None:
            spare.add_done_callback(_discarded)
        if zygote is not None:
            zygote.retire()

    def _control_run(self, chain: Toolchain) -> str | None:
        """Why the language does not answer in the box; None when it does."""
        for _ in range(2):
            warden = self._warden(chain, Limits())
            try:
                run = Run(warden, chain, chain.hello, Limits(cpu_s=10))
                (seen,) = run.observations([TestInput(stdin="21")])
            finally:
                warden.close()
            if seen.ending != "engine_failed":  # ended from outside, which says nothing of the language
                break
        if seen.ending == "returned" and seen.stdout.strip() == "42":
            return None
        return f"the control run came to {seen.ending}: {(seen.error or seen.stdout)[:400]}"

    def _running(self) -> Zygote:
        """The zygote, started if it is not there or has died."""
        with self._lock:
            if self._closed:
                raise SandboxUnavailable("the sandbox is closed")
            if self._zygote is None or not self._zygote.alive():
                if self._zygote is not None:
                    self._zygote.close()
                try:
                    self._zygote = self._started()
                except GoneError:  # without a word: ended from outside, and a second time it is the machine
                    self._zygote = self._started()
            zygote = self._zygote
            began, now = self._isolation or zygote.trial.isolation, zygote.trial.isolation
            self._isolation = began
            if now != began:
                self._zygote = None
                zygote.close()
                raise SandboxUnavailable(f"the kernel sandbox began as {began!r} and would go on as {now!r}")
        if zygote.trial.through:
            raise SandboxUnavailable(
                f"the kernel sandbox does not hold here against: {', '.join(zygote.trial.through)}"
            )
        return zygote

    def _started(self) -> Zygote:
        guest = str(_GUEST) if self._python else None
        return Zygote(self._paths, self._workers + 1, guest, namespaces=self._namespaces)

    def _warden(self, toolchain: Toolchain, limits: Limits) -> Warden:
        if toolchain.ahead and limits.memory_mb << 20 == _DEFAULT_MEMORY:
            with self._lock:
                spare, self._spare = self._spare, None
            if spare is not None:
                try:
                    if (warden := spare.result(_SPARE_TIMEOUT_S)).alive():
                        return warden
                except TimeoutError:
                    spare.add_done_callback(_discarded)
                except SandboxUnavailable:
                    pass  # a new one is asked for below, and says why where there is none
        try:
            return self._running().warden()
        except GoneError:  # it is closed, so the next one is new
            return self._running().warden()

    def _prepare_spare(self, toolchain: Toolchain) -> None:
        """A virtual machine that is warm when the next submission comes."""
        with self._lock:
            if self._spare is not None or self._closed:
                return
            spare = self._spare = Future[Warden]()
        try:
            spare.set_result(self._warmed(toolchain))
        except Exception as error:  # noqa: BLE001 - whoever waits for the future must hear of it
            told = f"no virtual machine came up ahead of time: {error!r}"
            spare.set_exception(SandboxUnavailable(told))

    def _warmed(self, toolchain: Toolchain) -> Warden:
        warden = self._running().warden()
        request = {
            "kind": "prepare",
            "recipe": toolchain.recipe(toolchain.hello),
            "memory_bytes": _DEFAULT_MEMORY,
        }
        with contextlib.ExitStack() as unless_it_came_up:
            unless_it_came_up.callback(warden.close)
            hello = warden.ask(request, COMPILE_TIMEOUT_S)
            if hello is None or hello["ending"] != "returned":
                raise SandboxUnavailable(str((hello or {}).get("error") or "it ended"))
            unless_it_came_up.pop_all()
        return warden


def _discarded(spare: Future[Warden]) -> None:
    if spare.exception() is None:
        spare.result().close()
