"""From espeak-ng's sound to the sound PrepAI promises: 24 kHz, without the silence in front."""

from __future__ import annotations

from array import array
from typing import Final

import numpy as np
import soxr

RATE: Final = 24_000
_AUDIBLE: Final = 64  # of 32,768, -54 dB: below any consonant, above espeak's rounding noise
_LEAD_SAMPLES: Final = RATE // 200  # 5 ms kept, so that the first consonant's onset is not clipped


class Resampler:
    """Streams PCM16 mono of one rate to PCM16 mono at 24 kHz."""

    def __init__(self, source_rate: int) -> None:
        # Floats, because soxr adds random noise to 16-bit output.
        self._stream = soxr.ResampleStream(source_rate, RATE, 1, dtype="float32")

    def resample(self, pcm: bytes, *, last: bool = False) -> bytes:
        """What can be said so far; `last` gives the rest."""
        samples = np.frombuffer(pcm, dtype=np.int16).astype(np.float32)
        resampled = self._stream.resample_chunk(samples, last=last)
        pcm16: bytes = np.clip(np.rint(resampled), -32_768, 32_767).astype(np.int16).tobytes()
        return pcm16


class LeadTrimmer:
    """Drops the silence in front of the first audible sample, however it is cut into pieces."""

    def __init__(self) -> None:
        self._held: array[int] | None = array("h")

    def trim(self, pcm: bytes) -> bytes:
        """The piece, or what is left of it; nothing while only silence has come."""
        if self._held is None:
            return pcm
        self._held.frombytes(pcm)
        for index, sample in enumerate(self._held):
            if abs(sample) >= _AUDIBLE:
                audible = self._held[max(index - _LEAD_SAMPLES, 0) :].tobytes()
                self._held = None
                return audible
        self._held = self._held[-_LEAD_SAMPLES:]
        return b""
