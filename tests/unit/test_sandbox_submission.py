"""What may be submitted, and how the wire's payload becomes a submission."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from pydantic import ValidationError

from runtime.sandbox import CodeRequest, Limits, Submission, SubmissionTooLarge, TestCase, TestResult
from runtime.sandbox.engine import Observation, Program, TestInput
from runtime.sandbox.tool import answer, brief
from tests.unit.conftest import ScriptedEngine


def request(**fields: object) -> CodeRequest:
    return CodeRequest.model_validate({"code": "pass", "language": "python", **fields})


def test_input_is_the_json_text_of_the_single_argument() -> None:
    tests = [{"input": "[1, 2]", "expected": "3"}]
    (test,) = request(testCases=tests, functionName="add").submission().tests
    assert (test.args, test.expected) == (([1, 2],), 3)


def test_args_and_kwargs_carry_more_arguments() -> None:
    tests = [{"args": [1, 2], "kwargs": '{"c": 3}', "expected": "6"}]
    (test,) = request(testCases=tests, functionName="add").submission().tests
    assert (test.args, test.kwargs) == ((1, 2), {"c": 3})


def test_without_a_function_the_input_is_standard_input() -> None:
    tests = [{"input": "4\n", "expected": '"8"'}, {"input": "4", "expected": "8"}]
    parsed = request(testCases=tests).submission().tests
    assert [(test.stdin, test.expected) for test in parsed] == [("4\n", "8"), ("4", "8")]


def test_an_agent_may_pass_the_tests_as_text() -> None:
    parsed = request(testCases='[{"input": "1", "expected": "2"}]', functionName="f").submission()
    assert parsed.tests[0].args == (1,)


def test_text_that_is_no_json_names_its_test() -> None:
    with pytest.raises(ValidationError, match="test 2: input: expected JSON text"):
        request(testCases=[{"input": "1", "expected": "1"}, {"input": "[1,"}], functionName="f")


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5000])
def test_json_text_that_no_parser_takes_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="test 1: input: expected "):
        request(testCases=[{"input": text, "expected": "1"}], functionName="f")


def test_unknown_fields_are_ignored() -> None:
    assert request(theme="dark").submission().code == "pass"


def test_too_much_source_is_too_large() -> None:
    with pytest.raises(SubmissionTooLarge, match="65536 bytes of source; got 65537"):
        Submission(language="python", code="#" * 65537)


def test_source_is_measured_in_bytes() -> None:
    with pytest.raises(SubmissionTooLarge):
        Submission(language="python", code="é" * 40_000)


def test_too_many_tests_are_too_large() -> None:
    tests = [{"input": "1", "expected": "1"}] * 201
    with pytest.raises(SubmissionTooLarge, match="200 tests; got 201"):
        request(testCases=tests, functionName="f").submission()


def test_a_megabyte_of_tests_is_too_large() -> None:
    with pytest.raises(SubmissionTooLarge, match="bytes of tests"):
        Submission(language="python", code="", function_name="f", tests=(TestCase(args=("x" * 2**20,)),))


def test_a_program_takes_no_arguments() -> None:
    with pytest.raises(ValidationError, match="args need a function_name"):
        Submission(language="python", code="", tests=(TestCase(args=(1,)),))


def test_a_function_takes_no_standard_input() -> None:
    with pytest.raises(ValidationError, match="expected args for the function"):
        Submission(language="python", code="", function_name="f", tests=(TestCase(stdin="1"),))


def test_limits_have_a_ceiling() -> None:
    with pytest.raises(ValidationError):
        Limits(cpu_s=11)


def test_a_run_ends_before_whoever_asks_through_the_deployed_api_is_given_up_on() -> None:
    given: list[Limits] = []

    class Engine(ScriptedEngine):
        def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
            given.append(limits)
            return super().run(program, inputs, limits)

    answer(Engine(), request())

    (limits,) = given
    assert limits.submission_s < 29


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        ({"tests": [{"input": "1", "expected": "1"}]}, "testCases"),
        ({"test-cases": [{"input": "1"}]}, "testCases"),
        ({"testcases": '[{"input": "1"}]'}, "testCases"),
        ({"function": "f"}, "functionName"),
        ({"entryPoint": "f"}, "functionName"),
        ({"entry_point": "f"}, "functionName"),
    ],
)
def test_a_field_under_another_name_is_refused_with_the_right_one(given: dict[str, Any], wanted: str) -> None:
    (name,) = given
    with pytest.raises(ValidationError, match=f"expected {wanted}; got {name}, "):
        request(**given)


@pytest.mark.parametrize("name", ["source", "sourceCode", "src"])
def test_code_under_another_name_is_refused_with_the_right_one(name: str) -> None:
    with pytest.raises(ValidationError, match=f"expected code; got {name}, "):
        CodeRequest.model_validate({name: "x = 1", "language": "python"})


@pytest.mark.parametrize(
    ("test", "wanted"),
    [
        ({"input": "1", "expected_output": "1"}, "expected"),
        ({"input": "1", "output": "1"}, "expected"),
        ({"arguments": [1], "expected": "1"}, "input"),
        ({"input": "1", "expected": "1", "isHidden": True}, "hidden"),
    ],
)
def test_a_field_of_a_test_under_another_name_is_refused(test: dict[str, Any], wanted: str) -> None:
    with pytest.raises(ValidationError, match=f"expected {wanted}; got "):
        request(testCases=[test], functionName="f")


def test_unknown_fields_beside_the_known_ones_are_ignored() -> None:
    test = {"input": "1", "expected": "1", "output": "of a former run", "note": "n"}
    asked = request(testCases=[test], functionName="f", source="editor", tests="3 of them", theme="dark")
    assert asked.function_name == "f"
    assert len(asked.submission().tests) == 1


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("hello", "test 1: input: expected JSON text; got 'hello': text itself stands in double quotes"),
        ("[1", "test 1: input: expected JSON text; got '\\[1': see its brackets"),
        ("9" * 5000, "test 1: input: expected integers of at most 4300 digits"),
        ("[" * 201 + "]" * 201, "test 1: input: expected lists and objects nested at most 200 deep"),
        ("[" * 200_000 + "]" * 200_000, "test 1: input: expected lists and objects nested at most 200 deep"),
    ],
)
def test_text_that_is_no_input_says_what_is_wrong_with_it(text: str, told: str) -> None:
    with pytest.raises(ValidationError, match=told) as refused:
        request(testCases=[{"input": text, "expected": "1"}], functionName="f")
    assert len(str(refused.value)) < 500


def test_values_nested_too_deep_are_refused_in_a_sentence() -> None:
    deep: Any = 1
    for _ in range(100_000):
        deep = [deep]
    with pytest.raises(ValidationError, match="nested at most 200 deep"):
        request(testCases=[{"input": deep}], functionName="f")


def test_as_deep_as_a_result_may_be_an_input_may_be() -> None:
    text = "[" * 200 + "]" * 200
    (test,) = request(testCases=[{"input": text, "expected": text}], functionName="f").submission().tests
    assert test.expected == json.loads(text)


@pytest.mark.parametrize("name", ["", "  "])
def test_a_blank_name_of_a_function_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="leave it out"):
        request(functionName=name)


def test_blanks_around_the_name_of_a_function_are_no_part_of_it() -> None:
    assert request(functionName=" f ").function_name == "f"


def test_no_list_of_tests_is_an_empty_one() -> None:
    assert request(testCases=None).test_cases == []


@pytest.mark.parametrize(
    ("test", "told"),
    [
        ({"input": "1", "args": [1]}, "expected either input or args; got both"),
        ({"input": 1, "kwargs": {"a": 1}}, "expected either input or kwargs; got both"),
        ({"input": "1", "args": [], "kwargs": {}}, "expected either input or args and kwargs; got both"),
        ({"input": "1", "stdin": "1"}, "expected either input or stdin; got both"),
    ],
)
def test_an_input_beside_other_arguments_is_refused(test: dict[str, Any], told: str) -> None:
    with pytest.raises(ValidationError, match=told):
        request(testCases=[test], functionName="f")


def test_an_input_of_nothing_beside_arguments_is_none() -> None:
    tests = [{"input": None, "args": [1], "expected": "1"}]
    assert request(testCases=tests, functionName="f").submission().tests[0].args == (1,)


@pytest.mark.parametrize(
    "fields",
    [
        {"testCases": "[1"},
        {"testCases": [{"args": "[1"}]},
        {"testCases": [{"kwargs": "{1"}]},
        {"testCases": json.loads("[" * 300 + "]" * 300)},
    ],
)
def test_a_field_is_named_by_its_place_alone(fields: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refused:
        request(functionName="f", **fields)
    (problem,) = refused.value.errors()
    assert problem["msg"].startswith("Value error, expected "), problem


def _verdicts(count: int, **fields: Any) -> list[dict[str, Any]]:
    whole = TestResult(verdict="WA", **fields).model_dump(mode="json")
    return [dict(whole) for _ in range(count)]


@pytest.mark.parametrize("count", [1, 40, 41, 200])
@pytest.mark.parametrize(
    "fields",
    [
        {"actual": "ä" * 500_000},
        {"actual": list(range(50_000))},
        {"error": "\U0001f600" * 8_000},
        {"stdout": "\x00" * 60_000, "stderr": "x" * 60_000},
        {"actual": {"a": "x" * 5_000}, "error": "x" * 8_000, "stdout": "x" * 8_000},
    ],
)
def test_an_agent_gets_a_verdict_for_every_test_however_long_the_rest_is(
    count: int, fields: dict[str, Any]
) -> None:
    whole = {"results": _verdicts(count, **fields), "isolation": "walls", "not_compiled": "x" * 8_000}
    short = brief(whole)
    assert [result["verdict"] for result in short["results"]] == ["WA"] * count
    assert len(json.dumps(short, ensure_ascii=False).encode()) <= 24_000
    assert short["tests"] == count


def test_what_an_agent_has_room_for_it_gets_whole() -> None:
    (result,) = brief({"results": _verdicts(1, actual=[1, 2], error="why", stdout="printed")})["results"]
    assert (result["actual"], result["error"], result["stdout"]) == ([1, 2], "why", "printed")


def test_an_agent_is_shown_how_an_error_begins_and_ends() -> None:
    (result,) = brief({"results": _verdicts(1, error="first" + "x" * 1_000 + "last")})["results"]
    assert result["error"].startswith("first")
    assert result["error"].endswith("last")


def test_an_agent_is_shown_no_more_of_a_hidden_test_than_the_candidate() -> None:
    hidden = TestResult(verdict="WA", actual="secret", stdout="secret", error="secret", hidden=True).public()
    answer = {"results": [hidden.model_dump(mode="json") for _ in range(50)]}
    assert "secret" not in json.dumps(brief(answer))
    assert {(result["verdict"], result["hidden"]) for result in brief(answer)["results"]} == {("WA", True)}
