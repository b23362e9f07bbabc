"""Which skills a CV declares, which ones its work shows, and for how long."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from runtime.cv import dates
from runtime.cv.mentions import Reader
from runtime.cv.passage import Passage, closed
from runtime.cv.result import Leaf, Resume, Skill, SkillUse, Work
from runtime.cv.taxonomy import Family, load_taxonomy
from runtime.cv.timeline import Interval, held, years
from runtime.cv.vocabulary import fold

_MOST_PLACES: Final = 5

type Span = tuple[int, int]


def identified(declared: Sequence[Skill]) -> tuple[Skill, ...]:
    """The declared skills with their canonical ids, each once: "K8s" after "Kubernetes" is the same entry."""
    reader = Reader()
    company = _company(reader, declared)
    result: dict[str, Skill] = {}
    for skill in declared:
        found, whole = reader.item(skill.name.value, company)
        ids = {mention.skill for mention in found}
        one = found[0].skill if len(ids) == 1 else None
        # Only a name that is nothing but the skill can repeat it: "Python for finance" says more than "Python".
        key = f"id {one}" if one is not None and whole else fold(skill.name.value)
        result.setdefault(key, skill.model_copy(update={"id": one}))
    return tuple(result.values())


def skill_uses(
    resume: Resume, as_of: dt.date | None, *, besides: Sequence[Span] = ()
) -> tuple[SkillUse, ...]:
    """All skills of a CV: the declared ones in its order, then those that only its work shows.

    `besides`: where the document tells nothing of its owner, see `scrutiny.instructions`.
    """
    taxonomy = load_taxonomy()
    uses: dict[str, _Use] = {}
    for skill, ids in _declared(resume.skills):
        for name in ids or [skill.name.value]:
            uses.setdefault(name if ids else f"own {fold(name)}", _Use(name, known=bool(ids), declared=True))
    reader = Reader({key for key, use in uses.items() if use.known})
    for job, leaf in told(resume):
        if leaf is None:
            continue
        for name, place in _shown(reader, leaf, uses):
            if overlaps(place, besides):
                continue
            use = uses.setdefault(name, _Use(name, known=True, declared=False))
            use.add(place, job, as_of)
    return tuple(
        SkillUse(
            name=taxonomy.skills[use.name].name if use.known else use.name,
            id=use.name if use.known else None,
            category=taxonomy.skills[use.name].category if use.known else None,
            family=taxonomy.families[use.name] if use.known else None,
            declared=use.declared,
            evidence=tuple(use.places[:_MOST_PLACES]),
            years=years(use.held),
            last_used=max(use.ended, default=None),
        )
        for use in uses.values()
    )


def overlaps(place: Leaf, spans: Sequence[Span]) -> bool:
    """Whether a value stands in one of `spans`, or partly."""
    return place.span is not None and any(
        place.span[0] < stop and start < place.span[1] for start, stop in spans
    )


def told(resume: Resume) -> Iterator[tuple[Work | None, Leaf | None]]:
    """What a CV tells of its owner's work, with the job it belongs to."""
    for job in resume.work:
        yield from ((job, leaf) for leaf in (job.position, job.summary, *job.highlights))
    for named in (*resume.projects, *resume.certificates):
        yield from ((None, leaf) for leaf in (named.name, *named.highlights))


@dataclass(slots=True)
class _Use:
    name: str
    known: bool
    declared: bool
    places: list[Leaf] = field(default_factory=list)
    held: list[Interval] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)

    def add(self, place: Leaf, job: Work | None, as_of: dt.date | None) -> None:
        self.places.append(place)
        interval = held(job, as_of) if job is not None else None
        if job is None or interval is None:
            return
        self.held.append(interval)
        until = str(dates.Point(as_of.year, as_of.month)) if as_of is not None else None
        ends = [end for end in (job.end_date.value if job.end_date is not None else None, until) if end]
        if ends:
            self.ended.append(min(ends))


def _company(reader: Reader, declared: Sequence[Skill]) -> frozenset[Family]:
    """The families of what is declared beyond doubt."""
    return frozenset(
        reader.family(mention.skill) for skill in declared for mention in reader.mentions(skill.name.value)
    )


def _declared(skills: Sequence[Skill]) -> Iterator[tuple[Skill, list[str]]]:
    reader = Reader()
    company = _company(reader, skills)
    for skill in skills:
        found, _ = reader.item(skill.name.value, company)
        yield skill, list(dict.fromkeys(mention.skill for mention in found))


def _shown(reader: Reader, leaf: Leaf, uses: dict[str, _Use]) -> Iterator[tuple[str, Leaf]]:
    # A value that a person corrected, or that leaves out a date between its lines, has no places of its own.
    exact = leaf.span is not None and closed(leaf.raw) == leaf.value
    start = leaf.span[0] if leaf.span is not None else 0
    text = leaf.raw if exact else leaf.value
    for mention in reader.mentions(text):
        passage = Passage(text[mention.start : mention.stop], start + mention.start, leaf.page)
        yield mention.skill, passage.leaf(0.9, "vocabulary") if exact else leaf
    folded = fold(text)
    for key, use in uses.items():
        if use.known:
            continue
        match = re.search(rf"(?<![\w+#]){re.escape(fold(use.name))}(?![\w+#])", folded)
        if match is not None:
            passage = Passage(text[match.start() : match.end()], start + match.start(), leaf.page)
            yield key, passage.leaf(0.9, "pattern") if exact else leaf
