"""Who says a move: the conductor decides what is said next, an interviewer puts its opening into words.

What the move asks or discloses is not the interviewer's: it is spoken as its authors wrote it (ADR 6). `Delivery` holds
a model to what it may say.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Protocol

from runtime.interview.interview import Interview, Move


class InterviewerError(Exception):
    """A model did not put the move into words. The message names the way out and holds no words of the interview."""


class InterviewerUnavailable(InterviewerError):  # noqa: N818 - says what happened, its base says that it is an error
    """The model cannot be reached, is throttled, or broke off; another move may find it well."""


class InterviewerRejected(InterviewerError):  # noqa: N818
    """The request itself was refused (no access, no such model or agent): every move will be, until that is changed."""


class InterviewerRestrained(InterviewerError):  # noqa: N818
    """A guardrail held the model's words back."""


class Interviewer(Protocol):
    """Puts moves into words. It is given what the candidate may hear: never key points, hidden tests or scores."""

    @property
    def name(self) -> str:
        """What says the moves, as shown to people, e.g. `authored text`."""

    @property
    def is_model(self) -> bool:
        """Whether its words are a model's, to be waited for and checked, rather than the bank's own."""

    def say(self, move: Move, interview: Interview) -> AsyncGenerator[str]:
        """The move's opening as it comes: what is said before `move.fixed`. Ends when that is all.

        Closing it early stops the work. Raises `InterviewerError`, possibly after some words.
        """


class AuthoredInterviewer:
    """Says the text that the bank's authors wrote, to the letter; needs no model."""

    name = "authored text"
    is_model = False

    async def say(self, move: Move, interview: Interview) -> AsyncGenerator[str]:  # noqa: ARG002 (the port)
        yield move.opening
