"""The question bank as documents for a retrieval index: what may be asked, and nothing of what counts as an answer.

An agent that talks to candidates retrieves from these, so whatever stands in them can be coaxed out of it. Key points,
misconceptions, anchors, follow-ups and tests are therefore not left out of a copy but never put in.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.knowledge.bank import Bank, CodingTask, Question

METADATA_SUFFIX: Final = ".metadata.json"
"""Bedrock takes an S3 object's attributes from the object of the same name with this suffix."""


@dataclass(frozen=True, slots=True)
class Document:
    """One document: its text in Markdown, and the attributes that retrieval can filter by.

    `name` is its path in the data source. S3 Vectors holds 2 KB of attributes that can be filtered by per vector.
    """

    name: str
    text: str
    attributes: dict[str, str | tuple[str, ...]]

    @property
    def metadata(self) -> str:
        """The companion object's content.
        https://docs.aws.amazon.com/bedrock/latest/userguide/kb-metadata.html"""
        return json.dumps({"metadataAttributes": self.attributes}, indent=1, sort_keys=True) + "\n"


def render(bank: Bank) -> tuple[Document, ...]:
    """A document per question and coding task, in the bank's order."""
    return (*map(_question, bank.questions), *map(_task, bank.tasks))


def digest(documents: Iterable[Document]) -> str:
    """SHA-256, hex: it changes exactly when what `write` leaves behind does."""
    content = [[document.name, document.text, document.metadata] for document in documents]
    return hashlib.sha256(json.dumps(content).encode()).hexdigest()


def write(documents: Iterable[Document], folder: Path) -> None:
    """Leave each document and its attributes in `folder`."""
    for document in documents:
        path = folder / document.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document.text, encoding="utf-8")
        path.with_name(path.name + METADATA_SUFFIX).write_text(document.metadata, encoding="utf-8")


def _question(question: Question) -> Document:
    return Document(
        name=f"questions/{question.id}.md",
        text=_page(f"Question about {question.topic}", question.text, question.rephrased),
        attributes={"entry": question.id, "kind": question.kind, **_attributes(question)},
    )


def _task(task: CodingTask) -> Document:
    return Document(
        name=f"tasks/{task.id}.md",
        text=_page(f"Coding task: {task.title}", task.text, task.statement),
        attributes={"entry": task.id, "kind": "coding", **_attributes(task)},
    )


def _attributes(entry: Question | CodingTask) -> dict[str, str | tuple[str, ...]]:
    return {"families": entry.families, "level": entry.level, "topic": entry.topic}


def _page(title: str, *paragraphs: str) -> str:
    return "\n\n".join((f"# {title}", *(paragraph.strip() for paragraph in paragraphs))) + "\n"
