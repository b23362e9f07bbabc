"""Who calls in AWS: the claims of the token that the HTTP API's JWT authorizer has verified.

Signature, issuer, audience and expiry were checked before the request came here, and only the authorizer can put claims
into an event; a header that says the same is not looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.requests import HTTPConnection

from runtime.people import Principal, Role, UnauthorizedError

MACHINE_SCOPE: Final = "prepai/interviews"
_GROUPS: Final = {role.value: role for role in (Role.CANDIDATE, Role.REVIEWER, Role.ADMIN)}


def authenticate(connection: HTTPConnection) -> Principal:
    """Whoever the verified token names. Raises `UnauthorizedError`."""
    claims = _claims(connection.scope.get("aws.event"))
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject:
        raise UnauthorizedError(
            "expected `Authorization: Bearer TOKEN` with a token of this deployment's user pool"
        )
    if _is_machine(claims):
        return _machine(claims)
    roles = {_GROUPS[name] for name in _listed(claims.get("cognito:groups")) if name in _GROUPS}
    # Whoever can sign in can be interviewed; more than that is given by a group.
    return Principal(id=subject, roles=frozenset(roles | {Role.CANDIDATE}))


def _is_machine(claims: Mapping[str, Any]) -> bool:
    # A client-credentials token is its client's own: Cognito names no user in it.
    return (
        "username" not in claims
        and "cognito:username" not in claims
        and claims["sub"] == claims.get("client_id")
    )


def _machine(claims: Mapping[str, Any]) -> Principal:
    if MACHINE_SCOPE not in str(claims.get("scope", "")).split():
        raise UnauthorizedError(f"expected a token with the scope {MACHINE_SCOPE}; ask for it with the token")
    return Principal(id=str(claims["client_id"]), roles=frozenset({Role.MACHINE}))


def _claims(event: object) -> Mapping[str, Any]:
    match event:
        case {"requestContext": {"authorizer": {"jwt": {"claims": Mapping() as claims}}}}:
            return claims
    return {}


def _listed(groups: object) -> list[str]:
    """The HTTP API writes a token's array as text: `[admin reviewer]`.

    A group's name may hold commas and brackets, so nothing but blanks, which Cognito allows in none, ends a name.
    """
    if isinstance(groups, str):
        return groups.removeprefix("[").removesuffix("]").split()
    return [str(group) for group in groups] if isinstance(groups, (list, tuple)) else []
