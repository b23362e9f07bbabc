"""Versions of what is read: `ETag` out, `If-None-Match` and `If-Match` in (RFC 9110, section 13)."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Header, Response

from runtime.api.problems import NotModifiedError, PreconditionRequiredError
from runtime.services.errors import StaleVersionError


class _Read:
    """The version that a reader gets, or has already."""

    def __init__(
        self,
        response: Response,
        if_none_match: Annotated[
            str | None, Header(max_length=1000, description="The ETag that is held; 304 when it still holds.")
        ] = None,
    ) -> None:
        self._response = response
        self._held = _tags(if_none_match)

    def at(self, version: int) -> None:
        """Name `version` in the answer. Raises `NotModifiedError` when the reader holds it."""
        etag = f'"{version}"'
        if etag in self._held or "*" in self._held:
            raise NotModifiedError(etag)
        self._response.headers["ETag"] = etag


Read = Annotated[_Read, Depends()]


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
