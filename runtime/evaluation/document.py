"""A report for print: what its pages say and in which order, before anybody decides how that looks.

Markdown and PDF are made from the same document, so they say the same. Every text in it is data: whoever writes a form
of it writes the characters that stand here and follows none of them.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from runtime.evaluation.inputs import CodeEvidence
from runtime.evaluation.report import (
    DIMENSIONS,
    CandidateQuestion,
    CandidateReport,
    Decision,
    Dimension,
    Finding,
    Interval,
    Method,
    Override,
    QuestionEvidence,
    Quote,
    Recommendation,
    ReviewerReport,
    Scores,
    Status,
    Strength,
    Validity,
)

_NAMES: Final[Mapping[Dimension, str]] = {
    "technical_knowledge": "Technical knowledge",
    "problem_solving": "Problem solving",
    "communication": "Communication",
    "code_quality": "Code quality",
    "cultural_fit": "Values in behaviour",
}
_RECOMMENDATIONS: Final[Mapping[Recommendation, str]] = {
    "strong_hire": "Strong hire",
    "hire": "Hire",
    "borderline": "Borderline",
    "no_hire": "No hire",
    "incomplete": "Incomplete",
}
_STATUSES: Final[Mapping[Status, str]] = {
    "shown": "Shown",
    "touched": "Touched on",
    "contradicted": "Contradicted",
    "absent": "Not mentioned",
    "not_asked": "Not asked",
}
_FINDINGS: Final[Mapping[str, str]] = {
    "instruction": "An instruction stood inside an answer; it was not followed",
    "self_praise": "Praise without substance",
    "echo": "The question given back",
    "word_soup": "Words without a statement",
    "repetition": "Said again",
    "model_tests": "Tests not set by the task",
    "rubric_recital": "The rubric's own words",
    "rewritten": "A correction that shares little with what was heard",
}
# Not by strftime: its names follow the machine's locale.
_MONTHS: Final = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
# Joiners shape emoji and several scripts; every other character without a shape can hide or turn what stands beside it.
_JOINERS: Final = "\u200c\u200d"
_SHAPELESS: Final = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: str) -> str:
    """`text` with what has no shape (controls, marks of direction, tags) written as its code point: [U+202E]."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        f"[U+{ord(character):04X}]"
        if unicodedata.category(character) in _SHAPELESS and character not in _JOINERS
        else character
        for character in text
    )


def _in_line(text: str) -> str:
    return visible(" ".join(text.split()))


def _in_lines(text: str) -> str:
    return "\n".join(visible(line.expandtabs(4)) for line in text.replace("\r\n", "\n").split("\n"))


Line = Annotated[str, AfterValidator(_in_line)]
Lines = Annotated[str, AfterValidator(_in_lines)]


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Text(_Value):
    """A paragraph; `quiet`: of lesser weight."""

    kind: Literal["text"] = "text"
    text: Line
    quiet: bool = False


class Said(_Value):
    """Words of the candidate's."""

    kind: Literal["said"] = "said"
    text: Line


class Point(_Value):
    """An entry of a list: a word in front, a text, and the words that it rests on."""

    kind: Literal["point"] = "point"
    label: Line = ""
    text: Line
    note: Line = ""
    said: tuple[Line, ...] = ()


class Source(_Value):
    """Code, line by line."""

    kind: Literal["source"] = "source"
    language: Line
    text: Lines


Block = Annotated[Text | Said | Point | Source, Field(discriminator="kind")]


class Section(_Value):
    """A heading (`level` 2, or 3 below one) and what stands under it."""

    heading: Line
    level: Literal[2, 3] = 2
    blocks: tuple[Block, ...]


class ScoreRow(_Value):
    """A score for the picture; null: not assessed."""

    name: Line
    points: float | None
    low: float | None
    high: float | None
    evidence: int


class Fact(_Value):
    name: Line
    value: Line


class Document(_Value):
    """The whole. `spoken`: the language of the interview (BCP 47); our own words are English."""

    title: Line
    spoken: str
    held_at: datetime
    facts: tuple[Fact, ...]
    proposal: Line
    summary: tuple[Block, ...]
    scores: tuple[ScoreRow, ...]
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What a report is about and does not say itself. `sources`: the code of the runs that count, by their ids."""

    candidate: str
    interview_type: str
    role: str | None
    level: str
    language: str
    held_at: datetime
    sources: Mapping[str, str]


def document(report: ReviewerReport | CandidateReport, about: About) -> Document:
    """The document of a report as somebody sees it. Pure."""
    return Document(
        title=f"Interview report: {about.interview_type}",
        spoken=about.language,
        held_at=about.held_at,
        facts=tuple(_facts(report, about)),
        proposal=_RECOMMENDATIONS[report.recommendation],
        summary=tuple(_summary(report)),
        scores=tuple(_rows(report)),
        sections=tuple(_sections(report, about)),
    )


def _facts(report: ReviewerReport | CandidateReport, about: About) -> Iterator[Fact]:
    yield Fact(name="Candidate", value=about.candidate)
    if about.role:
        yield Fact(name="Role", value=about.role)
    yield Fact(name="Level", value=about.level)
    yield Fact(name="Held on", value=_day(about.held_at))
    yield Fact(name="Mode", value=report.mode)
    yield Fact(name="Interview", value=report.interview_id)
    yield Fact(
        name="This copy",
        value="for reviewers: it holds the rubric" if report.view == "reviewer" else "for the candidate",
    )


def _summary(report: ReviewerReport | CandidateReport) -> Iterator[Block]:
    yield Text(text=f"{report.recommendation_reason} This is a proposal; a person decides.".strip())
    if isinstance(report, CandidateReport):
        if report.decision is not None:
            yield _decided(report.decision, report.scores)
        return
    for number, override in enumerate(report.overrides, start=1):
        counts = number == len(report.overrides)
        yield _decided(override, report.scores, counts=counts)


def _decided(decided: Override | Decision, made: Scores, *, counts: bool = True) -> Point:
    changed = [
        f"{_NAMES[dimension]} {_points(points)} in place of {_points(getattr(made, dimension))}"
        for dimension in DIMENSIONS
        if (points := getattr(decided.scores, dimension)) is not None
    ]
    by = f" ({decided.by})" if isinstance(decided, Override) else ""
    reason = f"Reason: {decided.reason}" if isinstance(decided, Override) else ""
    return Point(
        label="A person decided" if counts else "Decided before",
        text=(
            f"{_RECOMMENDATIONS[decided.recommendation]}, on {_day(decided.at)}{by}."
            + (f" {'; '.join(changed)}." if changed else "")
        ),
        note=reason,
    )


def _rows(report: ReviewerReport | CandidateReport) -> Iterator[ScoreRow]:
    yield _row("Overall", report.overall, report.intervals.overall)
    for dimension in DIMENSIONS:
        yield _row(_NAMES[dimension], getattr(report.scores, dimension), getattr(report.intervals, dimension))


def _row(name: str, points: float | None, interval: Interval | None) -> ScoreRow:
    return ScoreRow(
        name=name,
        points=points,
        low=interval.low if interval else None,
        high=interval.high if interval else None,
        evidence=interval.evidence_count if interval else 0,
    )


def _sections(report: ReviewerReport | CandidateReport, about: About) -> Iterator[Section]:
    strengths = [_strength(strength) for strength in report.strengths]
    yield Section(
        heading="Strengths",
        blocks=tuple(strengths or [Text(text="Nothing stood out clearly enough to be named.", quiet=True)]),
    )
    improvements = [
        Point(
            text=improvement.text,
            note=_NAMES[improvement.dimension]
            + (
                f", would reach {_points(improvement.would_reach)}"
                if improvement.would_reach is not None
                else ""
            ),
        )
        for improvement in report.improvements
    ]
    yield Section(
        heading="What to work on",
        blocks=tuple(improvements or [Text(text="Nothing in particular.", quiet=True)]),
    )
    yield Section(
        heading="Question by question",
        blocks=(
            Text(
                text=f"{report.coverage.questions_answered} of {report.coverage.questions_planned} planned questions "
                f"answered, {report.coverage.key_points_shown} of {report.coverage.key_points_asked} key points shown.",
                quiet=True,
            ),
        ),
    )
    for question in report.evidence:
        yield _question(question)
    if report.code:
        yield Section(
            heading="Code",
            blocks=(
                Text(
                    text="Only the tests that were passed count, and how many runs it took. What was measured of the "
                    "source weighs nothing.",
                    quiet=True,
                ),
            ),
        )
        for task in report.code:
            yield _task(task, about.sources)
    if isinstance(report, ReviewerReport) and report.findings:
        yield Section(heading="For the reader", blocks=tuple(map(_finding, report.findings)))
    yield Section(heading="How this was made", blocks=tuple(_method(report.method)))


def _strength(strength: Strength) -> Point:
    return Point(text=strength.text, note=_NAMES[strength.dimension], said=_said(strength.quotes))


def _question(question: QuestionEvidence | CandidateQuestion) -> Section:
    points = (
        [
            Point(label=_STATUSES[point.status], text=point.claim, said=_said(point.quotes))
            for point in question.key_points
        ]
        if isinstance(question, QuestionEvidence)
        else [
            Point(label=_STATUSES["shown"], text=point.claim, said=_said(point.quotes))
            for point in question.shown
        ]
    )
    return Section(
        heading=question.question or question.question_id,
        level=3,
        blocks=(Text(text=_level(question), quiet=True), *points),
    )


def _level(question: QuestionEvidence | CandidateQuestion) -> str:
    if not question.asked:
        return "Not asked, so nothing is said about it here."
    if question.skipped:
        return "Skipped."
    if not question.answered:
        return "Not answered."
    if question.level is None or question.competency is None:
        return "Answered; it counts for communication only."
    return f"{question.level:.0%} of what counts was shown."


def _task(task: CodeEvidence, sources: Mapping[str, str]) -> Section:
    own = "" if task.tests_by == "task" else " Tests not set by the task are no evidence."
    blocks: list[Block] = [
        Text(
            text=f"{task.passed} of {task.total} tests passed in {task.language}, in run {task.attempts} of "
            f"{max(len(task.run_ids), task.attempts)}.{own}"
        )
    ]
    if facts := list(_measured(task)):
        blocks.append(Text(text=f"Measured: {', '.join(facts)}.", quiet=True))
    if task.run_id is not None and task.run_id in sources:
        blocks.append(Source(language=task.language, text=sources[task.run_id]))
    return Section(heading=task.title, level=3, blocks=tuple(blocks))


def _measured(task: CodeEvidence) -> Iterator[str]:
    if task.lines is not None:
        yield f"{task.lines} lines"
    if task.complexity is not None:
        yield f"cyclomatic complexity {task.complexity} at most"
    if task.lint is not None:
        yield f"{task.lint} faults found by the linter"


def _finding(finding: Finding) -> Point:
    return Point(
        label=_FINDINGS[finding.kind], text=finding.text, said=_said([finding.quote] if finding.quote else [])
    )


def _method(method: Method) -> Iterator[Block]:
    yield Text(
        text="Scores are a formula over what was shown, on a scale of 1 to 10. The interval is where a score would lie "
        "in 90 of 100 draws, had other questions and evidence come up. What was not shown is not assessed. Nothing is "
        "concluded from accent, voice, looks or nerves."
    )
    if method.validity is not None:
        yield Text(text=_valid(method.validity))
    dropped = f", {method.quotes_dropped} of them dropped" if method.quotes_dropped else ""
    digests = (
        ("Engine", f"{method.engine} {method.version}"),
        ("Quotes checked against the transcript", f"{method.quotes_checked}{dropped}"),
        ("Model, SHA-256", method.model_digest),
        ("Prompts, SHA-256", method.prompts_digest or "no model was asked"),
        ("Rubric, SHA-256", method.rubric_digest),
        ("Plan, SHA-256", method.plan_digest),
        ("Question bank, SHA-256", method.bank_digest),
        ("Data set, SHA-256", method.validity.digest if method.validity else ""),
    )
    for name, value in digests:
        if value:
            yield Point(label=name, text=value)


def _valid(validity: Validity) -> str:
    r, kappa = validity.r, validity.kappa
    return (
        f"This way of scoring was compared with human grades of {validity.answers} answers to {validity.questions} "
        f"questions ({validity.data_set}): correlation per question {r.value:.2f} ({r.low:.2f} to {r.high:.2f}), "
        f"weighted kappa {kappa.value:.2f} ({kappa.low:.2f} to {kappa.high:.2f})."
    )


def _said(quotes: Sequence[Quote]) -> tuple[str, ...]:
    return tuple(quote.text for quote in quotes)


def _points(points: float | None) -> str:
    return "not assessed" if points is None else f"{points:.1f}"


def _day(at: datetime) -> str:
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"
