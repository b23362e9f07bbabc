"""A live interview: one candidate's socket, the ear, the voice, and the log between them.

A `Conversation` outlives its sockets: when a connection drops, what was heard stays here, and the next connection
goes on with it. Should the process die, the log and the client's unacknowledged frames bring everything back.

Four workers run per conversation: one turns speech into words, one decides the answer, one sends what the log holds
(moves as speech), one watches the clock. What the log does not hold is never sent as a fact. Store and conductor are
called in threads; everything else lives in the event loop.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import contextlib
import json
import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from runtime.interview.conductor import GRANTED_PAUSE_MS
from runtime.interview.events import MoveMade, TurnCommitted
from runtime.interview.interview import Interview, Move, extend
from runtime.interview.interviewer import Interviewer
from runtime.interview.plan import Plan, QuestionStep, TaskStep
from runtime.interview.store import Store, StoreUnavailableError, UnknownInterviewError
from runtime.knowledge.bank import Patience
from runtime.services.code import CodeRuns
from runtime.services.errors import RefusedError
from runtime.services.interviews import Interviews
from runtime.services.plans import Plans
from runtime.services.turns import FencedOffError, Turns
from runtime.voice import protocol as p
from runtime.voice.endpointing import SpeechResumed, SpeechStarted, SpeechStopped
from runtime.voice.listening import Forgotten, FrameError, Heard, Listening, SpokenTurn
from runtime.voice.ports import Recognizer, SpeechError, Synthesizer, Transcript
from runtime.voice.replay import coding_task, done, wire
from runtime.voice.sentences import sentences

_log = logging.getLogger(__name__)

_TICK_S: Final = 0.1
# Frames come every 100 ms; two missing ones are the network's jitter, more are silence.
_FRAME_GAP_S: Final = 0.25
_LONGEST_GAP_S: Final = 10.0
# Without a socket for this long, what was said until then is taken as the turn.
_DETACHED_TURN_S: Final = 8.0
_CAPTION_EVERY_S: Final = 1.2
_HOLD_EVERY_S: Final = 5.0
_SAVE_CODE_EVERY_S: Final = 30.0
# How long nobody may speak before the interviewer does: by what is being waited for.
_SILENCE_S: Final[dict[Patience, float]] = {"short": 15.0, "normal": 20.0, "long": 30.0}
_TASK_SILENCE_S: Final = 240.0
_TYPIST_SILENCE_S: Final = 180.0
_PIECE_BYTES: Final = 19_200  # 400 ms of output; 25,600 characters of base64

type Send = Callable[[p.ServerEvent], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class VoicePorts:
    """What a conversation works with. Without engines an interview is typed."""

    store: Store
    turns: Turns
    plans: Plans
    code: CodeRuns
    interviews: Interviews
    interviewer: Interviewer
    recognizer: Recognizer | None
    synthesizer: Synthesizer | None

    @property
    def engines(self) -> p.Engines:
        return p.Engines(
            recognizer=self.recognizer.name if self.recognizer else None,
            synthesizer=self.synthesizer.name if self.synthesizer else None,
            interviewer=self.interviewer.name,
        )


@dataclass(slots=True)
class _Spoken:
    """A sentence that was sent as sound, and how long it lasts."""

    text: str
    ms: float


@dataclass(eq=False)
class Connection:
    """One socket of a conversation."""

    id: str
    principal_id: str
    send: Send
    close: Callable[[int, str], Awaitable[None]]
    audio: bool = True
    closed: asyncio.Event = field(default_factory=asyncio.Event)


class Conversation:
    """The live side of one interview."""

    def __init__(self, interview_id: str, ports: VoicePorts) -> None:
        self.interview_id = interview_id
        # A worker ended: the next connection needs a new conversation, made from the log.
        self.broken = False
        self._ports = ports
        self._attaching = asyncio.Lock()
        self._connection: Connection | None = None
        self._interview: Interview | None = None
        self._plan: Plan | None = None
        self._published = 0
        self._listening = Listening({})
        self._turns: asyncio.Queue[SpokenTurn] = asyncio.Queue()
        self._transcribing = False
        self._answer_due = asyncio.Event()
        self._publish_due = asyncio.Event()
        self._speech: asyncio.Task[None] | None = None
        self._spoken: dict[str, list[_Spoken]] = {}
        self._workers: list[asyncio.Task[None]] = []
        self._frame_at = 0.0
        self._detached_at = time.monotonic()
        self._quiet_since = time.monotonic()
        self._caption: asyncio.Task[None] | None = None
        self._caption_at = 0.0
        self._code: p.CodeUpdate | None = None
        self._code_saved_at = 0.0
        self._held_at = 0.0

    # Connections

    @property
    def idle_s(self) -> float:
        """Seconds without a connection; 0 while there is one."""
        return 0.0 if self._connection else time.monotonic() - self._detached_at

    async def attach(self, connection: Connection, start: p.SessionStart) -> None:
        """Take the interview for `connection`: greet, or go on where it was. An earlier connection is closed."""
        async with self._attaching:
            await self._attach(connection, start)

    async def _attach(self, connection: Connection, start: p.SessionStart) -> None:
        before, self._connection = self._connection, None
        if before:
            await before.close(p.CLOSE_TAKEN_OVER, "taken over by a newer connection")
        if self._speech:
            self._speech.cancel()
        turns = self._ports.turns
        await asyncio.to_thread(turns.hold, self.interview_id, connection.id)
        self._held_at = time.monotonic()
        interview = await asyncio.to_thread(
            turns.open_session, self.interview_id, connection.id, actor=connection.principal_id
        )
        if self._interview is None:
            self._listening = Listening(interview.received)
        self._interview = interview
        await self._load_plan()
        await self._welcome(connection, interview)
        self._published = min(start.last_seq, interview.seq)
        connection.audio = "audio" in start.modalities
        self._connection = connection
        self._frame_at = self._quiet_since = time.monotonic()
        self._start_workers()
        self._publish_due.set()
        self._answer_due.set()

    async def _welcome(self, connection: Connection, interview: Interview) -> None:
        """Say where the interview stands; what was missed follows."""
        common = {
            "interview_id": self.interview_id,
            "seq": interview.seq,
            "event_id": interview.event_id,
            "engines": self._ports.engines,
        }
        if interview.items:
            resumed = common | {"received": self._listening.received}
            await connection.send(p.SessionResumed.model_validate(resumed))
        else:
            await connection.send(p.SessionCreated.model_validate(common))

    def detach(self, connection: Connection) -> None:
        """The socket is gone. What was heard is kept for the next one."""
        connection.closed.set()
        if self._connection is connection:
            self._connection = None
            self._detached_at = time.monotonic()
            if self._speech:
                self._speech.cancel()

    async def close(self) -> None:
        """Stop all work; what is in the log stays."""
        await self._save_code()
        tasks = [*self._workers, *(task for task in (self._speech, self._caption) if task)]
        for task in tasks:
            await _cancelled(task)
        self._workers = []
        if self._connection:
            await asyncio.to_thread(self._ports.turns.let_go, self.interview_id, self._connection.id)

    async def release(self, connection: Connection) -> None:
        """Give the interview back when its socket is gone, so that typed turns are taken elsewhere."""
        if self._connection is None:
            await asyncio.to_thread(self._ports.turns.let_go, self.interview_id, connection.id)

    def _start_workers(self) -> None:
        if not self._workers:
            work = (self._transcribe_turns, self._answer_turns, self._publish_log, self._watch_the_clock)
            self._workers = [asyncio.create_task(self._guarded(worker)) for worker in work]

    async def _guarded(self, worker: Callable[[], Awaitable[None]]) -> None:
        """Run a worker; a fault in it ends the connection, because a session without it would hang silently."""
        try:
            await worker()
        except UnknownInterviewError as error:
            await self._break_off(p.CLOSE_UNKNOWN_INTERVIEW, str(error))
        except Exception as error:  # noqa: BLE001 (whatever it was, the candidate must not wait for it)
            # Where, not what: the message may hold a candidate's words.
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("interview %s: %s\n%s", self.interview_id, type(error).__name__, where)
            await self._break_off(1011, "something is wrong on our side; connect again, nothing is lost")

    async def _break_off(self, code: int, reason: str) -> None:
        self.broken = True
        if self._connection:
            await self._connection.close(code, reason)

    # Client events

    async def take(self, event: p.ClientEvent, connection: Connection) -> None:
        """Act on one client event. Refusals become `error` events; the connection lives."""
        event_id = getattr(event, "event_id", None)
        interview = self._interview
        if interview and event_id is not None and event_id <= interview.event_id:
            await connection.send(p.Ack(event_id=event_id))
            return
        try:
            await self._act(event, connection)
        except RefusedError as error:
            kind = type(error).__name__.removesuffix("Error")
            await connection.send(_problem(409, kind, str(error), event_id))
        except FrameError as error:
            await connection.send(_problem(422, "Frame", str(error), event_id))
        except StoreUnavailableError as error:
            await connection.send(_problem(503, "StoreUnavailable", str(error), event_id))
        except UnknownInterviewError as error:
            await self._break_off(p.CLOSE_UNKNOWN_INTERVIEW, str(error))
        else:
            if event_id is not None:
                await connection.send(p.Ack(event_id=event_id))

    async def _act(self, event: p.ClientEvent, connection: Connection) -> None:
        turns, actor = self._ports.turns, connection.principal_id
        match event:
            case p.InputAudioBufferAppend():
                await self._frame(event)
            case p.InputAudioBufferCommit(event_id=event_id):
                await self._hear(self._listening.finish())
                await self._amend(turns.take_client_event, event_id, actor=actor)
            case p.ConversationItemCreate(event_id=event_id, item_id=item_id, text=text):
                await self._item(item_id, text, event_id, actor)
            case p.ConversationItemTruncate(event_id=event_id, item_id=item_id, audio_end_ms=heard_ms):
                text = self._heard_text(item_id, heard_ms)
                await self._amend(turns.truncate, item_id, text, heard_ms, actor=actor, event_id=event_id)
            case p.ResponseCancel(event_id=event_id):
                if self._speech:
                    await _cancelled(self._speech)
                await self._amend(turns.take_client_event, event_id, actor=actor)
            case p.CodeUpdate(event_id=event_id):
                self._code = event
                self._quiet_since = time.monotonic()
            case p.SessionEnd(event_id=event_id):
                await self._end(actor)
            case p.Ping():
                await connection.send(p.Pong())
            case _:
                raise TypeError(f"unexpected {type(event).__name__}")

    async def _item(self, item_id: str, text: str, event_id: int, actor: str) -> None:
        turns = self._ports.turns
        known = self._interview.item(item_id) if self._interview else None
        if known is not None and not isinstance(known, Move) and known.modality == "voice":
            await self._amend(turns.correct, item_id, text, actor=actor, event_id=event_id)
            return
        turn = TurnCommitted(item_id=item_id, text=text, modality="text")
        await self._amend(turns.commit, turn, actor=actor, event_id=event_id)
        self._answer_due.set()

    async def _end(self, actor: str) -> None:
        await self._save_code()
        await self._hear(self._listening.finish())
        await self._turns.join()
        await self._amend(self._ports.interviews.end, actor=actor)

    # Listening

    async def _frame(self, event: p.InputAudioBufferAppend) -> None:
        if self._ports.recognizer is None:
            raise FrameError("no speech engine answers in this session; type instead")
        if self._interview and self._interview.ended:
            return
        try:
            pcm = base64.b64decode(event.audio, validate=True)
        except binascii.Error as error:
            raise FrameError(f"expected base64 sound: {error}") from error
        self._frame_at = time.monotonic()
        await self._hear(self._listening.frame(event.utterance_id, event.index, pcm))

    async def _hear(self, heard: list[Heard]) -> None:
        for what in heard:
            utterance_id = self._listening.utterance_id
            match what:
                case SpeechStarted(at_ms=at_ms) | SpeechResumed(at_ms=at_ms):
                    self._quiet_since = time.monotonic()
                    await self._send(p.SpeechStarted(utterance_id=utterance_id, audio_start_ms=at_ms))
                case SpeechStopped(at_ms=at_ms):
                    self._quiet_since = time.monotonic()
                    await self._send(p.SpeechStopped(utterance_id=utterance_id, audio_end_ms=at_ms))
                case Forgotten(utterance_id=utterance_id, index=index):
                    await self._send(p.Ack(utterance_id=utterance_id, index=index))
                case SpokenTurn() as turn:
                    self._quiet_since = time.monotonic()
                    self._turns.put_nowait(turn)
                    await self._send(p.BufferCommitted(item_id=turn.item_id, utterance_id=turn.utterance_id))

    async def _transcribe_turns(self) -> None:
        while True:
            turn = await self._turns.get()
            self._transcribing = True
            try:
                await self._transcribe(turn)
            finally:
                self._transcribing = False
                self._turns.task_done()

    async def _transcribe(self, turn: SpokenTurn) -> None:
        """The turn's words into the log, with its sound when the candidate agreed to that."""
        assert self._ports.recognizer is not None
        assert self._interview is not None
        try:
            transcript = await self._recognize(turn.pcm)
        except SpeechError as error:
            # A spoken turn without words: its sound is kept where that was agreed, and the candidate can write
            # what they said by correcting it.
            transcript = Transcript(text="")
            await self._send(_problem(503, "Recognizer", f"{error} Please type what you said.", None))
        try:
            committed = await asyncio.to_thread(self._turn_event, turn, transcript)
            actor = self._connection.principal_id if self._connection else self._interview.owner
            await self._amend(self._ports.turns.commit, committed, actor=actor)
        except RefusedError as error:
            await self._send(_problem(409, type(error).__name__.removesuffix("Error"), str(error), None))
        except StoreUnavailableError as error:
            await self._send(_problem(503, "StoreUnavailable", str(error), None))
        else:
            await self._send(p.Ack(utterance_id=turn.utterance_id, index=turn.last_index))
            self._answer_due.set()

    async def _recognize(self, pcm: bytes) -> Transcript:
        assert self._ports.recognizer is not None
        assert self._interview is not None
        language = self._interview.created.language
        try:
            return await self._ports.recognizer.transcribe(pcm, language=language)
        except SpeechError:
            # Engines are restarted when they crash; the second try meets the new one.
            await asyncio.sleep(0.5)
            return await self._ports.recognizer.transcribe(pcm, language=language)

    def _turn_event(self, turn: SpokenTurn, transcript: Transcript) -> TurnCommitted:
        assert self._interview is not None
        audio = words = None
        if self._interview.recording:
            prefix = f"sessions/{self.interview_id}/audio/{turn.item_id}"
            audio = self._ports.store.put_blob(f"{prefix}.pcm", turn.pcm, media_type="audio/l16;rate=16000")
            times = [[word.text, word.start_ms, word.end_ms] for word in transcript.words]
            words = self._ports.store.put_blob(
                f"{prefix}.words.json", json.dumps(times).encode(), media_type="application/json"
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

    async def _caption_turn(self) -> None:
        """A live caption of the turn that is being spoken; captions are a courtesy, so a failure is silent."""
        assert self._ports.recognizer is not None
        item_id = self._listening.item_id
        with contextlib.suppress(SpeechError):
            begun = time.monotonic()
            transcript = await self._ports.recognizer.transcribe(self._listening.sound_so_far())
            # A slow engine gets fewer captions to make: never more than half its time.
            self._caption_at = time.monotonic() + (time.monotonic() - begun)
            if item_id and self._listening.item_id == item_id and transcript.text:
                await self._send(p.TranscriptionDelta(item_id=item_id, text=transcript.text))
                self._listening.set_patience(self._patience, transcript.text)

    # Answering

    async def _answer_turns(self) -> None:
        while True:
            await self._answer_due.wait()
            self._answer_due.clear()
            try:
                await self._answer()
            except FencedOffError:
                await self._lose()
            except StoreUnavailableError as error:
                await self._send(_problem(503, "StoreUnavailable", str(error), None))
                await asyncio.sleep(1.0)
                self._answer_due.set()

    async def _answer(self) -> None:
        # Whoever goes on speaking is not answered yet: what they say now belongs to the same answer.
        while self._still_talking():  # noqa: ASYNC110 (the states of two rooms, polled like the clock)
            await asyncio.sleep(_TICK_S / 2)
        connection, interview = self._connection, self._interview
        if connection is None or interview is None or interview.ended:
            return  # the next connection finds the turn unanswered
        turns = self._ports.turns
        if not interview.moves:
            move: Callable[..., Interview] = turns.greet
        else:
            move = turns.answer if interview.unanswered else turns.welcome_back
        await self._amend(move, connection_id=connection.id)

    def _still_talking(self) -> bool:
        return self._listening.in_turn or self._transcribing or not self._turns.empty()

    async def _say(self, seq: int, move: Move, connection: Connection) -> None:
        """Say one move: text as it comes, each sentence as sound, then the whole."""
        assert self._interview is not None
        await connection.send(p.ResponseCreated(item_id=move.item_id, move=move.kind))
        if move.kind == "coding_task" and (task := coding_task(seq, move.task_id, self._plan)):
            await connection.send(task)
        self._spoken[move.item_id] = spoken = []
        wants_sound = connection.audio and self._ports.synthesizer is not None
        failed: str | None = None
        async for sentence in sentences(self._ports.interviewer.say(move, self._interview)):
            await connection.send(p.OutputTextDelta(item_id=move.item_id, delta=sentence))
            if wants_sound and failed is None:
                try:
                    spoken.append(_Spoken(sentence, await self._voice(move.item_id, sentence, connection)))
                except SpeechError as error:
                    failed = str(error)
        if wants_sound:
            await connection.send(p.OutputAudioDone(item_id=move.item_id, failed=failed))
        await connection.send(done(seq, move))
        self._attend(move, sum(sentence.ms for sentence in spoken))

    async def _voice(self, item_id: str, sentence: str, connection: Connection) -> float:
        """Send a sentence as sound; its length in ms."""
        assert self._ports.synthesizer is not None
        assert self._interview is not None
        sent = 0
        pieces = self._ports.synthesizer.synthesize(sentence, language=self._interview.created.language)
        async for pcm in pieces:
            for start in range(0, len(pcm), _PIECE_BYTES):
                piece = base64.b64encode(pcm[start : start + _PIECE_BYTES]).decode()
                await connection.send(p.OutputAudioDelta(item_id=item_id, delta=piece))
            sent += len(pcm)
        return sent / 2 / p.OUTPUT_SAMPLE_RATE * 1000

    def _attend(self, move: Move, sound_ms: float) -> None:
        """After a move: be as patient as its question asks, and count silence from when it has been heard."""
        self._listening.set_patience(self._patience)
        if move.kind == "wait":
            self._listening.grant_pause(GRANTED_PAUSE_MS)
            sound_ms += GRANTED_PAUSE_MS
        self._quiet_since = time.monotonic() + sound_ms / 1000

    def _heard_text(self, item_id: str, heard_ms: int) -> str:
        """The words of an item that fit into `heard_ms` of its sound."""
        heard: list[str] = []
        left = float(heard_ms)
        for sentence in self._spoken.get(item_id, []):
            if left <= 0:
                break
            words = sentence.text.split()
            share = min(1.0, left / sentence.ms) if sentence.ms else 1.0
            heard += words[: round(len(words) * share)]
            left -= sentence.ms
        return " ".join(heard)

    @property
    def _patience(self) -> Patience:
        step_id = next((m.question_id for m in reversed(self._moves) if m.question_id), None)
        step = self._plan.step(step_id) if self._plan and step_id else None
        return step.question.patience if isinstance(step, QuestionStep) else "normal"

    @property
    def _moves(self) -> tuple[Move, ...]:
        return self._interview.moves if self._interview else ()

    # The clock

    async def _watch_the_clock(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            try:
                await self._tick(time.monotonic())
            except FencedOffError:
                await self._lose()
            except StoreUnavailableError as error:
                # The clock must outlive a full disk; the candidate is told, and the next tick tries again.
                _log.warning("store unavailable in interview %s: %s", self.interview_id, error)
                await asyncio.sleep(1.0)

    async def _tick(self, now: float) -> None:
        if self._connection is None:
            if self._listening.in_turn and now - self._detached_at > _DETACHED_TURN_S:
                await self._hear(self._listening.finish())
            return
        if now - self._held_at > _HOLD_EVERY_S:
            self._held_at = now
            holds = await asyncio.to_thread(
                self._ports.turns.keep_holding, self.interview_id, self._connection.id
            )
            if not holds:
                await self._lose()
                return
        await self._hear_missing_frames(now)
        if (
            self._listening.in_turn
            and now >= self._caption_at
            and (self._caption is None or self._caption.done())
        ):
            self._caption_at = now + _CAPTION_EVERY_S
            self._caption = asyncio.create_task(self._caption_turn())
        if self._code and now - self._code_saved_at > _SAVE_CODE_EVERY_S:
            await self._save_code()
        if self._waiting() and now - self._quiet_since > self._silence_allowed(now):
            self._quiet_since = now
            await self._break_silence(self._connection)

    async def _hear_missing_frames(self, now: float) -> None:
        """When frames stop, time counts as silence."""
        # After a laptop's sleep an hour is missing; no turn needs more than the longest patience of it.
        missing = min(now - self._frame_at, _LONGEST_GAP_S)
        if self._listening.in_turn and missing > _FRAME_GAP_S:
            self._frame_at = now
            await self._hear(self._listening.silence(round(missing * 1000)))

    def _waiting(self) -> bool:
        """Whether it is the candidate's turn to speak and nothing is on its way."""
        interview = self._interview
        return bool(
            interview
            and not interview.ended
            and interview.moves
            and interview.unanswered is None
            and not self._listening.in_turn
            and self._turns.empty()
            and not (self._speech and not self._speech.done())
        )

    def _silence_allowed(self, now: float) -> float:
        step_id = next((m.task_id for m in self._moves[-1:] if m.task_id), None)
        if self._plan and step_id and isinstance(self._plan.step(step_id), TaskStep):
            return _TASK_SILENCE_S
        speaks = self._ports.recognizer is not None and now - self._frame_at < 5.0
        return _SILENCE_S[self._patience] if speaks else _TYPIST_SILENCE_S

    async def _break_silence(self, connection: Connection) -> None:
        assert self._interview is not None
        await self._amend(
            self._ports.turns.break_silence, after_seq=self._interview.seq, connection_id=connection.id
        )

    async def _save_code(self) -> None:
        update, self._code = self._code, None
        if update is None:
            return
        self._code_saved_at = time.monotonic()
        actor = self._interview.owner if self._interview else ""
        await self._amend(
            self._ports.code.save, update.language, update.code, event_id=update.event_id, actor=actor
        )

    async def _lose(self) -> None:
        """Another process has the interview now."""
        connection, self._connection = self._connection, None
        if connection:
            await connection.close(p.CLOSE_TAKEN_OVER, "taken over by a newer connection")

    # The log

    async def _amend(self, change: Callable[..., Interview], *args: object, **kwargs: object) -> None:
        """Change the log in a thread; what is new in it will be sent."""
        before = self._interview.seq if self._interview else 0
        interview = await asyncio.to_thread(change, self.interview_id, *args, **kwargs)
        if interview.seq > before:
            self._quiet_since = max(self._quiet_since, time.monotonic())
        if self._interview is None or interview.seq > self._interview.seq:
            self._interview = interview
        self._publish_due.set()

    async def _publish_log(self) -> None:
        while True:
            await self._publish_due.wait()
            self._publish_due.clear()
            try:
                await self._publish()
            except StoreUnavailableError as error:
                _log.warning("store unavailable in interview %s: %s", self.interview_id, error)
                await asyncio.sleep(1.0)
                self._publish_due.set()

    async def _publish(self) -> None:
        """Send what the log holds beyond what was sent. Stops when another connection takes over."""
        connection = self._connection
        if connection is None:
            return  # the next connection says from where
        events = await asyncio.to_thread(self._ports.store.read, self.interview_id, after=self._published)
        assert self._interview is not None
        self._interview = extend(
            self._interview, [stored for stored in events if stored.seq > self._interview.seq]
        )
        await self._load_plan()
        newest = self._interview.items[-1] if self._interview.items else None
        for stored in events:
            if self._connection is not connection:
                return
            self._published = stored.seq
            event = stored.event
            # Only a move that waits for an answer is said aloud; of older ones a client needs the words.
            if (
                isinstance(event, MoveMade)
                and isinstance(newest, Move)
                and newest.item_id == event.item_id
                and not newest.interrupted
            ):
                await self._speak(stored.seq, newest, connection)
                continue
            for message in wire([stored], self._interview, self._plan):
                await connection.send(message)

    async def _speak(self, seq: int, move: Move, connection: Connection) -> None:
        """Say a move in a task of its own, so that it can be cut off."""
        self._speech = asyncio.create_task(self._say(seq, move, connection))
        await asyncio.wait([self._speech])
        if self._speech.cancelled():
            # The text stands as it is in the log; its sound stops here.
            await connection.send(done(seq, move).model_copy(update={"status": "cancelled"}))
        elif error := self._speech.exception():
            raise error

    async def _load_plan(self) -> None:
        assert self._interview is not None
        if self._plan is None and self._interview.plan:
            self._plan = await asyncio.to_thread(self._ports.plans.plan, self._interview)

    async def _send(self, event: p.ServerEvent) -> None:
        if self._connection:
            await self._connection.send(event)


def _problem(status: int, kind: str, detail: str, event_id: int | None) -> p.Error:
    title = "".join(f" {c.lower()}" if c.isupper() else c for c in kind).strip()
    return p.Error(
        event_id=event_id, problem=title.replace(" ", "_"), title=title, detail=detail, status=status
    )


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
