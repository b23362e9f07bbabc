"""What an analysed CV is: JSON Resume's names, every leaf with its place in the document."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from runtime.cv.vocabulary import DegreeLevel

Method = Literal["pattern", "vocabulary", "layout", "order", "candidate", "model"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True, serialize_by_alias=True)


class Leaf(_Frozen):
    """One value and where it stands.

    `raw` is the document's own writing, `span` its half-open range of characters in the document's text,
    `page` counts from 1 and is absent where the format has no pages. `method` says what the value rests on: a
    "pattern" (an address, a date), "vocabulary" (a known word), "layout" (its place or size on the page), "order"; or
    that a "model" named it, a second reader. What a "candidate" wrote over it has no place: `raw` is their writing.
    `confidence` orders values by that; it is not a measured probability.
    """

    value: str
    raw: str
    page: int | None = None
    span: tuple[int, int] | None = None
    confidence: Annotated[float, Field(ge=0, le=1)]
    method: Method
    valid: bool | None = None


class NetworkProfile(_Frozen):
    network: Leaf
    username: Leaf | None = None
    url: Leaf | None = None


class Basics(_Frozen):
    name: Leaf | None = None
    label: Leaf | None = None
    email: Leaf | None = None
    phone: Leaf | None = None
    url: Leaf | None = None
    location: Leaf | None = None
    summary: Leaf | None = None
    profiles: tuple[NetworkProfile, ...] = ()


class Work(_Frozen):
    """One job. A job without `endDate` is held to the present when `current`, and otherwise undated there."""

    name: Leaf | None = None
    position: Leaf | None = None
    location: Leaf | None = None
    start_date: Annotated[Leaf | None, Field(alias="startDate")] = None
    end_date: Annotated[Leaf | None, Field(alias="endDate")] = None
    current: bool = False
    summary: Leaf | None = None
    highlights: tuple[Leaf, ...] = ()


class Education(_Frozen):
    """One course of study; `level` is the degree on the scale of `DEGREE_LEVELS`."""

    institution: Leaf | None = None
    study_type: Annotated[Leaf | None, Field(alias="studyType")] = None
    area: Leaf | None = None
    location: Leaf | None = None
    start_date: Annotated[Leaf | None, Field(alias="startDate")] = None
    end_date: Annotated[Leaf | None, Field(alias="endDate")] = None
    level: Leaf | None = None


class Skill(_Frozen):
    """A skill in the CV's own words; `category` is the label it was listed under.

    `id` is the canonical skill that it names (`knowledge/skills/`); absent where it names none, or several.
    """

    name: Leaf
    id: str | None = None
    category: Leaf | None = None


class Language(_Frozen):
    language: Leaf
    fluency: Leaf | None = None


class Named(_Frozen):
    """A certificate or a project: what it is called, and when."""

    name: Leaf
    date: Leaf | None = None
    highlights: tuple[Leaf, ...] = ()


class Resume(_Frozen):
    basics: Basics = Basics()
    work: tuple[Work, ...] = ()
    education: tuple[Education, ...] = ()
    skills: tuple[Skill, ...] = ()
    languages: tuple[Language, ...] = ()
    certificates: tuple[Named, ...] = ()
    projects: tuple[Named, ...] = ()


class SkillUse(_Frozen):
    """One skill and what the CV shows of it, each told once however often and by whichever name it stands there.

    `id`, `category` and `family` are those of the canonical list; a declared skill that the list does not know has
    none, and its own words as `name`. `evidence`: where jobs, projects and certificates name it, at most five places.
    `years` is the union of the months of the jobs that name it, in years; `last_used` the month or year in which the
    newest of them ended. Both are absent where no dated job names it.
    """

    name: str
    id: str | None = None
    category: str | None = None
    family: str | None = None
    declared: bool
    evidence: tuple[Leaf, ...] = ()
    years: float | None = None
    last_used: str | None = None


class Gap(_Frozen):
    """Months between dated jobs that neither a job nor a course of study covers, as YYYY-MM, both ends included."""

    start: str
    end: str
    months: int


FindingKind = Literal["hidden_text", "instruction", "encoding", "disagreement", "unfounded"]


class Finding(_Frozen):
    """Something that whoever relies on the analysis should know.

    hidden_text: people do not see it, so it is no part of the profile. instruction: it is addressed to a machine, and
    was not followed. encoding: how the file's letters are written was guessed. disagreement: the refining model read
    `field` otherwise, as `text`; the deterministic value stays. unfounded: the model named what does not stand in the
    document; it was thrown away.
    `text` is the document's own writing, at most 200 characters: data, whatever it says. `span` is its place in the
    document's text, absent for what is no part of it.
    """

    kind: FindingKind
    message: str
    text: str | None = None
    page: int | None = None
    span: tuple[int, int] | None = None
    field: str | None = None


class Refinement(_Frozen):
    """What became of a model's second reading: how many values it filled in, how often it disagreed, and how many of
    its values do not stand in the document. After "failed" and "skipped" the profile is the deterministic one.
    """

    model: str
    status: Literal["done", "failed", "skipped"]
    message: str | None = None
    filled: int = 0
    disagreements: int = 0
    unfounded: int = 0


class Analysis(_Frozen):
    """What follows from the résumé.

    `message` is meant for whoever sent the document. `retry_after_s`: in how many seconds the same document may say
    more than it did; absent where it will not.
    `total_years` is the union of the jobs' months in years, to one decimal; absent when no job is dated.
    `text` is the document as it was read, which every span counts characters of; absent where there is none.
    `as_of` is the day up to which a current job counts and `as_of_source` where it comes from.
    """

    status: Literal["ok", "needs_ocr"]
    message: str | None = None
    retry_after_s: int | None = None
    total_years: float | None = None
    as_of: str | None = None
    as_of_source: Literal["given", "document", "newest date in the text"] | None = None
    degree_levels: tuple[DegreeLevel, ...] = ()
    skills: tuple[SkillUse, ...] = ()
    gaps: tuple[Gap, ...] = ()
    findings: tuple[Finding, ...] = ()
    refinement: Refinement | None = None
    text: str | None = None
    text_chars: int
    pages: int


class CvResult(_Frozen):
    """The contract of the CV analyzer; `.model_dump(mode="json", exclude_none=True)` is its JSON."""

    resume: Resume
    analysis: Analysis
