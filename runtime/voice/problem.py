"""Refusals on the socket: the `error` event in the shape of RFC 9457."""

from __future__ import annotations

import re

from runtime.voice import protocol as p


def problem(status: int, kind: str, detail: str, event_id: int | None = None) -> p.Error:
    """`kind` in camel case, e.g. `SocketLive`; it becomes the machine-readable name and the title."""
    words = re.sub(r"(?<!^)([A-Z])", r" \1", kind).lower()
    return p.Error(
        event_id=event_id, problem=words.replace(" ", "_"), title=words, detail=detail, status=status
    )
