"""What the dates of a CV add up to: years of work, and the months without any."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Final

from runtime.cv import dates
from runtime.cv.result import Education, Gap, Leaf, Resume, Work

_SHORTEST_GAP: Final = 4
"""Months; changing jobs over a summer is no gap."""

type Interval = tuple[int, int]


def held(job: Work, as_of: dt.date | None) -> Interval | None:
    """The half-open interval of months of a job, see `dates.months`; None where it is not dated."""
    if job.start_date is None or (job.end_date is None and not job.current):
        return None
    start = dates.point(job.start_date.value)
    end = dates.point(job.end_date.value) if job.end_date is not None else None
    return dates.months(start, end, as_of=as_of)


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
    return _spanned(job.start_date, _latest(job.end_date))


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
