"""A report as CommonMark. Whatever a candidate wrote stays text: no markup, HTML, link or picture comes of it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from runtime.evaluation.document import Block, Document, Point, Said, ScoreRow, Section, Source, Text

# What means something wherever it stands; a dot or colon inside a word and `@` make a link of a bare address.
_ANYWHERE: Final = re.compile(r"[\\`*_{}\[\]#|~$^@]|(?<=\S)\.(?=\S)|:(?=\S)")
# What means something at a line's begin: lists, rules and underlined headings.
_AT_THE_BEGIN: Final = re.compile(r"^([-+=]|\d+(?=[.)]))")
_ENTITIES: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
# Places of the bar: a score of 1 stands at the first, one of 10 at the last.
_PLACES: Final = 28


def markdown(document: Document) -> str:
    """The document as CommonMark with GitHub's tables. Pure; the same document gives the same text."""
    return "\n\n".join(_parts(document)) + "\n"


def escaped(text: str) -> str:
    """`text` so that it reads as it stands, wherever in a line or a table's cell it is put."""
    marked = _ANYWHERE.sub(r"\\\g<0>", text)
    begun = _AT_THE_BEGIN.sub(
        lambda begin: begin[1] + "\\" if begin[1].isdigit() else f"\\{begin[1]}", marked
    )
    return begun.translate(_ENTITIES)


def _parts(document: Document) -> Iterator[str]:
    yield f"# {escaped(document.title)}"
    yield "\n".join(f"- **{escaped(fact.name)}**: {escaped(fact.value)}" for fact in document.facts)
    yield "## Result"
    yield f"**Proposal: {escaped(document.proposal)}**"
    yield from map(_block, document.summary)
    rows = [_row(row) for row in document.scores]
    yield "\n".join(("| Score | 1 to 10 | Points | Between | Evidence |", "|---|---|---|---|---|", *rows))
    yield from (part for section in document.sections for part in _section(section))


def _row(row: ScoreRow) -> str:
    if row.points is None:
        return f"| {escaped(row.name)} | | not assessed | | |"
    between = f"{row.low:.1f} to {row.high:.1f}" if row.low is not None and row.high is not None else ""
    return f"| {escaped(row.name)} | `{_bar(row)}` | {row.points:.1f} | {between} | {row.evidence} |"


def _bar(row: ScoreRow) -> str:
    def place(points: float | None) -> int:
        return round(((points or 1) - 1) / 9 * (_PLACES - 1))

    bar = ["·"] * _PLACES
    for at in range(place(row.low), place(row.high) + 1):
        bar[at] = "─"
    bar[place(row.points)] = "●"
    return "".join(bar)


def _section(section: Section) -> Iterator[str]:
    yield f"{'#' * section.level} {escaped(section.heading)}"
    yield from map(_block, section.blocks)


def _block(block: Block) -> str:
    match block:
        case Text():
            return escaped(block.text)
        case Said():
            return f"> {escaped(block.text)}"
        case Point():
            label = f"**{escaped(block.label)}**: " if block.label else ""
            note = f" ({escaped(block.note)})" if block.note else ""
            return "\n".join(
                [f"- {label}{escaped(block.text)}{note}", *(f"  > {escaped(said)}\n" for said in block.said)]
            ).rstrip()
        case Source():
            # A fence is longer than any in the code, and names no language that candidates choose.
            fence = "`" * max(3, 1 + max(map(len, re.findall("`+", block.text)), default=0))
            return f"{fence}\n{block.text}\n{fence}"
