"""What runs here: health, and the socket's contract."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from runtime.api.access import Platform
from runtime.api.asyncapi import asyncapi
from runtime.api.problems import responses
from runtime.api.schemas import EnginesOut, Health

router = APIRouter()


@router.get("/health", tags=["operations"], responses=responses(503), openapi_extra={"security": []})
def get_health(request: Request, platform: Platform) -> Health:
    """Say that the platform answers, and with which engines."""
    engines = platform.engines
    return Health(
        status="ok",
        version=request.app.version,
        engines=EnginesOut(
            recognizer=engines.recognizer,
            synthesizer=engines.synthesizer,
            interviewer=engines.interviewer,
            sandbox=platform.code.isolation,
        ),
    )


@router.get("/api/asyncapi.json", include_in_schema=False)
def get_asyncapi(request: Request) -> JSONResponse:
    """The socket's contract."""
    return JSONResponse(asyncapi(request.app.version))
