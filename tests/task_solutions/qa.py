"""Solutions of the QA tasks, right and plausibly wrong."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any


def boundary_values(ranges: list[list[int]], least: int, greatest: int) -> list[int]:
    near = {edge + step for pair in ranges for edge in pair for step in (-1, 0, 1)}
    return sorted(value for value in near if least <= value <= greatest)


def boundary_values_lists_them_again(ranges: list[list[int]], least: int, greatest: int) -> list[int]:
    near = [edge + step for pair in sorted(ranges) for edge in pair for step in (-1, 0, 1)]
    return [value for value in near if least <= value <= greatest]


def suspect_builds(results: list[str]) -> list[int]:
    if "bad" not in results:
        return []
    bad = results.index("bad")
    good = max((at for at in range(bad) if results[at] == "good"), default=-1)
    return list(range(good + 1, bad + 1))


def suspect_builds_leaves_out_the_untested(results: list[str]) -> list[int]:
    return [at for at in suspect_builds(results) if results[at] != "untested"]


def suspect_builds_takes_the_last_good_of_all(results: list[str]) -> list[int]:
    good = max((at for at, result in enumerate(results) if result == "good"), default=-1)
    bad = next((at for at in range(good + 1, len(results)) if results[at] == "bad"), None)
    return [] if bad is None else list(range(good + 1, bad + 1))


def share_tests(tests: list[list[Any]], machines: int) -> list[list[str]]:
    shared: list[list[str]] = [[] for _ in range(machines)]
    sums = [0] * machines
    for name, seconds in sorted(tests, key=lambda test: (-test[1], test[0])):
        machine = sums.index(min(sums))
        shared[machine].append(name)
        sums[machine] += seconds
    return shared


def share_tests_deals_in_turn(tests: list[list[Any]], machines: int) -> list[list[str]]:
    ordered = [name for name, _ in sorted(tests, key=lambda test: (-test[1], test[0]))]
    return [ordered[machine::machines] for machine in range(machines)]


def share_tests_turns_names_around(tests: list[list[Any]], machines: int) -> list[list[str]]:
    shared: list[list[str]] = [[] for _ in range(machines)]
    sums = [0] * machines
    for seconds, name in sorted(((seconds, name) for name, seconds in tests), reverse=True):
        machine = sums.index(min(sums))
        shared[machine].append(name)
        sums[machine] += seconds
    return shared


def spoilers(runs: list[list[Any]], victim: str) -> list[str]:
    suspects: set[str] | None = None
    cleared: set[str] = set()
    for order, passed in runs:
        if victim not in order:
            continue
        before = set(order[: order.index(victim)])
        if passed:
            cleared |= before
        else:
            suspects = before if suspects is None else suspects & before
    return sorted((suspects or set()) - cleared)


def spoilers_joins_the_failed_runs(runs: list[list[Any]], victim: str) -> list[str]:
    suspects: set[str] = set()
    cleared: set[str] = set()
    for order, passed in runs:
        if victim in order:
            before = set(order[: order.index(victim)])
            if passed:
                cleared |= before
            else:
                suspects |= before
    return sorted(suspects - cleared)


def smallest_suite(covers: dict[str, list[int]]) -> list[str]:
    wanted = {number for numbers in covers.values() for number in numbers}
    for size in range(len(covers) + 1):
        for chosen in itertools.combinations(sorted(covers), size):
            if wanted == {number for name in chosen for number in covers[name]}:
                return list(chosen)
    return []


def smallest_suite_takes_what_covers_most(covers: dict[str, list[int]]) -> list[str]:
    wanted = {number for numbers in covers.values() for number in numbers}
    chosen = []
    while wanted:
        best = max(sorted(covers), key=lambda name: len(wanted & set(covers[name])))
        chosen.append(best)
        wanted -= set(covers[best])
    return sorted(chosen)


def calm_stretch(runs: str, most: int) -> int:
    start = failed = longest = 0
    for end, run in enumerate(runs, 1):
        failed += run == "F"
        while failed > most:
            failed -= runs[start] == "F"
            start += 1
        longest = max(longest, end - start)
    return longest


def calm_stretch_forgets_the_end(runs: str, most: int) -> int:
    failures = [at for at, run in enumerate(runs) if run == "F"]
    starts = [-1, *failures]
    return max((end - starts[at] - 1 for at, end in enumerate(failures[most:])), default=len(runs))


REFERENCES: dict[str, Callable[..., Any]] = {
    "qa-boundary-values": boundary_values,
    "qa-suspect-builds": suspect_builds,
    "qa-share-tests": share_tests,
    "qa-spoilers": spoilers,
    "qa-smallest-suite": smallest_suite,
    "qa-calm-stretch": calm_stretch,
}
WRONG: list[tuple[str, Callable[..., Any]]] = [
    ("qa-boundary-values", boundary_values_lists_them_again),
    ("qa-suspect-builds", suspect_builds_leaves_out_the_untested),
    ("qa-suspect-builds", suspect_builds_takes_the_last_good_of_all),
    ("qa-share-tests", share_tests_deals_in_turn),
    ("qa-share-tests", share_tests_turns_names_around),
    ("qa-spoilers", spoilers_joins_the_failed_runs),
    ("qa-smallest-suite", smallest_suite_takes_what_covers_most),
    ("qa-calm-stretch", calm_stretch_forgets_the_end),
]
