"""The performance evaluator's request: a conversation, without the log of an interview behind it.

Interviewer turns are matched to questions of the bank by their words. What matches none has no key points and is
judged for communication only.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from runtime.evaluation.evaluator import evaluate
from runtime.evaluation.inputs import Answer, AnswerTurn, CodeEvidence, EvaluationInput, PersonalAnswer
from runtime.evaluation.language import clauses
from runtime.evaluation.report import Report
from runtime.knowledge import Bank, Question

_INTERVIEWERS = frozenset({"assistant", "interviewer", "agent", "system", "model", "ai"})
# An interviewer rewords a question or puts a greeting before it; half its words of content are still there.
_SAME_QUESTION = 0.6


class ContentBlock(BaseModel):
    """A content block as Bedrock's Converse API writes it; blocks without text say nothing."""

    text: str = ""


class Message(BaseModel):
    """One turn. `role`: assistant or interviewer for the questions, anything else is the candidate."""

    role: str
    content: str | tuple[ContentBlock, ...]

    @property
    def text(self) -> str:
        if isinstance(self.content, str):
            return self.content
        return " ".join(block.text for block in self.content)


class CodeRun(BaseModel):
    """The outcome of one task: `testsBy` says who wrote the tests; unless it is the task, they are no evidence."""

    model_config = ConfigDict(populate_by_name=True)

    task_id: Annotated[str, Field(alias="taskId")] = "task"
    title: str = "Coding task"
    language: str = "python"
    passed: Annotated[int, Field(ge=0)]
    total: Annotated[int, Field(ge=0)]
    attempts: Annotated[int, Field(ge=1)] = 1
    tests_by: Annotated[Literal["task", "candidate", "model"], Field(alias="testsBy")] = "candidate"

    def evidence(self) -> CodeEvidence:
        return CodeEvidence.model_validate({**self.model_dump(), "passed": min(self.passed, self.total)})


class PerformanceRequest(BaseModel):
    """`{sessionId, conversationHistory, cv?, codeRuns?}`. The CV serves to mask names and schools, nothing else."""

    model_config = ConfigDict(populate_by_name=True)

    session_id: Annotated[str, Field(alias="sessionId", min_length=1, max_length=128)]
    conversation_history: Annotated[tuple[Message, ...], Field(alias="conversationHistory", max_length=2000)]
    cv: dict[str, Any] | str | None = None
    code_runs: Annotated[tuple[CodeRun, ...], Field(alias="codeRuns")] = ()


class InterviewRequest(BaseModel):
    """`{evaluation}`: an interview of the platform's, as it hands it to the evaluator. No agent may send one."""

    model_config = ConfigDict(extra="forbid")

    evaluation: EvaluationInput


def evaluate_conversation(request: PerformanceRequest, bank: Bank) -> Report:
    """The report of a conversation, by the interview's own path."""
    answers, personal = _answers(request.conversation_history, bank)
    return evaluate(
        EvaluationInput(
            interview_id=request.session_id,
            bank_digest=bank.digest,
            answers=answers,
            personal_answers=personal,
            code=tuple(run.evidence() for run in request.code_runs),
            masked_terms=tuple(_identity(request.cv)) if isinstance(request.cv, dict) else (),
        )
    )


def brief(report: dict[str, Any]) -> dict[str, Any]:
    """An agent gets scores and what to improve; the key points stay with the reviewers."""
    kept = ("interview_id", "scores", "overall", "intervals", "coverage", "recommendation", "findings")
    return {name: report[name] for name in kept}


def _answers(history: Sequence[Message], bank: Bank) -> tuple[tuple[Answer, ...], tuple[PersonalAnswer, ...]]:
    known: dict[str, tuple[Question, list[AnswerTurn]]] = {}
    other: dict[str, tuple[str, list[AnswerTurn]]] = {}
    current: list[AnswerTurn] | None = None
    open_question: Question | None = None
    for number, message in enumerate(history):
        text = message.text
        if message.role.strip().lower() in _INTERVIEWERS:
            question = match_question(text, bank)
            if question is not None:
                open_question = question
                current = known.setdefault(question.id, (question, []))[1]
            elif "?" in text and not (open_question and _is_follow_up(text, open_question)):
                open_question = None
                current = other.setdefault(f"question-{number}", (text, []))[1]
        else:
            if current is None:
                current = other.setdefault("opening", ("", []))[1]
            current.append(AnswerTurn(turn_id=f"turn-{number}", text=text))
    answers = tuple(Answer(question=question, turns=tuple(turns)) for question, turns in known.values())
    personal = tuple(
        PersonalAnswer(question_id=question_id, question=text, turns=tuple(turns))
        for question_id, (text, turns) in other.items()
    )
    return answers, personal


def match_question(text: str, bank: Bank) -> Question | None:
    """The bank's question that an interviewer's turn asks, or None. The most words in common wins."""
    said = _stems(text)
    best, found = _SAME_QUESTION, None
    for question in bank.questions:
        for wording in (question.text, question.rephrased):
            asked = _stems(wording)
            share = len(asked & said) / len(asked) if asked else 0.0
            if share > best:
                best, found = share, question
    return found


def _is_follow_up(text: str, question: Question) -> bool:
    said = _stems(text)
    return any(
        len(asked & said) / len(asked) >= _SAME_QUESTION
        for asked in (_stems(follow_up.text) for follow_up in question.follow_ups)
        if asked
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(token.stem for clause in clauses(text) for token in clause.tokens if token.weight)


def _identity(cv: dict[str, Any]) -> Iterator[str]:
    """Names and schools of a JSON Resume, whose leaves are texts or `{value}`."""
    resume = cv.get("resume", cv)
    if not isinstance(resume, dict):
        return
    basics, education = resume.get("basics"), resume.get("education")
    if isinstance(basics, dict):
        name = _leaf(basics.get("name"))
        yield from re.findall(r"[^\W\d_]{2,}", name)
    if isinstance(education, list):
        for entry in education:
            if isinstance(entry, dict) and (school := _leaf(entry.get("institution"))):
                yield school


def _leaf(value: object) -> str:
    if isinstance(value, dict):
        value = value.get("value")
    return value if isinstance(value, str) else ""
