"""/api/interviews/{id}: turns, code, end and report of one interview."""

from __future__ import annotations

import hashlib
import uuid
from typing import Annotated

from fastapi import APIRouter, Header, Path, Request
from fastapi.exceptions import RequestValidationError
from pydantic import ValidationError

from runtime.api.access import Caller, Platform
from runtime.api.container import Container
from runtime.api.problems import responses
from runtime.api.schemas import (
    CodeRunList,
    CodeRunOut,
    CodeRunSource,
    Ended,
    LanguageList,
    MessageTaken,
    OpenTask,
    Reply,
    SendMessage,
    SocketTicket,
    Transcript,
)
from runtime.api.versions import Read
from runtime.evaluation import Report
from runtime.interview.interview import Interview
from runtime.people import Access
from runtime.sandbox import CodeRequest
from runtime.voice.tickets import TICKET_TTL_S

router = APIRouter(prefix="/api/interviews/{interview_id}", tags=["interviews"])
languages_router = APIRouter(prefix="/api", tags=["code"])

InterviewId = Annotated[str, Path(max_length=64, description="The interview's id, `session_id` elsewhere.")]
IdempotencyKey = Annotated[
    str | None, Header(max_length=200, description="The same key again gives the same result.")
]


@router.get("/transcript", responses=responses(304, 404))
def get_transcript(interview_id: InterviewId, platform: Platform, caller: Caller, read: Read) -> Transcript:
    """Read what was said, with the coding task that is open and the code that was run."""
    interview = platform.interviews.get(interview_id, caller)
    read.at(interview.seq)
    runs = [CodeRunOut.of(kept) for kept in platform.code.list(interview)]
    return Transcript.of(interview, _open_task(platform, interview), runs)


@router.post("/ticket", responses=responses(404))
def create_ticket(
    interview_id: InterviewId, platform: Platform, caller: Caller, request: Request
) -> SocketTicket:
    """Get the address of the interview's socket, with a ticket that is good once, for a minute."""
    platform.interviews.get(interview_id, caller, Access.TAKE_PART)
    ticket = platform.tickets.issue(interview_id, caller.id)
    url = platform.socket_url(request, interview_id, ticket)
    return SocketTicket(url=url, ticket=ticket, expires_in=TICKET_TTL_S)


@router.post("/messages", responses=responses(404, 409))
def send_message(
    interview_id: InterviewId,
    body: SendMessage,
    platform: Platform,
    caller: Caller,
    idempotency_key: IdempotencyKey = None,
) -> MessageTaken:
    """Say something in writing, and get the interviewer's reply. The first message is answered by the greeting."""
    platform.interviews.get(interview_id, caller, Access.TAKE_PART)
    item_id = body.item_id or _id_from(idempotency_key) or f"t{uuid.uuid4().hex}"
    interview, reply = platform.turns.say_message(interview_id, item_id, body.text, actor=caller.id)
    return MessageTaken(
        item_id=item_id,
        reply=Reply(item_id=reply.item_id, text=reply.text, kind=reply.kind),
        status=interview.status,
        task=_open_task(platform, interview),
    )


@router.post("/code-runs", responses=responses(404, 409))
def run_code(
    interview_id: InterviewId,
    body: CodeRequest,
    platform: Platform,
    caller: Caller,
    idempotency_key: IdempotencyKey = None,
) -> CodeRunOut:
    """Run code where it can reach nothing, and keep the run."""
    platform.interviews.get(interview_id, caller, Access.TAKE_PART)
    try:
        body.submission()
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    kept = platform.code.run(interview_id, body, actor=caller.id, run_id=_id_from(idempotency_key))
    return CodeRunOut.of(kept)


@router.get("/code-runs", responses=responses(404))
def list_code_runs(interview_id: InterviewId, platform: Platform, caller: Caller) -> CodeRunList:
    """List the runs of an interview, oldest first."""
    interview = platform.interviews.get(interview_id, caller)
    return CodeRunList(items=[CodeRunOut.of(kept) for kept in platform.code.list(interview)])


@router.get("/code-runs/{run_id}", responses=responses(404))
def get_code_run(
    interview_id: InterviewId,
    run_id: Annotated[str, Path(max_length=100)],
    platform: Platform,
    caller: Caller,
) -> CodeRunSource:
    """Read one run, with its code."""
    kept = platform.code.kept(platform.interviews.get(interview_id, caller), run_id)
    return CodeRunSource.with_code(kept, platform.code.source(kept.run))


@router.post("/end", responses=responses(404))
def end_interview(interview_id: InterviewId, platform: Platform, caller: Caller) -> Ended:
    """End the interview. Ending it again changes nothing."""
    platform.interviews.get(interview_id, caller, Access.TAKE_PART)
    platform.interviews.end(interview_id, actor=caller.id)
    return Ended(status="ended", report_url=f"/api/interviews/{interview_id}/performance-report")


@router.get("/performance-report", responses=responses(404, 409))
def get_performance_report(interview_id: InterviewId, platform: Platform, caller: Caller) -> Report:
    """Read the report of an ended interview; every score names the words or tests it rests on."""
    platform.interviews.get(interview_id, caller)
    return platform.reports.report(interview_id, actor=caller.id)


@languages_router.get("/languages", responses=responses())
def list_languages(platform: Platform, caller: Caller) -> LanguageList:  # noqa: ARG001 (callers only)
    """List the languages that candidates can write and run here."""
    return LanguageList(items=platform.code.languages())


def _open_task(platform: Container, interview: Interview) -> OpenTask | None:
    task = platform.plans.open_task(interview)
    if task is None:
        return None
    return OpenTask(
        task_id=task.id,
        title=task.title,
        statement=task.statement,
        function_name=task.function_name,
        starter=task.starter,
        examples=task.examples,
    )


def _id_from(idempotency_key: str | None) -> str | None:
    """An item's id that follows from the key, so that a repeated request finds its item even after a crash."""
    return f"k{hashlib.sha256(idempotency_key.encode()).hexdigest()[:40]}" if idempotency_key else None
