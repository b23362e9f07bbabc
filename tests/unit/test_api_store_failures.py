"""A full disk or a locked database: a clear 503, nothing half-written, and the same request works afterwards."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

from tests.unit.conftest import CV, Api

# Everything of the `Store` port that REST calls; `swap` belongs to sockets.
METHODS = ["append", "read", "headers", "delete", "put_once", "held", "put_blob", "blob"]
RUN = f"k{hashlib.sha256(b'run').hexdigest()[:40]}"
REQUESTS: list[tuple[str, str, dict[str, Any]]] = [
    (
        "POST",
        "/api/sessions/create",
        {"json": {"interview_type": "Backend", "candidate_name": "Ada", "job_description": "Python"}},
    ),
    ("GET", "/api/sessions/list", {}),
    ("GET", "/api/sessions/{id}", {}),
    ("GET", "/api/interviews/{id}/transcript", {}),
    ("GET", "/api/interviews/{id}/cv-analysis", {}),
    ("POST", "/api/interviews/{id}/upload-cv", {"files": {"file": ("cv.txt", CV + b"\nGo\n")}}),
    ("POST", "/api/interviews/{id}/cv-uploads", {"json": {"filename": "cv.pdf", "size": 5_000_000}}),
    ("PUT", "/api/interviews/{id}/cv-analysis", {"json": {"resume": {}}, "headers": {"If-Match": "*"}}),
    ("POST", "/api/interviews/{id}/ticket", {}),
    ("POST", "/api/interviews/{id}/messages", {"json": {"text": "Hello", "item_id": "hello"}}),
    (
        "POST",
        "/api/interviews/{id}/code-runs",
        {"json": {"language": "python", "code": "1"}, "headers": {"Idempotency-Key": "run"}},
    ),
    ("GET", "/api/interviews/{id}/code-runs", {}),
    ("GET", f"/api/interviews/{{id}}/code-runs/{RUN}", {}),
    ("POST", "/api/interviews/{id}/end", {}),
    ("GET", "/api/interviews/{id}/performance-report", {}),
    (
        "PUT",
        "/api/interviews/{id}/performance-report/override",
        {"json": {"recommendation": "hire", "reason": "I asked once more."}},
    ),
    ("DELETE", "/api/sessions/{id}", {}),
]


def prepared(api: Api, path: str) -> str:
    """An interview that is where the request at `path` makes sense."""
    interview_id = api.create()
    assert api.upload(interview_id).status_code == 200
    if path.endswith(RUN):
        run: dict[str, Any] = {
            "json": {"language": "python", "code": "1"},
            "headers": {"Idempotency-Key": "run"},
        }
        assert api.client.post(f"/api/interviews/{interview_id}/code-runs", **run).json()["run_id"] == RUN
    if "performance-report" in path:
        assert api.say(interview_id, "Hello").status_code == 200
        api.end(interview_id)
    return interview_id


def kept(api: Api, interview_id: str) -> tuple[Any, ...]:
    reads = (
        f"/api/sessions/{interview_id}",
        f"/api/interviews/{interview_id}/transcript",
        f"/api/interviews/{interview_id}/cv-analysis",
        f"/api/interviews/{interview_id}/code-runs",
    )
    return tuple(api.client.get(path).json() for path in reads)


@pytest.mark.parametrize("failing", METHODS)
def test_a_store_that_fails_is_a_503_that_left_nothing_half_written(api: Api, failing: str) -> None:
    reached = False
    for method, path, body in REQUESTS:
        interview_id = prepared(api, path)
        address = path.format(id=interview_id)
        before = kept(api, interview_id)

        api.store.failed = set()
        api.store.failing = {failing}
        answer = api.client.request(method, address, **body)
        api.store.failing = set()

        if not api.store.failed:
            assert answer.status_code in {200, 201}, (path, answer.text)
            continue
        reached = True
        assert answer.status_code == 503, (path, answer.text)
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["problem"] == "store_unavailable"
        assert int(answer.headers["retry-after"]) > 0
        after = kept(api, interview_id)
        repeated = api.client.request(method, address, **body)
        assert repeated.status_code in {200, 201}, (path, repeated.text)
        if path.endswith("messages"):
            # The candidate's turn is a fact as soon as it is in the log; the answer comes with the repetition.
            said = [item["role"] for item in after[1]["items"]]
            assert said in ([], ["candidate"])
            items = kept(api, interview_id)[1]["items"]
            assert [item["role"] for item in items] == ["candidate", "interviewer"]
        elif method != "DELETE":
            assert after in (before, kept(api, interview_id)), path
    assert reached, f"no request of the table needs {failing}"
