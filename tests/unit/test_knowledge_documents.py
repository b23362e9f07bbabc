"""What a retrieving agent can find about the bank: the questions, and no word of what counts as an answer."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from runtime.knowledge.bank import Bank, Question, load_bank
from runtime.knowledge.documents import METADATA_SUFFIX, Document, digest, render, write

# Bedrock's and S3 Vectors' limits for the attributes of one document, in bytes.
LARGEST_METADATA_FILE = 10 * 1024
FILTERABLE_METADATA = 2048


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


@pytest.fixture(scope="module")
def documents(bank: Bank) -> tuple[Document, ...]:
    return render(bank)


def runs_of_six(text: str) -> set[tuple[str, ...]]:
    tokens = re.findall(r"[a-z']+", text.lower())
    return {tuple(tokens[start : start + 6]) for start in range(len(tokens) - 5)}


def judged_by(question: Question) -> list[str]:
    anchors = question.anchors
    return [
        *(point.claim for point in question.key_points),
        *(wrong.claim for wrong in question.misconceptions),
        *(anchors.weak, anchors.fair, anchors.strong),
    ]


def test_every_question_and_task_has_one_document(bank: Bank, documents: tuple[Document, ...]) -> None:
    assert len({document.name for document in documents}) == len(documents)
    assert [document.attributes["entry"] for document in documents] == [
        *(question.id for question in bank.questions),
        *(task.id for task in bank.tasks),
    ]


def test_a_question_is_found_by_its_own_words(bank: Bank, documents: tuple[Document, ...]) -> None:
    for question, document in zip(bank.questions, documents, strict=False):
        assert question.text in document.text
        assert question.topic in document.text


def test_no_document_holds_six_words_in_a_row_of_what_answers_are_judged_by(
    bank: Bank, documents: tuple[Document, ...]
) -> None:
    rubric = {run for question in bank.questions for text in judged_by(question) for run in runs_of_six(text)}
    assert len(rubric) > 1000

    told = {d.name: shared for d in documents if (shared := rubric & runs_of_six(d.text + d.metadata))}

    assert not told


def test_no_document_holds_a_follow_up(bank: Bank, documents: tuple[Document, ...]) -> None:
    texts = "\n".join(document.text for document in documents)

    assert not [f.text for question in bank.questions for f in question.follow_ups if f.text in texts]


def test_no_document_holds_a_hidden_tests_call(bank: Bank, documents: tuple[Document, ...]) -> None:
    statements = {document.attributes["entry"]: document.text for document in documents}

    told = {
        task.id: test.args
        for task in bank.tasks
        for test in task.tests
        if test.hidden
        and f"{task.function_name}({', '.join(json.dumps(argument) for argument in test.args)})"
        in statements[task.id]
    }

    assert not told


def test_attributes_fit_what_the_index_holds(documents: tuple[Document, ...]) -> None:
    for document in documents:
        assert len(document.metadata.encode()) <= LARGEST_METADATA_FILE
        assert len(json.dumps(document.attributes).encode()) <= FILTERABLE_METADATA
        assert {"families", "level", "topic"} <= document.attributes.keys()


def test_the_files_are_pairs_of_a_document_and_its_attributes(
    documents: tuple[Document, ...], tmp_path: Path
) -> None:
    write(documents, tmp_path)

    texts = set(tmp_path.rglob("*.md"))
    assert {Path(f"{path}{METADATA_SUFFIX}") for path in texts} == set(tmp_path.rglob(f"*{METADATA_SUFFIX}"))
    assert len(texts) == len(documents)
    for path in texts:
        attributes = json.loads(Path(f"{path}{METADATA_SUFFIX}").read_text())["metadataAttributes"]
        assert attributes["level"] in {"junior", "mid", "senior"}


def test_the_digest_follows_the_content(bank: Bank, documents: tuple[Document, ...]) -> None:
    first, *others = documents
    changed = Document(first.name, first.text + "More.\n", first.attributes)

    assert digest(documents) == digest(render(bank))
    assert digest(documents) != digest((changed, *others))
