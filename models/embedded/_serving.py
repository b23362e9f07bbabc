"""What both servers share: a loopback port, problem+json, and a parent they do not outlive."""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import json
import logging
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Final

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

MAX_BODY_BYTES: Final = 6 * 1024 * 1024
"""SageMaker's own limit for one invocation, so that what works here works there."""

_PR_SET_PDEATHSIG: Final = 1


def problem(status: int, detail: str) -> JSONResponse:
    """An RFC 9457 answer; `detail` is a sentence that says what was expected and what came."""
    return JSONResponse(
        {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail},
        status_code=status,
        media_type="application/problem+json",
    )


async def problem_of(_request: Request, error: Exception) -> Response:
    """Turns what a handler raised, or routing itself (404, 405), into a problem."""
    if isinstance(error, HTTPException):
        answer = problem(error.status_code, error.detail)
        answer.headers.update(error.headers or {})
        return answer
    return problem(500, f"The engine failed: {type(error).__name__}. Its log says more.")


async def read_body(request: Request) -> bytes:
    """The whole body; HTTPException 413 as soon as it is known to be over MAX_BODY_BYTES."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MAX_BODY_BYTES:
            limit = f"expected at most {MAX_BODY_BYTES // 1024**2} MB in one request; send it in parts"
            raise HTTPException(413, limit)
    return bytes(body)


def serve(description: str, build: Callable[[], Starlette]) -> None:
    """The command line of both servers; returns when told to stop."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--port", type=int, default=8080, help="0 chooses one; it is printed as JSON")
    parser.add_argument("--exit-with-parent", action="store_true", help="stop when stdin closes")
    arguments = parser.parse_args()
    # A listener that hangs up in the middle of a sentence is everyday life, not a warning per piece.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    server = uvicorn.Server(
        uvicorn.Config(build(), log_level="warning", access_log=False, timeout_graceful_shutdown=1)
    )

    def stop(*_: object) -> None:
        server.should_exit = True

    # Also while starting, when uvicorn does not listen yet, and after it has stopped, when it raises the signal
    # again: dying of it would skip Python's own clean-up.
    signal.signal(signal.SIGTERM, stop)
    with socket.create_server(("127.0.0.1", arguments.port)) as listener:
        if arguments.exit_with_parent:
            _exit_with_parent(stop)
        sys.stdout.write(json.dumps({"port": listener.getsockname()[1]}) + "\n")
        sys.stdout.flush()
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def _exit_with_parent(stop: Callable[[], None]) -> None:
    # Linux ends this process with the *thread* that started it, at once and even if some other process has
    # inherited our stdin; the closed pipe serves every other system.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)

    def wait_for_end_of_input() -> None:
        # os.read, because a thread blocked inside sys.stdin crashes the interpreter's shutdown.
        while os.read(0, 1024):
            pass
        stop()

    threading.Thread(target=wait_for_end_of_input, daemon=True).start()
