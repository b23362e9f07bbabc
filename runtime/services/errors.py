"""What a use case refuses, each a sentence with the way out. The API turns them into problems."""

from __future__ import annotations


class RefusedError(Exception):
    """The interview is not in a state for this."""


class InterviewEndedError(RefusedError):
    """The interview has ended; nothing can be added."""


class SocketLiveError(RefusedError):
    """A live socket holds the interview; turns go through it."""


class StaleVersionError(RefusedError):
    """Somebody changed it since it was read."""


class NotThereError(RefusedError):
    """The interview has no such thing (yet)."""


class KeyReusedError(RefusedError):
    """An idempotency key or item id was used before, for something else."""


class ReportFailedError(RefusedError):
    """The report could not be made; it says why. Asking again tries again."""
