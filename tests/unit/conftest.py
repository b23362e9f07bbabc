"""The REST API in process: real store, bank and use cases; the sandbox is scripted, speech is off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import pytest
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection
from starlette.routing import Route

from runtime.api import Container, create_app
from runtime.api.gate import LOOPBACK_HOSTS, UPLOADS
from runtime.cv.analysis import analyze
from runtime.evaluation import EvaluationInput, Evaluator, Report, evaluate
from runtime.evaluation.pdf import write_pdf
from runtime.interview.interviewer import AuthoredInterviewer
from runtime.interview.store import Store, StoreUnavailableError
from runtime.knowledge import load_bank
from runtime.knowledge.bank import Bank
from runtime.knowledge.phrases import Phrases, load_phrases
from runtime.local.store import SqliteStore
from runtime.local.uploads import LocalUploads
from runtime.people import Principal
from runtime.people.access import LOCAL_USER
from runtime.sandbox import EngineExecutor
from runtime.sandbox.engine import Language, Observation, Program, TestInput, named
from runtime.sandbox.errors import SandboxBusy
from runtime.sandbox.submission import Limits
from runtime.services.platform import Services, Tools
from runtime.voice.conversation import VoicePorts
from runtime.voice.server import create_voice_app
from runtime.voice.tickets import Tickets

CV = b"""Jane Doe
jane@example.com

Experience
Backend Engineer, Acme Inc
Jan 2019 - Mar 2022
Built payment services in Python

Skills
Python, SQL, Docker
"""


@dataclass
class ScriptedEngine:
    """Returns 42 to every test, without running anything."""

    busy: bool = False
    ran: list[Program] = field(default_factory=list)
    name: str = "scripted"
    isolation: str = "scripted: nothing is run"
    speaks: tuple[str, ...] = ("python",)
    processes: frozenset[int] = frozenset()

    def languages(self) -> tuple[Language, ...]:
        return (Language("python", "3.13", self.name, self.isolation),)

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        if self.busy:
            raise SandboxBusy("every worker is taken")
        self.ran.append(program)
        for index, _ in enumerate(inputs):
            yield Observation(index=index, ending="returned", value=42)

    def language(self, name: str) -> Language:
        return named(self, name)

    def rest(self) -> None:
        pass

    def wake(self) -> None:
        pass

    def close(self) -> None:
        pass


class FailingStore:
    """A store whose disk is full, or whose database is locked, for the calls in `failing`."""

    def __init__(self, store: SqliteStore) -> None:
        self._store = store
        self.failing: set[str] = set()
        self.failed: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        if name in self.failing:
            return self._refuse(name)
        return getattr(self._store, name)

    def _refuse(self, name: str) -> Callable[..., Any]:
        def refuse(*_: Any, **__: Any) -> Any:
            self.failed.add(name)
            raise StoreUnavailableError("database or disk is full")

        return refuse


@dataclass
class ReplaceableEvaluator:
    """The room's own evaluator, until a test puts another in its place."""

    evaluate: Evaluator = evaluate

    def __call__(self, given: EvaluationInput, /) -> Report:
        return self.evaluate(given)


@dataclass
class Api:
    """An app over a store of its own, and a client that comes from its own page."""

    client: TestClient
    store: FailingStore
    engine: ScriptedEngine
    evaluator: ReplaceableEvaluator

    def create(self, **changes: Any) -> str:
        body = {"interview_type": "Backend engineer", "candidate_name": "Ada Lovelace"} | changes
        answer = self.client.post("/api/sessions/create", json=body)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["session_id"])

    def say(self, interview_id: str, text: str, **headers: str) -> httpx2.Response:
        return self.client.post(
            f"/api/interviews/{interview_id}/messages", json={"text": text}, headers=headers
        )

    def upload(self, interview_id: str, body: bytes = CV, name: str = "cv.txt") -> httpx2.Response:
        return self.client.post(f"/api/interviews/{interview_id}/upload-cv", files={"file": (name, body)})

    def end(self, interview_id: str) -> None:
        assert self.client.post(f"/api/interviews/{interview_id}/end").status_code == 200


type MakeApi = Callable[..., Api]


@pytest.fixture(scope="session")
def bank() -> tuple[Bank, Phrases]:
    return load_bank(), load_phrases()


@pytest.fixture
def make_api(tmp_path: Path, bank: tuple[Bank, Phrases]) -> Iterator[MakeApi]:
    """`make_api(authenticate=..., hosts=..., page=...)` gives an `Api`; all of one test share their data."""
    sqlite = SqliteStore(tmp_path / "data")
    clients: list[TestClient] = []

    def make(
        *,
        authenticate: Callable[[HTTPConnection], Principal] = lambda _: LOCAL_USER,
        hosts: frozenset[str] | None = LOOPBACK_HOSTS,
        page: Path | None = None,
    ) -> Api:
        failing = FailingStore(sqlite)
        store: Store = failing
        engine = ScriptedEngine()
        evaluator = ReplaceableEvaluator()
        tools = Tools(code=EngineExecutor(engine), cv=analyze, evaluation=evaluator, pdf=write_pdf)
        uploads = LocalUploads(sqlite, path=UPLOADS)
        services = Services.over(store, *bank, tools, uploads)
        ports = VoicePorts(
            store=store,
            turns=services.turns,
            plans=services.plans,
            code=services.code,
            interviews=services.interviews,
            interviewer=AuthoredInterviewer(),
            recognizer=None,
            synthesizer=None,
        )
        container = Container.over(
            services,
            Tickets(store),
            engines=ports.engines,
            authenticate=authenticate,
            socket_url=lambda at, id_, ticket: f"ws://{at.url.netloc}/ws/interview/{id_}?ticket={ticket}",
            page=page,
        )
        # What the server fails at is answered, as to a real caller, and not raised in the test.
        app = create_app(container, hosts=hosts, voice=create_voice_app(ports, container.tickets))
        app.router.routes.insert(0, Route(f"{UPLOADS}{{token}}", uploads.receive(), methods=["POST"]))
        client = TestClient(
            app,
            base_url="http://localhost:8000",
            raise_server_exceptions=False,
        )
        client.__enter__()
        clients.append(client)
        return Api(client, failing, engine, evaluator)

    yield make
    for client in clients:
        client.__exit__(None, None, None)
    sqlite.close()


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api()
