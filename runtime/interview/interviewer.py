"""Who says a move: the conductor decides what is said next, an interviewer puts it into words."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Protocol

from runtime.interview.interview import Interview, Move


class Interviewer(Protocol):
    """Says a move. It is given what the candidate may hear: never key points, hidden tests or scores."""

    @property
    def name(self) -> str:
        """What says the moves, as shown to people, e.g. `authored text`."""

    def say(self, move: Move, interview: Interview) -> AsyncIterator[str]:
        """The move's words as they come. Ends when all is said."""


class AuthoredInterviewer:
    """Says the text that the bank's authors wrote, to the letter; needs no model."""

    name = "authored text"

    async def say(self, move: Move, interview: Interview) -> AsyncIterator[str]:  # noqa: ARG002 (the port)
        yield move.authored
