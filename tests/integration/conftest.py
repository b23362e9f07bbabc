"""A real platform over loopback: real store, bank, conductor and socket; the speech engines are scripted."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from runtime.cv.analysis import analyze
from runtime.evaluation import evaluate
from runtime.evaluation.pdf import write_pdf
from runtime.interview.interviewer import AuthoredInterviewer, Interviewer
from runtime.knowledge import load_bank
from runtime.knowledge.phrases import load_phrases
from runtime.local.store import SqliteStore
from runtime.local.uploads import LocalUploads
from runtime.people.access import LOCAL_USER
from runtime.services.interviews import Interviews, NewInterview
from runtime.services.platform import Services, Tools
from runtime.services.turns import Turns
from runtime.voice.client import InterviewSocket
from runtime.voice.conversation import VoicePorts
from runtime.voice.ports import SpeechUnavailable, Transcript
from runtime.voice.server import create_voice_app
from runtime.voice.tickets import Tickets


@dataclass
class ScriptedRecognizer:
    """Hears the next text of its script; an exception in it is raised."""

    script: list[str | Exception] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)
    name: str = "scripted recognizer"

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        self.heard.append(pcm)
        text = self.script.pop(0) if self.script else "an answer that nobody scripted"
        if isinstance(text, Exception):
            raise text
        return Transcript(text=text, confidence=0.9)


@dataclass
class ScriptedSynthesizer:
    """Says every sentence as half a second of sound, slowly if asked to."""

    said: list[str] = field(default_factory=list)
    seconds_per_piece: float = 0.0
    broken: bool = False
    name: str = "scripted synthesizer"

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        self.said.append(text)
        if self.broken:
            raise SpeechUnavailable("the voice is gone")
        for _ in range(5):
            await asyncio.sleep(self.seconds_per_piece)
            yield bytes(4800)


@dataclass
class Platform:
    """A voice server that can be stopped and started again on the same data."""

    folder: Path
    recognizer: ScriptedRecognizer
    synthesizer: ScriptedSynthesizer
    interviewer: Interviewer = field(default_factory=AuthoredInterviewer)
    reconnect_after_s: float | None = None
    url: str = ""
    store: SqliteStore = field(init=False)
    measured: list[tuple[str, float]] = field(default_factory=list)
    interviews: Interviews = field(init=False)
    turns: Turns = field(init=False)
    tickets: Tickets = field(init=False)
    _server: uvicorn.Server | None = None
    _serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self.store = SqliteStore(self.folder)
        tools = Tools(code=None, cv=analyze, evaluation=evaluate, pdf=write_pdf)
        services = Services.over(
            self.store, load_bank(), load_phrases(), tools, LocalUploads(self.store, path="/uploads/")
        )
        self.interviews, self.turns = services.interviews, services.turns
        self.tickets = Tickets(self.store)
        ports = VoicePorts(
            store=self.store,
            turns=services.turns,
            plans=services.plans,
            code=services.code,
            interviews=services.interviews,
            interviewer=self.interviewer,
            recognizer=self.recognizer,
            synthesizer=self.synthesizer,
            measure=lambda name, seconds: self.measured.append((name, seconds)),
        )
        config = uvicorn.Config(
            create_voice_app(ports, self.tickets, reconnect_after_s=self.reconnect_after_s),
            port=0,
            log_config=None,
            timeout_graceful_shutdown=1,
        )
        self._server = uvicorn.Server(config)
        self._serving = asyncio.create_task(self._server.serve())
        while not self._server.started:
            await asyncio.sleep(0.01)
        host, port = self._server.servers[0].sockets[0].getsockname()
        self.url = f"ws://{host}:{port}"

    async def stop(self) -> None:
        assert self._server and self._serving
        self._server.should_exit = True
        await self._serving
        self.store.close()

    def create(self, **changes: Any) -> str:
        """A new interview's id."""
        values: dict[str, Any] = {
            "interview_type": "Backend",
            "candidate_name": "Ada Lovelace",
            "role": "Backend engineer",
            "level": "mid",
            "language": "en",
            "duration_minutes": 30,
            "mode": "assessment",
            "job_description": None,
            "recording": True,
        }
        new = NewInterview(**values | changes)
        return self.interviews.create(new, LOCAL_USER, idempotency_key=None).interview_id

    def address(self, interview_id: str) -> str:
        """The socket's address with a fresh ticket."""
        ticket = self.tickets.issue(interview_id, LOCAL_USER.id)
        return f"{self.url}/ws/interview/{interview_id}?ticket={ticket}"

    @contextlib.asynccontextmanager
    async def socket(self, interview_id: str) -> AsyncIterator[InterviewSocket]:
        client = InterviewSocket()
        await client.connect(self.address(interview_id))
        try:
            yield client
        finally:
            await client.close()


type RunningPlatform = Callable[..., AbstractAsyncContextManager[Platform]]


@pytest.fixture
def platform(tmp_path: Path, loudness_gate: None) -> RunningPlatform:
    """`async with platform() as running:` gives a served platform; `platform(interviewer)` one with a model."""

    @contextlib.asynccontextmanager
    async def running(
        interviewer: Interviewer | None = None, *, reconnect_after_s: float | None = None
    ) -> AsyncIterator[Platform]:
        served = Platform(
            tmp_path / "data",
            ScriptedRecognizer(),
            ScriptedSynthesizer(),
            interviewer or AuthoredInterviewer(),
            reconnect_after_s,
        )
        await served.start()
        try:
            yield served
        finally:
            await served.stop()

    return running
