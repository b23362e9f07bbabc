"""The port to what can be looked up: the passages of a knowledge base that fit a question best."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class RetrievalError(Exception):
    """Nothing could be looked up. The message names the way out and does not repeat the query."""


class RetrievalUnavailable(RetrievalError):  # noqa: N818 - says what happened, its base says that it is an error
    """The knowledge base is throttled, cannot be reached or took too long: the same query may work later."""


class RetrievalRejected(RetrievalError):  # noqa: N818
    """The knowledge base refuses (no access, no such base): every query will be, until that is changed."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A stretch of a document. `score` orders passages of one answer, best highest; `source` names the document."""

    text: str
    score: float
    source: str


class Retrieval(Protocol):
    """Looks things up. Blocks; safe to call from several threads."""

    def search(self, query: str, *, limit: int = 4) -> tuple[Passage, ...]:
        """At most `limit` passages, the best first; none when nothing fits. Raises `RetrievalError`."""
        ...
