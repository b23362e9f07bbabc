"""What a report recommends, and the sentence that says why: never more than the overall score's interval supports.

1. With fewer than four answered questions of the bank the recommendation is `incomplete`. One answer of three moves
   their mean by up to three points, a band and a half; one of four by little more than a band. Personal questions and
   the talk about a task do not count, they have no key points.
2. The score claims a band. `hire` and `strong_hire` must hold at the interval's low end, `no_hire` at its high end.
   An end one band off weakens the claim by that band; an end further off makes it `incomplete`.
3. `borderline` says that the evidence points both ways, so it stands unless the interval reaches from the lowest band
   to the highest.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from runtime.evaluation.report import Dimension, QuestionEvidence, Recommendation
from runtime.evaluation.scores import WEIGHTS, Score

# Where a band begins, in points.
BANDS = (4.0, 6.0, 8.0)
_NAMES: tuple[Recommendation, ...] = ("no_hire", "borderline", "hire", "strong_hire")
_BORDERLINE = 1
_LEAST_ANSWERED, _LEAST_WEIGHT = 4, 0.35
_TOO_LITTLE = "Too little was asked to say more"


def recommend(
    overall: Score | None, scored: Mapping[Dimension, Score], questions: Sequence[QuestionEvidence]
) -> tuple[Recommendation, str]:
    """The recommendation and its reason, by the rule above."""
    answered = sum(question.answered and question.competency is not None for question in questions)
    assessed = sum(WEIGHTS[dimension] for dimension in scored if dimension != "communication")
    if overall is None or answered < _LEAST_ANSWERED or assessed < _LEAST_WEIGHT:
        asked = f"{answered} of the bank's questions answered, and a recommendation needs {_LEAST_ANSWERED}"
        shown = "most of the scores beside communication have no evidence"
        return "incomplete", f"{_TOO_LITTLE}: {asked if answered < _LEAST_ANSWERED else shown}."
    interval = overall.interval
    claimed, low, high = (_band(points) for points in (overall.value, interval.low, interval.high))
    between = f"the overall score lies between {interval.low:.1f} and {interval.high:.1f}"
    if claimed == _BORDERLINE and (low, high) != (0, len(BANDS)):
        return "borderline", f"The evidence points both ways: {between}."
    against = high if claimed == 0 else low
    if against == claimed:
        return _NAMES[claimed], f"This holds at the weaker end, too: {between}."
    if claimed == _BORDERLINE or abs(against - claimed) > 1:
        return "incomplete", f"{_TOO_LITTLE}: {between}, so it could as well be {_said(against)}."
    alone = f"{overall.value:.1f} alone would be {_said(claimed)}"
    return _NAMES[against], f"{_TOO_LITTLE}: {alone}, but {between}."


def _band(points: float) -> int:
    return sum(points >= begin for begin in BANDS)


def _said(band: int) -> str:
    return _NAMES[band].replace("_", " ")
