"""What in a CV is worth a question: three kinds of claim, each with its place."""

from __future__ import annotations

import re
from typing import Literal

from pydantic import BaseModel, ConfigDict

from runtime.cv.result import CvResult, Leaf, Resume, Work

ClaimKind = Literal["newest_work", "evidenced_skill", "unevidenced_skill"]


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
    """At most one claim of each kind: the newest job or project, a declared skill that a job shows, and one
    that nothing in the CV shows."""
    resume = result.resume
    found = [_newest(resume), _evidenced(resume), _unevidenced(resume)]
    return tuple(claim for claim in found if claim is not None)


def _newest(resume: Resume) -> Claim | None:
    dated = [job for job in resume.work if job.name is not None or job.position is not None]
    if dated:
        job = max(
            dated, key=lambda job: (job.current, job.end_date.value if job.end_date else "", _start(job))
        )
        leaf = job.highlights[0] if job.highlights else job.position or job.name
        return _claim("newest_work", leaf, job) if leaf is not None else None
    if resume.projects:
        project = max(resume.projects, key=lambda project: project.date.value if project.date else "")
        return _claim("newest_work", project.name, None)
    return None


def _start(job: Work) -> str:
    return job.start_date.value if job.start_date is not None else ""


def _evidenced(resume: Resume) -> Claim | None:
    jobs = sorted(resume.work, key=lambda job: (job.current, _start(job)), reverse=True)
    for job in jobs:
        for skill in resume.skills:
            if _mentions(_told(job), skill.name.value):
                return _claim("evidenced_skill", skill.name, job)
    return None


def _unevidenced(resume: Resume) -> Claim | None:
    told = " ".join(_told(job) for job in resume.work)
    told += " ".join(
        leaf.value for project in resume.projects for leaf in (project.name, *project.highlights)
    )
    if not told.strip():
        return None
    skill = next((skill for skill in resume.skills if not _mentions(told, skill.name.value)), None)
    return _claim("unevidenced_skill", skill.name, None) if skill is not None else None


def _told(job: Work) -> str:
    return " ".join(leaf.value for leaf in (job.position, job.summary, *job.highlights) if leaf is not None)


def _mentions(text: str, skill: str) -> bool:
    return re.search(rf"(?<![\w+#]){re.escape(skill)}(?![\w+#])", text, re.IGNORECASE) is not None


def _claim(kind: ClaimKind, leaf: Leaf, job: Work | None) -> Claim:
    context = None
    if job is not None:
        names = [part.value for part in (job.position, job.name) if part is not None]
        context = ", ".join(names) or None
    return Claim(text=leaf.value, kind=kind, span=leaf.span, context=context)
