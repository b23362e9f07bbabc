"""Grading compares JSON values outside the sandbox, and gives every test exactly one verdict."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from runtime.sandbox import (
    Limits,
    Observation,
    Program,
    Submission,
    TestCase,
    TestInput,
    execute,
    grade,
    same,
    same_text,
)
from runtime.sandbox.engine import Ending
from tests.unit.conftest import ScriptedEngine

_leaves = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
_values: st.SearchStrategy[JsonValue] = st.recursive(
    _leaves,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(_values)
def test_a_value_is_the_same_as_itself(value: JsonValue) -> None:
    assert same(value, value)


@given(_values, _values)
def test_sameness_has_no_sides(left: JsonValue, right: JsonValue) -> None:
    assert same(left, right) == same(right, left)


@given(_values)
def test_a_value_is_not_the_same_as_itself_in_a_list(value: JsonValue) -> None:
    assert not same(value, [value])


@given(st.lists(st.integers(), min_size=2, unique=True))
def test_order_matters(numbers: list[int]) -> None:
    assert not same([*numbers], [*reversed(numbers)])


@pytest.mark.parametrize(
    ("actual", "expected"),
    [
        (True, 1),
        (0, False),
        (1, "1"),
        (None, False),
        (None, 0),
        ("", None),
        ([], {}),
        ([1], [1, 1]),
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": True}, {"a": 1}),
        (math.nan, math.nan),
        ([math.nan], [math.nan]),
        (10**400, 1.0),
        (2**60, 2**60 + 1),
        (0.1, 0.2),
    ],
)
def test_values_that_look_alike_differ(actual: JsonValue, expected: JsonValue) -> None:
    assert not same(actual, expected)


@pytest.mark.parametrize(
    ("actual", "expected"), [(0.1 + 0.2, 0.3), (3, 3.0), ([1e-12], [0.0]), (math.inf, math.inf)]
)
def test_floats_have_a_tolerance(actual: JsonValue, expected: JsonValue) -> None:
    assert same(actual, expected)


def test_depth_does_not_overflow_the_comparison() -> None:
    left: JsonValue = 1
    right: JsonValue = 2
    for _ in range(50_000):
        left, right = [left], [right]
    assert not same(left, right)


def test_trailing_blanks_do_not_count_in_printed_text() -> None:
    assert same_text("1 \n2\n\n", "1\n2")
    assert not same_text(" 1\n2", "1\n2")


_endings: list[Ending] = [
    "returned",
    "raised",
    "not_compiled",
    "time",
    "memory",
    "output",
    "crashed",
    "not_run",
    "engine_failed",
]
_observations = st.builds(
    Observation, index=st.integers(-2, 6), ending=st.sampled_from(_endings), value=_values, stdout=st.text()
)


@given(st.lists(_observations), st.lists(st.builds(TestCase, expected=_values), max_size=5))
def test_every_test_has_one_result_whatever_was_observed(
    observations: list[Observation], tests: list[TestCase]
) -> None:
    results = grade(observations, tests)
    assert len(results) == len(tests)
    for index, (result, test) in enumerate(zip(results, tests, strict=True)):
        seen = [observation for observation in observations if observation.index == index]
        accepted = bool(seen) and seen[0].ending == "returned" and same(seen[0].value, test.expected)
        assert (result.verdict == "AC") == accepted


def test_the_first_observation_of_a_test_counts() -> None:
    wrong, right = Observation(0, "returned", value=1), Observation(0, "returned", value=2)
    assert grade([wrong, right], [TestCase(expected=2)])[0].verdict == "WA"


def test_an_unobserved_test_was_not_run() -> None:
    assert grade([], [TestCase(expected=None)])[0].verdict == "NR"


def test_a_hidden_test_shows_only_its_verdict() -> None:
    seen = Observation(0, "returned", value="secret", stdout="secret", error="secret", cpu_ms=5)
    shown = grade([seen], [TestCase(expected=1, hidden=True)])[0].public()
    assert shown.model_dump(exclude_defaults=True) == {"verdict": "WA", "hidden": True}


def test_what_json_cannot_carry_is_shown_in_words() -> None:
    seen = Observation(0, "returned", value=[math.nan, "\ud800"])
    result = grade([seen], [TestCase(expected=1)])[0]
    assert result.actual == ["nan", "?"]
    assert result.model_dump_json()


@pytest.mark.parametrize(
    ("actual", "expected"),
    [(61728394.5, 61728394), (1000000.4, 1000000), (9007199254740992.0, 9007199254740993)],
)
def test_a_whole_number_is_not_answered_by_a_float_beside_it(actual: float, expected: int) -> None:
    assert not same(actual, expected)


def test_a_float_that_is_whole_stands_for_the_integer_it_is() -> None:
    assert same(3.0, 3)


def test_a_hidden_test_shows_why_the_source_does_not_compile() -> None:
    seen = Observation(0, "not_compiled", error="line 3: wrong", before_input=True)
    shown = grade([seen], [TestCase(expected=1, hidden=True)])[0].public()
    assert shown.model_dump(exclude_defaults=True) == {
        "verdict": "CE",
        "error": "line 3: wrong",
        "hidden": True,
    }


def test_words_of_a_compiler_that_could_tell_a_hidden_input_are_not_shown() -> None:
    seen = Observation(0, "not_compiled", error="the hidden input")
    shown = grade([seen], [TestCase(expected=1, hidden=True)])[0].public()
    assert shown.model_dump(exclude_defaults=True) == {"verdict": "CE", "hidden": True}


@dataclass
class Recorder(ScriptedEngine):
    """Answers each test with its own input, and notes the order in which they came."""

    order: list[JsonValue] = field(default_factory=list)

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        for index, test in enumerate(inputs):
            self.order.append(test.args[0])
            yield Observation(index=index, ending="returned", value=test.args[0])


@given(st.lists(st.booleans(), min_size=1, max_size=8))
def test_visible_tests_run_before_hidden_ones_and_results_keep_their_places(hidden: list[bool]) -> None:
    engine = Recorder()
    tests = tuple(TestCase(args=(i,), expected=i, hidden=one) for i, one in enumerate(hidden))
    run = execute(engine, Submission(language="python", code="", function_name="f", tests=tests))
    assert [(result.verdict, result.actual, result.hidden) for result in run.results] == [
        ("AC", i, one) for i, one in enumerate(hidden)
    ]
    numbers = [*range(len(hidden))]
    assert engine.order == [i for i in numbers if not hidden[i]] + [i for i in numbers if hidden[i]]
