"""Listening: microphone frames in, turns of speech out.

Frames are identified by utterance and index, so a frame sent twice counts once. What was said stays in the buffer
until its turn is cut out of it; silence is forgotten as it goes by. Pure of I/O: what is heard is returned.
"""

from __future__ import annotations

import hashlib
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from runtime.knowledge.bank import Patience
from runtime.voice.activity import WINDOW_MS, VoiceActivity
from runtime.voice.endpointing import (
    PADDING_MS,
    Endpointing,
    Signal,
    SpeechResumed,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
    patience_for,
)
from runtime.voice.protocol import INPUT_SAMPLE_RATE

BYTES_PER_MS: Final = INPUT_SAMPLE_RATE * 2 // 1000
# Longer than any answer to an interview question; a turn this long is cut rather than held in memory for ever.
LONGEST_TURN_MS: Final = 10 * 60 * 1000
# Speech counts only after it has lasted a while; that much, and the padding before it, must stay in the buffer.
_KEEP_MS: Final = PADDING_MS + 1000
_LONGEST_NAME: Final = 48


class FrameError(ValueError):
    """A frame that cannot be taken: broken sound, or frames missing before it. Nothing is changed by it."""


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn as sound: PCM16, 16 kHz, mono, and the frames it came in.

    `start_ms`: where `pcm` begins in the utterance's own time; `speech_end_ms`: where its last speech ends.
    """

    item_id: str
    utterance_id: str
    last_index: int
    pcm: bytes
    start_ms: int
    speech_end_ms: int


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Everything up to this frame is silence, or belongs to turns that were cut out before."""

    utterance_id: str
    index: int


type Heard = SpeechStarted | SpeechStopped | SpeechResumed | SpokenTurn | Forgotten


@dataclass(frozen=True, slots=True)
class _Frame:
    index: int
    start_ms: int
    end_ms: int


class Listening:
    """One interview's ear. Not thread-safe: it lives in the event loop."""

    def __init__(self, received: dict[str, int], *, language: str = "en") -> None:
        """`received`: per utterance the last frame that is in the log already."""
        self._language = language
        self._next = {utterance_id: index + 1 for utterance_id, index in received.items()}
        self._finished: set[str] = set()
        self._utterance_id = ""
        self._patience: Patience = "normal"
        # A voice detector takes 2.5 MB, which an interview that is typed never needs.
        self._activity: VoiceActivity | None = None
        self._begin("")

    def _begin(self, utterance_id: str) -> None:
        self._utterance_id = utterance_id
        if self._activity:
            self._activity.reset()
        self._endpointing = Endpointing()
        self.set_patience(self._patience)
        self._sound = bytearray()
        self._sound_start_ms = 0  # stream time of the buffer's first byte
        self._frames: deque[_Frame] = deque()
        self._item_id: str | None = None
        self._turn_start_ms = 0
        self._stopped_at: int | None = None

    @property
    def received(self) -> dict[str, int]:
        """Per utterance the last frame that was taken; the client sends from the next one on."""
        return {utterance_id: index - 1 for utterance_id, index in self._next.items() if index}

    @property
    def utterance_id(self) -> str:
        return self._utterance_id

    @property
    def in_turn(self) -> bool:
        return self._endpointing.in_turn

    @property
    def item_id(self) -> str | None:
        """The item that the open turn will be."""
        return self._item_id

    @property
    def now_ms(self) -> int:
        """The utterance's own time: how much of it was heard, silence of missing frames included."""
        return self._end_ms

    @property
    def paused_ms(self) -> int:
        """How long the open turn has been silent; 0 while somebody speaks."""
        return self._endpointing.now_ms - self._stopped_at if self._stopped_at is not None else 0

    def sound_from(self, start_ms: int) -> tuple[int, bytes]:
        """The open turn's sound from `start_ms` on, and where it really begins (what came before may be gone)."""
        first = max(start_ms, self._turn_start_ms, self._sound_start_ms)
        return first, bytes(self._sound[(first - self._sound_start_ms) * BYTES_PER_MS :])

    def set_patience(self, patience: Patience, trailing_text: str = "") -> None:
        """How long the question allows to think, and the words heard last."""
        self._patience = patience
        self._endpointing.set_patience(patience_for(patience, trailing_text, language=self._language))

    def grant_pause(self, pause_ms: int) -> None:
        self._endpointing.grant_pause(pause_ms)

    def frame(self, utterance_id: str, index: int, pcm: bytes) -> list[Heard]:
        """Take one frame. Raises `FrameError`."""
        if len(pcm) % 2:
            raise FrameError(f"expected whole 16-bit samples, got {len(pcm)} bytes")
        expected = self._next.get(utterance_id, 0)
        if index < expected or utterance_id in self._finished:
            return []  # sent twice, or the end of a microphone that was closed since
        if index > expected:
            raise FrameError(
                f"expected frame {expected} of utterance {utterance_id}, got {index}; send from there on"
            )
        heard = self._switch(utterance_id) if utterance_id != self._utterance_id else []
        self._next[utterance_id] = index + 1
        return heard + self._take(pcm, index)

    def _switch(self, utterance_id: str) -> list[Heard]:
        """A microphone was opened anew: what was being said into the one before is a turn."""
        before = self._utterance_id
        heard = self.finish()
        if before:
            self._finished.add(before)
            heard.append(Forgotten(before, self._next[before] - 1))
        self._begin(utterance_id)
        return heard

    def silence(self, duration_ms: int) -> list[Heard]:
        """Let time go by without frames: it counts as silence."""
        return self._take(bytes(duration_ms * BYTES_PER_MS), None)

    def finish(self) -> list[Heard]:
        """End the open turn now."""
        return self._heard(self._endpointing.finish())

    def _take(self, pcm: bytes, index: int | None) -> list[Heard]:
        start_ms = self._end_ms
        self._sound += pcm
        if index is not None:
            self._frames.append(_Frame(index, start_ms, self._end_ms))
        heard: list[Heard] = []
        self._activity = self._activity or VoiceActivity()
        for window in self._activity.feed(pcm):
            heard += self._heard(self._endpointing.advance(WINDOW_MS, window.speech))
        if self.in_turn and len(self._sound) >= LONGEST_TURN_MS * BYTES_PER_MS:
            heard += self.finish()
        return heard + self._forget()

    @property
    def _end_ms(self) -> int:
        return self._sound_start_ms + len(self._sound) // BYTES_PER_MS

    def _heard(self, signals: Sequence[Signal]) -> list[Heard]:
        heard: list[Heard] = []
        for signal in signals:
            match signal:
                case SpeechStarted(at_ms=at_ms):
                    self._item_id = self._name_at(at_ms)
                    self._turn_start_ms = max(0, at_ms - PADDING_MS)
                    heard.append(signal)
                case SpeechStopped(at_ms=at_ms):
                    self._stopped_at = at_ms
                    heard.append(signal)
                case SpeechResumed():
                    self._stopped_at = None
                    heard.append(signal)
                case TurnEnded(end_ms=end_ms):
                    self._stopped_at = None
                    heard.append(self._cut(end_ms))
        return heard

    def _name_at(self, at_ms: int) -> str:
        """An item id from the frame that the turn begins in."""
        began = next((frame.index for frame in reversed(self._frames) if frame.start_ms <= at_ms), None)
        if began is None:
            began = self._next.get(self._utterance_id, 0)
        name = self._utterance_id
        if len(name) > _LONGEST_NAME:
            name = hashlib.sha256(name.encode()).hexdigest()[:_LONGEST_NAME]
        return f"{name}-{began}"

    def _cut(self, speech_end_ms: int) -> SpokenTurn:
        """The turn's sound, taken out of the buffer with all before it."""
        assert self._item_id is not None
        end_ms = speech_end_ms + PADDING_MS
        start_ms, sound = self.sound_from(self._turn_start_ms)
        ended = [frame.index for frame in self._frames if frame.end_ms <= end_ms]
        last_index = ended[-1] if ended else self._next.get(self._utterance_id, 0) - 1
        turn = SpokenTurn(
            item_id=self._item_id,
            utterance_id=self._utterance_id,
            last_index=last_index,
            pcm=sound[: max(0, end_ms - start_ms) * BYTES_PER_MS],
            start_ms=start_ms,
            speech_end_ms=speech_end_ms,
        )
        self._item_id = None
        self._drop_before(end_ms)
        return turn

    def _forget(self) -> list[Heard]:
        """Drop silence that no turn can begin in any more."""
        if self.in_turn:
            return []
        keep_from = self._endpointing.now_ms - _KEEP_MS
        forgotten = [frame.index for frame in self._frames if frame.end_ms <= keep_from]
        self._drop_before(keep_from)
        return [Forgotten(self._utterance_id, forgotten[-1])] if forgotten else []

    def _drop_before(self, stream_ms: int) -> None:
        drop_ms = min(stream_ms - self._sound_start_ms, len(self._sound) // BYTES_PER_MS)
        if drop_ms <= 0:
            return
        del self._sound[: drop_ms * BYTES_PER_MS]
        self._sound_start_ms += drop_ms
        while self._frames and self._frames[0].end_ms <= self._sound_start_ms:
            self._frames.popleft()
