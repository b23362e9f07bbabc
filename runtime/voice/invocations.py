"""What a self-hosted speech engine is sent and what it answers: SageMaker's contract, whoever carries it.

The engines are the servers in `models/`; a URL or SageMaker's runtime lies between them and the platform.
"""

from __future__ import annotations

import asyncio
import json
import struct
from collections.abc import Callable, Coroutine, Iterator, Sequence
from typing import Final

from pydantic import TypeAdapter, ValidationError

from runtime.voice.ports import (
    INPUT_RATE,
    SAMPLE_BYTES,
    SpeechError,
    SpeechRejected,
    SpeechTimeout,
    SpeechUnavailable,
    Transcript,
    joined,
)

ATTRIBUTES_HEADER: Final = "X-Amzn-SageMaker-Custom-Attributes"
SOUND_TYPE: Final = f"audio/l16;rate={INPUT_RATE}"
SECOND_BYTES: Final = INPUT_RATE * SAMPLE_BYTES

_ATTRIBUTES_LIMIT: Final = 1_024  # SageMaker's, in characters
# 60 s is 1.9 MB: within SageMaker's 6 MB and, at half of real time, within its 60 s for one answer.
_LONGEST_PART_S: Final = 60
_CUT_WITHIN_S: Final = 20
_BLOCK_BYTES: Final = SECOND_BYTES // 10
_LENGTH: Final = struct.Struct(">I")
# A second of sound is 48 kB; a length beyond this is no length.
_LONGEST_PIECE_BYTES: Final = 8 * 1024**2
_TRANSCRIPT: Final = TypeAdapter(Transcript)
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERROR: Final = 500


async def transcribed(
    pcm: bytes, transcribe: Callable[[bytes], Coroutine[None, None, Transcript]]
) -> Transcript:
    """The whole sound's transcript, `transcribe` being given parts of at most a minute, all at once.

    Raises SpeechRejected unless `pcm` is whole samples, and what `transcribe` raises: the first failure ends the
    other parts' requests.
    """
    if len(pcm) % SAMPLE_BYTES:
        raise SpeechRejected(f"expected whole 16-bit samples, got {len(pcm)} bytes")
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [(start_ms, group.create_task(transcribe(part))) for start_ms, part in parts(pcm)]
    except* (SpeechUnavailable, SpeechTimeout, SpeechRejected) as failures:
        first = failures.exceptions[0]
        raise first from first.__cause__
    return joined([(start_ms, task.result()) for start_ms, task in tasks])


def attributes(language: str, vocabulary: Sequence[str]) -> str:
    """A header's worth of JSON: as many words of the vocabulary as fit, the first ones first."""
    kept = list(dict.fromkeys(vocabulary))[:100]
    while len(written := json.dumps({"language": language, "vocabulary": kept})) > _ATTRIBUTES_LIMIT and kept:
        kept.pop()
    return written


def parts(pcm: bytes) -> Iterator[tuple[int, bytes]]:
    """The sound in parts of at most a minute, cut where it is quietest, each with where it begins (ms)."""
    start, longest = 0, _LONGEST_PART_S * SECOND_BYTES
    while len(pcm) - start > longest:
        end = _quietest(pcm, start + longest - _CUT_WITHIN_S * SECOND_BYTES, start + longest)
        yield start * 1_000 // SECOND_BYTES, pcm[start:end]
        start = end
    yield start * 1_000 // SECOND_BYTES, pcm[start:]


def _quietest(pcm: bytes, low: int, high: int) -> int:
    """The middle of the quietest 100 ms; every eighth sample is enough to tell, and eight times as fast."""

    def loudness(at: int) -> int:
        return sum(map(abs, memoryview(pcm)[at : at + _BLOCK_BYTES].cast("h")[::8]))

    return min(range(low, high - _BLOCK_BYTES, _BLOCK_BYTES), key=loudness) + _BLOCK_BYTES // 2


def transcript(answer: bytes, *, engine: str, where: str) -> Transcript:
    """A recogniser's answer. Raises SpeechUnavailable when it is no transcript."""
    try:
        return _TRANSCRIPT.validate_json(answer)
    except ValidationError:
        # Not chained: pydantic's message quotes what it was given, which is what somebody said.
        raise SpeechUnavailable(
            f"{engine} answered without a transcript. Check that {where} is a recogniser."
        ) from None


def sentence(text: str, language: str) -> dict[str, str]:
    """What a synthesiser is asked for."""
    return {"text": text, "language": language, "format": "pcm16/24000"}


class Pieces:
    """Pieces of sound out of a synthesiser's stream, however the stream is cut on its way."""

    def __init__(self, *, engine: str, where: str) -> None:
        self._engine = engine
        self._where = where
        self._received = bytearray()
        self.ended = False

    def feed(self, chunk: bytes) -> Iterator[bytes]:
        """The pieces that are whole now. Raises SpeechUnavailable when this is no sound."""
        self._received += chunk
        while not self.ended and len(self._received) >= _LENGTH.size:
            (length,) = _LENGTH.unpack_from(self._received)
            if length == 0:
                self.ended = True
                return
            if length > _LONGEST_PIECE_BYTES or length % SAMPLE_BYTES:
                raise SpeechUnavailable(
                    f"{self._engine} sent no sound. Check that {self._where} is a synthesiser."
                )
            if len(self._received) < _LENGTH.size + length:
                return
            yield bytes(self._received[_LENGTH.size : _LENGTH.size + length])
            del self._received[: _LENGTH.size + length]

    def check_ended(self) -> None:
        """The stream is over: raises SpeechUnavailable unless the sentence was, too."""
        if not self.ended:
            raise broken_off(self._engine)


def broken_off(engine: str) -> SpeechUnavailable:
    """A stream that stopped before its end."""
    return SpeechUnavailable(f"{engine} broke off in the middle of a sentence. Try again, or read the text.")


def refused(engine: str, status: int, body: bytes | str, *, otherwise: str) -> SpeechError:
    """What an engine's HTTP status means; `body` is its problem+json, `otherwise` stands for one without detail."""
    try:
        detail = str(json.loads(body)["detail"])
    except (ValueError, KeyError, TypeError):
        detail = otherwise
    what = f"{engine} answered {status}: {detail}"
    if status >= _SERVER_ERROR or status == _TOO_MANY_REQUESTS:
        return SpeechUnavailable(f"{what} Try again, or type instead.")
    return SpeechRejected(what)
