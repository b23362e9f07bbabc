"""Versions of what is read: `ETag` out, `If-None-Match` and `If-Match` in (RFC 9110, section 13)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Header, Response

from runtime.api.problems import NotModifiedError, PreconditionRequiredError
from runtime.services.errors import StaleVersionError


@dataclass(frozen=True, slots=True)
class _Read:
    """The version that a reader gets, or has already."""

    response: Response
    held: frozenset[str]

    def at(self, version: int) -> None:
        """Name `version` in the answer. Raises `NotModifiedError` when the reader holds it."""
        etag = f'"{version}"'
        if etag in self.held or "*" in self.held:
            raise NotModifiedError(etag)
        self.response.headers["ETag"] = etag


async def _read(
    response: Response,
    if_none_match: Annotated[
        str | None, Header(max_length=1000, description="The ETag that is held; 304 when it still holds.")
    ] = None,
) -> _Read:
    return _Read(response, _tags(if_none_match))


Read = Annotated[_Read, Depends(_read)]


def matched(if_match: str | None, current: int) -> int:
    """The version that a change is made on. Raises `PreconditionRequiredError`, `StaleVersionError`."""
    named = _tags(if_match)
    if not named:
        raise PreconditionRequiredError("expected If-Match with the ETag that reading gave")
    if f'"{current}"' not in named and "*" not in named:
        raise StaleVersionError(
            f'it is at version "{current}", the change was made on another; read it again'
        )
    return current


def _tags(header: str | None) -> frozenset[str]:
    # Proxies that compress weaken an ETag (W/); what they hold is still this version.
    tags = (tag.strip().removeprefix("W/") for tag in (header or "").split(","))
    return frozenset(tag for tag in tags if tag)
