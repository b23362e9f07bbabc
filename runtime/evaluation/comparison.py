"""What is compared with what: "blue is scattered more than red" holds the words of its opposite in another order."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from runtime.evaluation.language import Clause, Token, clauses
from runtime.evaluation.lexicon import OPPOSITE
from runtime.evaluation.matching import similarity

_AMOUNTS = {"more": "more", "less": "less", "fewer": "less"}
_SAME_WORD = 0.75
# What is compared stands near "than"; further off is another matter, above all in speech without full stops.
_BEFORE, _AFTER = 14, 5


@dataclass(frozen=True, slots=True)
class _Comparison:
    left: frozenset[str]
    right: frozenset[str]
    by: str
    start: int
    end: int


def turned_round(claim: str, parts: Sequence[Clause]) -> tuple[int, int] | None:
    """Where the clauses compare as the claim does, with its sides exchanged or its direction reversed."""
    for claimed in _claimed(claim):
        for said in _comparisons(parts):
            reversed_ = _reversed(claimed.by, said.by)
            if reversed_ is None:
                continue
            straight = _meet(claimed.left, said.left) and _meet(claimed.right, said.right)
            crossed = _meet(claimed.right, said.left) and _meet(claimed.left, said.right)
            if straight is not crossed and crossed is not reversed_:
                return said.start, said.end
    return None


@functools.lru_cache(maxsize=1024)
def _claimed(claim: str) -> tuple[_Comparison, ...]:
    return tuple(_comparisons(clauses(claim)))


def _comparisons(parts: Sequence[Clause]) -> Iterator[_Comparison]:
    for _, row in groupby(parts, key=lambda part: part.sentence):
        tokens = [token for part in row for token in part.tokens]
        for at, token in enumerate(tokens):
            if token.word != "than":
                continue
            before, after = tokens[max(0, at - _BEFORE) : at], tokens[at + 1 : at + 1 + _AFTER]
            by = next(
                (one for one in reversed(before) if one.word in _AMOUNTS or one.word.endswith("er")), None
            )
            if by is None or not after:
                continue
            left, right = _content(before, by), _content(after, by)
            # What stands on both sides is not what differs.
            yield _Comparison(
                left - right, right - left, _AMOUNTS.get(by.word, by.stem), before[0].start, after[-1].end
            )


def _content(tokens: Sequence[Token], by: Token) -> frozenset[str]:
    return frozenset(token.stem for token in tokens if token.weight and token is not by)


def _reversed(claimed: str, said: str) -> bool | None:
    """Whether one is the other's opposite; None when they compare by different things."""
    if claimed == said:
        return False
    return True if said in OPPOSITE.get(claimed, ()) or {claimed, said} == {"more", "less"} else None


def _meet(claimed: frozenset[str], said: frozenset[str]) -> bool:
    return any(similarity(one, other) >= _SAME_WORD for one in claimed for other in said)
