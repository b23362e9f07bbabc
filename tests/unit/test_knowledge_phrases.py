"""What the interviewer says besides questions: neutral, speakable, varied, and not repeated early."""

from __future__ import annotations

import itertools
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from runtime.knowledge.bank import BANK_DIR
from runtime.knowledge.phrases import OCCASIONS, PLACEHOLDERS, RENDERED, Occasion, Phrases, load_phrases

PRAISE_OR_VERDICT = re.compile(
    r"\b(amazing|awesome|best|brilliant|clever|correct|correctly|disappoint\w*|exactly|excellent|fantastic|good|great"
    r"|impress\w*|incorrect|interesting|love|lovely|nice|nicely|perfect|poor|precisely|right|smart|strong|super"
    r"|unfortunately|weak|well done|wonderful|wow|wrong)\b"
)
VALUES = {
    "name": "Ada",
    "role": "backend engineer",
    "minutes": "30",
    "topic": "database indexes",
    "claim": "Python",
    "passed": "three",
    "total": "eight",
}

occasions = pytest.mark.parametrize("occasion", OCCASIONS)


@pytest.fixture(scope="module")
def phrases() -> Phrases:
    return load_phrases()


def values(occasion: Occasion) -> dict[str, str]:
    return {name: VALUES[name] for name in PLACEHOLDERS.get(occasion, frozenset())}


def words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[a-z']+", text.lower()))


@occasions
def test_no_phrase_praises_or_judges(phrases: Phrases, occasion: Occasion) -> None:
    texts = [re.sub(r"\ball right\b", "", text.lower()) for text in phrases.variants[occasion]]

    assert not [text for text in texts if PRAISE_OR_VERDICT.search(text)]


@occasions
def test_phrases_can_be_spoken(phrases: Phrases, occasion: Occasion) -> None:
    for template in phrases.variants[occasion]:
        text = re.sub(r"\{[a-z]+\}", "x", template)
        assert re.fullmatch(r"[A-Za-z ,.?'-]+", text), text
        assert set(re.findall(r"\b[A-Z]{2,}\b", text)) <= {"AI", "CV"}
        assert len(text.split()) <= 40
        assert text[-1] in ".?"


@occasions
def test_variants_differ_in_their_words(phrases: Phrases, occasion: Occasion) -> None:
    alike = [
        (one, other)
        for one, other in itertools.combinations(phrases.variants[occasion], 2)
        if len(words(one) & words(other)) / len(words(one) | words(other)) > 0.6
    ]

    assert not alike


def test_no_phrase_stands_under_two_occasions(phrases: Phrases) -> None:
    texts = [text for variants in phrases.variants.values() for text in variants]

    assert len(texts) == len(set(texts))


@pytest.mark.parametrize("occasion", ["greeting", "greeting_without_role"])
def test_every_greeting_says_that_it_is_an_ai(phrases: Phrases, occasion: Occasion) -> None:
    assert all(re.search(r"\bAI\b|artificial intelligence", text) for text in phrases.variants[occasion])


def test_recording_is_named_when_on_and_denied_when_off(phrases: Phrases) -> None:
    sound = r"record|audio|sound|voice"

    assert all(re.search(sound, text) for text in phrases.variants["recording_on"])
    assert all(
        re.search(sound, text) and re.search(r"\b(no|isn't|don't|off|without)\b", text, re.IGNORECASE)
        for text in phrases.variants["recording_off"]
    )


def test_the_candidate_learns_to_ask_for_a_repeat_a_pause_and_a_skip(phrases: Phrases) -> None:
    for text in phrases.variants["ways_to_ask"]:
        assert re.search(r"repeat|again", text)
        assert re.search(r"minute|moment|think|pause", text)
        assert re.search(r"skip|leave one out|move on|pass on", text)


@occasions
def test_nothing_is_said_twice_before_everything_was_said_once(phrases: Phrases, occasion: Occasion) -> None:
    said: list[str] = []
    for _ in phrases.variants[occasion]:
        phrase = phrases.say(occasion, seed="interview", said=said, **values(occasion))
        said.append(f"{phrase} And then a question, inside the same turn.")

    assert len(set(said)) == len(phrases.variants[occasion])


def test_once_all_were_said_the_one_said_longest_ago_comes_back(phrases: Phrases) -> None:
    said: list[str] = []
    for _ in phrases.variants["skip"]:
        said.append(phrases.say("skip", seed="interview", said=said))

    assert phrases.say("skip", seed="interview", said=said) == said[0]


def test_the_same_interview_hears_the_same_words_and_others_hear_different_ones(phrases: Phrases) -> None:
    first = {phrases.say("transition", seed=str(seed)) for seed in range(20)}

    assert len(first) > 1
    assert phrases.say("transition", seed="7") == phrases.say("transition", seed="7")


@given(name=st.text(max_size=40))
def test_a_name_is_said_as_it_is_and_never_read_as_a_placeholder(name: str) -> None:
    text = load_phrases().say("closing", seed="interview", name=f"{name}{{role}}")

    assert f"{name}{{role}}" in text


@pytest.mark.parametrize("occasion", [o for o, names in PLACEHOLDERS.items() if "name" in names])
def test_without_a_name_to_speak_no_gap_is_heard(phrases: Phrases, occasion: Occasion) -> None:
    said: list[str] = []
    for _ in phrases.variants[occasion]:
        said.append(phrases.say(occasion, seed="i", said=said, **(values(occasion) | {"name": ""})))

    assert not [text for text in said if re.search(r"  | [,.]|,,|\{|\b(there|you), there\b", text)]


@pytest.mark.parametrize("passed", ["none", "one", "seven"])
def test_a_run_that_failed_is_told_in_numbers_and_never_as_a_few(phrases: Phrases, passed: str) -> None:
    for template in phrases.variants["code_some_failed"]:
        text = template.format(passed=passed, total="eight")
        assert passed in text
        assert "eight" in text
        assert not re.search(r"few|most|only|still|fail", text)


def test_the_ai_says_that_it_is_one_and_no_person(phrases: Phrases) -> None:
    assert all(re.search(r"\bAI\b|artificial intelligence", text) for text in phrases.variants["identity"])


@pytest.mark.parametrize("occasion", ["unwell", "offer_end", "reschedule"])
def test_who_may_want_to_stop_learns_the_words_for_it(phrases: Phrases, occasion: Occasion) -> None:
    assert all("end the interview" in text for text in phrases.variants[occasion])


def test_whether_sound_is_kept_is_said_plainly(phrases: Phrases) -> None:
    assert all("stop" in text for text in phrases.variants["recording_asked_on"])
    assert all(
        re.search(r"\b(no|No|isn't|off|don't)\b", text) for text in phrases.variants["recording_asked_off"]
    )
    assert all(re.search(r"delet", text) for text in phrases.variants["recording_stopped"])


@pytest.mark.parametrize("occasion", ["skip", "silence_last"])
def test_a_phrase_that_moves_on_itself_says_so(phrases: Phrases, occasion: Occasion) -> None:
    moves_on = (
        r"move on|different|continue|aside|carry on|forward|ahead"
        r"|skip|leave it out|pass over|something else|off the table"
    )
    assert all(re.search(moves_on, text) for text in phrases.variants[occasion])


def test_not_knowing_is_answered_without_moving_on_because_a_transition_follows(phrases: Phrases) -> None:
    assert not [
        text
        for text in phrases.variants["dont_know"]
        if re.search(r"leave|dwell|other topic|move|next", text)
    ]


def test_a_missing_value_is_named(phrases: Phrases) -> None:
    with pytest.raises(ValueError, match=r"missing .*minutes"):
        phrases.say("greeting", seed="interview", name="Ada", role="tester")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"skip": None}, r"missing \['skip'\]"),
        ({"skip": ["Only one variant."]}, "at least 6"),
        ({"skip": [f"Hello {{nobody}} {number}" for number in range(6)]}, "expected placeholders"),
        ({"sing": [f"La la la {number}" for number in range(6)]}, "sing"),
    ],
)
def test_incomplete_or_unknown_occasions_do_not_load(
    tmp_path: Path, change: dict[str, list[str] | None], message: str
) -> None:
    raw = yaml.safe_load((BANK_DIR / "phrases.yaml").read_text(encoding="utf-8")) | change
    path = tmp_path / "phrases.yaml"
    path.write_text(yaml.safe_dump({key: value for key, value in raw.items() if value}), encoding="utf-8")

    with pytest.raises(ValueError, match=message):
        load_phrases(path)


def test_phrases_rendered_as_one_document_are_the_same_phrases(tmp_path: Path) -> None:
    written = load_phrases()
    (tmp_path / RENDERED).write_text(written.model_dump_json(), encoding="utf-8")

    assert load_phrases(tmp_path / "phrases.yaml") == written
