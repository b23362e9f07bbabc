"""Corrections of what was heard: right for a slip of the recogniser, no way to hand in another answer unseen."""

from __future__ import annotations

import math

from runtime.evaluation.inputs import AnswerTurn
from runtime.evaluation.language import clauses
from runtime.evaluation.matching import similarity
from runtime.evaluation.report import Finding, Quote

# Recognisers get 20 to 45 of 100 words of a free answer wrong, so that at least so many are heard right.
_HEARD_RIGHT = 0.55
# A correction is called a rewriting where a recogniser that bad would leave so little in 1 of 100 turns.
_ODDS = 0.01
_SAME_WORD = 0.75


def rewritten(turn: AnswerTurn) -> Finding | None:
    """A finding when too few of the corrected words were heard for a correction; it changes no score."""
    if turn.heard is None or not turn.text.strip():
        return None
    now, before = _content(turn.text), _content(turn.heard)
    kept = sum(any(similarity(one, word) >= _SAME_WORD for one in before) for word in now)
    if _at_most(kept, len(now)) >= _ODDS:
        return None
    first = clauses(turn.text)[0]
    return Finding(
        kind="rewritten",
        text=(
            f"Turn {turn.turn_id} was rewritten: {len(turn.heard.split())} words were heard,"
            f" {len(turn.text.split())} stand there now, and {kept} of their {len(now)} different words of content"
            " were heard."
        ),
        quote=Quote(
            turn_id=turn.turn_id, start=first.start, end=first.end, text=turn.text[first.start : first.end]
        ),
    )


def _content(text: str) -> frozenset[str]:
    return frozenset(token.stem for part in clauses(text) for token in part.tokens if token.weight >= 0.5)


def _at_most(kept: int, words: int) -> float:
    """The odds that a bad recogniser leaves at most `kept` of so many words (binomial)."""
    # By logarithms: the binomial coefficients of a long turn are no floats.
    return math.fsum(
        math.exp(
            math.lgamma(words + 1)
            - math.lgamma(n + 1)
            - math.lgamma(words - n + 1)
            + n * math.log(_HEARD_RIGHT)
            + (words - n) * math.log(1 - _HEARD_RIGHT)
        )
        for n in range(kept + 1)
    )
