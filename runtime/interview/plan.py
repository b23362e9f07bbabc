"""The plan: what an interview will ask, chosen from the bank once and then frozen with its texts.

Core questions depend on role, level, interview type, job description, length and seed only, so that every candidate
of one plan gets the same; at most three personal questions from the CV stand outside the core and its digest.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from runtime.knowledge.bank import Bank, CodingTask, Level, Question

MOST_PERSONAL: Final = 3
_QUESTION_MINUTES: Final = 3.5
_TASK_MINUTES: Final = 10.0
_LEVELS: Final[tuple[Level, ...]] = ("junior", "mid", "senior")

# What people call a role, by family; the first family with a word in the text wins, the most specific first. Some
# stand for several words (`_SPOKEN_AS_ONE`).
_FAMILY_WORDS: Final[tuple[tuple[str, frozenset[str]], ...]] = (
    ("product", frozenset({"productmanager"})),
    ("security", frozenset({"security", "cybersecurity", "appsec", "infosec", "devsecops", "pentester", "pentesting"})),
    ("ml", frozenset({"ml", "machine", "learning", "ai", "scientist", "nlp", "mlops"})),
    ("qa", frozenset({"qa", "quality", "test", "tester", "testing", "sdet"})),
    ("mobile", frozenset({"ios", "android", "flutter", "swiftui", "reactnative", "mobileapp"})),
    ("devops", frozenset({"devops", "sre", "reliability", "platform", "infrastructure", "cloud", "operations"})),
    ("data", frozenset({"data", "analytics", "etl", "warehouse", "bi"})),
    ("frontend", frozenset({"frontend", "web", "ui", "react", "javascript", "typescript"})),
    ("backend", frozenset({"backend", "server", "api", "python", "java", "golang", "fullstack"})),
    # After the server's: "Backend developer (Kotlin)", "Mobile backend engineer".
    ("mobile", frozenset({"mobile", "kotlin", "swiftlanguage"})),
)  # fmt: skip
# Names that are English words, too, count only where they cannot be those: "Front desk", "Go-to-market manager",
# "a swift reply"; and those of several words are no other trade's: "product designer", "security guard", "SoC design".
_SPOKEN_AS_ONE: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), word)
    for pattern, word in (
        (
            r"(?<![\w-])(?:(?i:go)(?=\s(?i:back|dev|engineer|program|server|service))|Go(?=\s?(?:,|$)))",
            "golang",
        ),
        (
            r"(?<![\w-])(?:(?i:swift)(?=\s(?i:dev|engineer|program))|Swift(?=\s?(?:[,/)]|$)))",
            "swiftlanguage",
        ),
        (r"(?i)\b(front|back)[\s-]end\b", r"\1end"),
        (r"(?i)\breact[\s-]native\b", "reactnative"),
        (
            r"(?i)\bmobile[\s-](?=(?:apps?|software|developers?|development|engineers?|programmers?)\b)",
            "mobileapp ",
        ),
        (r"(?i)\bmobile[\s-](?=(?:phones?|networks?|homes?|cranes?)\b)", ""),
        (
            r"(?i)\bproduct[\s-](?:manage(?:r|rs|ment)|owners?|ownership|director|lead(?!\s(?:design|dev|engineer)))\b"
            r"|\b(?:head|director|vp|vice president) of product\b|\bchief product officer\b",
            "productmanager",
        ),
        (r"(?i)^\s*product(?:\s(?:sense|strategy|case|round|interview))*\s*$", "productmanager"),
        (
            r"(?i)\b(?:cyber|information|network|application|app|cloud|product|offensive|api|it)[\s-]security\b"
            r"|\bsecurity[\s-](?=(?:analyst|architect|consultant|engineer|researcher|tester)s?\b)"
            r"|\bsecurity[\s-](?=(?:engineering|operations cent(?:er|re))\b)"
            r"|\bpen(?:etration)?[\s-]test(?:er|ers|ing|s)?\b|\bred[\s-]team(?:er|ers|ing)?\b",
            "cybersecurity ",
        ),
        (r"\b(?:SOC|soc|Soc)(?=\s(?i:analyst|engineer|lead|manager|operator)s?\b)", "cybersecurity"),
    )
)
# Words of other trades, too ("machine operator", "quality nurse"): they count beside one of the next.
_AMBIGUOUS: Final = frozenset(
    {"machine", "learning", "scientist", "quality", "test", "testing", "platform", "operations", "warehouse"}
    | {"server", "reliability", "infrastructure", "security", "mobile"}
)
# What the description of any job may hold: "job security", "a mobile phone".
_IN_PASSING: Final = frozenset({"security", "mobile"})
_SOFTWARE: Final = frozenset(
    {"software", "engineer", "engineering", "developer", "development", "programmer", "programming", "coder"}
    | {"coding", "computer", "computing", "informatics", "technical", "tech", "algorithms", "automation"}
)
# An engineer of these is none of software.
_OTHER_ENGINEERS: Final = frozenset(
    {"civil", "mechanical", "electrical", "chemical", "structural", "biomedical", "sound", "sales"}
)
# Jobs whose interviews have no coding task.
_WITHOUT_CODE: Final = frozenset({"general", "product"})
# Interviews that are called by these name no job: then it is taken to be about software, which is served first.
_NO_JOB: Final = frozenset(
    {"interview", "general", "mixed", "practice", "mock", "screening", "phone", "first", "second", "final"}
    | {"standard", "assessment", "system", "design", "round", "a", "the", "for", "job", "role", "my"}
)


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


def family_of(bank: Bank, role: str | None, interview_type: str | None = None, description: str = "") -> str:
    """The family that the role names, else the interview's type, else the job description.

    `software` when they name a job with software and none of the bank's families, and when they name no job at all;
    `general` for any other job. The description of a job that is none of software is not searched for words, nor is
    that of an engineer for those of product managers, whom engineers work with.
    """
    for text in (role, interview_type):
        if family := _named(bank, text, clear=_is_software(text)):
            return family
    job = next((text for text in (role, interview_type) if _names_a_job(text)), None)
    if job is not None and not _is_software(job):
        return "general"
    return _described(bank, description, engineers=job is not None) or "software"


def _named(bank: Bank, text: str | None, *, clear: bool) -> str | None:
    """The family that a word of `text` names; unless it is `clear` that this is about software, no ambiguous one."""
    words = _tokens(text)
    # The family's own name, and nothing else; and "machine learning" and "data scientist" need nothing beside them.
    clear = clear or (len(words) == 1 and words <= dict(_FAMILY_WORDS).keys())
    clear = clear or {"machine", "learning"} <= words or bool({"data", "ml", "ai"} & words)
    for family, names in _FAMILY_WORDS:
        found = words & names
        if (found if clear else found - _AMBIGUOUS) and family in bank.families:
            return family
    return None


def _described(bank: Bank, description: str, *, engineers: bool) -> str | None:
    """The family whose words the description says most often; of several, the first."""
    said = Counter(_words_of(description))
    mentions: Counter[str] = Counter()
    for family, names in _FAMILY_WORDS:
        if family in bank.families and not (engineers and family == "product"):
            mentions[family] += sum(said[name] for name in names - _IN_PASSING)
    ((family, most),) = mentions.most_common(1) or [("", 0)]
    return family if most else None


def _is_software(text: str | None) -> bool:
    words = _tokens(text)
    # "it" is a pronoun far more often than a trade.
    named = words & _SOFTWARE or re.search(r"\bIT\b", text or "")
    return bool(named) and not words & _OTHER_ENGINEERS


def _names_a_job(text: str | None) -> bool:
    # A letter of any script: a job may be named in words that are not known here.
    return not set(re.findall(r"[^\W\d_]+", (text or "").lower())) <= _NO_JOB


def _tokens(text: str | None) -> frozenset[str]:
    return frozenset(_words_of(text))


def _words_of(text: str | None) -> list[str]:
    named = text or ""
    for pattern, word in _SPOKEN_AS_ONE:
        named = pattern.sub(word, named)
    return re.findall(r"[a-z]+", named.lower())


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
    wants_code = minutes >= 20 and family not in _WITHOUT_CODE
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
        # A query is what data people write; of others it is asked where the job names it.
        queries = family == "data" or "sql" in _tokens(f"{role} {interview_type} {job_description}")
        known = [t for t in bank.tasks if queries or not t.tables]
        tasks = [t for t in known if family in t.families] or [t for t in known if "general" in t.families]
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
