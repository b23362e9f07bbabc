"""Amazon Transcribe as a recogniser, by TranscribeAudio: a whole stretch of sound in, its words in the same answer.

Its streaming API is for sound that is still being spoken; what the ear hands over is complete.
"""

from __future__ import annotations

import asyncio
import io
import re
import wave
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from runtime.aws.speech import named_failures
from runtime.aws.threads import Threads
from runtime.voice import invocations
from runtime.voice.ports import (
    INPUT_RATE,
    SAMPLE_BYTES,
    SpeechRejected,
    SpeechUnavailable,
    Transcript,
    Word,
)

_LANGUAGES: Final = ("en", "es", "fr", "it", "de", "ja", "pt", "ko")
_CHINESE: Final = {"zh": "zh-CN", "zh-cn": "zh-CN", "zh-tw": "zh-TW", "zh-hk": "zh-HK", "yue": "zh-HK"}
_SHORTEST_BYTES: Final = invocations.SECOND_BYTES // 2
_PHRASES: Final = 100
# A custom vocabulary takes letters and few signs, and one phrase it does not take would cost the whole request.
_PHRASE: Final = re.compile(r"[^\W\d_](?:[^\W\d_]|[ '.-]){0,254}")
_REJECTIONS: Final = frozenset({"BadRequestException", "ValidationException", "SerializationException"})


class TranscribeClient(Protocol):
    """boto3's "transcribe" client; its published types do not know the operation yet."""

    def transcribe_audio(self, **request: Any) -> Mapping[str, Any]:
        """The transcript of a media file."""


class TranscribeRecognizer:
    """A recogniser that needs no endpoint of one's own; it gives no confidence."""

    name = "Amazon Transcribe"

    def __init__(self, *, client: TranscribeClient, timeout_s: float = 15.0) -> None:
        """`timeout_s` is for starting; every second of sound adds another to it."""
        self._client = client
        self._timeout_s = timeout_s
        self._threads = Threads("transcribe")

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        """See `runtime.voice.ports.Recognizer`; sound over a minute is cut where it is quietest."""
        request = _request(_language(language), vocabulary)
        limit_s = self._timeout_s + len(pcm) / invocations.SECOND_BYTES

        async def part(sound: bytes) -> Transcript:
            if not sound:
                return Transcript("")
            media = {"Media": {"MediaBytes": _wav(sound)}}
            with named_failures(self.name, rejections=_REJECTIONS):
                async with asyncio.timeout(limit_s):
                    answer = await self._threads.call(
                        lambda: self._client.transcribe_audio(**request, **media)
                    )
            return self._transcript(answer)

        return await invocations.transcribed(pcm, part)

    async def aclose(self) -> None:
        """Start no more calls. The client is closed by who made it."""
        self._threads.close()

    def _transcript(self, answer: Mapping[str, Any]) -> Transcript:
        try:
            results = answer["TranscriptResponse"]["Results"]
            text = str(results["Transcript"])
            items = results.get("Items", ())
        except (KeyError, TypeError):
            raise SpeechUnavailable(
                f"{self.name} answered without a transcript. Try again, or type instead."
            ) from None
        words = (
            Word(item["Content"], round(item["StartTime"] * 1_000), round(item["EndTime"] * 1_000))
            for item in items
            # Punctuation is an item, too; nobody said it.
            if {"StartTime", "EndTime"} <= item.keys() and any(map(str.isalnum, item.get("Content", "")))
        )
        return Transcript(text, tuple(words))


def _language(language: str) -> str:
    tag = language.lower()
    base = tag.partition("-")[0]
    if base in _LANGUAGES:
        return base
    if base in {"zh", "yue"}:
        return _CHINESE.get(tag, _CHINESE[base])
    known = ", ".join((*_LANGUAGES, "zh"))
    raise SpeechRejected(f"expected a language that Amazon Transcribe hears ({known}), got {language[:20]!r}")


def _request(language: str, vocabulary: Sequence[str]) -> dict[str, Any]:
    phrases = [{"Text": phrase} for phrase in dict.fromkeys(vocabulary) if _PHRASE.fullmatch(phrase)]
    request: dict[str, Any] = {"Language": language}
    if phrases:
        request["VocabularySettings"] = [{"Language": language, "Phrases": phrases[:_PHRASES]}]
    return request


def _wav(pcm: bytes) -> bytes:
    """The sound as a file, silence added until it is as long as Transcribe wants."""
    file = io.BytesIO()
    with wave.open(file, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(SAMPLE_BYTES)
        sound.setframerate(INPUT_RATE)
        sound.writeframes(pcm.ljust(_SHORTEST_BYTES, b"\0"))
    return file.getvalue()
