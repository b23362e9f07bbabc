"""The plan: what an interview will ask, chosen from the bank once and then frozen with its texts.

Core questions depend on role, level, interview type, job description, length and seed only, so that every candidate
of one plan gets the same; at most three personal questions from the CV stand outside the core and its digest.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from runtime.knowledge.bank import Bank, CodingTask, Level, Question

MOST_PERSONAL: Final = 3
_QUESTION_MINUTES: Final = 3.5
_TASK_MINUTES: Final = 10.0
_LEVELS: Final[tuple[Level, ...]] = ("junior", "mid", "senior")

# What people call a role, by family; the first family with a word in the text wins, the most specific first.
_FAMILY_WORDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("ml", frozenset({"ml", "machine", "learning", "ai", "scientist", "nlp", "mlops"})),
    ("qa", frozenset({"qa", "quality", "test", "tester", "testing", "sdet"})),
    ("devops", frozenset({"devops", "sre", "reliability", "platform", "infrastructure", "cloud", "operations"})),
    ("data", frozenset({"data", "analytics", "etl", "warehouse", "bi"})),
    ("frontend", frozenset({"frontend", "web", "ui", "react", "javascript", "typescript"})),
    ("backend", frozenset({"backend", "server", "api", "python", "java", "golang", "software", "fullstack"})),
)  # fmt: skip
# Names that are English words, too, count only where they cannot be those: "Front desk", "Go-to-market manager".
_LANGUAGE_GO: Final = re.compile(
    r"(?<![\w-])(?:(?i:go)(?=\s(?i:back|dev|engineer|program|server|service))|Go(?=\s?(?:,|$)))"
)
_END: Final = re.compile(r"\b(front|back)[\s-]end\b", re.IGNORECASE)


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class QuestionStep(_Frozen):
    kind: Literal["question"] = "question"
    question: Question

    @property
    def id(self) -> str:
        return self.question.id


class TaskStep(_Frozen):
    kind: Literal["task"] = "task"
    task: CodingTask

    @property
    def id(self) -> str:
        return self.task.id


class PersonalStep(_Frozen):
    """A question about the candidate's own CV: it has no key points and no score of its own."""

    kind: Literal["personal"] = "personal"
    id: str
    text: str
    rephrased: str


Step = Annotated[QuestionStep | TaskStep | PersonalStep, Field(discriminator="kind")]


class Plan(_Frozen):
    """What will be asked, in order, with every text as it was when the plan was frozen."""

    family: str
    level: Level
    minutes: int
    seed: int
    bank_digest: str
    steps: tuple[Step, ...]

    @property
    def core_digest(self) -> str:
        """SHA-256, hex, over every step but the personal ones."""
        core = [step.model_dump_json() for step in self.steps if not isinstance(step, PersonalStep)]
        return hashlib.sha256("\n".join(core).encode()).hexdigest()

    @property
    def questions(self) -> tuple[Question, ...]:
        return tuple(step.question for step in self.steps if isinstance(step, QuestionStep))

    def step(self, step_id: str) -> QuestionStep | TaskStep | PersonalStep | None:
        return next((step for step in self.steps if step.id == step_id), None)


def family_of(bank: Bank, *texts: str | None) -> str:
    """The role family that the words of `texts` name, the earlier text first; `general` when none does."""
    for text in texts:
        named = _END.sub(r"\1end", _LANGUAGE_GO.sub("golang", text or ""))
        words = set(re.findall(r"[a-z]+", named.lower()))
        for family, names in _FAMILY_WORDS:
            if words & names and family in bank.families:
                return family
    return "general"


def make_plan(
    bank: Bank,
    *,
    interview_type: str,
    role: str | None,
    level: Level,
    minutes: int,
    job_description: str,
    seed: int,
    personal: Sequence[PersonalStep] = (),
) -> Plan:
    """Choose the questions. The same arguments always give the same plan."""
    kind = interview_type.lower()
    behavioural_only = "behav" in kind or "cultur" in kind
    # Employers' words first: an interview called "Backend, Python" for the role "Engineer" is a backend one.
    family = "general" if behavioural_only else family_of(bank, role, interview_type, job_description)
    wants_code = minutes >= 20 and not behavioural_only
    core_minutes = minutes - (_TASK_MINUTES if wants_code else 0)
    room = max(2, int(core_minutes / _QUESTION_MINUTES))
    # S311: a plan must be reproducible, not unguessable.
    chance = random.Random(f"{seed}|{family}|{level}|{minutes}|{kind}|{bank.digest}")  # noqa: S311
    rank = _Ranking(chance, family, level, job_description)

    behavioural = rank.order(q for q in bank.questions if q.kind == "behavioural")
    technical = rank.order(q for q in bank.questions if q.kind == "technical" and family in q.families)
    if behavioural_only:
        chosen = behavioural[:room]
    else:
        closing = behavioural[: 2 if room >= 6 else 1]
        core = _varied(technical, room - len(closing))
        chosen = [*sorted(core, key=lambda q: _LEVELS.index(q.level)), *closing]
    steps: list[QuestionStep | TaskStep | PersonalStep] = [QuestionStep(question=q) for q in chosen]
    if wants_code:
        tasks = [t for t in bank.tasks if family in t.families] or [
            t for t in bank.tasks if "general" in t.families
        ]
        ordered = rank.order_tasks(tasks)
        steps[len(steps) // 2 : len(steps) // 2] = [TaskStep(task=task) for task in ordered[:1]]
    # Personal questions come second: the first question is the same, easy one for everybody.
    steps[1:1] = list(personal[: MOST_PERSONAL if minutes >= 30 else 1])
    return Plan(
        family=family, level=level, minutes=minutes, seed=seed, bank_digest=bank.digest, steps=tuple(steps)
    )


class _Ranking:
    """Entries written for the family first, at the wanted level, then by words shared with the job description,
    then by chance."""

    def __init__(self, chance: random.Random, family: str, level: Level, job_description: str) -> None:
        self._chance = chance
        self._family = family
        self._level = _LEVELS.index(level)
        self._wanted = _words(job_description)

    def order(self, questions: Iterable[Question]) -> list[Question]:
        return sorted(self._shuffled(questions), key=lambda q: self._key(q, f"{q.topic} {q.text}"))

    def order_tasks(self, tasks: Iterable[CodingTask]) -> list[CodingTask]:
        return sorted(self._shuffled(tasks), key=lambda t: self._key(t, f"{t.topic} {t.title}"))

    def _shuffled[Entry: (Question, CodingTask)](self, entries: Iterable[Entry]) -> list[Entry]:
        shuffled = list(entries)
        self._chance.shuffle(shuffled)
        return shuffled

    def _key(self, entry: Question | CodingTask, text: str) -> tuple[bool, int, int]:
        # An entry's first family is the one it was written for; the others merely may use it.
        return (
            entry.families[0] != self._family,
            abs(_LEVELS.index(entry.level) - self._level),
            -len(self._wanted & _words(text)),
        )


def _varied(questions: Sequence[Question], count: int) -> list[Question]:
    """The first `count`, but no topic twice while another topic is left."""
    chosen: list[Question] = []
    rest: list[Question] = []
    for question in questions:
        fresh = all(question.topic != other.topic for other in chosen)
        (chosen if fresh else rest).append(question)
    return [*chosen, *rest][:count]


def _words(text: str) -> frozenset[str]:
    return frozenset(word for word in re.findall(r"[a-z+#]+", text.lower()) if len(word) > 3)
