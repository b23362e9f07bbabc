"""What a candidate may make of the profile: the whole of it, each value in a form that can be worked with."""

from __future__ import annotations

import re
from typing import Annotated, Final, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    model_validator,
)

from runtime.cv.vocabulary import DEGREE_LEVELS

_MOST: Final = 200
"""Of each kind: jobs, schools, skills. The longest academic CV lists about a hundred."""
_MOST_LINES: Final = 60
_DATE: Final = re.compile(r"(19|20)\d{2}(-(0[1-9]|1[0-2]))?")
_EMAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,255}\.[^@\s]{1,63}")

# Text as people write it: no NUL, which databases choke on; pydantic refuses lone surrogates.
type _Text = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=5_000, pattern=r"^[^\x00]*$")
]


class CorrectedValue(BaseModel):
    """A value as the analysis gave it, or as the candidate wrote it: then `value` alone is looked at."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    value: _Text
    raw: str | None = None
    page: int | None = None
    span: tuple[int, int] | None = None


def value_of(given: str | CorrectedValue) -> str:
    """The value itself."""
    return given if isinstance(given, str) else given.value


def _dated(given: str | CorrectedValue) -> str | CorrectedValue:
    if not _DATE.fullmatch(value_of(given)):
        raise ValueError("expected a year or a month, such as 2019 or 2019-05")
    return given


def _addressed(given: str | CorrectedValue) -> str | CorrectedValue:
    if not _EMAIL.fullmatch(value_of(given)):
        raise ValueError("expected an address such as name@example.com")
    return given


def _levelled(given: str | CorrectedValue) -> str | CorrectedValue:
    if value_of(given) not in DEGREE_LEVELS:
        raise ValueError(f"expected one of {', '.join(DEGREE_LEVELS)}")
    return given


type _Given = _Text | CorrectedValue
type _Date = Annotated[_Given, AfterValidator(_dated)]
type _Lines = Annotated[tuple[_Given, ...], Field(max_length=_MOST_LINES)]


class _Corrected(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class CorrectedNetwork(_Corrected):
    network: _Given
    username: _Given | None = None
    url: _Given | None = None


class CorrectedBasics(_Corrected):
    name: _Given | None = None
    label: _Given | None = None
    email: Annotated[_Given, AfterValidator(_addressed)] | None = None
    phone: _Given | None = None
    url: _Given | None = None
    location: _Given | None = None
    summary: _Given | None = None
    profiles: Annotated[tuple[CorrectedNetwork, ...], Field(max_length=_MOST)] = ()


class _Spanning(_Corrected):
    start_date: Annotated[_Date | None, Field(alias="startDate")] = None
    end_date: Annotated[_Date | None, Field(alias="endDate")] = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.start_date is not None and self.end_date is not None:
            start, end = value_of(self.start_date), value_of(self.end_date)
            # A year alone may be any of its months.
            if end[: len(start)] < start[: len(end)]:
                raise ValueError("expected endDate not to be before startDate")
        return self


class CorrectedWork(_Spanning):
    """One job; one that is held to the present is `current` and has no `endDate`."""

    name: _Given | None = None
    position: _Given | None = None
    location: _Given | None = None
    current: bool = False
    summary: _Given | None = None
    highlights: _Lines = ()

    @model_validator(mode="after")
    def _of_somebody(self) -> Self:
        if self.current and self.end_date is not None:
            raise ValueError("expected a current job to have no endDate, or current to be false")
        if self.name is None and self.position is None:
            raise ValueError("expected a job to have a name (the employer) or a position")
        return self


class CorrectedEducation(_Spanning):
    institution: _Given | None = None
    study_type: Annotated[_Given | None, Field(alias="studyType")] = None
    area: _Given | None = None
    location: _Given | None = None
    level: Annotated[_Given, AfterValidator(_levelled)] | None = None

    @model_validator(mode="after")
    def _of_something(self) -> Self:
        if self.institution is None and self.study_type is None and self.area is None:
            raise ValueError("expected a course of study to have an institution, a studyType or an area")
        return self


class CorrectedSkill(_Corrected):
    name: _Given
    category: _Given | None = None


class CorrectedLanguage(_Corrected):
    language: _Given
    fluency: _Given | None = None


class CorrectedNamed(_Corrected):
    name: _Given
    date: _Date | None = None
    highlights: _Lines = ()


class CorrectedResume(_Corrected):
    """The whole profile as it should be: what is left out is taken away. A value is a leaf as it was read, or
    `{value}`, or the value alone."""

    basics: CorrectedBasics = CorrectedBasics()
    work: Annotated[tuple[CorrectedWork, ...], Field(max_length=_MOST)] = ()
    education: Annotated[tuple[CorrectedEducation, ...], Field(max_length=_MOST)] = ()
    skills: Annotated[tuple[CorrectedSkill, ...], Field(max_length=_MOST)] = ()
    languages: Annotated[tuple[CorrectedLanguage, ...], Field(max_length=_MOST)] = ()
    certificates: Annotated[tuple[CorrectedNamed, ...], Field(max_length=_MOST)] = ()
    projects: Annotated[tuple[CorrectedNamed, ...], Field(max_length=_MOST)] = ()
