"""The conductor: which move comes next. Pure code; no model decides what is asked.

Given the frozen plan, the interview so far and what has just happened (a turn, or a silence), it answers with one
move and the authored text for it. The candidate gets every core question, at most two probes on each, and never the
same words twice unless they asked for them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from runtime.interview.events import EndReason, MoveKind, MoveMade
from runtime.interview.intents import Intent, intent_of
from runtime.interview.interview import Interview, Move, Turn
from runtime.interview.plan import PersonalStep, Plan, QuestionStep, Step, TaskStep
from runtime.knowledge.bank import FollowUp, Question
from runtime.knowledge.phrases import Occasion, Phrases

_MOST_PROBES: Final = 2
_MOST_CLARIFIED: Final = 2
_MOST_SILENCES: Final = 2
_SILENT_QUESTIONS_TO_CLOSE: Final = 3
# A probe is worth its time only while the rest of the plan still has some.
_PROBE_SHARE: Final = 1.15
_NEARLY_UP: Final = 0.15
# An answer of fewer words than this has said next to nothing.
_FEW_WORDS: Final = 6
# Somebody who heard this share of a question before speaking may well be answering it.
_HEARD_SHARE: Final = 0.6
GRANTED_PAUSE_MS: Final = 60_000

type OpenPoints = Callable[[Question, Sequence[str]], frozenset[str]]
"""Which key points of the question the candidate's words have not shown yet (ids)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A move to append, and whether the interview ends with it."""

    move: MoveMade
    end: EndReason | None = None


@dataclass(frozen=True, slots=True)
class Conductor:
    """Decides the next move of one plan. Holds nothing of an interview: that is all in the log."""

    plan: Plan
    phrases: Phrases
    vocabulary: frozenset[str]
    open_points: OpenPoints

    def after_turn(self, interview: Interview, turn: Turn, *, now: datetime) -> Decision:
        """The move that answers `turn`, the newest item of the interview."""
        return self._situation(interview, turn, now).answer()

    def opening(self, interview: Interview, *, now: datetime) -> Decision:
        """The greeting, with the first question. The interview has no moves yet."""
        return self._situation(interview, None, now).greet()

    def after_absence(self, interview: Interview, *, now: datetime) -> Decision | None:
        """The move when the candidate comes back after a while; None when something else is due."""
        return self._situation(interview, None, now).come_back()

    def after_silence(self, interview: Interview, *, now: datetime) -> Decision:
        """The move when nobody has said anything for a while."""
        return self._situation(interview, None, now).silence()

    def _situation(self, interview: Interview, turn: Turn | None, now: datetime) -> _Situation:
        return _Situation(self, interview, turn, now)


@dataclass(frozen=True, slots=True)
class _Situation:
    conductor: Conductor
    interview: Interview
    turn: Turn | None
    now: datetime

    # What has happened so far, read off the log

    @property
    def plan(self) -> Plan:
        return self.conductor.plan

    @property
    def step(self) -> Step | None:
        """The step that is open: the latest one a move named."""
        for move in reversed(self.interview.moves):
            if step_id := move.question_id or move.task_id:
                return self.plan.step(step_id)
        return None

    @property
    def next_step(self) -> Step | None:
        named = {move.question_id or move.task_id for move in self.interview.moves}
        return next((step for step in self.plan.steps if step.id not in named), None)

    def moves_on(self, step: Step) -> tuple[Move, ...]:
        return tuple(m for m in self.interview.moves if step.id in (m.question_id, m.task_id))

    def said_on(self, step: Step) -> tuple[str, ...]:
        """The candidate's words since the step was opened."""
        opened = self.moves_on(step)[0].seq
        return tuple(turn.text for turn in self.interview.turns if turn.seq > opened)

    @property
    def overdue(self) -> bool:
        return self.time_left <= 0

    @property
    def time_left(self) -> float:
        """The share of the plan's time that is left."""
        begun = self.interview.moves[0].at
        return 1 - (self.now - begun) / timedelta(minutes=self.plan.minutes)

    @property
    def hurried(self) -> bool:
        """Whether the steps left need more than the time left, at the plan's own pace."""
        named = {move.question_id or move.task_id for move in self.interview.moves}
        left = sum(step.id not in named for step in self.plan.steps) / len(self.plan.steps)
        return left > self.time_left * _PROBE_SHARE

    # Moves

    def greet(self) -> Decision:
        created = self.interview.created
        values = {"name": _first_name(created.candidate_name), "minutes": str(self.plan.minutes)}
        if created.role:
            said = [self.phrase("greeting", role=created.role, **values)]
        else:
            said = [self.phrase("greeting_without_role", **values)]
        said.append(self.phrase("recording_on" if self.interview.recording else "recording_off"))
        if created.mode == "assessment":
            said.append(self.phrase("human_decides"))
        said.append(self.phrase("ways_to_ask"))
        return self._open(self.plan.steps[0], *said, kind="greet")

    def answer(self) -> Decision:
        if not self.interview.moves:
            return self.greet()
        assert self.turn is not None
        step = self.step
        if step is None:
            return self._close("completed")
        intent = intent_of(self.turn.text, self.conductor.vocabulary)
        aside = self._aside_for(intent, step)
        if aside is not None:
            return aside
        if self._question_unheard(step):
            return self._move("repeat", step, self.phrase("interrupted"), self._wording(step))
        if isinstance(step, TaskStep):
            return self._on_task(step, done=intent is Intent.DONE)
        return self._probe(step) or self._go_on(self.phrase("acknowledgement"))

    def _aside_for(self, intent: Intent, step: Step) -> Decision | None:  # noqa: PLR0911 (one arm per intent)
        """The move for words that ask something of the interviewer; None when they are an answer."""
        match intent:
            case Intent.REPEAT:
                return self._move("repeat", step, self.phrase("repeat_introduction"), self._wording(step))
            case Intent.WAIT:
                return self._move("wait", step, self.phrase("take_your_time"))
            case Intent.END:
                return self._close("candidate")
            case Intent.ASK_ANSWER:
                return self._move("clarify", step, self.phrase("deflect_answer"))
            case Intent.ASK_RESULT:
                return self._move("clarify", step, self.phrase("deflect_score"))
            case Intent.ASK_COMPANY:
                return self._move("clarify", step, self.phrase("deflect_company"))
            case Intent.GIBBERISH:
                return self._unclear(step)
            case Intent.SKIP:
                return self._go_on(self.phrase("skip"))
            case Intent.DONT_KNOW:
                return self._go_on(self.phrase("dont_know"))
            case Intent.DONE | Intent.ANSWER:
                return None

    def silence(self) -> Decision:
        if not self.interview.moves:
            return self.greet()
        step = self.step
        if step is None or self._silences_in_a_row() >= _SILENT_QUESTIONS_TO_CLOSE * _MOST_SILENCES:
            return self._close("no_response")
        prompts = sum(move.kind == "silence_prompt" for move in self.moves_on(step))
        if prompts >= _MOST_SILENCES and not isinstance(step, TaskStep):
            return self._go_on(self.phrase("silence_last"))
        return self._move(
            "silence_prompt", step, self.phrase("silence_first" if prompts == 0 else "silence_second")
        )

    def come_back(self) -> Decision | None:
        """After a long absence: where we were, and the question again."""
        step = self.step
        if step is None or self.interview.unanswered:
            return None
        match step:
            case QuestionStep(question=question):
                topic = question.topic
            case TaskStep(task=task):
                topic = task.topic
            case PersonalStep():
                topic = "your own work"
        return self._move("repeat", step, self.phrase("resumed", topic=topic), self._wording(step))

    def _silences_in_a_row(self) -> int:
        """Silence prompts since the candidate last said anything."""
        count = 0
        for item in reversed(self.interview.items):
            if isinstance(item, Turn):
                break
            count += item.kind == "silence_prompt"
        return count

    def _wording(self, step: Step) -> str:
        """The probe just made; else the question in other words, then in its own, then in other words again."""
        last = self.moves_on(step)[-1]
        if last.kind == "probe":
            return last.authored
        times = sum(move.kind == "repeat" for move in self.moves_on(step))
        match step:
            case QuestionStep(question=question):
                texts = (question.rephrased, question.text)
            case PersonalStep():
                texts = (step.rephrased, step.text)
            case TaskStep(task=task):
                texts = (task.text, task.text)
        return texts[times % 2]

    def _question_unheard(self, step: Step) -> bool:
        """Whether the candidate spoke before they could have heard what they were asked."""
        last = self.moves_on(step)[-1]
        return last.interrupted and len(last.text.split()) < _HEARD_SHARE * len(last.authored.split())

    def _unclear(self, step: Step) -> Decision:
        tried = sum(move.kind == "clarify" for move in self.moves_on(step))
        if tried >= _MOST_CLARIFIED:
            return self._go_on(self.phrase("silence_last"))
        return self._move("clarify", step, self.phrase("did_not_catch"))

    def _on_task(self, step: TaskStep, *, done: bool) -> Decision:
        if self.overdue or any(move.kind == "probe" for move in self.moves_on(step)):
            return self._go_on(self.phrase("acknowledgement"))
        if done:
            run = self._newest_run(step)
            return self._move("probe", step, *run, self.phrase("code_walkthrough"))
        return self._move("continue", step, self.phrase("acknowledgement"))

    def _newest_run(self, step: TaskStep) -> tuple[str, ...]:
        """What the newest run of the task's own tests came to, as a fact without a judgement."""
        runs = [run.event for run in self.interview.runs if run.event.task_id == step.id]
        runs = [run for run in runs if run.tests_by == "task"]
        if not runs:
            return (self.phrase("code_did_not_run"),)
        passed_all = runs[-1].passed == runs[-1].total
        return (self.phrase("code_all_passed" if passed_all else "code_some_failed"),)

    def _probe(self, step: Step) -> Decision | None:
        """The follow-up that opens the weightiest key point still open, while there is time for it."""
        if self.overdue or self.hurried:
            return None
        moves = self.moves_on(step)
        if sum(move.kind == "probe" for move in moves) >= _MOST_PROBES:
            return None
        assert self.turn is not None
        acknowledgement = self.phrase("acknowledgement")
        if isinstance(step, QuestionStep):
            probed = {move.key_point for move in moves}
            still_open = self.conductor.open_points(step.question, self.said_on(step)) - probed
            follow_up = _weightiest(step.question, still_open)
            if follow_up is not None:
                return self._move("probe", step, acknowledgement, follow_up.text, key_point=follow_up.opens)
        elaborated = any(move.kind == "probe" for move in moves)
        if len(self.turn.text.split()) < _FEW_WORDS and not elaborated:
            return self._move("probe", step, acknowledgement, self.phrase("elaborate"))
        return None

    def _go_on(self, word: str) -> Decision:
        """On to the next step, after a word about the one before."""
        if self.overdue:
            return self._close("time")
        step = self.next_step
        if step is None:
            return self._close("completed")
        said = [word]
        if self.time_left <= _NEARLY_UP and not self._told_time():
            said.append(self.phrase("time_nearly_up"))
        if isinstance(step, QuestionStep):
            behavioural = step.question.kind == "behavioural"
            said.append(self.phrase("transition_behavioural" if behavioural else "transition"))
        return self._open(step, *said, kind="coding_task" if isinstance(step, TaskStep) else "ask")

    def _told_time(self) -> bool:
        variants = self.conductor.phrases.variants["time_nearly_up"]
        return any(variant in move.authored for variant in variants for move in self.interview.moves)

    def _open(self, step: Step, *said: str, kind: MoveKind) -> Decision:
        match step:
            case QuestionStep(question=question):
                return self._move(kind, step, *said, question.text)
            case PersonalStep():
                return self._move(kind, step, *said, step.text)
            case TaskStep(task=task):
                return self._move(kind, step, *said, self.phrase("coding_introduction"), task.text)

    def _close(self, reason: EndReason) -> Decision:
        occasions: dict[EndReason, Occasion] = {"candidate": "closing_early", "no_response": "closing_silent"}
        name = _first_name(self.interview.created.candidate_name)
        words = self.phrase(occasions.get(reason, "closing"), name=name)
        return Decision(self._move("close", None, words).move, end=reason)

    def _move(self, kind: MoveKind, step: Step | None, *said: str, key_point: str | None = None) -> Decision:
        is_task = isinstance(step, TaskStep)
        return Decision(
            MoveMade(
                item_id=f"m{self.interview.seq + 1}",
                kind=kind,
                text=" ".join(said),
                in_reply_to=self.turn.item_id if self.turn else None,
                question_id=step.id if step and not is_task else None,
                task_id=step.id if step and is_task else None,
                key_point=key_point,
            )
        )

    def phrase(self, occasion: Occasion, **values: str) -> str:
        said = [move.authored for move in self.interview.moves]
        return self.conductor.phrases.say(occasion, seed=self.interview.interview_id, said=said, **values)


def _weightiest(question: Question, open_points: frozenset[str]) -> FollowUp | None:
    weights = {point.id: point.weight for point in question.key_points}
    fitting = [follow_up for follow_up in question.follow_ups if follow_up.opens in open_points]
    return max(fitting, key=lambda follow_up: weights[follow_up.opens], default=None)


def _first_name(name: str) -> str:
    return name.split(maxsplit=1)[0] if name.split() else "there"
