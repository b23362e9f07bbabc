"""Checkers: when an answer counts as the expected one. Values are compared as JSON, text as what a program printed."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import zip_longest
from typing import Final, Literal

from pydantic import JsonValue

REL_TOLERANCE: Final = 1e-6
ABS_TOLERANCE: Final = 1e-9

TextChecker = Literal["exact", "trim", "tokens", "floats", "unordered-lines"]
ValueChecker = Literal["value", "unordered", "unordered-nested"]
Checker = Literal[TextChecker, ValueChecker]

_BLANKS: Final = " \t\r\v\f"
# Narrower than what `float` takes, which is also 1_0 and the digits of other scripts.
_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?|[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)

# Lists up to this length are matched item by item where sorting did not settle it; beyond, n * n comparisons are work.
_MATCHED_ONE_BY_ONE: Final = 200


def same(actual: JsonValue, expected: JsonValue) -> bool:
    """Equal as JSON: `True` is not `1`, floats within 1e-6 of each other, NaN never, order matters."""
    pairs: list[tuple[JsonValue, JsonValue]] = [(actual, expected)]
    while pairs:
        left, right = pairs.pop()
        if isinstance(left, list) and isinstance(right, list):
            if len(left) != len(right):
                return False
            pairs.extend(zip(left, right, strict=True))
        elif isinstance(left, dict) and isinstance(right, dict):
            if left.keys() != right.keys():
                return False
            pairs.extend((value, right[key]) for key, value in left.items())
        elif not _same_leaf(left, right):
            return False
    return True


def same_unordered(actual: JsonValue, expected: JsonValue) -> bool:
    """As `same`, but the items of the outer list may come in any order, each as often as expected."""
    if not isinstance(actual, list) or not isinstance(expected, list):
        return same(actual, expected)
    if len(actual) != len(expected):
        return False
    if same(sorted(actual, key=_key), sorted(expected, key=_key)):
        return True
    # Floats that are the same within the tolerance may still sort apart.
    return len(actual) <= _MATCHED_ONE_BY_ONE and _matched(actual, expected)


def same_unordered_nested(actual: JsonValue, expected: JsonValue) -> bool:
    """As `same`, but the items of every list, however deep, may come in any order."""
    return same(_sorted(actual), _sorted(expected))


def same_text(actual: str, expected: str) -> bool:
    """Equal but for trailing blanks of lines and trailing blank lines."""
    return _trimmed(actual) == _trimmed(expected)


def same_tokens(actual: str, expected: str) -> bool:
    """Equal but for how much white space, of whatever kind, stands between words."""
    return actual.split() == expected.split()


def same_floats(actual: str, expected: str) -> bool:
    """As `same_tokens`, but words that are numbers may differ by the tolerance; NaN is never right."""
    return all(
        left is not None and right is not None and _same_word(left, right)
        for left, right in zip_longest(actual.split(), expected.split())
    )


def same_lines(actual: str, expected: str) -> bool:
    """Equal but for the order of lines, their surrounding blanks, and blank lines."""
    return _lines(actual) == _lines(expected)


_TEXT: Final[dict[str, Callable[[str, str], bool]]] = {
    "exact": str.__eq__,
    "trim": same_text,
    "tokens": same_tokens,
    "floats": same_floats,
    "unordered-lines": same_lines,
}
_VALUES: Final[dict[str, Callable[[JsonValue, JsonValue], bool]]] = {
    "value": same,
    "unordered": same_unordered,
    "unordered-nested": same_unordered_nested,
}
TEXT_CHECKERS: Final = tuple(_TEXT)
VALUE_CHECKERS: Final = tuple(_VALUES)


def text_passes(actual: str, expected: JsonValue, checker: Checker | None) -> bool:
    """Whether what was printed is right; `trim` where no checker is named."""
    return isinstance(expected, str) and _TEXT[checker or "trim"](actual, expected)


def value_passes(actual: JsonValue, expected: JsonValue, checker: Checker | None) -> bool:
    """Whether the value is right; `value`, which is `same`, where no checker is named."""
    return _VALUES[checker or "value"](actual, expected)


def _same_leaf(left: JsonValue, right: JsonValue) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if isinstance(left, (int, float)) and isinstance(right, (int, float)):
        # The right argument is what was expected: a tolerance is for answers that are floats, and would take half a
        # unit for a large whole number. A float that is whole may stand for the integer, as in languages without one.
        if isinstance(right, int):
            return left == right
        try:
            return math.isclose(left, right, rel_tol=REL_TOLERANCE, abs_tol=ABS_TOLERANCE)
        except OverflowError:  # an integer that no float can hold
            return False
    return type(left) is type(right) and left == right


def _same_word(left: str, right: str) -> bool:
    if left == right:
        return left.lower() not in {"nan", "-nan", "+nan"}
    if not (_NUMBER.fullmatch(left) and _NUMBER.fullmatch(right)):
        return False
    one, other = float(left), float(right)
    if math.isinf(one) or math.isinf(other):
        # A number too large for a float is no infinity, and infinities are written in two ways.
        return one == other and {left[-1:].lower(), right[-1:].lower()} <= {"f", "y"}
    return math.isclose(one, other, rel_tol=REL_TOLERANCE, abs_tol=ABS_TOLERANCE)


def _matched(actual: Sequence[JsonValue], expected: Sequence[JsonValue]) -> bool:
    left = list(expected)
    for item in actual:
        found = next((index for index, other in enumerate(left) if same(item, other)), None)
        if found is None:
            return False
        del left[found]
    return True


def _sorted(value: JsonValue) -> JsonValue:
    if isinstance(value, list):
        return sorted(map(_sorted, value), key=_key)
    if isinstance(value, dict):
        return {key: _sorted(item) for key, item in value.items()}
    return value


def _key(value: JsonValue) -> tuple[object, ...]:
    """Sorts anything; the same values in floats and integers sort alike."""
    if isinstance(value, bool) or value is None:
        return (0, str(value))
    if isinstance(value, (int, float)):
        try:
            return (1, float(f"{value:.6g}"), 0)
        except OverflowError:
            return (1, math.inf if value > 0 else -math.inf, value)
    if isinstance(value, str):
        return (2, value)
    if isinstance(value, list):
        return (3, len(value), *map(_key, value))
    return (4, len(value), *((key, _key(item)) for key, item in sorted(value.items())))


def _trimmed(text: str) -> str:
    return "\n".join(line.rstrip(_BLANKS) for line in _split(text)).rstrip("\n")


def _lines(text: str) -> Counter[str]:
    return Counter(line.strip() for line in _split(text) if line.strip())


def _split(text: str) -> list[str]:
    # `splitlines` also ends lines at form feeds, at U+2028 and at others that nobody printed as the end of one.
    return text.replace("\r\n", "\n").split("\n")
