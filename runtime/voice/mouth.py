"""The mouth of a conversation: a move becomes text as it comes and sound sentence by sentence."""

from __future__ import annotations

import asyncio
import base64
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import Final

from runtime.interview.delivery import Delivery
from runtime.interview.events import MoveSaid
from runtime.interview.interview import Interview, Move
from runtime.interview.interviewer import Interviewer
from runtime.interview.plan import Plan
from runtime.interview.sentences import sentences
from runtime.voice import protocol as p
from runtime.voice.connection import Connection
from runtime.voice.ports import SpeechError, Synthesizer
from runtime.voice.replay import coding_task, done

_PIECE_BYTES: Final = 19_200  # 400 ms of output; 25,600 characters of base64
_BYTES_PER_MS: Final = p.OUTPUT_SAMPLE_RATE * 2 / 1000
# A client reports how much of an item was heard soon after it was said.
_REMEMBERED: Final = 16


type Note = Callable[[MoveSaid], Awaitable[None]]
"""Takes down what was said of a move in words that the log does not hold yet."""


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
        # When the candidate could first notice the newest move: by its sound, or by its text where it has none.
        self.noticed_at: float | None = None

    @property
    def speaking(self) -> bool:
        return self._speech is not None and not self._speech.done()

    def hush(self) -> None:
        """Stop speaking; `say` returns then."""
        if self._speech:
            self._speech.cancel()

    async def say(
        self,
        seq: int,
        move: Move,
        interview: Interview,
        plan: Plan | None,
        connection: Connection,
        note: Note,
    ) -> float:
        """Say a move to its end or until `hush`; the milliseconds of sound that were sent.

        `note` is called once, before the move's question, if its opening was said in other words than the authored.
        """
        self.noticed_at = None
        self._spoken[move.item_id] = []
        while len(self._spoken) > _REMEMBERED:
            self._spoken.popitem(last=False)
        delivery = Delivery(
            interviewer=self._interviewer,
            move=move,
            interview=interview,
            plan=plan,
        )
        saying = _Saying(seq, move, interview, connection, delivery, note)
        self._speech = asyncio.create_task(self._say(saying, plan))
        await asyncio.wait([self._speech])
        await saying.take_note()
        if self._speech.cancelled():
            # The text stands as it is in the log; its sound stops here.
            await connection.send(done(seq, saying.moved).model_copy(update={"status": "cancelled"}))
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

    async def _say(self, saying: _Saying, plan: Plan | None) -> None:
        move, connection = saying.move, saying.connection
        await connection.send(p.ResponseCreated(item_id=move.item_id, move=move.kind))
        if move.kind == "coding_task" and (task := coding_task(saying.seq, move.task_id, plan)):
            await connection.send(task)
        async with aclosing(saying.delivery.opening()) as opening, aclosing(sentences(opening)) as cut:
            async for sentence in cut:
                await self._utter(sentence, saying)
        await saying.take_note()
        async with aclosing(sentences(_once(move.fixed))) as cut:
            async for sentence in cut:
                await self._utter(sentence, saying)
        if self._synthesizer and connection.audio:
            await connection.send(p.OutputAudioDone(item_id=move.item_id, failed=saying.failed))
        await connection.send(done(saying.seq, saying.moved))

    async def _utter(self, sentence: str, saying: _Saying) -> None:
        """Send a sentence as text, and as sound while there is a voice."""
        item_id, connection = saying.move.item_id, saying.connection
        await connection.send(p.OutputTextDelta(item_id=item_id, delta=sentence))
        if not (self._synthesizer and connection.audio) or saying.failed is not None:
            self._notice()
            return
        spoken = _Spoken(sentence)
        self._spoken[item_id].append(spoken)
        language = saying.interview.created.language
        try:
            async for pcm in self._synthesizer.synthesize(sentence, language=language):
                for start in range(0, len(pcm), _PIECE_BYTES):
                    piece = base64.b64encode(pcm[start : start + _PIECE_BYTES]).decode()
                    await connection.send(p.OutputAudioDelta(item_id=item_id, delta=piece))
                    self._notice()
                spoken.ms += len(pcm) / _BYTES_PER_MS
        except SpeechError as error:
            saying.failed = str(error)

    def _notice(self) -> None:
        if self.noticed_at is None:
            self.noticed_at = time.monotonic()


@dataclass(slots=True)
class _Saying:
    """A move on its way to one connection. `failed`: why its voice is gone."""

    seq: int
    move: Move
    interview: Interview
    connection: Connection
    delivery: Delivery
    note: Note
    failed: str | None = None
    noted: bool = False

    @property
    def moved(self) -> Move:
        """The move with the words it was said in."""
        said = self.delivery.said
        return replace(self.move, text=said.opening + self.move.fixed) if said else self.move

    async def take_note(self) -> None:
        """Before the question is said, so that a crash after it finds the words before it in the log."""
        said = self.delivery.said
        if said is not None and not self.noted:
            self.noted = True
            await self.note(said)


async def _once(text: str) -> AsyncIterator[str]:
    yield text
