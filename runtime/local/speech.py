"""Speech engines behind SageMaker's contract: the one adapter, and the embedded engines as processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import struct
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import TypeAdapter, ValidationError

from runtime.voice.ports import (
    INPUT_RATE,
    SAMPLE_BYTES,
    SpeechRejected,
    SpeechTimeout,
    SpeechUnavailable,
    Transcript,
    joined,
)

_log = logging.getLogger(__name__)

_ATTRIBUTES: Final = "X-Amzn-SageMaker-Custom-Attributes"
_ATTRIBUTES_LIMIT: Final = 1_024  # SageMaker's, in characters
_SECOND_BYTES: Final = INPUT_RATE * SAMPLE_BYTES
# 60 s is 1.9 MB: within SageMaker's 6 MB and, at half of real time, within its 60 s for one answer.
_LONGEST_PART_S: Final = 60
_CUT_WITHIN_S: Final = 20
_BLOCK_BYTES: Final = _SECOND_BYTES // 10
_LENGTH: Final = struct.Struct(">I")
# A second of sound is 48 kB; a length beyond this is no length.
_LONGEST_PIECE_BYTES: Final = 8 * 1024**2
_TRANSCRIPT: Final = TypeAdapter(Transcript)


class _Engine:
    """A speech engine at a URL."""

    def __init__(self, base_url: str, *, name: str, timeout_s: float) -> None:
        self.name = name
        self.url = base_url.rstrip("/")
        self._timeout_s = timeout_s
        # trust_env: a proxy set for the internet must not receive what is said on this machine.
        self._http = httpx.AsyncClient(
            base_url=self.url, timeout=httpx.Timeout(timeout_s, connect=2.0), trust_env=False
        )

    async def ready(self) -> bool:
        """Whether the engine answers /ping with 200."""
        try:
            return (await self._http.get("/ping")).status_code == httpx.codes.OK
        except httpx.HTTPError:
            return False

    async def aclose(self) -> None:
        """Close the connections to the engine."""
        await self._http.aclose()

    def _refused(self, response: httpx.Response) -> SpeechUnavailable | SpeechRejected:
        try:
            detail = str(response.json()["detail"])
        except (ValueError, KeyError, TypeError):
            detail = response.reason_phrase
        what = f"{self.name} answered {response.status_code}: {detail}"
        if response.status_code >= httpx.codes.INTERNAL_SERVER_ERROR or response.status_code == 429:
            return SpeechUnavailable(f"{what} Try again, or type instead.")
        return SpeechRejected(what)

    @contextlib.contextmanager
    def _named_failures(self) -> Iterator[None]:
        try:
            yield
        except (httpx.TimeoutException, TimeoutError) as error:
            raise SpeechTimeout(f"{self.name} took too long. Try again, or type instead.") from error
        except httpx.HTTPError as error:
            raise SpeechUnavailable(
                f"{self.name} broke off or does not answer at {self.url} ({type(error).__name__}). "
                "Try again in a moment, or type instead."
            ) from error


class HttpRecognizer(_Engine):
    """A recogniser that takes PCM16 16 kHz at POST /invocations and answers with a transcript as JSON."""

    def __init__(self, base_url: str, *, name: str, timeout_s: float = 15.0) -> None:
        """`timeout_s` is for starting; every second of sound adds another to it."""
        super().__init__(base_url, name=name, timeout_s=timeout_s)

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        """See `runtime.voice.ports.Recognizer`; sound over a minute is cut where it is quietest."""
        if len(pcm) % SAMPLE_BYTES:
            raise SpeechRejected(f"expected whole 16-bit samples, got {len(pcm)} bytes")
        attributes = _attributes(language, vocabulary)
        # Parts wait for one another in the engine, so each is given the time of the whole.
        limit_s = self._timeout_s + len(pcm) / _SECOND_BYTES
        # The group ends the other parts' requests when one of them fails.
        try:
            async with asyncio.TaskGroup() as group:
                parts = [
                    (start_ms, group.create_task(self._transcribe(part, attributes, limit_s)))
                    for start_ms, part in _parts(pcm)
                ]
        except* (SpeechUnavailable, SpeechTimeout, SpeechRejected) as failures:
            first = failures.exceptions[0]
            raise first from first.__cause__
        return joined([(start_ms, task.result()) for start_ms, task in parts])

    async def _transcribe(self, pcm: bytes, attributes: str, limit_s: float) -> Transcript:
        headers = {"content-type": f"audio/l16;rate={INPUT_RATE}", _ATTRIBUTES: attributes}
        with self._named_failures():
            async with asyncio.timeout(limit_s):
                response = await self._http.post(
                    "/invocations", content=pcm, headers=headers, timeout=httpx.Timeout(limit_s, connect=2.0)
                )
        if response.status_code != httpx.codes.OK:
            raise self._refused(response)
        try:
            return _TRANSCRIPT.validate_json(response.content)
        except ValidationError as error:
            raise SpeechUnavailable(
                f"{self.name} answered without a transcript. Check that {self.url} is a recogniser."
            ) from error


class HttpSynthesizer(_Engine):
    """A synthesiser that takes JSON at POST /invocations and streams length-prefixed PCM16 24 kHz."""

    def __init__(self, base_url: str, *, name: str, timeout_s: float = 10.0) -> None:
        """`timeout_s` is how long one piece may take."""
        super().__init__(base_url, name=name, timeout_s=timeout_s)

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        """See `runtime.voice.ports.Synthesizer`."""
        request = {"text": text, "language": language, "format": "pcm16/24000"}
        with self._named_failures():
            async with self._http.stream("POST", "/invocations", json=request) as response:
                if response.status_code != httpx.codes.OK:
                    await response.aread()
                    raise self._refused(response)
                async for piece in self._pieces(response):
                    yield piece

    async def _pieces(self, response: httpx.Response) -> AsyncIterator[bytes]:
        received = bytearray()
        async for chunk in response.aiter_raw():
            received += chunk
            while len(received) >= _LENGTH.size:
                (length,) = _LENGTH.unpack_from(received)
                if length == 0:
                    return
                if length > _LONGEST_PIECE_BYTES or length % SAMPLE_BYTES:
                    raise SpeechUnavailable(
                        f"{self.name} sent no sound. Check that {self.url} is a synthesiser."
                    )
                if len(received) < _LENGTH.size + length:
                    break
                yield bytes(received[_LENGTH.size : _LENGTH.size + length])
                del received[: _LENGTH.size + length]
        raise SpeechUnavailable(
            f"{self.name} broke off in the middle of a sentence. Try again, or read the text."
        )


def _attributes(language: str, vocabulary: Sequence[str]) -> str:
    """A header's worth of JSON: as many words of the vocabulary as fit, the first ones first."""
    kept = list(dict.fromkeys(vocabulary))[:100]
    while (
        len(attributes := json.dumps({"language": language, "vocabulary": kept})) > _ATTRIBUTES_LIMIT and kept
    ):
        kept.pop()
    return attributes


def _parts(pcm: bytes) -> Iterator[tuple[int, bytes]]:
    """The sound in parts of at most _LONGEST_PART_S with where each begins, in milliseconds."""
    start, longest = 0, _LONGEST_PART_S * _SECOND_BYTES
    while len(pcm) - start > longest:
        end = _quietest(pcm, start + longest - _CUT_WITHIN_S * _SECOND_BYTES, start + longest)
        yield start * 1_000 // _SECOND_BYTES, pcm[start:end]
        start = end
    yield start * 1_000 // _SECOND_BYTES, pcm[start:]


def _quietest(pcm: bytes, low: int, high: int) -> int:
    """The middle of the quietest 100 ms; every eighth sample is enough to tell, and eight times as fast."""

    def loudness(at: int) -> int:
        return sum(map(abs, memoryview(pcm)[at : at + _BLOCK_BYTES].cast("h")[::8]))

    return min(range(low, high - _BLOCK_BYTES, _BLOCK_BYTES), key=loudness) + _BLOCK_BYTES // 2


@dataclass(frozen=True, slots=True)
class EmbeddedSpeech:
    """Both embedded engines, running."""

    recognizer: HttpRecognizer
    synthesizer: HttpSynthesizer


@contextlib.asynccontextmanager
async def embedded_speech(
    *, report: Callable[[str], None], ready_within_s: float = 60.0
) -> AsyncIterator[EmbeddedSpeech]:
    """Start pocketsphinx and espeak-ng as child processes, keep them running, stop them in the end.

    `report` is told in sentences what is loading, ready or starting again. A crashed engine is started again
    on the same port. Enter this from a thread that lives as long as the engines: on Linux they end with it.
    Raises SpeechUnavailable when one does not start.
    """
    recognizer = _Child("pocketsphinx", "models.embedded.recognizer", report, ready_within_s)
    synthesizer = _Child("espeak-ng", "models.embedded.synthesizer", report, ready_within_s)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(recognizer.stop)
        stack.push_async_callback(synthesizer.stop)
        # Both load at once; whichever fails, both are stopped.
        await asyncio.gather(recognizer.start(), synthesizer.start())
        hears = HttpRecognizer(recognizer.url, name=recognizer.name)
        stack.push_async_callback(hears.aclose)
        speaks = HttpSynthesizer(synthesizer.url, name=synthesizer.name)
        stack.push_async_callback(speaks.aclose)
        yield EmbeddedSpeech(hears, speaks)


class _Child:
    """One engine's process and its supervision."""

    def __init__(self, name: str, module: str, report: Callable[[str], None], ready_within_s: float) -> None:
        self.name = name
        self._module = module
        self._report = report
        self._ready_within_s = ready_within_s
        self._port = 0
        self._process: Process | None = None
        self._supervision: asyncio.Task[None] | None = None
        self._last_words: deque[str] = deque(maxlen=1)
        self._listening: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        """Returns when it answers. Raises SpeechUnavailable."""
        self._report(f"{self.name} is loading")
        process = await self._launch()
        self._report(f"{self.name} is ready")
        self._supervision = asyncio.create_task(self._supervise(process))

    async def stop(self) -> None:
        """End the process that this object started, if it is still there."""
        if self._supervision is not None:
            self._supervision.cancel()
            await asyncio.wait([self._supervision])
        await self._end()

    async def _launch(self) -> Process:
        # A group of its own: Ctrl-C in the terminal stops the platform first, which then stops its engines.
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", self._module, "--port", str(self._port), "--exit-with-parent"),
            stdin=PIPE,
            stdout=PIPE,
            stderr=PIPE,
            process_group=0,
        )
        if process.stdout is None or process.stderr is None:
            raise RuntimeError("expected pipes from a process started with PIPE")
        self._listening = asyncio.create_task(self._listen(process.stderr))
        try:
            async with asyncio.timeout(self._ready_within_s):
                announced = await process.stdout.readline()
                if announced:
                    self._port = int(json.loads(announced)["port"])
                    await self._answers(process)
        except TimeoutError as error:
            await self._end()
            raise SpeechUnavailable(
                f"{self.name} was not ready within {self._ready_within_s:.0f} s. Is this machine busy?"
            ) from error
        if not announced or process.returncode is not None:
            await self._end()
            because = self._last_words[0] if self._last_words else "it said nothing"
            raise SpeechUnavailable(
                f"{self.name} stopped while starting, with exit code {process.returncode} ({because}). "
                "`make setup` installs what it needs."
            )
        return process

    async def _answers(self, process: Process) -> None:
        async with httpx.AsyncClient(base_url=self.url, timeout=2.0, trust_env=False) as http:
            while process.returncode is None:
                with contextlib.suppress(httpx.HTTPError):
                    if (await http.get("/ping")).status_code == httpx.codes.OK:
                        return
                await asyncio.sleep(0.05)

    async def _supervise(self, process: Process) -> None:
        wait_s = 0.0
        while True:
            await process.wait()
            self._report(
                f"{self.name} stopped unexpectedly (exit code {process.returncode}); starting it again"
            )
            while True:
                await asyncio.sleep(wait_s)
                wait_s = min(wait_s * 2 + 0.5, 10.0)
                try:
                    process = await self._launch()
                except SpeechUnavailable as error:
                    self._report(str(error))
                else:
                    break
            self._report(f"{self.name} is ready again")

    async def _listen(self, stderr: asyncio.StreamReader) -> None:
        async for line in stderr:
            text = line.decode(errors="replace").strip()
            if text:
                self._last_words.append(text)
                _log.warning("%s: %s", self.name, text)

    async def _end(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if self._listening is not None:
            await self._listening
