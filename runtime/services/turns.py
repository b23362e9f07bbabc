"""Taking turns: the candidate's words into the log, and the interviewer's move after them.

A turn is a fact and is stored first. The move is decided from the log, so that a crash in between loses nothing:
whoever comes next finds the turn unanswered and decides then.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from runtime.interview.conductor import Conductor, Decision
from runtime.interview.events import (
    ClientEventTaken,
    Event,
    InterviewEnded,
    MoveEnded,
    MoveSaid,
    SessionOpened,
    TurnCommitted,
    correction_parts,
    turn_parts,
)
from runtime.interview.interview import Interview, Move, Turn
from runtime.interview.log import amend
from runtime.interview.store import Store
from runtime.services.errors import InterviewEndedError, KeyReusedError, NotThereError, SocketLiveError
from runtime.services.plans import Plans

INTERVIEWER: Final = "interviewer"
HOLDERS: Final = "holder/"
"""The keys under which the store keeps which socket holds which interview."""
_HOLDER_TTL_S: Final = 15.0
_ABSENCE: Final = timedelta(minutes=2)


def _now() -> datetime:
    return datetime.now(UTC)


class FencedOffError(Exception):
    """A newer connection has taken the interview over; this one must stop making moves."""


class Turns:
    """The turns of all interviews. Safe to call from several threads and processes."""

    def __init__(self, store: Store, plans: Plans, *, clock: Callable[[], datetime] = _now) -> None:
        self._store = store
        self._plans = plans
        self._clock = clock

    # Who holds the interview

    def hold(self, interview_id: str, connection_id: str) -> None:
        """Take the interview for a socket, from whoever holds it."""
        key = _holder_key(interview_id)
        while not self._store.put_once(key, connection_id, ttl_s=_HOLDER_TTL_S):
            holder = self._store.held(key)
            if holder and self._store.swap(key, expected=holder, value=connection_id, ttl_s=_HOLDER_TTL_S):
                return

    def keep_holding(self, interview_id: str, connection_id: str) -> bool:
        """Renew the hold; False when somebody else has taken it. To be called every few seconds."""
        key = _holder_key(interview_id)
        if self._store.swap(key, expected=connection_id, value=connection_id, ttl_s=_HOLDER_TTL_S):
            return True
        # The hold may have run out while this process slept, with nobody else interested.
        return self._store.put_once(key, connection_id, ttl_s=_HOLDER_TTL_S)

    def let_go(self, interview_id: str, connection_id: str) -> None:
        """Give the hold back, if it is still this connection's."""
        self._store.swap(_holder_key(interview_id), expected=connection_id, value=None, ttl_s=0)

    def is_held(self, interview_id: str) -> bool:
        return self._store.held(_holder_key(interview_id)) is not None

    # The candidate's side: facts

    def open_session(self, interview_id: str, connection_id: str, *, actor: str) -> Interview:
        """Note that a socket took the interview. From now on only its moves are appended."""

        def decide(interview: Interview) -> Sequence[Event]:
            return [] if interview.ended else [SessionOpened(connection_id=connection_id)]

        return amend(self._store, interview_id, decide, actor=actor)

    def commit(
        self, interview_id: str, turn: TurnCommitted, *, actor: str, event_id: int | None = None
    ) -> Interview:
        """Store the candidate's turn once, however often it is sent.

        Raises `InterviewEndedError`, or `KeyReusedError` when the item exists with other words.
        """

        def decide(interview: Interview) -> Sequence[Event]:
            known = interview.item(turn.item_id)
            if known is not None:
                if not isinstance(known, Turn) or known.original != turn.text:
                    raise KeyReusedError(f"item {turn.item_id} is already in the interview, with other words")
                return []
            _refuse_ended(interview)
            return [*turn_parts(turn), *_taken(interview, event_id)]

        return amend(self._store, interview_id, decide, actor=actor)

    def correct(
        self, interview_id: str, item_id: str, text: str, *, actor: str, event_id: int | None = None
    ) -> Interview:
        """Replace what a spoken turn counts as; what was heard stays in the log."""

        def decide(interview: Interview) -> Sequence[Event]:
            turn = interview.item(item_id)
            if not isinstance(turn, Turn) or turn.modality != "voice":
                raise NotThereError(f"there is no spoken turn {item_id} to correct")
            # The last answer, too, can be corrected: words count when the report is made, not when the talk ends.
            if interview.report:
                raise InterviewEndedError("the report of this interview is made; its transcript is final")
            if turn.text == text:
                return _taken(interview, event_id)
            return [*correction_parts(item_id, text), *_taken(interview, event_id)]

        return amend(self._store, interview_id, decide, actor=actor)

    def truncate(
        self, interview_id: str, item_id: str, text: str, heard_ms: int, *, actor: str, event_id: int | None
    ) -> Interview:
        """The candidate heard the move only as far as `text`."""

        def decide(interview: Interview) -> Sequence[Event]:
            move = interview.item(item_id)
            if not isinstance(move, Move) or move.interrupted:
                return _taken(interview, event_id)
            ended = MoveEnded(item_id=item_id, status="interrupted", text=text, heard_ms=heard_ms)
            return [ended, *_taken(interview, event_id)]

        return amend(self._store, interview_id, decide, actor=actor)

    def take_client_event(self, interview_id: str, event_id: int, *, actor: str) -> Interview:
        """Note a reliable client event that leaves nothing else in the log."""
        return amend(self._store, interview_id, lambda i: _taken(i, event_id), actor=actor)

    # The interviewer's side: moves

    def greet(self, interview_id: str, *, connection_id: str | None = None) -> Interview:
        """The opening move, made once in an interview's life."""
        return self._make_move(
            interview_id,
            lambda conductor, interview: (
                None if interview.moves else conductor.opening(interview, now=self._clock())
            ),
            connection_id,
        )

    def answer(self, interview_id: str, *, connection_id: str | None = None) -> Interview:
        """The move after the newest turn, if none follows it yet."""

        def choose(conductor: Conductor, interview: Interview) -> Decision | None:
            turn = interview.unanswered
            return conductor.after_turn(interview, turn, now=self._clock()) if turn else None

        return self._make_move(interview_id, choose, connection_id)

    def welcome_back(self, interview_id: str, *, connection_id: str) -> Interview:
        """The move for a candidate who comes back after more than `_ABSENCE`; none otherwise."""

        def choose(conductor: Conductor, interview: Interview) -> Decision | None:
            if not interview.items or self._clock() - interview.items[-1].at < _ABSENCE:
                return None
            return conductor.after_absence(interview, now=self._clock())

        return self._make_move(interview_id, choose, connection_id)

    def break_silence(self, interview_id: str, *, after_seq: int, connection_id: str) -> Interview:
        """The move after a long silence; none when anything was said or done since `after_seq`."""

        def choose(conductor: Conductor, interview: Interview) -> Decision | None:
            if not interview.items or interview.items[-1].seq > after_seq:
                return None
            return conductor.after_silence(interview, now=self._clock())

        return self._make_move(interview_id, choose, connection_id)

    def said(self, interview_id: str, said: MoveSaid, *, connection_id: str) -> Interview:
        """Note once in what words a move was said. Raises `FencedOffError`: who took over says it anew."""

        def decide(interview: Interview) -> Sequence[Event]:
            _fence(interview, connection_id)
            move = interview.item(said.item_id)
            return [said] if isinstance(move, Move) and move.said_by is None else []

        return amend(self._store, interview_id, decide, actor=INTERVIEWER)

    def say_message(
        self, interview_id: str, item_id: str, text: str, *, actor: str
    ) -> tuple[Interview, Move]:
        """A typed turn without a socket: stored, answered, both returned.

        Raises `SocketLiveError` while a socket holds the interview.
        """
        if self.is_held(interview_id):
            raise SocketLiveError(
                "a live socket holds this interview; send the turn through it, or close it first"
            )
        turn = TurnCommitted(item_id=item_id, text=text, modality="text")
        self.commit(interview_id, turn, actor=actor)
        interview = self.answer(interview_id)
        reply = interview.reply_to(item_id)
        if reply is None:
            raise InterviewEndedError("the interview ended before this turn was answered")
        return interview, reply

    def _make_move(
        self,
        interview_id: str,
        choose: Callable[[Conductor, Interview], Decision | None],
        connection_id: str | None,
    ) -> Interview:
        def decide(interview: Interview) -> Sequence[Event]:
            if connection_id is not None:
                _fence(interview, connection_id)
            if interview.ended:
                return []
            plan = self._plans.plan(interview)
            decision = choose(self._plans.conductor(plan), interview)
            if decision is None:
                return []
            before = [] if interview.plan else [self._plans.freeze(interview, plan)]
            # The plan's event shifts the move's own seq, which its id is made of.
            item_id = _free_id(interview, f"m{interview.seq + len(before) + 1}")
            move = decision.move.model_copy(update={"item_id": item_id})
            ends = [InterviewEnded(reason=decision.end)] if decision.end else []
            return [*before, move, *decision.facts, *ends]

        return amend(self._store, interview_id, decide, actor=INTERVIEWER)


def _fence(interview: Interview, connection_id: str) -> None:
    if interview.connection_id != connection_id:
        raise FencedOffError(f"connection {interview.connection_id} has taken the interview over")


def _refuse_ended(interview: Interview) -> None:
    if interview.ended:
        raise InterviewEndedError(
            f"this interview ended ({interview.ended.reason}); its transcript and report can still be read"
        )


def _free_id(interview: Interview, item_id: str) -> str:
    """`item_id`, or the next like it: candidates name their own items, and may have taken this name."""
    while interview.item(item_id):
        item_id += "-"
    return item_id


def _taken(interview: Interview, event_id: int | None) -> list[Event]:
    return [ClientEventTaken(event_id=event_id)] if event_id and event_id > interview.event_id else []


def _holder_key(interview_id: str) -> str:
    return f"{HOLDERS}{interview_id}"
