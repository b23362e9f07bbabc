"""What somebody may say to be paid for what they do not know, and how little it must pay."""

from __future__ import annotations

import pytest

from runtime.evaluation import Answer, AnswerTurn, EvaluationInput, Report, evaluate, grade
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


@pytest.mark.parametrize(
    ("key_point", "text"),
    [
        ("eviction", "Memory is unlimited so no eviction is needed."),
        ("eviction", "It is unnecessary to have an eviction policy such as least recently used."),
        ("invalidation", "You never need to invalidate entries."),
        ("invalidation", "There is no need to decide when an entry becomes invalid."),
        (
            "invalidation",
            "You never need to invalidate entries. When a popular entry expires nothing happens, requests never miss"
            " at once and never hit the database.",
        ),
        ("stale", "A cache never returns stale data, because the copy always changes with the source."),
        ("stampede", "When a popular entry expires, requests never miss at once and never hit the database."),
    ],
)
def test_the_contrary_of_a_key_point_does_not_show_it(key_point: str, text: str) -> None:
    assert statuses(CACHE.id, text)[key_point] in {"absent", "contradicted"}


SKY = "Air scatters short blue wavelengths more than red ones"


@pytest.mark.parametrize(
    "answer",
    [
        "because red light is scattered more by the air than blue",
        "Air scatters red wavelengths more than blue ones.",
        "Air scatters blue less than red.",
    ],
)
def test_a_comparison_turned_round_does_not_pay(answer: str) -> None:
    grade_ = grade("Why is the sky blue?", SKY, answer)
    assert grade_.score == 0
    assert not {point.status for point in grade_.evidence} & {"shown", "touched"}


@pytest.mark.parametrize(
    "answer",
    [
        "because blue light is scattered more by the air than red",
        "Air scatters red less than blue.",
        "red is scattered less by the air than blue light",
    ],
)
def test_a_comparison_said_the_other_way_round_still_pays(answer: str) -> None:
    assert grade("Why is the sky blue?", SKY, answer).score >= 0.8


def test_words_said_twice_over_are_no_sentence() -> None:
    grade_ = grade("Why is the sky blue?", SKY, "Air Air scatters scatters blue red more more")
    assert grade_.score == 0
    assert {finding.kind for finding in grade_.findings} == {"word_soup"}


DISAGREEMENT = QUESTIONS["general-disagreement"]


@pytest.mark.parametrize("opening", ["", "It is not true that "])
def test_the_rubric_said_back_is_no_behaviour_and_is_reported(opening: str) -> None:
    text = " ".join(f"{opening}{point.claim}" for point in DISAGREEMENT.key_points)
    report = report_of(DISAGREEMENT.id, text)
    assert {point.status for point in report.evidence[0].key_points} == {"absent"}
    assert report.strengths == ()
    assert {finding.kind for finding in report.findings} == {"rubric_recital"}


def test_nearly_the_rubrics_words_are_reported_and_paid() -> None:
    spoken = (
        "well when a really popular entry expires many requests miss at once and they all hit the database"
    )
    report = report_of(CACHE.id, spoken)
    assert [finding.kind for finding in report.findings] == ["rubric_recital"]
    assert statuses(CACHE.id, spoken)["stampede"] == "shown"


def test_ones_own_words_are_no_recital() -> None:
    spoken = (
        "if something popular drops out of the cache then everybody asks the database for it at the same time"
    )
    assert report_of(CACHE.id, spoken).findings == ()
