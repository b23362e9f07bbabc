"""The laptop's composition root: which adapter serves which port when everything runs on one machine."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from fastapi import FastAPI
from starlette.requests import HTTPConnection
from starlette.routing import Route

from runtime.api import Container, create_app
from runtime.api.gate import LOOPBACK_HOSTS, UPLOADS
from runtime.evaluation import evaluate
from runtime.evaluation.pdf import write_pdf
from runtime.interview.interviewer import AuthoredInterviewer
from runtime.knowledge import load_bank
from runtime.knowledge.phrases import load_phrases
from runtime.local.access import authenticate_by, enter
from runtime.local.reading import SeparateReader
from runtime.local.serving import only_server
from runtime.local.speech import EmbeddedSpeech, embedded_speech
from runtime.local.store import SqliteStore
from runtime.local.uploads import LocalUploads
from runtime.sandbox import Engine, EngineExecutor
from runtime.sandbox.engines import all_engines
from runtime.services.platform import Services, Tools
from runtime.services.turns import HOLDERS
from runtime.settings import LaptopSettings
from runtime.voice.conversation import VoicePorts
from runtime.voice.ports import SpeechUnavailable
from runtime.voice.server import create_voice_app
from runtime.voice.tickets import Tickets

PAGE = Path(__file__).resolve().parents[2] / "web" / "dist"
# Frames of the protocol are at most 30,000 bytes; larger ones are answered with an error event, up to here.
_LARGEST_FRAME = 16 * 1024 * 1024


class CannotStartError(Exception):
    """The platform cannot start as asked; the message says how it can."""


@dataclass(frozen=True, slots=True)
class Laptop:
    """A platform that is ready to serve."""

    app: FastAPI
    container: Container
    speech: EmbeddedSpeech | None
    server: uvicorn.Server
    listener: socket.socket

    @property
    def url(self) -> str:
        host, port = self.listener.getsockname()[:2]
        return f"http://{'localhost' if host in {'127.0.0.1', '::1'} else host}:{port}"

    async def serve(self) -> None:
        """Serve until told to stop (a signal, or `server.should_exit`)."""
        await self.server.serve(sockets=[self.listener])


@contextlib.asynccontextmanager
async def laptop(settings: LaptopSettings, *, report: Callable[[str], None]) -> AsyncIterator[Laptop]:
    """Put the platform together. `report` is told, in sentences, what is starting.

    Raises `CannotStartError`, or `StoreUnavailableError` when the data folder cannot be used.
    """
    if settings.host not in LOOPBACK_HOSTS and settings.token is None:
        raise CannotStartError(
            f"to answer on {settings.host} set a token that callers must bring: PREPAI_TOKEN=... prepai run"
        )
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(contextlib.closing(_listen(settings.host, settings.port)))
        store = stack.enter_context(contextlib.closing(SqliteStore(settings.data)))
        # After kill -9 the store still says for 15 s that sockets hold their interviews, and typed turns would be
        # refused. Where nobody else serves the folder no socket is alive, so what they held is free at once.
        if stack.enter_context(only_server(settings.data)):
            store.drop(HOLDERS)
        engine = stack.enter_context(all_engines(ahead=True))
        async with _speech(settings, report) as speech:
            uploads = LocalUploads(store, path=UPLOADS)
            reader = SeparateReader()
            services = _services(store, engine, uploads, reader)
            ports = _ports(store, services, speech)
            container = _container(settings, services, ports)
            voice = create_voice_app(ports, container.tickets)
            # Whoever brings the token may come by any name; without one, only this machine's own names count.
            app = create_app(container, hosts=None if settings.token else LOOPBACK_HOSTS, voice=voice)
            app.router.routes.insert(0, Route(f"{UPLOADS}{{token}}", uploads.receive(), methods=["POST"]))
            if settings.token is not None:
                app.router.routes.insert(0, Route("/enter", enter(settings.token)))
            # The sandbox's first worker, the bank's first reading and the CV's reader should not wait for the first
            # candidate.
            warming = asyncio.gather(
                asyncio.to_thread(container.code.languages), asyncio.to_thread(reader.warm)
            )
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                ws_max_size=_LARGEST_FRAME,
                timeout_graceful_shutdown=3,
                # Longer than clients keep idle connections, so that none is closed under a request on its way.
                timeout_keep_alive=75,
            )
            yield Laptop(app, container, speech, uvicorn.Server(config), listener)
            await warming


def _services(store: SqliteStore, engine: Engine, uploads: LocalUploads, reader: SeparateReader) -> Services:
    tools = Tools(code=EngineExecutor(engine), cv=reader, evaluation=evaluate, pdf=write_pdf)
    return Services.over(store, load_bank(), load_phrases(), tools, uploads)


def _ports(store: SqliteStore, services: Services, speech: EmbeddedSpeech | None) -> VoicePorts:
    return VoicePorts(
        store=store,
        turns=services.turns,
        plans=services.plans,
        code=services.code,
        interviews=services.interviews,
        interviewer=AuthoredInterviewer(),
        recognizer=speech.recognizer if speech else None,
        synthesizer=speech.synthesizer if speech else None,
    )


def _container(settings: LaptopSettings, services: Services, ports: VoicePorts) -> Container:
    return Container.over(
        services,
        Tickets(ports.store),
        engines=ports.engines,
        authenticate=authenticate_by(settings.token),
        socket_url=_socket_url,
        page=PAGE if (PAGE / "index.html").exists() else None,
    )


def _socket_url(connection: HTTPConnection, interview_id: str, ticket: str) -> str:
    scheme = "wss" if connection.url.scheme == "https" else "ws"
    return f"{scheme}://{connection.url.netloc}/ws/interview/{interview_id}?ticket={ticket}"


@contextlib.asynccontextmanager
async def _speech(
    settings: LaptopSettings, report: Callable[[str], None]
) -> AsyncIterator[EmbeddedSpeech | None]:
    if settings.speech == "off":
        yield None
        return
    async with contextlib.AsyncExitStack() as stack:
        try:
            speech = await stack.enter_async_context(embedded_speech(report=report))
        except SpeechUnavailable as error:
            # Interviews can be typed; that there is no speech is said here, in /health and on the page.
            report(f"No speech in this run: {error}")
            speech = None
        yield speech


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()  # callers wait in the queue from here on, instead of being refused
    except OSError as error:
        listener.close()
        raise CannotStartError(
            f"cannot listen on {host} port {port} ({error.strerror}); choose another: make run PORT=8001"
        ) from error
    return listener
