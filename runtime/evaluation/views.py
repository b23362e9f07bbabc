"""Who sees what of a report: reviewers everything, its candidate nothing of the rubric but what they showed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.evaluation.evaluator import story_part
from runtime.evaluation.report import (
    CandidateImprovement,
    CandidateQuestion,
    CandidateReport,
    Decision,
    Dimension,
    Improvement,
    KeyPointEvidence,
    Override,
    QuestionEvidence,
    Report,
    ReviewerReport,
    ShownPoint,
)


def for_reviewers(report: Report, overrides: Sequence[Override]) -> ReviewerReport:
    """The whole report, and what people decided since."""
    return ReviewerReport(**dict(report), overrides=tuple(overrides))


def for_candidate(report: Report, overrides: Sequence[Override]) -> CandidateReport:
    """The report without the rubric: of key points only those that were shown, and no finding."""
    last = overrides[-1] if overrides else None
    return CandidateReport(
        interview_id=report.interview_id,
        mode=report.mode,
        scores=report.scores,
        overall=report.overall,
        intervals=report.intervals,
        coverage=report.coverage,
        strengths=report.strengths,
        improvements=tuple(_advice(report)),
        recommendation=report.recommendation,
        recommendation_reason=report.recommendation_reason,
        evidence=tuple(map(_question, report.evidence)),
        code=report.code,
        method=report.method,
        decision=Decision(recommendation=last.recommendation, scores=last.scores, at=last.at)
        if last
        else None,
    )


def _question(question: QuestionEvidence) -> CandidateQuestion:
    return CandidateQuestion(
        question_id=question.question_id,
        question=question.question,
        competency=question.competency,
        asked=question.asked,
        answered=question.answered,
        skipped=question.skipped,
        level=question.level,
        structure=question.structure,
        shown=tuple(
            ShownPoint(claim=point.claim, quotes=point.quotes)
            for point in question.key_points
            if point.status == "shown"
        ),
    )


def _advice(report: Report) -> Iterator[CandidateImprovement]:
    """The improvements; of those that give a rubric's words, how much was missing, once for each question."""
    points = {
        (question.question_id, point.key_point_id): point
        for question in report.evidence
        for point in question.key_points
    }
    texts = {question.question_id: question.question for question in report.evidence}
    counted: dict[tuple[Dimension, str | None], list[tuple[Improvement, list[KeyPointEvidence]]]] = {}
    for improvement in report.improvements:
        named = [points[(improvement.question_id or "", id_)] for id_ in improvement.key_point_ids]
        if not all(map(story_part, named)):
            counted.setdefault((improvement.dimension, improvement.question_id), []).append(
                (improvement, named)
            )
    for improvement in report.improvements:
        group = counted.get((improvement.dimension, improvement.question_id), [])
        if all(improvement is not other for other, _ in group):
            yield _improvement(improvement, improvement.text, improvement.would_reach)
        elif improvement is group[0][0]:
            text = _gap(
                texts[improvement.question_id or ""], [point for _, named in group for point in named]
            )
            reached = [other.would_reach for other, _ in group if other.would_reach is not None]
            yield _improvement(improvement, text, max(reached, default=None))


def _improvement(of: Improvement, text: str, would_reach: float | None) -> CandidateImprovement:
    return CandidateImprovement(
        dimension=of.dimension, text=text, question_id=of.question_id, would_reach=would_reach
    )


def _gap(question: str, missing: Sequence[KeyPointEvidence]) -> str:
    wrong = sum(point.status == "contradicted" for point in missing)
    left = len(missing) - wrong
    asked = f"\N{LEFT DOUBLE QUOTATION MARK}{question}\N{RIGHT DOUBLE QUOTATION MARK}"
    parts = []
    if left:
        parts.append(f"{left} more {'thing' if left == 1 else 'things'} would have counted")
    if wrong:
        parts.append(f"{wrong} {'thing' if wrong == 1 else 'things'} that you said should be looked up again")
    return f"When asked {asked}: {', and '.join(parts)}."
