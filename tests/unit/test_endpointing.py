from __future__ import annotations

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.knowledge.bank import Patience
from runtime.voice.endpointing import (
    LATEST_END_MS,
    LONGEST_GRANT_MS,
    MIN_SPEECH_MS,
    PATIENCE_MS,
    Endpointing,
    Signal,
    SpeechResumed,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
    patience_for,
)

WINDOW = 32

type Stretch = tuple[int, bool]

stretches = st.lists(
    st.tuples(st.one_of(st.integers(0, 300), st.integers(0, 3_000), st.integers(0, 20_000)), st.booleans()),
    max_size=30,
)
patience = st.integers(0, 20_000)


def run(endpointing: Endpointing, sound: Iterable[Stretch]) -> list[Signal]:
    return [signal for stretch in sound for signal in endpointing.advance(*stretch)]


def in_windows(sound: Iterable[Stretch]) -> list[Stretch]:
    """The same sound as a voice gate gives it: one window after the other."""
    return [(WINDOW, speech) for duration, speech in sound for _ in range(duration // WINDOW)]


def turns(signals: Iterable[Signal]) -> list[TurnEnded]:
    return [signal for signal in signals if isinstance(signal, TurnEnded)]


def test_a_turn_ends_after_its_patience() -> None:
    signals = run(Endpointing(1_000), [(500, False), (2_000, True), (3_000, False)])

    assert signals == [SpeechStarted(500), SpeechStopped(2_500), TurnEnded(500, 2_500, 3_500)]


def test_a_pause_shorter_than_the_patience_keeps_the_turn() -> None:
    signals = run(Endpointing(1_000), [(400, True), (900, False), (400, True), (1_000, False)])

    assert signals == [
        SpeechStarted(0),
        SpeechStopped(400),
        SpeechResumed(1_300),
        SpeechStopped(1_700),
        TurnEnded(0, 1_700, 2_700),
    ]


def test_a_click_is_not_speech() -> None:
    assert run(Endpointing(), [(1_000, False), (MIN_SPEECH_MS - 1, True), (9_000, False)]) == []


def test_a_click_does_not_prolong_a_turn() -> None:
    signals = run(Endpointing(1_000), [(400, True), (500, False), (64, True), (5_000, False)])

    assert turns(signals) == [TurnEnded(0, 400, 1_400)]


def test_clicks_far_apart_never_add_up_to_speech() -> None:
    assert run(Endpointing(), [(64, True), (200, False)] * 50) == []


def test_a_word_broken_by_a_consonant_is_one_sound() -> None:
    signals = run(Endpointing(), [(64, True), (96, False), (64, True)])

    assert signals == [SpeechStarted(0)]


def test_a_sound_at_the_deadline_is_given_time_to_become_speech() -> None:
    signals = run(Endpointing(1_000), [(400, True), (990, False), *in_windows([(320, True)]), (2_000, False)])

    assert turns(signals) == [TurnEnded(0, 1_710, 2_710)]


def test_patience_changed_during_silence_counts_for_that_silence() -> None:
    endpointing = Endpointing(5_000)
    run(endpointing, [(400, True), (2_000, False)])
    endpointing.set_patience(1_000)

    assert endpointing.advance(WINDOW, False) == [TurnEnded(0, 400, 2_400)]


def test_a_granted_pause_outlasts_patience_and_the_latest_end() -> None:
    endpointing = Endpointing(1_000)
    run(endpointing, [(400, True)])
    endpointing.grant_pause(60_000)

    assert run(endpointing, [(59_999, False)]) == [SpeechStopped(400)]
    assert run(endpointing, [(1, False)]) == [TurnEnded(0, 400, 60_400)]


def test_speech_uses_a_granted_pause_up() -> None:
    endpointing = Endpointing(1_000)
    run(endpointing, [(400, True)])
    endpointing.grant_pause(60_000)
    signals = run(endpointing, [(10_000, False), (400, True), (5_000, False)])

    assert turns(signals) == [TurnEnded(0, 10_800, 11_800)]
    assert endpointing.granted_until_ms is None


def test_nobody_is_granted_more_than_the_longest_pause() -> None:
    endpointing = Endpointing()
    run(endpointing, [(400, True)])
    endpointing.grant_pause(10**9)

    assert turns(run(endpointing, [(10**6, False)])) == [TurnEnded(0, 400, 400 + LONGEST_GRANT_MS)]


def test_finishing_ends_a_turn_in_the_middle_of_speech() -> None:
    endpointing = Endpointing()
    run(endpointing, [(400, True)])

    assert endpointing.finish() == [SpeechStopped(400), TurnEnded(0, 400, 400)]
    assert endpointing.finish() == []


def test_finishing_keeps_a_sound_too_short_to_count_yet() -> None:
    endpointing = Endpointing()
    run(endpointing, [(400, True), (500, False), (64, True)])

    assert turns(endpointing.finish()) == [TurnEnded(0, 964, 964)]


def test_finishing_without_a_turn_ends_nothing() -> None:
    assert Endpointing().finish() == []


def test_time_does_not_run_backwards() -> None:
    with pytest.raises(ValueError, match="0 ms or more, got -1"):
        Endpointing().advance(-1, False)


@given(sound=stretches, patience_ms=patience)
def test_a_turn_ends_at_the_latest_8_s_after_its_last_speech(sound: list[Stretch], patience_ms: int) -> None:
    endpointing = Endpointing(patience_ms)
    spoken_until = 0
    for duration, speech in sound:
        for ended in turns(endpointing.advance(duration, speech)):
            assert ended.decided_ms - ended.end_ms <= LATEST_END_MS
        if speech:
            spoken_until = endpointing.now_ms
        assert not endpointing.in_turn or endpointing.now_ms - spoken_until < LATEST_END_MS


@given(sound=stretches, patience_ms=patience, grant=st.integers(0, 200_000), at=st.integers(0, 30))
def test_a_granted_pause_is_the_only_reason_to_wait_longer(
    sound: list[Stretch], patience_ms: int, grant: int, at: int
) -> None:
    endpointing = Endpointing(patience_ms)
    signals = run(endpointing, sound[:at])
    endpointing.grant_pause(grant)
    until = endpointing.now_ms + min(grant, LONGEST_GRANT_MS)
    signals += run(endpointing, [*sound[at:], (LONGEST_GRANT_MS + LATEST_END_MS, False)])

    assert all(ended.decided_ms <= max(ended.end_ms + LATEST_END_MS, until) for ended in turns(signals))
    assert not endpointing.in_turn


@given(sound=stretches, patience_ms=patience)
def test_no_speech_is_lost_and_turns_never_overlap(sound: list[Stretch], patience_ms: int) -> None:
    ended = turns(run(Endpointing(patience_ms), [*sound, (LATEST_END_MS, False)]))

    assert all(turn.start_ms + MIN_SPEECH_MS <= turn.end_ms <= turn.decided_ms for turn in ended)
    assert all(
        before.end_ms <= after.start_ms and before.decided_ms <= after.decided_ms
        for before, after in pairwise(ended)
    )
    at = 0
    for duration, speech in sound:
        if speech and duration >= MIN_SPEECH_MS:
            assert any(turn.start_ms <= at and at + duration <= turn.end_ms for turn in ended)
        at += duration


@given(sound=stretches, patience_ms=patience)
def test_every_turn_is_told_in_order(sound: list[Stretch], patience_ms: int) -> None:
    told = {
        None: (SpeechStarted,),
        SpeechStarted: (SpeechStopped,),
        SpeechStopped: (SpeechResumed, TurnEnded),
        SpeechResumed: (SpeechStopped,),
        TurnEnded: (SpeechStarted,),
    }
    last: type[Signal] | None = None
    for signal in run(Endpointing(patience_ms), [*sound, (LATEST_END_MS, False)]):
        assert isinstance(signal, told[last])
        last = type(signal)
    assert last in (None, TurnEnded)


@given(
    sound=st.lists(st.tuples(st.integers(1, 60).map(lambda n: n * 10), st.booleans()), max_size=30),
    patience_ms=patience,
)
def test_how_the_stream_is_cut_into_frames_changes_no_turn(sound: list[Stretch], patience_ms: int) -> None:
    whole = run(Endpointing(patience_ms), [*sound, (9_000, False)])
    cut = run(
        Endpointing(patience_ms),
        [(10, speech) for duration, speech in [*sound, (9_000, False)] for _ in range(duration // 10)],
    )

    assert turns(cut) == turns(whole)


@pytest.mark.parametrize(
    "text",
    [
        "we moved it because",
        "and then, um",
        "first of all,",
        "I used a lock and",
        "it depends on the",
        "so I thought…",
    ],
)
@pytest.mark.parametrize("question", ["short", "normal", "long"])
def test_an_unfinished_sentence_is_given_twice_the_time(question: Patience, text: str) -> None:
    assert patience_for(question, text) == 2 * PATIENCE_MS[question]


@pytest.mark.parametrize(
    "text", ["", "we moved it to a queue", "Yes, I think so", "the land", "a drum", "It was fast."]
)
def test_a_finished_sentence_is_given_the_questions_time(text: str) -> None:
    assert patience_for("normal", text) == PATIENCE_MS["normal"]


@pytest.mark.parametrize("text", ["and that's it", "so that is all.", "I'm done", "okay that's my answer"])
def test_a_closing_is_answered_sooner(text: str) -> None:
    assert patience_for("normal", text) < PATIENCE_MS["normal"]


def test_of_other_languages_only_the_punctuation_is_read() -> None:
    assert patience_for("normal", "das war so", language="de") == PATIENCE_MS["normal"]
    assert patience_for("normal", "zuerst,", language="de-AT") == 2 * PATIENCE_MS["normal"]


@given(text=st.text(max_size=300), question=st.sampled_from(["short", "normal", "long"]))
def test_no_transcript_makes_patience_absurd(text: str, question: Patience) -> None:
    assert 400 <= patience_for(question, text) <= 5_000
