"""Whether a passage states a claim: weighted content of the claim found in one place, and whether it is denied.

Nothing here is a number about the candidate; `scores` makes those.
"""

from __future__ import annotations

import functools
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from runtime.evaluation.language import Clause, Polarity, Token, clauses
from runtime.evaluation.lexicon import OPPOSITE, SAME
from runtime.evaluation.rarity import rarity

# A word of the question tells little about the answer, yet a claim may need it ("the diameter shrinks").
_ECHO = 0.3
# A window is two adjacent clauses, or as many short ones as stay below this many words.
_WINDOW_WORDS = 30
# Words of an answer that one stretch of it must hold to be judged for being on topic.
_RELEVANCE_WORDS = 12
_CONTENT = 0.5
# From so many words of content on, a claim is a statement and no longer a term.
_LONG_CLAIM = 5
# What the question itself says, in the same or a like word, hardly marks a claim.
_MARK_ECHO = 0.15
_SAME_WORD = 0.75
# A word that comes as near to another claim's words as to this one's is not this one's.
_OTHERS_WORD = 0.3
# "unit" is no denied "it": what a prefix denies is a word of its own.
_NEGATED = 4


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim ready for matching: its content stems with weight and polarity.

    `asked`: the question's stems; said back, they are an echo. `marks`: how much each stem tells this claim from
    the question's other claims and from the bank's other questions. `elsewhere`: stems that stand in those claims or
    in the question.
    """

    id: str
    weights: Mapping[str, float]
    polarities: Mapping[str, Polarity]
    asked: frozenset[str]
    marks: Mapping[str, float] = field(default_factory=dict)
    elsewhere: frozenset[str] = frozenset()
    _related: dict[str, tuple[tuple[str, float, bool], ...]] = field(
        default_factory=dict, compare=False, repr=False
    )
    _borrowed: dict[str, float] = field(default_factory=dict, compare=False, repr=False)

    @property
    def total(self) -> float:
        # A claim that is all but the question's words must not be had for one everyday word.
        return max(1.0, sum(self.weights.values()))

    def related(self, said: str) -> tuple[tuple[str, float, bool], ...]:
        """The claim's stems that a stem said stands for: (stem, quality, whether as its opposite)."""
        # The same word comes up in window after window: looked up once per claim.
        if said not in self._related:
            found = []
            for stem in self.weights:
                quality = similarity(stem, said)
                if negation(stem, said):
                    found.append((stem, 1.0, True))
                elif quality:
                    found.append((stem, quality, False))
                elif said in OPPOSITE.get(stem, ()):
                    found.append((stem, 1.0, True))
            self._related[said] = tuple(found)
        return self._related[said]

    def borrowed(self, said: str) -> float:
        """How near a stem said comes to what stands in the question or its other claims."""
        if said not in self._borrowed:
            self._borrowed[said] = max((similarity(stem, said) for stem in self.elsewhere), default=0.0)
        return self._borrowed[said]


@dataclass(frozen=True, slots=True)
class Passage:
    """One turn's clauses that may be read as evidence; offsets are those of the turn's text."""

    turn_id: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """The best place for a claim. `coverage`: share of its weight found there, `support`: of its marks; 0 to 1."""

    coverage: float
    support: float
    turn_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What the passages do with one claim: where it is stated and where it is denied, if anywhere.

    `told`: the place that holds most of what marks this claim, which need not be the one that covers most of it.
    """

    stated: Match | None
    denied: Match | None
    told: Match | None = None


def compile_claims(claims: Sequence[tuple[str, str]], question: str) -> tuple[Claim, ...]:
    """Claims (id, text) to matchable form; words that several of them share tell them apart less."""
    asked = frozenset(token.stem for token in _content(clauses(question)))
    texts = [
        (claim_id, [token for clause in clauses(text) for token in clause.tokens])
        for claim_id, text in claims
    ]
    spread = Counter(stem for _, tokens in texts for stem in {token.stem for token in tokens if token.weight})
    compiled = []
    for claim_id, tokens in texts:
        weights: dict[str, float] = {}
        polarities: dict[str, Polarity] = {}
        for token in tokens:
            if not token.weight:
                continue
            weight = _weight(token) * (_ECHO if token.stem in asked else 1.0) / math.sqrt(spread[token.stem])
            weights[token.stem] = max(weight, weights.get(token.stem, 0.0))
            polarities.setdefault(token.stem, token.polarity)
        stems = {token.stem for token in tokens}
        others = frozenset(stem for stem in spread if spread[stem] > (stem in stems)) | asked
        compiled.append(
            Claim(
                id=claim_id,
                weights=weights,
                polarities=polarities,
                asked=asked,
                marks=_marks(tokens, spread, asked),
                elsewhere=others,
            )
        )
    return tuple(compiled)


def _weight(token: Token) -> float:
    # A name in capitals ("EXPLAIN") is no everyday word, whatever it would mean in small letters.
    return max(1.0, token.weight) if token.label and len(token.word) > 1 else token.weight


def _marks(tokens: Sequence[Token], spread: Mapping[str, int], asked: frozenset[str]) -> dict[str, float]:
    marks: dict[str, float] = {}
    for token in tokens:
        if not token.weight:
            continue
        weight = _weight(token) * rarity(token.stem)
        if any(similarity(one, token.stem) >= _SAME_WORD for one in asked):
            weight *= _MARK_ECHO
        marks[token.stem] = max(weight / spread[token.stem], marks.get(token.stem, 0.0))
    return marks


@functools.lru_cache(maxsize=262144)
def similarity(claimed: str, said: str) -> float:
    """How far two stems say the same, 0 to 1: equal, of one meaning, of one family, or one slip apart."""
    if claimed == said:
        return 1.0
    if said in SAME.get(claimed, ()):
        return 0.8
    shortest = min(len(claimed), len(said))
    if shortest < 4 or not (claimed.isalpha() and said.isalpha()):
        return 0.0
    if claimed[:2] == said[:2]:
        longest = max(len(claimed), len(said))
        shared = next((n for n in range(shortest) if claimed[n] != said[n]), shortest)
        if (shared >= 5 and shared / longest >= 0.6) or (shortest >= 5 and _one_slip(claimed, said)):
            return 0.75
    return 0.6 if shortest >= 5 and (claimed in said or said in claimed) else 0.0


def negation(one: str, other: str) -> bool:
    """Whether one stem is the other with a prefix that denies it ("unlimited", "non-empty")."""
    short, long = sorted((one, other), key=len)
    return len(short) >= _NEGATED and long in {f"un{short}", f"non{short}"}


def read(claim: Claim, passages: Sequence[Passage]) -> Reading:
    """Find where the passages state the claim best, and where they deny it most fully."""
    stated: Match | None = None
    denied: Match | None = None
    told: Match | None = None
    countered = 0.0
    if not claim.weights:
        return Reading(stated=None, denied=None)
    # One word is not what a long claim says, however well it fits.
    least = 2 if len(claim.weights) >= _LONG_CLAIM else 1
    for passage in passages:
        hits = [_hits(claim, clause) for clause in passage.clauses]
        plainly = [_signs(claim, clause, against=False) for clause in passage.clauses]
        contrary = [_signs(claim, clause, against=True) for clause in passage.clauses]
        for first, last in _windows(passage.clauses):
            # Without a hit at either end, a shorter window says as much.
            if not (hits[first] and hits[last]):
                continue
            plain: dict[str, float] = {}
            against: dict[str, float] = {}
            for clause_hits in hits[first : last + 1]:
                for stem, (quality, conflict, _) in clause_hits.items():
                    side = against if conflict else plain
                    side[stem] = max(quality, side.get(stem, 0.0))
            found = sum(claim.weights[stem] * quality for stem, quality in plain.items())
            opposed = sum(
                claim.weights[stem] * quality
                for stem, quality in against.items()
                if quality > plain.get(stem, 0.0)
            )
            stated_here = [hit for clause_hits in hits[first : last + 1] for hit in clause_hits.items()]
            if not any(own for _, (_, _, own) in stated_here) or len(dict(stated_here)) < least:
                continue
            span = [n for n in range(first, last + 1) if hits[n]]
            place = (passage.turn_id, passage.clauses[span[0]].start, passage.clauses[span[-1]].end)
            in_sense = _support(claim, plainly[first : last + 1])
            opposite = _support(claim, contrary[first : last + 1])
            # Speech carries stray negations: they are words of the claim as long as most is said in its sense.
            support = _support(claim, [*plainly[first : last + 1], *contrary[first : last + 1]])
            if opposed > found or opposite > in_sense:
                coverage = (found + opposed) / claim.total
                if denied is None or coverage > denied.coverage:
                    denied = Match(coverage, opposite, *place)
                countered = max(countered, opposite)
                continue
            match = Match(found / claim.total, support, *place)
            if stated is None or match.coverage > stated.coverage:
                stated = match
            if told is None or (match.support, match.coverage) > (told.support, told.coverage):
                told = match
    # Who denies more of what marks a claim than they say of it anywhere has not shown it.
    return Reading(stated=stated, denied=denied, told=None if told and told.support <= countered else told)


def _support(claim: Claim, signs: Sequence[Mapping[str, float]]) -> float:
    best: dict[str, float] = {}
    for of_clause in signs:
        for stem, quality in of_clause.items():
            best[stem] = max(quality, best.get(stem, 0.0))
    # A claim with hardly a word of its own is not to be had for one of them.
    total = max(0.5, sum(claim.marks.values()))
    return sum(claim.marks[stem] * quality for stem, quality in best.items()) / total


def _signs(claim: Claim, clause: Clause, *, against: bool) -> dict[str, float]:
    """Stems of the claim that the clause holds, in its sense or `against` it, and how far each is its own."""
    signs: dict[str, float] = {}
    for token in clause.tokens:
        if not token.weight:
            continue
        for stem, quality, opposite in claim.related(token.stem):
            if against != _conflict(claim, stem, token, opposite=opposite):
                continue
            borrowed = quality < 1 and claim.borrowed(token.stem) >= quality
            signs[stem] = max(quality * (_OTHERS_WORD if borrowed else 1.0), signs.get(stem, 0.0))
    return signs


def relevance(claims: Sequence[Claim], question: str, passages: Sequence[Passage]) -> float:
    """How far the passages speak about this question at all, 0 to about 2.3.

    The share of their densest stretch that belongs to the question or its claims, the share of the claims'
    words found anywhere, and a little for the question's own words. Padding elsewhere does not change it.
    """
    asked = {token.stem: token.weight for token in _content(clauses(question))}
    said = [token for passage in passages for token in _content(passage.clauses)]
    stems = {token.stem for token in said}
    best = {stem: max((similarity(one, stem) for one in asked), default=0.0) for stem in stems}
    found_asked = {one: max((similarity(one, stem) for stem in stems), default=0.0) for one in asked}
    claimed: dict[str, float] = {}
    found_claimed: dict[str, float] = {}
    for claim in claims:
        for one, weight in claim.weights.items():
            claimed[one] = max(weight, claimed.get(one, 0.0))
        for stem in stems:
            for one, quality, opposite in claim.related(stem):
                if not opposite:
                    best[stem] = max(quality, best[stem])
                    found_claimed[one] = max(quality, found_claimed.get(one, 0.0))
    # A word of neither weighs the same however long it is, or a name's length would show.
    row = [
        (token.weight * best[token.stem], token.weight if best[token.stem] else 1.0)
        for token in said
        if token.weight >= _CONTENT
    ]
    sums = list(
        accumulate(row, lambda so_far, one: (so_far[0] + one[0], so_far[1] + one[1]), initial=(0.0, 0.0))
    )
    span = min(len(row), _RELEVANCE_WORDS)
    density = max(
        (after[0] - before[0]) / max(4.0, after[1] - before[1])
        for before, after in zip(sums[: len(sums) - span], sums[span:], strict=True)
    )
    return density + 0.3 * _share(asked, found_asked) + _share(claimed, found_claimed)


def _share(wanted: Mapping[str, float], found: Mapping[str, float]) -> float:
    total = sum(wanted.values())
    return sum(weight * found.get(stem, 0.0) for stem, weight in wanted.items()) / total if total else 0.0


def _content(parts: Iterable[Clause]) -> list[Token]:
    return [token for clause in parts for token in clause.tokens if token.weight]


def _windows(parts: Sequence[Clause]) -> Iterable[tuple[int, int]]:
    for first in range(len(parts)):
        words = 0
        for last in range(first, len(parts)):
            words += len(parts[last].tokens)
            if last > first + 1 and words > _WINDOW_WORDS:
                break
            yield first, last


_OPPOSED = ({"plain", "denied"}, {"soft", "doubled"})


def _conflict(claim: Claim, stem: str, token: Token, *, opposite: bool) -> bool:
    return opposite != ({claim.polarities[stem], token.polarity} in _OPPOSED)


type _Hit = tuple[float, bool, bool]


def _hits(claim: Claim, clause: Clause) -> dict[str, _Hit]:
    """Stems of the claim that the clause holds: how well, whether in the opposite sense, whether unasked."""
    hits: dict[str, _Hit] = {}
    for token in clause.tokens:
        if not token.weight:
            continue
        own = token.stem not in claim.asked
        for stem, quality, opposite in claim.related(token.stem):
            conflict = _conflict(claim, stem, token, opposite=opposite)
            worth = quality if own or stem == token.stem else quality * _ECHO
            if worth > hits.get(stem, (0.0, False, False))[0]:
                hits[stem] = (worth, conflict, own and max(token.weight, claim.weights[stem]) >= _CONTENT)
    return hits


def _one_slip(left: str, right: str) -> bool:
    """Whether one letter added, left out, changed, or two neighbours swapped makes one word the other."""
    if abs(len(left) - len(right)) > 1:
        return False
    if len(left) == len(right):
        apart = [n for n in range(len(left)) if left[n] != right[n]]
        if len(apart) == 2 and apart[1] == apart[0] + 1:
            return left[apart[0]] == right[apart[1]] and left[apart[1]] == right[apart[0]]
        return len(apart) == 1
    short, long = sorted((left, right), key=len)
    return any(long[:n] + long[n + 1 :] == short for n in range(len(long)))
