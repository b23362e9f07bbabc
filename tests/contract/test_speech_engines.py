"""What a speech engine behind the adapter promises, and what the adapter makes of engines that break it."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import struct
import wave
from array import array
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass

import httpx
import numpy as np
import pytest
import soxr

from runtime.aws.sagemaker import SageMakerRecognizer, SageMakerSynthesizer
from runtime.local.speech import EmbeddedSpeech, HttpRecognizer, HttpSynthesizer, embedded_speech
from runtime.voice.ports import (
    Recognizer,
    SpeechError,
    SpeechRejected,
    SpeechTimeout,
    SpeechUnavailable,
    Synthesizer,
    Transcript,
)
from tests.contract.sagemaker_runtime import ENDPOINT, sagemaker_runtime

SENTENCE = "Yesterday the president talked about the economy."


@dataclass(frozen=True)
class Engines:
    """Both engines behind one adapter."""

    recognizer: Recognizer
    synthesizer: Synthesizer


type Use = Callable[[Engines], Coroutine[None, None, object]]


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.Runner]:
    with asyncio.Runner() as runner:
        yield runner


@pytest.fixture(scope="module")
def servers(loop: asyncio.Runner) -> Iterator[EmbeddedSpeech]:
    stack = contextlib.AsyncExitStack()
    yield loop.run(stack.enter_async_context(embedded_speech(report=lambda _: None)))
    loop.run(stack.aclose())


@pytest.fixture(scope="module")
def behind_sagemaker(loop: asyncio.Runner, servers: EmbeddedSpeech) -> Iterator[Engines]:
    urls = {"hears": servers.recognizer.url, "speaks": servers.synthesizer.url}
    with sagemaker_runtime(urls) as client:
        hears = SageMakerRecognizer(endpoint=ENDPOINT, component="hears", client=client, name="ear")
        speaks = SageMakerSynthesizer(endpoint=ENDPOINT, component="speaks", client=client, name="mouth")
        yield Engines(hears, speaks)
        loop.run(hears.aclose())
        loop.run(speaks.aclose())


@pytest.fixture(scope="module", params=["at a URL", "behind SageMaker"])
def engines(request: pytest.FixtureRequest, servers: EmbeddedSpeech) -> Engines:
    if request.param == "at a URL":
        return Engines(servers.recognizer, servers.synthesizer)
    behind: Engines = request.getfixturevalue("behind_sagemaker")
    return behind


async def spoken(synthesizer: Synthesizer, text: str, language: str = "en") -> bytes:
    return b"".join([piece async for piece in synthesizer.synthesize(text, language=language)])


def heard_at_16_khz(pcm: bytes) -> bytes:
    samples = np.frombuffer(pcm, dtype=np.int16)
    resampled: bytes = soxr.resample(samples, 24_000, 16_000).tobytes()
    return resampled


def test_what_is_spoken_is_heard(loop: asyncio.Runner, engines: Engines) -> None:
    recognizer: Recognizer = engines.recognizer
    pcm = heard_at_16_khz(loop.run(spoken(engines.synthesizer, SENTENCE)))
    transcript = loop.run(recognizer.transcribe(pcm, vocabulary=["economy"]))

    assert "president" in transcript.text
    assert transcript.text == " ".join(word.text for word in transcript.words)
    assert all(0 <= word.start_ms < word.end_ms <= len(pcm) // 32 + 20 for word in transcript.words)
    assert transcript.confidence is not None
    assert 0 < transcript.confidence <= 1


def test_the_same_sound_gives_the_same_words_whatever_came_before(
    loop: asyncio.Runner, engines: Engines
) -> None:
    async def twice() -> tuple[object, object]:
        one = heard_at_16_khz(await spoken(engines.synthesizer, SENTENCE))
        other = heard_at_16_khz(await spoken(engines.synthesizer, "A queue keeps the order of its messages."))
        # More at once than there are decoders, so that some decoder hears both.
        first, *_, last = await asyncio.gather(
            *(engines.recognizer.transcribe(s) for s in (one, other, other, one))
        )
        return first, last

    first, last = loop.run(twice())
    assert first == last


@pytest.mark.parametrize("pcm", [b"", bytes(2), bytes(3_200), bytes(64_000)])
def test_silence_has_no_words(loop: asyncio.Runner, engines: Engines, pcm: bytes) -> None:
    assert loop.run(engines.recognizer.transcribe(pcm)).text == ""


def test_the_first_sound_is_audible_at_once(loop: asyncio.Runner, engines: Engines) -> None:
    samples = array("h", loop.run(spoken(engines.synthesizer, SENTENCE)))

    assert max(map(abs, samples[:480])) >= 64


def test_sound_comes_in_pieces_of_whole_samples(loop: asyncio.Runner, engines: Engines) -> None:
    async def pieces() -> list[bytes]:
        return [piece async for piece in engines.synthesizer.synthesize(SENTENCE)]

    sizes = [len(piece) for piece in loop.run(pieces())]
    assert len(sizes) > 5
    assert all(size > 0 and size % 2 == 0 for size in sizes)
    assert sizes[0] < sum(sizes) / 5


def test_markup_is_read_not_obeyed(loop: asyncio.Runner, engines: Engines) -> None:
    plain = loop.run(spoken(engines.synthesizer, "hello"))
    marked = loop.run(spoken(engines.synthesizer, "<b>hello</b>"))
    phonemes = loop.run(spoken(engines.synthesizer, "[[hE]] hello"))

    assert len(marked) > 1.3 * len(plain)
    assert phonemes != plain


@pytest.mark.parametrize("command", ["\x01" + "450S", "\x00", "\x1b", "\x9f"])
def test_control_characters_are_never_commands(loop: asyncio.Runner, engines: Engines, command: str) -> None:
    # "\x01" and "450S" would make the rest three times as fast.
    rest = "hello there, how are you doing today"
    commanded = loop.run(spoken(engines.synthesizer, f"{command} {rest}"))
    read = loop.run(spoken(engines.synthesizer, f"{command[1:]} {rest}"))

    assert len(commanded) == pytest.approx(len(read), rel=0.1)


@pytest.mark.parametrize("text", ["", "   ", "\x00"])
def test_nothing_to_say_is_no_sound_and_no_error(loop: asyncio.Runner, engines: Engines, text: str) -> None:
    assert loop.run(spoken(engines.synthesizer, text)) == b""


def test_a_listener_may_leave_early(loop: asyncio.Runner, engines: Engines) -> None:
    async def leave_then_listen() -> bytes:
        pieces = engines.synthesizer.synthesize("A long story. " * 200)
        await anext(pieces)
        await pieces.aclose()  # type: ignore[attr-defined]  # the port promises an iterator, this is a generator
        return await spoken(engines.synthesizer, "hello")

    assert loop.run(leave_then_listen())


def test_a_region_without_a_voice_speaks_its_language(loop: asyncio.Runner, engines: Engines) -> None:
    number = "einundzwanzig"
    regional, german, english = (
        len(loop.run(spoken(engines.synthesizer, number, language))) for language in ("de-AT", "de", "en")
    )

    assert regional == pytest.approx(german, rel=0.05)
    assert regional != pytest.approx(english, rel=0.05)


@pytest.mark.parametrize(
    ("use", "named"),
    [
        (lambda on: spoken(on.synthesizer, "hello", "tlh"), "language or voice"),
        (lambda on: spoken(on.synthesizer, "hello", "../../etc"), "language or voice"),
        (lambda on: spoken(on.synthesizer, "a" * 4_001), "at most 4000 characters, got 4001"),
        (lambda on: on.recognizer.transcribe(b"\x00"), "whole 16-bit samples, got 1"),
        (lambda on: on.recognizer.transcribe(bytes(2), language="de"), "expected English"),
    ],
)
def test_what_an_engine_cannot_do_is_refused_with_the_reason(
    loop: asyncio.Runner, engines: Engines, use: Use, named: str
) -> None:
    with pytest.raises(SpeechRejected, match=named):
        loop.run(use(engines))


def wav(rate: int = 16_000, channels: int = 1) -> bytes:
    body = io.BytesIO()
    with wave.open(body, "wb") as sound:
        sound.setnchannels(channels)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(bytes(rate))
    return body.getvalue()


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("audio/wav", wav(), 200),
        ("audio/l16;rate=16000", bytes(320), 200),
        ("audio/l16; rate=16000; channels=1", bytes(320), 200),
        ("audio/wav", b"RIFF", 400),
        ("audio/wav", b"", 400),
        ("audio/wav", wav()[:30], 400),
        ("audio/wav", wav(rate=8_000), 400),
        ("audio/wav", wav(channels=2), 400),
        ("audio/l16;rate=16000", b"\x00", 400),
        ("audio/l16;rate=16000", bytes(6 * 1024**2 + 2), 413),
        ("audio/l16;rate=8000", bytes(320), 415),
        ("audio/mpeg", bytes(320), 415),
        ("", bytes(320), 415),
    ],
)
def test_the_recognizer_says_what_it_takes(
    servers: EmbeddedSpeech, content_type: str, body: bytes, status: int
) -> None:
    answer = httpx.post(
        f"{servers.recognizer.url}/invocations",
        content=body,
        headers={"content-type": content_type},
        trust_env=False,
    )

    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status


@pytest.mark.parametrize(
    ("content_type", "body", "status"),
    [
        ("application/json", b'{"text": "hi"}', 200),
        ("application/json; charset=utf-8", b'{"text": "hi", "voice": "en-gb+f3", "more": 1}', 200),
        ("application/json", b'{"text": "hi", "voice": "en-us+../../x"}', 400),
        ("application/json", b'{"text": 5}', 400),
        ("application/json", b"{}", 400),
        ("application/json", b"\xff", 400),
        ("application/json", b'{"text": "hi", "format": "mp3"}', 400),
        ("application/json", json.dumps({"text": "a" * 4_001}).encode(), 413),
        ("text/plain", b"hi", 415),
    ],
)
def test_the_synthesizer_says_what_it_takes(
    servers: EmbeddedSpeech, content_type: str, body: bytes, status: int
) -> None:
    answer = httpx.post(
        f"{servers.synthesizer.url}/invocations",
        content=body,
        headers={"content-type": content_type},
        trust_env=False,
    )

    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"


def test_unknown_paths_and_methods_are_problems(servers: EmbeddedSpeech) -> None:
    for engine in (servers.recognizer, servers.synthesizer):
        assert httpx.get(f"{engine.url}/nothing", trust_env=False).json()["status"] == 404
        assert httpx.get(f"{engine.url}/invocations", trust_env=False).json()["status"] == 405


# Engines that break the contract: a socket that answers whatever it is told to.

type Answer = Callable[[asyncio.StreamWriter], Awaitable[None]]


def http(status: str, body: bytes, *, length: int | None = None) -> Answer:
    async def answer(writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\ncontent-length: {len(body) if length is None else length}\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()

    return answer


async def silence(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@contextlib.asynccontextmanager
async def engine(answer: Answer) -> AsyncIterator[tuple[HttpRecognizer, HttpSynthesizer]]:
    tasks: list[asyncio.Task[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.append(task)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
            await answer(writer)
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    recognizer = HttpRecognizer(url, name="ear", timeout_s=0.2)
    synthesizer = HttpSynthesizer(url, name="mouth", timeout_s=0.2)
    try:
        yield recognizer, synthesizer
    finally:
        await recognizer.aclose()
        await synthesizer.aclose()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        server.close()
        await server.wait_closed()


async def failures(answer: Answer) -> tuple[SpeechError, SpeechError]:
    async with engine(answer) as (recognizer, synthesizer):
        with pytest.raises(SpeechError) as hearing:
            await recognizer.transcribe(bytes(320))
        with pytest.raises(SpeechError) as speaking:
            await spoken(synthesizer, "hello")
        return hearing.value, speaking.value


PIECE = struct.pack(">I", 4) + b"\x01\x00\x02\x00"


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (silence, SpeechTimeout),
        (http("503 Service Unavailable", b'{"detail": "still loading."}'), SpeechUnavailable),
        (http("500 Internal Server Error", b"<html>"), SpeechUnavailable),
        (http("429 Too Many Requests", b"[]"), SpeechUnavailable),
        (http("400 Bad Request", b'{"detail": "no"}'), SpeechRejected),
        (http("200 OK", b"\xff\xff\xff\xff", length=400), SpeechUnavailable),
        (http("200 OK", b'"neither words nor sound"'), SpeechUnavailable),
    ],
)
def test_a_broken_engine_is_a_sentence_not_a_stack_trace(answer: Answer, expected: type[SpeechError]) -> None:
    for error in asyncio.run(failures(answer)):
        assert isinstance(error, expected)
        assert str(error).startswith(("ear", "mouth"))


def test_a_dead_engine_is_unavailable_and_not_ready() -> None:
    async def dead() -> None:
        async with engine(silence) as (recognizer, _):
            url = recognizer.url
        gone = HttpRecognizer(url, name="ear")
        assert not await gone.ready()
        with pytest.raises(SpeechUnavailable, match="does not answer"):
            await gone.transcribe(bytes(320))
        await gone.aclose()

    asyncio.run(dead())


@pytest.mark.parametrize(
    "answer",
    [http("200 OK", PIECE), http("200 OK", PIECE + PIECE[:6]), http("200 OK", PIECE, length=4_000)],
    ids=["no end", "half a piece", "connection lost"],
)
def test_a_broken_stream_gives_what_came_and_then_an_error(answer: Answer) -> None:
    async def listen() -> list[bytes]:
        async with engine(answer) as (_, synthesizer):
            pieces = synthesizer.synthesize("hello")
            received = [await anext(pieces)]
            with pytest.raises(SpeechUnavailable):
                await anext(pieces)
            return received

    assert asyncio.run(listen()) == [PIECE[4:]]


def test_sound_that_stops_coming_is_a_timeout() -> None:
    async def stall(writer: asyncio.StreamWriter) -> None:
        await http("200 OK", PIECE, length=4_000)(writer)
        await silence(writer)

    async def listen() -> list[bytes]:
        async with engine(stall) as (_, synthesizer):
            pieces = synthesizer.synthesize("hello")
            received = [await anext(pieces)]
            with pytest.raises(SpeechTimeout):
                await anext(pieces)
            return received

    assert asyncio.run(listen()) == [PIECE[4:]]


def test_an_answer_longer_than_a_request_may_be_is_heard_whole() -> None:
    word = {"text": "word", "words": [{"text": "word", "start_ms": 10, "end_ms": 20}], "confidence": 0.5}

    async def listen() -> Transcript:
        async with engine(http("200 OK", json.dumps(word).encode())) as (recognizer, _):
            return await recognizer.transcribe(bytes(130 * 32_000))

    transcript = asyncio.run(listen())
    assert transcript.text == "word word word"
    starts = [heard.start_ms for heard in transcript.words]
    assert starts == sorted(set(starts))
    assert transcript.confidence == 0.5
