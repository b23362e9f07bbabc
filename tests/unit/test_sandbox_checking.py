"""Checkers: what counts as the expected answer, by value and by text."""

from __future__ import annotations

import math
import random
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from runtime.sandbox import CodeRequest, Observation, Submission, TestCase, grade
from runtime.sandbox.checking import (
    TEXT_CHECKERS,
    VALUE_CHECKERS,
    Checker,
    TextChecker,
    ValueChecker,
    same_unordered,
    text_passes,
    value_passes,
)

_values: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


def test_every_checker_of_the_wire_has_its_comparison() -> None:
    assert set(TEXT_CHECKERS) == set(get_args(TextChecker))
    assert set(VALUE_CHECKERS) == set(get_args(ValueChecker))


@pytest.mark.parametrize(
    ("checker", "actual", "expected", "passes"),
    [
        ("exact", "1\n", "1\n", True),
        ("exact", "1", "1\n", False),
        (None, "1 \n\n", "1", True),
        ("trim", " 1", "1", False),
        ("tokens", "1\t2\n3", "1 2 3", True),
        ("tokens", "1 23", "1 2 3", False),
        ("tokens", "1.0", "1", False),
        ("floats", "1.0 0.30000000000000004", "1 0.3", True),
        ("floats", "0.31", "0.3", False),
        ("floats", "1_0", "10", False),
        ("floats", "\u0661", "1", False),
        ("floats", "1e0 +.5 1. -0", "1 0.5 1 0", True),
        ("floats", "inf -Infinity", "Infinity -inf", True),
        ("floats", "inf", "-inf", False),
        ("floats", "9" * 400, "8" * 400, False),
        ("floats", "1" + "0" * 400, "inf", False),
        ("trim", "a\r\nb\r\n", "a\nb", True),
        ("trim", "a\u2028b", "a\nb", False),
        ("trim", "a\x0cb", "a\nb", False),
        ("trim", "a\x85", "a", False),
        ("unordered-lines", "b\r\na", "a\nb", True),
        ("unordered-lines", "b\u2028a", "a\nb", False),
        ("unordered-lines", "b\x1ea", "a\nb", False),
        ("floats", "x 1", "x 1.0", True),
        ("floats", "y 1", "x 1", False),
        ("floats", "1 2", "1", False),
        ("floats", "1", "1 2", False),
        ("floats", "nan", "nan", False),
        ("floats", "inf", "inf", True),
        ("unordered-lines", "b\na\n\n", "a\n b", True),
        ("unordered-lines", "a\na\nb", "a\nb\nb", False),
        ("unordered-lines", "a b", "b a", False),
        ("trim", "1", 1, False),
    ],
)
def test_text_is_compared_as_its_checker_says(
    checker: Checker | None, actual: str, expected: JsonValue, passes: bool
) -> None:
    assert text_passes(actual, expected, checker) is passes


@pytest.mark.parametrize(
    ("checker", "actual", "expected", "passes"),
    [
        ("value", [1, 2], [2, 1], False),
        ("unordered", [1, 2], [2, 1], True),
        ("unordered", [1, 1, 2], [1, 2, 2], False),
        ("unordered", [1, True], [True, 1], True),
        ("unordered", [1, 1], [True, 1], False),
        ("unordered", [[1, 2]], [[2, 1]], False),
        ("unordered-nested", [[3], [1, 2]], [[2, 1], [3]], True),
        ("unordered-nested", {"a": [1, 2]}, {"a": [2, 1]}, True),
        ("unordered", [0.1 + 0.2, 2.0], [2, 0.3], True),
        ("unordered", [[1.0000005, 1], [1.0, 2]], [[1.0, 1], [1.0000005, 2]], True),
        ("unordered", [math.nan], [math.nan], False),
        ("unordered", [None, "1", 1, {"a": 1}], [{"a": 1}, 1, None, "1"], True),
        ("unordered", [10**400, 1], [1, 10**400], True),
        ("unordered", [-(10**400), 10**400], [10**400, -(10**400)], True),
        ("unordered", "ab", "ba", False),
        ("unordered", [1], {"a": 1}, False),
    ],
)
def test_values_are_compared_as_their_checker_says(
    checker: Checker, actual: JsonValue, expected: JsonValue, passes: bool
) -> None:
    assert value_passes(actual, expected, checker) is passes


@given(st.lists(_values, max_size=8), st.randoms())
def test_any_order_of_a_list_is_the_same_unordered(items: list[JsonValue], chance: random.Random) -> None:
    shuffled = items.copy()
    chance.shuffle(shuffled)
    assert same_unordered(shuffled, items)


@given(st.lists(_values, min_size=1, max_size=8))
def test_a_list_with_one_item_less_is_never_the_same(items: list[JsonValue]) -> None:
    assert not same_unordered(items[1:], items)


def test_a_tests_own_checker_goes_before_the_submissions() -> None:
    tests = (TestCase(expected=[2, 1]), TestCase(expected=[2, 1], checker="value"))
    seen = [Observation(index, "returned", value=[1, 2]) for index in range(2)]
    assert [result.verdict for result in grade(seen, tests, checker="unordered")] == ["AC", "WA"]


ROWS: JsonValue = {"columns": ["a", "b"], "rows": [[1, "x"], [2, None]]}


@pytest.mark.parametrize(
    ("expected", "checker", "verdict"),
    [
        ([[1, "x"], [2, None]], None, "AC"),
        ([[2, None], [1, "x"]], None, "WA"),
        ([[2, None], [1, "x"]], "unordered", "AC"),
        ({"rows": [[1, "x"], [2, None]]}, None, "AC"),
        ({"columns": ["a", "b"], "rows": [[1, "x"], [2, None]]}, None, "AC"),
        ({"columns": ["a", "c"], "rows": [[1, "x"], [2, None]]}, None, "WA"),
        ([[1, "x"]], None, "WA"),
        (None, None, "WA"),
    ],
)
def test_a_query_is_graded_by_its_rows_and_by_columns_that_are_named(
    expected: JsonValue, checker: Checker | None, verdict: str
) -> None:
    tests = (TestCase(expected=expected),)
    (result,) = grade([Observation(0, "returned", value=ROWS)], tests, kind="query", checker=checker)
    assert result.verdict == verdict


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"checker": "tokens", "functionName": "f"}, "for a function one of the checkers value"),
        ({"checker": "unordered"}, "for a program one of the checkers exact"),
        ({"checker": "tokens", "language": "sql"}, "for a query one of the checkers value"),
        ({"testCases": [{"input": "1", "checker": "unordered"}]}, "for a program one of the checkers exact"),
        ({"inPlace": True}, "changed in place; got a program"),
        ({"checker": "fuzzy"}, "checker"),
    ],
)
def test_a_checker_that_does_not_fit_is_refused_naming_those_that_do(
    fields: dict[str, object], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        CodeRequest.model_validate({"code": "", "language": "python"} | fields)


def test_the_wires_choices_reach_the_submission() -> None:
    body = {
        "code": "",
        "language": "python",
        "functionName": "f",
        "perTest": True,
        "inPlace": True,
        "checker": "unordered",
        "testCases": [{"input": "[1]", "expected": "[1]", "checker": "value"}],
    }
    submission = CodeRequest.model_validate(body).submission()
    assert (submission.per_test, submission.in_place, submission.checker) == (True, True, "unordered")
    assert submission.tests[0].checker == "value"


def test_a_querys_input_is_sql_and_its_expected_rows_are_json() -> None:
    body = {
        "code": "select 1",
        "language": "sql",
        "testCases": [{"input": "create table t(a)", "expected": "[[1]]"}],
    }
    submission = CodeRequest.model_validate(body).submission()
    assert submission.kind == "query"
    assert (submission.tests[0].stdin, submission.tests[0].expected) == ("create table t(a)", [[1]])
    with pytest.raises(ValidationError, match="a query takes no args"):
        CodeRequest.model_validate(body | {"testCases": [{"args": [1], "expected": "[[1]]"}]})
    with pytest.raises(ValidationError, match="expected JSON text"):
        CodeRequest.model_validate(body | {"testCases": [{"input": "", "expected": "no json"}]})


def test_in_place_needs_a_function() -> None:
    with pytest.raises(ValidationError, match="got a program"):
        Submission(language="python", code="", in_place=True)
