"""Solutions of the DevOps tasks, right and plausibly wrong."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def latency_limit(buckets: list[list[int]], percent: int) -> int:
    total = sum(count for _, count in buckets)
    so_far = 0
    for limit, count in sorted(buckets):
        so_far += count
        if total and so_far * 100 >= percent * total:
            return limit
    return -1


def latency_limit_rounds_down(buckets: list[list[int]], percent: int) -> int:
    total = sum(count for _, count in buckets)
    wanted = percent * total // 100
    so_far = 0
    for limit, count in sorted(buckets):
        so_far += count
        if total and so_far >= wanted:
            return limit
    return -1


def alert_periods(values: list[int], high: int, low: int, minutes: int) -> list[list[int]]:
    periods: list[list[int]] = []
    on, above = False, 0
    for minute, value in enumerate(values):
        if on and value < low:
            on, above = False, 0
            periods[-1][1] = minute
        elif not on:
            above = above + 1 if value > high else 0
            if above == minutes:
                on = True
                periods.append([minute, -1])
    return periods


def alert_periods_has_one_limit(values: list[int], high: int, low: int, minutes: int) -> list[list[int]]:
    return alert_periods(values, high, high + 1, minutes)


def alert_periods_keeps_counting(values: list[int], high: int, low: int, minutes: int) -> list[list[int]]:
    periods: list[list[int]] = []
    on, above = False, 0
    for minute, value in enumerate(values):
        above += value > high
        if on and value < low:
            on = False
            periods[-1][1] = minute
        elif not on and value > high and above >= minutes:
            on = True
            periods.append([minute, -1])
    return periods


def backups_to_delete(days: list[int], newest: int, weeks: int) -> list[int]:
    ordered = sorted(days, reverse=True)
    last: dict[int, int] = {}
    for day in ordered:
        last.setdefault(day // 7, day)
    kept = {*ordered[:newest], *list(last.values())[:weeks]}
    return [day for day in reversed(ordered) if day not in kept]


def backups_to_delete_counts_empty_weeks(days: list[int], newest: int, weeks: int) -> list[int]:
    ordered = sorted(days, reverse=True)
    last: dict[int, int] = {}
    for day in ordered:
        if day // 7 > ordered[0] // 7 - weeks:
            last.setdefault(day // 7, day)
    kept = {*ordered[:newest], *last.values()}
    return [day for day in reversed(ordered) if day not in kept]


def backups_to_delete_looks_at_the_rest_only(days: list[int], newest: int, weeks: int) -> list[int]:
    rest = sorted(days, reverse=True)[newest:]
    last: dict[int, int] = {}
    for day in rest:
        last.setdefault(day // 7, day)
    return sorted(set(rest) - set(list(last.values())[:weeks]))


def valid_settings(layers: list[dict[str, str]]) -> list[list[str]]:
    valid: dict[str, str] = {}
    for layer in layers:
        for name in layer:
            for other in list(valid):
                if f"{other}.".startswith(f"{name}.") or f"{name}.".startswith(f"{other}."):
                    del valid[other]
        valid |= layer
    return [[name, valid[name]] for name in sorted(valid)]


def valid_settings_compares_beginnings(layers: list[dict[str, str]]) -> list[list[str]]:
    valid: dict[str, str] = {}
    for layer in layers:
        for name in layer:
            for other in list(valid):
                if other.startswith(name) or name.startswith(other):
                    del valid[other]
        valid |= layer
    return [[name, valid[name]] for name in sorted(valid)]


def valid_settings_removes_only_downwards(layers: list[dict[str, str]]) -> list[list[str]]:
    valid: dict[str, str] = {}
    for layer in layers:
        for name in layer:
            for other in list(valid):
                if other.startswith(f"{name}."):
                    del valid[other]
        valid |= layer
    return [[name, valid[name]] for name in sorted(valid)]


def quietest_start(requests: list[int], minutes: int) -> int:
    now = lowest = sum(requests[:minutes])
    best = 0
    for start in range(1, len(requests)):
        now += requests[(start + minutes - 1) % len(requests)] - requests[start - 1]
        if now < lowest:
            lowest, best = now, start
    return best


def quietest_start_ends_with_the_week(requests: list[int], minutes: int) -> int:
    now = lowest = sum(requests[:minutes])
    best = 0
    for start in range(1, len(requests) - minutes + 1):
        now += requests[start + minutes - 1] - requests[start - 1]
        if now < lowest:
            lowest, best = now, start
    return best


def build_minutes(steps: dict[str, int], needs: dict[str, list[str]], target: str) -> int:
    done: dict[str, int] = {}
    begun: set[str] = set()
    left = [target]
    while left:
        name = left[-1]
        if name in done:
            left.pop()
            continue
        if name not in steps:
            return -1
        missing = [each for each in needs.get(name, []) if each not in done]
        if not missing:
            done[name] = steps[name] + max((done[each] for each in needs.get(name, [])), default=0)
        elif name in begun:
            return -1
        else:
            begun.add(name)
            left += missing
    return done[target]


def build_minutes_has_one_machine(steps: dict[str, int], needs: dict[str, list[str]], target: str) -> int:
    if build_minutes(steps, needs, target) < 0:
        return -1
    run: set[str] = set()
    left = [target]
    while left:
        name = left.pop()
        if name not in run:
            run.add(name)
            left += needs.get(name, [])
    return sum(steps[name] for name in run)


REFERENCES: dict[str, Callable[..., Any]] = {
    "devops-latency-buckets": latency_limit,
    "devops-alert-periods": alert_periods,
    "devops-backups-to-delete": backups_to_delete,
    "devops-layered-settings": valid_settings,
    "devops-quiet-time": quietest_start,
    "devops-build-minutes": build_minutes,
}
WRONG: list[tuple[str, Callable[..., Any]]] = [
    ("devops-latency-buckets", latency_limit_rounds_down),
    ("devops-alert-periods", alert_periods_has_one_limit),
    ("devops-alert-periods", alert_periods_keeps_counting),
    ("devops-backups-to-delete", backups_to_delete_counts_empty_weeks),
    ("devops-backups-to-delete", backups_to_delete_looks_at_the_rest_only),
    ("devops-layered-settings", valid_settings_compares_beginnings),
    ("devops-layered-settings", valid_settings_removes_only_downwards),
    ("devops-quiet-time", quietest_start_ends_with_the_week),
    ("devops-build-minutes", build_minutes_has_one_machine),
]
