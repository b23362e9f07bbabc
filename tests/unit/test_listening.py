"""Frames into turns: once each, none lost, whatever order microphones come in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.voice.listening import FrameError, Heard, Listening, SpokenTurn

SPEECH = b"\x40\x1f\xc0\xe0" * 800
SILENCE = bytes(3200)


pytestmark = pytest.mark.usefixtures("loudness_gate")


def _hear(ear: Listening, utterance: str, frames: list[bytes], first: int = 0) -> list[Heard]:
    return [what for index, pcm in enumerate(frames, first) for what in ear.frame(utterance, index, pcm)]


def _turns(heard: list[Heard]) -> list[SpokenTurn]:
    return [what for what in heard if isinstance(what, SpokenTurn)]


def test_a_turn_brings_all_of_its_speech_and_the_frames_it_came_in() -> None:
    turns = _turns(_hear(Listening({}), "mic", [SILENCE] * 5 + [SPEECH] * 8 + [SILENCE] * 30))

    assert [turn.item_id for turn in turns] == ["mic-4"]
    assert turns[0].pcm.count(SPEECH[:4]) >= 8 * 800 - 1
    assert 12 <= turns[0].last_index <= 16


def test_a_new_microphone_ends_what_was_said_into_the_old_one() -> None:
    ear = Listening({})
    heard = _hear(ear, "old", [SPEECH] * 8) + _hear(ear, "new", [SILENCE])

    assert [turn.utterance_id for turn in _turns(heard)] == ["old"]
    assert _turns(heard)[0].last_index == 7
    assert ear.received == {"old": 7, "new": 0}


def test_the_tail_of_a_closed_microphone_sent_again_changes_nothing() -> None:
    ear = Listening({})
    _hear(ear, "old", [SILENCE] * 12)
    _hear(ear, "new", [SPEECH] * 5)

    assert _hear(ear, "old", [SILENCE] * 12) == []
    assert ear.utterance_id == "new"
    assert ear.in_turn
    assert ear.received == {"old": 11, "new": 4}


def test_a_refused_frame_leaves_the_open_turn_as_it_was() -> None:
    ear = Listening({})
    _hear(ear, "old", [SPEECH] * 8)

    with pytest.raises(FrameError, match="expected frame 0 of utterance new"):
        ear.frame("new", 3, SPEECH)
    with pytest.raises(FrameError, match="whole 16-bit samples"):
        ear.frame("old", 8, b"odd")

    assert ear.in_turn
    assert _turns(_hear(ear, "old", [SILENCE] * 30, first=8))


def test_frames_that_are_in_the_log_are_not_heard_again() -> None:
    ear = Listening({"mic": 9})

    assert _hear(ear, "mic", [SPEECH] * 10) == []
    assert ear.received == {"mic": 9}


@given(
    plan=st.lists(st.tuples(st.booleans(), st.integers(1, 40)), min_size=1, max_size=12),
    again=st.integers(1, 7),
)
def test_frames_sent_again_at_any_moment_count_once(plan: list[tuple[bool, int]], again: int) -> None:
    frames = [SPEECH if loud else SILENCE for loud, count in plan for _ in range(count)]
    once, twice = Listening({}), Listening({})
    expected = _turns(_hear(once, "mic", frames) + once.finish())
    heard: list[Any] = []
    for index, pcm in enumerate(frames):
        heard += twice.frame("mic", index, pcm)
        if index % again == 0:
            heard += _hear(twice, "mic", frames[: index + 1])
    heard += twice.finish()

    assert _turns(heard) == expected
