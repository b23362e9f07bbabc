"""Direct payloads and Bedrock Agent events, answered by the same function."""

from __future__ import annotations

import json
from typing import Any

import pytest
from pydantic import BaseModel, ConfigDict, Field

from runtime.services.action_groups import MAX_AGENT_BODY, respond


class _Sum(BaseModel):
    model_config = ConfigDict(populate_by_name=True)

    numbers: list[int]
    session_id: str = Field(default="none", alias="sessionId")
    negate: bool = False


class _Total(BaseModel):
    total: int
    session: str
    remark: str | None = None


def _add(request: _Sum) -> _Total:
    total = sum(request.numbers)
    return _Total(total=-total if request.negate else total, session=request.session_id)


def _agent(*parameters: tuple[str, str, str], **attributes: str) -> dict[str, Any]:
    return {
        "messageVersion": "1.0",
        "actionGroup": "sums",
        "function": "add",
        "parameters": [{"name": name, "type": kind, "value": value} for name, kind, value in parameters],
        "sessionAttributes": attributes,
    }


def _body(answer: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(answer["response"]["functionResponse"]["responseBody"]["TEXT"]["body"])
    return body


def test_a_direct_payload_is_answered_with_the_bare_result() -> None:
    assert respond({"numbers": [1, 2], "sessionId": "s-1"}, _Sum, _add) == {"total": 3, "session": "s-1"}


def test_an_agents_text_becomes_the_types_of_the_request() -> None:
    answer = respond(_agent(("numbers", "array", "[1, 2]"), ("negate", "boolean", "true")), _Sum, _add)
    assert _body(answer) == {"total": -3, "session": "none"}


def test_the_interview_comes_from_the_session_attributes() -> None:
    answer = respond(_agent(("numbers", "array", "[1]"), interviewId="i-1"), _Sum, _add)
    assert _body(answer)["session"] == "i-1"


def test_an_agent_that_names_another_interview_is_refused() -> None:
    answer = respond(
        _agent(("numbers", "array", "[1]"), ("sessionId", "string", "i-2"), interviewId="i-1"), _Sum, _add
    )
    assert _body(answer)["error"]["type"] == "refused"


def test_an_invalid_request_names_the_field_and_never_repeats_its_value() -> None:
    answer = respond({"numbers": ["secret"]}, _Sum, _add)
    assert answer["error"]["fields"][0]["field"] == "numbers.0"
    assert "secret" not in json.dumps(answer)


def test_a_fault_of_ours_is_raised_and_not_answered() -> None:
    def broken(_request: _Sum) -> _Total:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        respond({"numbers": []}, _Sum, broken)


def test_an_answer_longer_than_an_agent_takes_becomes_an_error_that_fits() -> None:
    def long(request: _Sum) -> _Total:
        return _add(request).model_copy(update={"remark": "x" * MAX_AGENT_BODY})

    assert (
        _body(respond(_agent(("numbers", "array", "[1]")), _Sum, long))["error"]["type"] == "answer_too_large"
    )
    assert respond({"numbers": [1]}, _Sum, long)["total"] == 1


def test_an_agent_that_conducts_an_interview_is_refused_what_only_an_ended_one_tells() -> None:
    conducting = _agent(("numbers", "array", "[1]"), interviewId="i-1", moveKind="ask")
    afterwards = _agent(("numbers", "array", "[1]"), interviewId="i-1")

    refused = _body(respond(conducting, _Sum, _add, during_interviews=False))

    assert refused["error"]["type"] == "refused"
    assert _body(respond(afterwards, _Sum, _add, during_interviews=False))["total"] == 1
    assert _body(respond(conducting, _Sum, _add))["total"] == 1


@pytest.mark.parametrize("parameters", [[1], ["numbers"], [None], [[]], "numbers", 1, {"numbers": "[1]"}])
def test_parameters_that_are_no_objects_are_refused_in_words(parameters: Any) -> None:
    error = _body(respond({**_agent(), "parameters": parameters}, _Sum, _add))["error"]
    assert error["type"] == "invalid_request"
    assert error["detail"].startswith("parameters: expected ")


def test_an_array_nested_too_deep_is_refused_in_words() -> None:
    answer = respond(_agent(("numbers", "array", "[" * 100_000)), _Sum, _add)
    assert _body(answer)["error"]["type"] == "invalid_request"
