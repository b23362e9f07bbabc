"""The real engines, end to end: processes, sound, voice activity, endpointing."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import numpy as np
import pytest
import soxr

from runtime.local.speech import EmbeddedSpeech, embedded_speech
from runtime.voice.activity import WINDOW_MS, VoiceActivity
from runtime.voice.endpointing import PADDING_MS, PATIENCE_MS, Endpointing, Signal, TurnEnded
from runtime.voice.ports import SpeechUnavailable

FIRST = "Yesterday the president talked about the economy."
SECOND = "The customer wants to know the price of the house."


async def spoken_at_16_khz(engines: EmbeddedSpeech, text: str) -> bytes:
    pcm = b"".join([piece async for piece in engines.synthesizer.synthesize(text)])
    samples = np.frombuffer(pcm, dtype=np.int16)
    resampled: bytes = soxr.resample(samples, 24_000, 16_000).tobytes()
    return resampled


def silence(ms: int) -> bytes:
    return bytes(ms * 32)


async def frames(pcm: bytes) -> AsyncIterator[bytes]:
    for at in range(0, len(pcm), 3_200):
        yield pcm[at : at + 3_200]


def test_spoken_sentences_become_turns_and_then_words() -> None:
    async def interview() -> tuple[list[TurnEnded], list[str]]:
        async with embedded_speech(report=lambda _: None) as engines:
            one, other = await asyncio.gather(*(spoken_at_16_khz(engines, text) for text in (FIRST, SECOND)))
            pcm = silence(500) + one + silence(3_000) + other + silence(3_000)
            activity, endpointing = VoiceActivity(), Endpointing(PATIENCE_MS["normal"])
            signals: list[Signal] = []
            async for frame in frames(pcm):
                for window in activity.feed(frame):
                    signals += endpointing.advance(WINDOW_MS, window.speech)
            ended = [signal for signal in signals if isinstance(signal, TurnEnded)]
            heard = [
                await engines.recognizer.transcribe(
                    pcm[(turn.start_ms - PADDING_MS) * 32 : (turn.end_ms + PADDING_MS) * 32]
                )
                for turn in ended
            ]
            return ended, [transcript.text for transcript in heard]

    turns, texts = asyncio.run(interview())
    assert len(turns) == 2
    assert "president" in texts[0]
    assert "customer" in texts[1]


def command_lines(parent: int) -> dict[int, list[str]]:
    """The processes that `parent` has started, by their id."""
    found = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            if int(stat.read_text().rpartition(")")[2].split()[1]) == parent:
                found[int(stat.parent.name)] = (stat.parent / "cmdline").read_text().split("\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def children() -> dict[str, int]:
    """The engines this process has started, by module."""
    return {
        arguments[arguments.index("-m") + 1]: pid
        for pid, arguments in command_lines(os.getpid()).items()
        if "-m" in arguments
    }


needs_proc = pytest.mark.skipif(sys.platform != "linux", reason="finds the child processes in /proc")


@needs_proc
def test_a_crashed_engine_is_started_again_at_the_same_address() -> None:
    async def crash() -> tuple[str, str, bytes, list[str]]:
        told: list[str] = []
        again = asyncio.Event()

        def report(line: str) -> None:
            told.append(line)
            if line == "espeak-ng is ready again":
                again.set()

        async with embedded_speech(report=report) as engines:
            before = engines.synthesizer.url
            os.kill(children()["models.embedded.synthesizer"], signal.SIGKILL)
            await asyncio.wait_for(again.wait(), timeout=60)
            return before, engines.synthesizer.url, await spoken_at_16_khz(engines, "hello"), told

    before, after, sound, told = asyncio.run(crash())
    assert before == after
    assert sound
    assert any("espeak-ng stopped unexpectedly (exit code -9)" in line for line in told)


@needs_proc
def test_a_decoder_that_dies_costs_one_request() -> None:
    async def lose_a_decoder() -> str:
        async with embedded_speech(report=lambda _: None) as engines:
            sound = await spoken_at_16_khz(engines, FIRST)
            for pid, arguments in command_lines(children()["models.embedded.recognizer"]).items():
                if "--multiprocessing-fork" in arguments:
                    os.kill(pid, signal.SIGKILL)
            with pytest.raises(SpeechUnavailable, match="503"):
                await engines.recognizer.transcribe(sound)
            return (await engines.recognizer.transcribe(sound)).text

    assert "president" in asyncio.run(lose_a_decoder())


@needs_proc
def test_engines_are_gone_when_they_are_no_longer_needed() -> None:
    async def start_and_stop() -> int:
        async with embedded_speech(report=lambda _: None):
            return len(children())

    assert asyncio.run(start_and_stop()) == 2
    assert children() == {}


@pytest.mark.parametrize("module", ["models.embedded.recognizer", "models.embedded.synthesizer"])
def test_an_engine_does_not_outlive_its_parents_pipe(module: str) -> None:
    with subprocess.Popen(
        [sys.executable, "-m", module, "--port", "0", "--exit-with-parent"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as engine:
        assert engine.stdout is not None
        assert engine.stdin is not None
        assert engine.stderr is not None
        assert engine.stdout.readline().startswith('{"port": ')
        engine.stdin.close()

        assert engine.wait(timeout=30) == 0
        assert engine.stderr.read() == ""


PLATFORM = """
import asyncio
from runtime.local.speech import embedded_speech

async def platform():
    async with embedded_speech(report=lambda _: None) as engines:
        print(engines.recognizer.url, engines.synthesizer.url, flush=True)
        await asyncio.sleep(600)

asyncio.run(platform())
"""


def answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/ping", trust_env=False).is_success
    except httpx.HTTPError:
        return False


def test_engines_end_with_a_platform_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", PLATFORM], stdout=subprocess.PIPE, text=True) as platform:
        assert platform.stdout is not None
        urls = platform.stdout.readline().split()
        assert [answers(url) for url in urls] == [True, True]
        platform.kill()

    deadline = time.monotonic() + 30
    while any(answers(url) for url in urls):
        assert time.monotonic() < deadline
        time.sleep(0.05)
