"""Models on loopback, each in its own wire format: a Bedrock Agent, Converse, and OpenAI's chat completions."""

from __future__ import annotations

import asyncio
import base64
import json
import threading
from collections import deque
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from tests.contract.sagemaker_runtime import message, stream_error

type Json = dict[str, Any]


@dataclass(frozen=True)
class Hold:
    """Say nothing more, and wait until the caller hangs up."""


@dataclass(frozen=True)
class Cut:
    """Drop the connection in the middle of the answer."""


@dataclass(frozen=True)
class Refused:
    """An answer that is an error from its first byte."""

    status: int
    code: str = ""


type Answer = list[bytes | Hold | Cut] | Refused


@dataclass
class ModelServer:
    """Answers each request with the next of its script and keeps what was asked."""

    script: deque[Answer] = field(default_factory=deque)
    paths: list[str] = field(default_factory=list)
    bodies: list[Json] = field(default_factory=list)
    hung_up: threading.Event = field(default_factory=threading.Event)

    def reset(self) -> None:
        """Forget what was scripted and asked."""
        self.script, self.paths, self.bodies = deque(), [], []
        self.hung_up = threading.Event()

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/{path:path}", self._answer, methods=["POST"])])

    async def _answer(self, request: Request) -> Response:
        self.paths.append(request.url.path)
        self.bodies.append(json.loads(await request.body()))
        answer = self.script.popleft()
        if isinstance(answer, Refused):
            return JSONResponse({"message": "no"}, answer.status, headers={"x-amzn-errortype": answer.code})
        return StreamingResponse(self._body(answer), media_type="application/vnd.amazon.eventstream")

    async def _body(self, answer: list[bytes | Hold | Cut]) -> AsyncIterator[bytes]:
        try:
            for part in answer:
                match part:
                    case bytes():
                        yield part
                        await asyncio.sleep(0)
                    case Hold():
                        await asyncio.Event().wait()
                    case Cut():
                        raise ConnectionAbortedError("the wire is cut, as scripted")
        except (asyncio.CancelledError, GeneratorExit):
            self.hung_up.set()
            raise


class Wire(Protocol):
    """How one kind of server says things."""

    busy: Refused
    no_access: Refused

    def words(self, text: str) -> list[bytes]: ...
    def end(self) -> list[bytes]: ...
    def call(self, name: str, arguments: Mapping[str, Any]) -> list[bytes]: ...


def event(kind: str, body: Json) -> bytes:
    return message(
        json.dumps(body).encode(), event_type=kind, content_type="application/json", message_type="event"
    )


def chunk(raw: bytes) -> bytes:
    return event("chunk", {"bytes": base64.b64encode(raw).decode()})


class AgentWire:
    """InvokeAgent: words are chunks of bytes, and the end of the answer is the end of the stream."""

    busy = Refused(429, "ThrottlingException")
    no_access = Refused(403, "AccessDeniedException")

    def words(self, text: str) -> list[bytes]:
        return [chunk(text.encode())]

    def end(self) -> list[bytes]:
        return []

    def call(self, name: str, arguments: Mapping[str, Any]) -> list[bytes]:
        called = {"actionGroupInvocationInput": {"actionGroupName": name, "function": name}}
        trace = {"orchestrationTrace": {"invocationInput": {"traceId": "t", **called}}}
        return [event("trace", {"sessionId": "s", "trace": trace})]


class ConverseWire:
    """ConverseStream: blocks of text or of a tool's input, then why it stopped."""

    busy = Refused(429, "ThrottlingException")
    no_access = Refused(403, "AccessDeniedException")

    def words(self, text: str) -> list[bytes]:
        return [event("contentBlockDelta", {"delta": {"text": text}, "contentBlockIndex": 0})]

    def end(self, reason: str = "end_turn") -> list[bytes]:
        return [event("messageStop", {"stopReason": reason})]

    def call(self, name: str, arguments: Mapping[str, Any]) -> list[bytes]:
        text = json.dumps(arguments)
        cut = len(text) // 2
        return [
            event(
                "contentBlockStart",
                {"start": {"toolUse": {"toolUseId": "c1", "name": name}}, "contentBlockIndex": 1},
            ),
            *(
                event("contentBlockDelta", {"delta": {"toolUse": {"input": part}}, "contentBlockIndex": 1})
                for part in (text[:cut], text[cut:])
            ),
            event("contentBlockStop", {"contentBlockIndex": 1}),
            *self.end("tool_use"),
        ]


class ChatWire:
    """Chat completions: server-sent events."""

    busy = Refused(503)
    no_access = Refused(404)

    def words(self, text: str) -> list[bytes]:
        return [self._chunk({"content": text})]

    def end(self, reason: str = "stop") -> list[bytes]:
        return [self._chunk({}, reason), b"data: [DONE]\n\n"]

    def call(self, name: str, arguments: Mapping[str, Any]) -> list[bytes]:
        text = json.dumps(arguments)
        cut = len(text) // 2
        first = {"index": 0, "id": "c1", "function": {"name": name, "arguments": text[:cut]}}
        second = {"index": 0, "function": {"arguments": text[cut:]}}
        return [
            self._chunk({"tool_calls": [first]}),
            self._chunk({"tool_calls": [second]}),
            *self.end("tool_calls"),
        ]

    def _chunk(self, delta: Json, reason: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": reason}
        return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


def throttled_inside() -> bytes:
    """What Bedrock sends in a stream that it began and then had no room for."""
    return stream_error("throttlingException", message="Too many requests, please wait.")
