"""What every suite may use."""

from __future__ import annotations

import pytest

from runtime.voice import listening
from runtime.voice.activity import WINDOW_BYTES, Window


class _LoudnessGate:
    """Stands in for Silero, which knows a voice from a tone: here loud is speech."""

    def __init__(self) -> None:
        self._rest = b""

    def reset(self) -> None:
        self._rest = b""

    def feed(self, pcm: bytes) -> list[Window]:
        sound = self._rest + pcm
        whole = len(sound) - len(sound) % WINDOW_BYTES
        self._rest = sound[whole:]
        loud = [max(sound[at : at + WINDOW_BYTES]) > 0 for at in range(0, whole, WINDOW_BYTES)]
        return [Window(float(speech), speech) for speech in loud]


@pytest.fixture
def loudness_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """From here on a tone is a voice."""
    monkeypatch.setattr(listening, "VoiceActivity", _LoudnessGate)
