"""Which of several forms of an answer the caller asks for, by `Accept` (RFC 9110, section 12.5.1)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

_PARTS: Final = 20


class NotAcceptableError(Exception):
    """None of the forms that there are was asked for."""


def preferred(accept: str | None, offered: Sequence[str]) -> str:
    """The offered media type that `accept` likes best; the earlier one where it likes several alike.

    Raises `NotAcceptableError`, naming what is offered.
    """
    ranges = [_range(part) for part in (accept or "*/*").split(",")[:_PARTS] if part.strip()] or [
        ("*/*", 1.0)
    ]
    liked = [(_quality(kind, ranges), kind) for kind in offered]
    best, kind = max(liked, key=lambda entry: entry[0])
    if best <= 0:
        raise NotAcceptableError(f"expected an Accept that takes one of {', '.join(offered)}")
    return kind


def _range(part: str) -> tuple[str, float]:
    kind, *parameters = (piece.strip().lower() for piece in part.split(";"))
    quality = next((value[2:] for value in parameters if value.startswith("q=")), "1")
    try:
        return kind, min(1.0, max(0.0, float(quality)))
    except ValueError:
        return kind, 0.0


def _quality(kind: str, ranges: Sequence[tuple[str, float]]) -> float:
    """The quality of the most specific range that `kind` falls in."""
    main = kind.partition("/")[0]
    for wanted in (kind, f"{main}/*", "*/*"):
        found = [quality for range_, quality in ranges if range_ == wanted]
        if found:
            return max(found)
    return 0.0
