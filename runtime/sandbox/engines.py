"""Several engines as one: each language goes to the first engine that has it and holds."""

from __future__ import annotations

import contextlib
import logging
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final, Self

from .engine import Engine, Language, Measures, Observation, Program, TestInput
from .errors import SandboxBusy, SandboxUnavailable, UnsupportedLanguage
from .kernel import KernelEngine
from .metrics import Metrics
from .submission import Limits
from .wasm_javascript import WasmJavaScript
from .wasm_python import WasmPython

_log = logging.getLogger(__name__)

# What a second attempt has at least.
_LEAST_S: Final = 1.0


class Engines:
    """An engine made of engines, asked in the order given. None stands in for another that does not hold: a language
    is run by an engine that has it and holds, or not at all.

    Close it, or use it as a context; that closes every engine in it. `on_failure` is told of every run that failed by
    itself and is begun again, of which nobody else hears.
    """

    name = "engines"

    def __init__(self, *engines: Engine, on_failure: Callable[[], None] = lambda: None) -> None:
        self._engines = engines
        self._on_failure = on_failure

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()

    def __iter__(self) -> Iterator[Engine]:
        return iter(self._engines)

    @property
    def isolation(self) -> str:
        """What holds code here, of every engine that holds. Raises `SandboxUnavailable` when none does."""
        return "; ".join(dict.fromkeys(language.isolation for language in self.languages()))

    @property
    def speaks(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(name for engine in self._engines for name in engine.speaks))

    @property
    def processes(self) -> frozenset[int]:
        return frozenset().union(*(engine.processes for engine in self._engines))

    def language(self, name: str) -> Language:
        return self._holding(name)[1]

    def languages(self) -> tuple[Language, ...]:
        """What the engines that hold have, each language once.

        Raises:
            SandboxUnavailable: none holds; the reasons of all.
        """
        found: dict[str, Language] = {}
        reasons: list[str] = []
        for engine in self._engines:
            try:
                for language in engine.languages():
                    found.setdefault(language.name, language)
            except SandboxUnavailable as reason:
                reasons.append(str(reason))
        if not found:
            raise SandboxUnavailable("; ".join(reasons) or "this process was given no engine to run code on")
        return tuple(found.values())

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        """As the engine that has the program's language runs it.

        Where that fails by itself (a process of its own was ended from outside), the tests from the one that failed are
        run once more: nothing of a run lasts, so it is safe. They have the time that was left, and at least a second. A
        second failure stands.
        """
        engine, _ = self._holding(program.language)
        began = time.monotonic()
        failed: Observation | None = None
        with contextlib.closing(_closable(engine.run(program, inputs, limits))) as running:
            for observation in running:
                if observation.ending == "engine_failed":
                    failed = observation
                    break
                yield observation
        if failed is None:
            return
        # Its words are ours: nothing of a candidate's is in them.
        _log.warning(
            "%s failed at test %d and begins again there: %s", engine.name, failed.index, failed.error
        )
        self._on_failure()
        left = max(_LEAST_S, limits.submission_s - (time.monotonic() - began))
        limits = limits.model_copy(update={"submission_s": min(left, limits.submission_s)})
        first = failed.index
        try:
            with contextlib.closing(_closable(engine.run(program, inputs[first:], limits))) as running:
                for observation in running:
                    yield replace(observation, index=first + observation.index)
        except (SandboxUnavailable, SandboxBusy):
            for index in range(first, len(inputs)):
                yield replace(failed, index=index)

    def measure(self, language: str, source: str) -> Metrics:
        """By the first engine that can. Raises `SandboxUnavailable` when none can."""
        for engine in self._engines:
            if isinstance(engine, Measures):
                return engine.measure(language, source)
        raise SandboxUnavailable("no engine here measures source")

    def rest(self) -> None:
        for engine in self._engines:
            engine.rest()

    def wake(self) -> None:
        for engine in self._engines:
            engine.wake()

    def close(self) -> None:
        """Close every engine."""
        with contextlib.ExitStack() as stack:
            for engine in self._engines:
                stack.callback(engine.close)

    def _holding(self, name: str) -> tuple[Engine, Language]:
        # Only engines that have the language are asked: another one may have to start first.
        reasons: list[str] = []
        for engine in self._engines:
            if name in engine.speaks:
                try:
                    return engine, engine.language(name)
                except SandboxUnavailable as reason:
                    reasons.append(str(reason))
        if reasons:
            raise SandboxUnavailable("; ".join(dict.fromkeys(reasons)))
        raise UnsupportedLanguage(name, tuple(known.name for known in self.languages()))


def _closable(running: Iterator[Observation]) -> Generator[Observation]:
    """The same; closing it closes what it is made of, which gives an engine's seat back."""
    yield from running


def all_engines(
    *,
    workers: int | None = None,
    directory: Path | None = None,
    ahead: bool = False,
    on_failure: Callable[[], None] = lambda: None,
) -> Engines:
    """Every engine there is for this machine; each finds out by itself whether it holds.

    Args:
        workers: submissions that an engine runs at once (default: one per CPU).
        directory: where engines keep what they build once (default: the user's cache).
        ahead: the kernel engine proves its compilers in the background now, not when one is first asked for.
        on_failure: as of `Engines`.
    """
    return Engines(
        WasmPython(workers=workers, directory=directory),
        WasmJavaScript(workers=workers, directory=directory),
        KernelEngine(workers=workers, directory=directory, ahead=ahead),
        on_failure=on_failure,
    )
