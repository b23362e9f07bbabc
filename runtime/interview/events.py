"""The interview's events: everything that happened, in the words the log keeps.

An interview *is* its event log. Each event's body is at most `MAX_EVENT_BYTES` of JSON; larger things (CV, code,
audio, plan, report) are blobs named by a `BlobRef`, and a long answer is stored in parts. Events are never changed:
every release must fold the golden logs in `tests/logs/` that earlier releases wrote.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

MAX_EVENT_BYTES = 4096
MAX_REASON = 800
"""Characters of an override's reason: four bytes each at most, and an event must hold them."""
_PART_BYTES = 3000  # leaves room in an event for everything beside the text


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class BlobRef(_Frozen):
    """A body outside the log: where it lies, its SHA-256 in hex, and its size in bytes."""

    key: str
    sha256: str
    size: int
    media_type: str


Mode = Literal["practice", "assessment"]
Level = Literal["junior", "mid", "senior"]
Modality = Literal["voice", "text"]
MoveKind = Literal[
    "greet", "ask", "probe", "clarify", "repeat", "wait", "coding_task", "continue", "silence_prompt", "close"
]
EndReason = Literal["completed", "candidate", "time", "no_response"]
# Why a model's words were not said, or not to their end: it took too long, failed, said nothing, or said what the
# candidate must not hear from the interviewer.
Lapse = Literal["late", "failed", "silent", "off_limits"]


class InterviewCreated(_Frozen):
    type: Literal["interview.created"] = "interview.created"
    owner: str
    candidate_name: str
    interview_type: str
    role: str | None = None
    level: Level = "mid"
    language: str = "en"
    duration_minutes: int = 30
    mode: Mode = "assessment"
    job_description: BlobRef | None = None
    seed: int = 0


class ConsentRecorded(_Frozen):
    """`recording` false: the sound of turns is not kept. The interview goes on either way."""

    type: Literal["consent.recorded"] = "consent.recorded"
    recording: bool


class CvUploaded(_Frozen):
    """`upload`: the key under which the file was posted before it was taken, where it came that way."""

    type: Literal["cv.uploaded"] = "cv.uploaded"
    document: BlobRef
    filename: str
    upload: str | None = None


class CvAnalyzed(_Frozen):
    """`version` counts analyses and edits of this interview's CV from 1."""

    type: Literal["cv.analyzed"] = "cv.analyzed"
    analysis: BlobRef
    status: Literal["ok", "needs_ocr"]
    version: int


class CvEdited(_Frozen):
    type: Literal["cv.edited"] = "cv.edited"
    analysis: BlobRef
    version: int


class PlanFrozen(_Frozen):
    """`core_digest` is equal for every candidate of one plan; personal questions are outside it."""

    type: Literal["plan.frozen"] = "plan.frozen"
    plan: BlobRef
    core_digest: str
    bank_digest: str


class SessionOpened(_Frozen):
    """A socket took the interview; a later one fences off moves of an earlier one."""

    type: Literal["session.opened"] = "session.opened"
    connection_id: str


class TurnCommitted(_Frozen):
    """What the candidate said or typed, in `parts` (joined without a separator)."""

    type: Literal["turn.committed"] = "turn.committed"
    item_id: str
    text: str
    modality: Modality
    part: int = 1
    parts: int = 1
    utterance_id: str | None = None
    last_index: int | None = None
    audio: BlobRef | None = None
    words: BlobRef | None = None
    confidence: float | None = None


class TurnCorrected(_Frozen):
    """The candidate's correction of a transcript; the original stays in the log."""

    type: Literal["turn.corrected"] = "turn.corrected"
    item_id: str
    text: str
    part: int = 1
    parts: int = 1


class MoveMade(_Frozen):
    """What the interviewer does next, and the authored text for it.

    `in_reply_to` is the candidate's item it answers (null: it opens, or breaks a silence). From the character
    `fixed_from` on (null: from the first), `text` is said as it stands; what is before it an interviewer may put into
    words of its own.
    """

    type: Literal["move.made"] = "move.made"
    item_id: str
    kind: MoveKind
    text: str
    in_reply_to: str | None = None
    question_id: str | None = None
    task_id: str | None = None
    key_point: str | None = None
    fixed_from: int | None = None


class MoveSaid(_Frozen):
    """The words that were said in place of the move's authored opening, and by whom.

    With a `lapse` a model was to say them and did not, or not to their end. Absent: the authored text was said.
    """

    type: Literal["move.said"] = "move.said"
    item_id: str
    opening: str
    said_by: str
    lapse: Lapse | None = None


class MoveEnded(_Frozen):
    """The move was interrupted after `heard_ms`; `text` is what the candidate heard of it."""

    type: Literal["move.ended"] = "move.ended"
    item_id: str
    status: Literal["interrupted"] = "interrupted"
    text: str
    heard_ms: int | None = None


class CodeSaved(_Frozen):
    """The editor's content as a unified difference to the one before, or to nothing when that is forgotten (`base`)."""

    type: Literal["code.saved"] = "code.saved"
    language: str
    task_id: str | None = None
    difference: BlobRef
    base: Literal["empty", "previous"]


class CodeRun(_Frozen):
    """A run of the candidate's code. `tests_by` says whose tests they were: only the task's own are evidence.

    `request_sha256` is of everything that was asked for (hex); null in logs of 0.1. `lines`, `complexity` and `lint`
    are measures of the source (`runtime.sandbox.metrics`); null in older logs and where they were not taken.
    """

    type: Literal["code.run"] = "code.run"
    run_id: str
    language: str
    task_id: str | None = None
    source: BlobRef
    results: BlobRef
    passed: int
    total: int
    tests_by: Literal["task", "candidate", "model", "none"]
    isolation: str
    request_sha256: str | None = None
    lines: int | None = None
    complexity: int | None = None
    lint: int | None = None


class ClientEventTaken(_Frozen):
    """The highest `event_id` of a client whose effect is another event of the same append or needs none."""

    type: Literal["client_event.taken"] = "client_event.taken"
    event_id: int


class InterviewEnded(_Frozen):
    type: Literal["interview.ended"] = "interview.ended"
    reason: EndReason


class ReportMade(_Frozen):
    type: Literal["report.made"] = "report.made"
    report: BlobRef


class ReportFailed(_Frozen):
    type: Literal["report.failed"] = "report.failed"
    reason: str


class ReportOverridden(_Frozen):
    """A person decided in the report's place. Who and when is the stored event's; the report stays as it was made.

    `scores`: the dimensions that they gave other points.
    """

    type: Literal["report.overridden"] = "report.overridden"
    recommendation: Literal["strong_hire", "hire", "borderline", "no_hire"]
    scores: dict[str, Annotated[float, Field(ge=1, le=10)]] = {}
    reason: str


Event = Annotated[
    InterviewCreated
    | ConsentRecorded
    | CvUploaded
    | CvAnalyzed
    | CvEdited
    | PlanFrozen
    | SessionOpened
    | TurnCommitted
    | TurnCorrected
    | MoveMade
    | MoveSaid
    | MoveEnded
    | CodeSaved
    | CodeRun
    | ClientEventTaken
    | InterviewEnded
    | ReportMade
    | ReportFailed
    | ReportOverridden,
    Field(discriminator="type"),
]

EVENT: TypeAdapter[Event] = TypeAdapter(Event)


def event_body(event: Event) -> str:
    """The event as every store keeps it. Raises `ValueError` when it takes more than `MAX_EVENT_BYTES`."""
    body = event.model_dump_json(exclude_defaults=False, exclude_none=True)
    if len(body.encode()) > MAX_EVENT_BYTES:
        raise ValueError(f"{event.type} takes {len(body.encode())} bytes; an event has {MAX_EVENT_BYTES}")
    return body


class StoredEvent(_Frozen):
    """An event with its place in the log (`seq` from 1, no gaps), its time (UTC) and who did it."""

    seq: int
    at: datetime
    actor: str
    event: Event


def turn_parts(turn: TurnCommitted) -> tuple[TurnCommitted, ...]:
    """The turn as events small enough for the log; the sound and words stay with the first part."""
    pieces = tuple(_pieces(turn.text))
    return tuple(
        turn.model_copy(
            update={"text": piece, "part": number, "parts": len(pieces)}
            | ({} if number == 1 else {"audio": None, "words": None})
        )
        for number, piece in enumerate(pieces, start=1)
    )


def correction_parts(item_id: str, text: str) -> tuple[TurnCorrected, ...]:
    """A correction as events small enough for the log."""
    pieces = tuple(_pieces(text))
    return tuple(
        TurnCorrected(item_id=item_id, text=piece, part=number, parts=len(pieces))
        for number, piece in enumerate(pieces, start=1)
    )


def _pieces(text: str) -> Iterator[str]:
    """Cut by size in JSON, where a control character takes six bytes and an emoji four."""
    piece: list[str] = []
    size = 0
    for character in text:
        cost = 6 if character < " " or character in '"\\' else len(character.encode("utf-8", "replace"))
        if size + cost > _PART_BYTES:
            yield "".join(piece)
            piece, size = [], 0
        piece.append(character)
        size += cost
    yield "".join(piece)
