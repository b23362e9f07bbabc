"""No pattern that sees candidates' text takes the square of its length: such a text would hold a process for hours."""

from __future__ import annotations

import functools
import importlib
import inspect
import json
import pkgutil
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from typing import Any

import pytest

ROOMS = ("interview", "cv", "evaluation", "voice", "services")
# What is repeated, and an end that no pattern matches, so that every way of matching is tried.
UNITS = ("\n", ".", "A", "a", " ", ",", "1", "-", "(", "\t\n", "A, ", ", Ab", "a.", "Ab ", "- ", "!", "'")
ENDS = ("", "\x00")
LENGTH = 20_000
# Below this a clock measures the machine, and the text is harmless.
HARMLESS_S = 0.05
# Twice the length takes twice the time of a linear pattern, four times that of a quadratic one.
MOST_GROWTH = 3.5
HARD_LIMIT_S = 100


def patterns(room: str) -> Iterator[tuple[str, re.Pattern[str]]]:
    """Every compiled pattern that a module of the room holds, by the name it has there."""
    package = importlib.import_module(f"runtime.{room}")
    seen: set[tuple[str, int]] = set()
    for found in pkgutil.iter_modules(package.__path__, f"{package.__name__}."):
        for name, value in vars(importlib.import_module(found.name)).items():
            for pattern in _within(value):
                if isinstance(pattern.pattern, str) and (pattern.pattern, pattern.flags) not in seen:
                    seen.add((pattern.pattern, pattern.flags))
                    yield f"{found.name}.{name}", pattern


def _within(value: Any) -> Iterator[re.Pattern[Any]]:
    match value:
        case re.Pattern():
            yield value
        case dict():
            yield from _within(tuple(value.values()))
        case functools._lru_cache_wrapper() if not inspect.signature(value).parameters:
            # Compiled when first used.
            yield from _within(value())
        case tuple() | list() | set() | frozenset():
            for part in value:
                yield from _within(part)
        case _:
            pass


def seconds(pattern: re.Pattern[str], text: str) -> float:
    begin = time.process_time()
    for _ in pattern.finditer(text):
        pass
    return time.process_time() - begin


def pump(room: str) -> None:
    """Print a JSON line before each pattern, and one when a text takes it too long."""
    for name, pattern in patterns(room):
        print(json.dumps({"tries": name, "pattern": pattern.pattern[:200]}), flush=True)
        slow = next(((unit, end) for unit in UNITS for end in ENDS if _grows(pattern, unit, end)), None)
        if slow:
            print(json.dumps({"slow": name, "on": slow}), flush=True)


def _grows(pattern: re.Pattern[str], unit: str, end: str) -> bool:
    text = unit * (2 * LENGTH // len(unit))
    once = seconds(pattern, text[:LENGTH] + end)
    return once > HARMLESS_S and seconds(pattern, text + end) > MOST_GROWTH * once


@pytest.mark.parametrize("room", ROOMS)
def test_no_pattern_takes_the_square_of_a_hostile_text(room: str) -> None:
    try:
        done = subprocess.run(
            [sys.executable, __file__, room], capture_output=True, text=True, timeout=HARD_LIMIT_S, check=True
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
    except subprocess.TimeoutExpired as error:
        last = (error.stdout or b"").splitlines()[-1:]
        pytest.fail(f"after {HARD_LIMIT_S} s still at {last}")

    assert any("tries" in line for line in lines)
    assert [line for line in lines if "slow" in line] == []


if __name__ == "__main__":
    pump(sys.argv[1])
