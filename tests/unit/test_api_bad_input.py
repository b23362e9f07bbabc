"""Bad input gets a problem that says what was expected: never a 500, never a half-written interview."""

from __future__ import annotations

import io
import json
import re
import zipfile
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.conftest import CV, Api

UNKNOWN = "11111111-2222-4333-8444-555555555555"
PROFILE: dict[str, Any] = {"resume": {}}
CV_FILE = {"filename": "cv.pdf", "content_type": "application/pdf", "size": 5_000_000}
# Every route that names an interview, with a body that would be taken.
ROUTES: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/api/sessions/{id}", {}),
    ("DELETE", "/api/sessions/{id}", {}),
    ("GET", "/api/interviews/{id}/transcript", {}),
    ("POST", "/api/interviews/{id}/upload-cv", {"files": {"file": ("cv.txt", CV)}}),
    ("POST", "/api/interviews/{id}/cv-uploads", {"json": CV_FILE}),
    ("GET", "/api/interviews/{id}/cv-analysis", {}),
    ("PUT", "/api/interviews/{id}/cv-analysis", {"json": PROFILE, "headers": {"If-Match": '"1"'}}),
    ("POST", "/api/interviews/{id}/ticket", {}),
    ("POST", "/api/interviews/{id}/messages", {"json": {"text": "Hello"}}),
    ("POST", "/api/interviews/{id}/code-runs", {"json": {"language": "python", "code": "1"}}),
    ("GET", "/api/interviews/{id}/code-runs", {}),
    ("GET", "/api/interviews/{id}/code-runs/r1", {}),
    ("POST", "/api/interviews/{id}/end", {}),
    ("GET", "/api/interviews/{id}/performance-report", {}),
    (
        "PUT",
        "/api/interviews/{id}/performance-report/override",
        {"json": {"recommendation": "hire", "reason": "I asked once more."}},
    ),
]


def assert_problem(answer: Any, status: int, kind: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert problem["status"] == status
    assert problem["problem"] == kind
    assert problem["title"]
    assert problem["detail"]
    return problem


def said_of(node: Any) -> list[Any]:
    """Everything in a profile that is a value."""
    if isinstance(node, dict):
        return [value for child in node.values() for value in said_of(child)]
    if isinstance(node, list):
        return [value for child in node for value in said_of(child)]
    return [node]


def test_the_table_has_every_route_of_an_interview(api: Api) -> None:
    paths = api.client.get("/openapi.json").json()["paths"]
    served = {
        (method.upper(), re.sub(r"{(session|interview)_id}", "{id}", path).replace("{run_id}", "r1"))
        for path, methods in paths.items()
        for method in methods
        if "_id}" in path
    }

    assert {(method, path) for method, path, _ in ROUTES} == served


@pytest.mark.parametrize(("method", "path", "body"), ROUTES)
@pytest.mark.parametrize("interview_id", [UNKNOWN, "x", "%00", "%ED%A0%80", "..", "a" * 64, "'; DROP TABLE"])
def test_an_unknown_interview_is_not_found(
    api: Api, method: str, path: str, body: dict[str, Any], interview_id: str
) -> None:
    answer = api.client.request(method, path.format(id=interview_id), **body)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("messages", {"json": {"text": "One more thing"}}),
        ("code-runs", {"json": {"language": "python", "code": "1"}}),
        ("upload-cv", {"files": {"file": ("cv.txt", CV)}}),
        ("cv-uploads", {"json": CV_FILE}),
    ],
)
def test_an_ended_interview_takes_nothing_more(api: Api, path: str, body: dict[str, Any]) -> None:
    interview_id = api.create()
    api.say(interview_id, "Hello")
    api.end(interview_id)
    before = api.client.get(f"/api/interviews/{interview_id}/transcript").json()

    answer = api.client.post(f"/api/interviews/{interview_id}/{path}", **body)

    assert_problem(answer, 409, "interview_ended")
    assert api.client.get(f"/api/interviews/{interview_id}/transcript").json() == before
    assert api.engine.ran == []


def test_a_profile_of_an_ended_interview_is_final(api: Api) -> None:
    interview_id = api.create()
    etag = api.upload(interview_id).headers["etag"]
    api.end(interview_id)

    answer = api.client.put(
        f"/api/interviews/{interview_id}/cv-analysis", json=PROFILE, headers={"If-Match": etag}
    )

    assert_problem(answer, 409, "interview_ended")


def test_the_report_of_a_running_interview_is_refused_and_of_an_unasked_one_not_there(api: Api) -> None:
    interview_id = api.create()
    report = f"/api/interviews/{interview_id}/performance-report"

    assert_problem(api.client.get(report), 409, "interview_not_ended")
    api.end(interview_id)
    assert_problem(api.client.get(report), 404, "not_there")


# CVs


@pytest.mark.parametrize("name", ["photo.png", "cv.exe", "cv", "archive.zip"])
def test_another_kind_of_document_is_unsupported(api: Api, name: str) -> None:
    interview_id = api.create()

    assert_problem(
        api.upload(interview_id, b"\x89PNG\r\n\x1a\n" + bytes(64), name), 415, "unsupported_document"
    )
    assert api.client.get(f"/api/interviews/{interview_id}/cv-analysis").status_code == 404


@pytest.mark.parametrize("body", [b"", b" \n\t\n", b"\xef\xbb\xbf"])
def test_an_empty_cv_is_said_to_be_empty_and_invents_nothing(api: Api, body: bytes) -> None:
    answer = api.upload(api.create(), body)

    assert answer.status_code == 200
    profile = answer.json()
    assert profile["analysis"]["status"] == "ok"
    assert "is empty" in profile["analysis"]["message"]
    assert said_of(profile["resume"]) == []


def test_a_scanned_cv_needs_ocr_and_invents_nothing(api: Api) -> None:
    answer = api.upload(api.create(), _page_without_text(), "scan.pdf")

    assert answer.status_code == 200, answer.text
    assert answer.json()["analysis"]["status"] == "needs_ocr"
    assert said_of(answer.json()["resume"]) == []


@pytest.mark.parametrize("name", ["cv.pdf", "cv.docx"])
@pytest.mark.parametrize("body", [b"%PDF-1.7 and nothing more", b"PK\x03\x04 broken", bytes(1000)])
def test_a_broken_document_is_refused_in_a_sentence(api: Api, name: str, body: bytes) -> None:
    answer = api.upload(api.create(), body, name)

    assert answer.status_code in {415, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_docx_that_is_another_archive_is_refused_in_a_sentence(api: Api) -> None:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("hello.txt", "hello")

    answer = api.upload(api.create(), archive.getvalue(), "cv.docx")

    assert answer.status_code in {415, 422}, answer.text


def test_a_cv_is_read_and_the_interview_goes_on_from_it(api: Api) -> None:
    interview_id = api.create()

    answer = api.upload(interview_id)

    assert answer.status_code == 200
    assert answer.json()["resume"]["basics"]["email"]["value"] == "jane@example.com"
    assert api.say(interview_id, "Hello").status_code == 200


def test_a_profile_that_no_plan_could_read_is_refused_before_it_is_kept(api: Api) -> None:
    interview_id = api.create()
    etag = api.upload(interview_id).headers["etag"]
    path = f"/api/interviews/{interview_id}/cv-analysis"

    answer = api.client.put(path, json={"resume": {"work": "many years"}}, headers={"If-Match": etag})

    assert_problem(answer, 422, "invalid_request")
    assert api.client.get(path).headers["etag"] == etag
    assert api.say(interview_id, "Hello").status_code == 200


# Messages and bodies


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b"7",
        b'{"text": null}',
        b'{"text": ""}',
        b'{"text": "   "}',
        b'{"text": 7}',
        b'{"text": "a\\u0000b"}',
        b'{"text": "\\ud800"}',
        b'{"text": "\xff"}',
        b"\xff\xfe",
        json.dumps({"text": "a" * 20_001}).encode(),
        b'{"text": "a", "item_id": "../../etc"}',
        b"[" * 100_000,
        b"1" * 5_000,
    ],
    ids=lambda raw: repr(raw[:24]),
)
def test_a_message_that_is_none_is_refused_and_nothing_is_stored(api: Api, raw: bytes) -> None:
    interview_id = api.create()

    answer = api.client.post(
        f"/api/interviews/{interview_id}/messages",
        content=raw,
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code in {400, 422}, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert api.client.get(f"/api/interviews/{interview_id}/transcript").json()["items"] == []


def test_a_message_of_twenty_thousand_characters_is_taken_whole(api: Api) -> None:
    interview_id = api.create()
    text = "é" * 20_000

    assert api.say(interview_id, text).status_code == 200

    said = api.client.get(f"/api/interviews/{interview_id}/transcript").json()["items"][0]
    assert said["text"] == text


def test_half_a_character_in_a_profile_is_refused_before_it_is_kept(api: Api) -> None:
    interview_id = api.create()
    etag = api.upload(interview_id).headers["etag"]
    path = f"/api/interviews/{interview_id}/cv-analysis"
    resume = api.client.get(path).json()["resume"]
    resume["basics"]["name"]["value"] = "\ud800"

    answer = api.client.put(
        path,
        content=json.dumps({"resume": resume}),
        headers={"If-Match": etag, "Content-Type": "application/json"},
    )

    assert_problem(answer, 422, "invalid_request")
    assert api.client.get(path).headers["etag"] == etag


@pytest.mark.parametrize(
    "change",
    [
        {"candidate_name": ""},
        {"candidate_name": " "},
        {"candidate_name": "a" * 201},
        {"candidate_name": "a\x00b"},
        {"interview_type": None},
        {"level": "wizard"},
        {"language": "not a language"},
        {"language": "en\n"},
        {"duration_minutes": -1},
        {"duration_minutes": 0},
        {"duration_minutes": 10**400},
        {"duration_minutes": "soon"},
        {"mode": "exam"},
        {"job_description": "a" * 20_001},
        {"job_description": "a\x00b"},
        {"recording": "perhaps"},
        {"recording": 1},
    ],
    ids=str,
)
def test_an_interview_that_cannot_be_is_not_created(api: Api, change: dict[str, Any]) -> None:
    body = {"interview_type": "Backend", "candidate_name": "Ada"} | change

    problem = assert_problem(api.client.post("/api/sessions/create", json=body), 422, "invalid_request")

    assert problem["errors"][0]["field"].startswith(f"body.{next(iter(change))}")
    assert api.client.get("/api/sessions/list").json()["items"] == []


@pytest.mark.parametrize(
    "query",
    [
        "limit=-1",
        "limit=0",
        "limit=101",
        "limit=many",
        "limit=1e9",
        "cursor=",
        "cursor=nonsense",
        "cursor=W10=",
        "cursor=e30=",
        "cursor=WzEsMl0=",
        "cursor=%00",
        "cursor=" + "A" * 501,
        # A list of a date and half a character.
        "cursor=WyIyMDI2LTAxLTAxVDAwOjAwOjAwIiwgIlx1ZDgwMCJd",
    ],
)
def test_a_page_that_cannot_be_is_refused(api: Api, query: str) -> None:
    assert_problem(api.client.get(f"/api/sessions/list?{query}"), 422, "invalid_request")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"language": "python"}, 422),
        ({"code": "1"}, 422),
        ({"language": "cobol", "code": "1"}, 422),
        ({"language": "python", "code": "a" * 70_000}, 413),
        ({"language": "python", "code": "1", "testCases": [{}] * 201}, 413),
        ({"language": "python", "code": "1", "testCases": "no list"}, 422),
        ({"language": "python", "code": "1", "testCases": [{"args": [1]}]}, 422),
        ({"language": "python", "code": "1", "functionName": "f", "testCases": [{"input": "{"}]}, 422),
        ({"language": "python", "code": "1", "functionName": "f", "testCases": [{"stdin": "1"}]}, 422),
    ],
    ids=lambda value: str(value)[:60],
)
def test_code_that_cannot_be_run_is_refused_and_not_kept(api: Api, body: dict[str, Any], status: int) -> None:
    interview_id = api.create()
    path = f"/api/interviews/{interview_id}/code-runs"

    answer = api.client.post(path, content=json.dumps(body), headers={"Content-Type": "application/json"})

    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert api.client.get(path).json()["items"] == []


@pytest.mark.parametrize("key", ["code", "language", "functionName"])
def test_half_a_character_in_code_is_answered(api: Api, key: str) -> None:
    interview_id = api.create()
    body = {"language": "python", "code": "1"} | {key: "\ud800"}

    answer = api.client.post(
        f"/api/interviews/{interview_id}/code-runs",
        content=json.dumps(body),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code in {200, 422}, answer.text
    assert api.client.get(f"/api/interviews/{interview_id}/transcript").status_code == 200


def test_a_busy_sandbox_says_when_to_come_again(api: Api) -> None:
    api.engine.busy = True

    answer = api.client.post(
        f"/api/interviews/{api.create()}/code-runs", json={"language": "python", "code": "1"}
    )

    assert_problem(answer, 503, "sandbox_busy")
    assert int(answer.headers["retry-after"]) > 0


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(body=_JSON, route=st.sampled_from(["create", "messages", "code-runs", "cv-analysis"]))
def test_no_json_becomes_an_error_of_ours(api: Api, body: Any, route: str) -> None:
    raw = json.dumps(body)
    interview_id = api.create()
    path = "/api/sessions/create" if route == "create" else f"/api/interviews/{interview_id}/{route}"
    method = "PUT" if route == "cv-analysis" else "POST"

    answer = api.client.request(method, path, content=raw, headers={"Content-Type": "application/json"})

    assert answer.status_code in {400, 404, 422}, answer.text


# Addresses and methods


@pytest.mark.parametrize("path", ["/api", "/api/nothing", "/nothing", "/api/sessions/list/", "/docs/nothing"])
def test_an_address_with_nothing_at_it_is_a_problem(api: Api, path: str) -> None:
    assert api.client.get(path).headers["content-type"] == "application/problem+json"
    assert api.client.get(path).status_code == 404


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/api/sessions/create", {"POST"}),
        ("POST", "/api/sessions/list", {"GET"}),
        ("PATCH", "/api/sessions/x", {"GET", "DELETE"}),
        ("DELETE", "/api/interviews/x/code-runs", {"GET", "POST"}),
        ("POST", "/api/interviews/x/transcript", {"GET"}),
        ("POST", "/health", {"GET"}),
    ],
)
def test_a_method_that_is_not_taken_is_a_problem_that_names_those_that_are(
    api: Api, method: str, path: str, allowed: set[str]
) -> None:
    answer = api.client.request(method, path)

    assert_problem(answer, 405, "method_not_allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed


def test_unknown_fields_of_a_request_are_ignored(api: Api) -> None:
    interview_id = api.create(favourite_colour="blue", nested={"a": [1]})

    answer = api.client.post(
        f"/api/interviews/{interview_id}/messages", json={"text": "Hello", "mood": "good"}
    )

    assert answer.status_code == 200


def test_a_name_with_markup_is_text_and_nothing_else(api: Api) -> None:
    name = '<script>alert("1")</script>'
    interview_id = api.create(candidate_name=name)

    answer = api.client.get(f"/api/sessions/{interview_id}")

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.json()["candidate_name"] == name


def _page_without_text() -> bytes:
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << >> >>",
    ]
    body = b"%PDF-1.4\n"
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    start = len(body)
    body += b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % at for at in offsets)
    return body + b"trailer\n<< /Size 4 /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % start


def test_a_refused_value_is_told_without_the_words_of_our_library(api: Api) -> None:
    run = {"language": "python", "code": "", "functionName": "f", "testCases": [{"input": "1", "args": [1]}]}
    answer = api.client.post(f"/api/interviews/{api.create()}/code-runs", json=run)
    assert answer.status_code == 422
    assert answer.json()["detail"].startswith("body.testCases.0: expected either input or args; got both"), (
        answer.text
    )
