"""The code executor's handler: direct payloads and Bedrock Agent events, one result per test, refusals in words."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lambdas.code_executor.handler import engine, handler

SOLUTION = "def double(x):\n    return 2 * x"
TESTS = [
    {"input": "2", "expected": "4"},
    {"input": "2", "expected": "5"},
    {"input": '"a"', "expected": '"aa"'},
]


@pytest.fixture(scope="module", autouse=True)
def closed_engine() -> Iterator[None]:
    yield
    if engine.cache_info().currsize:
        engine().close()
        engine.cache_clear()


def payload(**fields: Any) -> dict[str, Any]:
    return {"code": SOLUTION, "language": "python", "functionName": "double", "testCases": TESTS, **fields}


def agent_event(**parameters: str) -> dict[str, Any]:
    return {
        "messageVersion": "1.0",
        "actionGroup": "code_executor",
        "function": "run_code",
        "sessionAttributes": {},
        "parameters": [
            {"name": name, "type": "string", "value": value} for name, value in parameters.items()
        ],
    }


def test_a_direct_payload_gets_one_result_per_test() -> None:
    answer = handler(payload())
    assert [result["verdict"] for result in answer["results"]] == ["AC", "WA", "AC"]
    assert {"verdict", "actual", "stdout", "error", "cpu_ms", "wall_ms", "peak_kb"} <= answer["results"][
        0
    ].keys()
    assert "WebAssembly" in answer["isolation"]


def test_code_that_does_not_compile_still_has_a_result_per_test() -> None:
    answer = handler(payload(code="def double("))
    assert [result["verdict"] for result in answer["results"]] == ["CE", "CE", "CE"]


def test_an_agents_event_is_answered_in_its_envelope() -> None:
    event = agent_event(code=SOLUTION, language="python", functionName="double", testCases=json.dumps(TESTS))
    response = handler(event)["response"]
    assert (response["actionGroup"], response["function"]) == ("code_executor", "run_code")
    body = json.loads(response["functionResponse"]["responseBody"]["TEXT"]["body"])
    assert [result["verdict"] for result in body["results"]] == ["AC", "WA", "AC"]


def test_an_agents_answer_fits_its_limit() -> None:
    code = "def double(x):\n    print('x' * 10_000)\n    return x"
    tests = [{"input": "1", "expected": "1"}] * 40
    event = agent_event(code=code, language="python", functionName="double", testCases=json.dumps(tests))
    body = json.loads(handler(event)["response"]["functionResponse"]["responseBody"]["TEXT"]["body"])
    assert len(body["results"]) == 40


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ({"language": "cobol"}, "unsupported_language"),
        ({"code": "#" * 70_000}, "submission_too_large"),
        ({"testCases": TESTS * 100}, "submission_too_large"),
        ({"testCases": [{"input": "{", "expected": "1"}]}, "invalid_request"),
        ({"code": None}, "invalid_request"),
    ],
)
def test_a_refusal_says_why(fields: dict[str, Any], kind: str) -> None:
    assert handler(payload(**fields))["error"]["type"] == kind


@pytest.mark.parametrize(("event", "told"), [(None, "NoneType"), ([], "list"), ("code", "str"), (1, "int")])
def test_what_is_no_object_is_refused(event: Any, told: str) -> None:
    assert handler(event, None)["error"] == {
        "type": "invalid_request",
        "detail": f"expected a JSON object; got {told}",
    }


@pytest.mark.parametrize("languages", [False, None, 0, "no", "true"])
def test_languages_are_listed_for_nobody_who_does_not_ask(languages: Any) -> None:
    answer = handler({"languages": languages})
    assert answer["error"]["type"] == "invalid_request"
    assert "languages" not in answer


def test_code_beside_what_asks_for_no_languages_is_run() -> None:
    assert [r["verdict"] for r in handler(payload(languages=False))["results"]] == ["AC", "WA", "AC"]


@pytest.mark.parametrize(
    ("function", "code", "told"),
    [
        ("double", "def double(:\n  pass", "SyntaxError"),
        ("double", "def twice(x): return x", "function not found: double"),
        (None, "print(1))", "SyntaxError"),
    ],
)
def test_hidden_tests_tell_why_no_test_could_be_run_and_nothing_else(
    function: str | None, code: str, told: str
) -> None:
    hidden = [{**test, "hidden": True} for test in TESTS]
    results = handler(payload(code=code, functionName=function, testCases=hidden))["results"]
    assert [result["verdict"] for result in results] == ["CE"] * 3
    assert all(told in result["error"] for result in results)


@pytest.mark.parametrize("function", ["double", None])
def test_no_word_of_a_hidden_test_comes_out_as_the_compilers(function: str | None) -> None:
    # The guest's side of the harness is the candidate's to patch: a forged refusal to compile holds the input.
    forge = """
import json, sys
room = sys.modules["_room"]
def forged(text):
    refused = json.dumps(["not_compiled", None, "it was " + text])
    room._frame = room._returned = lambda *_, **__: refused
"""
    code = forge + (
        "def double(x): forged(str(x))" if function else "given = sys.stdin.read()\nif given: forged(given)"
    )
    test = {"input": "4711" if function else "text4711", "expected": "1", "hidden": True}
    answer = handler(payload(code=code, functionName=function, testCases=[test]))
    assert answer["results"][0]["verdict"] == "CE"
    assert "4711" not in json.dumps(answer)


def test_credentials_leave_the_environment_before_any_code_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    if engine.cache_info().currsize:
        engine().close()
        engine.cache_clear()
    names = (
        *("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_SECURITY_TOKEN"),
        *("AWS_CONTAINER_CREDENTIALS_FULL_URI", "AWS_CONTAINER_AUTHORIZATION_TOKEN"),
    )
    for name in names:
        monkeypatch.setenv(name, "a-secret")
    answer = handler(payload())
    assert [result["verdict"] for result in answer["results"]] == ["AC", "WA", "AC"]
    assert not set(names) & os.environ.keys()
    # A process would have what was there when it was started.
    processes = [Path(f"/proc/{process}/environ") for process in engine().processes]
    assert processes
    if Path("/proc/self/environ").exists():
        assert not [path for path in processes if b"a-secret" in path.read_bytes()]
