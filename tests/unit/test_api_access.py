"""Who may do what: roles against routes, and the token of a server that answers more than this machine."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from pydantic import SecretStr
from starlette.requests import HTTPConnection
from starlette.routing import Route
from starlette.websockets import WebSocketDisconnect

from runtime.local.access import authenticate_by, enter
from runtime.people import Principal
from runtime.people.access import Role
from tests.unit.conftest import CV, Api, MakeApi

KEY = {"Idempotency-Key": "run"}
RUN = f"k{hashlib.sha256(b'run').hexdigest()[:40]}"
READ, TAKE_PART, DELETE = "read", "take part", "delete"
ROUTES: list[tuple[str, str, str, dict[str, Any]]] = [
    (READ, "GET", "/api/sessions/{id}", {}),
    (READ, "GET", "/api/interviews/{id}/transcript", {}),
    (READ, "GET", "/api/interviews/{id}/cv-analysis", {}),
    (READ, "GET", "/api/interviews/{id}/code-runs", {}),
    (READ, "GET", f"/api/interviews/{{id}}/code-runs/{RUN}", {}),
    (READ, "GET", "/api/interviews/{id}/performance-report", {}),
    (TAKE_PART, "POST", "/api/interviews/{id}/upload-cv", {"files": {"file": ("cv.txt", CV)}}),
    (
        TAKE_PART,
        "POST",
        "/api/interviews/{id}/cv-uploads",
        {"json": {"filename": "cv.pdf", "size": 5_000_000}},
    ),
    (
        TAKE_PART,
        "PUT",
        "/api/interviews/{id}/cv-analysis",
        {"json": {"resume": {}}, "headers": {"If-Match": "*"}},
    ),
    (TAKE_PART, "POST", "/api/interviews/{id}/ticket", {}),
    (TAKE_PART, "POST", "/api/interviews/{id}/messages", {"json": {"text": "Hello"}}),
    (TAKE_PART, "POST", "/api/interviews/{id}/code-runs", {"json": {"language": "python", "code": "1"}}),
    (TAKE_PART, "POST", "/api/interviews/{id}/end", {}),
    (DELETE, "DELETE", "/api/sessions/{id}", {}),
]
# With somebody else's interview.
ALLOWED = {
    Role.CANDIDATE: set[str](),
    Role.REVIEWER: {READ},
    Role.ADMIN: {READ, DELETE},
    Role.MACHINE: {READ, TAKE_PART, DELETE},
}


def caller(connection: HTTPConnection) -> Principal:
    """`X-Caller: name role`."""
    name, _, role = connection.headers.get("x-caller", "owner candidate").partition(" ")
    return Principal(id=name, roles=frozenset({Role(role)}))


@pytest.fixture
def api(make_api: MakeApi) -> Api:
    return make_api(authenticate=caller)


@pytest.fixture
def interview_id(api: Api) -> str:
    """The owner's interview, with a CV, a turn and a run."""
    interview_id = api.create()
    assert api.upload(interview_id).status_code == 200
    assert api.say(interview_id, "Hello").status_code == 200
    run = api.client.post(
        f"/api/interviews/{interview_id}/code-runs", json={"language": "python", "code": "1"}, headers=KEY
    )
    assert run.json()["run_id"] == RUN
    return interview_id


@pytest.mark.parametrize(("access", "method", "path", "body"), ROUTES, ids=lambda value: str(value)[:40])
@pytest.mark.parametrize("role", list(Role))
def test_a_role_opens_others_interviews_as_far_as_it_goes(
    api: Api, interview_id: str, role: Role, access: str, method: str, path: str, body: dict[str, Any]
) -> None:
    headers = body.get("headers", {}) | {"X-Caller": f"stranger {role.value}"}

    answer = api.client.request(method, path.format(id=interview_id), **body | {"headers": headers})

    # 409: allowed to ask, but this interview has not ended.
    expected = {200, 409} if access in ALLOWED[role] else {404}
    assert answer.status_code in expected, answer.text


@pytest.mark.parametrize(("access", "method", "path", "body"), ROUTES, ids=lambda value: str(value)[:40])
def test_a_strangers_interview_looks_like_none(
    api: Api, interview_id: str, access: str, method: str, path: str, body: dict[str, Any]
) -> None:
    unknown = "11111111-2222-4333-8444-555555555555"
    headers = body.get("headers", {}) | {"X-Caller": "stranger candidate"}

    def ask(id_: str) -> dict[str, Any]:
        problem: dict[str, Any] = api.client.request(
            method, path.format(id=id_), **body | {"headers": headers}
        ).json()
        return problem

    assert ask(interview_id) == {**ask(unknown), "detail": f"there is no interview {interview_id}"}


@pytest.mark.parametrize(("access", "method", "path", "body"), ROUTES, ids=lambda value: str(value)[:40])
def test_an_owner_may_do_everything(
    api: Api, interview_id: str, access: str, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = api.client.request(method, path.format(id=interview_id), **body)

    assert answer.status_code == (409 if "performance-report" in path else 200), answer.text


@pytest.mark.parametrize("role", list(Role))
def test_lists_show_what_the_caller_may_read(api: Api, interview_id: str, role: Role) -> None:
    answer = api.client.get("/api/sessions/list", headers={"X-Caller": f"stranger {role.value}"})

    seen = [item["session_id"] for item in answer.json()["items"]]
    assert seen == ([interview_id] if READ in ALLOWED[role] else [])


def test_an_idempotency_key_is_its_callers_own(api: Api) -> None:
    body = {"interview_type": "Backend", "candidate_name": "Ada"}
    headers = {"Idempotency-Key": "one"}

    mine = api.client.post("/api/sessions/create", json=body, headers=headers).json()["session_id"]
    theirs = api.client.post(
        "/api/sessions/create", json=body, headers=headers | {"X-Caller": "stranger candidate"}
    ).json()["session_id"]

    assert mine != theirs


# The token

TOKEN = SecretStr("open sesame")


@pytest.fixture
def guarded(make_api: MakeApi) -> Api:
    api = make_api(authenticate=authenticate_by(TOKEN), hosts=None)
    app: Any = api.client.app
    app.router.routes.insert(0, Route("/enter", enter(TOKEN)))
    return api


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": "Bearer wrong"},
        {"Authorization": "Bearer"},
        {"Authorization": "Basic b3BlbiBzZXNhbWU="},
        {"Authorization": "open sesame"},
        {"Cookie": "prepai_token=wrong"},
        {"Authorization": b"Bearer \xff"},
    ],
    ids=str,
)
@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/sessions/list"), ("POST", "/api/sessions/create"), ("GET", "/api/languages")],
)
def test_without_the_token_nothing_is_answered(
    guarded: Api, method: str, path: str, headers: dict[str, Any]
) -> None:
    body = {"interview_type": "Backend", "candidate_name": "Ada"} if method == "POST" else None

    answer = guarded.client.request(method, path, json=body, headers=headers)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("access", "method", "path", "body"), ROUTES, ids=lambda value: str(value)[:40])
def test_without_the_token_no_interview_is_reached(
    guarded: Api, access: str, method: str, path: str, body: dict[str, Any]
) -> None:
    assert guarded.client.request(method, path.format(id="x"), **body).status_code == 401


@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_the_token_is_taken_from_the_header(guarded: Api, scheme: str) -> None:
    headers = {"Authorization": f"{scheme} {TOKEN.get_secret_value()}"}

    assert guarded.client.get("/api/sessions/list", headers=headers).status_code == 200


def test_entering_once_gives_the_browser_a_cookie_that_scripts_cannot_read(guarded: Api) -> None:
    answer = guarded.client.get("/enter", params={"token": TOKEN.get_secret_value()}, follow_redirects=False)

    assert answer.status_code == 303
    assert answer.headers["location"] == "/"
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert guarded.client.get("/api/sessions/list").status_code == 200


def test_a_wrong_token_does_not_enter(guarded: Api) -> None:
    answer = guarded.client.get("/enter", params={"token": "wrong"}, follow_redirects=False)

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in answer.headers
    assert guarded.client.get("/api/sessions/list").status_code == 401


@pytest.mark.parametrize("headers", [{}, {"Cookie": "prepai_token="}, {"Authorization": "Bearer "}], ids=str)
def test_nothing_is_not_a_token_even_where_the_token_is_nothing(
    make_api: MakeApi, headers: dict[str, str]
) -> None:
    api = make_api(authenticate=authenticate_by(SecretStr("")), hosts=None)

    assert api.client.get("/api/sessions/list", headers=headers).status_code == 401


def test_health_tells_everybody_that_it_answers(guarded: Api) -> None:
    assert guarded.client.get("/health").status_code == 200


def test_a_socket_needs_the_ticket_that_only_the_token_gives(guarded: Api) -> None:
    headers = {"Authorization": f"Bearer {TOKEN.get_secret_value()}"}
    body = {"interview_type": "Backend", "candidate_name": "Ada"}
    interview_id = guarded.client.post("/api/sessions/create", json=body, headers=headers).json()[
        "session_id"
    ]
    address = f"ws://localhost:8000/ws/interview/{interview_id}?ticket=guessed"

    assert guarded.client.post(f"/api/interviews/{interview_id}/ticket").status_code == 401
    with guarded.client.websocket_connect(address, headers=headers) as socket:
        socket.send_json({"type": "session.start"})
        with pytest.raises(WebSocketDisconnect) as refused:
            socket.receive_json()
    assert refused.value.code == 4401
