"""The conductor: which move comes next. Pure code; no model decides what is asked.

Given the frozen plan, the interview so far and what has just happened (a turn, or a silence), it answers with one
move and the authored text for it. The candidate gets every core question for which there is time, at most two probes
on each, and never the same words twice unless they asked for them: where every variant of a phrase has been said, it
is left out, and where a move would then say nothing, the interview goes on. So it always ends.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from runtime.interview.events import ConsentRecorded, EndReason, Event, MoveKind, MoveMade
from runtime.interview.intents import Intent, intent_of, is_assent
from runtime.interview.interview import Interview, Move, Turn
from runtime.interview.names import spoken_name
from runtime.interview.plan import PersonalStep, Plan, QuestionStep, Step, TaskStep
from runtime.knowledge.bank import FollowUp, Question
from runtime.knowledge.phrases import Occasion, Phrases

_MOST_PROBES: Final = 2
# How often one question is said again, waited for, or found unclear before it is left.
_MOST_REPEATED: Final = 4
_MOST_WAITED: Final = 2
_MOST_CLARIFIED: Final = 2
_MOST_HESITATED: Final = 4
# Whoever interrupts a question more often than this is taken to have heard it.
_MOST_UNHEARD: Final = 2
_MOST_SILENCES: Final = 2
_SILENT_QUESTIONS_TO_CLOSE: Final = 3
# A probe is worth its time only while the rest of the plan still has some.
_PROBE_SHARE: Final = 1.15
_NEARLY_UP: Final = 0.15
# An answer of fewer words than this has said next to nothing.
_FEW_WORDS: Final = 6
# And one of fewer than this is asked for more before anything else: nobody thanks for the explanation of a word.
_TERSE: Final = 4
# From here on there was something to follow, so that it can be thanked for.
_EXPLAINED: Final = 25
# Past this share of the time beyond its end, whatever is said is answered by the close.
_GRACE: Final = 0.1
# A candidate who was away for longer than this was not in the interview; the rest of the gap is not their time.
_LONGEST_GAP: Final = timedelta(minutes=15)
GRANTED_PAUSE_MS: Final = 60_000
# As many as a task may have tests.
_NUMBERS: Final = (
    *("none", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
    "twenty",
)
_ASKING: Final = frozenset[MoveKind]({"greet", "ask", "coding_task", "probe"})

_ASIDES: Final = frozenset[MoveKind]({"wait", "silence_prompt", "clarify", "continue"})
# What already says that another question comes; a transition after it would say so twice.
_MOVING_ON: Final = frozenset[Occasion]({"skip", "silence_last"})

type OpenPoints = Callable[[Question, Sequence[str]], frozenset[str]]
"""Which key points of the question the candidate's words have not shown yet (ids)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A move to append, the facts that hold from it on, and whether the interview ends with it."""

    move: MoveMade
    end: EndReason | None = None
    facts: tuple[Event, ...] = ()


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
        left = self.steps_left
        # Nobody is asked fewer of everybody's questions because their CV gave rise to others.
        core = [step for step in left if not isinstance(step, PersonalStep)] if self.hurried else []
        return next(iter(core or left), None)

    @property
    def steps_left(self) -> list[Step]:
        named = {move.question_id or move.task_id for move in self.interview.moves}
        return [step for step in self.plan.steps if step.id not in named]

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
        """The share of the plan's time that is left; negative beyond its end."""
        begun = self.interview.moves[0].seq
        moments = [*(item.at for item in self.interview.items if item.seq >= begun), self.now]
        spent = sum((min(after - before, _LONGEST_GAP) for before, after in pairwise(moments)), timedelta())
        return 1 - spent / timedelta(minutes=self.plan.minutes)

    @property
    def hurried(self) -> bool:
        """Whether the steps left need more than the time left, at the plan's own pace."""
        left = len(self.steps_left) / len(self.plan.steps)
        return left > self.time_left * _PROBE_SHARE

    # Moves

    def greet(self) -> Decision:
        created = self.interview.created
        values = {"name": spoken_name(created.candidate_name), "minutes": str(self.plan.minutes)}
        if created.role:
            said = [self.phrase("greeting", role=created.role, **values)]
        else:
            said = [self.phrase("greeting_without_role", **values)]
        if created.language.lower().split("-")[0] != "en":
            said.append(self.phrase("in_english"))
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
        if step is None or self.time_left <= -_GRACE:
            return self._finish()
        intent = intent_of(self.turn.text, self.conductor.vocabulary)
        aside = self._consent_to_go_on(step) or self._aside_for(intent, step)
        if aside is not None:
            return aside
        if self._question_unheard(step):
            return self._move("repeat", step, self._wording(step), opening=self.fresh("interrupted"))
        if isinstance(step, TaskStep):
            return self._on_task(step, done=intent is Intent.DONE)
        probe = None if intent is Intent.DONE else self._probe(step)
        return probe or self._go_on(self._acknowledgement())

    def _consent_to_go_on(self, step: Step) -> Decision | None:
        """A mere yes after words that asked nothing about the subject is no answer to the question before them."""
        last = self.interview.moves[-1]
        assert self.turn is not None
        if isinstance(step, TaskStep) or not is_assent(self.turn.text):
            return None
        if self._says(last, "silence_second"):
            return self._say_again(step)
        # Whoever was asked to say it once more may have said yes before.
        if last.kind in _ASIDES and not self._says(last, "did_not_catch"):
            return self._respond("continue", step, "listening", "silence_first", at_most=_MOST_HESITATED)
        return None

    def _aside_for(self, intent: Intent, step: Step) -> Decision | None:  # noqa: PLR0911, PLR0912 (one arm per intent)
        """The move for words that ask something of the interviewer; None when they are an answer."""
        match intent:
            case Intent.REPEAT:
                return self._say_again(step)
            case Intent.CLARIFICATION:
                return self._say_again(step, "clarification")
            case Intent.WAIT:
                return self._respond("wait", step, "take_your_time", "silence_first", at_most=_MOST_WAITED)
            case Intent.BREAK:
                return self._respond("wait", step, "break")
            case Intent.UNWELL:
                return self._respond("wait", step, "unwell")
            case Intent.STOP:
                return self._respond("clarify", step, "offer_end")
            case Intent.RESCHEDULE:
                return self._respond("clarify", step, "reschedule")
            case Intent.PRESENCE:
                return self._respond("clarify", step, "present")
            case Intent.CONNECTION:
                return self._respond("clarify", step, "connection")
            case Intent.IDENTITY:
                return self._respond("clarify", step, "identity")
            case Intent.ASK_RECORDING:
                on = self.interview.recording
                return self._respond("clarify", step, "recording_asked_on" if on else "recording_asked_off")
            case Intent.STOP_RECORDING:
                return self._stop_recording(step)
            case Intent.END:
                return self._close("candidate")
            case Intent.ASK_ANSWER:
                return self._respond("clarify", step, "deflect_answer", at_most=_MOST_CLARIFIED)
            case Intent.ASK_RESULT:
                return self._respond("clarify", step, "deflect_score", at_most=_MOST_CLARIFIED)
            case Intent.ASK_COMPANY:
                return self._respond("clarify", step, "deflect_company", at_most=_MOST_CLARIFIED, free=True)
            case Intent.GIBBERISH:
                return self._respond("clarify", step, "did_not_catch", at_most=_MOST_CLARIFIED)
            case Intent.SKIP:
                return self._go_on("skip")
            case Intent.DONT_KNOW:
                return self._go_on("dont_know")
            case Intent.HESITATION if not isinstance(step, TaskStep) and not self._question_unheard(step):
                return self._respond("continue", step, "listening", "silence_first", at_most=_MOST_HESITATED)
            case Intent.DONE | Intent.ANSWER | Intent.HESITATION:
                return None

    def _stop_recording(self, step: Step) -> Decision:
        if not self.interview.recording:
            return self._respond("clarify", step, "recording_asked_off")
        # Said even when every variant was: a withdrawn consent is always confirmed.
        words = (self.phrase("recording_stopped"),)
        return replace(self._aside("clarify", step, words), facts=(ConsentRecorded(recording=False),))

    def silence(self) -> Decision:
        if not self.interview.moves:
            return self.greet()
        step = self.step
        if step is None:
            return self._finish()
        if self._silences_in_a_row() >= _SILENT_QUESTIONS_TO_CLOSE * _MOST_SILENCES:
            return self._close("no_response")
        prompts = sum(move.kind == "silence_prompt" for move in self.moves_on(step))
        if prompts >= _MOST_SILENCES and not isinstance(step, TaskStep):
            return self._go_on("silence_last")
        occasion: Occasion = "silence_first" if prompts == 0 else "silence_second"
        return self._respond("silence_prompt", step, occasion)

    def _say_again(self, step: Step, introduction: Occasion = "repeat_introduction") -> Decision:
        asked_again = sum(
            move.kind == "repeat" and move.in_reply_to is not None for move in self.moves_on(step)
        )
        if asked_again >= _MOST_REPEATED:
            return self._go_on("silence_last")
        if introduction == "clarification":
            # No word of a model narrows a question for one candidate and not for the next.
            return self._move("repeat", step, *self.fresh(introduction), self._wording(step))
        return self._move("repeat", step, self._wording(step), opening=self.fresh(introduction))

    def _respond(
        self,
        kind: MoveKind,
        step: Step,
        *occasions: Occasion,
        at_most: int | None = None,
        free: bool = False,
    ) -> Decision:
        """A phrase for the first of `occasions` that has one left; on to the next step when none has.

        `free`: an interviewer may say it in other words.
        """
        times = sum(
            move.kind == kind and any(self._says(move, occasion) for occasion in occasions)
            for move in self.moves_on(step)
        )
        words = next((said for occasion in occasions if (said := self.fresh(occasion))), ())
        if not words or (at_most is not None and times >= at_most):
            return self._go_on("silence_last")
        return self._aside(kind, step, words, free=free)

    def _aside(self, kind: MoveKind, step: Step, words: tuple[str, ...], *, free: bool = False) -> Decision:
        """`words` beside the question; after them the question, for whom they kept from hearing it."""
        opening, said = (words, ()) if free else (None, words)
        if kind == "clarify" and self._question_unheard(step):
            return self._move("repeat", step, *said, self._wording(step), opening=opening)
        return self._move(kind, step, *said, opening=opening)

    def _says(self, move: Move, occasion: Occasion) -> bool:
        return any(variant in move.authored for variant in self.conductor.phrases.variants[occasion])

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
        return self._move("repeat", step, self._wording(step), opening=self.fresh("resumed", topic=topic))

    def _silences_in_a_row(self) -> int:
        """Silence prompts since the candidate last said anything."""
        count = 0
        for item in reversed(self.interview.items):
            if isinstance(item, Turn):
                break
            count += item.kind == "silence_prompt"
        return count

    def _wording(self, step: Step) -> str:
        """The newest probe; else the question in other words, then in its own, then in other words again."""
        moves = self.moves_on(step)
        asked = next(move for move in reversed(moves) if move.kind in _ASKING)
        if asked.kind == "probe":
            return self._probe_alone(step, asked)
        times = sum(move.kind == "repeat" for move in moves)
        match step:
            case QuestionStep(question=question):
                texts = (question.rephrased, question.text)
            case PersonalStep():
                texts = (step.rephrased, step.text)
            case TaskStep(task=task):
                texts = (task.text, task.text)
        return texts[times % 2]

    def _probe_alone(self, step: Step, probe: Move) -> str:
        """What a probe asks, without the words around it."""
        variants = self.conductor.phrases.variants
        texts = [*variants["elaborate"], *variants["code_walkthrough"], *variants["code_open_cases"]]
        if isinstance(step, QuestionStep):
            texts += [follow_up.text for follow_up in step.question.follow_ups]
        return next((text for text in texts if text in probe.authored), probe.authored)

    def _question_unheard(self, step: Step) -> bool:
        """Whether the candidate spoke before they could have heard what they were asked."""
        moves = self.moves_on(step)
        return moves[-1].unheard and sum(move.unheard for move in moves) <= _MOST_UNHEARD

    def _on_task(self, step: TaskStep, *, done: bool) -> Decision:
        moves = self.moves_on(step)
        if self.overdue or any(move.kind == "probe" for move in moves):
            return self._go_on(self._acknowledgement())
        run = any(run.event.task_id == step.id for run in self.interview.runs)
        reminded = any(self._says(move, "code_not_run") for move in moves)
        if done and not run and not reminded and (reminder := self.fresh("code_not_run")):
            return self._move("continue", step, *reminder)
        # Once told how to finish, somebody who thinks aloud needs no more than a word.
        told = any(move.kind == "continue" for move in moves)
        words = self.fresh("acknowledgement") if told else self.fresh("keep_coding")
        if done or not words:
            return self._move("probe", step, *self._about_the_code(step))
        return self._move("continue", step, *words)

    def _about_the_code(self, step: TaskStep) -> tuple[str, ...]:
        """What the newest run of the task's own tests came to, as a fact without a judgement, and a question about the
        code: about what does not work yet where a test fails. No word of a test, which may be a hidden one."""
        runs = [run.event for run in self.interview.runs if run.event.task_id == step.id]
        runs = [run for run in runs if run.tests_by == "task" and run.total]
        if not runs:
            return (self.phrase("code_walkthrough"),)
        passed, total = runs[-1].passed, runs[-1].total
        if passed == total:
            return (self.phrase("code_all_passed"), self.phrase("code_walkthrough"))
        told = self.phrase("code_some_failed", passed=_in_words(passed), total=_in_words(total))
        return (told, self.phrase("code_open_cases"))

    def _probe(self, step: Step) -> Decision | None:
        """The follow-up that opens the weightiest key point still open, while there is time for it."""
        if self.overdue or self.hurried:
            return None
        moves = self.moves_on(step)
        if sum(move.kind == "probe" for move in moves) >= _MOST_PROBES:
            return None
        assert self.turn is not None
        words = len(self.turn.text.split())
        elaborated = any(self._says(move, "elaborate") for move in moves)
        elaborate = () if elaborated else self.fresh("elaborate")
        if isinstance(step, QuestionStep):
            probed = {move.key_point for move in moves}
            still_open = self.conductor.open_points(step.question, self.said_on(step)) - probed
            follow_up = _weightiest(step.question, still_open)
            if follow_up is not None and not (words < _TERSE and elaborate):
                acknowledgement = self.fresh("acknowledgement")
                return self._move(
                    "probe", step, follow_up.text, opening=acknowledgement, key_point=follow_up.opens
                )
        probed_before = any(move.kind == "probe" for move in moves)
        if elaborate and (words < _TERSE or (words < _FEW_WORDS and not probed_before)):
            return self._move("probe", step, *elaborate, opening=())
        return None

    def _acknowledgement(self) -> Occasion:
        """What to thank for: an explanation only where there was one."""
        assert self.turn is not None
        explained = len(self.turn.text.split()) >= _EXPLAINED and self.fresh("acknowledgement_explained")
        return "acknowledgement_explained" if explained else "acknowledgement"

    def _go_on(self, occasion: Occasion) -> Decision:
        """On to the next step, after a word about the one before."""
        step = self.next_step
        if step is None or self.overdue:
            return self._finish()
        opening = self.fresh(occasion)
        moved_on = bool(opening) and occasion in _MOVING_ON
        time: tuple[str, ...] = ()
        if self.time_left <= _NEARLY_UP and not self._told_time():
            time = self.fresh("time_nearly_up")
        if isinstance(step, QuestionStep) and not moved_on and not time:
            behavioural = step.question.kind == "behavioural"
            opening += self.fresh("transition_behavioural" if behavioural else "transition")
        kind: MoveKind = "coding_task" if isinstance(step, TaskStep) else "ask"
        return self._open(step, *time, kind=kind, opening=opening)

    def _finish(self) -> Decision:
        """The end that is due: everything was asked, or the time is over."""
        return self._close("time" if self.steps_left else "completed")

    def _told_time(self) -> bool:
        return any(self._says(move, "time_nearly_up") for move in self.interview.moves)

    def _open(
        self, step: Step, *said: str, kind: MoveKind, opening: tuple[str, ...] | None = None
    ) -> Decision:
        match step:
            case QuestionStep(question=question):
                asked: tuple[str, ...] = (question.text,)
            case PersonalStep():
                asked = (step.text,)
            case TaskStep(task=task):
                asked = (self.phrase("coding_introduction"), task.text)
        return self._move(kind, step, *said, *asked, opening=opening)

    def _close(self, reason: EndReason) -> Decision:
        occasions: dict[EndReason, Occasion] = {
            "completed": "closing",
            "time": "closing_time",
            "candidate": "closing_early",
            "no_response": "closing_silent",
        }
        name = spoken_name(self.interview.created.candidate_name)
        words = self.phrase(occasions[reason], name=name)
        return Decision(self._move("close", None, words).move, end=reason)

    def _move(
        self,
        kind: MoveKind,
        step: Step | None,
        *said: str,
        opening: tuple[str, ...] | None = None,
        key_point: str | None = None,
    ) -> Decision:
        """A move that says `opening`, which an interviewer may put into other words, then `said` as it stands.

        An empty opening is one that the authors have no fresh words for; None is no place for anybody's words.
        What is asked, disclosed or counted is never in the opening: everybody hears that in the same words (ADR 6).
        """
        is_task = isinstance(step, TaskStep)
        text = " ".join((*(opening or ()), *said))
        return Decision(
            MoveMade(
                item_id=f"m{self.interview.seq + 1}",
                kind=kind,
                text=text,
                fixed_from=None if opening is None else len(text) - len(" ".join(said)),
                in_reply_to=self.turn.item_id if self.turn else None,
                question_id=step.id if step and not is_task else None,
                task_id=step.id if step and is_task else None,
                key_point=key_point,
            )
        )

    def phrase(self, occasion: Occasion, **values: str) -> str:
        said = [move.authored for move in self.interview.moves]
        return self.conductor.phrases.say(occasion, seed=self.interview.interview_id, said=said, **values)

    def fresh(self, occasion: Occasion, **values: str) -> tuple[str, ...]:
        """A phrase that was not said yet; nothing when all were."""
        phrase = self.phrase(occasion, **values)
        return () if any(phrase in move.authored for move in self.interview.moves) else (phrase,)


def _weightiest(question: Question, open_points: frozenset[str]) -> FollowUp | None:
    weights = {point.id: point.weight for point in question.key_points}
    fitting = [follow_up for follow_up in question.follow_ups if follow_up.opens in open_points]
    return max(fitting, key=lambda follow_up: weights[follow_up.opens], default=None)


def _in_words(number: int) -> str:
    """A number as it is spoken in "of the eight tests, none passed"."""
    return _NUMBERS[number] if number < len(_NUMBERS) else str(number)
