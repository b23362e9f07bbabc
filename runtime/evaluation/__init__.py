"""Evaluation: what was said and executed becomes evidence, evidence becomes scores, scores a report.

Reads the bank's schema and its own inputs only; a service maps an interview's log onto them.
"""

from runtime.evaluation.evaluator import evaluate
from runtime.evaluation.evidence import Extraction, Extractor, LexicalExtractor, Rubric, check_quotes
from runtime.evaluation.grading import Grade, grade
from runtime.evaluation.inputs import Answer, AnswerTurn, CodeEvidence, EvaluationInput, PersonalAnswer
from runtime.evaluation.ports import EvaluationFailedError, Evaluator, PdfFailedError, PdfWriter
from runtime.evaluation.report import (
    DIMENSIONS,
    CandidateReport,
    Dimension,
    Finding,
    Improvement,
    Interval,
    KeyPointEvidence,
    Override,
    QuestionEvidence,
    Quote,
    Report,
    ReviewerReport,
    Scores,
    Strength,
    View,
)
from runtime.evaluation.views import for_candidate, for_reviewers

__all__ = [
    "DIMENSIONS",
    "Answer",
    "AnswerTurn",
    "CandidateReport",
    "CodeEvidence",
    "Dimension",
    "EvaluationFailedError",
    "EvaluationInput",
    "Evaluator",
    "Extraction",
    "Extractor",
    "Finding",
    "Grade",
    "Improvement",
    "Interval",
    "KeyPointEvidence",
    "LexicalExtractor",
    "Override",
    "PdfFailedError",
    "PdfWriter",
    "PersonalAnswer",
    "QuestionEvidence",
    "Quote",
    "Report",
    "ReviewerReport",
    "Rubric",
    "Scores",
    "Strength",
    "View",
    "check_quotes",
    "evaluate",
    "for_candidate",
    "for_reviewers",
    "grade",
]
