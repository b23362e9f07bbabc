"""What an interview hands to the evaluator: the answers, the executed code, and what they were asked from."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from runtime.knowledge import Question


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class AnswerTurn(_Value):
    """One thing the candidate said or typed; quotes in a report point into `text` by character offsets.

    `heard`: what was recognised, when the candidate has corrected it since.
    """

    turn_id: str
    text: str
    modality: Literal["speech", "text"] = "text"
    heard: str | None = None


class _Answered(_Value):
    turns: tuple[AnswerTurn, ...] = ()
    asked: bool = True
    skipped: bool = False


class Answer(_Answered):
    """A question of the bank and everything the candidate answered to it, follow-ups included, in order.

    `asked` false: the interview ended before it. `skipped`: the candidate asked to move on.
    """

    question: Question


class PersonalAnswer(_Answered):
    """An answer to a question that has no key points (from the CV, or unknown to the bank).

    It is judged for communication only.
    """

    question_id: str
    question: str


class CodeEvidence(_Value):
    """The best run of one coding task. Only `tests_by == "task"` is evidence: nobody sets their own exam.

    `attempts`: runs up to the best one, which is `run_id`; what was tried after it costs nothing. `run_ids`: all runs,
    oldest first; none in reports of 0.1. `lines`, `complexity` (of the most complex function) and `lint` (faults found)
    describe its source where they were measured. They are shown and weigh nothing: a short program is not a better one.
    """

    task_id: str
    title: str
    language: str
    passed: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]
    attempts: Annotated[int, Field(ge=1)] = 1
    tests_by: Literal["task", "candidate", "model"]
    run_id: str | None = None
    run_ids: tuple[str, ...] = ()
    lines: Annotated[int, Field(ge=0)] | None = None
    complexity: Annotated[int, Field(ge=0)] | None = None
    lint: Annotated[int, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _passed_within_total(self) -> Self:
        if self.passed > self.total:
            raise ValueError(f"task {self.task_id}: {self.passed} tests passed of {self.total}")
        return self


class EvaluationInput(_Value):
    """One interview, as the evaluator reads it.

    `masked_terms`: the candidate's own names and schools, if known; they are masked wherever they stand.
    """

    interview_id: str
    plan_digest: str = ""
    bank_digest: str = ""
    mode: Literal["practice", "assessment"] = "practice"
    answers: tuple[Answer, ...] = ()
    code: tuple[CodeEvidence, ...] = ()
    personal_answers: tuple[PersonalAnswer, ...] = ()
    masked_terms: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _turn_ids_differ(self) -> Self:
        answered: tuple[_Answered, ...] = (*self.answers, *self.personal_answers)
        ids = [turn.turn_id for answer in answered for turn in answer.turns]
        if len(set(ids)) != len(ids):
            twice = sorted({turn_id for turn_id in ids if ids.count(turn_id) > 1})
            raise ValueError(f"turn ids must differ, since quotes name them; these stand twice: {twice[:3]}")
        return self
