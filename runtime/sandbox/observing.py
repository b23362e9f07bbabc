"""From what came back of a test to an observation, alike for every engine: its frame, its share of time and output."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Final, cast

from pydantic import JsonValue

from .engine import Ending, Observation
from .submission import MAX_DEPTH, Limits, deeper_than

# A process that computes for less of its time than this was asleep, whatever else the machine was doing.
AT_WORK: Final = 0.04
# What a test gets of the clock before it is said that the machine kept the CPU from it.
_STARVED: Final = 0.5
_MAX_ERROR: Final = 8192
BROKEN: Final = "the program broke the interpreter it ran in"
GUEST_ENDINGS: Final = frozenset({"returned", "raised", "not_compiled", "memory", "output"})


def parsed(frame: str, endings: frozenset[str] = GUEST_ENDINGS) -> tuple[Ending, JsonValue, str | None]:
    """The guest's `[ending, value, error]`. It may be anything a candidate could make of it."""
    ending: str
    value: JsonValue
    error: str | None
    try:
        match json.loads(frame):
            case [str(ending), value, str() | None as error] if ending in endings:
                pass
            case _:
                return "crashed", None, BROKEN
    except (ValueError, RecursionError) as problem:
        return "raised", None, f"the result is no JSON value this reads: {str(problem)[:200]}"
    if deeper_than(value, MAX_DEPTH):
        return "raised", None, f"the result is nested deeper than {MAX_DEPTH} levels"
    if error is not None:
        error = error[:_MAX_ERROR].encode("utf-8", "replace").decode()
    return cast("Ending", ending), value if ending == "returned" else None, error


def had_its_time(waited: float, cpu_s: float, alone: float) -> bool:
    """Whether a test that the submission's end cut short has itself to blame: it had all the time that one has which is
    `alone` in its submission, and the machine did not keep the CPU from it."""
    computing = cpu_s >= AT_WORK * waited
    return waited >= 0.9 * alone and not (computing and cpu_s < _STARVED * waited)


def not_run(index: int, limits: Limits) -> Observation:
    """Of a test that the submission had no time left for."""
    return Observation(
        index, "not_run", error=f"not run: the submission's {limits.submission_s:g} s were used up"
    )


def within_total(observation: Observation, bytes_left: int, limits: Limits) -> Observation:
    """The same while the submission may still print; what is over its total is not passed on."""
    if bytes_left >= 0:
        return observation
    told = f"the submission's output is over {limits.total_bytes} bytes"
    return Observation(
        observation.index, "output", error=told, cpu_ms=observation.cpu_ms, wall_ms=observation.wall_ms
    )


def printed_first(before: str, observation: Observation) -> Observation:
    """What was printed while loading is shown with the first test."""
    return replace(observation, stdout=before + observation.stdout)
