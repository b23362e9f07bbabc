"""Stage two: evidence to numbers. Nothing else in the product writes a score.

A question's *level* is the share of its key points' weight that was shown; what was contradicted costs some of its
weight. A level becomes a *mark* on an anchored curve (0 nothing, 1 everything), a mark becomes 1 to 10 points.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from runtime.evaluation.calibration import Calibration
from runtime.evaluation.report import DIMENSIONS, Dimension, Interval, KeyPointEvidence

WEIGHTS: Mapping[Dimension, float] = {
    "technical_knowledge": 0.35,
    "problem_solving": 0.25,
    "communication": 0.15,
    "code_quality": 0.15,
    "cultural_fit": 0.10,
}
_CALIBRATION = Calibration()
# Root mean square distance between one graded answer and its human grade, `python -m benchmarks.grading DIR`.
READING_ERROR = 0.28
_DRAWS = 200
_SEED = 20260730


@dataclass(frozen=True, slots=True)
class Unit:
    """One piece a dimension is judged by: a question's key points, an answer's structure, a task's tests.

    `parts`: (value 0 to 1, weight) pairs; `evidence`: how many quotes or executed tasks stand behind it.
    """

    parts: tuple[tuple[float, float], ...]
    evidence: int
    curve: bool = True

    @property
    def mark(self) -> float:
        return self.mark_of(self.parts)

    def mark_of(self, parts: Sequence[tuple[float, float]]) -> float:
        """The mark that these of its parts would make, drawn with repetition or not."""
        worth = weight = 0.0
        for value, of_weight in parts:
            worth += value * of_weight
            weight += of_weight
        return mark(worth / weight) if self.curve else max(0.0, worth / weight)


@dataclass(frozen=True, slots=True)
class Score:
    """A value of 1 to 10 in steps of 0.1, with the interval it is known to."""

    value: float
    interval: Interval


def level(key_points: Sequence[KeyPointEvidence], wanted: int | None = None) -> float:
    """The share of the weight shown, 0 to 1; `wanted`: only so many claims (and one detail to each) were asked for."""
    parts = list(_parts(key_points))
    if wanted is not None:
        # Naming the wrong thing counts even where not everything was asked for.
        against = [part for part in parts if part[0] < 0]
        parts = against + sorted((part for part in parts if part[0] >= 0), reverse=True)[: 2 * wanted]
    total = sum(weight for _, weight in parts)
    return min(1.0, max(0.0, sum(value * weight for value, weight in parts) / total)) if total else 0.0


def mark(of_level: float) -> float:
    """The anchored curve: 0 at level 0, 1 at level 1, rising fastest at the first key points."""
    return float(min(1.0, max(0.0, of_level)) ** _CALIBRATION.curve)


def question_unit(key_points: Sequence[KeyPointEvidence]) -> Unit:
    """A question as a unit; it is evidence only as far as something was shown or contradicted."""
    said = sum(len(point.quotes) for point in key_points if point.status in {"shown", "contradicted"})
    return Unit(parts=_parts(key_points), evidence=said)


def score_all(units: Mapping[Dimension, Sequence[Unit]]) -> tuple[dict[Dimension, Score], Score | None]:
    """Every dimension that has evidence, and their weighted mean.

    Overall is null when nothing but communication was judged: how something is said is no verdict on what.
    """
    chance = random.Random(_SEED)  # noqa: S311 (resampling, not secrecy)
    scores: dict[Dimension, Score] = {}
    draws: dict[Dimension, list[float]] = {}
    for dimension in DIMENSIONS:
        of_dimension = units.get(dimension, ())
        evidence = sum(unit.evidence for unit in of_dimension)
        if not evidence:
            continue
        draws[dimension] = _resampled(of_dimension, chance)
        value = _mean([unit.mark for unit in of_dimension])
        scores[dimension] = _score(value, draws[dimension], evidence)
    if not set(scores) - {"communication"}:
        return scores, None
    weight = sum(WEIGHTS[dimension] for dimension in scores)
    values = {dimension: (scores[dimension].value - 1) / 9 for dimension in scores}
    overall = sum(WEIGHTS[dimension] * value for dimension, value in values.items()) / weight
    overall_draws = [
        sum(WEIGHTS[dimension] * draws[dimension][n] for dimension in scores) / weight for n in range(_DRAWS)
    ]
    return scores, _score(
        overall, overall_draws, sum(score.interval.evidence_count for score in scores.values())
    )


def points(of_mark: float) -> float:
    """A mark of 0 to 1 as 1.0 to 10.0 points."""
    return round(1 + 9 * min(1.0, max(0.0, of_mark)), 1)


def _parts(key_points: Sequence[KeyPointEvidence]) -> tuple[tuple[float, float], ...]:
    worth: Callable[[KeyPointEvidence], float] = lambda point: (  # noqa: E731
        -_CALIBRATION.contradiction if point.status == "contradicted" else point.strength
    )
    return tuple((worth(point), point.weight) for point in key_points if point.status != "not_asked")


def _resampled(units: Sequence[Unit], chance: random.Random) -> list[float]:
    """Means over other draws of the same questions and of the evidence within each, with the reader's own error."""
    error = READING_ERROR / len(units) ** 0.5
    draws = []
    for _ in range(_DRAWS):
        drawn = chance.choices(units, k=len(units))
        marks = [unit.mark_of(chance.choices(unit.parts, k=len(unit.parts))) for unit in drawn]
        draws.append(min(1.0, max(0.0, _mean(marks) + chance.gauss(0.0, error))))
    return sorted(draws)


def _score(value: float, draws: Sequence[float], evidence: int) -> Score:
    ordered = sorted(draws)
    low, high = ordered[_DRAWS // 20], ordered[-1 - _DRAWS // 20]
    return Score(
        value=points(value),
        interval=Interval(
            low=points(min(low, value)), high=points(max(high, value)), evidence_count=evidence
        ),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
