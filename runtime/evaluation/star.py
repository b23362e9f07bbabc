"""A behavioural story's parts: situation, task, action, result, learning, by what the candidate says they did."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, Self

from runtime.evaluation.language import Clause
from runtime.evaluation.matching import Passage

Part = Literal["situation", "task", "action", "result", "learning"]

_NAMED: tuple[tuple[Part, re.Pattern[str]], ...] = (
    (
        "learning",
        re.compile(r"\b(?:learn\w*|lesson|reflect\w*|differently|takeaway|hindsight)\b", re.IGNORECASE),
    ),
    (
        "result",
        re.compile(r"\b(?:result\w*|outcome\w*|impact|effect|measurable|consequence)\b", re.IGNORECASE),
    ),
    (
        "action",
        re.compile(r"\b(?:action\w*|steps?|personally|themselves|what they did|did)\b", re.IGNORECASE),
    ),
    ("task", re.compile(r"\b(?:task\w*|goal|responsib\w+|role|objective|stake\w*)\b", re.IGNORECASE)),
    ("situation", re.compile(r"\b(?:situation\w*|context|specific|concrete|real|setting)\b", re.IGNORECASE)),
)

# Concrete verbs in the first person and the past are actions; wishes and habits ("I would", "I always") are not.
_ACTION = re.compile(
    r"\bi (?:then |also |first |immediately |personally |finally |quickly |therefore )?"
    r"(?:[a-z]+ed|wrote|built|made|led|ran|took|brought|sat|spoke|met|set|went|gave|drew|found|held|put|got|cut|split|sent"
    r"|chose|taught|told|broke|began|drove|kept|did|paired|rebuilt|rewrote|sought|said|laid)\b"
)
_NOT_AN_ACTION = re.compile(
    r"\bi (?:needed|wanted|liked|worked at|used to|tried nothing|was|had|hated|loved|learned|learnt|believed|felt)\b"
)
_SITUATION = re.compile(
    r"\b(?:last|previous|once|when|while|during|ago|at my|in my|on a|project|team|company|client|customer|release|sprint"
    r"|quarter|month|week|year|semester|internship|job|startup|production|incident|migration|we were|there was|we had)\b"
)
_PAST = re.compile(r"\b(?:was|were|had|did|\w+ed|went|came|wrote|built|led|ran|kept|broke|took|got|said)\b")
_TASK = re.compile(
    r"\b(?:(?:i|we) (?:had|needed) to|my (?:job|task|role|goal|responsibility) was|i was (?:responsible|asked|in charge|tasked"
    r"|supposed|leading|assigned|the (?:lead|owner))|(?:the|our|my) (?:goal|aim|deadline|target|objective)|had to|needed to"
    r"|was at stake|we wanted|expected to)\b"
)
_RESULT = re.compile(
    r"\b(?:as a result|in the end|eventually|finally|this (?:led|meant|resulted|reduced|cut|saved|gave)|which (?:led|meant|reduced"
    r"|saved|cut|gave)|the (?:result|outcome|effect) was|we (?:shipped|delivered|launched|released|finished|saved|cut|reduced)"
    r"|it (?:worked|went|shipped|dropped|fell|rose)|dropped|fell|reduced|increased|improved|saved|doubled|halved|cut|succeeded"
    r"|on time|went (?:down|up)|adopted|happy|from \d+)\b"
)
_NUMBER = re.compile(r"\b\d+|percent|half|twice|double[d]?|days?|hours?|weeks?\b")
_LEARNING = re.compile(
    r"\b(?:i (?:have )?(?:learned|learnt|realised|realized)|taught me|lesson|next time|since then|looking back|in hindsight|would"
    r" (?:now )?(?:do|have done|start|ask|handle)\b.{0,60}\bdifferently|i (?:now|still) |from then on|ever since|i should have)\b"
)
# A story told in fewer words of content than this is an assertion: "I led the team and it worked".
_FULL_STORY = 25


@dataclass(frozen=True, slots=True)
class Told:
    """Where a part is told, and how fully, 0 to 1."""

    strength: float
    turn_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Story:
    """The parts that a behavioural answer tells."""

    parts: Mapping[Part, Told]

    @classmethod
    def read(cls, passages: Sequence[Passage]) -> Self:
        """Look for each part in each clause; without a first-person action there is no story to have a result."""
        content = sum(
            token.weight >= 0.5 for passage in passages for part in passage.clauses for token in part.tokens
        )
        fullness = min(1.0, content / _FULL_STORY)
        found: dict[Part, Told] = {}
        for passage in passages:
            for clause in passage.clauses:
                for part, strength in _parts(clause):
                    told = Told(round(strength * fullness, 3), passage.turn_id, clause.start, clause.end)
                    if part not in found or told.strength > found[part].strength:
                        found[part] = told
        if "action" not in found:
            found = {part: told for part, told in found.items() if part in {"situation", "task"}}
        return cls(parts=found)


def part_of(key_point_id: str, claim: str) -> Part | None:
    """Which part of a story a behavioural key point asks for: by its id first, then by its claim."""
    for text in (key_point_id.replace("-", " "), claim):
        for part, pattern in _NAMED:
            if pattern.search(text):
                return part
    return None


def _parts(clause: Clause) -> list[tuple[Part, float]]:
    text = " ".join(token.word for token in clause.tokens)
    found: list[tuple[Part, float]] = []
    weighty = sum(token.weight >= 0.5 for token in clause.tokens)
    if weighty < 2:
        return found
    if _ACTION.search(text) and not _NOT_AN_ACTION.search(text):
        found.append(("action", 0.8 if weighty < 4 else 1.0))
    if _SITUATION.search(text) and _PAST.search(text):
        found.append(("situation", 0.7 if weighty < 4 else 1.0))
    if _TASK.search(text):
        found.append(("task", 0.8 if weighty < 4 else 1.0))
    if _RESULT.search(text):
        found.append(("result", 1.0 if _NUMBER.search(text) else 0.7))
    if _LEARNING.search(text):
        found.append(("learning", 1.0 if weighty >= 3 else 0.7))
    return found
