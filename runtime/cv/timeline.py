"""What the dates of a CV add up to: the day it speaks of, years of work, and the months without any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from runtime.cv import dates
from runtime.cv.result import Education, Gap, Leaf, Resume, Work

_SHORTEST_GAP: Final = 4
"""Months; changing jobs over a summer is no gap."""

_PLAUSIBLE: Final = 24
"""Months by which the end of studies, or a document without a current job, may be newer than any other date."""
_LONGEST_CURRENT: Final = 20 * 12
"""Months that a current job may have lasted when its document was last saved; beyond them it is the clock's fault."""

type Interval = tuple[int, int]


def document_day(own: dt.date | None, resume: Resume) -> dt.date | None:
    """The document's `own` date, unless the CV's own dates contradict it.

    Templates bring a date along, and clocks are wrong: a CV cannot be older than the newest job in it, nor much newer
    than everything it tells.
    """
    if own is None:
        return None
    month = own.year * 12 + own.month
    starts = [start for job in resume.work if (start := _first(job.start_date)) is not None]
    if starts and max(starts) > month:
        return None
    known = [*starts, *_ends(resume), *_studies(resume)]
    # What is dated after the document is a plan, and says nothing of its age.
    told = [number for number in known if number <= month]
    current = any(job.current for job in resume.work) or any(end > month for end in _ends(resume))
    if told and month - max(told) > (_LONGEST_CURRENT if current else _PLAUSIBLE):
        return None
    return own


def newest_day(resume: Resume, *, until: dt.date | None = None) -> dt.date | None:
    """The last day of the newest month that a job or a course of study names, not after `until`.

    None where nothing but the beginning of a current job is dated: when the CV was written is then unknown.
    """
    starts = [(start, job.current) for job in resume.work if (start := _first(job.start_date)) is not None]
    known = [start for start, _ in starts] + _ends(resume)
    studies = _studies(resume)
    if not known and not studies:
        return None
    if not studies and len(starts) == len(known) and all(current for _, current in starts):
        return None
    # "Expected June 2029": a course's end is often a hope, and far from everything else it is one for certain.
    past = [*known, *(start for study in resume.education if (start := _first(study.start_date)) is not None)]
    bound = max(past) + _PLAUSIBLE if past else max(studies)
    newest = max(number for number in (*known, *studies) if number in known or number <= bound)
    if until is not None:
        newest = min(newest, until.year * 12 + until.month)
    return dt.date(newest // 12, newest % 12 + 1, 1) - dt.timedelta(days=1)


def _first(leaf: Leaf | None) -> int | None:
    point = dates.point(leaf.value) if leaf is not None else dates.Point()
    return point.year * 12 + (point.month or 1) if point.year is not None else None


def _ends(resume: Resume) -> list[int]:
    return [
        end for job in resume.work if job.end_date is not None and (end := _latest(job.end_date)) is not None
    ]


def _studies(resume: Resume) -> list[int]:
    numbers = []
    for study in resume.education:
        numbers += [
            number
            for number in (_first(study.start_date), _latest(study.end_date) if study.end_date else None)
            if number is not None
        ]
    return numbers


def held(job: Work, as_of: dt.date | None) -> Interval | None:
    """The half-open interval of months of a job, up to `as_of`; None where it is not dated. See `dates.months`."""
    if job.start_date is None or (job.end_date is None and not job.current):
        return None
    start = dates.point(job.start_date.value)
    end = dates.point(job.end_date.value) if job.end_date is not None else None
    return _until(dates.months(start, end, as_of=as_of), as_of)


def _until(interval: Interval | None, as_of: dt.date | None) -> Interval | None:
    """The part of `interval` up to the month of `as_of`: what a contract promises is no experience yet."""
    if interval is None or as_of is None:
        return interval
    first, last = interval[0], min(interval[1], as_of.year * 12 + as_of.month)
    return (first, last) if last > first else None


def total_years(jobs: Sequence[Work], as_of: dt.date | None) -> float | None:
    """Years covered by at least one job, to one decimal; None where no job is dated."""
    return years(interval for job in jobs if (interval := held(job, as_of)) is not None)


def years(intervals: Iterable[Interval]) -> float | None:
    """The union of months in years, to one decimal; None for none."""
    known = list(intervals)
    return round(dates.union(known) / 12, 1) if known else None


def gaps(resume: Resume, as_of: dt.date | None) -> tuple[Gap, ...]:
    """The gaps between the first dated job and the last.

    What is written as years alone may have begun in any January and ended in any December: a gap is only what is one
    on every reading, and at least four months long.
    """
    jobs = [interval for job in resume.work if (interval := _widest(job, as_of)) is not None]
    if not jobs:
        return ()
    first, last = min(jobs)[0], max(stop for _, stop in jobs)
    studies = [interval for study in resume.education if (interval := _studied(study)) is not None]
    result, reached = [], first
    for start, stop in sorted([*jobs, *studies]):
        if start - reached >= _SHORTEST_GAP and start <= last:
            result.append(Gap(start=_month(reached), end=_month(start - 1), months=start - reached))
        reached = max(reached, stop)
    return tuple(result)


def _widest(job: Work, as_of: dt.date | None) -> Interval | None:
    if job.start_date is None or (job.end_date is None and not job.current):
        return None
    if job.end_date is None:
        return _spanned(job.start_date, as_of.year * 12 + as_of.month) if as_of is not None else None
    return _until(_spanned(job.start_date, _latest(job.end_date)), as_of)


def _studied(study: Education) -> Interval | None:
    end = _latest(study.end_date) if study.end_date is not None else None
    if study.start_date is None:
        # "BSc, 2019": it took years, but which ones is not said.
        return (end - 12, end) if end is not None else None
    return _spanned(study.start_date, end)


def _spanned(start: Leaf, end: int | None) -> Interval | None:
    first = dates.point(start.value)
    if first.year is None or end is None:
        return None
    begin = first.year * 12 + (first.month or 1) - 1
    return (begin, end) if end > begin else None


def _latest(leaf: Leaf) -> int | None:
    point = dates.point(leaf.value)
    return point.year * 12 + (point.month or 12) if point.year is not None else None


def _month(number: int) -> str:
    return f"{number // 12:04d}-{number % 12 + 1:02d}"
