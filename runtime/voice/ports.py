"""What the voice room needs from a speech engine: words from sound, sound from words.

Sound is PCM16 little-endian mono throughout: 16 kHz in, which every recogniser here was trained on, and
24 kHz out, which the socket promises.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

INPUT_RATE: Final = 16_000
SAMPLE_BYTES: Final = 2


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word and where it lies, in milliseconds from the first sample given."""

    text: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Transcript:
    """What was heard: empty when there was no speech. `confidence` is 0..1, None where an engine has none."""

    text: str
    words: tuple[Word, ...] = ()
    confidence: float | None = None


def joined(parts: Sequence[tuple[int, Transcript]]) -> Transcript:
    """One transcript of a sound that was recognised in parts, each with where it begins, in milliseconds."""
    words = tuple(
        Word(word.text, word.start_ms + start_ms, word.end_ms + start_ms)
        for start_ms, part in parts
        for word in part.words
    )
    weighed = [(part.confidence, len(part.words)) for _, part in parts if part.confidence is not None]
    total = sum(count for _, count in weighed)
    return Transcript(
        text=" ".join(part.text for _, part in parts if part.text),
        words=words,
        confidence=sum(confidence * count for confidence, count in weighed) / total if total else None,
    )


class SpeechError(Exception):
    """A speech engine did not do its work; the message is a sentence that names the way out."""


class SpeechUnavailable(SpeechError):  # noqa: N818 - says what happened, its base says that it is an error
    """The engine cannot be reached, is still loading, or broke off: worth another try, or text instead."""


class SpeechTimeout(SpeechError):  # noqa: N818
    """The engine took longer than its limit."""


class SpeechRejected(SpeechError):  # noqa: N818
    """The engine refused the request itself; the same request will be refused again."""


class Recognizer(Protocol):
    """Turns a stretch of speech into words."""

    @property
    def name(self) -> str:
        """The engine, as people know it: "pocketsphinx"."""

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        """The words in `pcm` (PCM16, 16 kHz, mono); any length, silence included.

        `vocabulary` holds words and phrases this interview is about; an engine that cannot use them ignores
        them. `language` is BCP 47. Raises SpeechError.
        """


class Synthesizer(Protocol):
    """Turns text into sound."""

    @property
    def name(self) -> str:
        """The engine, as people know it: "espeak-ng"."""

    def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        """Pieces of PCM16, 24 kHz, mono, whole samples each, when they are ready; leading silence trimmed.

        `text` is read as it stands: markup in it is not interpreted. Closing the iterator early stops the
        work. Raises SpeechError, possibly after some pieces: what was heard until then stays heard.
        """
