"""The mouth of a conversation: a move becomes text as it comes and sound sentence by sentence."""

from __future__ import annotations

import asyncio
import base64
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

from runtime.interview.interview import Interview, Move
from runtime.interview.interviewer import Interviewer
from runtime.interview.plan import Plan
from runtime.voice import protocol as p
from runtime.voice.connection import Connection
from runtime.voice.ports import SpeechError, Synthesizer
from runtime.voice.replay import coding_task, done
from runtime.voice.sentences import sentences

_PIECE_BYTES: Final = 19_200  # 400 ms of output; 25,600 characters of base64
_BYTES_PER_MS: Final = p.OUTPUT_SAMPLE_RATE * 2 / 1000
# A client reports how much of an item was heard soon after it was said.
_REMEMBERED: Final = 16


@dataclass(slots=True)
class _Spoken:
    """A sentence that was sent as sound, and how much of it so far."""

    text: str
    ms: float = 0.0


class Mouth:
    """Says moves, one at a time; each can be cut off."""

    def __init__(self, interviewer: Interviewer, synthesizer: Synthesizer | None) -> None:
        self._interviewer = interviewer
        self._synthesizer = synthesizer
        self._speech: asyncio.Task[None] | None = None
        self._spoken: OrderedDict[str, list[_Spoken]] = OrderedDict()

    @property
    def speaking(self) -> bool:
        return self._speech is not None and not self._speech.done()

    def hush(self) -> None:
        """Stop speaking; `say` returns then."""
        if self._speech:
            self._speech.cancel()

    async def say(
        self, seq: int, move: Move, interview: Interview, plan: Plan | None, connection: Connection
    ) -> float:
        """Say a move to its end or until `hush`; the milliseconds of sound that were sent."""
        self._spoken[move.item_id] = []
        while len(self._spoken) > _REMEMBERED:
            self._spoken.popitem(last=False)
        self._speech = asyncio.create_task(self._say(seq, move, interview, plan, connection))
        await asyncio.wait([self._speech])
        if self._speech.cancelled():
            # The text stands as it is in the log; its sound stops here.
            await connection.send(done(seq, move).model_copy(update={"status": "cancelled"}))
        elif error := self._speech.exception():
            raise error
        return sum(sentence.ms for sentence in self._spoken.get(move.item_id, ()))

    def heard(self, move: Move, heard_ms: int) -> str:
        """The words of a move that fit into `heard_ms` of its sound; all of them when their timing is not known."""
        spoken = self._spoken.get(move.item_id)
        if spoken is None:
            return move.text
        words: list[str] = []
        left = float(heard_ms)
        for sentence in spoken:
            if left <= 0:
                break
            said = sentence.text.split()
            share = min(1.0, left / sentence.ms) if sentence.ms else 0.0
            words += said[: round(len(said) * share)]
            left -= sentence.ms
        return " ".join(words)

    async def _say(
        self, seq: int, move: Move, interview: Interview, plan: Plan | None, connection: Connection
    ) -> None:
        await connection.send(p.ResponseCreated(item_id=move.item_id, move=move.kind))
        if move.kind == "coding_task" and (task := coding_task(seq, move.task_id, plan)):
            await connection.send(task)
        synthesizer = self._synthesizer if connection.audio else None
        failed: str | None = None
        async for sentence in sentences(self._interviewer.say(move, interview)):
            await connection.send(p.OutputTextDelta(item_id=move.item_id, delta=sentence))
            if synthesizer and failed is None:
                try:
                    await self._voice(synthesizer, move.item_id, sentence, interview, connection)
                except SpeechError as error:
                    failed = str(error)
        if synthesizer:
            await connection.send(p.OutputAudioDone(item_id=move.item_id, failed=failed))
        await connection.send(done(seq, move))

    async def _voice(
        self,
        synthesizer: Synthesizer,
        item_id: str,
        sentence: str,
        interview: Interview,
        connection: Connection,
    ) -> None:
        spoken = _Spoken(sentence)
        self._spoken[item_id].append(spoken)
        async for pcm in synthesizer.synthesize(sentence, language=interview.created.language):
            for start in range(0, len(pcm), _PIECE_BYTES):
                piece = base64.b64encode(pcm[start : start + _PIECE_BYTES]).decode()
                await connection.send(p.OutputAudioDelta(item_id=item_id, delta=piece))
            spoken.ms += len(pcm) / _BYTES_PER_MS
