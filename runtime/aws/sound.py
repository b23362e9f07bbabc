"""Sound as Amazon Polly sends it to sound as the port promises: without silence in front, 24 kHz instead of 16.

In the standard library alone: numpy and a resampler would make the voice server's package half as large again, for a
stand-in's voice. A second of sound takes some 12 ms, in the thread that receives it.
"""

from __future__ import annotations

import math
import sys
from array import array
from typing import Final

# The only way from 16 to 24 kHz in whole numbers: three samples where there were two.
_UP: Final = 3
_DOWN: Final = 2
_REACH: Final = 16  # samples on either side that one new sample is made of
# A Kaiser window's -70 dB: what is left of the mirrored spectrum lies below 16-bit speech's own noise.
_KAISER: Final = 6.8
_AUDIBLE: Final = 64  # of 32,768, -54 dB: below any consonant
_LEAD_SAMPLES: Final = 80  # 5 ms kept, so that the first consonant's onset is not clipped


def _bessel(x: float) -> float:
    """The modified Bessel function I0, of which a Kaiser window is made."""
    return math.fsum(((x / 2) ** k / math.factorial(k)) ** 2 for k in range(32))


def _taps(offset: float) -> list[float]:
    """What each sample of a window counts for the sample that lies `offset` (0..1) after its middle."""
    taps = []
    for index in range(2 * _REACH):
        distance = index - (_REACH - 1) - offset
        window = _bessel(_KAISER * math.sqrt(max(0.0, 1 - (distance / _REACH) ** 2))) / _bessel(_KAISER)
        sinc = math.sin(math.pi * distance) / (math.pi * distance) if distance else 1.0
        taps.append(sinc * window)
    total = math.fsum(taps)
    return [tap / total for tap in taps]


# Of three new samples one lies on an old one, one a third before an old one and one a third behind one.
_TWO_THIRDS: Final = _taps(2 / 3)
_ONE_THIRD: Final = _taps(1 / 3)


class Upsampler:
    """Streams PCM16 of 16 kHz to 24 kHz by polyphase interpolation, within -50 dB up to 7 kHz."""

    def __init__(self) -> None:
        # Silence before the beginning; the first new sample lies on the first old one.
        self._samples: list[float] = [0.0] * (_REACH - 1)

    def resample(self, samples: array[int]) -> bytes:
        """What can be said so far."""
        self._samples += samples
        known, made = self._samples, array("h")
        at = 0
        while at + 2 * _REACH + 1 <= len(known):
            made.append(int(known[at + _REACH - 1]))
            made.append(_rounded(math.sumprod(_TWO_THIRDS, known[at : at + 2 * _REACH])))
            made.append(_rounded(math.sumprod(_ONE_THIRD, known[at + 1 : at + 1 + 2 * _REACH])))
            at += _DOWN
        del known[:at]
        return _little_endian(made)

    def rest(self) -> bytes:
        """What is left at the end: three samples for two, rounded up."""
        left = len(self._samples) - (_REACH - 1)
        pcm = self.resample(array("h", [0] * (2 * _REACH + 1)))
        return pcm[: math.ceil(left * _UP / _DOWN) * 2]


class LeadTrimmer:
    """Drops the silence in front of the first audible sample, however it is cut into pieces."""

    def __init__(self) -> None:
        self._held: array[int] | None = array("h")

    def trim(self, samples: array[int]) -> array[int]:
        """The piece, or what is left of it; nothing while only silence has come."""
        if self._held is None:
            return samples
        self._held += samples
        for index, sample in enumerate(self._held):
            if abs(sample) >= _AUDIBLE:
                audible, self._held = self._held[max(index - _LEAD_SAMPLES, 0) :], None
                return audible
        self._held = self._held[-_LEAD_SAMPLES:]
        return array("h")


def samples_of(pcm: bytes) -> array[int]:
    """PCM16 little-endian as numbers."""
    samples = array("h", pcm)
    if sys.byteorder == "big":
        samples.byteswap()
    return samples


def _little_endian(samples: array[int]) -> bytes:
    if sys.byteorder == "big":
        samples.byteswap()
    return samples.tobytes()


def _rounded(sample: float) -> int:
    return max(-32_768, min(32_767, round(sample)))
