"""Speech engines behind SageMaker's contract: the one adapter, and the embedded engines as processes."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import sys
from asyncio.subprocess import PIPE, Process
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass

import httpx

from runtime.voice import invocations
from runtime.voice.ports import SpeechError, SpeechTimeout, SpeechUnavailable, Transcript

_log = logging.getLogger(__name__)


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

    def _refused(self, response: httpx.Response) -> SpeechError:
        return invocations.refused(
            self.name, response.status_code, response.content, otherwise=response.reason_phrase
        )

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
        attributes = invocations.attributes(language, vocabulary)
        # Parts wait for one another in the engine, so each is given the time of the whole.
        limit_s = self._timeout_s + len(pcm) / invocations.SECOND_BYTES
        return await invocations.transcribed(pcm, lambda part: self._transcribe(part, attributes, limit_s))

    async def _transcribe(self, pcm: bytes, attributes: str, limit_s: float) -> Transcript:
        headers = {"content-type": invocations.SOUND_TYPE, invocations.ATTRIBUTES_HEADER: attributes}
        with self._named_failures():
            async with asyncio.timeout(limit_s):
                response = await self._http.post(
                    "/invocations", content=pcm, headers=headers, timeout=httpx.Timeout(limit_s, connect=2.0)
                )
        if response.status_code != httpx.codes.OK:
            raise self._refused(response)
        return invocations.transcript(response.content, engine=self.name, where=self.url)


class HttpSynthesizer(_Engine):
    """A synthesiser that takes JSON at POST /invocations and streams length-prefixed PCM16 24 kHz."""

    def __init__(self, base_url: str, *, name: str, timeout_s: float = 10.0) -> None:
        """`timeout_s` is how long one piece may take."""
        super().__init__(base_url, name=name, timeout_s=timeout_s)

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        """See `runtime.voice.ports.Synthesizer`."""
        request = invocations.sentence(text, language)
        pieces = invocations.Pieces(engine=self.name, where=self.url)
        with self._named_failures():
            async with self._http.stream("POST", "/invocations", json=request) as response:
                if response.status_code != httpx.codes.OK:
                    await response.aread()
                    raise self._refused(response)
                async for chunk in response.aiter_raw():
                    for piece in pieces.feed(chunk):
                        yield piece
                    if pieces.ended:
                        return
        pieces.check_ended()


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
