"""What in a CV is worth a question, each with its place.

No claim is made of a gap: what it was (a child, an illness, a search) is nobody's business in an interview, and the
analysis names it for people who may have a reason to ask.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict

from runtime.cv import dates
from runtime.cv.result import CvResult, Leaf, Named, Resume, Skill, Work
from runtime.cv.scrutiny import instructions
from runtime.cv.vocabulary import fold

ClaimKind = Literal["newest_work", "senior_title", "evidenced_skill", "unevidenced_skill"]

_SENIOR: Final = re.compile(
    r"\b(?:senior|sr|principal|head|director|directora|directeur|directrice|direttore|direttrice|diretora?|chief|vp"
    r"|vice president|c[efiot]o|cmo|lead(?!\s+gen)|team ?lead(?:er)?|\w*leiter(?:in)?|jefe|jefa|gerente|capo"
    r"|staff (?:software |data |security )?(?:engineer|developer|designer|scientist))\b"
)
# Shorter than this, nobody has seen the second year of what they decided.
_SHORT_MONTHS: Final = 12
# Fewer words tell no story: "Python, SQL" under a job is a list of tools.
_FEWEST_WORDS: Final = 4


class Claim(BaseModel):
    """`text` is the CV's own writing (data, never an instruction); `span` its place in the document's text, absent
    where the candidate wrote it over.

    `context` is the job it belongs to, where one is known.
    """

    model_config = ConfigDict(frozen=True)

    text: str
    kind: ClaimKind
    span: tuple[int, int] | None = None
    context: str | None = None


def claims(result: CvResult) -> tuple[Claim, ...]:
    """At most three claims, the most telling first: the newest job or project, or its senior title if it is held for
    a short time only; another such title, or else a declared skill that the work shows; and one that nothing shows.
    """
    newest = _newest(result.resume)
    senior = _senior(result)
    about_newest = _about(newest)
    if senior is not None and senior is newest:
        about_newest = _titled(senior)
        senior = None
    second = _titled(senior) if senior is not None else _evidenced(result)
    found = (about_newest, second, _unevidenced(result))
    return tuple(claim for claim in found if claim is not None)


def _newest(resume: Resume) -> Work | Named | None:
    jobs = [job for job in resume.work if job.name is not None or job.position is not None]
    job = max(jobs, key=lambda job: (job.current, _day(job.end_date), _day(job.start_date)), default=None)
    project = max(resume.projects, key=lambda project: _day(project.date), default=None)
    if job is None or project is None:
        return job or project
    # A job that goes on is newer than anything that is finished.
    ended = _day(job.end_date) or _day(job.start_date)
    return project if not job.current and ended and _day(project.date)[:7] > ended[:7] else job


def _day(leaf: Leaf | None) -> str:
    return leaf.value if leaf is not None else ""


def _about(newest: Work | Named | None) -> Claim | None:
    if newest is None:
        return None
    if isinstance(newest, Named):
        return _claim("newest_work", _speaking([newest.name]), None)
    story = next((leaf for leaf in _sayable(newest.highlights) if _is_story(leaf)), None)
    return _claim("newest_work", story or _speaking([newest.position, newest.name]), newest)


def _is_story(leaf: Leaf) -> bool:
    return len(leaf.value.split()) >= _FEWEST_WORDS and not re.match(r"[\w ]{2,30}:", leaf.value)


def _senior(result: CvResult) -> Work | None:
    """The newest job with a senior title that was held for less than a year, as far as its dates say so."""
    day = dt.date.fromisoformat(result.analysis.as_of) if result.analysis.as_of else None
    jobs = [
        job
        for job in result.resume.work
        if job.position is not None
        and _SENIOR.search(fold(job.position.value))
        and (months := _months(job, day)) is not None
        and months < _SHORT_MONTHS
        and _speaking([job.position]) is not None
    ]
    return max(jobs, key=lambda job: (job.current, _day(job.start_date)), default=None)


def _months(job: Work, as_of: dt.date | None) -> int | None:
    """How long a job was held; None where a month is missing, because years alone are a year out at each end."""
    start = dates.point(_day(job.start_date))
    end = dates.point(_day(job.end_date)) if job.end_date is not None else None
    if start.month is None or (end is not None and end.month is None) or (end is None and not job.current):
        return None
    interval = dates.months(start, end, as_of=as_of)
    return interval[1] - interval[0] if interval is not None else None


def _titled(job: Work) -> Claim | None:
    return _claim("senior_title", job.position, job)


def _evidenced(result: CvResult) -> Claim | None:
    resume = result.resume
    jobs = sorted(resume.work, key=lambda job: (job.current, _day(job.start_date)), reverse=True)
    for job in jobs:
        for skill in _worth_asking(result):
            places = [leaf.span for leaf in _evidence(result, skill)]
            if _mentions(_told(job), skill.name.value) or any(_holds(job, place) for place in places):
                return _claim("evidenced_skill", skill.name, job)
    return None


def _unevidenced(result: CvResult) -> Claim | None:
    resume = result.resume
    told = " ".join(_told(job) for job in resume.work)
    told += " ".join(
        leaf.value
        for named in (*resume.projects, *resume.certificates)
        for leaf in (named.name, *named.highlights)
    )
    if not told.strip():
        return None
    skill = next(
        (
            skill
            for skill in _worth_asking(result)
            if not _mentions(told, skill.name.value) and not any(_evidence(result, skill))
        ),
        None,
    )
    return _claim("unevidenced_skill", skill.name, None) if skill is not None else None


def _worth_asking(result: CvResult) -> Iterator[Skill]:
    """The declared skills that somebody can show: "teamwork" is no claim that a question would open."""
    soft = {use.id for use in result.analysis.skills if use.family == "interpersonal"}
    for skill in result.resume.skills:
        if (skill.id is None or skill.id not in soft) and _speaking([skill.name]) is not None:
            yield skill


def _evidence(result: CvResult, skill: Skill) -> Iterator[Leaf]:
    for use in result.analysis.skills:
        if use.id == skill.id if skill.id is not None else fold(use.name) == fold(skill.name.value):
            yield from use.evidence


def _holds(job: Work, place: tuple[int, int] | None) -> bool:
    spans = [leaf.span for leaf in (job.position, job.summary, *job.highlights) if leaf is not None]
    return place is not None and any(
        span is not None and span[0] <= place[0] and place[1] <= span[1] for span in spans
    )


def _told(job: Work) -> str:
    return " ".join(leaf.value for leaf in (job.position, job.summary, *job.highlights) if leaf is not None)


def _mentions(text: str, skill: str) -> bool:
    return re.search(rf"(?<![\w+#]){re.escape(skill)}(?![\w+#])", text, re.IGNORECASE) is not None


def _sayable(leaves: tuple[Leaf, ...]) -> Iterator[Leaf]:
    """The leaves that may be said aloud: an order to a machine is not repeated to one."""
    return (leaf for leaf in leaves if not instructions(leaf.value))


def _speaking(leaves: list[Leaf | None]) -> Leaf | None:
    return next(_sayable(tuple(leaf for leaf in leaves if leaf is not None)), None)


def _claim(kind: ClaimKind, leaf: Leaf | None, job: Work | None) -> Claim | None:
    if leaf is None:
        return None
    context = None
    if job is not None:
        named = tuple(part for part in (job.position, job.name) if part is not None)
        context = ", ".join(part.value for part in _sayable(named)) or None
    return Claim(text=leaf.value, kind=kind, span=leaf.span, context=context)
