"""Who calls in AWS, by the claims that the HTTP API's authorizer has verified."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from runtime.aws.identity import authenticate
from runtime.people import Principal, Role, UnauthorizedError

USER = {"sub": "u-1", "client_id": "page", "username": "ada", "scope": "openid", "token_use": "access"}
MACHINE = {"sub": "m-1", "client_id": "m-1", "scope": "prepai/interviews", "token_use": "access"}


def caller(claims: dict[str, Any], headers: list[tuple[bytes, bytes]] | None = None) -> Principal:
    event = {"requestContext": {"authorizer": {"jwt": {"claims": claims}}}}
    return authenticate(HTTPConnection({"type": "http", "headers": headers or [], "aws.event": event}))


@pytest.mark.parametrize(
    ("groups", "roles"),
    [
        ("[admin reviewer]", {Role.ADMIN, Role.REVIEWER}),
        ("[x,admin reviewer]", {Role.REVIEWER}),
        ("[[admin]]", set()),
        ("[[admin] admin,]", set()),
        (["[admin]", "x,admin"], set()),
        ("[reviewer]", {Role.REVIEWER}),
        ("reviewer", {Role.REVIEWER}),
        (["admin", "candidate"], {Role.ADMIN}),
        ("[]", set()),
        ("", set()),
        ([], set()),
        ("[administrators superreviewer]", set()),
        ("[machine]", set()),
        (None, set()),
        (7, set()),
    ],
)
def test_groups_are_roles_however_the_gateway_writes_them_beside_that_of_a_candidate(
    groups: object, roles: set[Role]
) -> None:
    principal = caller({**USER, "cognito:groups": groups})

    assert principal == Principal("u-1", frozenset(roles | {Role.CANDIDATE}))


def test_somebody_in_no_group_is_a_candidate() -> None:
    assert caller(USER) == Principal("u-1", frozenset({Role.CANDIDATE}))


def test_an_id_token_names_its_user_too() -> None:
    claims = {
        "sub": "u-1",
        "aud": "page",
        "cognito:username": "ada",
        "cognito:groups": "[admin]",
        "token_use": "id",
    }

    assert caller(claims).roles == {Role.CANDIDATE, Role.ADMIN}


@pytest.mark.parametrize("scope", ["prepai/interviews", "other/scope prepai/interviews"])
def test_a_client_with_credentials_and_the_scope_is_a_machine_under_its_own_id(scope: str) -> None:
    assert caller({**MACHINE, "scope": scope}) == Principal("m-1", frozenset({Role.MACHINE}))


@pytest.mark.parametrize("scope", ["", "prepai/interviews.read", "prepai/other"])
def test_a_client_without_the_scope_may_do_nothing(scope: str) -> None:
    with pytest.raises(UnauthorizedError, match="prepai/interviews"):
        caller({**MACHINE, "scope": scope})


def test_a_users_token_with_the_scope_makes_no_machine_of_them() -> None:
    assert caller({**USER, "scope": "openid prepai/interviews"}).roles == {Role.CANDIDATE}


@pytest.mark.parametrize("claims", [{}, {"sub": ""}, {"sub": 7}, {"username": "ada"}])
def test_without_a_subject_nobody_is_believed(claims: dict[str, Any]) -> None:
    with pytest.raises(UnauthorizedError):
        caller(claims)


@pytest.mark.parametrize(
    "event",
    [
        None,
        {},
        {"requestContext": {}},
        {"requestContext": {"authorizer": {}}},
        {"requestContext": {"authorizer": None}},
    ],
)
def test_a_request_that_no_authorizer_looked_at_is_nobodys(event: object) -> None:
    headers = [(b"authorization", b"Bearer x"), (b"x-claims", b'{"sub": "u-1"}')]

    with pytest.raises(UnauthorizedError):
        authenticate(HTTPConnection({"type": "http", "headers": headers, "aws.event": event}))
