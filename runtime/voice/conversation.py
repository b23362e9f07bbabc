"""A live interview: one candidate's socket, the ear, the mouth, and the log between them.

A `Conversation` outlives its sockets: when a connection drops, what was heard stays here, and the next connection
goes on with it. Should the process die, the log and the client's unacknowledged frames bring everything back.

Four workers run per conversation: the ear turns speech into words, one decides the answer, one sends what the log holds
(moves as speech), one watches the clock. What the log does not hold is never sent as a fact. Store and conductor are
called in threads; everything else lives in the event loop.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import traceback
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from runtime.interview.conductor import GRANTED_PAUSE_MS
from runtime.interview.events import MoveMade, MoveSaid, TurnCommitted
from runtime.interview.interview import Interview, Move, Turn, extend
from runtime.interview.interviewer import Interviewer
from runtime.interview.plan import Plan, QuestionStep
from runtime.interview.store import Store, StoreUnavailableError, UnknownInterviewError
from runtime.knowledge.bank import Patience
from runtime.services.code import CodeRuns
from runtime.services.errors import RefusedError
from runtime.services.interviews import Interviews
from runtime.services.plans import Plans
from runtime.services.turns import FencedOffError, Turns
from runtime.voice import protocol as p
from runtime.voice.connection import Connection
from runtime.voice.ear import Ear
from runtime.voice.listening import FrameError
from runtime.voice.mouth import Mouth
from runtime.voice.ports import Recognizer, Synthesizer
from runtime.voice.problem import problem
from runtime.voice.replay import wire

_log = logging.getLogger(__name__)

_TICK_S: Final = 0.1
# Without a socket for this long, what was said until then is taken as the turn.
_DETACHED_TURN_S: Final = 8.0
_HOLD_EVERY_S: Final = 5.0
# Others may append facts, too: a code run, the end, a deletion over REST.
_LOOK_EVERY_S: Final = 1.0
_SAVE_CODE_EVERY_S: Final = 30.0
# How long nobody may speak before the interviewer does: by what is being waited for.
_SILENCE_S: Final[dict[Patience, float]] = {"short": 15.0, "normal": 20.0, "long": 30.0}
_TASK_SILENCE_S: Final = 240.0
_TYPIST_SILENCE_S: Final = 180.0
_CLOSE_FAULT: Final = 1011
_CLOSE_TRY_AGAIN: Final = 1013


type Measure = Callable[[str, float], None]
"""Takes the name of a duration and its seconds."""


def _unmeasured(_name: str, _seconds: float) -> None:
    pass


@dataclass(frozen=True, slots=True)
class VoicePorts:
    """What a conversation works with. Without engines an interview is typed.

    `measure` is told `TurnTime`: from the moment that a turn is over (endpointing's patience is behind it) until the
    candidate notices the answer.
    """

    store: Store
    turns: Turns
    plans: Plans
    code: CodeRuns
    interviews: Interviews
    interviewer: Interviewer
    recognizer: Recognizer | None
    synthesizer: Synthesizer | None
    measure: Measure = _unmeasured

    @property
    def engines(self) -> p.Engines:
        return p.Engines(
            recognizer=self.recognizer.name if self.recognizer else None,
            synthesizer=self.synthesizer.name if self.synthesizer else None,
            interviewer=self.interviewer.name,
        )


class Conversation:
    """The live side of one interview, as it stood when the first connection opened it."""

    def __init__(self, interview: Interview, ports: VoicePorts) -> None:
        self.interview_id = interview.interview_id
        # A worker ended: the next connection needs a new conversation, made from the log.
        self.broken = False
        self._ports = ports
        self._interview = interview
        self._plan: Plan | None = None
        self._mouth = Mouth(ports.interviewer, ports.synthesizer)
        self._ear = Ear(
            interview.interview_id,
            recognizer=ports.recognizer,
            store=ports.store,
            language=interview.created.language,
            recording=lambda: self._interview.recording,
            received=interview.received,
            send=self._send,
            commit=self._commit,
            stir=self._stir,
        )
        self._attaching = asyncio.Lock()
        self._connection: Connection | None = None
        self._detached_at = time.monotonic()
        self._held_at = self._looked_at = 0.0
        self._published = 0
        self._answer_due = asyncio.Event()
        # When the turn that is to be answered was over; None: nothing is waited for.
        self._turn_over_at: float | None = None
        self._publish_due = asyncio.Event()
        self._ending: p.SessionEnd | None = None
        self._workers: list[asyncio.Task[None]] = []
        self._quiet_since = time.monotonic()
        self._said: list[tuple[MoveSaid, str]] = []
        self._code: list[p.CodeUpdate] = []
        self._saving_code = asyncio.Lock()
        self._code_saved_at = 0.0

    # Connections

    @property
    def idle_s(self) -> float:
        """Seconds without a connection; 0 while there is one, or one is about to be."""
        if self._connection or self._attaching.locked():
            return 0.0
        return time.monotonic() - self._detached_at

    async def attach(self, connection: Connection, start: p.SessionStart) -> None:
        """Take the interview for `connection`: greet, or go on where it was. An earlier connection is closed."""
        async with self._attaching:
            before, self._connection = self._connection, None
            self._mouth.hush()
            if before:
                before.close(p.CLOSE_TAKEN_OVER, "taken over by a newer connection")
            # A page that is reloaded leaves its editor's last words behind. Stored later, they would take an event id
            # that the new page was told is free.
            await self._save_code()
            turns = self._ports.turns
            await asyncio.to_thread(turns.hold, self.interview_id, connection.id)
            self._held_at = time.monotonic()
            self._interview = await asyncio.to_thread(
                turns.open_session, self.interview_id, connection.id, actor=connection.principal_id
            )
            await self._load_plan()
            await self._welcome(connection)
            self._published = min(start.last_seq, self._interview.seq)
            connection.audio = "audio" in start.modalities
            self._connection = connection
            self._ear.resume()
            self._ear.wait_for(self._patience)
            self._stir()
            self._start_workers()
            self._publish_due.set()
            self._answer_due.set()

    async def _welcome(self, connection: Connection) -> None:
        """Say where the interview stands; what was missed follows."""
        common = {
            "interview_id": self.interview_id,
            "seq": self._interview.seq,
            "event_id": self._interview.event_id,
            "engines": self._ports.engines,
        }
        if self._interview.items:
            resumed = common | {"received": self._ear.received}
            await connection.send(p.SessionResumed.model_validate(resumed))
        else:
            await connection.send(p.SessionCreated.model_validate(common))

    async def detach(self, connection: Connection) -> None:
        """The socket is gone. What was heard is kept for the next one; typed turns may be taken elsewhere."""
        if self._connection is connection:
            self._connection = None
            self._detached_at = time.monotonic()
            self._mouth.hush()
        # Only this connection's own hold is let go; a newer one's stays.
        await asyncio.to_thread(self._ports.turns.let_go, self.interview_id, connection.id)

    async def close(self) -> None:
        """Stop all work; what is in the log stays, and the editor's last content goes there."""
        connection, self._connection = self._connection, None
        self._mouth.hush()
        for worker in self._workers:
            worker.cancel()
        if self._workers:
            await asyncio.wait(self._workers)
        self._workers = []
        await self._ear.close()
        with contextlib.suppress(StoreUnavailableError, UnknownInterviewError, RefusedError):
            await self._save_code()
            await self._save_said()
            if connection:
                await asyncio.to_thread(self._ports.turns.let_go, self.interview_id, connection.id)

    def _start_workers(self) -> None:
        if not self._workers:
            work = (
                self._ear.transcribe_turns,
                self._answer_turns,
                self._publish_log,
                self._watch_the_clock,
            )
            self._workers = [asyncio.create_task(self._guarded(worker)) for worker in work]

    async def _guarded(self, worker: Callable[[], Awaitable[None]]) -> None:
        """Run a worker; a fault in it ends the connection, because a session without it would hang silently."""
        try:
            await worker()
        except UnknownInterviewError as error:
            self._break_off(p.CLOSE_UNKNOWN_INTERVIEW, str(error))
        except Exception as error:  # noqa: BLE001 (whatever it was, the candidate must not wait for it)
            # Where, not what: the message may hold a candidate's words.
            where = "".join(traceback.format_tb(error.__traceback__))
            _log.error("interview %s: %s\n%s", self.interview_id, type(error).__name__, where)
            self._break_off(_CLOSE_FAULT, "something is wrong on our side; connect again, nothing is lost")

    def _break_off(self, code: int, reason: str) -> None:
        self.broken = True
        if self._connection:
            self._connection.close(code, reason)

    def _lose(self, connection: Connection) -> None:
        """Another process has the interview now; unless a newer connection here took it meanwhile."""
        if self._connection is connection:
            self._connection = None
            self._detached_at = time.monotonic()
            connection.close(p.CLOSE_TAKEN_OVER, "taken over by a newer connection")

    # Client events

    async def take(self, event: p.ClientEvent, connection: Connection) -> None:
        """Act on one client event. Refusals become `error` events; the connection lives."""
        if connection is not self._connection:
            return  # taken over: who holds the interview sends again what was not acknowledged
        event_id = getattr(event, "event_id", None)
        if event_id is not None and event_id <= self._interview.event_id:
            await connection.send(self._known(event, event_id))
            return
        try:
            if event_id is not None and not isinstance(event, p.CodeUpdate):
                # Event ids count upwards in the log, so what came before goes there before.
                await self._save_code()
            stored = await self._act(event, connection)
        except RefusedError as error:
            kind = type(error).__name__.removesuffix("Error")
            await connection.send(problem(409, kind, str(error), event_id))
        except FrameError as error:
            await connection.send(problem(422, "Frame", str(error), event_id))
        except UnknownInterviewError as error:
            self._break_off(p.CLOSE_UNKNOWN_INTERVIEW, str(error))
        except StoreUnavailableError as error:
            await connection.send(problem(503, "StoreUnavailable", str(error), event_id))
            if event_id is not None:
                # A later event must not be stored before this one: the client sends both again, in order.
                connection.close(_CLOSE_TRY_AGAIN, "the store is unavailable; connect again in a moment")
        else:
            if stored and event_id is not None:
                await connection.send(p.Ack(event_id=event_id))

    def _known(self, event: p.ClientEvent, event_id: int) -> p.ServerEvent:
        """The answer to an event whose id was taken before: done already, unless its item says otherwise."""
        if isinstance(event, p.ConversationItemCreate) and self._interview.item(event.item_id) is None:
            detail = f"event ids count upwards and {self._interview.event_id} was taken; use the next one"
            return problem(409, "EventIdUsed", detail, event_id)
        return p.Ack(event_id=event_id)

    async def _act(self, event: p.ClientEvent, connection: Connection) -> bool:
        """Do what the event asks for; whether it is stored now, else its acknowledgement comes later."""
        turns, actor = self._ports.turns, connection.principal_id
        match event:
            case p.InputAudioBufferAppend():
                if not self._interview.ended:
                    await self._ear.frame(event)
            case p.InputAudioBufferCommit(event_id=event_id):
                await self._ear.finish()
                await self._amend(turns.take_client_event, event_id, actor=actor)
            case p.ConversationItemCreate(event_id=event_id, item_id=item_id, text=text):
                await self._item(item_id, text, event_id, actor)
            case p.ConversationItemTruncate(event_id=event_id, item_id=item_id, audio_end_ms=heard_ms):
                move = self._interview.item(item_id)
                text = self._mouth.heard(move, heard_ms) if isinstance(move, Move) else ""
                await self._amend(turns.truncate, item_id, text, heard_ms, actor=actor, event_id=event_id)
            case p.ResponseCancel(event_id=event_id):
                self._mouth.hush()
                await self._amend(turns.take_client_event, event_id, actor=actor)
            case p.CodeUpdate():
                self._code.append(event)
                self._stir()
                return False
            case p.SessionEnd():
                await self._ear.finish()
                self._ending = event
                self._answer_due.set()
                return False
            case p.Ping():
                await connection.send(p.Pong())
            case _:
                raise TypeError(f"unexpected {type(event).__name__}")
        return True

    async def _item(self, item_id: str, text: str, event_id: int, actor: str) -> None:
        turns = self._ports.turns
        known = self._interview.item(item_id)
        if isinstance(known, Turn) and known.modality == "voice":
            await self._amend(turns.correct, item_id, text, actor=actor, event_id=event_id)
            return
        turn = TurnCommitted(item_id=item_id, text=text, modality="text")
        over_at = time.monotonic()
        await self._amend(turns.commit, turn, actor=actor, event_id=event_id)
        self._turn_over_at = over_at
        self._answer_due.set()

    async def _commit(self, turn: TurnCommitted, over_at: float) -> None:
        """The ear's: a spoken turn into the log."""
        await self._amend(self._ports.turns.commit, turn, actor=self._interview.owner)
        self._turn_over_at = over_at
        self._answer_due.set()

    async def _save_code(self) -> None:
        """The editor's newest content into the log; all updates up to it are acknowledged then."""
        async with self._saving_code:
            updates, self._code = self._code, []
            if not updates:
                return
            newest = updates[-1]
            try:
                await self._amend(
                    self._ports.code.save,
                    newest.language,
                    newest.code,
                    event_id=newest.event_id,
                    actor=self._interview.owner,
                )
            except StoreUnavailableError:
                self._code = updates + self._code
                raise
            self._code_saved_at = time.monotonic()
            for update in updates:
                await self._send(p.Ack(event_id=update.event_id))

    # Answering

    async def _answer_turns(self) -> None:
        while True:
            await self._answer_due.wait()
            self._answer_due.clear()
            try:
                await self._answer()
            except StoreUnavailableError as error:
                await self._send(problem(503, "StoreUnavailable", str(error)))
                await asyncio.sleep(1.0)
                self._answer_due.set()

    async def _answer(self) -> None:
        # Whoever goes on speaking is not answered yet: what they say now belongs to the same answer.
        while self._ear.busy:  # noqa: ASYNC110 (polled like the clock; it has no single moment to wait for)
            await asyncio.sleep(_TICK_S / 2)
        connection = self._connection
        if connection is None:
            return  # the next connection finds the turn unanswered
        if self._ending:
            await self._amend(self._ports.interviews.end, actor=connection.principal_id)
            await connection.send(p.Ack(event_id=self._ending.event_id))
            self._ending = None
        if self._interview.ended:
            return
        turns = self._ports.turns
        if not self._interview.moves:
            move: Callable[..., Interview] = turns.greet
        else:
            move = turns.answer if self._interview.unanswered else turns.welcome_back
        try:
            await self._amend(move, connection_id=connection.id)
        except FencedOffError:
            self._lose(connection)

    @property
    def _patience(self) -> Patience:
        step_id = next((m.question_id for m in reversed(self._interview.moves) if m.question_id), None)
        step = self._plan.step(step_id) if self._plan and step_id else None
        return step.question.patience if isinstance(step, QuestionStep) else "normal"

    # The log

    async def _amend(self, change: Callable[..., Interview], *args: object, **kwargs: object) -> None:
        """Change the log in a thread; what is new in it will be sent."""
        before = self._interview.seq
        interview = await asyncio.to_thread(change, self.interview_id, *args, **kwargs)
        if interview.seq > before:
            self._stir()
        if interview.seq > self._interview.seq:
            self._interview = interview
        self._publish_due.set()

    async def _publish_log(self) -> None:
        while True:
            await self._publish_due.wait()
            self._publish_due.clear()
            try:
                await self._publish()
            except StoreUnavailableError as error:
                _log.warning("interview %s: %s", self.interview_id, error)
                await asyncio.sleep(1.0)
                self._publish_due.set()

    async def _publish(self) -> None:
        """Send what the log holds beyond what was sent. Stops when another connection takes over."""
        connection = self._connection
        if connection is None:
            return  # the next connection says from where
        events = await asyncio.to_thread(self._ports.store.read, self.interview_id, after=self._published)
        newer = [stored for stored in events if stored.seq > self._interview.seq]
        self._interview = extend(self._interview, newer)
        await self._load_plan()
        newest = self._interview.items[-1] if self._interview.items else None
        for stored in events:
            if self._connection is not connection:
                return
            self._published = stored.seq
            # Only a move that waits for an answer is said aloud; of older ones a client needs the words.
            match stored.event, newest:
                case MoveMade(item_id=item_id), Move() if (
                    item_id == newest.item_id and not newest.interrupted
                ):
                    await self._speak(stored.seq, newest, connection)
                    continue
                case _:
                    pass
            for message in wire([stored], self._interview, self._plan):
                await connection.send(message)

    async def _speak(self, seq: int, move: Move, connection: Connection) -> None:
        """Say a move; then be as patient as its question asks, and count silence from when it has been heard."""

        async def note(said: MoveSaid) -> None:
            self._said.append((said, connection.id))
            await self._save_said()

        sound_ms = await self._mouth.say(seq, move, self._interview, self._plan, connection, note)
        over_at, self._turn_over_at = self._turn_over_at, None
        if over_at is not None and self._mouth.noticed_at is not None:
            self._ports.measure("TurnTime", self._mouth.noticed_at - over_at)
        self._ear.wait_for(self._patience)
        if move.kind == "wait":
            self._ear.grant_pause(GRANTED_PAUSE_MS)
            sound_ms += GRANTED_PAUSE_MS
        self._quiet_since = time.monotonic() + sound_ms / 1000

    async def _save_said(self) -> None:
        """The words moves were said in into the log; while the store is away they wait here for the clock."""
        while self._said:
            said, connection_id = self._said[0]
            try:
                await self._amend(self._ports.turns.said, said, connection_id=connection_id)
            except FencedOffError:
                pass  # whoever took over says the move anew, and notes that
            except StoreUnavailableError as error:
                _log.warning("interview %s: %s", self.interview_id, error)
                return
            if self._said and self._said[0][0] is said:
                del self._said[0]

    async def _load_plan(self) -> None:
        if self._plan is None and self._interview.plan:
            self._plan = await asyncio.to_thread(self._ports.plans.plan, self._interview)

    async def _send(self, event: p.ServerEvent) -> None:
        if self._connection:
            await self._connection.send(event)

    # The clock

    async def _watch_the_clock(self) -> None:
        while True:
            await asyncio.sleep(_TICK_S)
            try:
                await self._tick(time.monotonic())
            except StoreUnavailableError as error:
                # The clock must outlive a full disk; the next tick tries again.
                _log.warning("interview %s: %s", self.interview_id, error)
                await asyncio.sleep(1.0)

    async def _tick(self, now: float) -> None:
        connection = self._connection
        if connection is None:
            if self._ear.in_turn and now - self._detached_at > _DETACHED_TURN_S:
                await self._ear.finish()
            return
        await self._ear.tick(now)
        if now - self._held_at > _HOLD_EVERY_S:
            self._held_at = now
            if not await asyncio.to_thread(self._ports.turns.keep_holding, self.interview_id, connection.id):
                self._lose(connection)
                return
        if now - self._looked_at > _LOOK_EVERY_S:
            self._looked_at = now
            self._publish_due.set()
        if self._said:
            await self._save_said()
        if self._code and now - self._code_saved_at > _SAVE_CODE_EVERY_S:
            with contextlib.suppress(RefusedError):
                await self._save_code()
        if self._waiting() and now - self._quiet_since > self._silence_allowed(now):
            self._stir()
            try:
                await self._amend(
                    self._ports.turns.break_silence,
                    after_seq=self._interview.seq,
                    connection_id=connection.id,
                )
            except FencedOffError:
                self._lose(connection)

    def _stir(self) -> None:
        """Somebody did something: silence counts from now, or from when the interviewer has been heard."""
        self._quiet_since = max(self._quiet_since, time.monotonic())

    def _waiting(self) -> bool:
        """Whether it is the candidate's turn to speak and nothing is on its way."""
        interview = self._interview
        return bool(
            interview.moves
            and not interview.ended
            and interview.unanswered is None
            and not self._ear.busy
            and not self._mouth.speaking
        )

    def _silence_allowed(self, now: float) -> float:
        if self._interview.moves[-1].task_id:
            return _TASK_SILENCE_S
        return _SILENCE_S[self._patience] if self._ear.heard_lately(now) else _TYPIST_SILENCE_S
