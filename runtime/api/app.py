"""The platform as one ASGI app: REST, the socket, the documents that describe them, and the page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from typing import Any

from fastapi import Depends, FastAPI
from fastapi.routing import APIRoute
from starlette.applications import Starlette

from runtime import __version__
from runtime.api import cvs, interviews, operations, problems, reference, sessions, throttling
from runtime.api.container import Container
from runtime.api.gate import Gate, OriginCheck
from runtime.api.headers import SecurityHeaders
from runtime.api.problems import Problem
from runtime.api.throttling import Throttle, throttled

VERSION = __version__


def create_app(
    container: Container,
    *,
    hosts: frozenset[str] | None,
    voice: Starlette | None,
    origin: OriginCheck | None = None,
    throttle: Throttle | None = None,
) -> FastAPI:
    """The app over `container`. `hosts` and `origin`: see `Gate`. `voice`: the app of live interviews
    (`runtime.voice.server.create_voice_app`), where one process serves both. `throttle`: where many call."""
    app = _rest()
    app.state.container = container
    throttling.install(app, throttle)
    if voice is not None:
        _take_over(voice, app)
    if container.page is not None:
        app.frontend("/", directory=container.page, fallback=None)
    app.add_middleware(Gate, hosts=hosts, origin=origin)
    app.add_middleware(SecurityHeaders)
    return app


def _take_over(voice: Starlette, app: FastAPI) -> None:
    @contextlib.asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        # The routes are taken over without their app, whose lifespan nobody else would run.
        async with voice.router.lifespan_context(voice):
            yield

    app.router.lifespan_context = lifespan
    app.router.routes.extend(voice.router.routes)


def openapi() -> dict[str, Any]:
    """The document that every app of `create_app` serves as `/openapi.json`."""
    return _rest().openapi()


def _rest() -> FastAPI:
    app = FastAPI(
        title="PrepAI",
        version=VERSION,
        summary="An AI interviewer whose every score can be traced to what was said or executed.",
        license_info={"name": "Apache 2.0", "identifier": "Apache-2.0"},
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        responses={405: problems.responses(405)[405]},
    )
    problems.install(app)
    for router in (sessions.router, cvs.router, interviews.router):
        app.include_router(router, dependencies=[Depends(throttled)])
    for router in (interviews.languages_router, operations.router):
        app.include_router(router)
    app.include_router(reference.router, include_in_schema=False)
    app.openapi = lambda: _document(app)  # type: ignore[method-assign]
    return app


def _operation_id(route: APIRoute) -> str:
    return route.name


def _document(app: FastAPI) -> dict[str, Any]:
    """FastAPI's document, with the one shape of errors."""
    if app.openapi_schema is None:
        document = FastAPI.openapi(app)
        components = document["components"]
        schemas = components["schemas"]
        schemas["Problem"] = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        # FastAPI documents its own 422 body, which nothing here sends.
        schemas.pop("HTTPValidationError", None)
        schemas.pop("ValidationError", None)
        components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer"}}
        # A laptop without a token asks nobody who they are.
        document["security"] = [{"bearer": []}, {}]
        app.openapi_schema = document
    return app.openapi_schema
