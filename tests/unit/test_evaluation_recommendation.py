"""What is recommended: no more than the interval supports, and a sentence that says why."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.evaluation import QuestionEvidence
from runtime.evaluation.recommendation import recommend
from runtime.evaluation.report import Dimension, Interval, Recommendation
from runtime.evaluation.scores import Score


def score(value: float, low: float, high: float) -> Score:
    return Score(value=value, interval=Interval(low=low, high=high, evidence_count=9))


def answered(questions: int, competency: Dimension | None = "technical_knowledge") -> list[QuestionEvidence]:
    return [
        QuestionEvidence(
            question_id=f"q-{n}",
            question="Why?",
            competency=competency,
            asked=True,
            answered=True,
            skipped=False,
            level=0.5,
            structure=0.5,
        )
        for n in range(questions)
    ]


def recommended(value: float, low: float, high: float, questions: int = 6) -> tuple[Recommendation, str]:
    overall = score(value, low, high)
    scored: dict[Dimension, Score] = {"technical_knowledge": overall, "problem_solving": overall}
    return recommend(overall, scored, answered(questions))


@pytest.mark.parametrize(
    ("value", "low", "high", "expected"),
    [
        (8.8, 8.1, 9.4, "strong_hire"),
        (8.8, 6.5, 9.9, "hire"),
        (8.8, 5.1, 10.0, "incomplete"),
        (7.0, 6.0, 8.5, "hire"),
        (7.0, 5.9, 8.5, "borderline"),
        (7.0, 3.9, 9.0, "incomplete"),
        (5.0, 3.5, 6.5, "borderline"),
        (5.0, 3.5, 8.0, "incomplete"),
        (3.0, 2.0, 3.9, "no_hire"),
        (3.0, 2.0, 4.5, "borderline"),
        (3.0, 2.0, 6.0, "incomplete"),
    ],
)
def test_a_recommendation_holds_at_its_weaker_end(
    value: float, low: float, high: float, expected: str
) -> None:
    assert recommended(value, low, high)[0] == expected


def test_too_few_questions_of_the_bank_are_incomplete_however_high_the_score() -> None:
    recommendation, reason = recommended(9.5, 9.0, 10.0, questions=3)
    assert recommendation == "incomplete"
    assert "3 of the bank's questions answered" in reason
    assert recommended(9.5, 9.0, 10.0, questions=4)[0] == "strong_hire"


def test_personal_questions_do_not_count_towards_a_recommendation() -> None:
    overall = score(9.0, 8.5, 9.5)
    scored: dict[Dimension, Score] = {"technical_knowledge": overall}
    questions = [*answered(3), *answered(5, None)]
    assert recommend(overall, scored, questions)[0] == "incomplete"


@given(st.tuples(*[st.integers(10, 100)] * 3).map(sorted), st.integers(0, 8))
def test_every_recommendation_has_a_reason_and_none_is_above_the_score(
    points: list[int], questions: int
) -> None:
    low, value, high = (point / 10 for point in points)
    recommendation, reason = recommended(value, low, high, questions)
    assert recommendation in get_args(Recommendation)
    assert reason.endswith(".")
    if recommendation in {"hire", "strong_hire"}:
        assert low >= (8 if recommendation == "strong_hire" else 6)
    if recommendation == "no_hire":
        assert high < 4
