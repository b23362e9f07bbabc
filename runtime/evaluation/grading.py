"""One short answer against a reference: the reference becomes key points, the rest is the interview's own path."""

from __future__ import annotations

import functools

from pydantic import BaseModel, ConfigDict, Field

from runtime.evaluation import scores
from runtime.evaluation.evidence import (
    Extractor,
    LexicalExtractor,
    Rubric,
    RubricClaim,
    check_quotes,
    wanted_claims,
)
from runtime.evaluation.inputs import AnswerTurn
from runtime.evaluation.language import Clause, clauses
from runtime.evaluation.matching import compile_claims
from runtime.evaluation.report import Finding, KeyPointEvidence, Share

# A claim this long is split where its next clause ends; a rest shorter than that joins the claim before it.
_CLAIM_WORDS, _REST_WORDS = 7, 3


class Grade(BaseModel):
    """`score` 0 to 1, and the key points it was made from."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    score: Share
    evidence: tuple[KeyPointEvidence, ...]
    findings: tuple[Finding, ...] = Field(default=())


def grade(question: str, reference: str, answer: str, *, extractor: Extractor | None = None) -> Grade:
    """Grade an answer by how much of the reference it shows. Raises `ValueError` for a reference without words."""
    rubric = rubric_from_reference(question, reference)
    turns = (AnswerTurn(turn_id="answer", text=answer),)
    extraction = check_quotes((extractor or LexicalExtractor()).extract(rubric, turns), turns)
    level = scores.level(extraction.key_points, rubric.wanted)
    return Grade(
        score=round(scores.mark(level), 3), evidence=extraction.key_points, findings=extraction.findings
    )


@functools.lru_cache(maxsize=64)
def rubric_from_reference(question: str, reference: str) -> Rubric:
    """A reference as claims: each sentence or long clause is one, weighing what it says beyond the question."""
    groups = _groups(clauses(reference))
    texts = [
        (f"claim-{n}", reference[group[0].start : group[-1].end]) for n, group in enumerate(groups, start=1)
    ]
    claims = tuple(
        RubricClaim(id=compiled.id, text=text, weight=round(sum(compiled.weights.values()), 3))
        for (_, text), compiled in zip(texts, compile_claims(texts, question), strict=True)
        if compiled.weights
    )
    if not claims:
        raise ValueError(f"expected a reference with at least one word of content, got {reference[:60]!r}")
    return Rubric(question=question, claims=claims, wanted=wanted_claims(question))


def _groups(parts: tuple[Clause, ...]) -> list[list[Clause]]:
    groups: list[list[Clause]] = []
    sentence = -1
    for part in parts:
        begins = part.sentence != sentence or _words(groups[-1]) >= _CLAIM_WORDS
        if begins and (part.sentence != sentence or _words([part]) >= _REST_WORDS):
            groups.append([])
        groups[-1].append(part)
        sentence = part.sentence
    return groups


def _words(parts: list[Clause]) -> int:
    return sum(token.weight >= 0.5 for part in parts for token in part.tokens)
