"""The few numbers of extractor and formula that were fitted, and to what.

`python -m benchmarks.grading DIR --fit` searches them on DIR/training, leaving one question out at a time, and
prints what agreement on the question left out was; `python -m benchmarks.grading DIR` checks them on
DIR/unseen_answers and measures the guards. `own` comes from the labelled answers of
`tests/unit/test_evaluation_shown.py`. No number here belongs to one question.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Calibration:
    """`nothing`, `everything`: share of a claim's content in one place that counts as none or all of it.

    `denied`, `wrong`: share from which a denied claim or a misconception stands against the key point.
    `own`: share of a claim's own words in one place, from which it is shown there; below it is touched on.
    `off_topic`, `on_topic`: relevance up to which nothing counts, and from which everything does.
    `curve`: exponent from level to mark. `contradiction`: what a contradicted key point costs, of its weight.
    """

    nothing: float = 0.03
    everything: float = 0.3
    denied: float = 0.7
    wrong: float = 0.6
    own: float = 0.21
    off_topic: float = 0.45
    on_topic: float = 0.72
    curve: float = 0.45
    contradiction: float = 0.5
