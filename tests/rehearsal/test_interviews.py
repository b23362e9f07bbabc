"""An interview by the deployed API: create, CV, code, messages, end, report, delete; and where its data is."""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import Any, Final

import docx
import httpx
import pytest

from tests.rehearsal.conftest import Callers, Deployment

# Words that nobody else says: what is searched for afterwards.
MARK: Final = "zanzibarquartz"
CV: Final = f"""Robin Example
robin@example.com

Experience
Backend Engineer, Example Ltd
Jan 2020 - present
Built payment services in Python, and a {MARK} by hand

Skills
Python, SQL
""".encode()
WORD: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
CODE: Final = {
    "language": "python",
    "code": f"def double(n):\n    print('{MARK}')\n    return 2 * n\n",
    "functionName": "double",
    "testCases": [{"input": "2", "expected": "4"}, {"input": "3", "expected": "7"}],
}


def _held(callers: Callers, interview: str) -> dict[str, Any]:
    """The whole interview, typed; every answer by the name of its route."""
    candidate = callers["candidate"]
    at = f"/api/interviews/{interview}"
    found = {
        "upload-cv": candidate.post(f"{at}/upload-cv", files={"file": ("cv.txt", CV)}),
        "code-runs": candidate.post(f"{at}/code-runs", json=CODE),
        "hello": candidate.post(f"{at}/messages", json={"text": "Hello, I am ready."}),
        "messages": candidate.post(
            f"{at}/messages",
            json={
                "text": f"Stale reads: the {MARK} is old until the entry expires or is invalidated on every write."
            },
        ),
        "end": candidate.post(f"{at}/end"),
        "performance-report": callers["reviewer"].get(f"{at}/performance-report"),
        "transcript": callers["reviewer"].get(f"{at}/transcript"),
    }
    return {name: (answer.status_code, answer.json()) for name, answer in found.items()}


@pytest.fixture(scope="module")
def held(callers: Callers) -> dict[str, Any]:
    """One interview that was held and ended; it is not deleted."""
    created = callers["candidate"].post(
        "/api/sessions/create", json={"interview_type": "Backend engineer", "candidate_name": "Robin Example"}
    )
    assert created.status_code == 201, created.text
    interview = created.json()["session_id"]
    return {"id": interview, **_held(callers, interview)}


def test_a_cv_is_read_by_its_function(held: dict[str, Any]) -> None:
    status, analysis = held["upload-cv"]

    assert status == 200
    assert analysis["resume"]["basics"]["email"]["value"] == "robin@example.com"


def _large() -> bytes:
    """A Word document that no request to the API could carry: the CV with a picture."""
    document = docx.Document()
    for line in CV.decode().splitlines():
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("word/media/photo.bin", random.Random(1).randbytes(6 * 1024 * 1024))
    return stream.getvalue()


def test_a_large_cv_goes_to_the_bucket_by_a_form_and_is_read_there(
    callers: Callers, interview: str, deployment: Deployment
) -> None:
    candidate, at, document = callers["candidate"], f"/api/interviews/{interview}", _large()
    asked = {"filename": "cv.docx", "content_type": WORD, "size": len(document)}
    form = candidate.post(f"{at}/cv-uploads", json=asked).json()

    def post(body: bytes, **changes: str) -> int:
        # The bucket is asked, and neither the distribution nor the API, which know nothing of whose form it is.
        return httpx.post(
            form["url"],
            data=form["fields"] | changes,
            files={"file": ("cv.docx", body)},
            verify=deployment.cloud.trust,
            timeout=60,
            trust_env=False,
        ).status_code

    assert post(document + b"x") == 400
    assert post(document, key=form["key"].replace(interview, "another")) == 403
    assert post(document, **{"Content-Type": "text/html"}) == 403
    assert candidate.post(f"{at}/upload-cv", json={"key": form["key"]}).status_code == 404
    assert post(document) == 204

    read = candidate.post(f"{at}/upload-cv", json={"key": form["key"], "filename": "cv.docx"})

    assert read.status_code == 200, read.text
    assert read.json()["resume"]["basics"]["email"]["value"] == "robin@example.com"
    assert candidate.post(f"{at}/upload-cv", json={"key": form["key"]}).json() == read.json()
    # The upload is gone with every version; what was read stays, under its digest.
    assert not [key for key in _keys(deployment, interview) if "/uploads/" in key]
    assert len([key for key in _keys(deployment, interview) if key.endswith(".docx")]) == 1


def test_code_is_run_by_the_executor_in_its_real_sandbox(held: dict[str, Any]) -> None:
    status, run = held["code-runs"]

    assert status == 200
    assert [result["verdict"] for result in run["results"]] == ["AC", "WA"]
    assert "WebAssembly" in run["isolation"]


def test_what_is_typed_is_answered(held: dict[str, Any]) -> None:
    status, answer = held["messages"]

    assert status == 200
    assert answer["reply"]["text"]


def test_it_ends_with_a_report_by_the_evaluators_function(held: dict[str, Any]) -> None:
    assert held["end"][0] in {200, 202}
    status, report = held["performance-report"]
    assert status == 200
    assert set(report["scores"]) >= {"technical_knowledge", "communication"}
    assert report["interview_id"] == held["id"]


def test_it_is_in_the_table_and_its_documents_in_the_bucket(
    held: dict[str, Any], deployment: Deployment
) -> None:
    assert held["transcript"][0] == 200
    events = [item for item in _items(deployment, held["id"]) if item["sk"]["S"].startswith("event#")]
    keys = _keys(deployment, held["id"])

    assert len(events) >= 8
    assert {key.split("/")[0] for key in keys} >= {"cvs", "reports", "sessions"}


def test_no_word_of_the_candidates_is_in_a_log(held: dict[str, Any], deployment: Deployment) -> None:
    lines = deployment.logged()

    assert any(held["id"] in line or "REPORT" in line for line in lines)
    assert [line for line in lines if MARK in line or "robin@example.com" in line] == []


def test_after_a_deletion_nothing_is_left_but_the_tombstone(
    callers: Callers, interview: str, deployment: Deployment
) -> None:
    statuses = {name: answer[0] for name, answer in _held(callers, interview).items()}
    assert set(statuses.values()) <= {200, 202}, statuses
    assert _keys(deployment, interview)

    receipt = callers["candidate"].delete(f"/api/sessions/{interview}")

    assert receipt.status_code == 200
    assert sum(place["count"] for place in receipt.json()["deleted"]) > 8
    assert _keys(deployment, interview) == []
    left = _items(deployment, interview)
    assert [(item["sk"]["S"], "deleted_at" in item) for item in left] == [("head", True)]
    assert MARK not in json.dumps(left)
    assert callers["reviewer"].get(f"/api/sessions/{interview}").status_code == 404


def _items(deployment: Deployment, interview: str) -> list[Any]:
    """Every item that names the interview anywhere, whatever its key."""
    pages = deployment.cloud.client("dynamodb").get_paginator("scan")
    return [
        item
        for page in pages.paginate(TableName=deployment.outputs["TableName"])
        for item in page["Items"]
        if interview in str(item)
    ]


def _keys(deployment: Deployment, interview: str) -> list[str]:
    """Every version and delete marker that names the interview."""
    pages = deployment.cloud.client("s3").get_paginator("list_object_versions")
    return [
        found["Key"]
        for page in pages.paginate(Bucket=deployment.outputs["BucketName"])
        for kind in ("Versions", "DeleteMarkers")
        for found in page.get(kind, ())
        if interview in found["Key"]
    ]
