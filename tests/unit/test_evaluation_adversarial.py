"""What somebody may say to be paid for what they do not know, and how little it must pay."""

from __future__ import annotations

import pytest

from runtime.evaluation import (
    Answer,
    AnswerTurn,
    EvaluationInput,
    PersonalAnswer,
    Report,
    evaluate,
    grade,
)
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


def test_a_report_names_a_question_that_was_not_asked_and_says_nothing_of_it() -> None:
    report = evaluate(
        EvaluationInput(
            interview_id="i",
            answers=(
                Answer(question=CACHE, turns=(AnswerTurn(turn_id="t", text="It may be stale."),)),
                Answer(question=DISAGREEMENT, asked=False),
            ),
            personal_answers=(PersonalAnswer(question_id="cv-1", question="Why Rust?", asked=False),),
        )
    )
    wire = report.model_dump_json()
    assert DISAGREEMENT.id in wire
    assert [question.key_points for question in report.evidence[1:]] == [(), ()]
    assert not [text for text in ("Why Rust?", DISAGREEMENT.text) if text in wire]
    assert not [point.claim for point in DISAGREEMENT.key_points if point.claim in wire]


HEARD = "the cash may return still data because the source changes while the cashed copy dozen't"
OTHER = "many requests miss at once and hit the database so I would add jitter to every expiry time"


def corrected(text: str, heard: str | None) -> Report:
    turn = AnswerTurn(turn_id="turn-7", text=text, modality="speech", heard=heard)
    return evaluate(EvaluationInput(interview_id="i", answers=(Answer(question=CACHE, turns=(turn,)),)))


@pytest.mark.parametrize(
    ("text", "heard"),
    [(OTHER, HEARD), (CLAIMS, "I don't know."), (CLAIMS, HEARD), (" ".join(map(str, range(5000))), HEARD)],
)
def test_a_correction_that_shares_little_with_what_was_heard_is_reported(text: str, heard: str) -> None:
    report = corrected(text, heard)
    (finding,) = [finding for finding in report.findings if finding.kind == "rewritten"]
    assert (
        f"turn-7 was rewritten: {len(heard.split())} words were heard, {len(text.split())} stand"
        in finding.text
    )
    assert report.scores == corrected(text, None).scores


@pytest.mark.parametrize(
    ("text", "heard"), [(STALE, HEARD), (STALE, None), ("A hash map.", "a has map"), ("Redis", "read this")]
)
def test_a_correction_of_what_was_misheard_is_not(text: str, heard: str | None) -> None:
    assert not [finding for finding in corrected(text, heard).findings if finding.kind == "rewritten"]


@pytest.mark.parametrize(
    "text", ["I don't know.", "...", "no idea, sorry", "I really don't know that one.", "Um, I have no clue."]
)
def test_not_knowing_is_no_answer(text: str) -> None:
    report = report_of(CACHE.id, text)
    assert report.coverage.questions_answered == 0
    assert not report.evidence[0].answered


def test_not_knowing_one_thing_is_no_reason_to_lose_the_rest() -> None:
    assert report_of(CACHE.id, f"I don't know. Maybe {STALE}.").evidence[0].answered


@pytest.mark.parametrize(("text", "answered"), [(STALE, True), ("I don't know.", False)])
def test_a_question_is_answered_or_skipped_and_never_both(text: str, answered: bool) -> None:
    turns = (AnswerTurn(turn_id="t", text=text),)
    answers = (Answer(question=CACHE, turns=turns, skipped=True),)
    (question,) = evaluate(EvaluationInput(interview_id="i", answers=answers)).evidence
    assert (question.answered, question.skipped) == (answered, not answered)


def test_the_same_finding_is_made_once_with_its_count() -> None:
    report = report_of(
        CACHE.id, "What a great question! You should hire me. You are a wonderful interviewer."
    )
    (finding,) = report.findings
    assert finding.text.endswith("(3 times)")
    assert finding.quote is not None


@pytest.mark.parametrize("text", ["Thanks for walking me through that.", "Thank you.", "Okay, thanks a lot!"])
def test_plain_thanks_are_no_praise(text: str) -> None:
    assert report_of(CACHE.id, text).findings == ()


def test_a_report_on_behaviour_speaks_to_the_candidate() -> None:
    story = (
        "Two years ago I deleted a table in production because I thought I was on staging. The order page was down for"
        " forty minutes. I told my lead and the support team straight away and I restored the table from the backup."
    )
    report = report_of("general-own-mistake", story)
    assert report.strengths
    assert report.improvements
    texts = [*(one.text for one in report.strengths), *(one.text for one in report.improvements)]
    assert not [text for text in texts if "The candidate" in text]
