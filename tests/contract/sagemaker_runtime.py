"""SageMaker's runtime on loopback: its REST paths and event-stream framing, in front of engines at a URL."""

from __future__ import annotations

import contextlib
import json
import struct
import threading
import time
import zlib
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import boto3
import httpx
import uvicorn
from botocore.config import Config
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

if TYPE_CHECKING:
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

ENDPOINT = "speech"


def message(payload: bytes, **headers: str) -> bytes:
    """One message of AWS's event stream; underscores in names stand for ":" in front and "-" inside."""
    encoded = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for name, value in ((":" + key.replace("_", "-"), value) for key, value in headers.items())
    )
    prelude = struct.pack(">II", len(encoded) + len(payload) + 16, len(encoded))
    prelude += struct.pack(">I", zlib.crc32(prelude))
    return prelude + encoded + payload + struct.pack(">I", zlib.crc32(prelude + encoded + payload))


def payload_part(payload: bytes) -> bytes:
    return message(
        payload, event_type="PayloadPart", content_type="application/octet-stream", message_type="event"
    )


def stream_error(error: str, **members: str) -> bytes:
    body = json.dumps(members).encode()
    return message(body, exception_type=error, content_type="application/json", message_type="exception")


def client(service: str, url: str, **config: Any) -> Any:
    """A real client of boto3 that knows one address and no real key."""
    settings: dict[str, Any] = {"connect_timeout": 2, "read_timeout": 10, "proxies": {}} | config
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=url,
        region_name="eu-central-1",
        aws_access_key_id="AKIAEXAMPLE",
        aws_secret_access_key="example",
        config=Config(**settings),
    )


@contextlib.contextmanager
def sagemaker_runtime(components: Mapping[str, str]) -> Iterator[SageMakerRuntimeClient]:
    """A client of a runtime whose inference components are engines at these URLs."""
    with served(_app(components)) as url:
        runtime = client("sagemaker-runtime", url)
        try:
            yield runtime
        finally:
            runtime.close()


def _app(components: Mapping[str, str]) -> Starlette:
    async def forward(http: httpx.AsyncClient, request: Request) -> httpx.Response:
        assert request.path_params["endpoint"] == ENDPOINT
        assert request.headers["authorization"].startswith("AWS4-HMAC-SHA256 ")
        kept = ("content-type", "accept", "x-amzn-sagemaker-custom-attributes")
        forwarded = http.build_request(
            "POST",
            components[request.headers["x-amzn-sagemaker-inference-component"]] + "/invocations",
            content=await request.body(),
            headers={name: request.headers[name] for name in kept if name in request.headers},
        )
        return await http.send(forwarded, stream=True)

    async def refusal(answer: httpx.Response) -> Response:
        body = (await answer.aread()).decode()
        return Response(
            json.dumps(
                {
                    "Message": "Received an error from the model.",
                    "OriginalStatusCode": answer.status_code,
                    "OriginalMessage": body,
                }
            ),
            status_code=424,
            headers={"x-amzn-errortype": "ModelError"},
            media_type="application/json",
        )

    async def invocations(request: Request) -> Response:
        async with httpx.AsyncClient(trust_env=False, timeout=20) as http:
            answer = await forward(http, request)
            if answer.status_code != 200:
                return await refusal(answer)
            return Response(await answer.aread(), media_type=answer.headers.get("content-type"))

    async def response_stream(request: Request) -> Response:
        http = httpx.AsyncClient(trust_env=False, timeout=20)
        answer = await forward(http, request)
        if answer.status_code != 200:
            refused = await refusal(answer)
            await http.aclose()
            return refused

        async def framed() -> AsyncIterator[bytes]:
            try:
                async for chunk in answer.aiter_raw():
                    yield payload_part(chunk)
            finally:
                await http.aclose()

        return StreamingResponse(framed(), media_type="application/vnd.amazon.eventstream")

    return Starlette(
        routes=[
            Route("/endpoints/{endpoint}/invocations", invocations, methods=["POST"]),
            Route("/endpoints/{endpoint}/invocations-response-stream", response_stream, methods=["POST"]),
        ]
    )


@contextlib.contextmanager
def served(app: Starlette) -> Iterator[str]:
    # In a thread: the tests' own loop runs only while a test waits for something.
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error", lifespan="off"))
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            time.sleep(0.005)
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = server.force_exit = True
        thread.join()
