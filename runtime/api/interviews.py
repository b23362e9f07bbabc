"""/api/interviews/{id}: turns, code, end and report of one interview."""

from __future__ import annotations

import hashlib
import uuid
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import Field, ValidationError

from runtime.api.accepting import preferred
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
    OverrideReport,
    Reply,
    SendMessage,
    SocketTicket,
    Transcript,
)
from runtime.api.versions import Read
from runtime.evaluation import CandidateReport, ReviewerReport, View
from runtime.evaluation.markdown import markdown
from runtime.interview.interview import Interview
from runtime.people import Access, ReviewersOnlyError
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


_JSON: Final = "application/json"
_PDF: Final = "application/pdf"
_MARKDOWN: Final = "text/markdown"
_FORMS: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report, in the form that `Accept` asks for.",
        "content": {
            _PDF: {"schema": {"type": "string", "format": "binary"}},
            _MARKDOWN: {"schema": {"type": "string"}},
        },
    }
}


async def _form(request: Request) -> str:
    """The media type of the report's form."""
    return preferred(request.headers.get("accept"), (_JSON, _PDF, _MARKDOWN))


@router.get(
    "/performance-report",
    response_model=Annotated[ReviewerReport | CandidateReport, Field(discriminator="view")],
    responses={**responses(404, 406, 409), **_FORMS},
)
def get_performance_report(
    interview_id: InterviewId,
    platform: Platform,
    caller: Caller,
    response: Response,
    form: Annotated[str, Depends(_form)],
    view: Annotated[
        View | None,
        Query(description="As whom to see it; without it reviewers see all, others their own part."),
    ] = None,
) -> ReviewerReport | CandidateReport | Response:
    """Read the report of an ended interview; every score names the words or tests it rests on.

    As JSON, PDF or Markdown. A candidate's holds no word of the rubric that they did not show; a reviewer's holds
    everything, and what people decided since.
    """
    platform.interviews.get(interview_id, caller)
    seen: View = view or ("reviewer" if caller.sees_all else "candidate")
    if seen == "reviewer" and not caller.sees_all:
        raise ReviewersOnlyError("the whole report is for reviewers; leave ?view=reviewer out to read yours")
    # The same address has several answers.
    response.headers["Vary"] = "Accept"
    if form == _PDF:
        return _file(platform.reports.pdf(interview_id, seen, actor=caller.id), form, interview_id, "pdf")
    if form == _MARKDOWN:
        told = markdown(platform.reports.document(interview_id, seen, actor=caller.id))
        return _file(told.encode(), f"{form}; charset=utf-8; variant=GFM", interview_id, "md")
    return platform.reports.seen(interview_id, seen, actor=caller.id)


def _file(body: bytes, media_type: str, interview_id: str, suffix: str) -> Response:
    name = f"interview-report-{interview_id}.{suffix}"
    headers = {"Vary": "Accept", "Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=media_type, headers=headers)


@router.put("/performance-report/override", responses=responses(404, 409))
def override_performance_report(
    interview_id: InterviewId, body: OverrideReport, platform: Platform, caller: Caller
) -> ReviewerReport:
    """Decide in the report's place, as a reviewer, with a reason. The report stays beside it as it was made.

    Every decision is kept with who made it and when; the last one counts. The candidate sees that a person decided,
    and what.
    """
    platform.interviews.get(interview_id, caller)
    if not caller.decides:
        raise ReviewersOnlyError(
            "a report is overridden by reviewers; sign in as one, a program's token will not do"
        )
    return platform.reports.override(interview_id, body.event(), actor=caller.id)


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
