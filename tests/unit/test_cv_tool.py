"""The CV analyzer's handler: direct payloads and an agent's events."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from lambdas.cv_analyzer import handler as entry
from runtime.cv.errors import DocumentNotFound

TEXT = """Jane Smith
jane.smith@example.com

Experience
Welder at Iron Works Ltd
Jan 2019 - present
- Built a footbridge

Skills
Welding, Brazing
"""


class _Folder:
    """A store of documents in memory."""

    bucket = "prepai-data"

    def __init__(self, documents: dict[str, bytes]) -> None:
        self._documents = documents

    def read(self, key: str) -> bytes:
        try:
            return self._documents[key]
        except KeyError:
            raise DocumentNotFound("No document lies under that key; upload it first.") from None


@pytest.fixture
def stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        entry, "SOURCE", _Folder({"cvs/i-1/cv.txt": TEXT.encode(), "cvs/i-2/cv.txt": TEXT.encode()})
    )


def _agent(parameters: dict[str, str], attributes: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "messageVersion": "1.0",
        "agent": {"name": "interviewer", "id": "A", "alias": "B", "version": "1"},
        "sessionId": "s",
        "inputText": "read my CV",
        "actionGroup": "cv_analyzer",
        "function": "analyze_cv",
        "parameters": [
            {"name": name, "type": "string", "value": value} for name, value in parameters.items()
        ],
        "sessionAttributes": attributes or {},
        "promptSessionAttributes": {},
    }


def _body(answer: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer["response"]["functionResponse"]["responseBody"]["TEXT"]["body"])
    return body


def test_a_text_is_answered_with_resume_and_analysis() -> None:
    answer = entry.handler({"cvText": TEXT, "asOf": "2020-12-31"})
    assert set(answer) == {"resume", "analysis"}
    assert answer["resume"]["basics"]["name"]["value"] == "Jane Smith"
    assert answer["analysis"]["total_years"] == 2.0
    assert "endDate" not in answer["resume"]["work"][0]


def test_a_document_in_base64_is_read_like_the_text() -> None:
    document = base64.b64encode(TEXT.encode()).decode()
    assert entry.handler({"document": document, "fileName": "cv.txt"}) == entry.handler({"cvText": TEXT})


def test_skills_can_be_left_out() -> None:
    assert entry.handler({"cvText": TEXT, "extractSkills": False})["resume"]["skills"] == []


@pytest.mark.parametrize(
    ("event", "kind", "way_out"),
    [
        ({}, "invalid_request", "exactly one of cvText, document"),
        ({"cvText": TEXT, "s3Key": "cvs/i-1/cv.txt"}, "invalid_request", "got cvText, s3Key"),
        ({"document": "AAAA"}, "invalid_request", "fileName"),
        ({"document": "???", "fileName": "cv.txt"}, "unreadable_document", "base64"),
        ({"document": "AAAA", "fileName": "cv.exe"}, "unsupported_document", "Word document (.docx)"),
        ({"cvText": TEXT, "asOf": "yesterday"}, "invalid_request", "asOf"),
        (
            {"s3Key": "cvs/i-1/cv.txt"},
            "store_not_configured",
            "document (base64, with fileName) or as cvText",
        ),
    ],
)
def test_a_wrong_request_is_an_answer_that_names_the_way_out(
    event: dict[str, Any], kind: str, way_out: str
) -> None:
    error = entry.handler(event)["error"]
    assert error["type"] == kind
    assert way_out in error["detail"]


@pytest.mark.usefixtures("stored")
def test_a_key_is_read_from_the_configured_bucket() -> None:
    answer = entry.handler({"s3Bucket": "prepai-data", "s3Key": "cvs/i-1/cv.txt"})
    assert answer["resume"]["basics"]["name"]["value"] == "Jane Smith"


@pytest.mark.usefixtures("stored")
def test_another_bucket_than_the_configured_one_is_refused() -> None:
    assert (
        entry.handler({"s3Bucket": "other", "s3Key": "cvs/i-1/cv.txt"})["error"]["type"]
        == "store_not_configured"
    )


@pytest.mark.usefixtures("stored")
def test_a_key_without_a_document_says_so() -> None:
    assert entry.handler({"s3Key": "cvs/i-1/none.txt"})["error"]["type"] == "document_not_found"


@pytest.mark.usefixtures("stored")
def test_an_agent_reads_the_cv_of_its_own_interview_as_bare_values() -> None:
    answer = entry.handler(_agent({"s3Key": "cvs/i-1/cv.txt"}, {"interviewId": "i-1"}))
    assert answer["messageVersion"] == "1.0"
    assert (answer["response"]["actionGroup"], answer["response"]["function"]) == (
        "cv_analyzer",
        "analyze_cv",
    )
    assert _body(answer)["resume"]["work"][0]["position"] == "Welder"


@pytest.mark.usefixtures("stored")
def test_an_agent_is_not_told_where_a_skill_stands() -> None:
    shown = TEXT.replace("Built a footbridge", "Welding of a footbridge")
    told = _body(entry.handler(_agent({"cvText": shown, "asOf": "2019-01-31"})))["analysis"]["skills"]
    assert told[0] | {"years": None} == {
        "name": "Welding", "id": "welding", "category": "metal", "family": "trades", "declared": True,
        "years": None, "last_used": "2019-01",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("parameters", "attributes"),
    [
        ({"s3Key": "cvs/i-2/cv.txt"}, {"interviewId": "i-1"}),
        ({"s3Key": "cvs/i-1/../i-2/cv.txt"}, {"interviewId": "i-1"}),
        ({"s3Key": "cvs/i-1"}, {"interviewId": "i-1"}),
        ({"s3Key": "cvs/i-1/cv.txt"}, {}),
        ({"s3_key": "cvs/i-2/cv.txt"}, {"interviewId": "i-1"}),
        ({"s3Key": "cvs/i-2/cv.txt", "interviewId": "i-2"}, {"interviewId": "i-1"}),
        ({"s3Bucket": "prepai-data", "s3Key": "cvs/i-1/cv.txt"}, {"interviewId": "i-1"}),
        ({"s3Key": "cvs/x/cv.txt"}, {"interviewId": "x/../../i-2"}),
    ],
)
def test_an_agent_cannot_reach_past_its_own_interview(
    parameters: dict[str, str], attributes: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    body = _body(entry.handler(_agent(parameters, attributes)))
    assert body["error"]["type"] == "refused"
    assert "refused a tool call" in caplog.text
    assert "i-2" not in caplog.text


def test_an_agents_wrong_request_is_an_answer_in_its_own_form() -> None:
    answer = entry.handler(_agent({}))
    assert _body(answer)["error"]["type"] == "invalid_request"
