"""Cutting what the interviewer says into sentences as it comes, so that the first can be heard early."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, AsyncIterator

# A sentence ends at . ! ? (and a closing quote) before a space; not after an initial or a number's point.
_SENTENCE_END = re.compile(r"(?<![A-Z])(?<!\b[A-Za-z]\.[A-Za-z])[.!?]{1,8}[\"')\]]{0,8}(?=\s)")


async def sentences(pieces: AsyncIterator[str]) -> AsyncGenerator[str]:
    """Whole sentences, each with the white space that followed it, joined equal to the pieces joined."""
    held = ""
    async for piece in pieces:
        held += piece
        while end := _SENTENCE_END.search(held):
            cut = end.end()
            while cut < len(held) and held[cut].isspace():
                cut += 1
            if cut == len(held):
                break  # more white space may follow
            yield held[:cut]
            held = held[cut:]
    if held:
        yield held
