"""The question bank's schema and loader.

The bank is data in `knowledge/` at the clone's root: one YAML file per role family under `questions/` and
`tasks/`, each a list of entries. Everything an interviewer says comes from here, so every text is written to
be *heard*: full sentences, no bullet points, no code symbols read aloud.
"""

from __future__ import annotations

import functools
import hashlib
import json
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    JsonValue,
    StringConstraints,
    ValidationError,
    model_validator,
)

from .generated import expanded, is_generated
from .signatures import Signature

BANK_DIR = Path(__file__).resolve().parents[2] / "knowledge"

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
Sentence = Annotated[str, StringConstraints(strip_whitespace=True, min_length=8, max_length=600)]
Level = Literal["junior", "mid", "senior"]
Competency = Literal["technical_knowledge", "problem_solving", "communication", "cultural_fit"]
Patience = Literal["short", "normal", "long"]

STAR = ("situation", "task", "action", "result", "learning")


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class KeyPoint(_Entry):
    """One thing a good answer says, as a full claim that can be shown, contradicted or absent."""

    id: Identifier
    claim: Sentence
    weight: Annotated[float, Field(gt=0, le=3)] = 1.0


class Misconception(_Entry):
    """A wrong belief an answer may show; saying it counts against the key point it contradicts, if named."""

    id: Identifier
    claim: Sentence
    contradicts: Identifier | None = None


class FollowUp(_Entry):
    """A probe: asked while the key point it opens is still open; it must not give the claim away."""

    opens: Identifier
    text: Sentence


class Anchors(_Entry):
    """What an answer at each level sounds like, for reviewers and the evaluator."""

    weak: Sentence
    fair: Sentence
    strong: Sentence


class Question(_Entry):
    """A question of the bank.

    `patience` is how long a candidate may think before silence counts as the end of the answer. The key
    points of a behavioural question are the anchors in `STAR`, in that order.
    """

    id: Identifier
    version: Annotated[int, Field(ge=1)] = 1
    kind: Literal["technical", "behavioural"]
    families: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    level: Level
    topic: Annotated[str, StringConstraints(min_length=2, max_length=60)]
    competency: Competency
    patience: Patience = "normal"
    text: Sentence
    rephrased: Sentence
    key_points: Annotated[tuple[KeyPoint, ...], Field(min_length=3, max_length=6)]
    misconceptions: Annotated[tuple[Misconception, ...], Field(max_length=2)] = ()
    follow_ups: Annotated[tuple[FollowUp, ...], Field(min_length=1, max_length=6)]
    anchors: Anchors
    review: Annotated[str, StringConstraints(min_length=4, max_length=400)]

    @model_validator(mode="after")
    def _references_hold(self) -> Self:
        ids = [point.id for point in self.key_points]
        if len(set(ids)) != len(ids):
            raise ValueError(f"question {self.id}: key point ids must differ, got {ids}")
        if self.kind == "behavioural" and tuple(ids) != STAR:
            raise ValueError(f"question {self.id}: expected the key points {', '.join(STAR)}, got {ids}")
        named = {follow_up.opens for follow_up in self.follow_ups}
        named |= {wrong.contradicts for wrong in self.misconceptions if wrong.contradicts}
        if unknown := named - set(ids):
            raise ValueError(f"question {self.id}: no key point {sorted(unknown)}; it has {ids}")
        return self


# Left out where they say nothing, so that plans frozen before there were any keep their digest.
_unset: Any = Field(default=None, exclude_if=lambda value: value is None)
_not_set: Any = Field(default=False, exclude_if=lambda value: not value)

TableName = Annotated[str, StringConstraints(pattern=r"^[a-z]+(_[a-z]+)*$", max_length=40)]
type Cell = int | float | str | None


class TaskTest(_Entry):
    """A test of a coding task: `args` as JSON values, and the value expected back.

    Hidden tests show only a verdict. What is large may stand in `args` as what makes it (`generated.py`).
    rows: of a query, what its tables hold, by their names.
    """

    args: tuple[JsonValue, ...] = ()
    rows: dict[TableName, tuple[tuple[Cell, ...], ...]] | None = _unset
    expected: JsonValue
    hidden: bool = False

    @property
    def arguments(self) -> tuple[JsonValue, ...]:
        """`args` in full."""
        return tuple(map(expanded, self.args))

    @property
    def inserts(self) -> str:
        """`rows` as the SQL that fills the tables with them."""
        return "\n".join(
            f"INSERT INTO {table} VALUES {', '.join(map(_row, rows))};"  # noqa: S608 (our own text)
            for table, rows in (self.rows or {}).items()
            if rows
        )

    @model_validator(mode="after")
    def _what_is_generated_is_hidden(self) -> Self:
        if not self.hidden and any(map(is_generated, self.args)):
            raise ValueError(
                "expected a test that candidates see to be written out; got one that is generated"
            )
        return self


def _row(cells: tuple[Cell, ...]) -> str:
    return f"({', '.join(map(_cell, cells))})"


def _cell(value: Cell) -> str:
    if isinstance(value, str):
        return "'" + value.replace("'", "''") + "'"
    return "NULL" if value is None else repr(value)


class Example(_Entry):
    """A test that the candidate may see, as JSON text: a browser's numbers would round what is large.

    args: of a query one text, the SQL that fills its tables.
    """

    args: tuple[str, ...]
    expected: str


class CodingTask(_Entry):
    """A coding task: what is said, what is shown, the function or the query to write, and its tests.

    tables: the SQL that makes the tables which a query asks; a task has a function, or tables.

    signature: gives the `starter` of each language that has such a function, unless `starter` holds another one. Plans
    of 0.1 have none, and a starter in Python alone.
    checker: how an answer is compared (`runtime.sandbox.checking`), where its order is free.
    in_place: the answer is what the function made of its first argument.
    per_test: every test gets an interpreter of its own, where one call could leave something to the next.
    """

    id: Identifier
    version: Annotated[int, Field(ge=1)] = 1
    families: Annotated[tuple[Identifier, ...], Field(min_length=1)]
    level: Level
    topic: Annotated[str, StringConstraints(min_length=2, max_length=60)]
    title: Annotated[str, StringConstraints(min_length=3, max_length=80)]
    text: Sentence
    statement: Annotated[str, StringConstraints(strip_whitespace=True, min_length=20, max_length=3000)]
    function_name: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")] | None = _unset
    signature: Signature | None = _unset
    tables: Annotated[str, StringConstraints(min_length=20, max_length=2000)] | None = _unset
    starter: Annotated[dict[str, str], Field(min_length=1)]
    checker: Literal["unordered", "unordered-nested"] | None = _unset
    in_place: bool = _not_set
    per_test: bool = _not_set
    tests: Annotated[tuple[TaskTest, ...], Field(min_length=4, max_length=20)]
    review: Annotated[str, StringConstraints(min_length=4, max_length=400)]

    @property
    def examples(self) -> tuple[Example, ...]:
        """The tests that are not hidden, in their order."""
        return tuple(
            Example(
                args=(test.inserts,) if self.tables else tuple(map(_text, test.args)),
                expected=_text(test.expected),
            )
            for test in self.tests
            if not test.hidden
        )

    @model_validator(mode="before")
    @classmethod
    def _starters_of_the_signature(cls, given: Any) -> Any:
        # At loading, so that a frozen plan holds what its candidate began with.
        if not isinstance(given, dict):
            return given
        if isinstance(tables := given.get("tables"), str):
            return {**given, "starter": {"sql": _query_start(tables)} | given.get("starter", {})}
        if "signature" not in given:
            return given
        signature = Signature.model_validate(given["signature"])
        starters = signature.starters(str(given.get("function_name")))
        return {**given, "signature": signature, "starter": starters | given.get("starter", {})}

    @model_validator(mode="after")
    def _a_function_or_a_query(self) -> Self:
        if (self.function_name is None) is (self.tables is None):
            raise ValueError(
                f"task {self.id}: expected a function_name, or tables for a query; got both or none"
            )
        if self.tables and (self.signature or self.in_place or self.per_test):
            raise ValueError(f"task {self.id}: a query has no signature, in_place or per_test")
        for number, test in enumerate(self.tests, 1):
            if (test.rows is None) is (self.tables is not None) or (self.tables and test.args):
                raise ValueError(
                    f"task {self.id}, test {number}: expected rows for the tables of a query, args for a function"
                )
        return self

    @model_validator(mode="after")
    def _tests_fit_the_signature(self) -> Self:
        if self.signature is None:
            return self
        expected = len(self.signature.parameters)
        for number, test in enumerate(self.tests, 1):
            if len(test.args) != expected:
                raise ValueError(
                    f"task {self.id}, test {number}: expected {expected} arguments, got {len(test.args)}"
                )
        if (self.signature.returns == "none") is not self.in_place:
            raise ValueError(f"task {self.id}: a function returns none exactly where it works in place")
        return self


def _query_start(tables: str) -> str:
    # What can be asked for stands where it is needed; a query of nothing runs and answers no test.
    told = "".join(f"-- {line}".rstrip() + "\n" for line in tables.strip().splitlines())
    return f"{told}\nSELECT NULL;\n"


def _text(value: JsonValue) -> str:
    return json.dumps(value, ensure_ascii=False)


class Bank(_Entry):
    """Every question and task, with the digest that plans and reports name.

    `digest`: SHA-256, hex, over the canonical JSON of all entries.
    """

    questions: tuple[Question, ...]
    tasks: tuple[CodingTask, ...]

    @functools.cached_property
    def digest(self) -> str:
        return hashlib.sha256(self.model_dump_json().encode()).hexdigest()

    @functools.cached_property
    def families(self) -> tuple[str, ...]:
        """Role families in the bank, sorted; `general` serves every role."""
        entries: tuple[Question | CodingTask, ...] = (*self.questions, *self.tasks)
        return tuple(sorted({family for entry in entries for family in entry.families}))

    @functools.cached_property
    def vocabulary(self) -> frozenset[str]:
        """Every word of every text, lower case: some of them stand in any real answer."""
        return frozenset(re.findall(r"[a-z]+", self.model_dump_json().lower()))

    @model_validator(mode="after")
    def _no_entry_twice(self) -> Self:
        for noun, entries in (("question", self.questions), ("task", self.tasks)):
            seen: set[str] = set()
            for entry in entries:
                if entry.id in seen:
                    raise ValueError(f"{noun} id {entry.id} stands twice in the bank")
                seen.add(entry.id)
        texts = [_words(question.text) for question in self.questions]
        if len(set(texts)) != len(texts):
            raise ValueError("two questions of the bank ask the same in the same words")
        return self


RENDERED: Final = "bank.json"
"""The whole bank as one document: what a deployed process carries in the place of the files it was written in."""


@functools.cache
def load_bank(folder: Path = BANK_DIR) -> Bank:
    """Read the bank. Raises `ValueError` naming the file when an entry does not fit the schema."""
    rendered = folder / RENDERED
    if rendered.exists():
        # A tenth of the time that the authors' files take, and no reader of YAML: cold starts wait for both.
        return Bank.model_validate_json(rendered.read_bytes())
    questions: list[Question] = []
    tasks: list[CodingTask] = []
    for path in sorted(folder.glob("questions/*.yaml")):
        questions.extend(_entries(path, Question))
    for path in sorted(folder.glob("tasks/*.yaml")):
        tasks.extend(_entries(path, CodingTask))
    if not questions:
        raise ValueError(f"expected questions in {folder}/questions/*.yaml, found none")
    return Bank(questions=tuple(questions), tasks=tuple(tasks))


def _entries[Entry: BaseModel](path: Path, model: type[Entry]) -> list[Entry]:
    import yaml  # noqa: PLC0415 - see `load_bank`

    # The C loader reads 60 questions in a tenth of the pure one's time.
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    raw: Any = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)  # noqa: S506 (a safe loader)
    if not isinstance(raw, list):
        raise ValueError(f"{path.name}: expected a list of entries, got {type(raw).__name__}")  # noqa: TRY004
    try:
        return [model.model_validate(entry) for entry in raw]
    except ValidationError as error:
        raise ValueError(f"{path.name}: {error}") from error


def _words(text: str) -> str:
    return " ".join(re.findall(r"\w+", text.lower()))
