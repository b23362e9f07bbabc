"""A profile as its candidate corrected it: which values are theirs, which still stand in the document, what follows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any, Final

from pydantic import BaseModel

from runtime.cv.correction import CorrectedBasics, CorrectedResume, CorrectedValue, value_of
from runtime.cv.evidence import identified, skill_uses
from runtime.cv.passage import Passage
from runtime.cv.phone import likely_regions, read_number, region_of
from runtime.cv.result import Basics, CvResult, Leaf, Resume
from runtime.cv.scrutiny import instructions
from runtime.cv.timeline import gaps, newest_day, total_years
from runtime.cv.vocabulary import DEGREE_LEVELS

_NEWER: Final = dt.timedelta(days=366)
"""How much newer than the document a correction's dates may be; what is later counts up to there."""


def corrected(
    before: CvResult, resume: CorrectedResume, *, read: CvResult, as_of: dt.date | None = None
) -> CvResult:
    """`before` with the candidate's résumé. `read`: what the analyzer read, whose values can be taken up again.
    `as_of`: the day up to which a current job counts, in place of the one before.

    A value keeps its place in the document if it is one of those that were read, all of it: value, writing, span. Any
    other is the candidate's, with the method "candidate", and has no place. What follows from the résumé is worked out
    anew; of the analysis only what describes the document stays.
    """
    known = {
        (leaf.value, leaf.raw, leaf.page, leaf.span): leaf for leaf in _leaves((read.resume, before.resume))
    }
    found = Resume.model_validate(_settled(resume, known, _at(before.resume)))
    found = found.model_copy(
        update={
            "skills": identified(found.skills),
            "basics": _reachable(found.basics, before=before, read=read),
        }
    )
    known_day = dt.date.fromisoformat(before.analysis.as_of) if before.analysis.as_of else None
    day = as_of or known_day
    if as_of is None and known_day is not None and before.analysis.as_of_source == "newest date in the text":
        # A job they add may be newer than all that was read; a year ahead is what a slip of the pen looks like.
        day = max(known_day, newest_day(found, until=known_day.replace(day=1) + _NEWER) or known_day)
    levels = {study.level.value for study in found.education if study.level is not None}
    analysis = before.analysis.model_copy(
        update={
            "status": "ok",
            "message": None,
            "retry_after_s": None,
            "as_of": day.isoformat() if day is not None else None,
            "as_of_source": "given" if as_of is not None else before.analysis.as_of_source,
            "total_years": total_years(found.work, day),
            "degree_levels": tuple(level for level in reversed(DEGREE_LEVELS) if level in levels),
            "skills": skill_uses(found, day, besides=instructions(before.analysis.text or "")),
            "gaps": gaps(found, day),
        }
    )
    return CvResult(resume=found, analysis=analysis)


def _reachable(basics: Basics, *, before: CvResult, read: CvResult) -> Basics:
    """`basics` with the candidate's own telephone number read as those in documents are: E.164, or not valid."""
    phone = basics.phone
    if phone is None or phone.method != "candidate" or phone == before.resume.basics.phone:
        return basics
    near = [basics.location.value] if basics.location is not None else []
    regions = likely_regions(near, basics.location, before.analysis.text or "")
    if read.resume.basics.phone is not None and (region := region_of(read.resume.basics.phone.value)):
        regions.append(region)
    number = read_number(Passage(phone.raw, 0, None), regions)
    known = number is not None and number.valid is True
    return basics.model_copy(
        update={
            "phone": phone.model_copy(
                update={"value": number.value if number else phone.value, "valid": known}
            )
        }
    )


type _Known = dict[tuple[str, str, int | None, tuple[int, int] | None], Leaf]


def _leaves(node: object) -> Iterator[Leaf]:
    if isinstance(node, Leaf):
        yield node
    elif isinstance(node, BaseModel):
        yield from _leaves([value for _, value in node])
    elif isinstance(node, Iterable) and not isinstance(node, str):
        for child in node:
            yield from _leaves(child)


def _at(before: Resume) -> dict[str, Leaf]:
    """The leaves of `basics`, by name: a bare value there is the one that was read if it is the same."""
    return {name: leaf for name, leaf in before.basics if isinstance(leaf, Leaf)}


def _settled(node: object, known: _Known, basics: dict[str, Leaf], name: str = "") -> Any:
    """The tree of `node` with every given value as a leaf."""
    if isinstance(node, CorrectedBasics):
        return {key: _settled(child, known, basics, key) for key, child in node}
    if isinstance(node, str | CorrectedValue):
        value = value_of(node)
        leaf = basics.get(name)
        if leaf is not None and leaf.value == value:
            return leaf
        if isinstance(node, CorrectedValue) and node.raw is not None:
            leaf = known.get((value, node.raw, node.page, node.span))
            if leaf is not None:
                return leaf
        return Leaf(value=value, raw=value, confidence=1.0, method="candidate")
    if isinstance(node, BaseModel):
        return {key: _settled(child, known, {}) for key, child in node}
    return [_settled(child, known, {}) for child in node] if isinstance(node, tuple) else node
