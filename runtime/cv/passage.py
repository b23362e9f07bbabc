"""A stretch of the document's text that knows its place."""

from __future__ import annotations

import re
from dataclasses import dataclass

from runtime.cv.result import Leaf, Method

_WHITE = re.compile(r"\s+")
# A hyphen that ends a line inside a word; before a capital or a digit it belongs to the word.
_BROKEN = re.compile(r"(?<=\w)-\s*[\n\t]\s*(?=[a-zà-öø-ÿ])")
_RIM = " \t\n\r,;:|·•∙⋅–—-/()[]"


@dataclass(frozen=True, slots=True)
class Passage:
    """`text` stands at `[start, start + len(text))` of the document's text, on `page`."""

    text: str
    start: int
    page: int | None

    @property
    def stop(self) -> int:
        return self.start + len(self.text)

    def cut(self, begin: int, stop: int) -> Passage:
        """The part `[begin, stop)` of this passage, without the separators at its rims."""
        part = self.text[begin:stop]
        stripped = part.lstrip(_RIM)
        begin += len(part) - len(stripped)
        stripped = stripped.rstrip(_RIM)
        # A closing bracket whose opening one is inside belongs to the text: "Acme (formerly Apex)".
        if stripped.count("(") > stripped.count(")") and self.text[begin + len(stripped) :].startswith(")"):
            stripped += ")"
        return Passage(stripped, self.start + begin, self.page)

    def split(self, separator: re.Pattern[str]) -> tuple[Passage, ...]:
        """The parts between matches of `separator`, the empty ones left out."""
        parts: list[Passage] = []
        begin = 0
        for match in separator.finditer(self.text):
            parts.append(self.cut(begin, match.start()))
            begin = match.end()
        parts.append(self.cut(begin, len(self.text)))
        return tuple(part for part in parts if part.text)

    def leaf(
        self, confidence: float, method: Method, *, value: str | None = None, valid: bool | None = None
    ) -> Leaf:
        """This passage as a result's leaf; the value is the text with its white and line breaks closed up."""
        return Leaf(
            value=closed(self.text) if value is None else value,
            raw=self.text,
            page=self.page,
            span=(self.start, self.stop),
            confidence=confidence,
            method=method,
            valid=valid,
        )


def closed(text: str) -> str:
    """`text` on one line: words broken at a line's end are joined again, white is a single space."""
    return _WHITE.sub(" ", _BROKEN.sub("", text)).strip()
