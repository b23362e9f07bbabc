"""pocketsphinx in processes of its own.

The decoder keeps the interpreter's lock while it works (measured: an 11 s clip stops every other thread for
as long as it takes) and one decoder serves one utterance at a time, so each lives alone in a worker process.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import multiprocessing.connection
import os
import re
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Final, TypedDict

import numpy as np
from pocketsphinx import Decoder

RATE: Final = 16_000
_FRAME_MS: Final = 10
# Sentence ends, silence and noises: what the decoder hears between words.
_NOT_A_WORD: Final = re.compile(r"^(?:<.*>|\[.*\]|\+\+.*\+\+)$")
_PRONUNCIATION: Final = re.compile(r"\(\d+\)$")


class HeardWord(TypedDict):
    """One word; milliseconds from the first sample."""

    text: str
    start_ms: int
    end_ms: int


class Heard(TypedDict):
    """A transcript; `confidence` is the mean posterior of its words, null without words."""

    text: str
    words: list[HeardWord]
    confidence: float | None


class WorkerDied(Exception):  # noqa: N818 - says what happened
    """A worker process ended mid-utterance; new ones are being started."""


class Decoders:
    """A fixed number of warm decoders."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = self._start()
        self._ready = False

    @property
    def ready(self) -> bool:
        """Whether a decoder has loaded its model and decoded something."""
        return self._ready

    async def warm(self) -> None:
        """Load the models; returns once the first decoder has decoded half a second of silence."""
        await self.decode(bytes(RATE))
        self._ready = True

    async def decode(self, pcm: bytes) -> Heard:
        """The words in PCM16 16 kHz mono of whole samples. Raises WorkerDied."""
        pool = self._pool
        try:
            return await asyncio.get_running_loop().run_in_executor(pool, _decode, pcm)
        except BrokenProcessPool as died:
            # Every request that was in flight arrives here; the first one replaces the pool.
            if pool is self._pool:
                self._pool = self._start()
            raise WorkerDied("a decoder ended unexpectedly; send the request again") from died

    def close(self) -> None:
        """Stop taking work, and drop what is being decoded: nobody waits for it any more."""
        self._pool.shutdown(wait=False, cancel_futures=True)
        for worker in multiprocessing.active_children():
            worker.terminate()

    def _start(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            self._workers, mp_context=multiprocessing.get_context("spawn"), initializer=_load
        )


_decoder: Decoder | None = None


def _load() -> None:
    global _decoder  # noqa: PLW0603 - a worker process is its decoder
    threading.Thread(target=_end_with_parent, daemon=True).start()
    # Batch normalisation: by default each utterance's cepstral mean leaks into the next. Eight Gaussians
    # instead of four: a tenth slower, and steadier when the same sound is cut a little earlier or later.
    _decoder = Decoder(samprate=RATE, cmn="batch", topn=8, loglevel="FATAL")


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        multiprocessing.connection.wait([parent.sentinel])
        os._exit(1)


def _dithered(pcm: bytes) -> bytes:
    """The sound with exact zeros replaced by the faintest noise, always the same: it hears words in zeros."""
    samples = np.frombuffer(pcm, dtype=np.int16)
    noise = np.random.default_rng(1).integers(-1, 2, len(samples), dtype=np.int16)
    return np.where(samples == 0, noise, samples).tobytes()


def _decode(pcm: bytes) -> Heard:
    if _decoder is None:
        raise RuntimeError("expected a worker whose decoder is loaded")
    if not pcm:  # the decoder takes no empty buffer
        return {"text": "", "words": [], "confidence": None}
    # The noise estimate leaks, too: without this, the same sound gives other words after other sound.
    _decoder.reinit_feat()
    _decoder.start_utt()
    try:
        _decoder.process_raw(_dithered(pcm), no_search=False, full_utt=True)
    finally:
        _decoder.end_utt()  # one left open would refuse every later utterance
    words: list[HeardWord] = []
    posteriors: list[float] = []
    for segment in _decoder.seg() or ():
        if _NOT_A_WORD.match(segment.word):
            continue
        words.append(
            {
                "text": _PRONUNCIATION.sub("", segment.word),
                "start_ms": segment.start_frame * _FRAME_MS,
                "end_ms": (segment.end_frame + 1) * _FRAME_MS,
            }
        )
        posteriors.append(min(max(segment.prob, 0.0), 1.0))
    return {
        "text": " ".join(word["text"] for word in words),
        "words": words,
        "confidence": round(sum(posteriors) / len(posteriors), 3) if posteriors else None,
    }
