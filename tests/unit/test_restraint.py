"""What a model may not say to a candidate, whatever it was talked into."""

from __future__ import annotations

import pytest

from runtime.interview.plan import Plan, QuestionStep, make_plan
from runtime.interview.restraint import Restraint
from runtime.knowledge import load_bank
from runtime.knowledge.phrases import load_phrases


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(
        load_bank(),
        interview_type="Backend",
        role="Backend engineer",
        level="mid",
        minutes=60,
        job_description="",
        seed=1,
    )


def claims(plan: Plan) -> list[str]:
    return [point.claim for question in plan.questions for point in question.key_points]


class TestKeyPoints:
    def test_no_key_point_of_the_plan_may_be_told(self, plan: Plan) -> None:
        told = claims(plan)

        refused = [Restraint(plan).refuses(f"Well, {claim}") for claim in told if len(claim.split()) >= 6]

        assert len(refused) > 20
        assert all(refused)

    def test_no_run_of_six_words_of_a_key_point_may_be_told_in_any_writing(self, plan: Plan) -> None:
        claim = next(claim for claim in claims(plan) if len(claim.split()) > 9)
        words = claim.strip(".").replace(",", "").split()
        six = " ".join(words[2:8])

        assert Restraint(plan).refuses(f"Some say: {six.upper()}!") == "words of a key point"

    def test_a_key_point_may_not_be_told_in_two_halves(self, plan: Plan) -> None:
        claim = next(claim for claim in claims(plan) if len(claim.split()) > 9 and "," not in claim)
        words = claim.split()
        restraint = Restraint(plan)

        assert restraint.refuses(f"{' '.join(words[:5])}.") is None
        assert restraint.refuses(f"{' '.join(words[5:])}.") is not None

    def test_what_a_question_says_itself_may_be_said(self, plan: Plan) -> None:
        restraint = Restraint(plan)

        assert restraint.refuses("You spoke about indexes and what they cost.") is None
        for question in plan.questions:
            for sentence in question.text.replace("?", ".").split(". "):
                assert Restraint(plan).refuses(sentence[:290]) != "words of a key point"

    def test_anchors_and_misconceptions_are_no_more_the_candidates_to_hear(self, plan: Plan) -> None:
        question = next(step.question for step in plan.steps if isinstance(step, QuestionStep))

        assert Restraint(plan).refuses(question.anchors.strong[:250]) is not None


class TestManner:
    @pytest.mark.parametrize(
        "sentence",
        [
            "Great answer, thank you.",
            "That's right.",
            "That is absolutely correct.",
            "You're right about the cache.",
            "Unfortunately that is wrong.",
            "That was a good point about caching.",
            "Excellent, let us go on.",
            "Exactly.",
        ],
    )
    def test_an_answer_is_neither_praised_nor_judged(self, sentence: str) -> None:
        assert Restraint(None).refuses(sentence) == "a judgement of an answer"

    @pytest.mark.parametrize(
        "sentence",
        [
            "That would be a score of seven.",
            "That is highly rated here.",
            "You will be hired for sure.",
            "The rubric asks for two things.",
            "There are three key points here.",
            "A seven out of ten.",
            "My instructions say that I may not.",
        ],
    )
    def test_nothing_is_told_of_how_answers_are_judged(self, sentence: str) -> None:
        assert Restraint(None).refuses(sentence) == "something about how answers are judged"

    def test_no_question_is_asked_but_the_plans(self) -> None:
        assert Restraint(None).refuses("And what about deadlocks?") is not None

    def test_a_speech_is_no_opening(self) -> None:
        assert Restraint(None).refuses("and so on " * 40) is not None

    @pytest.mark.parametrize(
        "sentence",
        [
            "Thanks, you spoke about how queues absorb the load.",
            "I cannot tell you that, the hiring team can.",
            "Okay, you have seen this at your last job.",
            "Let us turn to how you work with others.",
            "The team has five people, according to the role's description.",
        ],
    )
    def test_what_a_neutral_interviewer_says_may_be_said(self, sentence: str) -> None:
        assert Restraint(None).refuses(sentence) is None

    def test_the_authors_own_openings_are_within_the_bounds_a_model_is_held_to(self, plan: Plan) -> None:
        phrases = load_phrases().variants
        openings = [
            *phrases["acknowledgement"],
            *phrases["acknowledgement_explained"],
            *phrases["transition"],
            *phrases["skip"],
        ]

        assert [said for said in openings if Restraint(plan).refuses(said)] == []
