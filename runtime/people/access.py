"""Roles and what they allow. One deployment is one organisation, so a reviewer sees all of its interviews."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from runtime.interview.interview import Interview


class Role(StrEnum):
    CANDIDATE = "candidate"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    MACHINE = "machine"


class Access(StrEnum):
    """What is to be done with an interview."""

    READ = "read"
    TAKE_PART = "take_part"
    DELETE = "delete"


class UnauthorizedError(Exception):
    """The caller did not say who they are, or not so that it can be believed."""


class OriginUnknownError(Exception):
    """Whether a request came through the front cannot be checked now; the same request may be answered later."""


class ForbiddenError(Exception):
    """The principal may not do this. To them the interview does not exist."""


class ReviewersOnlyError(Exception):
    """The principal knows the interview, and this of it is for reviewers."""


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody, or some program, that calls: a stable id and the roles it holds."""

    id: str
    roles: frozenset[Role]

    @property
    def sees_all(self) -> bool:
        return bool(self.roles & {Role.REVIEWER, Role.ADMIN, Role.MACHINE})

    @property
    def decides(self) -> bool:
        """Whether they may decide in a report's place. No program may: an override is a person's."""
        return bool(self.roles & {Role.REVIEWER, Role.ADMIN})


LOCAL_USER = Principal(id="local", roles=frozenset(Role))
"""The one user of a laptop: holds every role, without a token, because the server answers loopback only."""

_ALLOWED_TO_ALL: dict[Access, frozenset[Role]] = {
    Access.READ: frozenset({Role.REVIEWER, Role.ADMIN, Role.MACHINE}),
    Access.TAKE_PART: frozenset({Role.MACHINE}),
    Access.DELETE: frozenset({Role.ADMIN, Role.MACHINE}),
}


def authorize(principal: Principal, interview: Interview, access: Access) -> None:
    """Raise `ForbiddenError` unless `principal` owns the interview or a role of theirs allows `access`."""
    if interview.owner == principal.id or principal.roles & _ALLOWED_TO_ALL[access]:
        return
    raise ForbiddenError(f"{principal.id} may not {access.value} interview {interview.interview_id}")
