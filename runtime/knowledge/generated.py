"""Arguments of tests that are too large to be written down: a few words in the bank, expanded when a test is run.

An object of one name that begins with `$` stands for what it makes:

- `{$repeat: [what, times]}`: a list, or a text, so many times in a row
- `{$join: [part, ...]}`: lists, or texts, as one
- `{$range: [first, count, step]}`: whole numbers at the same distance
- `{$random: [seed, count, lowest, highest]}`: whole numbers that look random and are always the same
- `{$names: [before, numbers]}`: texts that end with the numbers
- `{$rows: [column, ...]}`: one list for each row of the columns

Parts may be made in the same way.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from pydantic import JsonValue


def is_generated(value: JsonValue) -> bool:
    """Whether some part of it stands for something to be made."""
    if isinstance(value, dict):
        return any(name.startswith("$") for name in value) or any(map(is_generated, value.values()))
    return isinstance(value, list) and any(map(is_generated, value))


def expanded(value: JsonValue) -> JsonValue:
    """What it stands for. Raises `ValueError` when it names no way of making, or what one cannot use."""
    if isinstance(value, list):
        return list(map(expanded, value))
    if not isinstance(value, dict):
        return value
    if not any(name.startswith("$") for name in value):
        return {name: expanded(part) for name, part in value.items()}
    name = next(iter(value))
    if len(value) > 1 or name not in _WAYS or not isinstance(parts := value[name], list):
        raise ValueError(
            f"expected one of {', '.join(_WAYS)} alone, with a list; got {', '.join(value)}: see the README"
        )
    try:
        return _WAYS[name](*map(expanded, parts))
    except TypeError as error:
        raise ValueError(f"{name}: {error}") from error


# The parts are whatever an author wrote; what does not fit raises `TypeError`.
def _repeat(what: Any, times: Any) -> JsonValue:
    repeated: JsonValue = what * times
    return repeated


def _join(*parts: Any) -> JsonValue:
    if parts and isinstance(parts[0], str):
        return "".join(parts)
    return [item for part in parts for item in part]


def _range(first: Any, count: Any, step: Any) -> JsonValue:
    return [first + each * step for each in range(count)]


def _random(seed: Any, count: Any, lowest: Any, highest: Any) -> JsonValue:
    # Park and Miller's generator: `random` does not promise the same whole numbers in every Python, and frozen plans
    # keep their tests in this form.
    numbers: list[JsonValue] = []
    state = seed
    for _ in range(count):
        state = state * 48271 % 2147483647
        numbers.append(lowest + state % (highest - lowest + 1))
    return numbers


def _names(before: Any, numbers: Any) -> JsonValue:
    return [f"{before}{number}" for number in numbers]


def _rows(*columns: Any) -> JsonValue:
    return [list(row) for row in zip(*columns, strict=True)]


_WAYS: Final[Mapping[str, Callable[..., JsonValue]]] = {
    "$repeat": _repeat,
    "$join": _join,
    "$range": _range,
    "$random": _random,
    "$names": _names,
    "$rows": _rows,
}
