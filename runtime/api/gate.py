"""What a request must be before it is looked at: from an expected host and origin, and not too large.

A laptop's server answers without a token, so any page in the user's browser could otherwise talk to it: by a request
of its own (Origin) or by a name of its own that resolves to 127.0.0.1 (Host, DNS rebinding).
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from runtime.api.problems import problem

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})
MAX_CV_BYTES: Final = 4 * 1024 * 1024
_MULTIPART_SLACK: Final = 16 * 1024
# 64 KB of code and 1 MB of tests, in JSON.
_MAX_BODY_BYTES: Final = 2 * 1024 * 1024


class Gate:
    """ASGI middleware. `hosts`: names this server answers to; None: any, because callers bring a token."""

    def __init__(self, app: ASGIApp, *, hosts: frozenset[str] | None) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self._refusal(headers)
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
        origin = headers.get("origin")
        if origin is not None and urlsplit(origin).netloc != host:
            return "this server answers its own page only; open the page from this server"
        return None

    async def _limited(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        limit = MAX_CV_BYTES + _MULTIPART_SLACK if scope["path"].endswith("/upload-cv") else _MAX_BODY_BYTES
        too_large = problem(
            413,
            "too_large",
            f"expected at most {limit // 1024} KB; send a smaller file, for a CV for example the text without pictures",
        )
        length = headers.get("content-length", "")
        if length.isdigit() and int(length) > limit:
            await too_large(scope, receive, send)
            return
        received = 0
        started = over = False

        async def counted() -> Message:
            nonlocal received, over
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                over = True
                # An empty end instead of the rest: nothing beyond the limit is ever held.
                return {"type": "http.request", "body": b"", "more_body": False}
            return message

        async def noted(message: Message) -> None:
            nonlocal started
            if over and not started:
                started = True
                await too_large(scope, receive, send)
            if not over:
                started = True
                await send(message)

        await self._app(scope, counted, noted)


def _hostname(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None
