"""What the adapter makes of a SageMaker that refuses, hangs, breaks off or sends nonsense.

The client is boto3's own; behind it is a raw socket.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from runtime.aws.sagemaker import SageMakerRecognizer, SageMakerSynthesizer
from runtime.aws.threads import Threads
from runtime.voice.ports import SpeechError, SpeechRejected, SpeechTimeout, SpeechUnavailable
from tests.contract.sagemaker_runtime import client, payload_part, stream_error

type Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]

SECRET = "what the candidate said"
PIECE = struct.pack(">I", 4) + b"\x01\x00\x02\x00"
END = struct.pack(">I", 0)
# Longer than a test may take: what is waited for so long has not happened.
PATIENT = 300


def http(status: int, body: bytes, *, error: str = "", kind: str = "application/json") -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncontent-length: {len(body)}\r\n"
        head += f"x-amzn-errortype: {error}\r\n" if error else ""
        writer.write(f"{head}\r\n".encode() + body)
        await writer.drain()

    return answer


def refusal(status: int, error: str, **members: object) -> Answer:
    return http(status, json.dumps({"Message": SECRET} | members).encode(), error=error)


def model_error(status: int, detail: str) -> Answer:
    return refusal(
        424, "ModelError", OriginalStatusCode=status, OriginalMessage=json.dumps({"detail": detail})
    )


def stream(*chunks: bytes, ended: bool = True) -> Answer:
    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        kind = "application/vnd.amazon.eventstream"
        writer.write(
            f"HTTP/1.1 200 OK\r\ncontent-type: {kind}\r\ntransfer-encoding: chunked\r\n\r\n".encode()
        )
        for chunk in chunks:
            writer.write(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n")
        writer.write(b"0\r\n\r\n" if ended else b"")
        await writer.drain()

    return answer


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


@contextlib.asynccontextmanager
async def runtime(
    *answers: Answer, attempts: int = 1, read_timeout: float = 5
) -> AsyncIterator[tuple[SageMakerRecognizer, SageMakerSynthesizer]]:
    """Adapters at a socket that gives one answer after the other, the last one for ever."""
    left = list(answers)
    serving: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.add(task)
        try:
            with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
                while True:
                    head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
                    await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
                    await (left.pop(0) if len(left) > 1 else left[0])(reader, writer)
                    if "stream" in head:
                        break
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    retries = {"mode": "standard", "total_max_attempts": attempts}
    boto = client("sagemaker-runtime", url, retries=retries, read_timeout=read_timeout)
    hears = SageMakerRecognizer(endpoint="e", component="c", client=boto, name="ear", timeout_s=0.5)
    speaks = SageMakerSynthesizer(endpoint="e", component="c", client=boto, name="mouth", timeout_s=0.5)
    try:
        yield hears, speaks
    finally:
        await hears.aclose()
        await speaks.aclose()
        for task in serving:
            task.cancel()
        await asyncio.gather(*serving, return_exceptions=True)
        # Only now do threads that waited for an answer end.
        await asyncio.to_thread(hears._threads._executor.shutdown, wait=True)
        await asyncio.to_thread(speaks._threads._executor.shutdown, wait=True)
        boto.close()
        server.close()
        await server.wait_closed()


async def said(speaks: SageMakerSynthesizer) -> list[bytes]:
    return [piece async for piece in speaks.synthesize(SECRET)]


async def both(answer: Answer) -> tuple[SpeechError, SpeechError]:
    async with runtime(answer) as (hears, speaks):
        with pytest.raises(SpeechError) as hearing:
            await hears.transcribe(bytes(320))
        with pytest.raises(SpeechError) as speaking:
            await said(speaks)
        return hearing.value, speaking.value


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal(400, "ThrottlingException"), SpeechUnavailable),
        (refusal(429, "ModelNotReadyException"), SpeechUnavailable),
        (refusal(503, "ServiceUnavailable"), SpeechUnavailable),
        (refusal(500, "InternalFailure"), SpeechUnavailable),
        (refusal(530, "InternalDependencyException"), SpeechUnavailable),
        # What a component that was scaled to zero answers.
        (refusal(400, "ValidationError"), SpeechUnavailable),
        (refusal(403, "AccessDeniedException"), SpeechUnavailable),
        (model_error(503, "still loading."), SpeechUnavailable),
        (model_error(429, "busy."), SpeechUnavailable),
        (model_error(400, "expected English"), SpeechRejected),
        (refusal(424, "ModelError"), SpeechUnavailable),
        (http(502, b"<html>", kind="text/html"), SpeechUnavailable),
        (silence, SpeechTimeout),
    ],
)
def test_a_refusal_is_a_sentence_in_the_ports_words(answer: Answer, expected: type[SpeechError]) -> None:
    for error in asyncio.run(both(answer)):
        assert type(error) is expected
        assert str(error).startswith(("ear ", "mouth "))
        assert SECRET not in str(error)


def test_the_engines_own_reason_is_told() -> None:
    for error in asyncio.run(both(model_error(400, "expected English"))):
        assert "answered 400: expected English" in str(error)


def test_a_missing_permission_is_named() -> None:
    for error in asyncio.run(both(refusal(403, "AccessDeniedException"))):
        assert "role" in str(error)


def test_an_endpoint_that_nobody_serves_is_unavailable() -> None:
    async def call() -> None:
        async with runtime(silence) as (hears, _):
            url = hears._client.meta.endpoint_url
        boto = client("sagemaker-runtime", url, retries={"mode": "standard", "total_max_attempts": 1})
        gone = SageMakerRecognizer(endpoint="e", component="c", client=boto, name="ear")
        with pytest.raises(SpeechUnavailable, match="does not answer"):
            await gone.transcribe(bytes(320))
        await gone.aclose()
        boto.close()

    asyncio.run(call())


def test_a_silent_endpoint_is_a_timeout_of_the_client_too() -> None:
    async def call() -> None:
        async with runtime(silence, read_timeout=0.1) as (hears, speaks):
            with pytest.raises(SpeechTimeout):
                await hears.transcribe(bytes(320))
            with pytest.raises(SpeechTimeout):
                await said(speaks)

    asyncio.run(call())


def test_a_throttled_call_is_repeated_by_the_client() -> None:
    async def call() -> tuple[str, list[bytes]]:
        throttled, words = refusal(400, "ThrottlingException"), http(200, b'{"text": "heard"}')
        async with runtime(throttled, words, throttled, stream(payload_part(PIECE + END)), attempts=2) as (
            hears,
            speaks,
        ):
            hears._timeout_s = speaks._timeout_s = 10
            return (await hears.transcribe(bytes(320))).text, await said(speaks)

    assert asyncio.run(call()) == ("heard", [PIECE[4:]])


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"words": []}', b'{"text": 5}'])
def test_an_answer_that_is_no_transcript_is_unavailable(body: bytes) -> None:
    async def call() -> None:
        async with runtime(http(200, body)) as (hears, _):
            with pytest.raises(SpeechUnavailable, match="without a transcript"):
                await hears.transcribe(bytes(320))

    asyncio.run(call())


def test_pieces_are_whole_however_the_stream_is_cut() -> None:
    async def call() -> list[bytes]:
        sound = PIECE + PIECE + END
        async with runtime(stream(*(payload_part(sound[at : at + 3]) for at in range(0, len(sound), 3)))) as (
            _,
            speaks,
        ):
            return await said(speaks)

    assert asyncio.run(call()) == [PIECE[4:]] * 2


@pytest.mark.parametrize(
    "rest",
    [
        [],
        [payload_part(PIECE[:6])],
        [payload_part(struct.pack(">I", 3) + b"odd")],
        [payload_part(b"\xff\xff\xff\xff")],
        [payload_part(PIECE)[:-3]],
        [b"\0" * 64],
        [stream_error("InternalStreamFailure", Message=SECRET)],
        [stream_error("ModelStreamError", Message=SECRET, ErrorCode="StreamBroken")],
    ],
    ids=[
        "no end",
        "half a piece",
        "odd",
        "huge",
        "half a message",
        "no message",
        "failure",
        "broken",
    ],
)
def test_a_stream_that_breaks_gives_what_came_and_then_an_error(
    rest: list[bytes],
) -> None:
    async def call() -> list[bytes]:
        async with runtime(stream(payload_part(PIECE), *rest)) as (_, speaks):
            pieces = speaks.synthesize("hello")
            received = [await anext(pieces)]
            with pytest.raises(SpeechUnavailable) as broken:
                await anext(pieces)
            assert SECRET not in str(broken.value)
            return received

    assert asyncio.run(call()) == [PIECE[4:]]


def test_a_connection_that_is_lost_in_the_middle_is_not_taken_up_again() -> None:
    asked = 0

    async def lost(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal asked
        asked += 1
        await stream(payload_part(PIECE), ended=False)(reader, writer)

    async def call() -> list[bytes]:
        async with runtime(lost, attempts=3) as (_, speaks):
            pieces = speaks.synthesize("hello")
            received = [await anext(pieces)]
            with pytest.raises(SpeechUnavailable):
                await anext(pieces)
            return received

    assert asyncio.run(call()) == [PIECE[4:]]
    assert asked == 1


class Stalled:
    """An answer that begins and then says no more, and knows when its listener has gone."""

    def __init__(self) -> None:
        self.left = asyncio.Event()

    async def __call__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await stream(payload_part(PIECE), ended=False)(reader, writer)
        with contextlib.suppress(ConnectionError):
            await reader.read()
        self.left.set()


def test_sound_that_stops_coming_is_a_timeout_and_frees_its_thread() -> None:
    async def call() -> None:
        stalled = Stalled()
        async with runtime(stalled, stream(payload_part(PIECE + END)), read_timeout=PATIENT) as (_, speaks):
            speaks._threads = Threads("one", 1)
            pieces = speaks.synthesize("hello")
            assert await anext(pieces) == PIECE[4:]
            with pytest.raises(SpeechTimeout):
                await anext(pieces)
            await stalled.left.wait()
            # The only thread is free again, long before the client would give up.
            assert await said(speaks) == [PIECE[4:]]

    asyncio.run(call())


@pytest.mark.parametrize("way", ["closed", "cancelled"])
def test_a_listener_who_leaves_frees_the_thread_and_the_connection(way: str) -> None:
    async def call() -> None:
        stalled = Stalled()
        async with runtime(stalled, stream(payload_part(PIECE + END)), read_timeout=PATIENT) as (_, speaks):
            speaks._timeout_s = PATIENT
            speaks._threads = Threads("one", 1)
            pieces = speaks.synthesize("hello")
            assert await anext(pieces) == PIECE[4:]
            if way == "closed":
                await pieces.aclose()  # type: ignore[attr-defined]  # the port promises an iterator, this is a generator
            else:
                waiting = asyncio.ensure_future(anext(pieces))
                await asyncio.sleep(0)
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await waiting
            await stalled.left.wait()
            assert await said(speaks) == [PIECE[4:]]

    asyncio.run(call())


def test_a_call_that_is_cancelled_while_it_waits_is_never_made() -> None:
    asked: list[int] = []
    go_on = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        await go_on.wait()
        await http(200, b'{"text": "heard"}')(reader, writer)

    async def call() -> None:
        async with runtime(slow) as (hears, _):
            hears._timeout_s = 60
            hears._threads = Threads("one", 1)
            first = asyncio.create_task(hears.transcribe(bytes(320)))
            second = asyncio.create_task(hears.transcribe(bytes(320)))
            while not asked:
                await asyncio.sleep(0.005)
            second.cancel()
            with pytest.raises(asyncio.CancelledError):
                await second
            go_on.set()
            assert (await first).text == "heard"
            assert (await hears.transcribe(bytes(320))).text == "heard"

    asyncio.run(call())
    assert len(asked) == 2
