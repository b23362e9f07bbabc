"""Evaluation: what was said and executed becomes evidence, evidence becomes scores, scores a report.

Reads the bank's schema and its own inputs only; a service maps an interview's log onto them.
"""

from runtime.evaluation.evaluator import evaluate
from runtime.evaluation.evidence import Extraction, Extractor, LexicalExtractor, Rubric, check_quotes
from runtime.evaluation.grading import Grade, grade
from runtime.evaluation.inputs import Answer, AnswerTurn, CodeEvidence, EvaluationInput, PersonalAnswer
from runtime.evaluation.ports import EvaluationFailedError, Evaluator
from runtime.evaluation.report import (
    DIMENSIONS,
    Dimension,
    Finding,
    Improvement,
    Interval,
    KeyPointEvidence,
    QuestionEvidence,
    Quote,
    Report,
    Scores,
    Strength,
)

__all__ = [
    "DIMENSIONS",
    "Answer",
    "AnswerTurn",
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
    "PersonalAnswer",
    "QuestionEvidence",
    "Quote",
    "Report",
    "Rubric",
    "Scores",
    "Strength",
    "check_quotes",
    "evaluate",
    "grade",
]
