"""The declared skills, one entry each in the CV's own words, and the spoken languages."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from runtime.cv.document import Document
from runtime.cv.layout import Line, Segment, had_no_room
from runtime.cv.passage import Passage
from runtime.cv.result import Language, Skill
from runtime.cv.vocabulary import PROFICIENCY, SPOKEN, fold

_LABEL = re.compile(r"^\W*([^\W\d_][^:;|•,]{1,48}?)\s*:\s*(?=\S|$)")
# Every repetition here is bounded: a document made of white space or commas would take the square of its length.
_LIST = re.compile(r"\s{0,8}[,;|•·●▪∙⋅]\s{0,8}(?![^()]{0,200}\))|\s{1,8}/\s{1,8}|\s{1,8}[–—]\s{1,8}|\t")
_AND = re.compile(r"^(?:and|und|et|y|e)\s+", re.IGNORECASE)
_LEADING = re.compile(r"^(?:[\s•◦▪●○■□◆◇►▸▹‣∙·✓✔➢➤⁃*–—-]|[+>»o]\s)+")
_LABEL_AND_DASH = re.compile(r"^([^\W\d_][^:;|•,]{1,40}?)\s{1,4}[–—-]\s{1,4}(?=[^,;]{1,60}[,;])")
# A full stop separates names that nothing else separates.
_STOP = re.compile(r"\.\s{1,8}(?=[^\W\d_a-z])")
# A hyphen between white is a separator where it stands again and again.
_HYPHEN = re.compile(r"\s{1,8}-\s{1,8}")
_CONTACT = re.compile(r"\w@\w|https?://|www\.|(?:\d[\s().-]{0,3}){7}")
_LEVEL_IN_BRACKETS = re.compile(r"\s{0,8}\(([^()]{0,80})\)\s*$")
_LEVEL_AFTER_DASH = re.compile(r"\s{1,8}[–—:-]\s{1,8}(.{1,80})$")
_NO_SKILL = re.compile(
    r"^(?:interests?|hobbies|personal|extracurricular|intereses|interessen|centres d'interet|interessi"
    r"|activities"
    r"|additional|awards?|references?)\b"
)
_SPOKEN_LABEL = re.compile(
    r"^(?:(?:spoken|foreign|human|natural)?\s*languages?|sprachen|langues|idiomas|lingue)$"
)


@dataclass(frozen=True, slots=True)
class _Item:
    name: Passage
    category: Passage | None


def skills(document: Document, indexes: Sequence[int]) -> tuple[Skill, ...]:
    """The skills of one section; a repeated one stands where it came first."""
    seen: set[str] = set()
    result = []
    for item in _items(document, indexes):
        key = fold(item.name.text)
        if item.category is not None and (_NO_SKILL.match(fold(item.category.text)) or _is_spoken(item)):
            continue
        if key in seen:
            continue
        seen.add(key)
        category = item.category.leaf(0.8, "layout") if item.category is not None else None
        result.append(Skill(name=item.name.leaf(0.9, "layout"), category=category))
    return tuple(result)


def languages(document: Document, indexes: Sequence[int], *, labelled: bool = False) -> tuple[Language, ...]:
    """Spoken languages; `labelled`: the section is about skills, only a label such as "Languages:" counts."""
    result: list[Language] = []
    if labelled:
        return tuple(
            Language(language=item.name.leaf(0.9, "vocabulary"))
            for item in _items(document, indexes)
            if item.category is not None and _is_spoken(item)
        )
    for index in indexes:
        for _, passage in document.segments(index):
            for piece in _pieces(passage):
                word = re.match(r"[^\W\d_]+", piece.text)
                if word is not None and fold(word[0]) in SPOKEN:
                    name, level = piece.cut(0, word.end()), piece.cut(word.end(), len(piece.text))
                    fluency = level.leaf(0.8, "layout") if level.text.strip(":") else None
                    result.append(Language(language=name.leaf(0.9, "vocabulary"), fluency=fluency))
                elif result and result[-1].fluency is None and PROFICIENCY.match(fold(piece.text)):
                    spoken = result.pop()
                    result.append(Language(language=spoken.language, fluency=piece.leaf(0.8, "vocabulary")))
    return tuple(result)


def _is_spoken(item: _Item) -> bool:
    name, _ = _with_level(item.name)
    return (
        fold(name.text) in SPOKEN
        and item.category is not None
        and bool(_SPOKEN_LABEL.match(fold(item.category.text)))
    )


def _items(document: Document, indexes: Sequence[int]) -> list[_Item]:
    result: list[_Item] = []
    category: Passage | None = None
    rows = _logical_rows(document, indexes)
    labels = _set_apart(document, indexes)
    for number, row in enumerate(rows):
        label = _LABEL.match(row.text) or _LABEL_AND_DASH.match(row.text)
        text = row
        if label is not None:
            category = row.cut(label.start(1), label.end(1))
            text = row.cut(label.end(), len(row.text))
        elif row.start in labels or _is_label(rows, number):
            category = row
            continue
        if PROFICIENCY.match(fold(text.text)) or not text.text:
            continue
        for piece in _pieces(text):
            name, _ = _with_level(piece)
            if _is_name(name.text):
                result.append(_Item(name, category))
    return result


def _set_apart(document: Document, indexes: Sequence[int]) -> set[int]:
    """Where the lines begin that head a list by their looks: bold over plain ones, or further left than the next."""
    lines = [(index, document.lines[index]) for index in indexes]
    plain = [line for _, line in lines if not line.bold]
    indented = [line for _, line in lines if line.x0 > 0]
    found: set[int] = set()
    for (index, line), (_, following) in pairwise(lines):
        if len(line.segments) > 1 or not _looks_like_label(line.text):
            continue
        if line.level:
            found.add(document.passage(index).start)
        heavier = line.bold and not following.bold and len(plain) * 2 >= len(lines)
        hanging = not line.size and line.x0 < following.x0 and len(indented) * 2 >= len(lines)
        if heavier or hanging:
            found.add(document.passage(index).start)
    return found


def _logical_rows(document: Document, indexes: Sequence[int]) -> list[Passage]:
    """Segments as rows; a row that ends with a comma, or is followed by one in lower case, goes on in the
    next."""
    result: list[Passage] = []
    previous: int | None = None
    hanging, tight = _hanging(document, indexes), _tight(document, indexes)
    columns = _value_columns(document, indexes)
    for index in indexes:
        line = document.lines[index]
        segments = document.segments(index)
        if _is_labelled(line, columns):
            parts = [document.between(segments[0][1], segments[-1][1])]
            written = parts[0].text
            parts = [
                Passage(
                    written.replace("\t", ":", 1) if ":" not in written else written,
                    parts[0].start,
                    parts[0].page,
                )
            ]
        else:
            parts = [_with_colon(segment, passage) for segment, passage in segments]
        for part in parts:
            stripped = _LEADING.sub("", part.text)
            begin = len(part.text) - len(stripped)
            clean = Passage(stripped, part.start + begin, part.page)
            last = result[-1] if result else None
            if (
                last is not None
                and previous is not None
                and begin == 0
                and len(parts) == 1
                and document.lines[previous].region == line.region
                and (
                    index in hanging
                    or _goes_on(
                        last.text,
                        clean.text,
                        had_no_room(document.by_page[line.page], document.lines[previous], line),
                        index in tight,
                    )
                )
            ):
                result[-1] = document.between(last, clean)
            elif stripped:
                result.append(clean)
        previous = index
    return result


def _hanging(document: Document, indexes: Sequence[int]) -> frozenset[int]:
    """The lines that hang below a bullet's text."""
    found: set[int] = set()
    bullet: Line | None = None
    marked = [index for index in indexes if _LEADING.match(document.lines[index].text)]
    for index in indexes:
        line = document.lines[index]
        if index in marked:
            bullet = line
        elif bullet is not None and len(marked) > 1 and bullet.region == line.region:
            if line.x0 > bullet.x0 + 1 and not line.bold:
                found.add(index)
            else:
                bullet = None
    return frozenset(found)


def _tight(document: Document, indexes: Sequence[int]) -> frozenset[int]:
    """The lines closer to the one above than others are: where items have white between them, these are their lines."""
    steps = {
        index: round(document.lines[index].top - document.lines[previous].top, 1)
        for previous, index in pairwise(indexes)
        if document.lines[index].region == document.lines[previous].region and document.lines[index].size
    }
    steps = {index: step for index, step in steps.items() if step > 0}
    if not steps or max(steps.values()) < 1.15 * min(steps.values()):
        return frozenset()
    return frozenset(index for index, step in steps.items() if step <= 1.05 * min(steps.values()))


def _value_columns(document: Document, indexes: Sequence[int]) -> frozenset[int]:
    """Where the lists begin that labels stand beside."""
    lines = [document.lines[index] for index in indexes]
    return frozenset(
        round(line.segments[1].x0)
        for line in lines
        if len(line.segments) > 1
        and _looks_like_label(line.segments[0].text)
        and "," in line.segments[1].text
    )


def _is_labelled(line: Line, columns: frozenset[int]) -> bool:
    """Whether the line is a label and its list; a list of one is known by the column it stands in."""
    return (
        len(line.segments) > 1
        and _looks_like_label(line.segments[0].text)
        and round(line.segments[1].x0) in columns
    )


def _with_colon(segment: Segment, passage: Passage) -> Passage:
    """The passage with a colon after the bold label it begins with."""
    label, rest = passage.text[: segment.lead], passage.text[segment.lead + 1 :]
    if (
        not segment.lead
        or not rest
        or not _looks_like_label(label)
        or re.search(r"[:|;•·]", label + rest[:1])
    ):
        return passage
    return Passage(f"{label}:{rest}", passage.start, passage.page)


def _goes_on(last: str, text: str, full: bool, tight: bool) -> bool:
    """Whether `text` goes on with `last`.

    `full`: its first word had no room there; `tight`: other lines are further apart.
    """
    if _LABEL.match(text) or _CONTACT.search(text):
        return False
    if full and (tight or text[:1].islower()):
        return True
    if full and re.search(r"[,;|•·/]", last) is not None and not last.rstrip().endswith("."):
        return True
    if last.rstrip().endswith((",", ";", " and", " &", "/")):
        return True
    # A list broken between items ends its line with a comma; without one it broke inside an item.
    return re.search(r"[,;|•·]", last) is not None and (
        text[:1].islower() or (len(last) > 70 and "," in text and last[-1:] != ".")
    )


def _looks_like_label(text: str) -> bool:
    return len(text.split()) <= 5 and "," not in text


def _is_label(rows: Sequence[Passage], number: int) -> bool:
    """Whether a row without commas heads the list in the next one, perhaps over a level ("Advanced")."""
    row = rows[number].text
    if not _looks_like_label(row) or PROFICIENCY.match(fold(row)) or re.search(r"[|;•·]", row):
        return False
    following = number + 1
    while following < len(rows) and PROFICIENCY.match(fold(rows[following].text)):
        following += 1
    if following >= len(rows) or following > number + 2:
        return False
    after = rows[following].text
    return after.count(",") >= 1 and _LABEL.match(after) is None


def _pieces(passage: Passage) -> tuple[Passage, ...]:
    text = passage.text.rstrip(". ")
    whole = Passage(text, passage.start, passage.page)
    hyphens = len(_HYPHEN.findall(text)) > 1 and "," not in text
    separator = _HYPHEN if hyphens else _LIST
    if _STOP.search(text) and not _LIST.search(text):
        separator = _STOP
    pieces = whole.split(separator)
    result = []
    for piece in pieces:
        joined = _AND.match(piece.text)
        result.append(piece.cut(joined.end(), len(piece.text)) if joined else piece)
    return tuple(piece for piece in result if piece.text)


def _with_level(piece: Passage) -> tuple[Passage, Passage | None]:
    """The name without a level after it: "German (native)", "Excel - advanced"."""
    for pattern in (_LEVEL_IN_BRACKETS, _LEVEL_AFTER_DASH):
        match = pattern.search(piece.text)
        if match and PROFICIENCY.match(fold(match[1])):
            return piece.cut(0, match.start()), piece.cut(match.start(1), match.end(1))
    return piece, None


def _is_name(text: str) -> bool:
    return (
        0 < len(text) <= 60
        and len(text.split()) <= 6
        and re.search(r"\w", text) is not None
        and not PROFICIENCY.match(fold(text))
        and _CONTACT.search(text) is None
    )
