"""The fold: an interview's state from its log. Pure; the same events always give the same interview."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Literal

from runtime.interview.events import (
    BlobRef,
    ClientEventTaken,
    CodeRun,
    CodeSaved,
    ConsentRecorded,
    CvAnalyzed,
    CvEdited,
    CvUploaded,
    Event,
    InterviewCreated,
    InterviewEnded,
    Lapse,
    Modality,
    MoveEnded,
    MoveKind,
    MoveMade,
    MoveSaid,
    PlanFrozen,
    ReportFailed,
    ReportMade,
    ReportOverridden,
    SessionOpened,
    StoredEvent,
    TurnCommitted,
    TurnCorrected,
)
from runtime.interview.store import Header

Status = Literal["created", "in_progress", "ended"]
# Somebody who heard this share of a move before speaking may well be answering it.
_HEARD_SHARE: Final = 0.6


@dataclass(frozen=True, slots=True)
class Turn:
    """What the candidate said: `text` as it counts (corrected, if it was), `original` as it was heard."""

    seq: int
    at: datetime
    item_id: str
    text: str
    original: str
    modality: Modality
    complete: bool = True
    audio: BlobRef | None = None
    words: BlobRef | None = None
    confidence: float | None = None
    correction: tuple[str, ...] = ()

    @property
    def corrected(self) -> bool:
        return self.text != self.original


@dataclass(frozen=True, slots=True)
class Move:
    """What the interviewer did: `text` as the candidate got it, `authored` as the conductor wrote it.

    `said_by`: who put the opening into the words it was said in; None while the log knows of no other words than the
    authored ones.
    """

    seq: int
    at: datetime
    item_id: str
    kind: MoveKind
    text: str
    authored: str
    in_reply_to: str | None
    question_id: str | None
    task_id: str | None
    key_point: str | None
    interrupted: bool = False
    fixed_from: int | None = None
    said: str = ""
    said_by: str | None = None
    lapse: Lapse | None = None

    @property
    def can_be_opened(self) -> bool:
        """Whether an interviewer may say words of its own before the fixed ones."""
        return self.fixed_from is not None

    @property
    def opening(self) -> str:
        """The authored words that an interviewer may say in words of its own; "" when there are none."""
        return self.authored[: self.fixed_from or 0]

    @property
    def fixed(self) -> str:
        """The authored words that are said to the letter: what is asked."""
        return self.authored[self.fixed_from or 0 :]

    @property
    def unheard(self) -> bool:
        """Whether the candidate spoke before they could have heard what they were asked."""
        return self.interrupted and len(self.text.split()) < _HEARD_SHARE * len(self.said.split())


@dataclass(frozen=True, slots=True)
class Run:
    """A run of the candidate's code."""

    seq: int
    at: datetime
    event: CodeRun


@dataclass(frozen=True, slots=True)
class Overriding:
    """A person's decision in the report's place."""

    seq: int
    at: datetime
    actor: str
    event: ReportOverridden


@dataclass(frozen=True, slots=True)
class CvVersion:
    """One analysis or edit of the CV."""

    version: int
    analysis: BlobRef
    edited: bool
    status: Literal["ok", "needs_ocr"]


@dataclass(frozen=True, slots=True)
class Interview:
    """An interview as its log tells it."""

    interview_id: str
    seq: int
    created_at: datetime
    created: InterviewCreated
    recording: bool = False
    cv_document: CvUploaded | None = None
    cv_versions: tuple[CvVersion, ...] = ()
    plan: PlanFrozen | None = None
    connection_id: str | None = None
    event_id: int = 0
    received: dict[str, int] = field(default_factory=dict)
    items: tuple[Turn | Move, ...] = ()
    runs: tuple[Run, ...] = ()
    saved_code: tuple[CodeSaved, ...] = ()
    ended: InterviewEnded | None = None
    report: BlobRef | None = None
    report_failed: str | None = None
    overrides: tuple[Overriding, ...] = ()

    @property
    def owner(self) -> str:
        return self.created.owner

    @property
    def status(self) -> Status:
        if self.ended:
            return "ended"
        return "in_progress" if self.plan else "created"

    @property
    def turns(self) -> tuple[Turn, ...]:
        return tuple(item for item in self.items if isinstance(item, Turn))

    @property
    def moves(self) -> tuple[Move, ...]:
        return tuple(item for item in self.items if isinstance(item, Move))

    def item(self, item_id: str) -> Turn | Move | None:
        return next((item for item in self.items if item.item_id == item_id), None)

    def reply_to(self, item_id: str) -> Move | None:
        """The interviewer's first move after the candidate's item, whichever later item it names."""
        turn = self.item(item_id)
        if turn is None:
            return None
        return next((move for move in self.moves if move.seq > turn.seq), None)

    @property
    def unanswered(self) -> Turn | None:
        """The newest turn that no move follows yet."""
        last = self.items[-1] if self.items else None
        return last if isinstance(last, Turn) else None

    @property
    def task_id(self) -> str | None:
        """The coding task that is open: the latest move about a question or a task names it."""
        for move in reversed(self.moves):
            if move.task_id or move.question_id:
                return move.task_id
        return None

    @property
    def cv(self) -> CvVersion | None:
        return self.cv_versions[-1] if self.cv_versions else None

    @property
    def header(self) -> Header:
        created = self.created
        return Header(
            interview_id=self.interview_id,
            owner=created.owner,
            candidate_name=created.candidate_name,
            interview_type=created.interview_type,
            role=created.role,
            level=created.level,
            language=created.language,
            duration_minutes=created.duration_minutes,
            mode=created.mode,
            status=self.status,
            created_at=self.created_at,
        )


def fold(interview_id: str, events: Iterable[StoredEvent]) -> Interview:
    """The interview after `events`. Raises `ValueError` when the log does not begin with its creation."""
    interview: Interview | None = None
    for stored in events:
        interview = _apply(interview_id, interview, stored)
    if interview is None:
        raise ValueError(f"the log of {interview_id} is empty")
    return interview


def preview(interview: Interview, events: Iterable[Event], *, at: datetime) -> Interview:
    """The interview as it would be after appending `events` now."""
    for event in events:
        interview = _apply(
            interview.interview_id,
            interview,
            StoredEvent(seq=interview.seq + 1, at=at, actor=interview.owner, event=event),
        )
    return interview


def _apply(interview_id: str, interview: Interview | None, stored: StoredEvent) -> Interview:
    event = stored.event
    if interview is None:
        if not isinstance(event, InterviewCreated):
            raise ValueError(
                f"the log of {interview_id} begins with {event.type}; expected interview.created"
            )
        return Interview(interview_id=interview_id, seq=stored.seq, created_at=stored.at, created=event)
    return replace(_changed(interview, stored), seq=stored.seq)


def _changed(interview: Interview, stored: StoredEvent) -> Interview:  # noqa: PLR0911, PLR0912 (one arm per event)
    match stored.event:
        case ConsentRecorded() as event:
            return replace(interview, recording=event.recording)
        case CvUploaded() as event:
            return replace(interview, cv_document=event)
        case CvAnalyzed() as event:
            version = CvVersion(event.version, event.analysis, edited=False, status=event.status)
            return replace(interview, cv_versions=(*interview.cv_versions, version))
        case CvEdited() as event:
            version = CvVersion(event.version, event.analysis, edited=True, status="ok")
            return replace(interview, cv_versions=(*interview.cv_versions, version))
        case PlanFrozen() as event:
            return replace(interview, plan=event)
        case SessionOpened() as event:
            return replace(interview, connection_id=event.connection_id)
        case TurnCommitted() as event:
            return _turn_committed(interview, stored, event)
        case TurnCorrected() as event:
            return _turn_corrected(interview, event)
        case MoveMade() as event:
            return replace(interview, items=(*interview.items, _move(stored, event)))
        case MoveSaid() as event:
            return replace(interview, items=tuple(_said(item, event) for item in interview.items))
        case MoveEnded() as event:
            return replace(interview, items=tuple(_ended(item, event) for item in interview.items))
        case CodeSaved() as event:
            return replace(interview, saved_code=(*interview.saved_code, event))
        case CodeRun() as event:
            return replace(interview, runs=(*interview.runs, Run(stored.seq, stored.at, event)))
        case ClientEventTaken() as event:
            return replace(interview, event_id=max(interview.event_id, event.event_id))
        case InterviewEnded() as event:
            return replace(interview, ended=event)
        case ReportMade() as event:
            return replace(interview, report=event.report, report_failed=None)
        case ReportFailed() as event:
            return replace(interview, report_failed=event.reason)
        case ReportOverridden() as event:
            made = Overriding(stored.seq, stored.at, stored.actor, event)
            return replace(interview, overrides=(*interview.overrides, made))
        case InterviewCreated():
            raise ValueError(f"the log of {interview.interview_id} creates it twice (seq {stored.seq})")


def _turn_committed(interview: Interview, stored: StoredEvent, event: TurnCommitted) -> Interview:
    if event.part > 1:
        before, turn = interview.items[:-1], interview.items[-1] if interview.items else None
        if not isinstance(turn, Turn) or turn.item_id != event.item_id:
            raise ValueError(f"part {event.part} of turn {event.item_id} does not follow the part before it")
        text = turn.text + event.text
        turn = replace(turn, text=text, original=text, complete=event.part == event.parts)
        return replace(interview, items=(*before, turn))
    received = interview.received
    if event.utterance_id is not None and event.last_index is not None:
        received = received | {
            event.utterance_id: max(event.last_index, received.get(event.utterance_id, -1))
        }
    turn = Turn(
        seq=stored.seq,
        at=stored.at,
        item_id=event.item_id,
        text=event.text,
        original=event.text,
        modality=event.modality,
        complete=event.parts == 1,
        audio=event.audio,
        words=event.words,
        confidence=event.confidence,
    )
    return replace(interview, items=(*interview.items, turn), received=received)


def _turn_corrected(interview: Interview, event: TurnCorrected) -> Interview:
    def corrected(item: Turn | Move) -> Turn | Move:
        if not isinstance(item, Turn) or item.item_id != event.item_id:
            return item
        pieces = (event.text,) if event.part == 1 else (*item.correction, event.text)
        text = "".join(pieces) if event.part == event.parts else item.text
        return replace(item, correction=pieces, text=text)

    return replace(interview, items=tuple(corrected(item) for item in interview.items))


def _move(stored: StoredEvent, event: MoveMade) -> Move:
    return Move(
        seq=stored.seq,
        at=stored.at,
        item_id=event.item_id,
        kind=event.kind,
        text=event.text,
        authored=event.text,
        in_reply_to=event.in_reply_to,
        question_id=event.question_id,
        task_id=event.task_id,
        key_point=event.key_point,
        fixed_from=event.fixed_from,
        said=event.text,
    )


def _said(item: Turn | Move, event: MoveSaid) -> Turn | Move:
    if not isinstance(item, Move) or item.item_id != event.item_id:
        return item
    said = event.opening + item.fixed
    # What was heard of an interrupted move stays what it was.
    text = item.text if item.interrupted else said
    return replace(item, text=text, said=said, said_by=event.said_by, lapse=event.lapse)


def _ended(item: Turn | Move, event: MoveEnded) -> Turn | Move:
    if not isinstance(item, Move) or item.item_id != event.item_id:
        return item
    return replace(item, text=event.text, interrupted=True)


def extend(interview: Interview, events: Iterable[StoredEvent]) -> Interview:
    """The interview after `events`, which follow what it was folded from."""
    for stored in events:
        interview = _apply(interview.interview_id, interview, stored)
    return interview
