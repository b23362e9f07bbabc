"""The code executor's entry in Lambda, and as a direct call with `context=None`."""

from __future__ import annotations

import functools
from typing import Any

from runtime.aws.executor import executor_engine
from runtime.aws.telemetry import begin, in_lambda
from runtime.sandbox import CodeRequest, Engine
from runtime.sandbox.tool import answer, brief, question
from runtime.services.action_groups import is_agent_event, respond
from runtime.settings import CodeExecutorSettings

telemetry = begin("code-executor", CodeExecutorSettings)


@functools.cache
def engine() -> Engine:
    return executor_engine(telemetry.count)


if in_lambda():
    engine()  # while the function is initialised, which SnapStart keeps


@telemetry.handler
def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """`{results, isolation}` with one result per test, or `{error}`.

    `{languages: true}` asks what runs here, `{probe: true}` tries whether it holds.
    """
    if (asked := question(event)) and not is_agent_event(event):
        request, told = asked
        return respond(event, request, lambda _: told(engine()))
    return respond(event, CodeRequest, lambda request: answer(engine(), request), brief=brief)
