"""Invented people, as `people/*.yaml` describes them, and what a careful reader would note from their CV."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from benchmarks.cv_documents.dates import Dates

Split = Literal["dev", "held-out"]
Language = Literal["en", "de", "fr", "es", "it", "pt"]
Level = Literal["secondary", "associate", "bachelor", "master", "doctorate"]

PEOPLE = Path(__file__).parent / "people"


def _text(value: object) -> object:
    # YAML reads a lone year as a number.
    return str(value) if isinstance(value, int) else value


Moment = Annotated[str, BeforeValidator(_text), Field(pattern=r"^(\d{4}(-\d\d)?|now)$")]


class _Described(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Phone(_Described):
    """`written` is how the CV has it, `e164` which number that is (from a range for fiction, or a plain example)."""

    written: str
    e164: Annotated[str, Field(pattern=r"^\+\d{8,15}$")]


class Role(_Described):
    title: Annotated[str, Field(alias="as")]
    start: Annotated[Moment, Field(alias="from")]
    end: Annotated[Moment, Field(alias="to")]
    did: tuple[str, ...] = ()


class Employment(_Described):
    """One employer; several `roles` stand under one head where the template can show that.

    Without a `company` it is no job but a break that the CV accounts for, as parental leave.
    """

    company: Annotated[str, Field(alias="at")] = ""
    place: Annotated[str, Field(alias="in")] = ""
    roles: tuple[Role, ...]


class Study(_Described):
    school: Annotated[str, Field(alias="at")]
    place: Annotated[str, Field(alias="in")] = ""
    degree: str = ""
    level: Level | None = None
    start: Annotated[Moment | None, Field(alias="from")] = None
    end: Annotated[Moment, Field(alias="to")]
    notes: tuple[str, ...] = ()


class SkillGroup(_Described):
    """`label` is what the CV lists them under; empty for a plain list."""

    label: str = ""
    names: tuple[str, ...]


class Writing(_Described):
    """One document of a person: its template and how its dates are written."""

    template: str
    dates: Dates


class Person(_Described):
    """`name` is the bare name; `shown` is how the CV prints it, `also` what else counts as having read it."""

    id: str
    split: Split
    language: Language
    profession: str
    name: str
    shown: str = ""
    also: tuple[str, ...] = ()
    label: str = ""
    email: str
    phone: Phone | None = None
    address: str = ""
    links: tuple[str, ...] = ()
    details: tuple[str, ...] = ()
    profile: str = ""
    headings: dict[str, str] = {}
    order: tuple[str, ...] = ()
    work: tuple[Employment, ...] = ()
    education: tuple[Study, ...] = ()
    skills: tuple[SkillGroup, ...] = ()
    lists: dict[str, tuple[str, ...]] = {}
    documents: tuple[Writing, ...]


def people(folder: Path = PEOPLE) -> tuple[Person, ...]:
    """Everyone, in the order of the files' names."""
    return tuple(
        _person(entry)
        for file in sorted(folder.glob("*.yaml"))
        for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
    )


def truth(person: Person, dates: Dates) -> dict[str, Any]:
    """The labels of one document, in the schema of `benchmarks.cv`; a date is as exact as it is written."""
    return {
        "name": person.name,
        "name_also": list(person.also),
        "email": person.email,
        "phone": person.phone.e164 if person.phone else None,
        "jobs": [
            {
                "company": employment.company,
                "title": role.title,
                "start": dates.label(role.start),
                "end": dates.label(role.end),
            }
            for employment in person.work
            for role in employment.roles
            if employment.company
        ],
        "edu": [
            {"school": study.school, "degree": study.degree, "level": study.level, "area": None}
            for study in person.education
        ],
        "skills": [name for group in person.skills for name in group.names],
    }


def _person(entry: dict[str, Any]) -> Person:
    """Short forms of the files: one role without `roles`, skills as a list or by label, documents in a line."""
    read = dict(entry)
    read["work"] = [_employment(job) for job in entry.get("work", ())]
    skills = entry.get("skills", [])
    groups: dict[str, Sequence[str]] = skills if isinstance(skills, dict) else {"": skills}
    read["skills"] = [{"label": label, "names": list(names)} for label, names in groups.items() if names]
    if isinstance(entry.get("phone"), list):
        written, e164 = entry["phone"]
        read["phone"] = {"written": written, "e164": e164}
    read["documents"] = [
        {"template": template, "dates": Dates.of(entry["language"], spec)}
        for template, spec in entry["documents"].items()
    ]
    return Person.model_validate(read)


def _employment(job: dict[str, Any]) -> dict[str, Any]:
    if "roles" in job:
        return job
    role = {key: job[key] for key in ("as", "from", "to", "did") if key in job}
    return {**{key: job[key] for key in ("at", "in") if key in job}, "roles": [role]}
