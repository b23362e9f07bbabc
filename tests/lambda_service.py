"""Lambda's Invoke over loopback, for the adapters that call it."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import boto3
from botocore.config import Config

from runtime.aws.tools import Function

SECRET = "zanzibar"
"""What a fault's own words hold, and nobody is to see."""


@dataclass
class Reply:
    """What the service answers to one invocation."""

    body: bytes = b"null"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


def throttled() -> Reply:
    return Reply(
        b'{"Reason": "ConcurrentInvocationLimitExceeded"}',
        429,
        {"x-amzn-ErrorType": "TooManyRequestsException"},
    )


def failed(kind: str) -> Reply:
    body = json.dumps({"errorType": kind, "errorMessage": f"could not read {SECRET}"}).encode()
    return Reply(body, headers={"X-Amz-Function-Error": "Unhandled"})


@dataclass
class LambdaService:
    """Lambda's invoke operation over loopback. `replies` come first, then what `run` answers."""

    url: str = ""
    run: Callable[[dict[str, Any]], Any] = lambda _: {}
    replies: list[Reply | None] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    counted: list[str] = field(default_factory=list)

    def answer(self, path: str, body: bytes) -> Reply | None:
        event = json.loads(body)
        self.asked.append((unquote(path.split("/")[3]), event))
        return self.replies.pop(0) if self.replies else Reply(json.dumps(self.run(event)).encode())

    def function(self, *, timeout_s: float = 5) -> Function:
        client = boto3.client(
            "lambda",
            region_name="eu-west-1",
            endpoint_url=self.url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
            config=Config(read_timeout=timeout_s, retries={"total_max_attempts": 1}),
        )
        return Function("tool", client=client, count=self.counted.append, sleep=self.waits.append)


@contextlib.contextmanager
def serving() -> Iterator[LambdaService]:
    """A service that answers for as long as the context lasts."""
    served = LambdaService()

    class Invoke(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            reply = served.answer(self.path, self.rfile.read(int(self.headers["Content-Length"])))
            if reply is None:  # the line is cut
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in {**reply.headers, "Content-Length": str(len(reply.body))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(reply.body)

        def log_message(self, *_: Any) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Invoke) as server:
        served.url = f"http://127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield served
        finally:
            server.shutdown()
            thread.join()
