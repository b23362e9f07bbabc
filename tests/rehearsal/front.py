"""Loopback stand-ins for what the emulator does not serve: AgentCore's sockets, a model's own server.

They do what the platform relies on and no more: AgentCore turns a query's custom parameters into headers, and the model
says one sentence. HTTP goes to the deployed distribution under its own name.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

import httpx
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from tests.rehearsal.cloud import REGION, Cloud

AGENTCORE: Final = f"wss://bedrock-agentcore.{REGION}.amazonaws.com"
SAID: Final = "Good, let us look at that."
_CUSTOM: Final = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-"
_SESSION: Final = "X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"
_NOT_PASSED_ON: Final = {"connection", "content-length", "host", "transfer-encoding"}


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    """Serve `app` on a loopback port of its own in a thread; its address, without a scheme."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="on", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listening])))
    thread.start()
    try:
        yield f"127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(20)
        listening.close()


@dataclass
class Model:
    """An OpenAI-compatible chat server. `asked`: the requests that have come through Bedrock's own interface."""

    asked: list[dict[str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        async def complete(request: Request) -> Response:
            self.asked.append(await request.json())
            message = {"role": "assistant", "content": SAID}
            choice = {"index": 0, "message": message, "finish_reason": "stop"}
            usage = {"prompt_tokens": 10, "completion_tokens": 7, "total_tokens": 17}
            return JSONResponse({"id": "1", "object": "chat.completion", "choices": [choice], "usage": usage})

        return Starlette(routes=[Route(path, complete, methods=["POST"]) for path in _COMPLETIONS])


_COMPLETIONS: Final = ("/chat/completions", "/v1/chat/completions")


@dataclass
class Front:
    """A port for the distribution `domain`, and AgentCore for the runtime `arn`, whose server is at `voice`.

    `counted`: requests that went through. `refused`: addresses at which no socket was opened.
    """

    cloud: Cloud
    domain: str
    arn: str
    voice: str = ""
    counted: int = 0
    refused: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        client = httpx.AsyncClient(
            base_url=self.cloud.url,
            verify=self.cloud.trust,
            timeout=60,
            trust_env=False,
        )

        @contextlib.asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            async with client:
                yield

        async def forward(request: Request) -> Response:
            self.counted += 1
            headers = [(k, v) for k, v in request.headers.items() if k not in _NOT_PASSED_ON]
            answer = await client.request(
                request.method,
                str(request.url.replace(scheme="https", netloc="")).removeprefix("https://"),
                content=await request.body(),
                headers=[*headers, ("host", self.domain)],
            )
            body = answer.content
            if request.url.path.endswith("/ticket"):
                # The address is AgentCore's own; here it is this server's.
                body = body.replace(AGENTCORE.encode(), f"ws://{request.url.netloc}".encode())
            kept = {k: v for k, v in answer.headers.items() if k not in {*_NOT_PASSED_ON, "content-encoding"}}
            return Response(body, answer.status_code, kept)

        anything = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
        return Starlette(
            lifespan=lifespan,
            routes=[
                WebSocketRoute("/runtimes/{rest:path}", self._socket),
                Route("/{rest:path}", forward, methods=anything),
            ],
        )

    async def may_open(self, url: str) -> bool:
        """Whether AWS would let a socket open at the address `url`: its signature, and its signer's rights."""
        aws = urlsplit(AGENTCORE).netloc
        async with httpx.AsyncClient(
            base_url=self.cloud.url, verify=self.cloud.trust, trust_env=False
        ) as client:
            answer = await client.get(url, headers={"host": aws})
        if answer.status_code == 403:
            self.refused.append(answer.text)
        return answer.status_code != 403

    async def _socket(self, theirs: WebSocket) -> None:
        """AgentCore's `InvokeAgentRuntimeWithWebSocketStream`."""
        raw = theirs.scope["raw_path"].decode()
        query = theirs.query_params
        expected = f"/runtimes/{quote(self.arn, safe='')}/ws"
        if raw != expected or query.get("qualifier") != "live" or len(query.get(_SESSION, "")) < 33:
            await theirs.close(1008, f"expected {expected}?qualifier=live and a session's id")
            return
        if not await self.may_open(f"{raw}?{theirs.scope['query_string'].decode()}"):
            await theirs.close(1008, "the address is not signed by somebody who may open it")
            return
        passed = [(k, v) for k, v in query.items() if k.lower().startswith(_CUSTOM.lower())]
        async with connect(
            f"ws://{self.voice}/ws",
            proxy=None,
            max_size=None,
            additional_headers=[*passed, (_SESSION, query[_SESSION])],
        ) as ours:
            await theirs.accept()

            async def up() -> None:
                with contextlib.suppress(WebSocketDisconnect, ConnectionClosed):
                    while True:
                        await ours.send(await theirs.receive_text())

            going_up = asyncio.create_task(up())
            try:
                while True:
                    await theirs.send_text(str(await ours.recv()))
            except ConnectionClosed:
                # Why the server closed is said to whoever is there.
                with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                    await theirs.close(ours.close_code or 1000, ours.close_reason or "")
            except (RuntimeError, WebSocketDisconnect):
                pass  # they have left
            finally:
                going_up.cancel()
