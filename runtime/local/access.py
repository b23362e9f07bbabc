"""Who calls on a laptop: its one user; with a token set, whoever brings the token."""

from __future__ import annotations

import hmac
from collections.abc import Callable

from pydantic import SecretStr
from starlette.requests import HTTPConnection, Request
from starlette.responses import RedirectResponse, Response

from runtime.people import Principal, UnauthorizedError
from runtime.people.access import LOCAL_USER

_COOKIE = "prepai_token"


def authenticate_by(token: SecretStr | None) -> Callable[[HTTPConnection], Principal]:
    """The laptop's authentication. The token comes as `Authorization: Bearer`, or as the cookie `enter` set."""

    def authenticate(connection: HTTPConnection) -> Principal:
        if token is None:
            return LOCAL_USER
        scheme, _, bearer = connection.headers.get("authorization", "").partition(" ")
        given = bearer.strip() if scheme.lower() == "bearer" else connection.cookies.get(_COOKIE, "")
        if not _equal(given, token):
            raise UnauthorizedError(
                "expected `Authorization: Bearer TOKEN`; `prepai run` printed how to enter"
            )
        return LOCAL_USER

    return authenticate


def enter(token: SecretStr) -> Callable[[Request], Response]:
    """The page `/enter?token=...`: a browser cannot be told to send a header, so it gets a cookie."""

    def page(request: Request) -> Response:
        given = request.query_params.get("token", "")
        if not _equal(given, token):
            raise UnauthorizedError("this is not the token that `prepai run` was given")
        response = RedirectResponse("/", status_code=303)
        response.set_cookie(_COOKIE, given, httponly=True, samesite="strict")
        return response

    return page


def _equal(given: str, token: SecretStr) -> bool:
    # What nobody gave is never right, whatever the token is.
    return bool(given) and hmac.compare_digest(given.encode(), token.get_secret_value().encode())
