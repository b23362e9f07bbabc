"""The code executor's entry in Lambda, and as a direct call with `context=None`."""

from __future__ import annotations

import functools
import os
from typing import Any

from runtime.sandbox import CodeRequest, Engine, SandboxError, execute
from runtime.sandbox.wasm_python import WasmPython
from runtime.services.action_groups import respond

_CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN")


def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """`{results, isolation}` with one result per test, or `{error}`; the contract is `CodeRequest`."""
    return respond(event, CodeRequest, _answer, brief=_short)


@functools.cache
def engine() -> Engine:
    for name in _CREDENTIALS:  # this function needs none, and candidate code is about to run beside it
        os.environ.pop(name, None)
    return WasmPython()


def _answer(request: CodeRequest) -> dict[str, Any]:
    try:
        run = execute(engine(), request.submission())
    except SandboxError as refusal:
        return {"error": {"type": refusal.kind, "detail": str(refusal)}}
    return run.public().model_dump(mode="json")


def _short(answer: dict[str, Any]) -> dict[str, Any]:
    """An agent's answer has room for 24 KB, and its model for less: what a program printed is cut."""
    shown = [{**result, "stdout": result["stdout"][:400], "stderr": ""} for result in answer["results"][:40]]
    return {**answer, "results": shown, "tests": len(answer["results"])}
