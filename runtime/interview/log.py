"""One interview's log, read and amended under optimistic concurrency."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Final

from runtime.interview.events import Event
from runtime.interview.interview import Interview, extend, fold, preview
from runtime.interview.store import ConflictError, Store, StoreUnavailableError

# Each lost race means that somebody else's append succeeded; this many in one call is a storm, not a race.
_MOST_RACES: Final = 50

type Decide = Callable[[Interview], Sequence[Event]]


def load(store: Store, interview_id: str) -> Interview:
    """The interview as it stands. Raises `UnknownInterviewError`, `StoreUnavailableError`."""
    return fold(interview_id, store.read(interview_id))


def amend(store: Store, interview_id: str, decide: Decide, *, actor: str) -> Interview:
    """Append what `decide` makes of the interview as it stands, and return it as it is then.

    When somebody appends first, `decide` is asked again with the newer interview; it may return nothing, or raise
    what the caller should see. Raises what the store raises.
    """
    for _ in range(_MOST_RACES):
        interview = load(store, interview_id)
        events = decide(interview)
        if not events:
            return interview
        header = preview(interview, events, at=datetime.now(UTC)).header
        try:
            stored = store.append(interview_id, events, expected=interview.seq, actor=actor, header=header)
        except ConflictError:
            continue
        return extend(interview, stored)
    raise StoreUnavailableError(f"{_MOST_RACES} others changed interview {interview_id} first; try again")
