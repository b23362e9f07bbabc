"""What stands in an answer and is not evidence: instructions to the grader, praise, words without order.

Candidate text is data. What reads like an instruction is reported and left out, never followed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from runtime.evaluation.inputs import AnswerTurn
from runtime.evaluation.language import Clause, clauses, opens_with_denial
from runtime.evaluation.lexicon import AUXILIARIES, CONJUNCTIONS, PREPOSITIONS
from runtime.evaluation.matching import Passage
from runtime.evaluation.report import Finding, Quote

_MINE = r"(?:me|my (?:answer|response|interview)|(?:this|the) (?:answer|response|candidate|interview))"
# Answers are about scores, ranks, rules and models too ("give it the highest priority", "a score of 100 percent"),
# so a pattern names the grader, the rubric or the candidate's own answer.
_INSTRUCTIONS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:ignore|disregard|forget|override)\b.{0,40}\b(?:instruction|prompt|rubric|guideline)s?\b",
        r"\b(?:ignore|disregard|forget)\b.{0,20}\b(?:everything|all|anything)\b.{0,20}\b(?:above|before|said|told|previous)",
        rf"\b(?:give|award|assign|grant|rate|score|grade|mark|rank)\b.{{0,30}}\b{_MINE}\b.{{0,40}}"
        r"(?:\b(?:10|ten|100|full|maximum|max|perfect|highest|top|best|correct|shown|pass(?:ed)?|excellent)\b|/\s*10)",
        r"\b(?:give|award|rate|score|grade|mark)\b.{0,20}\b(?:it|this)\b.{0,12}\b(?:10|ten)\s*(?:/|out of)\s*(?:10|ten)\b",
        rf"\b(?:10|ten|100)\s*(?:/|out of)\s*(?:10|ten|100)\b.{{0,40}}\b(?:please|{_MINE})\b",
        r"\b(?:set|make|change) (?:the|my|this) (?:score|mark|grade|rating)s?\b",
        r"(?:^|\W)(?:score|mark|grade|rating)\s*[:=]\s*(?:10|ten|100|full|maximum|perfect)\b",
        rf"\bfull marks\b|\b(?:perfect|maximum|highest|top) (?:marks?|scores?|grades?|ratings?)\b.{{0,30}}\b(?:please|{_MINE})\b",
        r"\byou are (?:now )?(?:a|an|the) (?:\w+ )?(?:grader|evaluator|assistant|language model|ai|llm)\b",
        r"\bas (?:the|an?) (?:\w+ )?(?:grader|evaluator|examiner|language model)\b",
        r"(?:^|\n)[ \t]*+(?:system|assistant|developer)[ \t]*:",
        r"<\|?/?\s*(?:system|assistant|im_start|im_end|inst|instructions?|answer|rubric|candidate)\b[^>]{0,40}>|\[/?INST\]",
        r"#+\s*(?:new )?(?:instruction|system|task)s?\b",
        r"\b(?:all|every|each|the|this|these) (?:of the )?(?:key points?|rubric (?:items?|criteria))\b.{0,40}"
        r"\b(?:shown|met|satisfied|covered|true|fulfilled|present|demonstrated)\b",
        r"\b(?:note|message|attention) (?:to|for) (?:the )?(?:grader|evaluator|reviewer|interviewer|ai)\b",
        r"\brecommendation\b.{0,20}\bhire\b|\bstrong[_ ]hire\b",
        r"\b(?:reveal|print|show me|tell me)\b.{0,30}\b(?:rubric|key points?|system prompt|hidden tests?|model answer)\b",
    )
)
_PRAISE = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:you should|please|just|definitely|must) (?:hire|pass|advance|promote|select) me\b",
        r"\bI(?:'m| am|’m) (?:\w+ ){0,3}(?:best|perfect|ideal|greatest|strongest|smartest|excellent|outstanding|amazing)\b"
        r".{0,20}\b(?:candidate|engineer|developer|fit|person|choice|programmer|answer)",
        r"\b(?:this|that|my|it)(?:'s| is| was)? (?:\w+ ){0,3}(?:perfect|excellent|outstanding|brilliant|amazing|flawless|great|best)\b"
        r".{0,12}\b(?:answer|response|explanation|interview|question|company)",
        r"\b(?:what an?|such an?|you asked an?) (?:\w+ ){0,2}"
        r"(?:great|excellent|wonderful|brilliant|amazing|fantastic|good|lovely|interesting) (?:question|interview|company|interviewer)",
        r"^\W*(?:great|excellent|wonderful|brilliant|amazing|fantastic|good|lovely|interesting) (?:question|interview|company)",
        r"\byou(?:'re| are|’re) (?:\w+ ){0,4}(?:great|excellent|wonderful|brilliant|amazing|fantastic|kind|smart|best|lovely|awesome)\b",
        r"\b(?:your|this) (?:company|team|interview|product|question)s? (?:is|are|was|seems?|looks?) (?:\w+ ){0,3}"
        r"(?:great|excellent|wonderful|brilliant|amazing|fantastic|best|awesome|impressive|inspiring)\b",
        r"\bI (?:really |truly |absolutely )?(?:admire|love|adore) (?:you|your|this (?:company|team|interview|question))\b",
    )
)
_SENTENCE = re.compile(r"[^.!?\n]+[.!?\n]*|[.!?\n]+")
# A spoken turn without a full stop must not lose everything for one phrase in it.
_LONGEST_ASIDE = 240


@functools.lru_cache(maxsize=512)
def asides(turn: AnswerTurn) -> tuple[Finding, ...]:
    """The sentences of a turn that speak to the grader instead of answering; each with its quote."""
    found: list[Finding] = []
    for sentence in _SENTENCE.finditer(turn.text):
        for kind, patterns, text in (
            (
                "instruction",
                _INSTRUCTIONS,
                "The answer contains an instruction to the grader. It was not followed.",
            ),
            ("self_praise", _PRAISE, "Praise is not evidence and was left out."),
        ):
            hit = next((match for pattern in patterns if (match := pattern.search(sentence.group()))), None)
            if hit is None:
                continue
            start, end = sentence.span()
            if end - start > _LONGEST_ASIDE:
                start, end = _around(turn.text, start + hit.start(), start + hit.end(), sentence.span())
            quote = _quote(turn, start, end)
            if quote is not None:
                found.append(Finding.model_validate({"kind": kind, "text": text, "quote": quote}))
            break
    return tuple(found)


_UNKNOWING = re.compile(
    r"\b(?:(?:i(?:['’]m| am)? )?(?:really |just |actually |honestly )?(?:do not|don['’]t|dunno|cannot|can['’]t|could not|couldn['’]t)"
    r" (?:really |even |actually )?(?:know|say|remember|recall|answer)(?: (?:it|(?:that|this)(?: one)?|the answer|anything|what to say|enough"
    r"|about (?:it|that|this)))?|i have no (?:idea|clue)|no (?:idea|clue)|i(?:['’]m| am) not sure|not sure|dunno|pass|sorry|honestly|well"
    r"|um+|uh+|er+|hm+|no|yes|okay|ok|i|really|at all|to be honest|i(?:['’]m| am) sorry|i(?:['’]m| am) afraid|unfortunately|thanks?(?: you)?)(?!['’\w])",
    re.IGNORECASE,
)
_ANY_WORD = re.compile(r"\w")


def answers(turn: AnswerTurn) -> bool:
    """Whether a turn says anything beyond that its speaker does not know."""
    return _ANY_WORD.search(_UNKNOWING.sub(" ", turn.text)) is not None


def passage(turn: AnswerTurn, left_out: Iterable[Quote]) -> Passage:
    """The clauses of a turn that may be evidence: all but those that touch what is left out."""
    spans = [(quote.start, quote.end) for quote in left_out if quote.turn_id == turn.turn_id]
    kept = tuple(
        clause
        for clause in clauses(turn.text)
        if not any(clause.start < end and start < clause.end for start, end in spans)
    )
    return Passage(turn_id=turn.turn_id, clauses=kept)


# "a" is left out: lower-case speech names things A, B and C.
_ARTICLES = frozenset(["an", "the", "my", "our", "your", "its", "every"])
_SUBJECTS = frozenset(["i", "he", "she", "we", "they"])
_PAIRED = frozenset(
    [
        (first, second)
        for first in ("than", "as")
        for second in PREPOSITIONS | CONJUNCTIONS | AUXILIARIES | _SUBJECTS
    ]
    + [(modal, verb) for modal in AUXILIARIES for verb in ("be", "have", "do", "been", "being")]
    + [("from", second) for second in ("within", "under", "over", "between", "among")]
    + [(first, "being") for first in PREPOSITIONS]
    + [("and", second) for second in CONJUNCTIONS]
    + [(first, "if") for first in CONJUNCTIONS]
    + [
        (first, second)
        for first in ("but", "because", "so", "or")
        for second in ("when", "since", "while", "because", "if")
    ]
)
_JOINING = (PREPOSITIONS - {"as", "about", "over", "in", "on", "to"}) | {"of"}


def disorder(parts: Sequence[Clause]) -> float:
    """The share of function words that stand where English cannot put them, 0 to 1.

    None in 99 of 100 human answers; 0.14 or more in half of them once their words are shuffled.
    """
    broken = looked_at = 0
    for part in parts:
        words = ["" if token.label else token.word for token in part.tokens]
        for word, following in pairwise(words):
            if word in _ARTICLES:
                stuck = following in _ARTICLES | PREPOSITIONS | AUXILIARIES | CONJUNCTIONS | _SUBJECTS
            elif word in _JOINING:
                stuck = following in AUXILIARIES | CONJUNCTIONS | _SUBJECTS | _JOINING
            elif word in CONJUNCTIONS:
                stuck = following in CONJUNCTIONS
            elif word in AUXILIARIES:
                stuck = following in AUXILIARIES | {"of", "than"}
            elif word in _SUBJECTS:
                stuck = following in _ARTICLES | PREPOSITIONS
            else:
                continue
            looked_at += 1
            broken += stuck and (word, following) not in _PAIRED
    return broken / looked_at if broken > 1 else 0.0


def orderly(parts: Sequence[Clause]) -> float:
    """1.0 as long as no more is out of place than in human answers, 0.0 from a seventh of the function words."""
    return min(1.0, max(0.0, (0.15 - disorder(parts)) / 0.1))


# Somebody who stutters says a word twice now and then, mostly a small one.
_LEAST_DOUBLED, _DOUBLED = 2, 0.3


def doubled(parts: Sequence[Clause]) -> bool:
    """Whether words of content stand twice in a row so often that nobody has said them."""
    said = [token.stem for part in parts for token in part.tokens]
    content = [token.stem for part in parts for token in part.tokens if token.weight >= 0.25]
    known = set(content)
    twice = sum(left == right and left in known for left, right in pairwise(said))
    return twice >= _LEAST_DOUBLED and twice >= _DOUBLED * len(content)


# An answer of which this much is the claims' own words recites them.
_RECITAL = 0.7


def coherence(parts: Sequence[Clause], claims: Sequence[str]) -> tuple[float, float]:
    """How much of the text is the claims' own words, and how much of that keeps their neighbourhood, each 0 to 1.

    Somebody who says little but the claims' words says them next to the words they belong to; shuffled words are
    the claims' own and stand anywhere. The second is 1.0 where there are fewer than five places to look at.
    """
    places: dict[str, list[int]] = {}
    at = 0
    for claim in claims:
        for part in clauses(claim):
            for token in part.tokens:
                if token.weight:
                    places.setdefault(token.stem, []).append(at)
                    at += 1
    said = [token.stem for part in parts for token in part.tokens if token.weight]
    own = sum(stem in places for stem in said) / len(said) if said else 0.0
    near, looked_at = 0.0, 0
    for left, right in pairwise(said):
        if left != right and left in places and right in places:
            looked_at += 1
            steps = [b - a for a in places[left] for b in places[right]]
            near += (
                1.0 if any(0 < step <= 2 for step in steps) else 0.4 * any(-2 <= step < 0 for step in steps)
            )
    return own, near / looked_at if looked_at >= 5 else 1.0


def integrity(parts: Sequence[Clause], claims: Sequence[str]) -> float:
    """1.0 for an answer in sentences, down to 0.0 for its words without their order."""
    stems = {
        token.stem for claim in claims for part in clauses(claim) for token in part.tokens if token.weight
    }
    # Only the clauses that could pay are looked at, so that padding cannot hide the disorder in them.
    paying = [part for part in parts if sum(token.stem in stems for token in part.tokens) >= 2]
    if doubled(paying):
        return 0.0
    own, near = coherence(paying, claims)
    broken = disorder(paying)
    # The more an answer consists of the claims' own words, the more of their order it must have kept.
    kept = near - 2.0 * broken - 2.0 * (own - 0.8)
    return orderly(paying) * min(1.0, max(0.0, kept / 0.2)) if own >= _RECITAL else orderly(paying)


_TURNS_BACK = re.compile(
    r"\b(?:instead|actually|rather|in fact|but|however|in reality|on the contrary)\b", re.IGNORECASE
)


def denies_whole(parts: Sequence[Clause], turns: Sequence[AnswerTurn], claims: Sequence[str]) -> bool:
    """Whether an answer opens with "it is not true that" and then says little but the claims themselves.

    In anybody's own words such an opening ends with its sentence; before a recital it takes all of it back.
    """
    text = " ".join(turn.text for turn in turns)
    if not opens_with_denial(text):
        return False
    own = coherence(parts, claims)[0]
    return own >= 0.9 or (own >= _RECITAL and not _TURNS_BACK.search(text))


def _around(text: str, start: int, end: int, bounds: tuple[int, int]) -> tuple[int, int]:
    start, end = max(bounds[0], start - 60), min(bounds[1], end + 120)
    while start > bounds[0] and not text[start - 1].isspace():
        start -= 1
    while end < bounds[1] and not text[end].isspace():
        end += 1
    return start, end


def _quote(turn: AnswerTurn, start: int, end: int) -> Quote | None:
    text = turn.text[start:end]
    start += len(text) - len(text.lstrip())
    text = text.strip()
    return Quote(turn_id=turn.turn_id, start=start, end=start + len(text), text=text) if text else None
