"""From one interview's input to its report: extract, check, score. Pure: the same input gives the same bytes."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from runtime.evaluation import correction, guards, scores, star
from runtime.evaluation.evidence import Extraction, Extractor, LexicalExtractor, Rubric, check_quotes
from runtime.evaluation.inputs import Answer, AnswerTurn, CodeEvidence, EvaluationInput, PersonalAnswer
from runtime.evaluation.masking import mask
from runtime.evaluation.recommendation import BANDS, recommend
from runtime.evaluation.report import (
    DIMENSIONS,
    Coverage,
    Dimension,
    Finding,
    Improvement,
    Intervals,
    KeyPointEvidence,
    Method,
    QuestionEvidence,
    Quote,
    Report,
    Scores,
    Strength,
)
from runtime.evaluation.structure import structure
from runtime.evaluation.validity import validity_of

_CLEARLY_SHOWN = 0.6
_ATTEMPT_COST, _MOST_ATTEMPTS_COST = 0.03, 0.15
_PERSONAL_WORDS = 12
_NAMES: Mapping[Dimension, str] = {
    "technical_knowledge": "technical knowledge",
    "problem_solving": "problem solving",
    "communication": "communication",
    "code_quality": "code quality",
    "cultural_fit": "values shown in behaviour",
}


@dataclass(frozen=True, slots=True)
class _Read:
    """One question as read: its evidence for the report, and its units by dimension."""

    evidence: QuestionEvidence
    units: tuple[tuple[Dimension, scores.Unit], ...] = ()
    findings: tuple[Finding, ...] = ()
    checked: int = 0
    dropped: int = 0


def evaluate(given: EvaluationInput, *, extractor: Extractor | None = None) -> Report:
    """Evaluate one interview. No evidence for a dimension leaves it null; nothing stands in for a missing score."""
    extractor = extractor or LexicalExtractor()
    read = [_read(answer, given.masked_terms, extractor) for answer in given.answers]
    read += [_read_personal(answer, given.masked_terms) for answer in given.personal_answers]
    units: dict[Dimension, list[scores.Unit]] = {dimension: [] for dimension in DIMENSIONS}
    for one in read:
        for dimension, unit in one.units:
            units[dimension].append(unit)
    executed = [run for run in given.code if run.tests_by == "task" and run.total]
    units["code_quality"] = [_code_unit(run) for run in executed]
    scored, overall = scores.score_all(units)
    questions = tuple(one.evidence for one in read)
    recommendation, reason = recommend(overall, scored, questions)
    return Report(
        interview_id=given.interview_id,
        mode=given.mode,
        scores=Scores.model_validate({name: score.value for name, score in scored.items()}),
        overall=overall.value if overall else None,
        intervals=Intervals.model_validate(
            {name: score.interval for name, score in scored.items()}
            | ({"overall": overall.interval} if overall else {})
        ),
        coverage=_coverage(questions, len(executed)),
        strengths=_strengths(questions, executed),
        improvements=_improvements(questions, units, scored, executed),
        recommendation=recommendation,
        recommendation_reason=reason,
        evidence=questions,
        code=given.code,
        findings=_merged(
            (*(finding for one in read for finding in one.findings), *_code_findings(given.code))
        ),
        method=Method(
            engine=extractor.name,
            version=extractor.version,
            model_digest=extractor.digest,
            prompts_digest=extractor.prompts_digest,
            rubric_digest=_rubric_digest(given.answers),
            plan_digest=given.plan_digest,
            bank_digest=given.bank_digest,
            validity=validity_of(extractor),
            quotes_checked=sum(one.checked for one in read),
            quotes_dropped=sum(one.dropped for one in read),
        ),
    )


def _read(answer: Answer, terms: Sequence[str], extractor: Extractor) -> _Read:
    question = answer.question
    rubric = Rubric.of(question)
    answered = answer.asked and any(map(guards.answers, answer.turns))
    seen = mask(answer.turns, terms=terms, keep=[question.text, *(claim.text for claim in rubric.claims)])
    extraction = check_quotes(extractor.extract(rubric, seen), seen)
    extraction = _unmasked(extraction, answer.turns)
    # What was not asked may be asked next time: neither the question nor its key points leave the bank.
    points = extraction.key_points if answer.asked else ()
    unit = scores.question_unit(points) if answer.asked else None
    units: list[tuple[Dimension, scores.Unit]] = [(question.competency, unit)] if unit else []
    clear = None
    if answered:
        passages = [guards.passage(turn, _asides(turn)) for turn in seen]
        clear = structure(question.text, [claim.text for claim in rubric.claims], passages)
        # An answer that shows nothing of its question tells as little about communication as no answer.
        heard = sum(len(point.quotes) for point in points if point.strength or point.status == "contradicted")
        units.append(
            (
                "communication",
                scores.Unit(parts=((clear if heard else 0.0, 1.0),), evidence=heard, curve=False),
            )
        )
    return _Read(
        evidence=QuestionEvidence(
            question_id=question.id,
            question=question.text if answer.asked else "",
            competency=question.competency,
            asked=answer.asked,
            answered=answered,
            skipped=answer.skipped and not answered,
            level=round(scores.level(points), 3) if answer.asked else None,
            structure=clear,
            key_points=points,
        ),
        units=tuple(units),
        findings=(*extraction.findings, *_rewritten(answer.turns)),
        checked=extraction.quotes_checked,
        dropped=extraction.quotes_dropped,
    )


def _read_personal(answer: PersonalAnswer, terms: Sequence[str]) -> _Read:
    seen = mask(answer.turns, terms=terms, keep=[answer.question])
    passages = [guards.passage(turn, _asides(turn)) for turn in seen]
    answered = answer.asked and any(map(guards.answers, answer.turns))
    words = [token for passage in passages for part in passage.clauses for token in part.tokens]
    content = sum(token.weight > 0 for token in words)
    joined = len(words) - content
    clear = structure(answer.question, (), passages) if answered else None
    units: tuple[tuple[Dimension, scores.Unit], ...] = ()
    # Without key points nothing tells sense from noise but this: a few words of content, and grammar between them.
    if clear is not None and content >= _PERSONAL_WORDS and joined >= content / 3:
        units = (("communication", scores.Unit(parts=((clear, 1.0),), evidence=1, curve=False)),)
    return _Read(
        evidence=QuestionEvidence(
            question_id=answer.question_id,
            question=answer.question if answer.asked else "",
            competency=None,
            asked=answer.asked,
            answered=answered,
            skipped=answer.skipped and not answered,
            level=None,
            structure=clear,
        ),
        units=units,
        findings=(
            *(finding for turn in answer.turns for finding in guards.asides(turn)),
            *_rewritten(answer.turns),
        ),
    )


def _rewritten(turns: Sequence[AnswerTurn]) -> list[Finding]:
    return [finding for turn in turns if (finding := correction.rewritten(turn)) is not None]


def _merged(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Each finding once, in the order of their first, with how often it was made; the first one's quote stays."""
    rows: dict[tuple[str, str], list[Finding]] = {}
    for finding in findings:
        rows.setdefault((finding.kind, finding.text), []).append(finding)
    return tuple(
        row[0] if len(row) == 1 else row[0].model_copy(update={"text": f"{text} ({len(row)} times)"})
        for (_, text), row in rows.items()
    )


def _asides(turn: AnswerTurn) -> list[Quote]:
    return [finding.quote for finding in guards.asides(turn) if finding.quote is not None]


def _unmasked(extraction: Extraction, turns: Sequence[AnswerTurn]) -> Extraction:
    """The same evidence quoting what was said; masking keeps every character's place."""
    texts = {turn.turn_id: turn.text for turn in turns}

    def said(quote: Quote) -> Quote:
        return quote.model_copy(update={"text": texts[quote.turn_id][quote.start : quote.end]})

    return replace(
        extraction,
        key_points=tuple(
            point.model_copy(update={"quotes": tuple(said(quote) for quote in point.quotes)})
            for point in extraction.key_points
        ),
        findings=tuple(
            finding.model_copy(update={"quote": said(finding.quote)}) if finding.quote else finding
            for finding in extraction.findings
        ),
    )


def _code_unit(run: CodeEvidence) -> scores.Unit:
    cost = min(_MOST_ATTEMPTS_COST, _ATTEMPT_COST * (run.attempts - 1))
    return scores.Unit(parts=((max(0.0, run.passed / run.total - cost), 1.0),), evidence=1, curve=False)


def _code_findings(code: Sequence[CodeEvidence]) -> tuple[Finding, ...]:
    return tuple(
        Finding(kind="model_tests", text=f"{run.title}: tests written by a {run.tests_by} are no evidence.")
        for run in code
        if run.tests_by != "task"
    )


def _coverage(questions: Sequence[QuestionEvidence], executed: int) -> Coverage:
    points = [point for question in questions for point in question.key_points if point.status != "not_asked"]
    return Coverage(
        questions_planned=len(questions),
        questions_asked=sum(question.asked for question in questions),
        questions_answered=sum(question.answered for question in questions),
        key_points_asked=len(points),
        key_points_shown=sum(point.status == "shown" for point in points),
        key_points_contradicted=sum(point.status == "contradicted" for point in points),
        tasks_executed=executed,
    )


def _strengths(
    questions: Sequence[QuestionEvidence], executed: Sequence[CodeEvidence]
) -> tuple[Strength, ...]:
    shown = [
        (point.strength * point.weight, question, point)
        for question in questions
        for point in question.key_points
        if point.status == "shown" and point.strength >= _CLEARLY_SHOWN and question.competency
    ]
    shown.sort(key=lambda entry: -entry[0])
    found: list[Strength] = []
    for dimension in DIMENSIONS:
        of_dimension = [(question, point) for _, question, point in shown if question.competency == dimension]
        found += [
            Strength(
                dimension=dimension, text=_did(point), question_id=question.question_id, quotes=point.quotes
            )
            for question, point in of_dimension[:3]
        ]
    clear = [
        question for question in questions if (question.structure or 0.0) >= 0.75 and question.level != 0
    ]
    if len(clear) >= 2:
        text = f"Gave {len(clear)} answers that were direct, joined up and to the point."
        found.append(Strength(dimension="communication", text=text))
    found += [
        Strength(
            dimension="code_quality",
            text=f"{run.title}: all {run.total} tests passed {_after(run)}.{_measured(run)}",
        )
        for run in executed
        if run.passed == run.total
    ]
    return tuple(found)


def _improvements(
    questions: Sequence[QuestionEvidence],
    units: Mapping[Dimension, Sequence[scores.Unit]],
    scored: Mapping[Dimension, scores.Score],
    executed: Sequence[CodeEvidence],
) -> tuple[Improvement, ...]:
    found: list[Improvement] = []
    for dimension in DIMENSIONS:
        asked = [question for question in questions if question.competency == dimension and question.asked]
        score = scored.get(dimension)
        if asked and dimension != "communication":
            found += _by_key_points(dimension, asked, score)
        if dimension == "communication" and score is not None:
            found += _by_structure(questions, units[dimension], score)
    found += [
        Improvement(
            dimension="code_quality",
            text=(
                f"{run.title}: {run.total - run.passed} of {run.total} tests still fail {_after(run)}."
                f"{_measured(run)}"
            ),
        )
        for run in executed
        if run.passed < run.total
    ]
    return tuple(found)


def _after(run: CodeEvidence) -> str:
    return f"after {_counted(run.attempts, 'run')}"


def _measured(run: CodeEvidence) -> str:
    """What was measured of the source, as facts: none of it weighs anything."""
    facts = []
    if run.lines is not None:
        facts.append(_counted(run.lines, "line"))
    if run.complexity is not None:
        facts.append(f"complexity {run.complexity} at most")
    if run.lint is not None:
        facts.append(
            f"{_counted(run.lint, 'fault')} found by the linter"
            if run.lint
            else "no fault found by the linter"
        )
    return f" In {run.language}: {', '.join(facts)}." if facts else ""


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _by_key_points(
    dimension: Dimension, asked: Sequence[QuestionEvidence], score: scores.Score | None
) -> list[Improvement]:
    """The fewest open key points, dearest first, that would lift the dimension into its next band."""
    if score is None:
        text = (
            f"Nothing was shown yet on {_NAMES[dimension]}: answer with what you know, even if only in part."
        )
        return [Improvement(dimension=dimension, text=text)]
    goal = next((band for band in BANDS if score.value < band), 10.0)
    points = {question.question_id: list(question.key_points) for question in asked}
    gaps = sorted(
        (
            (-_gain(question.key_points, n), question.question_id, n)
            for question in asked
            for n, point in enumerate(question.key_points)
            if point.status == "contradicted" or point.strength < _CLEARLY_SHOWN
        ),
    )
    texts = {question.question_id: question.question for question in asked}
    found: list[Improvement] = []
    for _, question_id, n in gaps:
        point = points[question_id][n]
        points[question_id][n] = point.model_copy(update={"status": "shown", "strength": 1.0})
        reached = scores.points(sum(scores.mark(scores.level(row)) for row in points.values()) / len(points))
        verb = "Correct this" if point.status == "contradicted" else "Also say this"
        found.append(
            Improvement(
                dimension=dimension,
                text=f"{verb} when asked {_quoted(texts[question_id])}: {_to_do(point)}",
                question_id=question_id,
                key_point_ids=(point.key_point_id,),
                would_reach=reached,
            )
        )
        if reached >= goal or len(found) == 5:
            break
    return found


# Claims about behaviour speak of "the candidate" to the bank's authors; a report speaks to the candidate.
_DID: Mapping[star.Part, str] = {
    "situation": "Told a specific situation, so that it could be pictured.",
    "task": "Said what was up to you, and why it mattered.",
    "action": "Said what you did yourself.",
    "result": "Said how it ended.",
    "learning": "Said what you took from it.",
}
_TO_DO: Mapping[star.Part, str] = {
    "situation": "one specific situation: when and where it was, and who was concerned.",
    "task": "what was up to you, and why it mattered.",
    "action": "what you did yourself, step by step.",
    "result": "how it ended, with a figure or an effect that others could see.",
    "learning": "what you took from it, and what you have done differently since.",
}


def _did(point: KeyPointEvidence) -> str:
    part = story_part(point)
    return point.claim if part is None else _DID[part]


def _to_do(point: KeyPointEvidence) -> str:
    part = story_part(point)
    return point.claim if part is None else _TO_DO[part]


def story_part(point: KeyPointEvidence) -> star.Part | None:
    """The part of a story that a key point of a behavioural question asks for; anybody may be told those."""
    about_candidate = point.claim.startswith("The candidate ")
    return star.part_of(point.key_point_id, point.claim) if about_candidate else None


def _gain(points: Sequence[KeyPointEvidence], at: int) -> float:
    now = scores.mark(scores.level(points))
    raised = [
        point.model_copy(update={"status": "shown", "strength": 1.0}) if n == at else point
        for n, point in enumerate(points)
    ]
    return round(scores.mark(scores.level(raised)) - now, 6)


def _by_structure(
    questions: Sequence[QuestionEvidence], units: Sequence[scores.Unit], score: scores.Score
) -> list[Improvement]:
    goal = next((band for band in BANDS if score.value < band), None)
    answered = [question for question in questions if question.structure is not None]
    if goal is None or not answered:
        return []
    weakest = min(answered, key=lambda question: question.structure or 0.0)
    marks = sorted(unit.mark for unit in units)
    reached = scores.points(sum([1.0, *marks[1:]]) / len(marks))
    text = (
        "Begin with the answer itself, give a reason and an example, and say how the parts belong together;"
        f" the answer to {_quoted(weakest.question)} would gain most."
    )
    return [
        Improvement(
            dimension="communication", text=text, question_id=weakest.question_id, would_reach=reached
        )
    ]


def _quoted(text: str) -> str:
    return f"\N{LEFT DOUBLE QUOTATION MARK}{text}\N{RIGHT DOUBLE QUOTATION MARK}"


def _rubric_digest(answers: Sequence[Answer]) -> str:
    rubrics = [asdict(Rubric.of(answer.question)) for answer in answers]
    return hashlib.sha256(json.dumps(rubrics, sort_keys=True).encode()).hexdigest()
