"""What a document holds for machines and not for people: hidden text, and orders to whoever reads it.

A CV is data. What is found here is told to the people who decide; nothing of it is obeyed, and hidden text is no part
of the CV's text.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections import Counter
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
_MOST_OF_A_KIND: Final = 10
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
    r"|\bas an? (?:ai|llm|(?:large )?language model)\b[^.\n]{0,40}\b(?:must|should|will|have to)\b"
    r"|\bas an? (?:ai |large )?language model(?: assistant)?(?:[ \t]?[,:.]|[ \t]?$| you\b| i\b)"
    r"|\b(?:forget|ignore|disregard) (?:everything|all|anything|whatever)\b[^.\n]{0,20}\b(?:you (?:were|have been|are)"
    r" (?:told|given|taught|instructed)|you know|above|before)\b"
    r"|\b(?:ai|llm|automated|machine) (?:screeners?|recruiters?|reviewers?|evaluators?|graders?)"
    r" (?:should|must|have to|has to|are to|shall)\b"
    r"|\bwhen (?:you are )?(?:evaluating|scoring|rating|ranking|grading|reviewing|assessing|screening) this"
    r" (?:candidate|applicant|cv|resume|profile|application)\b"
    r"|\b(?:rate|rank|score|grade|evaluate|bewerte|evaluez|califica|valuta|avalie)\s+"
    r"(?:this|the|diesen|den|ce|este|questo|o)\s+(?:candidate|applicant|cv|resume|profile|kandidaten|bewerber|candidat"
    r"|candidato)\b"
    r"|\b(?:recommend|hire|accept|shortlist|advance)\s+this\s+(?:candidate|applicant|person)\b"
    r"|\b(?:give|award|assign)\s+(?:this|the|me|him|her|them)\b[^.\n]{0,30}\b(?:highest|top|maximum|perfect|full|best)\b"
    r"[^.\n]{0,15}\b(?:scores?|rating|marks?|grade|points)\b"
    r"|\b(?:to|note to|attention|message (?:to|for))\s+(?:the\s+)?(?:ai|llm|chatgpt|gpt|language model|automated"
    r" (?:screening|system|reader))\b"
    r"|\bdo not (?:mention|reveal|tell|report|disclose) (?:this|these|that you)\b"
    r"|<\|(?:im_start|im_end|system|endoftext)\|>|\[/?inst\]|</?(?:system|instructions?|assistant|prompt)>"
    r"|^[^\w\n]{0,8}(?:system|assistant)[^\w\n:]{0,4}:[*_]{0,2}[ \t]+"
    # Not the list "System: Linux, Windows".
    r"[^\s,;/|]+(?: [^\s,;/|]+){2}",
    re.MULTILINE,
)
# Zero-width characters separate and shape words in some scripts; a run of them, or Unicode's tags, spell something.
_UNSHOWN: Final = re.compile(
    r"[\U000E0000-\U000E007F]+|[\u200b-\u200d\u2060\ufeff\u2061-\u2064]{4,}|[\u202a-\u202e\u2066-\u2069]+"
)
# Inside a word of Latin letters none of them shapes anything: it keeps the word from being found.
_WITHIN: Final = re.compile(r"(?<=[A-Za-z])[\u00ad\u200b-\u200d\u2060-\u2064\ufeff]+(?=[A-Za-z])")
_WITHIN_CHAR: Final = re.compile(r"[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]")
# Letters of other scripts that look like Latin ones. Only the search for orders takes them for those.
_ALIKE: Final = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u043a\u043c\u0442\u0432\u043d"
    "\u03b1\u03b5\u03bf\u03c1\u03c5\u03bd\u03b9\u03ba\u03c4\u03c7\u0131\u0261\u0251",
    "aeopcyxijshdqwkmtbhaeopuviktxiga",
)
_BROKEN_WORD: Final = re.compile(r"(?<=[a-z])-[ \t]{0,8}\n[ \t]{0,8}(?=[a-z])")
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
    # A soft hyphen is how some programs mark where a word may break: it goes without a word.
    stuffed = [word for word in re.findall(r"\S+", text) if _WITHIN.search(word.replace("\xad", ""))]
    if stuffed:
        hidden.append(Hidden(" ".join(_WITHIN.sub("", word) for word in stuffed), "comment"))
    text = _WITHIN.sub("", text)
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
        if instructions(words):
            found.append(_instruction(f"Text {_HOW[how]}", _quoted(words), page=page))
    found += [
        _instruction("What the file says of itself", _quoted(label))
        for label in labels
        if instructions(label)
    ]
    for start, stop in instructions(text):
        page = next((number for begin, number in reversed(pages) if begin <= start), None)
        found.append(_instruction("A line", _quoted(text[start:stop]), page=page, span=(start, stop)))
    return _bounded(found)


def _bounded(found: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings, orders first: of each kind only so many, the last of which says how many there are besides."""
    result: list[Finding] = []
    for kind, count in Counter(sorted(each.kind for each in found)).items():
        of_kind = [each for each in found if each.kind == kind]
        if (more := count - _MOST_OF_A_KIND) > 0:
            of_kind = of_kind[:_MOST_OF_A_KIND]
            message = f"{of_kind[-1].message} {more} more of this kind are not listed."
            of_kind[-1] = of_kind[-1].model_copy(update={"message": message})
        result += of_kind
    return tuple(sorted(result, key=lambda each: each.kind != "instruction"))


def instructions(text: str) -> tuple[tuple[int, int], ...]:
    """The lines of `text` that give orders to whoever reads it."""
    plain, places = _plain(text)
    lines: dict[tuple[int, int], None] = {}
    for match in _INSTRUCTION.finditer(plain):
        first, last = places[match.start()], places[match.end() - 1]
        # A word that breaks at a line's end makes one order of two lines.
        while first <= last:
            line = _line(text, first)
            lines[line] = None
            first = line[1] + 1
    return tuple(lines)


@functools.cache
def _shape(char: str) -> str:
    return fold(unicodedata.normalize("NFKC", char)).translate(_ALIKE)


def _plain(text: str) -> tuple[str, list[int]]:
    """`text` as it is meant to be read, in lower case, and where each character of it stands in `text`."""
    if text.isascii():
        letters, places = text.lower(), list(range(len(text)))
    else:
        pieces: list[str] = []
        places = []
        for place, char in enumerate(text):
            if _WITHIN_CHAR.match(char):
                continue
            piece = _shape(char)
            pieces.append(piece)
            places += [place] * len(piece)
        letters = "".join(pieces)
    kept: list[str] = []
    kept_places: list[int] = []
    begin = 0
    for match in _BROKEN_WORD.finditer(letters):
        kept.append(letters[begin : match.start()])
        kept_places += places[begin : match.start()]
        begin = match.end()
    return "".join([*kept, letters[begin:]]), kept_places + places[begin:]


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
