"""Errors as `application/problem+json` (RFC 9457), and which refusal is which status."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.routing import Match

from runtime.api.accepting import NotAcceptableError
from runtime.cv.errors import AnalysisUnavailable, DocumentRefused, DocumentTooLarge, UnsupportedDocument
from runtime.evaluation import PdfFailedError
from runtime.interview.store import StoreUnavailableError, UnknownBlobError, UnknownInterviewError
from runtime.people import ForbiddenError, ReviewersOnlyError, UnauthorizedError
from runtime.sandbox import SandboxBusy, SandboxUnavailable, SubmissionTooLarge, UnsupportedLanguage
from runtime.services.errors import (
    InterviewEndedError,
    KeyReusedError,
    NotThereError,
    RefusedError,
    ReportFailedError,
    SocketLiveError,
    StaleVersionError,
)
from runtime.services.reports import NotEndedError

_log = logging.getLogger(__name__)

MEDIA_TYPE: Final = "application/problem+json"


class Problem(BaseModel):
    """What went wrong, what was expected, and the way out (RFC 9457)."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    problem: str
    errors: list[dict[str, str]] | None = None


class PreconditionRequiredError(Exception):
    """The request must say which version it was made on."""


class NotModifiedError(Exception):
    """The caller holds the current version; its argument is the ETag."""


_STATUS: Final[Mapping[type[Exception], tuple[int, str]]] = {
    UnauthorizedError: (401, "unauthorized"),
    ForbiddenError: (404, "unknown_interview"),
    ReviewersOnlyError: (403, "reviewers_only"),
    UnknownInterviewError: (404, "unknown_interview"),
    NotThereError: (404, "not_there"),
    UnknownBlobError: (404, "not_there"),
    NotAcceptableError: (406, "not_acceptable"),
    InterviewEndedError: (409, "interview_ended"),
    NotEndedError: (409, "interview_not_ended"),
    SocketLiveError: (409, "socket_live"),
    KeyReusedError: (409, "key_reused"),
    StaleVersionError: (412, "stale_version"),
    PreconditionRequiredError: (428, "precondition_required"),
    DocumentTooLarge: (413, "too_large"),
    SubmissionTooLarge: (413, "too_large"),
    UnsupportedDocument: (415, "unsupported_document"),
    DocumentRefused: (422, "unreadable_document"),
    AnalysisUnavailable: (503, "analyzer_unavailable"),
    UnsupportedLanguage: (422, "unsupported_language"),
    SandboxBusy: (503, "sandbox_busy"),
    SandboxUnavailable: (503, "sandbox_unavailable"),
    StoreUnavailableError: (503, "store_unavailable"),
    ReportFailedError: (503, "report_failed"),
    PdfFailedError: (503, "pdf_failed"),
    RefusedError: (409, "refused"),
}
_HEADERS: Final[Mapping[int, dict[str, str]]] = {
    401: {"WWW-Authenticate": "Bearer"},
    429: {"Retry-After": "1"},
    503: {"Retry-After": "2"},
}


def problem(
    status: int, kind: str, detail: str, *, errors: list[dict[str, str]] | None = None
) -> JSONResponse:
    """A problem as a response."""
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, problem=kind, errors=errors)
    return JSONResponse(
        body.model_dump(exclude_none=True),
        status_code=status,
        media_type=MEDIA_TYPE,
        headers=_HEADERS.get(status),
    )


def responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The refusals an operation documents, beside those that every one has."""
    return {status: _documented(status) for status in sorted({400, 401, 403, 413, 422, 429, 503, *statuses})}


def _documented(status: int) -> dict[str, Any]:
    documented: dict[str, Any] = {"description": HTTPStatus(status).phrase}
    if status >= 400:
        documented["content"] = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    if status in _HEADERS:
        documented["headers"] = {
            name: {"schema": {"type": "string"}, "required": True} for name in _HEADERS[status]
        }
    return documented


def install(app: FastAPI) -> None:
    """Answer every error of the app as a problem."""

    async def refused(_request: Request, error: Exception) -> JSONResponse:
        kind = next(kind for kind in type(error).__mro__ if kind in _STATUS)
        status, name = _STATUS[kind]
        return problem(status, name, str(error))

    async def not_modified(_request: Request, error: Exception) -> Response:
        return Response(status_code=304, headers={"ETag": str(error)})

    async def invalid(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, RequestValidationError)
        errors = [
            {
                "field": ".".join(str(part) for part in item["loc"]),
                "message": str(item["msg"]).removeprefix("Value error, "),
            }
            for item in error.errors()[:20]
        ]
        first = errors[0] if errors else {"field": "request", "message": "not valid"}
        return problem(422, "invalid_request", f"{first['field']}: {first['message']}", errors=errors)

    async def http(request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, HTTPException)
        kind = HTTPStatus(error.status_code).phrase.lower().replace(" ", "_")
        if error.status_code == 404:
            return problem(404, kind, "there is nothing at this address; /docs lists what there is")
        if error.status_code == 405:
            allowed = ", ".join(_allowed(request))
            response = problem(405, kind, f"this address does not take this method; it takes {allowed}")
            response.headers["Allow"] = allowed
            return response
        return problem(error.status_code, kind, str(error.detail))

    async def unexpected(_request: Request, error: Exception) -> JSONResponse:
        # Where it happened belongs to the log; what it says may hold a candidate's words and does not.
        where = "".join(traceback.format_tb(error.__traceback__))
        _log.error("unexpected %s\n%s", type(error).__name__, where)
        return problem(500, "internal_error", "something is wrong on our side; the log has the traceback")

    for kind in _STATUS:
        app.add_exception_handler(kind, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(NotModifiedError, not_modified)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, unexpected)


def _allowed(request: Request) -> list[str]:
    """The methods of the request's address. Starlette names those of the first route alone."""
    documented = request.app.openapi()["paths"].get(request.url.path)
    if documented:
        return sorted(method.upper() for method in documented)
    taken = [
        method
        for method in ("DELETE", "GET", "POST", "PUT")
        for route in request.app.routes
        if route.matches({**request.scope, "method": method})[0] is Match.FULL
    ]
    # The page's files are no routes of the app's.
    return taken or ["GET", "HEAD"]
