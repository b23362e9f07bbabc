"""The ear of a conversation: frames in, committed turns out.

Recognition begins at every pause, so that little is left to do when the turn has ended. A turn is recognised as a whole
while it is short, because recognizers do better with more; a long one in pieces that end at pauses, because the work
must grow with what is said and not with its square.

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
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from runtime.interview.events import TurnCommitted
from runtime.interview.store import Store, StoreUnavailableError
from runtime.knowledge.bank import Patience
from runtime.services.errors import RefusedError
from runtime.voice import protocol as p
from runtime.voice.endpointing import PADDING_MS, SpeechResumed, SpeechStarted, SpeechStopped
from runtime.voice.listening import BYTES_PER_MS, Forgotten, FrameError, Heard, Listening, SpokenTurn
from runtime.voice.ports import Recognizer, SpeechError, SpeechRejected, Transcript, joined
from runtime.voice.problem import problem

# Frames come every 100 ms; two missing ones are the network's jitter, more are silence.
_FRAME_GAP_S: Final = 0.25
# After a laptop's sleep an hour is missing; no turn needs more than the longest patience of it.
_LONGEST_GAP_S: Final = 10.0
_CAPTION_EVERY_S: Final = 1.2
# More than this is not recognised again for what follows it, and not captioned before its pause.
_LONG_PIECE_MS: Final = 10_000
# A pause between phrases: long enough to be no hesitation inside one, shorter than any question's patience.
_PIECE_PAUSE_MS: Final = 400
# Turns wait here for the recognizer; with more than these the socket is read no further.
_MOST_WAITING: Final = 4
_TRY_AGAIN_S: Final = 0.5


@dataclass(slots=True)
class _Piece:
    """What was said up to a pause: where it begins and ends, and its recognition under way."""

    start_ms: int
    end_ms: int
    transcript: asyncio.Task[Transcript]


type Send = Callable[[p.ServerEvent], Awaitable[None]]
type Commit = Callable[[TurnCommitted, float], Awaitable[None]]


class Ear:
    """Hears one interview. `commit` puts a turn into the log; `stir` is called at every sign of the candidate.

    `recording` says at each turn whether its sound is kept: consent can be withdrawn in the middle.
    """

    def __init__(
        self,
        interview_id: str,
        *,
        recognizer: Recognizer | None,
        store: Store,
        language: str,
        recording: Callable[[], bool],
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
        self._turns: asyncio.Queue[tuple[SpokenTurn, list[_Piece], float]] = asyncio.Queue(_MOST_WAITING)
        self._pieces: list[_Piece] = []
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
        if not self._listening.in_turn or self._recognizer is None:
            return
        if self._listening.paused_ms >= _PIECE_PAUSE_MS:
            self._recognize_piece(self._recognizer)
        elif now >= self._caption_at and (self._caption is None or self._caption.done()):
            self._caption_at = now + _CAPTION_EVERY_S
            self._caption = asyncio.create_task(self._caption_turn(self._recognizer))

    def _recognize_piece(self, recognizer: Recognizer) -> None:
        """Begin to recognise what was said up to this pause, once."""
        newest = self._pieces[-1] if self._pieces else None
        # With the padding that a turn gets, so that a turn without pauses is heard just as it will be cut.
        end_ms = self._listening.now_ms - self._listening.paused_ms + PADDING_MS
        if newest and end_ms <= newest.end_ms:
            return  # nothing was said since
        if newest and end_ms - newest.start_ms <= _LONG_PIECE_MS:
            if not newest.transcript.done():
                return  # one thing at a time; this pause, or the next, will do
            self._pieces.pop()  # recognised again, together with what came after it
        start_ms, sound = self._listening.sound_from(self._known_until)
        sound = sound[: (end_ms - start_ms) * BYTES_PER_MS]
        work = asyncio.create_task(recognizer.transcribe(sound, language=self._language))
        self._pieces.append(_Piece(start_ms, end_ms, work))
        self._caption = asyncio.create_task(self._caption_pieces())

    @property
    def _known_until(self) -> int:
        return self._pieces[-1].end_ms if self._pieces else 0

    async def close(self) -> None:
        """Stop recognising."""
        tasks: list[asyncio.Task[None] | asyncio.Task[Transcript]] = [p.transcript for p in self._pieces]
        if self._caption:
            tasks.append(self._caption)
        for task in tasks:
            task.cancel()
        if tasks:
            await asyncio.wait(tasks)

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
                    pieces, self._pieces = self._pieces, []
                    await self._turns.put((turn, pieces, time.monotonic()))

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
            turn, pieces, over_at = await self._turns.get()
            await self._transcribe(turn, pieces, over_at)
            self._uncommitted -= 1
            known = self._forgotten.get(turn.utterance_id, -1)
            self._forgotten[turn.utterance_id] = max(known, turn.last_index)
            await self._acknowledge()

    async def _transcribe(self, turn: SpokenTurn, pieces: list[_Piece], over_at: float) -> None:
        """The turn's words into the log, with its sound when the candidate agreed to that."""
        try:
            transcript = await self._join(turn, pieces)
        except SpeechError as error:
            # A spoken turn without words: its sound is kept where that was agreed, and the candidate can write
            # what they said by correcting it.
            transcript = Transcript(text="")
            await self._send(problem(503, "Recognizer", f"{error} Please type what you said."))
        while True:
            try:
                committed = await asyncio.to_thread(self._event, turn, transcript)
                await self._commit(committed, over_at)
            except StoreUnavailableError as error:
                await self._send(problem(503, "StoreUnavailable", str(error)))
                await asyncio.sleep(_TRY_AGAIN_S)
            except RefusedError as error:
                await self._send(problem(409, type(error).__name__.removesuffix("Error"), str(error)))
                return
            else:
                return

    async def _join(self, turn: SpokenTurn, pieces: list[_Piece]) -> Transcript:
        """The turn's words: of its pieces, and of what was said after the last of them."""
        if pieces and pieces[-1].end_ms < turn.speech_end_ms:
            newest = pieces[-1]
            if newest.transcript.done() and turn.speech_end_ms - newest.start_ms <= _LONG_PIECE_MS:
                pieces = pieces[:-1]  # short enough to be recognised again with what came after it
        heard = await asyncio.gather(*(piece.transcript for piece in pieces), return_exceptions=True)
        parts = [
            (piece.start_ms - turn.start_ms, transcript)
            for piece, transcript in zip(pieces, heard, strict=True)
            if isinstance(transcript, Transcript)
        ]
        if len(parts) < len(pieces):
            parts, pieces = [], []  # one of them failed: once more, all of it
        known_until = pieces[-1].end_ms if pieces else turn.start_ms
        if turn.speech_end_ms > known_until:
            rest_ms = known_until - turn.start_ms
            parts.append((rest_ms, await self._recognize(turn.pcm[rest_ms * BYTES_PER_MS :])))
        return joined(parts)

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
        if self._recording():
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
        """A live caption of what is being spoken; a courtesy, so a failure is silent."""
        known = list(self._pieces)
        if known and self._listening.now_ms - known[-1].start_ms <= _LONG_PIECE_MS:
            known.pop()
        start_ms, sound = self._listening.sound_from(known[-1].end_ms if known else 0)
        if self._listening.now_ms - start_ms > _LONG_PIECE_MS:
            return
        with contextlib.suppress(SpeechError):
            begun = time.monotonic()
            item_id, so_far = self._listening.item_id, await self._text_of(known)
            transcript = await recognizer.transcribe(sound, language=self._language)
            # A slow engine gets fewer captions to make: never more than half its time.
            self._caption_at = time.monotonic() + (time.monotonic() - begun)
            await self._show(item_id, f"{so_far} {transcript.text}".strip())

    async def _caption_pieces(self) -> None:
        """The caption of everything said up to a pause."""
        with contextlib.suppress(SpeechError):
            item_id = self._listening.item_id
            await self._show(item_id, await self._text_of(self._pieces))

    async def _text_of(self, pieces: Sequence[_Piece]) -> str:
        return joined([(0, await asyncio.shield(piece.transcript)) for piece in tuple(pieces)]).text

    async def _show(self, item_id: str | None, text: str) -> None:
        if item_id and self._listening.item_id == item_id and text:
            await self._send(p.TranscriptionDelta(item_id=item_id, text=text))
            self._listening.set_patience(self._patience, text)
