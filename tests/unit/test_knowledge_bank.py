"""The question bank as data: coverage, and what makes a text fit to be heard."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from runtime.knowledge.bank import BANK_DIR, RENDERED, STAR, Bank, CodingTask, Level, Question, load_bank

TECHNICAL_FAMILIES = ("backend", "frontend", "data", "devops", "ml", "mobile", "qa", "security", "product")
LEVELS: tuple[Level, ...] = ("junior", "mid", "senior")

# Spoken as letters, and known to everyone who is asked.
SPOKEN_ACRONYMS = {"AI", "API", "CSS", "HTML", "JSON", "SQL", "URL"}

# Words that carry a sentence rather than a subject.
FUNCTION_WORDS = set(
    re.findall(
        r"\S+",
        """
        a about after again all also am an and any are as at be because been before but by can could
        describe did do does doing done each explain for from get go had has have how i if imagine in
        into is it its just like make me moment more most much my no not of off on one only or other our
        out over say should so some somebody someone something suppose take tell than that the their
        them then there these they thing things think this those through time to too two up us very was
        way we were what when where which while who why will with without would you your yours yourself
        i'd you're you've you'd didn't don't doesn't isn't nobody i'm
        """,
    )
)


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


def spoken(question: Question) -> list[str]:
    return [question.text, question.rephrased, *(follow_up.text for follow_up in question.follow_ups)]


def words(text: str) -> list[str]:
    return re.findall(r"[a-z']+", text.lower())


def content(text: str) -> frozenset[str]:
    return frozenset(words(text)) - FUNCTION_WORDS


def shared(one: str, other: str) -> float:
    """The share of the shorter text's content words that the other text has too."""
    first, second = content(one), content(other)
    return len(first & second) / max(1, min(len(first), len(second)))


def runs_of_six(text: str) -> set[tuple[str, ...]]:
    tokens = words(text)
    return {tuple(tokens[start : start + 6]) for start in range(len(tokens) - 5)}


def is_speakable(text: str) -> bool:
    acronyms = set(re.findall(r"\b[A-Z]{2,}\b", text))
    return bool(re.fullmatch(r"[A-Za-z ,.?'-]+", text)) and acronyms <= SPOKEN_ACRONYMS


def test_every_technical_family_covers_every_level(bank: Bank) -> None:
    counts = Counter(
        (family, question.level)
        for question in bank.questions
        if question.kind == "technical"
        for family in question.families
    )

    thin = {
        (f, lv): counts[f, lv]
        for f in (*TECHNICAL_FAMILIES, "software")
        for lv in LEVELS
        if counts[f, lv] < 3
    }

    assert not thin


def test_every_family_asks_for_knowledge_and_for_problem_solving(bank: Bank) -> None:
    asked = {(family, question.competency) for question in bank.questions for family in question.families}

    for family in (*TECHNICAL_FAMILIES, "software"):
        assert (family, "technical_knowledge") in asked
        assert (family, "problem_solving") in asked


def test_what_serves_every_role_is_about_no_software_and_covers_every_level(bank: Bank) -> None:
    general = [question for question in bank.questions if "general" in question.families]
    about_software = re.compile(
        r"\b(code|program\w*|software|developer\w*|deploy\w*|server\w*|database\w*)\b", re.IGNORECASE
    )

    assert {question.level for question in general if question.kind == "technical"} == set(LEVELS)
    assert not [text for question in general for text in spoken(question) if about_software.search(text)]


def test_behavioural_questions_serve_every_role_and_level(bank: Bank) -> None:
    behavioural = [question for question in bank.questions if question.kind == "behavioural"]

    assert len(behavioural) >= 14
    assert all(question.families == ("general",) for question in behavioural)
    assert {question.competency for question in behavioural} == {"communication", "cultural_fit"}
    assert {question.level for question in behavioural} == set(LEVELS)


def test_the_bank_holds_at_least_72_questions_and_three_tasks_a_level(bank: Bank) -> None:
    assert len(bank.questions) >= 72
    tasks = Counter(task.level for task in bank.tasks)
    assert all(tasks[level] >= 3 for level in LEVELS)


@pytest.mark.parametrize(
    "path", sorted(BANK_DIR.glob("*/*.yaml")), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_entries_stand_in_the_file_of_the_family_their_id_begins_with(path: Path) -> None:
    entries = yaml.safe_load(path.read_text(encoding="utf-8"))

    for entry in entries:
        assert entry["id"].startswith(f"{path.stem}-")
        # What serves every software role stands with what serves every role.
        assert path.stem in entry["families"] or (path.stem, entry["families"][0]) == ("general", "software")


def test_questions_are_short_enough_to_keep_in_mind(bank: Bank) -> None:
    long = {
        text: len(text.split())
        for question in bank.questions
        for text in spoken(question)
        if len(text.split()) > 40
    }

    assert not long


def test_tasks_are_introduced_in_at_most_45_words(bank: Bank) -> None:
    assert not [task.id for task in bank.tasks if len(task.text.split()) > 45]


def test_everything_spoken_can_be_spoken(bank: Bank) -> None:
    entries: list[Question | CodingTask] = [*bank.questions, *bank.tasks]
    texts = [entry.topic for entry in entries]
    texts += [
        text for entry in entries for text in (spoken(entry) if isinstance(entry, Question) else [entry.text])
    ]

    assert not [text for text in texts if not is_speakable(text)]


@pytest.mark.parametrize(
    "text", ["Use `map` here.", "Read and/or write", "What is p99?", "my_name", "Why XYZ?", "a — b"]
)
def test_symbols_digits_and_unknown_acronyms_are_not_speakable(text: str) -> None:
    assert not is_speakable(text)


def test_a_spoken_text_asks_one_thing(bank: Bank) -> None:
    assert not [text for question in bank.questions for text in spoken(question) if text.count("?") > 1]


def test_no_spoken_text_stands_twice(bank: Bank) -> None:
    counts = Counter(text for question in bank.questions for text in spoken(question))

    assert not [text for text, count in counts.items() if count > 1]


def test_no_two_questions_share_more_than_60_percent_of_their_content_words(bank: Bank) -> None:
    alike = [
        (one.id, other.id, round(shared(one.text, other.text), 2))
        for one, other in itertools.combinations(bank.questions, 2)
        if shared(one.text, other.text) > 0.6
    ]

    assert not alike


def test_a_rephrased_question_uses_clearly_different_words(bank: Bank) -> None:
    alike = [q.id for q in bank.questions if shared(q.text, q.rephrased) > 0.6]

    assert not alike


def test_nothing_spoken_gives_six_words_of_a_key_point_away(bank: Bank) -> None:
    claims = {run for q in bank.questions for point in q.key_points for run in runs_of_six(point.claim)}

    given_away = [(q.id, text) for q in bank.questions for text in spoken(q) if runs_of_six(text) & claims]

    assert not given_away


def test_repeating_the_question_says_less_than_half_of_any_claim(bank: Bank) -> None:
    echoed = []
    for question in bank.questions:
        asked = content(question.text) | content(question.rephrased)
        for point in question.key_points:
            claim = content(point.claim)
            if len(claim & asked) * 2 >= len(claim):
                echoed.append((question.id, point.id, claim & asked))

    assert not echoed


def test_a_topic_names_nothing_the_candidate_should_bring_up(bank: Bank) -> None:
    def stems(*texts: str) -> set[str]:
        return {word[:4] for text in texts for word in content(text)}

    hints = []
    for question in bank.questions:
        claims = stems(*(point.claim for point in question.key_points))
        if hint := (stems(question.topic) & claims) - stems(question.text, question.rephrased):
            hints.append((question.id, question.topic, hint))

    assert not hints


def test_a_follow_up_says_less_than_a_third_of_the_claim_it_opens(bank: Bank) -> None:
    leading = []
    for question in bank.questions:
        claims = {point.id: content(point.claim) for point in question.key_points}
        for follow_up in question.follow_ups:
            claim = claims[follow_up.opens]
            if len(claim & content(follow_up.text)) * 3 >= len(claim):
                leading.append((question.id, follow_up.text))

    assert not leading


def test_key_points_and_misconceptions_are_full_claims(bank: Bank) -> None:
    claims = [point.claim for question in bank.questions for point in question.key_points]
    claims += [wrong.claim for question in bank.questions for wrong in question.misconceptions]

    assert not [claim for claim in claims if len(claim.split()) < 7 or not re.fullmatch(r"[A-Z].*\.", claim)]


def test_a_question_without_its_key_points_is_refused_with_its_file_named(tmp_path: Path) -> None:
    folder = tmp_path / "questions"
    folder.mkdir()
    (folder / "backend.yaml").write_text("- id: backend-x\n", encoding="utf-8")

    with pytest.raises(ValueError, match=r"backend\.yaml"):
        load_bank(tmp_path)


def test_a_behavioural_question_without_star_anchors_is_refused(bank: Bank) -> None:
    technical = next(question for question in bank.questions if question.kind == "technical")

    with pytest.raises(ValueError, match=", ".join(STAR)):
        Question.model_validate({**technical.model_dump(), "kind": "behavioural"})


def test_a_follow_up_must_open_a_key_point_of_its_question(bank: Bank) -> None:
    question = bank.questions[0].model_dump()
    question["follow_ups"] = [{"opens": "nowhere", "text": "And what then?"}]

    with pytest.raises(ValueError, match="nowhere"):
        Question.model_validate(question)


def test_a_bank_rendered_as_one_document_is_the_same_bank(tmp_path: Path) -> None:
    bank = load_bank()
    (tmp_path / RENDERED).write_text(bank.model_dump_json(), encoding="utf-8")

    rendered = load_bank(tmp_path)

    assert rendered == bank
    assert rendered.digest == bank.digest
