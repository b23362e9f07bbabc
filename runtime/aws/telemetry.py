"""Logs and metrics of a process in AWS: structured lines on standard output, by Powertools.

Nothing a candidate said, wrote or uploaded is logged: events are not, and of an exception only its type and where it
happened, because a message quotes what could not be read.
"""

from __future__ import annotations

import functools
import logging
import os
import traceback
from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from runtime.settings import DeployedSettings

_log = logging.getLogger(__name__)

NAMESPACE: Final = "PrepAI"
_THROTTLED: Final = frozenset(
    {
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ServiceQuotaExceededException",
        "SlowDown",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)


class Handler(Protocol):
    """A function's entry; called as a plain function it needs no context."""

    def __call__(self, event: dict[str, Any], context: Any = None) -> dict[str, Any]: ...


def in_lambda() -> bool:
    """Whether this process is a function: AWS names it in the environment, and nobody else does."""
    return "AWS_LAMBDA_FUNCTION_NAME" in os.environ


class FunctionFailedError(Exception):
    """What Lambda reports instead of the fault itself, whose message it would log and hand to the caller."""


class Telemetry:
    """Logs and metrics under one service's name. Without an environment, which only AWS has, it stays silent."""

    def __init__(self, *, service: str, environment: str | None) -> None:
        self._dimensions = {"environment": environment or "", "service": service}
        self._logger: Logger | None = None
        if environment is not None:
            self._logger = Logger(service=service, level=logging.INFO, environment=environment)
            _take_over(self._logger)

    def count(self, name: str, value: float = 1) -> None:
        """Count `value` of a metric; it is written at once, because a process may be frozen or ended at any time."""
        self._emit(name, value, MetricUnit.Count)

    def measure(self, name: str, seconds: float) -> None:
        """A duration."""
        self._emit(name, round(seconds * 1000, 3), MetricUnit.Milliseconds)

    def _emit(self, name: str, value: float, unit: MetricUnit) -> None:
        if self._logger is not None:
            with single_metric(
                name=name, unit=unit, value=value, namespace=NAMESPACE, default_dimensions=self._dimensions
            ):
                pass

    def handler(self, function: Callable[[dict[str, Any], Any], dict[str, Any]]) -> Handler:
        """A function's entry: its lines carry the request's id, and what it raises leaves without its message."""

        @functools.wraps(function, updated=())
        def entry(event: dict[str, Any], context: Any = None) -> dict[str, Any]:
            if self._logger is None:
                return function(event, context)
            self._logger.append_keys(request_id=getattr(context, "aws_request_id", None))
            try:
                return function(event, context)
            except Exception as error:  # noqa: BLE001 - raised on, as what it is and without what it says
                _log.exception("%s failed", self._dimensions["service"])
                raise FunctionFailedError(type(error).__name__) from None

        return entry

    def watch(self, client: Any, metric: str) -> None:
        """Count the throttled answers that a client gets, those it repeats by itself included."""

        def received(parsed_response: Mapping[str, Any] | None = None, **_: object) -> None:
            code = (parsed_response or {}).get("Error", {}).get("Code")
            if code in _THROTTLED:
                self.count(metric)

        client.meta.events.register("response-received", received)


def begin(service: str, settings: type[DeployedSettings]) -> Telemetry:
    """The telemetry of a function, in its environment; silent where the function is called as a plain one."""
    return Telemetry(service=service, environment=settings().prepai_environment if in_lambda() else None)


class _WithoutMessages(logging.Filter):
    """Takes the message off every logged exception, whoever logs it, and leaves its type and where it happened."""

    def filter(self, record: logging.LogRecord) -> bool:
        if record.exc_info:
            kind, _, trace = record.exc_info
            record.error = kind.__name__ if kind else None
            record.where = "".join(traceback.format_tb(trace))
            record.exc_info = record.exc_text = None
        if record.name == "asyncio":
            # Its first line says what happened, the others describe the task with all that it holds.
            record.msg, record.args = record.getMessage().partition("\n")[0], None
        return True


def _take_over(logger: Logger) -> None:
    """Every line of this process in one form, those of the rooms and of libraries included."""
    handler = logger.registered_handler
    handler.addFilter(_WithoutMessages())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    # One line per request each, which AWS writes as well.
    for chatty in ("botocore", "mangum", "uvicorn.access"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
