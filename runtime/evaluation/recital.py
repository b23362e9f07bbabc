"""The rubric said back: words that nobody finds by themselves in that order. Reported, not punished."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from runtime.evaluation.inputs import AnswerTurn
from runtime.evaluation.report import Quote

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
# So many words of one claim in order are the rubric's own; three in a row are anybody's.
_LEAST, _RUN = 8, 3
# A word changed, left out or put in between two runs does not make it another text.
_SLIP = 2


def recited(turn: AnswerTurn, claims: Sequence[str]) -> Iterator[Quote]:
    """Where a turn holds eight or more words of a claim in the claim's order, at most one quote for each claim."""
    said = [(match.group().casefold(), *match.span()) for match in _WORD.finditer(turn.text)]
    words = [word for word, _, _ in said]
    for claim in claims:
        place = _longest(words, _runs(claim))
        if place is not None:
            start, end = said[place[0]][1], said[place[1]][2]
            yield Quote(turn_id=turn.turn_id, start=start, end=end, text=turn.text[start:end])


@functools.lru_cache(maxsize=1024)
def _runs(claim: str) -> dict[tuple[str, ...], int]:
    words = [match.group().casefold() for match in _WORD.finditer(claim)]
    return {tuple(words[at : at + _RUN]): at for at in range(len(words) - _RUN + 1)}


def _longest(words: Sequence[str], runs: dict[tuple[str, ...], int]) -> tuple[int, int] | None:
    """First and last word of the longest stretch made of the claim's runs in order, if it is long enough."""
    best, found = _LEAST - 1, None
    first = last = -1
    place = held = 0
    for at in range(len(words) - _RUN + 1):
        of_claim = runs.get(tuple(words[at : at + _RUN]))
        if of_claim is None:
            continue
        follows = (
            first >= 0 and 0 < of_claim - place <= _RUN + _SLIP and at - (last - _RUN + 1) <= _RUN + _SLIP
        )
        if follows:
            held += min(_RUN, at + _RUN - 1 - last)
        else:
            first, held = at, _RUN
        last, place = at + _RUN - 1, of_claim
        if held > best:
            best, found = held, (first, last)
    return found
