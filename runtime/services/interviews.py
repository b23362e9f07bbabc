"""Creating, listing, reading, ending and deleting interviews."""

from __future__ import annotations

import hashlib
import secrets
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime

from runtime.interview.events import (
    ConsentRecorded,
    EndReason,
    Event,
    InterviewCreated,
    InterviewEnded,
    Level,
    Mode,
    StoredEvent,
)
from runtime.interview.interview import Interview, fold
from runtime.interview.log import amend, load
from runtime.interview.store import ConflictError, HeaderPage, Removed, Store, UnknownInterviewError
from runtime.people import Access, ForbiddenError, Principal, authorize
from runtime.services.errors import KeyReusedError

_NAMESPACE = uuid.UUID("5e1f6d0e-8d0d-4f0e-9c3c-0d6f3c1d9a57")


@dataclass(frozen=True, slots=True)
class NewInterview:
    """What a caller says of an interview to be created."""

    interview_type: str
    candidate_name: str
    role: str | None
    level: Level
    language: str
    duration_minutes: int
    mode: Mode
    job_description: str | None
    recording: bool


class Interviews:
    """The interviews of one deployment."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def create(self, new: NewInterview, principal: Principal, *, idempotency_key: str | None) -> Interview:
        """A new interview owned by `principal`; the one made before, when the key was used for the same.

        Raises `KeyReusedError` when the key was used for another.
        """
        # The id follows from the key, so that a repeated request finds its interview even after a crash.
        interview_id = (
            str(uuid.uuid5(_NAMESPACE, f"{principal.id}\n{idempotency_key}"))
            if idempotency_key
            else str(uuid.uuid4())
        )
        description = None
        if new.job_description:
            body = new.job_description.encode()
            # Named by its digest: a key used again for another interview must not change the first one's.
            name = f"job-description-{hashlib.sha256(body).hexdigest()[:16]}.txt"
            description = self._store.put_blob(
                f"sessions/{interview_id}/{name}", body, media_type="text/plain"
            )
        created = InterviewCreated(
            owner=principal.id,
            candidate_name=new.candidate_name,
            interview_type=new.interview_type,
            role=new.role,
            level=new.level,
            language=new.language,
            duration_minutes=new.duration_minutes,
            mode=new.mode,
            job_description=description,
            # Assessments of one role get the same core questions; practice varies.
            seed=0 if new.mode == "assessment" else secrets.randbelow(2**31),
        )
        events: list[Event] = [created, ConsentRecorded(recording=new.recording)]
        now = datetime.now(UTC)
        fresh = fold(
            interview_id,
            [
                StoredEvent(seq=seq, at=now, actor=principal.id, event=event)
                for seq, event in enumerate(events, 1)
            ],
        )
        try:
            stored = self._store.append(
                interview_id, events, expected=0, actor=principal.id, header=fresh.header
            )
        except ConflictError:
            interview = load(self._store, interview_id)
            if interview.created.model_copy(update={"seed": created.seed}) != created:
                raise KeyReusedError(
                    "this Idempotency-Key was used to create another interview; use a new key"
                ) from None
            return interview
        return fold(interview_id, stored)

    def get(self, interview_id: str, principal: Principal, access: Access = Access.READ) -> Interview:
        """The interview, if `principal` may have it.

        Raises `UnknownInterviewError` as well when it is not theirs: whether it exists is not theirs to know.
        """
        interview = load(self._store, interview_id)
        try:
            authorize(principal, interview, access)
        except ForbiddenError as error:
            raise UnknownInterviewError(f"there is no interview {interview_id}") from error
        return interview

    def list(self, principal: Principal, *, limit: int, cursor: str | None) -> HeaderPage:
        """A page of the interviews that `principal` may see, newest first."""
        owner = None if principal.sees_all else principal.id
        return self._store.headers(owner=owner, limit=limit, cursor=cursor)

    def end(self, interview_id: str, *, actor: str, reason: EndReason = "candidate") -> Interview:
        """End the interview; ending it again changes nothing."""
        return amend(
            self._store,
            interview_id,
            lambda interview: [] if interview.ended else [InterviewEnded(reason=reason)],
            actor=actor,
        )

    def delete(self, interview_id: str, principal: Principal) -> tuple[Removed, ...]:
        """Remove everything kept of the interview, and say what went from where."""
        self.get(interview_id, principal, Access.DELETE)
        return self._store.delete(interview_id)
