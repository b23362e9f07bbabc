"""The report: every score, the interval it is known to, and the words or executed tests it rests on.

`Report.model_dump(mode="json")` is the one wire shape: the performance evaluator's answer, the REST report
and the stored blob alike.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from runtime.evaluation.inputs import CodeEvidence

Dimension = Literal["technical_knowledge", "problem_solving", "communication", "code_quality", "cultural_fit"]
DIMENSIONS: tuple[Dimension, ...] = (
    "technical_knowledge",
    "problem_solving",
    "communication",
    "code_quality",
    "cultural_fit",
)
Status = Literal["shown", "touched", "contradicted", "absent", "not_asked"]
Verdict = Literal["strong_hire", "hire", "borderline", "no_hire"]
Recommendation = Literal[Verdict, "incomplete"]
Points = Annotated[float, Field(ge=1, le=10)]
Share = Annotated[float, Field(ge=0, le=1)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Quote(_Value):
    """Characters `start` to `end` (exclusive) of the turn's text, which read `text`."""

    turn_id: str
    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    text: str


class KeyPointEvidence(_Value):
    """What the answer did with one key point.

    `shown`: it said what tells this point from the others. `touched`: it only came near it, in words that other points
    or questions share, or in a story about something else; the quote is the nearest place. `strength`: how much the
    formula counts, 0 to 1; little for what was touched, 0 for the rest.
    """

    key_point_id: str
    claim: str
    weight: float
    status: Status
    strength: Share
    quotes: tuple[Quote, ...] = ()


class QuestionEvidence(_Value):
    """One question: its key points, and how its answer was put together.

    `level`: the share of the key points' weight that was shown, 0 to 1; null when the question was not
    asked or has no key points. `structure`: how clear the answer was as an answer, 0 to 1; null when there
    was none. Of a question that was not asked, `question` is empty and no key points are listed.
    """

    question_id: str
    question: str
    competency: Dimension | None
    asked: bool
    answered: bool
    skipped: bool
    level: Share | None
    structure: Share | None
    key_points: tuple[KeyPointEvidence, ...] = ()


class Interval(_Value):
    """Where the score would lie, in 90 of 100 draws, had other questions and evidence come up.

    `evidence_count`: quotes or executed tasks behind the score.
    """

    low: Points
    high: Points
    evidence_count: Annotated[int, Field(ge=1)]


class Scores(_Value):
    """1 to 10 in steps of 0.1, or null: not assessed, because nothing was shown."""

    technical_knowledge: Points | None = None
    problem_solving: Points | None = None
    communication: Points | None = None
    code_quality: Points | None = None
    cultural_fit: Points | None = None


class Intervals(_Value):
    """The interval of each score; null where the score is null."""

    technical_knowledge: Interval | None = None
    problem_solving: Interval | None = None
    communication: Interval | None = None
    code_quality: Interval | None = None
    cultural_fit: Interval | None = None
    overall: Interval | None = None


class Coverage(_Value):
    """How much of the plan the scores rest on."""

    questions_planned: int
    questions_asked: int
    questions_answered: int
    key_points_asked: int
    key_points_shown: int
    key_points_contradicted: int
    tasks_executed: int


class Strength(_Value):
    """Something the candidate showed, in words a candidate may read, with where it was said."""

    dimension: Dimension
    text: str
    question_id: str | None = None
    quotes: tuple[Quote, ...] = ()


class Improvement(_Value):
    """What would raise this dimension by one band.

    `would_reach`: the score it would lead to; null where the dimension first needs any evidence.
    """

    dimension: Dimension
    text: str
    question_id: str | None = None
    key_point_ids: tuple[str, ...] = ()
    would_reach: Points | None = None


class Finding(_Value):
    """Something a reader should know that is not evidence, e.g. an instruction inside an answer."""

    kind: Literal[
        "instruction",
        "self_praise",
        "echo",
        "word_soup",
        "repetition",
        "model_tests",
        "rubric_recital",
        "rewritten",
    ]
    text: str
    quote: Quote | None = None


class Measured(_Value):
    """A measured value with its 90 % bootstrap interval."""

    value: float
    low: float
    high: float


class Validity(_Value):
    """How far this way of scoring agreed with people, and on which answers that was measured.

    `digest`: SHA-256 of the data set, hex (`benchmarks/grading.py` says over what). `r`: the mean of each question's
    Pearson correlation with human grades; `kappa`: quadratic weighted kappa over five classes.
    """

    data_set: str
    digest: str
    answers: int
    questions: int
    r: Measured
    kappa: Measured


class Method(_Value):
    """What made the report, so that it can be made again. Digests are SHA-256, hex.

    `model_digest` is of whatever read the answers: of the offline extractor its own code and fitted numbers, of a
    model its name and settings. `prompts_digest`: null when no model was asked. `validity`: null when agreement with
    people was not measured for this engine. All three are missing in reports of before they were given.
    """

    engine: str
    version: str
    model_digest: str = ""
    prompts_digest: str | None = None
    rubric_digest: str
    plan_digest: str
    bank_digest: str
    validity: Validity | None = None
    quotes_checked: int
    quotes_dropped: int


class Report(_Value):
    """The evaluation of one interview."""

    interview_id: str
    mode: Literal["practice", "assessment"]
    scores: Scores
    overall: Points | None
    intervals: Intervals
    coverage: Coverage
    strengths: tuple[Strength, ...]
    improvements: tuple[Improvement, ...]
    recommendation: Recommendation
    # Empty in reports made before it was given.
    recommendation_reason: str = ""
    evidence: tuple[QuestionEvidence, ...]
    code: tuple[CodeEvidence, ...]
    findings: tuple[Finding, ...]
    method: Method


class Override(_Value):
    """What a person decided in the report's place, with their reason. The report itself stays as it was made.

    `scores`: those that they gave other points, null for all others. `by`: the id of who decided.
    """

    recommendation: Verdict
    scores: Scores
    reason: str
    by: str
    at: datetime


class ReviewerReport(Report):
    """The whole report, and every override of it, oldest first: the last one counts."""

    view: Literal["reviewer"] = "reviewer"
    overrides: tuple[Override, ...] = ()


class ShownPoint(_Value):
    """A key point that the answer showed, with where it was said."""

    claim: str
    quotes: tuple[Quote, ...]


class CandidateQuestion(_Value):
    """One question as its candidate may see it: what was shown, and how much of what counts that was."""

    question_id: str
    question: str
    competency: Dimension | None
    asked: bool
    answered: bool
    skipped: bool
    level: Share | None
    structure: Share | None
    shown: tuple[ShownPoint, ...] = ()


class CandidateImprovement(_Value):
    """What would raise this dimension by one band, without saying what the answer is."""

    dimension: Dimension
    text: str
    question_id: str | None = None
    would_reach: Points | None = None


class Decision(_Value):
    """That a person decided, and what; who and why is the reviewers' affair."""

    recommendation: Verdict
    scores: Scores
    at: datetime


class CandidateReport(_Value):
    """The report as its candidate sees it.

    Made of what is named here and nothing else: what the rubric says of things that were not shown stays with the
    reviewers, and so does whatever a later release adds to `Report`.
    """

    view: Literal["candidate"] = "candidate"
    interview_id: str
    mode: Literal["practice", "assessment"]
    scores: Scores
    overall: Points | None
    intervals: Intervals
    coverage: Coverage
    strengths: tuple[Strength, ...]
    improvements: tuple[CandidateImprovement, ...]
    recommendation: Recommendation
    recommendation_reason: str
    evidence: tuple[CandidateQuestion, ...]
    code: tuple[CodeEvidence, ...]
    method: Method
    decision: Decision | None = None


View = Literal["candidate", "reviewer"]
