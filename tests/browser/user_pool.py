"""A user pool on loopback, as far as a page signs in with one: codes under a challenge, tokens that rotate and end."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT = "page"
ADDRESS = "ada@example.com"


@dataclass
class UserPool:
    """Who may come in. `lifetime_s` is what new access tokens say of themselves."""

    url: str = ""
    lifetime_s: int = 3600
    access: set[str] = field(default_factory=set)
    refresh: set[str] = field(default_factory=set)
    grants: list[str] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    _codes: dict[str, str] = field(default_factory=dict)

    def admits(self, authorization: str) -> bool:
        return authorization.removeprefix("Bearer ") in self.access

    def end_access(self) -> None:
        """Every access token given so far is refused from now on."""
        self.access.clear()

    def end_everything(self) -> None:
        self.access.clear()
        self.refresh.clear()

    def begin(self, query: dict[str, str]) -> str:
        """The page's address with the answer in it. Raises `KeyError` or `ValueError` for what no page asks."""
        if (query["response_type"], query["code_challenge_method"]) != ("code", "S256"):
            raise ValueError("expected a code under a challenge")
        if query["client_id"] != CLIENT:
            raise ValueError("expected the page's client")
        code = secrets.token_urlsafe(8)
        self._codes[code] = query["code_challenge"]
        return f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"

    def exchange(self, form: dict[str, str]) -> dict[str, Any] | None:
        """Tokens; None where the grant is invalid."""
        self.grants.append(form["grant_type"])
        if form["grant_type"] == "authorization_code":
            digest = hashlib.sha256(form["code_verifier"].encode()).digest()
            challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
            if self._codes.pop(form["code"], None) != challenge:
                return None
        elif form["refresh_token"] in self.refresh:
            self.refresh.remove(form["refresh_token"])
        else:
            return None
        access, refresh = secrets.token_urlsafe(8), secrets.token_urlsafe(8)
        self.access.add(access)
        self.refresh.add(refresh)
        return {
            "access_token": access,
            "refresh_token": refresh,
            "id_token": _id_token(self.url),
            "token_type": "Bearer",
            "expires_in": self.lifetime_s,
        }

    def revoke(self, token: str) -> None:
        self.revoked.append(token)
        self.refresh.discard(token)


def _id_token(issuer: str) -> str:
    """Unsigned: it comes over the line that the code went over, and the page reads a name from it."""
    claims = {"iss": issuer, "aud": CLIENT, "sub": "ada", "email": ADDRESS, "exp": 4_000_000_000, "iat": 0}
    parts = ({"alg": "RS256"}, claims)
    encoded = (base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts)
    return f"{'.'.join(encoded)}.c2lnbmF0dXJl"


@contextmanager
def running() -> Iterator[UserPool]:
    pool = UserPool()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(parts.query).items()}
            if parts.path == "/oauth2/authorize":
                target = html.escape(pool.begin(query))
                self._answer(200, "text/html", f'<h1>Login</h1><a href="{target}">Continue as Ada</a>')
            elif parts.path == "/logout":
                target = html.escape(query["logout_uri"])
                self._answer(200, "text/html", f'<meta http-equiv="refresh" content="0; url={target}">')
            else:
                self._answer(404, "text/plain", "")

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            if self.path == "/oauth2/revoke":
                pool.revoke(form["token"])
                return self._answer(200, "text/plain", "")
            tokens = pool.exchange(form)
            answer = tokens or {"error": "invalid_grant"}
            return self._answer(200 if tokens else 400, "application/json", json.dumps(answer))

        def _answer(self, status: int, kind: str, body: str) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body.encode())))
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    pool.url = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield pool
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
