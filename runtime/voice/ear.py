"""The ear of a conversation: frames in, committed turns out.

A turn is acknowledged when it is in the log and not before: frames are acknowledged in order, so silence that follows
a turn waits for it. A store that is unavailable is asked again until it has the turn.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import time
from collections.abc import Awaitable, Callable
from typing import Final

from runtime.interview.events import TurnCommitted
from runtime.interview.store import Store, StoreUnavailableError
from runtime.knowledge.bank import Patience
from runtime.services.errors import RefusedError
from runtime.voice import protocol as p
from runtime.voice.endpointing import SpeechResumed, SpeechStarted, SpeechStopped
from runtime.voice.listening import Forgotten, FrameError, Heard, Listening, SpokenTurn
from runtime.voice.ports import Recognizer, SpeechError, SpeechRejected, Transcript
from runtime.voice.problem import problem

# Frames come every 100 ms; two missing ones are the network's jitter, more are silence.
_FRAME_GAP_S: Final = 0.25
# After a laptop's sleep an hour is missing; no turn needs more than the longest patience of it.
_LONGEST_GAP_S: Final = 10.0
_CAPTION_EVERY_S: Final = 1.2
# Turns wait here for the recognizer; with more than these the socket is read no further.
_MOST_WAITING: Final = 4
_TRY_AGAIN_S: Final = 0.5

type Send = Callable[[p.ServerEvent], Awaitable[None]]
type Commit = Callable[[TurnCommitted], Awaitable[None]]


class Ear:
    """Hears one interview. `commit` puts a turn into the log; `stir` is called at every sign of the candidate."""

    def __init__(
        self,
        interview_id: str,
        *,
        recognizer: Recognizer | None,
        store: Store,
        language: str,
        recording: bool,
        received: dict[str, int],
        send: Send,
        commit: Commit,
        stir: Callable[[], None],
    ) -> None:
        self._interview_id = interview_id
        self._recognizer = recognizer
        self._store = store
        self._language = language
        self._recording = recording
        self._send = send
        self._commit = commit
        self._stir = stir
        self._listening = Listening(received, language=language)
        self._turns: asyncio.Queue[SpokenTurn] = asyncio.Queue(_MOST_WAITING)
        self._uncommitted = 0
        self._forgotten: dict[str, int] = {}
        self._patience: Patience = "normal"
        self._frame_at = 0.0
        self._caption: asyncio.Task[None] | None = None
        self._caption_at = 0.0

    @property
    def received(self) -> dict[str, int]:
        """Per utterance the last frame that need not be sent again while this process lives."""
        return self._listening.received

    @property
    def busy(self) -> bool:
        """Whether something is being said, or was said and is not in the log yet."""
        return self._listening.in_turn or self._uncommitted > 0

    @property
    def in_turn(self) -> bool:
        return self._listening.in_turn

    def heard_lately(self, now: float) -> bool:
        """Whether a microphone is open: frames came in the last seconds."""
        return self._recognizer is not None and now - self._frame_at < 5.0

    def wait_for(self, patience: Patience) -> None:
        """Be as patient as the question that was just asked."""
        self._patience = patience
        self._listening.set_patience(patience)

    def grant_pause(self, pause_ms: int) -> None:
        """The candidate asked for time to think."""
        self._listening.grant_pause(pause_ms)

    def resume(self) -> None:
        """A connection is there again: time counts from now."""
        self._frame_at = time.monotonic()

    async def frame(self, event: p.InputAudioBufferAppend) -> None:
        """Take a frame of sound. Raises `FrameError`."""
        if self._recognizer is None:
            raise FrameError("no speech engine answers in this session; type instead")
        try:
            pcm = base64.b64decode(event.audio, validate=True)
        except ValueError as error:
            raise FrameError("expected base64 sound") from error
        self._frame_at = time.monotonic()
        await self._hear(self._listening.frame(event.utterance_id, event.index, pcm))

    async def finish(self) -> None:
        """End the open turn now."""
        await self._hear(self._listening.finish())

    async def tick(self, now: float) -> None:
        """Count missing frames as silence, and caption what is being said."""
        missing = min(now - self._frame_at, _LONGEST_GAP_S)
        if self._listening.in_turn and missing > _FRAME_GAP_S:
            self._frame_at = now
            await self._hear(self._listening.silence(round(missing * 1000)))
        idle = self._caption is None or self._caption.done()
        if self._listening.in_turn and idle and now >= self._caption_at and self._recognizer:
            self._caption_at = now + _CAPTION_EVERY_S
            self._caption = asyncio.create_task(self._caption_turn(self._recognizer))

    async def close(self) -> None:
        """Stop captioning."""
        if self._caption:
            self._caption.cancel()
            await asyncio.wait([self._caption])

    async def _hear(self, heard: list[Heard]) -> None:
        for what in heard:
            utterance_id = self._listening.utterance_id
            match what:
                case SpeechStarted(at_ms=at_ms) | SpeechResumed(at_ms=at_ms):
                    self._stir()
                    await self._send(p.SpeechStarted(utterance_id=utterance_id, audio_start_ms=at_ms))
                case SpeechStopped(at_ms=at_ms):
                    self._stir()
                    await self._send(p.SpeechStopped(utterance_id=utterance_id, audio_end_ms=at_ms))
                case Forgotten(utterance_id=forgotten_id, index=index):
                    self._forgotten[forgotten_id] = index
                    await self._acknowledge()
                case SpokenTurn() as turn:
                    self._stir()
                    self._uncommitted += 1
                    await self._send(p.BufferCommitted(item_id=turn.item_id, utterance_id=turn.utterance_id))
                    await self._turns.put(turn)

    async def _acknowledge(self) -> None:
        """Let the client forget, but nothing that comes after a turn which is not in the log yet."""
        if self._uncommitted:
            return
        forgotten, self._forgotten = self._forgotten, {}
        for utterance_id, index in forgotten.items():
            await self._send(p.Ack(utterance_id=utterance_id, index=index))

    async def transcribe_turns(self) -> None:
        """The worker: turns one after the other, for ever."""
        while True:
            turn = await self._turns.get()
            await self._transcribe(turn)
            self._uncommitted -= 1
            known = self._forgotten.get(turn.utterance_id, -1)
            self._forgotten[turn.utterance_id] = max(known, turn.last_index)
            await self._acknowledge()

    async def _transcribe(self, turn: SpokenTurn) -> None:
        """The turn's words into the log, with its sound when the candidate agreed to that."""
        try:
            transcript = await self._recognize(turn.pcm)
        except SpeechError as error:
            # A spoken turn without words: its sound is kept where that was agreed, and the candidate can write
            # what they said by correcting it.
            transcript = Transcript(text="")
            await self._send(problem(503, "Recognizer", f"{error} Please type what you said."))
        while True:
            try:
                committed = await asyncio.to_thread(self._event, turn, transcript)
                await self._commit(committed)
            except StoreUnavailableError as error:
                await self._send(problem(503, "StoreUnavailable", str(error)))
                await asyncio.sleep(_TRY_AGAIN_S)
            except RefusedError as error:
                await self._send(problem(409, type(error).__name__.removesuffix("Error"), str(error)))
                return
            else:
                return

    async def _recognize(self, pcm: bytes) -> Transcript:
        assert self._recognizer is not None
        try:
            return await self._recognizer.transcribe(pcm, language=self._language)
        except SpeechRejected:
            raise
        except SpeechError:
            # Engines are started again when they crash; the second try meets the new one.
            await asyncio.sleep(_TRY_AGAIN_S)
            return await self._recognizer.transcribe(pcm, language=self._language)

    def _event(self, turn: SpokenTurn, transcript: Transcript) -> TurnCommitted:
        audio = words = None
        if self._recording:
            # Named by its digest, so that no turn's sound can take another's place.
            name = hashlib.sha256(turn.pcm).hexdigest()[:16]
            prefix = f"sessions/{self._interview_id}/audio/{name}"
            audio = self._store.put_blob(f"{prefix}.pcm", turn.pcm, media_type="audio/l16;rate=16000")
            times = [[word.text, word.start_ms, word.end_ms] for word in transcript.words]
            body = json.dumps(times).encode()
            words_name = hashlib.sha256(body).hexdigest()[:16]
            words = self._store.put_blob(
                f"sessions/{self._interview_id}/audio/{words_name}.json", body, media_type="application/json"
            )
        return TurnCommitted(
            item_id=turn.item_id,
            text=transcript.text,
            modality="voice",
            utterance_id=turn.utterance_id,
            last_index=turn.last_index,
            audio=audio,
            words=words,
            confidence=transcript.confidence,
        )

    async def _caption_turn(self, recognizer: Recognizer) -> None:
        """A live caption of the turn that is being spoken; captions are a courtesy, so a failure is silent."""
        item_id = self._listening.item_id
        with contextlib.suppress(SpeechError):
            begun = time.monotonic()
            transcript = await recognizer.transcribe(self._listening.sound_so_far(), language=self._language)
            # A slow engine gets fewer captions to make: never more than half its time.
            self._caption_at = time.monotonic() + (time.monotonic() - begun)
            if item_id and self._listening.item_id == item_id and transcript.text:
                await self._send(p.TranscriptionDelta(item_id=item_id, text=transcript.text))
                self._listening.set_patience(self._patience, transcript.text)
