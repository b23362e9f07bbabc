from __future__ import annotations

import json
from array import array

from hypothesis import given
from hypothesis import strategies as st

from runtime.voice.invocations import attributes, parts
from runtime.voice.ports import Transcript, Word, joined


def test_a_minute_or_less_is_one_part() -> None:
    pcm = bytes(60 * 32_000)

    assert list(parts(pcm)) == [(0, pcm)]


def test_a_long_answer_is_cut_where_it_is_quietest() -> None:
    loud = array("h", [8_000, -8_000] * 8_000).tobytes()
    pcm = loud * 50 + bytes(32_000) + loud * 30
    (first_ms, first), (second_ms, second) = parts(pcm)

    assert first + second == pcm
    assert first_ms == 0
    assert 50_000 <= second_ms < 51_000


def test_the_parts_of_an_answer_are_the_answer() -> None:
    pcm = bytes(200 * 32_000 + 2)
    cut = list(parts(pcm))

    assert b"".join(part for _, part in cut) == pcm
    assert all(len(part) <= 60 * 32_000 for _, part in cut)


def test_joined_words_lie_where_they_were_said() -> None:
    whole = joined(
        [
            (0, Transcript("a b", (Word("a", 0, 10), Word("b", 10, 20)), 0.25)),
            (60_000, Transcript("", (), None)),
            (90_000, Transcript("c d", (Word("c", 5, 10), Word("d", 10, 20)), 0.75)),
        ]
    )

    assert whole.text == "a b c d"
    assert whole.words[2] == Word("c", 90_005, 90_010)
    assert whole.confidence == 0.5


@given(vocabulary=st.lists(st.text(max_size=40), max_size=200))
def test_any_vocabulary_fits_its_header(vocabulary: list[str]) -> None:
    written = attributes("en", vocabulary)

    assert len(written) <= 1_024
    assert written.isascii()
    assert (
        json.loads(written)["vocabulary"]
        == list(dict.fromkeys(vocabulary))[: len(json.loads(written)["vocabulary"])]
    )
