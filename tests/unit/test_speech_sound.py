from __future__ import annotations

import math
from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from models.embedded._sound import RATE, LeadTrimmer, Resampler
from runtime.voice.activity import WINDOW_BYTES, VoiceActivity


def tone(seconds: float, rate: int) -> bytes:
    return array(
        "h", [round(9_000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(int(seconds * rate))]
    ).tobytes()


def cut(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


def test_a_second_stays_a_second_at_another_rate() -> None:
    resampler = Resampler(22_050)
    resampled = b"".join(resampler.resample(piece) for piece in cut(tone(1, 22_050), 2_648))
    resampled += resampler.resample(b"", last=True)

    assert abs(len(resampled) // 2 - RATE) <= 2


@given(silence=st.integers(0, 3_000), size=st.integers(1, 2_000))
def test_leading_silence_is_trimmed_however_it_is_cut(silence: int, size: int) -> None:
    spoken = array("h", [5_000, -5_000] * 500).tobytes()
    trimmer = LeadTrimmer()
    trimmed = b"".join(trimmer.trim(piece) for piece in cut(bytes(2 * silence) + spoken, 2 * size))

    assert trimmed == bytes(2 * min(silence, RATE // 200)) + spoken


def test_silence_alone_leaves_nothing() -> None:
    trimmer = LeadTrimmer()

    assert b"".join(trimmer.trim(piece) for piece in cut(bytes(48_000), 2_000)) == b""


@settings(max_examples=20)
@given(sizes=st.lists(st.integers(0, 5_000), max_size=8))
def test_frames_of_any_size_give_the_same_windows(sizes: list[int]) -> None:
    pcm = tone(0.4, 16_000)
    at, cuts = 0, []
    for size in sizes:
        cuts.append(pcm[at : at + size])
        at += size
    activity = VoiceActivity()
    windows = [window for piece in [*cuts, pcm[at:]] for window in activity.feed(piece)]

    assert windows == VoiceActivity().feed(pcm)
    assert len(windows) == len(pcm) // WINDOW_BYTES


def test_silence_is_no_speech() -> None:
    assert not any(window.speech for window in VoiceActivity().feed(bytes(64_000)))


def test_a_reset_forgets_what_was_heard() -> None:
    activity = VoiceActivity()
    activity.feed(tone(0.5, 16_000) + b"\x01")
    activity.reset()

    assert activity.feed(tone(0.3, 16_000)) == VoiceActivity().feed(tone(0.3, 16_000))
