"""Ports that count what passes through them, so that the rooms need not know that anybody counts."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from runtime.interview.events import (
    CodeRun,
    CvAnalyzed,
    Event,
    InterviewCreated,
    InterviewEnded,
    PlanFrozen,
    ReportFailed,
    ReportMade,
    StoredEvent,
)
from runtime.interview.store import Header, Store, StoreError
from runtime.sandbox.engine import Ending, Engine, Language, Measures, Observation, Program, TestInput
from runtime.sandbox.errors import SandboxError, SandboxUnavailable
from runtime.sandbox.metrics import Metrics
from runtime.sandbox.submission import Limits

if TYPE_CHECKING:
    from runtime.voice.ports import Recognizer, Synthesizer, Transcript

type Count = Callable[[str], None]
type Measure = Callable[[str, float], None]

_EVENTS: Final[dict[type[Event], str]] = {
    InterviewCreated: "InterviewsCreated",
    # The plan is frozen at the first word, and once.
    PlanFrozen: "InterviewsStarted",
    InterviewEnded: "InterviewsCompleted",
    ReportMade: "ReportsMade",
    ReportFailed: "ReportsFailed",
    CodeRun: "CodeRuns",
    CvAnalyzed: "CvsRead",
}
_ENDINGS: Final[dict[Ending, str]] = {
    "time": "SandboxTimeouts",
    "memory": "SandboxMemoryKills",
    "output": "SandboxOutputKills",
    "crashed": "SandboxCrashes",
    "engine_failed": "SandboxFailures",
}


def counted_store(store: Store, count: Count, measure: Measure) -> Store:
    """`store`, counting the events that it has taken: what the log holds is what happened, and it holds it once.

    An interview that ends is measured from the moment its plan was frozen.
    """
    return _CountedStore(store, count, measure)


class _CountedStore:
    def __init__(self, store: Store, count: Count, measure: Measure) -> None:
        self._store = store
        self._count = count
        self._measure = measure
        self.read = store.read
        self.headers = store.headers
        self.delete = store.delete
        self.put_once = store.put_once
        self.held = store.held
        self.swap = store.swap
        self.put_blob = store.put_blob
        self.blob = store.blob

    def append(
        self, interview_id: str, events: Sequence[Event], *, expected: int, actor: str, header: Header
    ) -> tuple[StoredEvent, ...]:
        stored = self._store.append(interview_id, events, expected=expected, actor=actor, header=header)
        for event in stored:
            for name in _names(event.event):
                self._count(name)
            if isinstance(event.event, InterviewEnded):
                self._measure_interview(interview_id, event)
        return stored

    def _measure_interview(self, interview_id: str, end: StoredEvent) -> None:
        try:
            log = self._store.read(interview_id)
        except StoreError:
            return  # the end is written; a figure is not worth failing it
        begin = next((event.at for event in log if isinstance(event.event, PlanFrozen)), None)
        if begin is not None:
            self._measure("InterviewTime", (end.at - begin).total_seconds())


def _names(event: Event) -> Iterator[str]:
    if name := _EVENTS.get(type(event)):
        yield name
    match event:
        case CodeRun(passed=passed, total=total) if total:
            yield "CodeRunsPassed" if passed == total else "CodeRunsFailed"
        case CvAnalyzed(status="needs_ocr"):
            yield "CvsWithoutText"


class CountedEngine:
    """A sandbox engine, counting how runs ended that did not end well, and refusals by their kind."""

    def __init__(self, engine: Engine, count: Count) -> None:
        self._engine = engine
        self._count = count
        self.close = engine.close
        self.rest = engine.rest
        self.wake = engine.wake

    def __iter__(self) -> Iterator[Engine]:
        """The engines that it is made of."""
        return iter(self._engine) if isinstance(self._engine, Iterable) else iter((self._engine,))

    @property
    def name(self) -> str:
        return self._engine.name

    @property
    def isolation(self) -> str:
        return self._engine.isolation

    @property
    def speaks(self) -> tuple[str, ...]:
        return self._engine.speaks

    @property
    def processes(self) -> frozenset[int]:
        return self._engine.processes

    def language(self, name: str) -> Language:
        return self._engine.language(name)

    def languages(self) -> tuple[Language, ...]:
        return self._engine.languages()

    def measure(self, language: str, source: str) -> Metrics:
        if not isinstance(self._engine, Measures):
            raise SandboxUnavailable("no engine here measures source")
        return self._engine.measure(language, source)

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        self._count("SandboxRuns")
        try:
            for seen in self._engine.run(program, inputs, limits):
                if name := _ENDINGS.get(seen.ending):
                    self._count(name)
                yield seen
        except SandboxError as refusal:
            self._count("SandboxBusy" if refusal.kind == "sandbox_busy" else "SandboxRefusals")
            raise


class TimedRecognizer:
    """A recogniser, measuring how long words take."""

    def __init__(self, recognizer: Recognizer, measure: Measure) -> None:
        self._recognizer = recognizer
        self._measure = measure

    @property
    def name(self) -> str:
        return self._recognizer.name

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        began = time.monotonic()
        heard = await self._recognizer.transcribe(pcm, vocabulary=vocabulary, language=language)
        self._measure("RecognitionTime", time.monotonic() - began)
        return heard


class TimedSynthesizer:
    """A synthesiser, measuring how long the first sound takes."""

    def __init__(self, synthesizer: Synthesizer, measure: Measure) -> None:
        self._synthesizer = synthesizer
        self._measure = measure

    @property
    def name(self) -> str:
        return self._synthesizer.name

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        began: float | None = time.monotonic()
        pieces = self._synthesizer.synthesize(text, language=language)
        try:
            async for piece in pieces:
                if began is not None:
                    self._measure("FirstSoundTime", time.monotonic() - began)
                    began = None
                yield piece
        finally:
            # Whoever stops listening stops the engine.
            if isinstance(pieces, AsyncGenerator):
                await pieces.aclose()
