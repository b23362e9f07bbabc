"""Who the candidate is, taken out before anything is read: names, schools, age. Offsets stay as they were.

A masked character becomes a mark that no word contains, so two transcripts that differ only in such terms are
read as the same text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from runtime.evaluation.inputs import AnswerTurn

_MARK = "\N{FULL BLOCK}"
_NAME = r"[A-Z\u00c0-\u00de][\w'’-]+"
_SCHOOLS = r"(?:University|College|Institute|School|Academy|Polytechnic|Universität|Université|Universidad)"
_PATTERNS = (
    # "my name is Ada Lovelace", "I'm Ada", "call me Ada"
    re.compile(
        rf"(?:[Mm]y name is|[Mm]y name's|[Tt]his is|I am|I'm|I’m|[Cc]all me)\s+({_NAME}(?:\s+{_NAME}){{0,3}})"
    ),
    # "University of Cape Town", "Stanford University", "Massachusetts Institute of Technology"
    re.compile(
        rf"(\b(?:{_NAME}\s+){{0,4}}{_SCHOOLS}(?:\s+(?:of|for|de|at)\s+(?:the\s+)?{_NAME}(?:\s+{_NAME}){{0,3}})?)"
    ),
    # "graduated from MIT"
    re.compile(
        rf"(?:graduated from|studied at|student at|degree from|went to|alumn\w+ of)\s+({_NAME}(?:\s+{_NAME}){{0,3}})"
    ),
    # "I am 24 years old", "a 53-year-old", "at the age of 19", "born in 1989", "I'm 31"
    re.compile(r"(\b\d{1,2}[\s-]years?[\s-]old\b)"),
    re.compile(r"\b(?:age of|aged)\s+(\d{1,2})\b"),
    re.compile(r"\bborn (?:in|on)\s+([\w ,]*?\d{4})\b"),
    re.compile(r"\b(?:I am|I'm|I’m)\s+(\d{2})\b(?!\s*(?:%|percent))"),
    # "Priya and I", "with my colleague Tom", "Mrs Jones"
    re.compile(rf"\b(?:[Mm]r|[Mm]rs|[Mm]s|[Dd]r|[Pp]rof)\.?\s+({_NAME})"),
    re.compile(
        r"\b(?:colleague|manager|boss|lead|teammate|mentor|friend|director|professor|teacher|intern|engineer)"
        rf"(?:\s+(?:named|called))?,?\s+({_NAME}(?:\s+{_NAME})?)"
    ),
)
# Two capitalised words in a row inside a sentence, or one: a proper name, unless the rubric uses it.
_PROPER = re.compile(rf"(?<=[a-z,;]\s)({_NAME}(?:\s+(?:of\s+|the\s+|de\s+|van\s+)*{_NAME})*)")
_WORD = re.compile(r"[^\W_]+")


def mask(turns: Sequence[AnswerTurn], *, terms: Iterable[str], keep: Iterable[str]) -> tuple[AnswerTurn, ...]:
    """The turns with names, schools and ages overwritten, character for character.

    `terms` are masked wherever they stand; words of `keep` (the question and its claims) never by capitals alone.
    """
    known = {word.casefold() for text in keep for word in _WORD.findall(text)}
    own = [
        re.compile(rf"\b{re.escape(term.strip())}\b", re.IGNORECASE)
        for term in terms
        if len(term.strip()) > 1
    ]
    return tuple(turn.model_copy(update={"text": _masked(turn.text, own, known)}) for turn in turns)


def _masked(text: str, own: Sequence[re.Pattern[str]], known: set[str]) -> str:
    spans = [match.span() for pattern in own for match in pattern.finditer(text)]
    spans += [match.span(1) for pattern in _PATTERNS for match in pattern.finditer(text)]
    for match in _PROPER.finditer(text):
        words = _WORD.findall(match.group(1))
        # "Kafka" or "PostgreSQL" in an answer is a technology as often as a name: it carries no weight either way,
        # so only what the rubric itself says must stay readable.
        if not any(word.casefold() in known for word in words) and words[0] != "I":
            spans.append(match.span(1))
    marks = bytearray(len(text))
    for start, end in spans:
        marks[start:end] = b"\x01" * (end - start)
    return "".join(
        _MARK if marked and not char.isspace() else char for char, marked in zip(text, marks, strict=True)
    )
