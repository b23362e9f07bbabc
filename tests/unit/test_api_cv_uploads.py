"""Large CVs over REST: a form, the file by it, then its key."""

from __future__ import annotations

import io
import random
import zipfile
from typing import Any

import docx
import fpdf
import pytest
from starlette.requests import HTTPConnection

from runtime.people import Principal
from runtime.people.access import Role
from tests.unit.conftest import CV, Api, MakeApi
from tests.unit.test_api_bad_input import assert_problem

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def large() -> bytes:
    """A Word document over the 4 MB that upload-cv takes: a CV with a picture."""
    document = docx.Document()
    for line in CV.decode().splitlines():
        document.add_paragraph(line)
    stream = io.BytesIO()
    document.save(stream)
    with zipfile.ZipFile(stream, "a") as package:
        package.writestr("word/media/photo.bin", random.Random(1).randbytes(5 * 1024 * 1024))
    return stream.getvalue()


def pdf() -> bytes:
    document = fpdf.FPDF()
    document.add_page()
    document.set_font("helvetica", size=11)
    document.multi_cell(0, text=CV.decode())
    return bytes(document.output())


def form(api: Api, interview_id: str, size: int = len(CV), *, repeats: str = "") -> dict[str, Any]:
    answer = api.client.post(
        f"/api/interviews/{interview_id}/cv-uploads",
        json={"filename": "cv.txt", "content_type": "text/plain", "size": size},
        headers={"Idempotency-Key": repeats} if repeats else {},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def post(api: Api, given: dict[str, Any], document: bytes = CV) -> Any:
    return api.client.post(given["url"], data=given["fields"], files={"file": ("cv.txt", document)})


def take(api: Api, interview_id: str, key: str, **more: str) -> Any:
    return api.client.post(f"/api/interviews/{interview_id}/upload-cv", json={"key": key, **more})


def posted(api: Api, interview_id: str, document: bytes = CV) -> str:
    given = form(api, interview_id, len(document))
    assert post(api, given, document).status_code == 204
    return str(given["key"])


def versions(api: Api, interview_id: str) -> int:
    return int(api.client.get(f"/api/interviews/{interview_id}/cv-analysis").json()["version"])


def test_a_cv_over_four_megabytes_is_read_from_where_it_was_posted(api: Api) -> None:
    interview_id = api.create()
    document = large()
    given = api.client.post(
        f"/api/interviews/{interview_id}/cv-uploads",
        json={"filename": "Jane.docx", "content_type": WORD, "size": len(document)},
    ).json()
    assert post(api, given, document).status_code == 204

    answer = take(api, interview_id, given["key"], filename="Jane.docx")

    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] == '"1"'
    assert answer.json()["resume"]["basics"]["email"]["value"] == "jane@example.com"


def test_a_cv_that_is_too_large_to_be_sent_is_refused_with_the_next_line(api: Api) -> None:
    answer = api.upload(api.create(), large())

    assert "cv-uploads" in assert_problem(answer, 413, "too_large")["detail"]


def test_the_same_key_again_gives_the_same_version(api: Api) -> None:
    interview_id = api.create()
    key = posted(api, interview_id)

    first, again = take(api, interview_id, key), take(api, interview_id, key)

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.json() == again.json()
    assert versions(api, interview_id) == 1


def test_a_key_that_is_repeated_after_a_correction_does_not_undo_it(api: Api) -> None:
    interview_id = api.create()
    key = posted(api, interview_id)
    etag = take(api, interview_id, key).headers["etag"]
    path = f"/api/interviews/{interview_id}/cv-analysis"
    assert api.client.put(path, json={"resume": {}}, headers={"If-Match": etag}).status_code == 200

    assert take(api, interview_id, key).json()["version"] == 2


def test_what_was_read_is_not_kept_twice(api: Api) -> None:
    interview_id = api.create()
    take(api, interview_id, posted(api, interview_id))

    receipt = api.client.delete(f"/api/sessions/{interview_id}").json()["deleted"]

    # The document and its analysis.
    assert {place["place"]: place["count"] for place in receipt}["blobs/cvs"] == 2


def test_a_repeated_request_for_a_form_gives_the_same_key(api: Api) -> None:
    interview_id = api.create()

    keys = [form(api, interview_id, repeats="a")["key"] for _ in range(2)]

    assert keys[0] == keys[1]
    assert form(api, interview_id, repeats="b")["key"] != keys[0]
    assert form(api, interview_id)["key"] != form(api, interview_id)["key"]


def test_nothing_has_arrived_yet_is_said_with_the_way_on(api: Api) -> None:
    interview_id = api.create()

    answer = take(api, interview_id, form(api, interview_id)["key"])

    assert "post the file" in assert_problem(answer, 404, "not_there")["detail"]


def test_a_form_takes_one_file(api: Api) -> None:
    given = form(api, api.create())

    assert post(api, given).status_code == 204
    assert_problem(post(api, given), 404, "not_there")


def test_a_file_of_another_size_does_not_use_the_form_up(api: Api) -> None:
    given = form(api, api.create())

    assert "bytes" in assert_problem(post(api, given, CV + b"x"), 422, "unreadable_document")["detail"]
    assert post(api, given).status_code == 204


def test_the_address_takes_no_more_than_any_form_could_allow(api: Api) -> None:
    given = form(api, api.create(), 10 * 1024 * 1024)

    assert_problem(post(api, given, bytes(11 * 1024 * 1024)), 413, "too_large")


@pytest.mark.parametrize("address", ["/api/uploads/", "/api/uploads/x", "/api/uploads/a/b"])
def test_no_other_address_takes_a_file(api: Api, address: str) -> None:
    answer = api.client.post(address, data={"key": "x"}, files={"file": ("cv.txt", CV)})

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_another_interviews_key_opens_nothing(api: Api) -> None:
    mine, other = api.create(), api.create()
    key = posted(api, other)

    assert_problem(take(api, mine, key), 404, "not_there")
    assert take(api, other, key).status_code == 200


@pytest.mark.parametrize(
    "key",
    [
        "{prefix}/../{name}",
        "{prefix}/uploads/../uploads/{name}",
        "{prefix}/{name}",
        "/{prefix}/uploads/{name}",
        "{prefix}/uploads/{name}/",
        "{prefix}/uploads/%2e%2e/{name}",
        "sessions/{id}/uploads/{name}",
        "..",
    ],
)
def test_a_key_with_tricks_is_no_key(api: Api, key: str) -> None:
    interview_id = api.create()
    name = posted(api, interview_id).rpartition("/")[2]

    answer = take(api, interview_id, key.format(prefix=f"cvs/{interview_id}", name=name, id=interview_id))

    assert_problem(answer, 404, "not_there")


@pytest.mark.parametrize(
    "body", [{}, {"key": ""}, {"key": 3}, {"key": "a\x00b"}, [], "key", {"key": "x" * 301}]
)
def test_a_body_without_a_key_is_refused_by_name(api: Api, body: Any) -> None:
    answer = api.client.post(f"/api/interviews/{api.create()}/upload-cv", json=body)

    assert_problem(answer, 422, "invalid_request")


@pytest.mark.parametrize(
    ("filename", "content_type"),
    [
        ("cv.doc", "application/msword"),
        ("cv.rtf", "application/rtf"),
        ("cv.odt", "application/vnd.oasis.opendocument.text"),
        ("cv.png", "image/png"),
        ("cv", "text/html"),
        ("cv.pdf.exe", "application/x-msdownload"),
    ],
)
def test_a_kind_that_is_not_read_gets_no_form(api: Api, filename: str, content_type: str) -> None:
    answer = api.client.post(
        f"/api/interviews/{api.create()}/cv-uploads",
        json={"filename": filename, "content_type": content_type, "size": 10},
    )

    assert ".docx" in assert_problem(answer, 415, "unsupported_document")["detail"]


@pytest.mark.parametrize("filename", ["cv.txt", "cv", "cv.bin", "my.cv", "cv.docx"])
@pytest.mark.parametrize("content_type", ["", "application/octet-stream", "application/pdf"])
def test_a_name_that_is_wrong_gets_a_form_wherever_upload_cv_would_go_by_the_content(
    api: Api, filename: str, content_type: str
) -> None:
    interview_id, document = api.create(), pdf()
    sent = api.client.post(
        f"/api/interviews/{api.create()}/upload-cv", files={"file": (filename, document, content_type)}
    )
    given = api.client.post(
        f"/api/interviews/{interview_id}/cv-uploads",
        json={"filename": filename, "content_type": content_type, "size": len(document)},
    ).json()

    assert post(api, given, document).status_code == 204
    posted = take(api, interview_id, given["key"], filename=filename)
    assert posted.status_code == 200, posted.text
    assert posted.json() == sent.json()


def test_text_without_a_name_is_read_by_its_key(api: Api) -> None:
    interview_id = api.create()
    given = api.client.post(
        f"/api/interviews/{interview_id}/cv-uploads", json={"filename": "cv", "size": len(CV)}
    ).json()
    post(api, given)

    assert take(api, interview_id, given["key"]).status_code == 200


@pytest.mark.parametrize(
    "content_type", ["", "application/octet-stream", "text/plain; charset=utf-8", "TEXT/PLAIN"]
)
def test_what_a_browser_calls_a_file_of_text_is_taken(api: Api, content_type: str) -> None:
    interview_id = api.create()
    given = api.client.post(
        f"/api/interviews/{interview_id}/cv-uploads",
        json={"filename": "cv.txt", "content_type": content_type, "size": len(CV)},
    ).json()

    assert post(api, given).status_code == 204
    assert take(api, interview_id, given["key"]).status_code == 200


@pytest.mark.parametrize(
    ("size", "status"), [(10 * 1024 * 1024 + 1, 413), (0, 422), (-1, 422), ("5", 422), (1.5, 422)]
)
def test_a_size_that_cannot_be_gets_no_form(api: Api, size: Any, status: int) -> None:
    answer = api.client.post(
        f"/api/interviews/{api.create()}/cv-uploads", json={"filename": "cv.txt", "size": size}
    )

    assert answer.status_code == status


def test_a_document_that_cannot_be_read_is_not_kept(api: Api) -> None:
    interview_id = api.create()
    key = posted(api, interview_id, bytes(100))

    assert_problem(take(api, interview_id, key), 415, "unsupported_document")
    assert_problem(take(api, interview_id, key), 404, "not_there")
    receipt = api.client.delete(f"/api/sessions/{interview_id}").json()["deleted"]
    assert {place["place"]: place["count"] for place in receipt}["blobs/cvs"] == 0


def test_an_upload_for_an_interview_that_was_deleted_meanwhile_leaves_nothing(api: Api) -> None:
    interview_id = api.create()
    given = form(api, interview_id)
    api.client.delete(f"/api/sessions/{interview_id}")

    assert_problem(post(api, given), 404, "unknown_interview")
    assert_problem(take(api, interview_id, given["key"]), 404, "unknown_interview")


def test_an_upload_that_was_posted_before_the_interview_ended_comes_too_late(api: Api) -> None:
    interview_id = api.create()
    key = posted(api, interview_id)
    api.say(interview_id, "Hello")
    api.end(interview_id)

    assert_problem(take(api, interview_id, key), 409, "interview_ended")


def test_whoever_may_only_read_gets_no_form(make_api: MakeApi) -> None:
    def caller(connection: HTTPConnection) -> Principal:
        role = Role(connection.headers.get("x-role", "candidate"))
        return Principal(id=role.value, roles=frozenset({role}))

    api = make_api(authenticate=caller)
    interview_id = api.create()
    answer = api.client.post(
        f"/api/interviews/{interview_id}/cv-uploads",
        json={"filename": "cv.txt", "size": 10},
        headers={"x-role": "reviewer"},
    )

    assert_problem(answer, 404, "unknown_interview")
