"""Stage one: what an answer does with each key point, with quotes that code checks.

An `Extractor` reads; `check_quotes` believes nothing it says without finding the words where it says they are.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Final, Protocol, Self

from runtime.evaluation import comparison, guards, recital, stance, star, subjects
from runtime.evaluation.calibration import Calibration
from runtime.evaluation.inputs import AnswerTurn
from runtime.evaluation.language import Clause, clauses
from runtime.evaluation.matching import Claim, Match, Passage, Reading, compile_claims, read, relevance
from runtime.evaluation.report import Finding, KeyPointEvidence, Quote
from runtime.knowledge import Question


@dataclass(frozen=True, slots=True)
class RubricClaim:
    """One thing a good answer says. `star`: the part of a behavioural story it is shown by, if it is one."""

    id: str
    text: str
    weight: float = 1.0
    star: star.Part | None = None


@dataclass(frozen=True, slots=True)
class WrongClaim:
    """A misconception, and the claim it contradicts, if one."""

    text: str
    contradicts: str | None


@dataclass(frozen=True, slots=True)
class Rubric:
    """What an answer is held against. `wanted`: how many claims the question asks for; None means all."""

    question: str
    claims: tuple[RubricClaim, ...]
    wrong: tuple[WrongClaim, ...] = ()
    wanted: int | None = None

    @classmethod
    def of(cls, question: Question) -> Self:
        """The rubric of a question of the bank."""
        behavioural = question.kind == "behavioural"
        return cls(
            question=question.text,
            claims=tuple(
                RubricClaim(
                    id=point.id,
                    text=point.claim,
                    weight=point.weight,
                    star=star.part_of(point.id, point.claim) if behavioural else None,
                )
                for point in question.key_points
            ),
            wrong=tuple(
                WrongClaim(text=wrong.claim, contradicts=wrong.contradicts)
                for wrong in question.misconceptions
            ),
        )


@dataclass(frozen=True, slots=True)
class Extraction:
    """One entry per claim of the rubric, in its order, and what else a reader should know."""

    key_points: tuple[KeyPointEvidence, ...]
    findings: tuple[Finding, ...] = ()
    quotes_checked: int = 0
    quotes_dropped: int = 0


class Extractor(Protocol):
    """Reads turns against a rubric. It never writes a score; its quotes are checked by `check_quotes`."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def digest(self) -> str:
        """SHA-256, hex, of whatever decides what it reads: its code and numbers, or a model's name and settings."""
        ...

    @property
    def prompts_digest(self) -> str | None:
        """SHA-256, hex, of what it asks a model; None when it asks none."""
        ...

    def extract(self, rubric: Rubric, turns: Sequence[AnswerTurn]) -> Extraction: ...


def check_quotes(extraction: Extraction, turns: Sequence[AnswerTurn]) -> Extraction:
    """Drop every quote that does not stand in its turn, letter for letter, or that quotes an instruction.

    A key point left without a quote is absent, whatever the extractor called it. Works on any extractor's output.
    """
    by_id = {turn.turn_id: turn for turn in turns}
    banned = [finding.quote for turn in turns for finding in guards.asides(turn) if finding.quote is not None]
    checked = dropped = 0
    key_points = []
    for point in extraction.key_points:
        kept = tuple(quote for quote in point.quotes if _stands(quote, by_id) and not _touches(quote, banned))
        checked += len(point.quotes)
        dropped += len(point.quotes) - len(kept)
        shown = point.status in {"shown", "touched"} and kept
        said = shown or (point.status == "contradicted" and kept)
        key_points.append(
            point.model_copy(
                update={
                    "quotes": kept if said else (),
                    "status": point.status if said or point.status == "not_asked" else "absent",
                    "strength": point.strength if shown else 0.0,
                }
            )
        )
    findings = tuple(
        finding for finding in extraction.findings if finding.quote is None or _stands(finding.quote, by_id)
    )
    return replace(
        extraction,
        key_points=tuple(key_points),
        findings=findings,
        quotes_checked=extraction.quotes_checked + checked,
        quotes_dropped=extraction.quotes_dropped + dropped,
    )


# Everything that decides what an answer is worth, and nothing that only says or shows it.
JUDGES: Final = (
    "calibration", "comparison", "correction", "evaluator", "evidence", "guards", "language", "lexicon", "masking",
    "matching", "rarity", "recital", "recommendation", "scores", "stance", "star", "structure", "subjects",
)  # fmt: skip


@functools.cache
def _code_digest() -> str:
    """SHA-256, hex, of the judging modules' text: offline they are the model."""
    digest = hashlib.sha256()
    for name in JUDGES:
        digest.update(f"\0{name}\0".encode())
        digest.update(Path(__file__).with_name(f"{name}.py").read_bytes())
    return digest.hexdigest()


# Less than this is a word in common and no touch.
_LEAST_TOUCH = 0.05


class LexicalExtractor:
    """The offline extractor: words, synonyms and order; no model, no network, the same answer every time."""

    name = "lexical"
    version = "3"
    prompts_digest = None

    def __init__(self, calibration: Calibration | None = None) -> None:
        self._calibration = calibration or Calibration()

    @property
    def digest(self) -> str:
        """SHA-256, hex, of the judging code and the numbers that were fitted."""
        numbers = json.dumps(asdict(self._calibration), sort_keys=True)
        return hashlib.sha256(f"{_code_digest()} {numbers}".encode()).hexdigest()

    def extract(self, rubric: Rubric, turns: Sequence[AnswerTurn]) -> Extraction:
        """Read the turns against the rubric; the quotes returned are those of the best place for each claim."""
        findings = [finding for turn in turns for finding in guards.asides(turn)]
        left_out = [finding.quote for finding in findings if finding.quote is not None]
        passages = [stance.owned(guards.passage(turn, left_out), turn.text) for turn in turns]
        parts = [part for passage in passages for part in passage.clauses]
        recited = [
            quote
            for turn in turns
            for quote in recital.recited(turn, [claim.text for claim in rubric.claims])
        ]
        if recited:
            findings += [
                Finding(
                    kind="rubric_recital",
                    text="These are the rubric's own words, nearly letter for letter.",
                    quote=quote,
                )
                for quote in recited
            ]
        texts = {turn.turn_id: turn.text for turn in turns}
        misconceptions = compile_claims(
            [(wrong.contradicts, wrong.text) for wrong in rubric.wrong if wrong.contradicts is not None],
            rubric.question,
        )
        claims = compile_claims([(claim.id, claim.text) for claim in rubric.claims], rubric.question)
        order = guards.integrity(parts, [claim.text for claim in rubric.claims])
        if order < 0.5:
            findings.append(
                Finding(
                    kind="word_soup", text="The words stand without the order of sentences; they pay little."
                )
            )
        on_topic = _ramp(
            relevance([*claims, *misconceptions], rubric.question, passages),
            self._calibration.off_topic,
            self._calibration.on_topic,
        )
        denied_whole = guards.denies_whole(parts, turns, [claim.text for claim in rubric.claims])
        wrong = _believed(misconceptions, passages)
        story = star.Story.read([_told(passage, rubric.question, recited) for passage in passages])
        tied = subjects.tied(rubric.question, [claim.text for claim in rubric.claims], passages)
        key_points = []
        for claim, compiled in zip(rubric.claims, claims, strict=True):
            if claim.star is None:
                point = self._key_point(
                    claim,
                    compiled,
                    passages,
                    texts,
                    wrong.get(claim.id),
                    on_topic * order,
                    denied_whole=denied_whole,
                )
            else:
                point = _from_story(claim, story, texts, min(order, guards.orderly(parts)), tied=tied)
            key_points.append(point)
        return Extraction(key_points=tuple(key_points), findings=tuple(findings))

    def _key_point(
        self,
        claim: RubricClaim,
        compiled: Claim,
        passages: Sequence[Passage],
        texts: dict[str, str],
        wrong: Match | None,
        trust: float,
        *,
        denied_whole: bool,
    ) -> KeyPointEvidence:
        reading = read(compiled, passages)
        for passage in passages:
            if trust and (place := comparison.turned_round(claim.text, passage.clauses)) is not None:
                start, end = place
                quote = Quote(
                    turn_id=passage.turn_id,
                    start=start,
                    end=end,
                    text=texts[passage.turn_id][start:end],
                )
                return _evidence(claim, "contradicted", 0.0, quote)
        if denied_whole and reading.stated is not None:
            reading = Reading(stated=None, denied=reading.stated)
        stated = reading.stated.coverage if reading.stated else 0.0
        for denial, least in ((reading.denied, self._calibration.denied), (wrong, self._calibration.wrong)):
            if denial is not None and denial.coverage >= least and denial.coverage > stated and trust:
                return _evidence(claim, "contradicted", 0.0, _quote(denial, texts))
        strength = trust * _ramp(stated, self._calibration.nothing, self._calibration.everything)
        told = reading.told
        own = min(1.0, told.support / self._calibration.own) if told is not None else 0.0
        # What is only touched on pays little: half of the words that mark a claim are a quarter of it.
        strength = round(strength * own * own, 3)
        if told is None or strength <= (0 if own >= 1 else _LEAST_TOUCH):
            return _evidence(claim, "absent", 0.0, None)
        return _evidence(claim, "shown" if own >= 1 else "touched", strength, _quote(told, texts))


def _believed(misconceptions: Sequence[Claim], passages: Sequence[Passage]) -> dict[str, Match]:
    """By the key point contradicted, where a misconception is stated most fully."""
    found: dict[str, Match] = {}
    for misconception in misconceptions:
        stated = read(misconception, passages).stated
        before = found.get(misconception.id)
        if stated is not None and (before is None or stated.coverage > before.coverage):
            found[misconception.id] = stated
    return found


def _from_story(
    claim: RubricClaim, story: star.Story, texts: dict[str, str], order: float, *, tied: bool
) -> KeyPointEvidence:
    told = story.parts.get(claim.star) if claim.star is not None else None
    strength = round(order * told.strength, 3) if told is not None else 0.0
    if told is None or strength <= 0:
        return _evidence(claim, "absent", 0.0, None)
    text = texts[told.turn_id][told.start : told.end]
    quote = Quote(turn_id=told.turn_id, start=told.start, end=told.end, text=text)
    # However well it is told: a story about something else is no evidence of what was asked.
    return _evidence(claim, "shown", strength, quote) if tied else _evidence(claim, "touched", 0.0, quote)


_COUNTS = {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6}
_WANTED = re.compile(
    r"\b(?:at least|name|state|list|give|describe|explain|mention)(?:\s+and\s+\w+)?(?:\s+(?:the|me))?\s+"
    r"(\d|one|two|three|four|five|six)\b",
    re.IGNORECASE,
)


def wanted_claims(question: str) -> int | None:
    """How many things a question asks for ("name two challenges"); None when it names no number."""
    match = _WANTED.search(question)
    if match is None:
        return None
    number = match.group(1).lower()
    return _COUNTS.get(number) or int(number) or None


def _evidence(claim: RubricClaim, status: str, strength: float, quote: Quote | None) -> KeyPointEvidence:
    return KeyPointEvidence.model_validate(
        {
            "key_point_id": claim.id,
            "claim": claim.text,
            "weight": claim.weight,
            "status": status,
            "strength": strength,
            "quotes": () if quote is None else (quote,),
        }
    )


def _quote(match: Match, texts: dict[str, str]) -> Quote:
    return Quote(
        turn_id=match.turn_id,
        start=match.start,
        end=match.end,
        text=texts[match.turn_id][match.start : match.end],
    )


def _told(passage: Passage, question: str, recited: Sequence[Quote]) -> Passage:
    """The passage without what is no story of one's own: the question said back, the rubric, and what is denied."""
    asked = {token.stem for clause in clauses(question) for token in clause.tokens}
    spans = [(quote.start, quote.end) for quote in recited if quote.turn_id == passage.turn_id]
    kept = tuple(
        clause
        for clause in passage.clauses
        if not asked.issuperset(token.stem for token in clause.tokens if token.weight)
        and not any(clause.start < end and start < clause.end for start, end in spans)
        and not _of_the_candidate(clause)
        and not all(token.polarity == "denied" for token in clause.tokens)
    )
    return replace(passage, clauses=kept)


def _of_the_candidate(clause: Clause) -> bool:
    """Whether it speaks of "the candidate", as a rubric does and nobody of themselves."""
    return ("the", "candidate") in pairwise(token.word for token in clause.tokens)


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


def _stands(quote: Quote, turns: dict[str, AnswerTurn]) -> bool:
    turn = turns.get(quote.turn_id)
    return turn is not None and bool(quote.text.strip()) and turn.text[quote.start : quote.end] == quote.text


def _touches(quote: Quote, others: Sequence[Quote]) -> bool:
    return any(
        quote.turn_id == other.turn_id and quote.start < other.end and other.start < quote.end
        for other in others
    )
