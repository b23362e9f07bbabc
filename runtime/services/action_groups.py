"""One handler, two callers: a direct payload, or a Bedrock Agent's action group (function schema).

An agent's parameters come from a model that reads what a candidate says, so they carry no authority: the
interview is the one in the session attributes, which only the platform sets, and a key is read only if it
lies
under that interview. Whatever contradicts this is refused and logged, without its content.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

_log = logging.getLogger(__name__)

# Bedrock refuses a longer answer of an action group's function; the envelope around it stays under 1 KB.
MAX_AGENT_BODY = 24_000
# The platform puts the interview's id under this name when it invokes the agent.
INTERVIEW_ATTRIBUTE = "interviewId"
# And the kind of move it is saying under this one, while an interview is going on.
MOVE_ATTRIBUTE = "moveKind"
_INTERVIEW_PARAMETERS = frozenset({"interviewid", "sessionid"})
_KEY_PREFIXES = ("cvs/{}/", "sessions/{}/")
_IDENTIFIER = re.compile(r"^[A-Za-z0-9_-]{1,128}$")
_PLACE_PARAMETERS = frozenset({"s3bucket", "bucket"})

type Json = dict[str, Any]


class _UnreadableError(ValueError):
    """An agent's event that is none."""


class Refused(ValueError):  # noqa: N818 - the word its callers know
    """A call that asks for what its caller has no right to."""


def respond[Request: BaseModel](
    event: Mapping[str, Any],
    request_model: type[Request],
    function: Callable[[Request], BaseModel | Json],
    *,
    brief: Callable[[Json], Json] = lambda answer: answer,
    during_interviews: bool = True,
) -> Json:
    """What `function` answers to the request in `event`, in the form its caller expects.

    Wrong requests, and errors that `function` raises as a `ValueError` of its own kind, become
    `{"error": {"type", "detail", ...}}`; anything else is a fault of ours and is raised, so that it is seen.
    `brief` shortens an answer for agents, whose function results are limited to 25 KB. Unless `during_interviews`, an
    agent that is conducting one is refused: what it hears, the candidate can ask it for.
    """
    # Lambda hands over any JSON there is, whatever the annotation says.
    given: object = event
    if not isinstance(given, Mapping):
        return _error("invalid_request", f"expected a JSON object; got {type(given).__name__}")
    if not is_agent_event(event):
        return _answer(lambda: dict(event), request_model, function)

    def payload() -> Json:
        if not during_interviews and _is_conducting(event):
            raise _refusal(event, "interview going on", "This is answered when the interview has ended.")
        return _agent_payload(event, request_model)

    answer = _answer(payload, request_model, function)
    if "error" not in answer:
        answer = brief(answer)
    body = json.dumps(answer, ensure_ascii=False, separators=(",", ":"))
    if len(body.encode()) > MAX_AGENT_BODY:
        detail = f"The answer is longer than the {MAX_AGENT_BODY} bytes an agent can take; ask for less."
        body = json.dumps(_error("answer_too_large", detail))
    return {
        "messageVersion": "1.0",
        "response": {
            "actionGroup": event.get("actionGroup", ""),
            "function": event.get("function", ""),
            "functionResponse": {"responseBody": {"TEXT": {"body": body}}},
        },
    }


def is_agent_event(event: object) -> bool:
    """Whether a Bedrock Agent asks, for a model that a candidate talks to; a direct caller is the platform."""
    return isinstance(event, Mapping) and "messageVersion" in event and "actionGroup" in event


def _answer[Request: BaseModel](
    payload: Callable[[], Json], request_model: type[Request], function: Callable[[Request], BaseModel | Json]
) -> Json:
    try:
        request = request_model.model_validate(payload())
    except ValidationError as error:
        return _invalid(error)
    except Refused as refusal:
        return _error("refused", str(refusal))
    except _UnreadableError as unreadable:
        return _error("invalid_request", str(unreadable))
    try:
        answer = function(request)
    except ValueError as error:
        # Errors of the room have a type of their own; a bare ValueError, or a library's, is a fault.
        if type(error).__module__.partition(".")[0] not in {"runtime", "lambdas"}:
            raise
        return _error(_snake(type(error).__name__), str(error))
    return answer.model_dump(mode="json", exclude_none=True) if isinstance(answer, BaseModel) else answer


def _agent_payload(event: Mapping[str, Any], request_model: type[BaseModel]) -> Json:
    interview = _interview(event)
    payload: Json = {}
    parameters: object = event.get("parameters") or []
    if not isinstance(parameters, list):
        raise _UnreadableError(f"parameters: expected a list of objects; got {type(parameters).__name__}")
    for parameter in parameters:
        if not isinstance(parameter, Mapping):
            kind = type(parameter).__name__
            raise _UnreadableError(f"parameters: expected objects of name, type and value; got {kind}")
        name, value = parameter.get("name"), parameter.get("value")
        if not isinstance(name, str) or value is None:
            continue
        plain = name.replace("_", "").lower()
        if plain in _PLACE_PARAMETERS:
            raise _refusal(
                event, "bucket", f"{name} is not an agent's to choose; the platform's own is used."
            )
        if plain in _INTERVIEW_PARAMETERS:
            if value != interview:
                raise _refusal(
                    event, "interview", f"{name} is not an agent's to choose; it is the session's own."
                )
            continue
        if plain.endswith("key"):
            _check_key(event, value, interview)
        payload[name] = _typed(value, str(parameter.get("type", "string")))
    if interview is not None:
        payload |= {
            name: interview for name in _names(request_model) if name.lower() in _INTERVIEW_PARAMETERS
        }
    return payload


def _interview(event: Mapping[str, Any]) -> str | None:
    attributes = event.get("sessionAttributes")
    found = attributes.get(INTERVIEW_ATTRIBUTE) if isinstance(attributes, Mapping) else None
    return found if isinstance(found, str) and _IDENTIFIER.match(found) else None


def _is_conducting(event: Mapping[str, Any]) -> bool:
    attributes = event.get("sessionAttributes")
    return isinstance(attributes, Mapping) and MOVE_ATTRIBUTE in attributes


def _check_key(event: Mapping[str, Any], key: object, interview: str | None) -> None:
    if interview is None:
        raise _refusal(event, "no interview", f"A key needs the session attribute {INTERVIEW_ATTRIBUTE}.")
    prefixes = tuple(prefix.format(interview) for prefix in _KEY_PREFIXES)
    under = isinstance(key, str) and key.startswith(prefixes)
    if not under or {"..", "."} & set(str(key).split("/")):
        raise _refusal(event, "foreign key", "The key does not belong to this interview.")


def _refusal(event: Mapping[str, Any], reason: str, detail: str) -> Refused:
    _log.warning(
        "refused a tool call of an agent: %s (action group %.64r, function %.64r)",
        reason,
        event.get("actionGroup"),
        event.get("function"),
    )
    return Refused(detail)


def _names(model: type[BaseModel]) -> tuple[str, ...]:
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _typed(value: object, kind: str) -> object:
    """Agents send every value as text: arrays, numbers and booleans as JSON."""
    if not isinstance(value, str) or kind == "string":
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        # Pydantic names what was expected, and reads the forms of booleans and numbers that JSON has not.
        return value


def _invalid(error: ValidationError) -> Json:
    fields = [
        {
            "field": ".".join(str(part) for part in problem["loc"]),
            "message": problem["msg"].removeprefix("Value error, "),
        }
        for problem in error.errors(include_input=False, include_url=False, include_context=False)
    ]
    detail = "; ".join(f"{field['field'] or 'request'}: {field['message']}" for field in fields[:5])
    return _error("invalid_request", detail, fields=fields)


def _error(kind: str, detail: str, **more: object) -> Json:
    return {"error": {"type": kind, "detail": detail, **more}}


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
