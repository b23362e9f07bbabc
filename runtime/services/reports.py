"""Reports: an ended interview's log mapped onto the evaluator's inputs, and the result kept.

A report is made from the log alone, so one that a crash prevented is made when somebody asks for it.
"""

from __future__ import annotations

import hashlib
import logging
import traceback
from collections import defaultdict
from collections.abc import Iterator, Sequence

from runtime.evaluation import (
    Answer,
    AnswerTurn,
    CandidateReport,
    CodeEvidence,
    EvaluationInput,
    Evaluator,
    Override,
    PdfWriter,
    PersonalAnswer,
    Report,
    ReviewerReport,
    Scores,
    View,
    for_candidate,
    for_reviewers,
)
from runtime.evaluation.document import About, Document, document
from runtime.interview.events import Event, ReportFailed, ReportMade, ReportOverridden
from runtime.interview.intents import Intent, intent_of
from runtime.interview.interview import Interview, Run, Turn
from runtime.interview.log import amend, load
from runtime.interview.plan import PersonalStep, Plan, QuestionStep, TaskStep
from runtime.interview.store import Store
from runtime.services.errors import NotThereError, RefusedError, ReportFailedError
from runtime.services.plans import Plans

_log = logging.getLogger(__name__)

_FAILED = "the evaluator failed"


class NotEndedError(RefusedError):
    """The interview goes on; there is no report yet."""


class Reports:
    """The reports of all interviews."""

    def __init__(self, store: Store, plans: Plans, evaluate: Evaluator, write_pdf: PdfWriter) -> None:
        self._store = store
        self._plans = plans
        self._evaluate = evaluate
        self._write_pdf = write_pdf

    def report(self, interview_id: str, *, actor: str) -> Report:
        """The interview's report as it was made, and now if it was not yet.

        Raises `NotEndedError`, `NotThereError` when the interview ended before a question was asked, and
        `ReportFailedError` when the evaluator fails; asking again tries again.
        """
        return self._read(self._reported(interview_id, actor))

    def seen(self, interview_id: str, view: View, *, actor: str) -> ReviewerReport | CandidateReport:
        """The report and what people decided since, as reviewers or the candidate see it. Raises as `report` does."""
        return self._seen(self._reported(interview_id, actor), view)

    def document(self, interview_id: str, view: View, *, actor: str) -> Document:
        """The same for print. Raises as `report` does."""
        interview = self._reported(interview_id, actor)
        seen = self._seen(interview, view)
        counted = {task.run_id for task in seen.code}
        created = interview.created
        return document(
            seen,
            About(
                candidate=created.candidate_name,
                interview_type=created.interview_type,
                role=created.role,
                level=created.level,
                language=created.language,
                held_at=interview.created_at,
                sources={
                    run.event.run_id: self._store.blob(run.event.source).decode()
                    for run in interview.runs
                    if run.event.run_id in counted
                },
            ),
        )

    def pdf(self, interview_id: str, view: View, *, actor: str) -> bytes:
        """The same as a tagged PDF. Raises as `report` does, and `PdfFailedError`."""
        return self._write_pdf(self.document(interview_id, view, actor=actor))

    def override(self, interview_id: str, decided: ReportOverridden, *, actor: str) -> ReviewerReport:
        """Keep a person's decision beside the report. Raises as `report` does.

        What the same person decided last, decided again, is the same decision.
        """
        self._reported(interview_id, actor)

        def decide(interview: Interview) -> Sequence[Event]:
            last = interview.overrides[-1] if interview.overrides else None
            return [] if last and (last.event, last.actor) == (decided, actor) else [decided]

        interview = amend(self._store, interview_id, decide, actor=actor)
        return for_reviewers(self._read(interview), _overrides(interview))

    def _reported(self, interview_id: str, actor: str) -> Interview:
        interview = load(self._store, interview_id)
        if not interview.ended:
            raise NotEndedError("the interview has not ended; end it first, then the report can be read")
        return interview if interview.report else self._make(interview, actor)

    def _read(self, interview: Interview) -> Report:
        assert interview.report is not None
        return Report.model_validate_json(self._store.blob(interview.report))

    def _seen(self, interview: Interview, view: View) -> ReviewerReport | CandidateReport:
        make = for_reviewers if view == "reviewer" else for_candidate
        return make(self._read(interview), _overrides(interview))

    def _make(self, interview: Interview, actor: str) -> Interview:
        if interview.plan is None:
            raise NotThereError(
                "the interview ended before a question was asked, so there is nothing to report"
            )

        def decide(interview: Interview) -> Sequence[Event]:
            if interview.report:
                return []
            # Here, where a correction that comes meanwhile makes it be asked again: quotes stand in the transcript.
            report = self._evaluated(evaluation_input(interview, self._plans.plan(interview)))
            if report is None:
                return [] if interview.report_failed else [ReportFailed(reason=_FAILED)]
            body = report.model_dump_json().encode()
            # Named by its digest: of two made at once, the event names the one it means.
            key = f"reports/{interview.interview_id}/report-{hashlib.sha256(body).hexdigest()[:16]}.json"
            return [ReportMade(report=self._store.put_blob(key, body, media_type="application/json"))]

        made = amend(self._store, interview.interview_id, decide, actor=actor)
        if made.report is None:
            raise ReportFailedError(f"{_FAILED}; the interview is kept, and asking again tries again")
        return made

    def _evaluated(self, given: EvaluationInput) -> Report | None:
        try:
            return self._evaluate(given)
        except Exception as fault:  # noqa: BLE001 - whatever it is, the interview stays and can be evaluated again
            # Where it happened, and not what it says: that may hold a candidate's words.
            where = "".join(traceback.format_tb(fault.__traceback__))
            _log.error("%s on %s: %s\n%s", _FAILED, given.interview_id, type(fault).__name__, where)
            return None


def _overrides(interview: Interview) -> tuple[Override, ...]:
    return tuple(
        Override(
            recommendation=made.event.recommendation,
            scores=Scores.model_validate(made.event.scores),
            reason=made.event.reason,
            by=made.actor,
            at=made.at,
        )
        for made in interview.overrides
    )


def evaluation_input(interview: Interview, plan: Plan) -> EvaluationInput:
    """What the evaluator reads of an interview: per question the candidate's words, per task the best run."""
    said = _turns_by_step(interview)
    asked = {move.question_id or move.task_id for move in interview.moves}
    skipped = _skipped(interview)
    answers: list[Answer] = []
    personal: list[PersonalAnswer] = []
    for step in plan.steps:
        turns = tuple(
            AnswerTurn(
                turn_id=turn.item_id,
                text=turn.text,
                modality="speech" if turn.modality == "voice" else "text",
                heard=turn.original if turn.corrected else None,
            )
            for turn in said[step.id]
        )
        match step:
            case QuestionStep(question=question):
                answers.append(
                    Answer(question=question, turns=turns, asked=step.id in asked, skipped=step.id in skipped)
                )
            case PersonalStep():
                personal.append(
                    PersonalAnswer(
                        question_id=step.id,
                        question=step.text,
                        turns=turns,
                        asked=step.id in asked,
                        skipped=step.id in skipped,
                    )
                )
            case TaskStep():
                if turns:
                    personal.append(PersonalAnswer(question_id=step.id, question=step.task.text, turns=turns))
    return EvaluationInput(
        interview_id=interview.interview_id,
        plan_digest=plan.core_digest,
        bank_digest=plan.bank_digest,
        mode=interview.created.mode,
        answers=tuple(answers),
        personal_answers=tuple(personal),
        code=_code(interview, plan),
        masked_terms=tuple(interview.created.candidate_name.split()),
    )


def _turns_by_step(interview: Interview) -> dict[str, list[Turn]]:
    """The candidate's answers by the step they were given to."""
    said: dict[str, list[Turn]] = defaultdict(list)
    for turn, step in _addressed(interview):
        if turn.text.strip() and not _asks_for_something(turn.text):
            said[step].append(turn)
    return said


def _skipped(interview: Interview) -> set[str]:
    return {step for turn, step in _addressed(interview) if intent_of(turn.text, frozenset()) is Intent.SKIP}


def _addressed(interview: Interview) -> Iterator[tuple[Turn, str]]:
    """Each turn with the step it is about: the one that was open, as far as the candidate could know."""
    step: str | None = None
    heard: str | None = None
    for item in interview.items:
        if isinstance(item, Turn):
            if heard:
                yield item, heard
        else:
            before, step = step, item.question_id or item.task_id or step
            heard = before if item.unheard else step


def _asks_for_something(text: str) -> bool:
    """Whether the words ask something of the interviewer: they are in the transcript, but they answer nothing."""
    return intent_of(text, frozenset()) not in {Intent.ANSWER, Intent.GIBBERISH, Intent.DONT_KNOW}


def _code(interview: Interview, plan: Plan) -> tuple[CodeEvidence, ...]:
    by_task: dict[str, list[Run]] = defaultdict(list)
    for run in interview.runs:
        if run.event.task_id and run.event.tests_by == "task":
            by_task[run.event.task_id].append(run)
    evidence = []
    for task_id, runs in by_task.items():
        step = plan.step(task_id)
        best = max(runs, key=lambda run: run.event.passed)
        if isinstance(step, TaskStep):
            evidence.append(
                CodeEvidence(
                    task_id=task_id,
                    title=step.task.title,
                    language=best.event.language,
                    passed=best.event.passed,
                    total=best.event.total,
                    attempts=runs.index(best) + 1,
                    tests_by="task",
                    run_id=best.event.run_id,
                    run_ids=tuple(run.event.run_id for run in runs),
                    lines=best.event.lines,
                    complexity=best.event.complexity,
                    lint=best.event.lint,
                )
            )
    return tuple(evidence)
