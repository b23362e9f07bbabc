"""What the REST API's function is called with: events of an HTTP API (payload format 2.0), and nothing else."""

from __future__ import annotations

import binascii
import json
import logging
from collections.abc import Callable
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

type Handler = Callable[[Any, Any], Any]

_log = logging.getLogger(__name__)


class _Http(BaseModel):
    method: str
    path: str
    sourceIp: str  # noqa: N815 - the field's name in the event


class _Context(BaseModel):
    http: _Http


class _Event(BaseModel):
    """What the adapter to ASGI reads of an event, https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html"""

    model_config = ConfigDict(strict=True)

    version: Literal["2.0"]
    requestContext: _Context  # noqa: N815
    headers: dict[str, str] = {}
    cookies: list[str] = []
    rawQueryString: str = ""  # noqa: N815
    body: str | None = None
    isBase64Encoded: bool = False  # noqa: N815


def requests_only(serve: Handler) -> Handler:
    """`serve`, which is called for requests alone; whatever else comes is answered with 400.

    An exception would be an error of the function, and those take a release back while it is a canary: whoever may call
    the function could do that by a call that is no request.
    """

    def answer(event: Any, context: Any) -> Any:
        try:
            _Event.model_validate(event)
        except ValidationError as error:
            fields = sorted({".".join(map(str, each["loc"])) or "the event" for each in error.errors()})
            return _refused(f"expected an event of an HTTP API, got another in {', '.join(fields)}")
        try:
            return serve(event, context)
        except binascii.Error:
            # The application answers for its own: only the body's decoding before it gets here.
            return _refused("expected a body in Base64, got something else")

    return answer


def _refused(why: str) -> dict[str, Any]:
    _log.warning("refused: %s", why)
    problem: Final = {"type": "about:blank", "title": "Bad Request", "status": 400, "detail": why}
    return {
        "statusCode": 400,
        "headers": {"content-type": "application/problem+json"},
        "body": json.dumps(problem),
        "isBase64Encoded": False,
    }
