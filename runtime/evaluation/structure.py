"""How clear an answer is as an answer: what can be read off its words alone.

Accent, fillers, pauses, speed, vocabulary and grammar slips count for nothing: fillers carry no weight in
`language`, and a spoken answer without punctuation is cut into clauses like any other.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from runtime.evaluation import guards
from runtime.evaluation.language import Clause, clauses
from runtime.evaluation.matching import Passage, similarity

_CONNECTIVES = tuple(
    re.compile(rf"\b(?:{words})\b")
    for words in (
        "because|since|as a result|therefore|thus|hence|that is why|due to|so that|which means|consequently",
        "first|firstly|to begin with|initially|second|secondly|then|next|after that|finally|lastly",
        "for example|for instance|such as|say|imagine|e g|in one case|once",
        "but|however|although|though|whereas|while|on the other hand|instead|unless|except",
        "if|when|in case|depending|depends|whenever|otherwise",
        "in short|overall|in the end|to sum up|in summary|so overall|the main",
    )
)
# Fewer words of content than the first are a label, from the second on it is an explanation.
_LABEL, _EXPLANATION = 3, 22
# Spoken answers of more than two minutes lose their listener: about 300 words, all of it lost at 700.
_LONG, _TOO_LONG = 300, 700


def structure(question: str, claims: Sequence[str], passages: Sequence[Passage]) -> float:
    """0 to 1: how directly the answer begins, how far it explains, how it is joined, whether it repeats itself."""
    parts = [part for passage in passages for part in passage.clauses]
    content = [token.stem for part in parts for token in part.tokens if token.weight >= 0.5]
    if not content:
        return 0.0
    text = " ".join(token.word for part in parts for token in part.tokens)
    words = sum(len(part.tokens) for part in parts)
    developed = min(1.0, max(0.0, (len(set(content)) - _LABEL) / (_EXPLANATION - _LABEL)))
    joined = min(1.0, sum(kind.search(text) is not None for kind in _CONNECTIVES) / 3)
    varied = min(1.0, len(set(content)) / len(content) / 0.6)
    concise = min(1.0, max(0.0, (_TOO_LONG - words) / (_TOO_LONG - _LONG))) * varied
    shape = 0.4 * developed + 0.25 * joined + 0.2 * _direct(question, claims, parts) + 0.15 * concise
    # Three words cannot be well put together, however direct and concise they are.
    return round(guards.orderly(parts) * shape * min(1.0, 0.4 + developed), 3)


def _direct(question: str, claims: Sequence[str], parts: Sequence[Clause]) -> float:
    """1.0 when the answer is on its subject within 20 words, down to 0.0 at 80."""
    known = {
        token.stem
        for text in (question, *claims)
        for part in clauses(text)
        for token in part.tokens
        if token.weight
    }
    before = 0
    for part in parts:
        said = {token.stem for token in part.tokens if token.weight}
        if any(similarity(one, stem) >= 0.75 for stem in said for one in known):
            return min(1.0, max(0.0, (80 - before) / 60))
        before += len(part.tokens)
    return 0.0
