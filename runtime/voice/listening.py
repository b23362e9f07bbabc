"""Listening: microphone frames in, turns of speech out.

Frames are identified by utterance and index, so a frame sent twice counts once. What was said stays in the buffer
until it is in the log; silence is forgotten as it goes by.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from runtime.knowledge.bank import Patience
from runtime.voice.activity import WINDOW_MS, VoiceActivity
from runtime.voice.endpointing import (
    PADDING_MS,
    Endpointing,
    SpeechResumed,
    SpeechStarted,
    SpeechStopped,
    TurnEnded,
    patience_for,
)
from runtime.voice.protocol import INPUT_SAMPLE_RATE

_BYTES_PER_MS: Final = INPUT_SAMPLE_RATE * 2 // 1000
# Longer than any answer to an interview question; a turn this long is cut rather than held in memory for ever.
LONGEST_TURN_MS: Final = 10 * 60 * 1000


class FrameError(ValueError):
    """A frame that cannot be taken: broken sound, or frames missing before it."""


@dataclass(frozen=True, slots=True)
class SpokenTurn:
    """A turn as sound: PCM16, 16 kHz, mono, and the frames it came in."""

    item_id: str
    utterance_id: str
    last_index: int
    pcm: bytes


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Everything up to this frame is silence or belongs to an earlier turn."""

    utterance_id: str
    index: int


type Heard = SpeechStarted | SpeechStopped | SpeechResumed | SpokenTurn | Forgotten


class Listening:
    """One interview's ear. Not thread-safe: it lives in the event loop."""

    def __init__(self, received: dict[str, int]) -> None:
        # Indexes already in the log, per utterance: those frames are done with.
        self._logged = dict(received)
        self._utterance_id = ""
        self._next_index = 0
        self._patience: Patience = "normal"
        self._begin("")

    def _begin(self, utterance_id: str) -> None:
        self._utterance_id = utterance_id
        self._next_index = self._logged.get(utterance_id, -1) + 1
        self._activity = VoiceActivity()
        self._endpointing = Endpointing()
        self._set_patience("")
        self._sound = bytearray()
        self._sound_start_ms = 0  # stream time of the buffer's first byte
        self._frames: deque[tuple[int, int]] = deque()  # (index, stream time of the frame's end)
        self._starts: deque[tuple[int, int]] = deque()  # (index, stream time of the frame's start)
        self._item_id: str | None = None
        self._unheard_ms = 0

    @property
    def received(self) -> dict[str, int]:
        """Per utterance the last frame held or logged; the client sends from the next one on."""
        return (
            self._logged | {self._utterance_id: self._next_index - 1} if self._utterance_id else self._logged
        )

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

    def sound_so_far(self) -> bytes:
        """The open turn's sound up to now."""
        return bytes(self._sound) if self.in_turn else b""

    def set_patience(self, patience: Patience, trailing_text: str = "") -> None:
        """How long the question allows to think, and the words heard last."""
        self._patience = patience
        self._set_patience(trailing_text)

    def _set_patience(self, trailing_text: str) -> None:
        self._endpointing.set_patience(patience_for(self._patience, trailing_text))

    def grant_pause(self, pause_ms: int) -> None:
        self._endpointing.grant_pause(pause_ms)

    def frame(self, utterance_id: str, index: int, pcm: bytes) -> list[Heard]:
        """Take one frame. Raises `FrameError`; nothing is changed then."""
        if len(pcm) % 2:
            raise FrameError(f"expected whole 16-bit samples, got {len(pcm)} bytes")
        heard: list[Heard] = []
        if utterance_id != self._utterance_id:
            heard += self.finish()
            self._begin(utterance_id)
        if index < self._next_index:
            return heard  # sent twice
        if index > self._next_index:
            raise FrameError(
                f"expected frame {self._next_index} of utterance {utterance_id}, got {index}; send from there on"
            )
        self._next_index += 1
        return heard + self._take(pcm, index)

    def silence(self, duration_ms: int) -> list[Heard]:
        """Let time go by without frames: it counts as silence."""
        return self._take(bytes(duration_ms * _BYTES_PER_MS), None)

    def finish(self) -> list[Heard]:
        """End the open turn now."""
        return self._heard(self._endpointing.finish())

    def _take(self, pcm: bytes, index: int | None) -> list[Heard]:
        end_before = self._sound_start_ms + len(self._sound) // _BYTES_PER_MS
        self._sound += pcm
        if index is not None:
            end = self._sound_start_ms + len(self._sound) // _BYTES_PER_MS
            self._starts.append((index, end_before))
            self._frames.append((index, end))
        heard: list[Heard] = []
        for window in self._activity.feed(pcm):
            heard += self._heard(self._endpointing.advance(WINDOW_MS, window.speech))
        if self.in_turn and len(self._sound) >= LONGEST_TURN_MS * _BYTES_PER_MS:
            heard += self.finish()
        return heard + self._forget()

    def _heard(self, signals: list[SpeechStarted | SpeechStopped | SpeechResumed | TurnEnded]) -> list[Heard]:
        heard: list[Heard] = []
        for signal in signals:
            match signal:
                case SpeechStarted(at_ms=at_ms):
                    first = next((i for i, start in reversed(self._starts) if start <= at_ms), 0)
                    self._item_id = f"{self._utterance_id[:52]}-{first}"
                    heard.append(signal)
                case TurnEnded(start_ms=start_ms, end_ms=end_ms):
                    heard.append(self._cut(start_ms - PADDING_MS, end_ms + PADDING_MS))
                case _:
                    heard.append(signal)
        return heard

    def _cut(self, start_ms: int, end_ms: int) -> SpokenTurn:
        """The turn's sound, taken out of the buffer with all before it."""
        assert self._item_id is not None
        first = max(0, start_ms - self._sound_start_ms) * _BYTES_PER_MS
        last = max(0, end_ms - self._sound_start_ms) * _BYTES_PER_MS
        pcm = bytes(self._sound[first:last])
        ended = [index for index, end in self._frames if end <= end_ms]
        last_index = ended[-1] if ended else self._logged.get(self._utterance_id, -1)
        turn = SpokenTurn(self._item_id, self._utterance_id, last_index, pcm)
        self._logged[self._utterance_id] = max(last_index, self._logged.get(self._utterance_id, -1))
        self._item_id = None
        self._drop_before(end_ms)
        return turn

    def _forget(self) -> list[Heard]:
        """Drop silence that no turn can begin in any more."""
        if self.in_turn:
            return []
        # Speech counts only after it has lasted a while; that long, and the padding before it, must stay.
        keep_from = self._endpointing.now_ms - PADDING_MS - 1000
        forgotten = [index for index, end in self._frames if end <= keep_from]
        self._drop_before(keep_from)
        return [Forgotten(self._utterance_id, forgotten[-1])] if forgotten else []

    def _drop_before(self, stream_ms: int) -> None:
        drop_ms = stream_ms - self._sound_start_ms
        if drop_ms <= 0:
            return
        drop_ms = min(drop_ms, len(self._sound) // _BYTES_PER_MS)
        del self._sound[: drop_ms * _BYTES_PER_MS]
        self._sound_start_ms += drop_ms
        while self._frames and self._frames[0][1] <= self._sound_start_ms:
            self._frames.popleft()
            self._starts.popleft()
