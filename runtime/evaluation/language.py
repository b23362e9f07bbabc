"""Text as the extractor reads it: clauses of tokens, each with its stem, its weight and whether it is denied."""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from runtime.evaluation.lexicon import (
    AUXILIARIES,
    FUNCTION_WORDS,
    HARD_NEGATORS,
    LIGHT_STEMS,
    SOFT_NEGATORS,
    TRADE_STEMS,
    stem,
)

# "avoids loops" and "no loops" say the same, so a soft denial opposes neither; "does not avoid loops" opposes it.
Polarity = Literal["plain", "soft", "denied", "doubled"]

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*(?:\+\+|#)?")
_SENTENCE_END = re.compile(r"(?<![.!?…])[.!?…]++(?=[\s\"')\]]|$)|[;\n•●○▪]+|\s[-–—*]\s|:\s")
_ABBREVIATION = re.compile(
    r"(?:\b(?:e\.g|i\.e|etc|vs|cf|resp|approx|no|fig)|\b[A-Za-z]|\b\d+)$", re.IGNORECASE
)
_CLAUSE_OPENERS = frozenset(
    [
        "but",
        "because",
        "which",
        "while",
        "whereas",
        "although",
        "though",
        "however",
        "so",
        "since",
        "therefore",
        "when",
        "if",
        "then",
    ]
)
# "It is not true that ...", "... is wrong." deny a whole sentence, whatever stands in it.
_DENIED_SENTENCE = re.compile(
    r"^\W*(?:i(?: do not|n't| don't) (?:think|believe|agree)|it(?: i|')s (?:simply )?(?:not (?:true|the case|correct|right)"
    r"|false|wrong|untrue|incorrect|a myth)|(?:that|this)(?: i|')s (?:not true|false|wrong) that|i disagree|false\b|wrong\b)"
    r"|\b(?:is|are) (?:wrong|false|untrue|incorrect|not true|not correct|not the case|a myth)\W*$",
    re.IGNORECASE,
)
_SUBJECTS = frozenset(["i", "we", "they", "he", "she", "you"])
_SUBORDINATE = frozenset(["that", "which", "what", "who", "where", "how", "why", "as", "than", "and", "or"])
_CONTRAST = frozenset(["but", "however", "instead", "rather", "although", "though", "whereas", "actually"])
# Spoken answers come without punctuation: a run of this many words is cut at the next weak joint, then anywhere.
_LONG_RUN, _LONGEST_RUN = 14, 26
_WEAK_JOINTS = frozenset(["and", "or", "so", "then", "that", "also"])


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text; `weight` is how much content it carries, 0 for function words.

    `label`: capitals inside ordinary text ("node A", "an IS"), so a name, whatever the word would mean.
    """

    word: str
    stem: str
    start: int
    end: int
    weight: float
    polarity: Polarity
    label: bool


@dataclass(frozen=True, slots=True)
class Clause:
    """Adjacent tokens that state one thing; `sentence` counts from 0."""

    tokens: tuple[Token, ...]
    sentence: int

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end


@functools.lru_cache(maxsize=512)
def clauses(text: str) -> tuple[Clause, ...]:
    """The clauses of a text in order; a text without a word has none."""
    found: list[Clause] = []
    for number, (start, end) in enumerate(sentences(text)):
        words = [(match.group(), match.start(), match.end()) for match in _WORD.finditer(text, start, end)]
        wrong = _DENIED_SENTENCE.search(text[start:end]) is not None
        for run in _clause_runs(text, words):
            tokens = _tokens(run, flipped=wrong)
            if tokens:
                found.append(Clause(tokens=tokens, sentence=number))
    return tuple(found)


def opens_with_denial(text: str) -> bool:
    """Whether a text begins by denying what its sentence goes on to say."""
    return _DENIED_SENTENCE.match(text) is not None


def content_weight(word: str) -> float:
    """How much content a lower-case word carries, 0 to about 1.6: rarer words are longer or hold digits."""
    if word in FUNCTION_WORDS:
        return 0.0
    if stem(word) in LIGHT_STEMS:
        return 0.25
    if stem(word) in TRADE_STEMS:
        return 0.55
    if any(char.isdigit() for char in word):
        return 1.0
    if len(word) <= 1:
        return 0.3
    return 0.8 + 0.08 * min(len(word), 10) - 0.16


def sentences(text: str) -> Iterator[tuple[int, int]]:
    """Where each sentence begins and ends, without the mark that ends it; a colon ends one too."""
    start = 0
    for mark in _SENTENCE_END.finditer(text):
        if mark.group() == "." and _ABBREVIATION.search(text[start : mark.start()]):
            continue
        if text[start : mark.start()].strip():
            yield start, mark.start()
        start = mark.end()
    if text[start:].strip():
        yield start, len(text)


type _Word = tuple[str, int, int]


def _clause_runs(text: str, words: list[_Word]) -> Iterator[list[_Word]]:
    run: list[_Word] = []
    for word in words:
        lower = _normal(word[0])
        if run:
            gap = text[run[-1][2] : word[1]]
            joint = len(run) >= 3 and (any(mark in gap for mark in ",()") or lower in _CLAUSE_OPENERS)
            if joint or (len(run) >= _LONG_RUN and lower in _WEAK_JOINTS) or len(run) >= _LONGEST_RUN:
                yield run
                run = []
        run.append(word)
    if run:
        yield run


def _normal(word: str) -> str:
    return unicodedata.normalize("NFKC", word).replace("’", "'").casefold()


def _tokens(run: list[_Word], *, flipped: bool) -> tuple[Token, ...]:
    words = [_normal(word) for word, _, _ in run]
    shouted = all(word.isupper() for word, _, _ in run)
    polarity = _polarities(words)
    if flipped:
        polarity = [_FLIPPED[one] for one in _polarities(_unopened(words))]
    return tuple(
        Token(
            word=word,
            stem=stem(word),
            start=start,
            end=end,
            weight=content_weight(word),
            polarity=denied,
            label=raw.isupper() and raw != "I" and not shouted,
        )
        for word, (raw, start, end), denied in zip(words, run, polarity, strict=True)
    )


def denied(clause: Clause) -> Clause:
    """The clause as somebody says it who says that it is wrong."""
    return replace(
        clause,
        tokens=tuple(replace(token, polarity=_FLIPPED[token.polarity]) for token in clause.tokens),
    )


def opposed(clause: Clause) -> Clause:
    """The clause as denied, every word of it, however many of them were denied before."""
    return replace(
        clause,
        tokens=tuple(
            replace(token, polarity="doubled" if token.polarity in {"soft", "doubled"} else "denied")
            for token in clause.tokens
        ),
    )


_FLIPPED: dict[Polarity, Polarity] = {
    "plain": "denied",
    "denied": "plain",
    "soft": "doubled",
    "doubled": "soft",
}


def _unopened(words: list[str]) -> list[str]:
    """The words with the denial of the whole sentence taken out of sight, so that it is not counted twice."""
    out = list(words)
    for at, word in enumerate(words):
        following = words[at + 1] if at + 1 < len(words) else ""
        of_sentence = following in {"true", "correct", "right"} or words[at + 1 : at + 3] == ["the", "case"]
        if of_sentence and (word == "not" or word.endswith("n't")):
            out[at] = "so"
    return out


def _polarities(words: list[str]) -> list[Polarity]:
    found: list[Polarity] = ["plain"] * len(words)
    for at, word in enumerate(words):
        if stem(word) in SOFT_NEGATORS:
            for other in range(at, min(len(words), at + 6)):
                found[other] = "soft"
    denied: set[int] = set()
    for at, word in enumerate(words):
        denied.update(_denied_by(words, at, word))
    for at in denied:
        found[at] = "doubled" if found[at] == "soft" else "denied"
    return found


def _denied_by(words: list[str], at: int, word: str) -> Iterator[int]:
    following = words[at + 1] if at + 1 < len(words) else ""
    instead = word in {"instead", "rather"} and following in {"of", "than"}
    if not (word in HARD_NEGATORS or word.endswith("n't") or instead):
        return
    if word == "not" and following in {"only", "just"}:
        return
    of_verb = (
        word.endswith("n't")
        or word in {"cannot", "never"}
        or (word == "not" and at > 0 and words[at - 1] in AUXILIARIES)
    )
    # "no X", "without X" deny the next words; a denied verb denies what stands around it.
    last = len(words) if of_verb or word == "not" else min(len(words), at + 5)
    for other in range(max(0, at - 5) if of_verb else at, last):
        if other > at + 1 and words[other] in _CONTRAST:
            return
        # Speech joins sentences without a mark: a new subject ends what the verb before it denies.
        if other > at + 3 and words[other] in _SUBJECTS and words[other - 1] not in _SUBORDINATE:
            return
        yield other
