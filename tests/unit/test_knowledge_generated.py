"""What is too large to be written down in the bank is made from a few words, and always the same."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from runtime.knowledge.bank import TaskTest
from runtime.knowledge.generated import expanded, is_generated


@pytest.mark.parametrize(
    ("written", "made"),
    [
        ({"$repeat": [[1, 2], 3]}, [1, 2, 1, 2, 1, 2]),
        ({"$repeat": ["ab", 2]}, "abab"),
        ({"$join": [[1], {"$repeat": [[0], 2]}, [2]]}, [1, 0, 0, 2]),
        ({"$join": ["a", {"$repeat": ["-", 3]}]}, "a---"),
        ({"$range": [5, 3, -2]}, [5, 3, 1]),
        ({"$names": ["u", {"$range": [0, 2, 1]}]}, ["u0", "u1"]),
        ({"$rows": [[1, 2], ["a", "b"]]}, [[1, "a"], [2, "b"]]),
        ([{"deep": {"$repeat": [[1], 2]}}, 1], [{"deep": [1, 1]}, 1]),
        ({"a": [1]}, {"a": [1]}),
        ("$repeat", "$repeat"),
    ],
)
def test_a_few_words_stand_for_what_they_make(written: Any, made: Any) -> None:
    assert expanded(written) == made


def test_numbers_that_look_random_are_the_same_in_every_python() -> None:
    made = expanded({"$random": [1, 5, 0, 9]})

    # The first states of Park and Miller's x * 48271 mod 2147483647 end with these digits.
    assert made == [1, 4, 6, 7, 1]


def test_numbers_that_look_random_keep_to_their_bounds() -> None:
    made = expanded({"$random": [7, 2000, -3, 3]})

    assert isinstance(made, list)
    assert set(made) == {*range(-3, 4)}


@pytest.mark.parametrize(
    "written",
    [
        {"$nothing": [1]},
        {"$repeat": [[1], 2], "more": 1},
        {"$repeat": 3},
        {"$range": [1, 2]},
        {"$rows": [[1], [1, 2]]},
        {"$repeat": [[1], "x"]},
    ],
)
def test_what_names_no_way_of_making_is_refused(written: Any) -> None:
    with pytest.raises(ValueError, match=r"expected one of|\$r|zip"):
        expanded(written)


def test_it_is_seen_however_deep_it_stands() -> None:
    assert is_generated([{"a": [{"$range": [0, 1, 1]}]}])
    assert not is_generated([{"a": ["$range", None, 1.5]}])


def test_a_test_that_candidates_see_is_written_out() -> None:
    large = {"args": [{"$repeat": [[1], 9]}], "expected": 9}

    assert TaskTest.model_validate(large | {"hidden": True}).arguments == ([1] * 9,)
    with pytest.raises(ValidationError, match="written out"):
        TaskTest.model_validate(large)
