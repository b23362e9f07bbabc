"""The port through which text in pictures is read, and how its words become a document's lines."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class RecognizedWord:
    """A word in a picture of a page. The box is in fractions of the page's width and height, from the top left.

    `top` and `bottom` are those of the word's line: its own depend on its letters, and rows are told apart by them.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float


type RecognizedPage = tuple[RecognizedWord, ...]


class OcrFailed(Exception):  # noqa: N818 - named like the errors of this room
    """No text was recognised; the message is one sentence meant for the person who sent the document.

    `retry_after_s`: in how many seconds the same document may be read after all; None where it will not.
    """

    def __init__(self, message: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class OcrReader(Protocol):
    """Reads the text in a document's pictures."""

    def read(self, document: bytes, *, pages: int, key: str | None) -> Sequence[RecognizedPage]:
        """The words of each page of a PDF, which lies under `key` if it is stored. Raises `OcrFailed`."""
