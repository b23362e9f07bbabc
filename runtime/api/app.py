"""The platform as one ASGI app: REST, the socket, the documents that describe them, and the page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from starlette.middleware.base import RequestResponseEndpoint
from starlette.staticfiles import StaticFiles

from runtime.api import interviews, problems, sessions
from runtime.api.asyncapi import asyncapi
from runtime.api.container import Container
from runtime.api.gate import Gate
from runtime.api.problems import Problem
from runtime.api.schemas import EnginesOut, Health
from runtime.voice.server import create_voice_app

VERSION = version("prepai")
_PAGE_POLICY = (
    "default-src 'self'; connect-src 'self' ws: wss:; img-src 'self' data:; style-src 'self' 'unsafe-inline'; "
    "object-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action 'self'"
)


def create_app(container: Container, *, hosts: frozenset[str] | None) -> FastAPI:
    """The app over `container`. `hosts`: see `Gate`."""
    voice = create_voice_app(container.voice, container.tickets)

    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # A mounted app's own lifespan is not run by Starlette.
        async with voice.router.lifespan_context(voice):
            yield

    app = FastAPI(
        title="PrepAI",
        version=VERSION,
        summary="An AI interviewer whose every score can be traced to what was said or executed.",
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
        lifespan=lifespan,
        generate_unique_id_function=_operation_id,
        responses={405: problems.responses(405)[405]},
    )
    app.state.container = container
    problems.install(app)
    app.include_router(sessions.router)
    app.include_router(interviews.router)
    app.include_router(interviews.languages_router)

    @app.get("/health", tags=["operations"])
    def get_health() -> Health:
        """Say that the platform answers, and with which engines."""
        engines = container.voice.engines
        return Health(
            status="ok",
            version=VERSION,
            engines=EnginesOut(
                recognizer=engines.recognizer,
                synthesizer=engines.synthesizer,
                interviewer=engines.interviewer,
                sandbox=container.code.isolation,
            ),
        )

    @app.get("/api/asyncapi.json", include_in_schema=False)
    def get_asyncapi() -> JSONResponse:
        return JSONResponse(asyncapi(VERSION))

    @app.middleware("http")
    async def headers(request: Request, call_next: RequestResponseEndpoint) -> Response:
        response = await call_next(request)
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers["Referrer-Policy"] = "no-referrer"
        if request.url.path.startswith("/api/"):
            response.headers["Cache-Control"] = "no-store"
        elif not request.url.path.startswith(("/docs", "/redoc")):
            response.headers["Content-Security-Policy"] = _PAGE_POLICY
        return response

    app.openapi = lambda: _openapi(app)  # type: ignore[method-assign]
    app.router.routes.extend(voice.router.routes)
    if container.page is not None:
        app.mount("/", StaticFiles(directory=container.page, html=True), name="page")
    app.add_middleware(Gate, hosts=hosts)
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _openapi(app: FastAPI) -> dict[str, Any]:
    """The served document: FastAPI's, with the one shape of errors."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        schemas = document["components"]["schemas"]
        schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        # FastAPI documents its own 422 body, which nothing here sends.
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        app.openapi_schema = document
    return app.openapi_schema
