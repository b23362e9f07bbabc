"""The port to where interviews are kept: an append-only log, blobs beside it, and values written once.

One contract suite (`tests/contract/test_store.py`) holds every adapter to these words. What they must do alike, which
keys a blob may have and what a cursor says, stands here once.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from runtime.interview.events import BlobRef, Event, StoredEvent

BLOB_ROOTS: Final = ("sessions", "cvs", "reports")
"""The first part of every blob's key; the second is the interview's id."""
_INTERVIEW_ID: Final = r"[A-Za-z0-9-]{1,64}"
_BLOB_KEY: Final = re.compile(
    rf"(?:{'|'.join(BLOB_ROOTS)})/({_INTERVIEW_ID})/[A-Za-z0-9_-]+(?:[./][A-Za-z0-9_-]+)*"
)


class StoreError(Exception):
    """The store could not do what was asked; nothing of it was written."""


class ConflictError(StoreError):
    """Somebody appended first: read the log again and decide anew."""


class UnknownInterviewError(StoreError):
    """There is no such interview, or it was deleted."""


class UnknownBlobError(StoreError):
    """There is no such blob."""


class StoreUnavailableError(StoreError):
    """The store cannot write or read now (disk full, locked, throttled); the same call may work later."""


@dataclass(frozen=True, slots=True)
class Header:
    """An interview in a list: what is shown of it without folding its log."""

    interview_id: str
    owner: str
    candidate_name: str
    interview_type: str
    role: str | None
    level: str
    language: str
    duration_minutes: int
    mode: str
    status: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class HeaderPage:
    """Headers, newest first, and the opaque cursor of the next page."""

    items: tuple[Header, ...]
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class Removed:
    """A line of a deletion's receipt: how many of what went, and when the last copy is gone."""

    place: str
    count: int
    gone_by: datetime


class Store(Protocol):
    """Everything that must survive a restart. Implementations are safe to call from several threads."""

    def append(
        self, interview_id: str, events: Sequence[Event], *, expected: int, actor: str, header: Header
    ) -> tuple[StoredEvent, ...]:
        """Append all `events` or none, if the log's last seq is `expected` (0: a new interview).

        `header` replaces the interview's line in lists in the same write; a new interview's `created_at` there is
        the time of its first event. Returns when the write is durable.
        Raises `ConflictError`, `StoreUnavailableError`, or `UnknownInterviewError` for a deleted interview.
        """
        ...

    def read(self, interview_id: str, *, after: int = 0) -> tuple[StoredEvent, ...]:
        """The events with seq > `after`, in order. Raises `UnknownInterviewError`."""
        ...

    def headers(self, *, owner: str | None, limit: int, cursor: str | None) -> HeaderPage:
        """Interviews newest first, of one owner or of all. Raises `ValueError` for a cursor it did not give."""
        ...

    def delete(self, interview_id: str) -> tuple[Removed, ...]:
        """Remove the log and every blob under the interview's prefixes; a tombstone keeps the id from coming back.

        Raises `UnknownInterviewError`; when it fails otherwise, it can be repeated.
        """
        ...

    def put_once(self, key: str, value: str, *, ttl_s: float) -> bool:
        """Keep `value` for `ttl_s` seconds unless `key` is already held; whether it was kept."""
        ...

    def held(self, key: str) -> str | None:
        """The value kept under `key`, or None when there is none or its time is over."""
        ...

    def swap(self, key: str, *, expected: str, value: str | None, ttl_s: float) -> bool:
        """Replace (`value` None: drop) what `key` holds if it still is `expected`; whether it was."""
        ...

    def put_blob(self, key: str, body: bytes, *, media_type: str) -> BlobRef:
        """Store `body` durably under `key` (`sessions/`, `cvs/` or `reports/`, then the interview's id).

        Whoever may be raced names the key by the body's digest, so that each event names the body it means.
        Raises `ValueError` for another kind of key, `UnknownInterviewError` for a deleted interview.
        """
        ...

    def blob(self, ref: BlobRef) -> bytes:
        """The body, checked against its SHA-256. Raises `UnknownBlobError`."""
        ...


def blob_owner(key: str) -> str:
    """The id of the interview that a blob's key belongs to. Raises `ValueError` for what is no blob's key."""
    found = _BLOB_KEY.fullmatch(key)
    if found is None:
        raise ValueError(f"expected a blob key such as cvs/INTERVIEW/NAME.pdf, got {key!r}")
    return found[1]


def write_cursor(last: Header) -> str:
    """The cursor of the page that follows `last`."""
    raw = json.dumps([last.created_at.isoformat(), last.interview_id])
    return base64.urlsafe_b64encode(raw.encode()).decode()


def read_cursor(cursor: str) -> tuple[datetime, str]:
    """When the interview that a cursor names was created, and its id. Raises `ValueError` for anything else."""
    refusal = "expected a cursor as `next_cursor` gave it"
    try:
        created_at, interview_id = json.loads(base64.urlsafe_b64decode(cursor.encode()))
        moment, is_id = datetime.fromisoformat(created_at), re.fullmatch(_INTERVIEW_ID, interview_id)
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(refusal) from error
    if moment.tzinfo is None or is_id is None:
        raise ValueError(refusal)
    return moment, interview_id
