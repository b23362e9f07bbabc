"""Spoken turns through the whole platform: `python -m benchmarks.speech DIR`.

Starts `prepai run`'s platform on a free port, sends every labelled recording of `DIR` through the socket
in 100 ms frames at the pace of a microphone, lets silence end the turn, and prints what came back and how long after
the last word it took. Times include the endpointing's patience; read them with the machine in mind.
"""

from __future__ import annotations

import argparse
import asyncio
import csv
import re
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import numpy as np
import soundfile
import soxr

from runtime.cli.laptop import laptop
from runtime.settings import LaptopSettings
from runtime.voice import protocol as p
from runtime.voice.client import FRAME_BYTES, InterviewSocket


@dataclass(frozen=True, slots=True)
class Turn:
    """One recording's outcome; times in seconds after the recording's last frame."""

    name: str
    text: str
    errors: int
    words: int
    parts: int
    transcript_s: float
    answer_s: float


async def measure(folder: Path) -> list[Turn]:
    """One interview per recording."""
    transcripts = dict(csv.reader((folder / "transcripts.tsv").open(), delimiter="\t"))
    with tempfile.TemporaryDirectory() as data:
        settings = LaptopSettings(port=0, data=Path(data))
        async with laptop(settings, report=lambda text: print(f"  {text}", file=sys.stderr)) as platform:
            serving = asyncio.create_task(platform.serve())
            turns = []
            for path in sorted(folder.iterdir()):
                if path.stem in transcripts and path.suffix in {".wav", ".flac"}:
                    turns.append(await _turn(platform.url, path, transcripts[path.stem]))
                    print(_line(turns[-1]), flush=True)
            platform.server.should_exit = True
            await serving
    return turns


async def _turn(url: str, path: Path, truth: str) -> Turn:
    samples, rate = soundfile.read(path, dtype="int16", always_2d=True)
    pcm = soxr.resample(samples[:, 0], rate, p.INPUT_SAMPLE_RATE).astype("<i2").tobytes()
    base = url.replace("localhost", "127.0.0.1")
    async with httpx.AsyncClient(base_url=base, trust_env=False, timeout=30) as http:
        body = {"interview_type": "Backend", "candidate_name": "Jo", "role": "Backend engineer"}
        interview_id = (await http.post("/api/sessions/create", json=body)).json()["session_id"]
        ticket = (await http.post(f"/api/interviews/{interview_id}/ticket")).json()["url"]
    socket = InterviewSocket()
    await socket.connect(ticket.replace("localhost", "127.0.0.1"))
    events = socket.events()
    async for event in events:
        if isinstance(event, p.ResponseDone):
            break
    speaking = asyncio.create_task(_speak(socket, pcm))
    said: list[str] = []
    transcript_at = 0.0
    async for event in events:
        match event:
            case p.TranscriptionCompleted(text=text):
                said.append(text)
                transcript_at = time.monotonic()
            case p.OutputAudioDelta() if said and speaking.done():
                break
            case _:
                pass
    answer_at = time.monotonic()
    ended_at = await speaking
    await socket.close()
    text = " ".join(said)
    wrong, words = _errors(text, truth)
    return Turn(path.name, text, wrong, words, len(said), transcript_at - ended_at, answer_at - ended_at)


async def _speak(socket: InterviewSocket, pcm: bytes) -> float:
    """Send the sound as a microphone would, then nothing: when the last frame went, in monotonic seconds."""
    begun = time.monotonic()
    for number, start in enumerate(range(0, len(pcm), FRAME_BYTES)):
        await asyncio.sleep(begun + number * 0.1 - time.monotonic())
        await socket.frame("mic", pcm[start : start + FRAME_BYTES])
    return time.monotonic()


def _errors(heard: str, truth: str) -> tuple[int, int]:
    """Word errors (Levenshtein over words), and how many words there are."""
    said, meant = (re.findall(r"[a-z']+", text.lower()) for text in (heard, truth))
    row = np.arange(len(said) + 1)
    for number, word in enumerate(meant, start=1):
        last = row.copy()
        row[0] = number
        for at, other in enumerate(said, start=1):
            row[at] = min(last[at] + 1, row[at - 1] + 1, last[at - 1] + (word != other))
    return int(row[-1]), len(meant)


def _line(turn: Turn) -> str:
    share = f"{turn.errors}/{turn.words} words wrong"
    times = f"transcript {turn.transcript_s:.1f} s, answer's first sound {turn.answer_s:.1f} s after the last frame"
    return f"{turn.name}: {turn.parts} turn(s), {share}; {times}\n    {turn.text}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path)
    folder = parser.parse_args().data
    if not (folder / "transcripts.tsv").exists():
        print(f"no labelled recordings in {folder}: expected transcripts.tsv and the clips it names")
        return 2
    turns = asyncio.run(measure(folder))
    wrong, words = sum(turn.errors for turn in turns), sum(turn.words for turn in turns)
    print(f"all: {wrong}/{words} words wrong ({wrong / words:.1%}) in {len(turns)} recordings")
    return 0


if __name__ == "__main__":
    sys.exit(main())
