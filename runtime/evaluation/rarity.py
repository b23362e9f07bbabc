"""How well a word tells one question's answers from another's: few questions of the bank use it, or most do."""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Mapping

from runtime.evaluation.language import clauses
from runtime.knowledge import load_bank


@functools.lru_cache(maxsize=65536)
def rarity(stem: str) -> float:
    """1.0 for a stem that no question's key points use, 0.0 for one that all of them use; in between its logarithm."""
    questions, uses = _bank()
    return math.log((questions + 1) / (uses.get(stem, 0) + 1)) / math.log(questions + 1)


@functools.cache
def _bank() -> tuple[int, Mapping[str, int]]:
    questions = load_bank().questions
    uses: Counter[str] = Counter()
    for question in questions:
        uses.update(
            {
                token.stem
                for point in question.key_points
                for clause in clauses(point.claim)
                for token in clause.tokens
                if token.weight
            }
        )
    return len(questions), uses
