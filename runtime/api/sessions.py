"""/api/sessions: creating, listing, reading and deleting interviews."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Path, Query
from fastapi.exceptions import RequestValidationError

from runtime.api.access import Caller, Platform
from runtime.api.problems import responses
from runtime.api.schemas import CreateSession, DeletionReceipt, RemovedPlace, Session, SessionPage
from runtime.api.versions import Read
from runtime.interview.store import UnknownInterviewError
from runtime.services.errors import KeyReusedError
from runtime.services.interviews import NewInterview

router = APIRouter(prefix="/api/sessions", tags=["sessions"])

SessionId = Annotated[str, Path(max_length=64, description="The interview's id.")]
IdempotencyKey = Annotated[
    str | None, Header(max_length=200, description="The same key again gives the same result.")
]


@router.post("/create", status_code=201, responses=responses(409))
def create_session(
    body: CreateSession, platform: Platform, caller: Caller, idempotency_key: IdempotencyKey = None
) -> Session:
    """Create an interview."""
    new = NewInterview(
        interview_type=body.interview_type,
        candidate_name=body.candidate_name,
        role=body.role or None,
        level=body.level,
        language=body.language,
        duration_minutes=body.duration_minutes,
        mode=body.mode,
        job_description=body.job_description or None,
        recording=body.recording,
    )
    try:
        interview = platform.interviews.create(new, caller, idempotency_key=idempotency_key)
    except UnknownInterviewError as error:
        raise KeyReusedError(
            "this Idempotency-Key created an interview that was deleted since; use a new key"
        ) from error
    return Session.of(interview.header)


@router.get("/list", responses=responses())
def list_sessions(
    platform: Platform,
    caller: Caller,
    limit: Annotated[int, Query(ge=1, le=100)] = 20,
    cursor: Annotated[str | None, Query(max_length=500)] = None,
) -> SessionPage:
    """List interviews, newest first."""
    try:
        page = platform.interviews.list(caller, limit=limit, cursor=cursor)
    except ValueError as error:
        raise RequestValidationError([{"loc": ("query", "cursor"), "msg": str(error)}]) from error
    return SessionPage(items=[Session.of(header) for header in page.items], next_cursor=page.next_cursor)


@router.get("/{session_id}", responses=responses(304, 404))
def get_session(session_id: SessionId, platform: Platform, caller: Caller, read: Read) -> Session:
    """Read one interview's summary."""
    interview = platform.interviews.get(session_id, caller)
    read.at(interview.seq)
    return Session.of(interview.header)


@router.delete("/{session_id}", responses=responses(404))
def delete_session(session_id: SessionId, platform: Platform, caller: Caller) -> DeletionReceipt:
    """Delete an interview with everything kept of it."""
    removed = platform.interviews.delete(session_id, caller)
    return DeletionReceipt(
        session_id=session_id,
        deleted=[RemovedPlace(place=r.place, count=r.count, gone_by=r.gone_by) for r in removed],
    )
