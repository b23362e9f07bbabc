"""Amazon's own engines, against services on loopback that speak their protocols."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import io
import math
import wave
from array import array
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from runtime.aws.polly import PollySynthesizer
from runtime.aws.transcribe import TranscribeRecognizer
from runtime.voice.ports import SpeechError, SpeechRejected, SpeechTimeout, SpeechUnavailable, Word
from tests.contract.sagemaker_runtime import client, served

SECRET = "what somebody said"


@dataclass
class Service:
    """Both services: what they were asked, and what they answer."""

    asked: list[dict[str, Any]] = field(default_factory=list)
    transcript: object = field(
        default_factory=lambda: {
            "TranscriptResponse": {
                "Results": {
                    "Transcript": "Hello, world.",
                    "Items": [
                        {"Content": "Hello", "StartTime": 0.25, "EndTime": 0.5},
                        {"Content": ","},
                        {"Content": "world", "StartTime": 0.5, "EndTime": 1.0},
                        {"Content": ".", "StartTime": 1.0, "EndTime": 1.0},
                    ],
                }
            }
        }
    )
    error: tuple[int, str] | None = None
    sound: list[bytes] = field(default_factory=list)
    stalls: bool = False
    breaks_off: bool = False

    async def transcribe_audio(self, request: Request) -> Response:
        assert request.headers["x-amz-target"] == "Transcribe.TranscribeAudio"
        self.asked.append(await request.json())
        if self.stalls:
            await asyncio.sleep(60)
        if self.error:
            status, name = self.error
            return JSONResponse({"__type": name, "Message": SECRET}, status_code=status)
        return JSONResponse(self.transcript)

    async def speech(self, request: Request) -> Response:
        self.asked.append(await request.json())
        if self.error:
            status, name = self.error
            return JSONResponse(
                {"message": SECRET}, status_code=status, headers={"x-amzn-errortype": f"{name}:http://x"}
            )
        return StreamingResponse(self._sound(), media_type="audio/pcm")

    async def _sound(self) -> AsyncIterator[bytes]:
        for piece in self.sound:
            yield piece
        if self.stalls:
            await asyncio.sleep(60)
        if self.breaks_off:
            raise ConnectionResetError


@pytest.fixture(scope="module")
def services() -> Iterator[tuple[str, list[Service]]]:
    """Where the services are, and which of them answers: the last one."""
    answering: list[Service] = []

    async def transcribe_audio(request: Request) -> Response:
        return await answering[-1].transcribe_audio(request)

    async def speech(request: Request) -> Response:
        return await answering[-1].speech(request)

    routes = [
        Route("/", transcribe_audio, methods=["POST"]),
        Route("/v1/speech", speech, methods=["POST"]),
    ]
    with served(Starlette(routes=routes)) as url:
        yield url, answering


@pytest.fixture
def service(services: tuple[str, list[Service]]) -> Service:
    services[1].append(Service())
    return services[1][-1]


@dataclass
class Adapters:
    recognizer: TranscribeRecognizer
    synthesizer: PollySynthesizer

    def hears(self, pcm: bytes, **how: Any) -> Any:
        return asyncio.run(self.recognizer.transcribe(pcm, **how))

    def says(self, text: str, language: str = "en") -> list[bytes]:
        async def pieces() -> list[bytes]:
            return [piece async for piece in self.synthesizer.synthesize(text, language=language)]

        return asyncio.run(pieces())


@pytest.fixture
def adapters(services: tuple[str, list[Service]], service: Service) -> Iterator[Adapters]:
    with contextlib.ExitStack() as stack:
        retries = {"mode": "standard", "total_max_attempts": 1}
        clients = {
            name: client(name, services[0], retries=retries, read_timeout=0.5)
            for name in ("transcribe", "polly")
        }
        for made in clients.values():
            stack.callback(made.close)
        recognizer = TranscribeRecognizer(client=clients["transcribe"])
        synthesizer = PollySynthesizer(client=clients["polly"], timeout_s=0.5)
        yield Adapters(recognizer, synthesizer)
        asyncio.run(recognizer.aclose())
        asyncio.run(synthesizer.aclose())
        recognizer._threads._executor.shutdown(wait=True)
        synthesizer._threads._executor.shutdown(wait=True)


def media(request: Mapping[str, Any]) -> tuple[tuple[int, int, int], bytes]:
    with wave.open(io.BytesIO(base64.b64decode(request["Media"]["MediaBytes"]))) as sound:
        shape = sound.getnchannels(), sound.getsampwidth(), sound.getframerate()
        return shape, sound.readframes(sound.getnframes())


def test_words_are_heard_with_their_times_and_punctuation_is_no_word(adapters: Adapters) -> None:
    heard = adapters.hears(bytes(32_000))
    assert heard.text == "Hello, world."
    assert heard.words == (Word("Hello", 250, 500), Word("world", 500, 1_000))
    assert heard.confidence is None


def test_the_sound_arrives_as_it_was_given(adapters: Adapters, service: Service) -> None:
    pcm = array("h", range(-8_000, 8_000)).tobytes()
    adapters.hears(pcm)
    assert media(service.asked[0]) == ((1, 2, 16_000), pcm)


def test_a_sound_shorter_than_the_service_takes_is_followed_by_silence(
    adapters: Adapters, service: Service
) -> None:
    adapters.hears(b"\x01\x00")
    assert media(service.asked[0])[1] == b"\x01\x00".ljust(16_000, b"\0")


def test_no_sound_is_no_request(adapters: Adapters, service: Service) -> None:
    assert adapters.hears(b"").text == ""
    assert service.asked == []


def test_a_long_answer_is_heard_in_parts_that_lie_where_they_were_said(
    adapters: Adapters, service: Service
) -> None:
    heard = adapters.hears(bytes(130 * 32_000))
    assert len(service.asked) == 3
    assert heard.text == "Hello, world. Hello, world. Hello, world."
    assert [word.start_ms for word in heard.words] == sorted({word.start_ms for word in heard.words})


@pytest.mark.parametrize(
    ("language", "asked"),
    [
        ("en", "en"),
        ("en-GB", "en"),
        ("de-AT", "de"),
        ("pt-BR", "pt"),
        ("zh", "zh-CN"),
        ("zh-TW", "zh-TW"),
        ("zh-SG", "zh-CN"),
    ],
)
def test_a_language_is_asked_for_as_the_service_names_it(
    adapters: Adapters, service: Service, language: str, asked: str
) -> None:
    adapters.hears(bytes(32_000), language=language)
    assert service.asked[0]["Language"] == asked


def test_a_vocabulary_goes_along_without_what_would_refuse_the_request(
    adapters: Adapters, service: Service
) -> None:
    words = [
        "event loop",
        "C++",
        "O'Neill",
        "",
        "Python3",
        "x" * 300,
        "event loop",
        *map("word{}".format, "ab"),
    ]
    adapters.hears(bytes(32_000), vocabulary=words)
    settings = service.asked[0]["VocabularySettings"]
    phrases = [phrase["Text"] for phrase in settings[0]["Phrases"]]
    assert phrases == ["event loop", "O'Neill", "worda", "wordb"]
    assert settings[0]["Language"] == service.asked[0]["Language"]


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ((429, "LimitExceededException"), SpeechUnavailable),
        ((400, "ThrottlingException"), SpeechUnavailable),
        ((500, "InternalFailureException"), SpeechUnavailable),
        ((400, "AccessDeniedException"), SpeechUnavailable),
        ((404, "UnknownOperationException"), SpeechUnavailable),
        ((400, "BadRequestException"), SpeechRejected),
    ],
)
def test_what_transcribe_refuses_is_named(
    adapters: Adapters, service: Service, error: tuple[int, str], expected: type[SpeechError]
) -> None:
    service.error = error
    with pytest.raises(expected, match=f"Amazon Transcribe.*{error[1]}") as refused:
        adapters.hears(bytes(320))
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("answer", [{}, {"TranscriptResponse": {}}, {"TranscriptResponse": {"Results": {}}}])
def test_an_answer_without_a_transcript_is_unavailable(
    adapters: Adapters, service: Service, answer: object
) -> None:
    service.transcript = answer
    with pytest.raises(SpeechUnavailable, match="without a transcript"):
        adapters.hears(bytes(320))


def test_a_silent_service_is_a_timeout(adapters: Adapters, service: Service) -> None:
    service.stalls = True
    with pytest.raises(SpeechTimeout):
        adapters.hears(bytes(320))
    with pytest.raises(SpeechTimeout):
        adapters.says("hello")


@pytest.mark.parametrize("pcm", [b"\0", bytes(321)])
def test_half_a_sample_is_rejected(adapters: Adapters, pcm: bytes) -> None:
    with pytest.raises(SpeechRejected, match="whole 16-bit samples"):
        adapters.hears(pcm)


def test_a_language_nobody_hears_or_speaks_is_rejected(adapters: Adapters, service: Service) -> None:
    with pytest.raises(SpeechRejected, match="expected a language"):
        adapters.hears(bytes(320), language="tlh")
    with pytest.raises(SpeechRejected, match="expected a language"):
        adapters.says("hello", "tlh")
    assert service.asked == []


def tone(hertz: int, seconds: float, rate: int) -> bytes:
    return array(
        "h", (round(10_000 * math.sin(2 * math.pi * hertz * n / rate)) for n in range(int(seconds * rate)))
    ).tobytes()


def cut(pcm: bytes, size: int) -> list[bytes]:
    return [pcm[at : at + size] for at in range(0, len(pcm), size)]


@pytest.mark.parametrize("size", [1, 777, 3_200, 100_000])
def test_what_polly_says_at_16_khz_is_heard_at_24_khz(
    adapters: Adapters, service: Service, size: int
) -> None:
    service.sound = cut(tone(440, 0.5, 16_000), size)
    pieces = adapters.says("hello")
    assert all(piece and len(piece) % 2 == 0 for piece in pieces)

    heard = np.frombuffer(b"".join(pieces), "<i2").astype(float)
    # A tone begins at nothing, so a sample or two of its beginning are silence to the trimmer.
    assert 11_990 <= len(heard) <= 12_000
    expected = np.frombuffer(tone(440, 0.5, 24_000), "<i2").astype(float)[-len(heard) :]
    inside = slice(100, -100)
    assert np.abs(heard - expected)[inside].max() <= 3


def test_loud_sound_is_never_turned_over(adapters: Adapters, service: Service) -> None:
    square = array("h", ([32_767] * 40 + [-32_768] * 40) * 50).tobytes()
    service.sound = [square]
    heard = np.frombuffer(b"".join(adapters.says("hello")), "<i2").astype(int)
    middle = heard[[at * 120 + 30 for at in range(50)]]
    assert (middle > 30_000).all()


def test_the_first_sound_is_audible_at_once(adapters: Adapters, service: Service) -> None:
    service.sound = cut(bytes(32_000) + tone(440, 0.5, 16_000), 1_000)
    samples = array("h", b"".join(adapters.says("hello")))
    assert max(map(abs, samples[:480])) >= 64


def test_nothing_but_silence_is_no_sound(adapters: Adapters, service: Service) -> None:
    service.sound = [bytes(32_000)]
    assert adapters.says("hello") == []


@pytest.mark.parametrize("text", ["", "   ", "\x00\x1b"])
def test_nothing_to_say_is_no_sound_and_no_request(adapters: Adapters, service: Service, text: str) -> None:
    assert adapters.says(text) == []
    assert service.asked == []


def test_markup_is_read_not_obeyed_and_control_characters_are_nothing(
    adapters: Adapters, service: Service
) -> None:
    adapters.says("<speak>a\x00b</speak>", "de-CH")
    asked = service.asked[0]
    assert (asked["Text"], asked["TextType"]) == ("<speak>a b</speak>", "text")
    assert (asked["OutputFormat"], asked["SampleRate"], asked["Engine"]) == ("pcm", "16000", "neural")


@pytest.mark.parametrize(
    ("language", "tag", "voice"),
    [
        ("en", "en-US", "Joanna"),
        ("en-gb", "en-GB", "Amy"),
        ("de-CH", "de-DE", "Vicki"),
        ("zh-CN", "cmn-CN", "Zhiyu"),
    ],
)
def test_a_region_without_a_voice_speaks_its_language(
    adapters: Adapters, service: Service, language: str, tag: str, voice: str
) -> None:
    adapters.says("hello", language)
    assert (service.asked[0]["LanguageCode"], service.asked[0]["VoiceId"]) == (tag, voice)


def test_a_text_that_polly_would_refuse_is_refused_here(adapters: Adapters, service: Service) -> None:
    with pytest.raises(SpeechRejected, match="at most 3000 characters, got 3001"):
        adapters.says("a" * 3_001)
    assert service.asked == []


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ((400, "ThrottlingException"), SpeechUnavailable),
        ((500, "ServiceFailureException"), SpeechUnavailable),
        ((403, "AccessDeniedException"), SpeechUnavailable),
        ((400, "TextLengthExceededException"), SpeechRejected),
        ((400, "LanguageNotSupportedException"), SpeechRejected),
    ],
)
def test_what_polly_refuses_is_named(
    adapters: Adapters, service: Service, error: tuple[int, str], expected: type[SpeechError]
) -> None:
    service.error = error
    with pytest.raises(expected, match=f"Amazon Polly.*{error[1]}") as refused:
        adapters.says("hello")
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize("broken", ["half a sample", "connection"])
def test_a_sentence_that_breaks_off_gives_what_came_and_then_an_error(
    adapters: Adapters, service: Service, broken: str
) -> None:
    service.sound = cut(tone(440, 0.5, 16_000), 3_200)
    if broken == "half a sample":
        service.sound.append(b"\x01")
    else:
        service.breaks_off = True

    async def listen() -> int:
        pieces = adapters.synthesizer.synthesize("hello")
        received = 0
        with pytest.raises(SpeechUnavailable):
            async for piece in pieces:
                received += len(piece)
        return received

    assert asyncio.run(listen()) > 20_000


def test_a_listener_may_leave_early(adapters: Adapters, service: Service) -> None:
    service.sound, service.stalls = cut(tone(440, 0.5, 16_000), 3_200), True

    async def leave() -> None:
        pieces = adapters.synthesizer.synthesize("hello")
        assert await anext(pieces)
        await pieces.aclose()  # type: ignore[attr-defined]  # the port promises an iterator, this is a generator

    asyncio.run(leave())
    service.stalls = False
    assert adapters.says("hello")
