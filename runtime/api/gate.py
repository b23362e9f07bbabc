"""What a request must be before it is looked at: from an expected host and origin, and not too large.

A laptop's server answers without a token, so any page in the user's browser could otherwise talk to it: by a request
of its own (Origin) or by a name of its own that resolves to 127.0.0.1 (Host, DNS rebinding). In AWS every request must
have come through the distribution, where the firewall stands, and not straight to the API's own address.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.api.problems import problem
from runtime.cv.limits import MAX_BYTES
from runtime.people.access import OriginUnknownError

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_CV_BYTES: Final = 4 * 1024 * 1024
UPLOADS: Final = "/api/uploads/"
"""Where a laptop takes files by the forms of cv-uploads; in AWS the bucket does."""
TOO_LARGE_TO_SEND: Final = (
    "POST {filename, content_type, size} to this interview's cv-uploads for a form that takes up to 10 MB, then send "
    "{key} here; or send a smaller file, for example without pictures"
)
_MULTIPART_SLACK: Final = 16 * 1024
# 64 KB of code and 1 MB of tests, in JSON.
_MAX_BODY_BYTES: Final = 2 * 1024 * 1024
_MOST_DRAINED_BYTES: Final = 64 * 1024 * 1024
_DRAIN_S: Final = 10.0
_NOT_BY_THE_FRONT: Final = "this address answers its own front only; call the platform by its public address"


ORIGIN_HEADER: Final = "x-prepai-origin"

type OriginCheck = Callable[[str], bool]


class Gate:
    """ASGI middleware. `hosts`: names this server answers to; None: any, because callers bring a token.

    `origin`: whether the header `x-prepai-origin` proves that the distribution in front of us sent the request; raises
    `OriginUnknownError`. With it, `Origin` is not compared with `Host`: that is the API's own name and never the
    page's, and no cookie of ours exists that another page could ride on.
    """

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] | None, origin: OriginCheck | None) -> None:
        self._app = app
        self._hosts = hosts
        self._origin = origin

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        try:
            refusal = self._refusal(headers)
        except OriginUnknownError as error:
            await problem(503, "origin_unknown", str(error))(scope, receive, send)
            return
        if refusal:
            if scope["type"] == "websocket":
                await send({"type": "websocket.close", "code": 1008, "reason": refusal})
            else:
                await problem(403, "forbidden", refusal)(scope, receive, send)
            return
        if scope["type"] == "http":
            await self._limited(scope, receive, send, headers)
        else:
            await self._app(scope, receive, send)

    def _refusal(self, headers: Headers) -> str | None:
        host = headers.get("host", "")
        name = _hostname(f"//{host}")
        if self._hosts is not None and name not in self._hosts:
            return f"this server answers to {', '.join(sorted(self._hosts))}; open it by one of these names"
        if self._origin is not None:
            return None if self._origin(headers.get(ORIGIN_HEADER, "")) else _NOT_BY_THE_FRONT
        origin = headers.get("origin")
        if origin is not None and _netloc(origin) != host:
            return "this server answers its own page only; open the page from this server"
        return None

    async def _limited(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        limit, way_out = _limit(scope["path"])
        too_large = problem(413, "too_large", f"expected at most {limit // 1024} KB; {way_out}")
        if _announces_more(headers, limit):
            # Who asked before sending (curl does) is told at once; others only listen once they have sent.
            if "expect" not in headers:
                await _drain(receive)
            await too_large(scope, receive, send)
            return
        received = 0
        started = over = False

        async def counted() -> Message:
            nonlocal received, over
            message = await receive()
            received += len(message.get("body", b""))
            if received <= limit:
                return message
            if not over:
                over = True
                if message.get("more_body"):
                    await _drain(receive)
            # A cut body could still be read as a whole one and be acted on; a caller who left cannot.
            return {"type": "http.disconnect"}

        async def noted(message: Message) -> None:
            nonlocal started
            if started or not over:
                started = True
                await send(message)

        try:
            await self._app(scope, counted, noted)
        except ClientDisconnect:
            if not over:
                raise
        if over and not started:
            await too_large(scope, receive, send)


def _limit(path: str) -> tuple[int, str]:
    """How many bytes a request to `path` may have, and what to do with more."""
    if path.endswith("/upload-cv"):
        return MAX_CV_BYTES + _MULTIPART_SLACK, TOO_LARGE_TO_SEND
    if path.startswith(UPLOADS):
        return MAX_BYTES + _MULTIPART_SLACK, "send a smaller file, for example without pictures"
    return _MAX_BODY_BYTES, "send less at once"


def _announces_more(headers: Headers, limit: int) -> bool:
    length = headers.get("content-length", "")
    # Nothing of nineteen digits is small, and int() refuses thousands of them.
    return length.isdecimal() and (len(length) > 18 or int(length) > limit)


async def _drain(receive: Receive) -> None:
    """Read a body away: a client that is cut off while it sends sees a broken connection and no answer."""
    drained = 0
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            while drained < _MOST_DRAINED_BYTES:
                message = await receive()
                drained += len(message.get("body", b""))
                if not message.get("more_body"):
                    return


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def _netloc(url: str) -> str | None:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return None
