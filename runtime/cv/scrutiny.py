"""What a document holds for machines and not for people: hidden text, and orders to whoever reads it.

A CV is data. What is found here is told to the people who decide; nothing of it is obeyed, and hidden text is no part
of the CV's text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, Literal

from runtime.cv.result import Finding
from runtime.cv.vocabulary import fold

type Hiding = Literal["invisible", "colour", "size", "off_page", "layer", "covered", "format", "comment"]

_HOW: Final[dict[Hiding, str]] = {
    "invisible": "drawn invisibly",
    "colour": "in the colour of its background",
    "size": "too small to be read",
    "off_page": "outside the page",
    "layer": "on a layer that is switched off",
    "covered": "under something that covers it",
    "format": "formatted as hidden",
    "comment": "in characters or comments that are not shown",
}
_MOST_FINDINGS: Final = 20
_LONGEST_QUOTE: Final = 200

# Each asks for a verb of command and what it is to act on: "ignored instructions from nobody" is a story, not an order.
_EARLIER: Final = (
    r"(?:all|any|the|your|my|these|those|every|alle|deine|ihre|toutes|vos|tes|les|todas|tus|sus|las|tutte|tue|le"
    r"|as|suas|previous|prior|above|earlier|preceding|other|existing|system|vorherigen|bisherigen|obigen"
    r"|of|de|di|delle|des|der)"
)
_ORDERS: Final = (
    r"instructions?|prompts?|rules|directions|guidelines|anweisungen|vorgaben|consignes|instrucciones|indicaciones"
    r"|istruzioni|regole|instrucoes|regras|commands?|context"
)
_INSTRUCTION: Final = re.compile(
    rf"\b(?:ignore|disregard|forget|override|bypass|ignorier(?:e|en sie)|vergiss|ignorez|oubliez|oublie|ignora|ignorad"
    rf"|olvida|dimentica|desconsidere|esqueca)\s+(?:{_EARLIER}\s+){{0,5}}(?:{_ORDERS})\b"
    r"|\byou are (?:now )?(?:an? )?(?:ai|llm|language model|chatbot|hiring assistant|recruiting assistant)\b"
    r"|\bas an? (?:ai|llm|large language model)\b[^.\n]{0,40}\b(?:must|should|will|have to)\b"
    r"|\b(?:rate|rank|score|grade|evaluate|bewerte|evaluez|califica|valuta|avalie)\s+"
    r"(?:this|the|diesen|den|ce|este|questo|o)\s+(?:candidate|applicant|cv|resume|profile|kandidaten|bewerber|candidat"
    r"|candidato)\b"
    r"|\b(?:recommend|hire|accept|shortlist|advance)\s+this\s+(?:candidate|applicant|person)\b"
    r"|\b(?:give|award|assign)\s+(?:this|the|me|him|her|them)\b[^.\n]{0,30}\b(?:highest|top|maximum|perfect|full|best)\b"
    r"[^.\n]{0,15}\b(?:scores?|rating|marks?|grade|points)\b"
    r"|\b(?:to|note to|attention|message (?:to|for))\s+(?:the\s+)?(?:ai|llm|chatgpt|gpt|language model|automated"
    r" (?:screening|system|reader))\b"
    r"|\bdo not (?:mention|reveal|tell|report|disclose) (?:this|these|that you)\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?inst\]|^[ \t]{0,8}(?:system|assistant)[ \t]?: ",
    re.MULTILINE,
)
# Zero-width characters separate and shape words in some scripts; a run of them, or Unicode's tags, spell something.
_UNSHOWN: Final = re.compile(
    r"[\U000E0000-\U000E007F]+|[\u200b-\u200d\u2060\ufeff\u2061-\u2064]{4,}|[\u202a-\u202e\u2066-\u2069]+"
)
_COMMENT: Final = re.compile(r"<!--(.{0,5000}?)-->", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Hidden:
    """Text that a person who looks at the document does not see."""

    text: str
    how: Hiding
    page: int | None = None


def without_unshown(text: str, *, comments: bool) -> tuple[str, tuple[Hidden, ...]]:
    """`text` as it is shown, and what is not: characters without a shape and, with `comments`, those of HTML."""
    hidden: list[Hidden] = []

    def taken(match: re.Match[str]) -> str:
        spelt = match[1] if match.re is _COMMENT else "".join(_untagged(char) for char in match[0])
        if spelt.strip():
            hidden.append(Hidden(spelt.strip(), "comment"))
        # Lines stay lines.
        return "\n" * match[0].count("\n")

    for pattern in (_COMMENT, _UNSHOWN) if comments else (_UNSHOWN,):
        text = pattern.sub(taken, text)
    return text, tuple(hidden)


def findings(
    text: str, hidden: Sequence[Hidden], labels: Iterable[str], pages: Sequence[tuple[int, int | None]] = ()
) -> tuple[Finding, ...]:
    """What the readers of a document should know of it.

    `labels`: what the file says of itself (title, keywords). `pages`: where each page begins in `text`, and its number.
    """
    found: list[Finding] = []
    for (page, how), group in groupby(hidden, key=lambda each: (each.page, each.how)):
        words = " ".join(each.text for each in group)
        found.append(
            Finding(
                kind="hidden_text",
                message=f"Text {_HOW[how]} was left out of the profile.",
                text=_quoted(words),
                page=page,
            )
        )
        if _INSTRUCTION.search(fold(words)):
            found.append(_instruction(f"Text {_HOW[how]}", _quoted(words), page=page))
    found += [
        _instruction("What the file says of itself", _quoted(label))
        for label in labels
        if _INSTRUCTION.search(fold(label))
    ]
    for start, stop in instructions(text):
        page = next((number for begin, number in reversed(pages) if begin <= start), None)
        found.append(_instruction("A line", _quoted(text[start:stop]), page=page, span=(start, stop)))
    return tuple(found[:_MOST_FINDINGS])


def instructions(text: str) -> tuple[tuple[int, int], ...]:
    """The lines of `text` that give orders to whoever reads it."""
    lines = dict.fromkeys(_line(text, match.start()) for match in _INSTRUCTION.finditer(fold(text)))
    return tuple(lines)


def _line(text: str, position: int) -> tuple[int, int]:
    start = text.rfind("\n", 0, position) + 1
    stop = text.find("\n", position + 1)
    return start, len(text) if stop < 0 else stop


def _instruction(
    where: str, text: str, *, page: int | None = None, span: tuple[int, int] | None = None
) -> Finding:
    return Finding(
        kind="instruction",
        message=f"{where} reads as an order to a machine. It was not followed.",
        text=text,
        page=page,
        span=span,
    )


def _quoted(words: str) -> str:
    words = " ".join(words.split())
    return words if len(words) <= _LONGEST_QUOTE else words[: _LONGEST_QUOTE - 1] + "…"


def _untagged(char: str) -> str:
    return chr(ord(char) - 0xE0000) if 0xE0020 <= ord(char) <= 0xE007E else ""
