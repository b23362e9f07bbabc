"""What never reaches a use case: strangers' pages, other names for this machine, bodies over the limit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.websockets import WebSocketDisconnect

from tests.unit.conftest import CV, Api, MakeApi

MB = 1024 * 1024


@pytest.mark.parametrize(
    "host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "localhost", "127.0.0.1:1", "LOCALHOST:8000"]
)
def test_this_machines_own_names_are_answered(api: Api, host: str) -> None:
    assert api.client.get("/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "rebound.example",
        "rebound.example:8000",
        "localhost.example",
        "127.0.0.1.example",
        "localhost@rebound.example",
        "192.168.0.7:8000",
        "[::2]:8000",
        "[::1",
        "",
    ],
)
@pytest.mark.parametrize("path", ["/health", "/", "/api/sessions/list", "/docs", "/openapi.json"])
def test_another_name_for_this_machine_is_refused(api: Api, host: str, path: str) -> None:
    answer = api.client.get(path, headers={"Host": host})

    assert answer.status_code == 403
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "localhost" in answer.json()["detail"]


@pytest.mark.parametrize("origin", ["http://localhost:8000", "http://127.0.0.1:8000", "http://[::1]:8000"])
def test_its_own_page_is_answered(api: Api, origin: str) -> None:
    host = origin.removeprefix("http://")

    answer = api.client.post(
        "/api/sessions/create",
        json={"interview_type": "Backend", "candidate_name": "Ada"},
        headers={"Host": host, "Origin": origin},
    )

    assert answer.status_code == 201


FOREIGN = [
    "http://rebound.example",
    "https://localhost.example",
    "http://localhost:3000",
    "http://127.0.0.1:8000",  # the page was opened as localhost
    "null",
    "http://[::1",
    "",
]


@pytest.mark.parametrize("origin", FOREIGN)
def test_a_strangers_page_is_refused_before_anything_happens(api: Api, origin: str) -> None:
    answer = api.client.post(
        "/api/sessions/create",
        json={"interview_type": "Backend", "candidate_name": "Ada"},
        headers={"Origin": origin},
    )

    assert answer.status_code == 403
    assert answer.json()["problem"] == "forbidden"
    assert api.client.get("/api/sessions/list").json()["items"] == []


def socket_url(api: Api) -> str:
    url = api.client.post(f"/api/interviews/{api.create()}/ticket").json()["url"]
    assert url.startswith("ws://localhost:8000/ws/interview/")
    return str(url)


@pytest.mark.parametrize("headers", [{"Host": "rebound.example"}, *({"Origin": o} for o in FOREIGN)])
def test_a_socket_from_elsewhere_is_refused_and_its_ticket_stays_good(
    api: Api, headers: dict[str, str]
) -> None:
    url = socket_url(api)

    with pytest.raises(WebSocketDisconnect) as refused, api.client.websocket_connect(url, headers=headers):
        pass

    assert refused.value.code == 1008
    with api.client.websocket_connect(url) as socket:
        socket.send_json({"type": "session.start"})
        assert socket.receive_json()["type"] == "session.created"


@pytest.mark.parametrize("host", ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"])
def test_a_socket_of_its_own_page_is_opened(api: Api, host: str) -> None:
    headers = {"Host": host, "Origin": f"http://{host}"}

    with api.client.websocket_connect(socket_url(api), headers=headers) as socket:
        socket.send_json({"type": "session.start"})
        assert socket.receive_json()["type"] == "session.created"


def test_with_a_token_any_name_is_answered_but_no_strangers_page(make_api: MakeApi) -> None:
    api = make_api(hosts=None)

    assert api.client.get("/health", headers={"Host": "prepai.example"}).status_code == 200
    own = {"Host": "prepai.example", "Origin": "https://prepai.example"}
    assert api.client.get("/health", headers=own).status_code == 200
    foreign = {"Host": "prepai.example", "Origin": "https://rebound.example"}
    assert api.client.get("/health", headers=foreign).status_code == 403


# Sizes


def chunks(body: bytes) -> Iterator[bytes]:
    for at in range(0, len(body), 64 * 1024):
        yield body[at : at + 64 * 1024]


def multipart(document: bytes) -> tuple[bytes, dict[str, str]]:
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="cv.txt"\r\n\r\n'
    return head + document + b"\r\n--B--\r\n", {"Content-Type": "multipart/form-data; boundary=B"}


def test_a_cv_may_have_four_megabytes_and_not_one_byte_more(api: Api) -> None:
    interview_id = api.create()

    assert api.upload(interview_id, b"%PDF-1.7".ljust(4 * MB + 1), "cv.pdf").status_code == 413
    # Taken, and then found to be no PDF.
    assert api.upload(interview_id, b"%PDF-1.7".ljust(4 * MB), "cv.pdf").status_code == 422


@pytest.mark.parametrize("megabytes", [5, 12])
def test_a_cv_over_the_limit_is_refused_whole(api: Api, megabytes: int) -> None:
    interview_id = api.create()

    answer = api.upload(interview_id, CV + b" " * (megabytes * MB))

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert api.client.get(f"/api/interviews/{interview_id}/cv-analysis").status_code == 404


@pytest.mark.parametrize("megabytes", [5, 12])
def test_a_cv_over_the_limit_is_refused_although_nobody_said_how_large_it_is(
    api: Api, megabytes: int
) -> None:
    interview_id = api.create()
    body, headers = multipart(CV + b" " * (megabytes * MB))

    answer = api.client.post(
        f"/api/interviews/{interview_id}/upload-cv", content=chunks(body), headers=headers
    )

    assert answer.status_code == 413
    assert answer.headers["content-type"] == "application/problem+json"
    assert api.client.get(f"/api/interviews/{interview_id}/cv-analysis").status_code == 404


def test_a_cv_over_the_limit_is_refused_although_its_length_says_less(api: Api) -> None:
    interview_id = api.create()
    body, headers = multipart(CV + b" " * (5 * MB))

    answer = api.client.post(
        f"/api/interviews/{interview_id}/upload-cv",
        content=chunks(body),
        headers=headers | {"Content-Length": "10"},
    )

    assert answer.status_code == 413
    assert api.client.get(f"/api/interviews/{interview_id}/cv-analysis").status_code == 404


@pytest.mark.parametrize("length", [str(5 * MB), "9" * 30, "9" * 5000])
def test_a_length_over_the_limit_is_refused_although_less_is_sent(api: Api, length: str) -> None:
    body, headers = multipart(CV)

    answer = api.client.post(
        f"/api/interviews/{api.create()}/upload-cv",
        content=body,
        headers=headers | {"Content-Length": length},
    )

    assert answer.status_code == 413


def test_a_message_that_is_whole_before_the_limit_is_not_acted_on_when_more_follows(api: Api) -> None:
    interview_id = api.create()
    body = json.dumps({"text": "Hello"}).encode() + b" " * (3 * MB)

    answer = api.client.post(
        f"/api/interviews/{interview_id}/messages",
        content=chunks(body),
        headers={"Content-Type": "application/json"},
    )

    assert answer.status_code == 413
    assert api.client.get(f"/api/interviews/{interview_id}/transcript").json()["items"] == []


def test_a_short_upload_in_pieces_is_taken(api: Api) -> None:
    body, headers = multipart(CV)

    answer = api.client.post(
        f"/api/interviews/{api.create()}/upload-cv", content=chunks(body), headers=headers
    )

    assert answer.status_code == 200
    assert answer.json()["resume"]["basics"]["email"]["value"] == "jane@example.com"


# What browsers are told


@pytest.fixture
def with_page(make_api: MakeApi, tmp_path: Path) -> Api:
    page = tmp_path / "page"
    (page / "assets").mkdir(parents=True)
    (page / "index.html").write_text("<!doctype html><title>PrepAI</title>")
    (page / "assets/app.js").write_text("// the page")
    (tmp_path / "secret.txt").write_text("not part of the page")
    return make_api(page=page)


@pytest.mark.parametrize("path", ["/", "/index.html", "/assets/app.js"])
def test_the_page_comes_with_a_policy_that_allows_its_own_scripts_only(with_page: Api, path: str) -> None:
    answer = with_page.client.get(path)

    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    directives = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert directives["default-src"] == "'self'"
    assert "script-src" not in directives
    assert directives["frame-ancestors"] == "'none'"


@pytest.mark.parametrize(
    "path", ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/%00"]
)
def test_nothing_beside_the_page_is_served(with_page: Api, path: str) -> None:
    assert with_page.client.get(path).status_code == 404


def test_the_page_hides_no_wrong_method_of_the_api(with_page: Api) -> None:
    assert with_page.client.put("/api/sessions/list").status_code == 405
    assert with_page.client.post("/api/nothing").status_code == 404
    assert with_page.client.post("/index.html").headers["allow"] == "GET, HEAD"


@pytest.mark.parametrize(
    "path", ["/", "/health", "/api/sessions/list", "/api/sessions/x", "/nothing", "/docs", "/openapi.json"]
)
def test_every_answer_forbids_guessing_its_type(with_page: Api, path: str) -> None:
    answer = with_page.client.get(path)

    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]


def test_what_candidates_said_is_not_kept_by_browsers(api: Api) -> None:
    for path in ("/api/sessions/list", f"/api/interviews/{api.create()}/transcript", "/api/sessions/x"):
        assert api.client.get(path).headers["cache-control"] == "no-store"


@pytest.mark.parametrize("path", ["/docs", "/redoc"])
def test_the_reference_needs_no_network_and_no_inline_script(api: Api, path: str) -> None:
    answer = api.client.get(path)

    assert answer.status_code == 200
    assert "//" not in answer.text
    assert "'unsafe-inline'" not in answer.headers["content-security-policy"].partition("style-src")[0]
    sources = [part.partition('"')[0] for part in answer.text.split('src="')[1:]]
    assert sources
    for source in sources:
        script = api.client.get(source)
        assert script.status_code == 200
        assert script.headers["content-type"].startswith("text/javascript")
    # Every script element has a source, and an empty body.
    assert (
        answer.text.count("<script") == answer.text.count('<script src="') == answer.text.count('"></script>')
    )
