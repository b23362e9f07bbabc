"""`prepai demo`: a whole interview over the real HTTP and WebSocket interfaces, with its report.

The platform runs in this process on a free port with data of its own; the candidate is a client like any other, who
speaks with the platform's own voice, or with the recordings it is given.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import tempfile
import wave
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Final

import httpx
import soxr
import yaml
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from websockets.exceptions import ConnectionClosed

from runtime.cli.laptop import Laptop, laptop
from runtime.cv.analysis import analyze
from runtime.cv.errors import CvError
from runtime.settings import LaptopSettings
from runtime.voice import protocol as p
from runtime.voice.client import FRAME_BYTES, InterviewSocket

_SAMPLES: Final = Path(__file__).with_name("samples.yaml")
_SILENCE: Final = bytes(FRAME_BYTES * 30)  # three seconds: longer than any question's patience
_NOBODY_ANSWERS_S: Final = 120.0
_MOST_MOVES: Final = 60
_NAME: Final = "Sam Sample"


class DemoFailedError(Exception):
    """The demonstration could not go on; the message says why."""


def run_demo(*, cv: Path | None, answers: Path | None, out: Console, err: Console) -> int:
    """The exit code: 0 when the interview ended with a report whose every quote stands in the transcript."""
    try:
        recordings = _recordings(answers) if answers else None
        document = (cv.name, cv.read_bytes()) if cv else None
        return asyncio.run(_interview(recordings, document, out, err))
    except (
        OSError,
        EOFError,
        wave.Error,
        httpx.HTTPError,
        ConnectionClosed,
        CvError,
        DemoFailedError,
    ) as error:
        err.print(f"prepai demo: {error}", style="red")
        return 2


async def _interview(
    recordings: Iterator[bytes] | None, document: tuple[str, bytes] | None, out: Console, err: Console
) -> int:
    with tempfile.TemporaryDirectory(prefix="prepai-demo-") as data:
        async with _platform(LaptopSettings(port=0, data=Path(data)), err) as platform:
            base = platform.url.replace("localhost", "127.0.0.1")
            async with httpx.AsyncClient(base_url=base, timeout=60, trust_env=False) as http:
                return await _Interview(platform, http, out, recordings, document).run()


@contextlib.asynccontextmanager
async def _platform(settings: LaptopSettings, err: Console) -> AsyncIterator[Laptop]:
    async with laptop(settings, report=lambda text: err.print(f"  {text}", style="dim")) as platform:
        serving = asyncio.create_task(platform.serve())
        try:
            yield platform
        finally:
            platform.server.should_exit = True
            await serving


class _Interview:
    """The candidate's side of the demonstration."""

    def __init__(
        self,
        platform: Laptop,
        http: httpx.AsyncClient,
        out: Console,
        recordings: Iterator[bytes] | None,
        document: tuple[str, bytes] | None,
    ) -> None:
        self._platform = platform
        self._http = http
        self._out = out
        self._recordings = recordings
        self._document = document
        self._samples = yaml.safe_load(_SAMPLES.read_text(encoding="utf-8"))
        self._said: set[str] = set()
        self._anything = itertools.cycle(self._samples["anything"])
        self._turns = itertools.count(1)
        self._socket = InterviewSocket()
        self._id = ""

    async def run(self) -> int:
        self._out.print(
            "[dim]A demonstration: the candidate is simulated and agrees to a recording. It lies in a temporary folder"
            " that is removed at the end.[/dim]"
        )
        created = await self._call(
            "POST",
            "/api/sessions/create",
            json={
                "interview_type": "Backend",
                "candidate_name": self._name(),
                "role": "Backend engineer",
                "job_description": self._samples["job_description"],
                "duration_minutes": 20,
                "recording": True,
            },
        )
        self._id = created["session_id"]
        if self._document:
            profile = await self._call(
                "POST", f"/api/interviews/{self._id}/upload-cv", files={"file": self._document}
            )
            self._out.print(f"[dim]CV read: {_summary(profile)}[/dim]")
        ticket = await self._call("POST", f"/api/interviews/{self._id}/ticket")
        await self._socket.connect(ticket["url"].replace("localhost", "127.0.0.1"))
        events = self._socket.events()
        for _ in range(_MOST_MOVES):
            ended = await self._listen(events)
            if ended or not await self._answer(events):
                break
        await self._socket.close()
        await self._call("POST", f"/api/interviews/{self._id}/end")
        return await self._report()

    def _name(self) -> str:
        """The name in the CV, as the person it belongs to would give it."""
        if self._document is None:
            return _NAME
        document, filename = self._document[1], self._document[0]
        basics = analyze(document, filename).resume.basics
        return basics.name.value if basics.name is not None else _NAME

    async def _listen(self, events: AsyncIterator[Any]) -> bool:
        """Hear the interviewer out; whether the interview is over."""
        sound = 0
        async for event in _timely(events):
            match event:
                case p.OutputAudioDelta(delta=delta):
                    sound += len(delta) * 3 // 4
                case p.CodingTaskGiven(title=title, statement=statement):
                    self._out.print(f"\n[bold]{title}[/bold]\n{statement}\n", style="dim")
                case p.ResponseDone(text=text, move=move):
                    seconds = sound / 2 / p.OUTPUT_SAMPLE_RATE
                    self._out.print(
                        f"\n[bold]Interviewer[/bold] [dim]({seconds:.1f} s of voice)[/dim] {text}"
                    )
                    if move != "close":
                        return False
                case p.SessionEnded():
                    return True
                case p.Error(detail=detail):
                    raise DemoFailedError(detail)
                case _:
                    pass
        raise DemoFailedError("the connection was closed in the middle of the interview")

    async def _answer(self, events: AsyncIterator[Any]) -> bool:
        """Say the next thing; False when there is nothing left to say."""
        transcript = await self._call("GET", f"/api/interviews/{self._id}/transcript")
        last = transcript["items"][-1]
        if self._recordings is not None:
            pcm = next(self._recordings, None)
            if pcm is None:
                return False
            await self._speak(pcm, events, meant=None)
            return True
        if last["kind"] == "coding_task":
            await self._run_code()
            await self._type(self._samples["task_done"])
            return True
        text = self._words(last, transcript.get("task"))
        pieces = [piece async for piece in self._voice(text)]
        await self._speak(_to_input_rate(b"".join(pieces)), events, meant=text)
        return True

    def _words(self, last: dict[str, Any], task: dict[str, Any] | None) -> str:
        """What fits the interviewer's words: the answer to the probe they hold, else to the question itself."""
        if task:
            return str(self._samples["walkthrough"])
        answers = self._samples["answers"].get(last["question_id"], {})
        fitting = [text for words, text in answers.items() if words in last["text"]]
        if last["kind"] != "probe":
            fitting += [answers["first"]] if answers else []
        words = next((text for text in fitting if text not in self._said), None) or next(self._anything)
        self._said.add(words)
        return str(words)

    async def _type(self, text: str) -> None:
        self._out.print(f"\n[bold]Candidate[/bold] [dim](typed)[/dim] {text}")
        await self._socket.say(f"typed{next(self._turns)}", text)

    async def _run_code(self) -> None:
        code = self._samples["code"]
        run = await self._call(
            "POST", f"/api/interviews/{self._id}/code-runs", json={"language": "python", "code": code}
        )
        verdicts = " ".join(result["verdict"] for result in run["results"])
        self._out.print(f"\n[bold]Code[/bold] {run['passed']} of {run['total']} tests: {verdicts}")

    def _voice(self, text: str) -> AsyncIterator[bytes]:
        if self._platform.speech is None:
            raise DemoFailedError("no speech engine answers; `prepai doctor` says why")
        return self._platform.speech.synthesizer.synthesize(text)

    async def _speak(self, pcm: bytes, events: AsyncIterator[Any], *, meant: str | None) -> None:
        """Send sound, wait until it is in the log; correct the transcript to what was `meant`, as a person would."""
        utterance = f"demo{next(self._turns)}"
        sound = pcm + _SILENCE
        for start in range(0, len(sound), FRAME_BYTES):
            await self._socket.frame(utterance, sound[start : start + FRAME_BYTES])
        async for event in _timely(events):
            if isinstance(event, p.Error):
                raise DemoFailedError(event.detail)
            if isinstance(event, p.TranscriptionCompleted) and not event.corrected:
                self._out.print(f"\n[bold]Candidate[/bold] {meant or event.text}")
                if meant:
                    self._out.print(
                        f"[dim]  (recognised as: “{escape(event.text)}”; the candidate corrects it)[/dim]"
                    )
                    await self._socket.say(event.item_id, meant)
                return
        raise DemoFailedError("the connection was closed while the candidate spoke")

    async def _report(self) -> int:
        report = await self._call("GET", f"/api/interviews/{self._id}/performance-report")
        transcript = await self._call("GET", f"/api/interviews/{self._id}/transcript")
        table = Table("", "score", "between", title="Report", title_justify="left", box=None)
        for name, value in [*report["scores"].items(), ("overall", report["overall"])]:
            interval = report["intervals"][name]
            between = f"{interval['low']} and {interval['high']}" if interval else ""
            table.add_row(name.replace("_", " "), "not assessed" if value is None else str(value), between)
        self._out.print()
        self._out.print(table)
        recommendation = report["recommendation"].replace("_", " ")
        self._out.print(f"recommendation: {recommendation}. {report['recommendation_reason']}")
        for kind in ("strengths", "improvements"):
            for entry in report[kind]:
                self._out.print(f"[bold]{kind[:-1]}[/bold] {entry['text']}")
        said = {item["item_id"]: item["text"] for item in transcript["items"]}
        quotes = [
            quote
            for question in report["evidence"]
            for point in question["key_points"]
            for quote in point["quotes"]
        ]
        loose = [q for q in quotes if said.get(q["turn_id"], "")[q["start"] : q["end"]] != q["text"]]
        self._out.print(f"{len(quotes)} quotes, {len(quotes) - len(loose)} of them stand in the transcript")
        return 1 if loose else 0

    async def _call(self, method: str, path: str, **given: Any) -> Any:
        response = await self._http.request(method, path, **given)
        if response.is_error:
            raise DemoFailedError(f"{method} {path}: {response.json()['detail']}")
        return response.json()


async def _timely(events: AsyncIterator[Any]) -> AsyncIterator[Any]:
    """The events; an end with a reason when none comes for a long time."""
    while True:
        try:
            async with asyncio.timeout(_NOBODY_ANSWERS_S):
                yield await anext(events)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise DemoFailedError(f"the platform said nothing for {_NOBODY_ANSWERS_S:.0f} seconds") from None


def _recordings(folder: Path) -> Iterator[bytes]:
    files = sorted(folder.glob("*.wav"))
    if not files:
        raise DemoFailedError(f"expected WAV files in {folder}, found none")
    return map(_read_wav, files)


def _read_wav(path: Path) -> bytes:
    with wave.open(str(path)) as file:
        if file.getsampwidth() != 2:
            raise DemoFailedError(f"{path.name}: expected 16-bit samples, got {file.getsampwidth() * 8}-bit")
        return _mono(file.readframes(file.getnframes()), file.getnchannels(), file.getframerate())


def _to_input_rate(pcm: bytes) -> bytes:
    return _mono(pcm, 1, p.OUTPUT_SAMPLE_RATE)


def _mono(pcm: bytes, channels: int, rate: int) -> bytes:
    import numpy as np  # noqa: PLC0415 (comes with soxr)

    samples = np.frombuffer(pcm, dtype="<i2").reshape(-1, channels).mean(axis=1).astype("<i2")
    return bytes(soxr.resample(samples, rate, p.INPUT_SAMPLE_RATE).astype("<i2").tobytes())


def _summary(profile: dict[str, Any]) -> str:
    if profile["analysis"]["status"] != "ok":
        return str(profile["analysis"].get("message", "nothing could be read"))
    resume = profile["resume"]
    name = resume.get("basics", {}).get("name", {}).get("value", "no name")
    return f"{name}, {len(resume.get('work', []))} jobs, {len(resume.get('skills', []))} skills"
