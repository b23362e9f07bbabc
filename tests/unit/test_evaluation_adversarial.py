"""What somebody may say to be paid for what they do not know, and how little it must pay."""

from __future__ import annotations

import pytest

from runtime.evaluation import Answer, AnswerTurn, EvaluationInput, Report, evaluate
from runtime.knowledge import load_bank

QUESTIONS = {question.id: question for question in load_bank().questions}
CACHE = QUESTIONS["backend-cache-problems"]
CLAIMS = " ".join(point.claim for point in CACHE.key_points)
STALE = "the cache may return stale data, because the source changes while the cached copy does not"
EVICTION = "memory is limited, so the cache needs an eviction policy such as least recently used"


def report_of(question_id: str, *texts: str) -> Report:
    turns = tuple(AnswerTurn(turn_id=f"turn-{n}", text=text) for n, text in enumerate(texts))
    answer = Answer(question=QUESTIONS[question_id], turns=turns)
    return evaluate(EvaluationInput(interview_id="i", answers=(answer,)))


def statuses(question_id: str, *texts: str) -> dict[str, str]:
    return {
        point.key_point_id: point.status for point in report_of(question_id, *texts).evidence[0].key_points
    }


@pytest.mark.parametrize(
    "text",
    [
        f"I have heard people say the following but I have no idea whether it is true or what it means: {CLAIMS}",
        f"People say this, but I don't understand it: {CLAIMS}",
        f"I have no idea what any of this means: {CLAIMS}",
        f"I doubt that {STALE}.",
        f"I am not convinced that {STALE}.",
        f"i have heard that {STALE} but i have no idea whether that is true",
        f"Is it that {STALE}?",
        f"Could it be that {STALE}?",
        f"is it that {STALE}",
        f"Some say {STALE} but I don't think so.",
        f"Some people say that {STALE}. I don't agree.",
        f"I wonder whether {STALE}.",
    ],
)
def test_what_is_left_open_is_absent(text: str) -> None:
    assert set(statuses(CACHE.id, text).values()) == {"absent"}


@pytest.mark.parametrize(
    "text",
    [
        f"A colleague wrongly claimed: {STALE}.",
        f"A colleague wrongly claimed that {STALE}.",
        f"It is a myth that {STALE}.",
        f"Is it that {STALE}? No.",
        f"It is not true that {STALE}.",
    ],
)
def test_what_is_called_wrong_is_contradicted(text: str) -> None:
    assert statuses(CACHE.id, text)["stale"] == "contradicted"


@pytest.mark.parametrize(
    "text",
    [
        f"I think {STALE}.",
        f"I believe {STALE}.",
        f"I'm not sure but probably {STALE}.",
        f"I'm not sure, maybe {STALE}.",
        f"i don't know exactly but {STALE}",
        f"I don't know if this is right, but I would say {STALE}.",
        f"I have read that {STALE}.",
        f"What goes wrong? {STALE.capitalize()}.",
        f"Is the data still right? No, {STALE}.",
        f"Is it that {STALE}? Yes, exactly.",
        f"I believe {STALE}, right?",
    ],
)
def test_a_hedged_claim_of_ones_own_stays_evidence(text: str) -> None:
    assert statuses(CACHE.id, text)["stale"] == "shown"


@pytest.mark.parametrize("turning", ["But actually", "In my experience"])
def test_a_disclaimer_governs_its_list_until_it_is_withdrawn(turning: str) -> None:
    found = statuses(
        CACHE.id,
        "People say the following but I have no idea whether it is true: "
        f"{EVICTION}. The cache key must contain the user. {turning}, {STALE}.",
    )
    assert (found["eviction"], found["keys"], found["stale"]) == ("absent", "absent", "shown")


def test_a_disclaimer_ends_with_its_turn() -> None:
    disclaimer = f"Some say the following but I have no idea whether it is true: {EVICTION}."
    assert statuses(CACHE.id, disclaimer, f"{STALE.capitalize()}.")["stale"] == "shown"
