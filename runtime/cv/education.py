"""Courses of study: where, which degree, in what, from when to when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from runtime.cv import entries
from runtime.cv.document import Document
from runtime.cv.entries import Entry, Row
from runtime.cv.passage import Passage
from runtime.cv.places import apart_from_place, ways_of_writing, without_place
from runtime.cv.result import Education, Leaf
from runtime.cv.vocabulary import degree
from runtime.cv.work import ends

_PIECES_OF_A_STUDY = 3
# No "at" here: it is part of the names of universities.
_SEPARATOR = re.compile(r"\s+[–—|·•∙⋅/-]\s+|\s*[|·•⋅]\s*|\s{2,}|\t")
_GRADE = re.compile(
    r"\b(?:gpa|cgpa|grade|note|cum laude|honou?rs|distinction|average|valedictorian)\b", re.IGNORECASE
)
_FIELD = re.compile(
    r"^(?:\s*(?:degree|studies|diploma|of (?:science|arts|engineering|business administration|education"
    r"|fine arts"
    r"|laws?|philosophy|technology|commerce|public health|music|nursing|applied science|applied sciences"
    r"|medicine))"
    r"\b)*(?:\s*\((?:hons|honours|honors)?[^)]*\))?\s*(?:\b(?:in|en|im|of|der|de|di|em"
    r"|major(?:ing)? in)\b|,|:|–|—|-)?\s*",
    re.IGNORECASE,
)


def _begins_study(entry: Entry, row: Row) -> bool:
    """A second school, a second degree or a second period begins another course of study."""
    if _told(entry.head) & _told([row]):
        return True
    return bool(entry.ranges) and any(date.period.ranged for date in row.dates)


def _told(rows: Sequence[Row]) -> set[str]:
    told: set[str] = set()
    for row in rows:
        for part in row.parts:
            for piece in part.split(_SEPARATOR):
                if degree(piece.text) is not None:
                    told.add("degree")
                if entries.is_school(piece.text) and not _is_certificate(piece.text, degree(piece.text)):
                    told.add("school")
    return told


@dataclass(slots=True)
class _Study:
    school: Passage | None = None
    degree: Passage | None = None
    area: Passage | None = None
    place: Passage | None = None
    level: str | None = None
    rest: list[Passage] = field(default_factory=list)


def education(document: Document, indexes: Sequence[int]) -> tuple[Education, ...]:
    """The courses of study of one section, in the document's order."""
    result = []
    found = entries.entries(entries.rows(document, indexes), _begins_study)
    ways = ways_of_writing([[part.text for row in entry.head for part in row.parts] for entry in found])
    studies = [_study(entry, ways) for entry in found]
    _fill_by_order(studies, found)
    for entry, study in zip(found, studies, strict=True):
        if study.school is None and study.degree is None:
            continue
        dates = entry.ranges or entry.dates
        start, end, _ = ends(dates)
        result.append(
            Education(
                institution=_institution(study),
                study_type=study.degree.leaf(0.9, "vocabulary") if study.degree else None,
                area=study.area.leaf(0.7, "order") if study.area else None,
                location=study.place.leaf(0.8, "vocabulary") if study.place else None,
                start_date=start,
                end_date=end,
                level=study.degree.leaf(0.9, "vocabulary", value=study.level)
                if study.degree and study.level
                else None,
            )
        )
    return tuple(result)


def _fill_by_order(studies: Sequence[_Study], found: Sequence[Entry]) -> None:
    """Studies whose words nobody knows follow the order of the others."""
    known = [study for study in studies if study.school is not None and study.degree is not None]
    if not known:
        return
    school_first = sum(
        study.school.start < study.degree.start for study in known if study.school and study.degree
    ) * 2 > len(known)
    for study, entry in zip(studies, found, strict=True):
        unknown = study.school is None and study.degree is None
        if unknown and len(study.rest) > 1 and entry.ranges and len(study.rest) <= _PIECES_OF_A_STUDY:
            first, second = study.rest[:2]
            study.school, study.degree = (first, second) if school_first else (second, first)


def _institution(study: _Study) -> Leaf | None:
    if study.school is None:
        return None
    known = entries.is_school(study.school.text)
    return study.school.leaf(0.9 if known else 0.6, "vocabulary" if known else "order")


def _study_pieces(entry: Entry, study: _Study, ways: frozenset[int]) -> list[Passage]:
    """What the head names, without the places and what labels already told."""
    pieces: list[Passage] = []
    head = entry.head
    if not any(row.parts for row in head) and entry.body:
        head = [*head, entry.body[0]]
    for row in head:
        for whole in row.parts:
            part, aside = apart_from_place(whole, ways)
            study.place = study.place or aside
            told = row.told.get(whole)
            if told == "school" and study.school is None:
                named, place = without_place(part, alone=True)
                study.school, study.place = (named[0] if named else part), study.place or place
            elif told in {"other", "duties", "place", "area"}:
                study.area = study.area or (part if told == "area" else None)
            else:
                pieces += _names_in(part, study)
        for part in row.rail:
            study.place = study.place or (part if without_place(part, alone=False)[1] is not None else None)
    return pieces


def _names_in(part: Passage, study: _Study) -> list[Passage]:
    found: list[Passage] = []
    for piece in part.split(_SEPARATOR):
        named, place = without_place(piece, alone=False)
        study.place = study.place or place
        found += [part for whole in _joined(piece, named) for part in _apart(whole)]
    return found


def _study(entry: Entry, ways: frozenset[int]) -> _Study:
    study = _Study()
    pieces = _study_pieces(entry, study, ways)
    rest = []
    for piece in pieces:
        found = degree(piece.text)
        # "High School Diploma" is what was got there, and "Anadolu Lisesi" where.
        school = entries.is_school(piece.text) and not _is_certificate(piece.text, found)
        if _GRADE.search(piece.text) and found is None and not school:
            continue
        if found is not None and not (school and study.school is None and not _leads(piece.text, found)):
            _take_degree(study, piece, found)
        elif school and study.school is None:
            study.school = piece
        else:
            rest.append(piece)
    study.rest = list(rest)
    if study.school is None and rest and study.degree is not None:
        study.school = rest.pop(0)
    if study.area is None and rest and study.degree is not None:
        study.area = rest[0]
    return study


def _joined(piece: Passage, parts: Sequence[Passage]) -> list[Passage]:
    """Comma parts; "University of California, Berkeley" keeps its campus where no degree follows."""
    result: list[Passage] = []
    for part in parts:
        before = result[-1] if result else None
        if (
            before is not None
            and before.text.lower().endswith(("university of california", "california state university"))
            and degree(part.text) is None
        ):
            result[-1] = piece.cut(before.start - piece.start, part.stop - piece.start)
        else:
            result.append(part)
    return result


def _is_certificate(text: str, found: tuple[str, int, int] | None) -> bool:
    """Whether the text is the name of a school leaver's certificate, whatever schools' words are in it."""
    return found is not None and found[0] == "secondary" and found[1] <= 1 and len(text) - found[2] <= 2


_AT = re.compile(r"\s(?:at|@|en|em|na|no|bei|an der|am|chez|presso|à|a la)\s(?=[^\W\d_a-z])")


def _apart(piece: Passage) -> tuple[Passage, ...]:
    """ "Geography at University of Ibadan" is a field and a school; "School of Law at Leeds" is a school."""
    for match in reversed(list(_AT.finditer(piece.text))):
        before, after = piece.cut(0, match.start()), piece.cut(match.end(), len(piece.text))
        if entries.is_school(after.text) and not entries.is_school(before.text) and before.text:
            return before, after
    return (piece,)


def _leads(text: str, found: tuple[str, int, int]) -> bool:
    """Whether the degree stands first: "Master School of Design" is a school, "MA Open University" is
    both."""
    return found[1] == 0 and len(text) > found[2]


def _take_degree(study: _Study, piece: Passage, found: tuple[str, int, int]) -> None:
    level, begin, stop = found
    subject = _FIELD.match(piece.text[stop:])
    tail_begin = stop + (subject.end() if subject else 0)
    kind_stop = stop + len(
        re.sub(
            r"\s{0,8}(?:\b(?:in|en|im|em|di|de|der)\b|[,:–—-])?\s{0,8}$", "", subject[0] if subject else ""
        )
    )
    kind = piece.cut(begin, kind_stop)
    kind = kind.cut(0, len(re.sub(r"\s{1,8}(?:in|of)$", "", kind.text)))
    tail = piece.cut(tail_begin, len(piece.text))
    if study.degree is None:
        study.degree, study.level = kind, level
    if tail.text and entries.is_school(tail.text) and study.school is None:
        study.school = tail
    elif tail.text and study.area is None:
        study.area = tail
    ahead = piece.cut(0, begin)
    if ahead.text and study.school is None and entries.is_school(ahead.text):
        study.school = ahead
