"""Solutions of the data tasks, right and plausibly wrong."""

from __future__ import annotations

import bisect
from collections import Counter, defaultdict
from collections.abc import Callable
from typing import Any


def reconcile(bank: list[int], books: list[int]) -> list[list[int]]:
    left, right = Counter(bank), Counter(books)
    return [sorted((left - right).elements()), sorted((right - left).elements())]


def reconcile_uses_sets(bank: list[int], books: list[int]) -> list[list[int]]:
    return [sorted(set(bank) - set(books)), sorted(set(books) - set(bank))]


def carry_forward(readings: list[int | None], hours: int) -> None:
    last, seen = None, 0
    for hour, reading in enumerate(readings):
        if reading is not None:
            last, seen = reading, hour
        elif hour - seen <= hours:
            readings[hour] = last


def carry_forward_without_end(readings: list[int | None], hours: int) -> None:
    for hour in range(1, len(readings)):
        if readings[hour] is None:
            before = readings[max(0, hour - hours) : hour]
            readings[hour] = next((each for each in reversed(before) if each is not None), None)


def carry_forward_takes_zero_for_missing(readings: list[int | None], hours: int) -> None:
    last, seen = None, 0
    for hour, reading in enumerate(readings):
        if reading:
            last, seen = reading, hour
        elif hour - seen <= hours:
            readings[hour] = last


def known_then(entries: list[list[Any]], day: int, entered_by: int) -> list[list[Any]]:
    best: dict[str, tuple[int, int, int]] = {}
    for meter, read, entered, value in entries:
        if read > day or entered > entered_by:
            continue
        if meter not in best or (read, entered) >= best[meter][:2]:
            best[meter] = (read, entered, value)
    return [[meter, best[meter][2]] for meter in sorted(best)]


def known_then_takes_the_last_entry(entries: list[list[Any]], day: int, entered_by: int) -> list[list[Any]]:
    ordered = sorted(entries, key=lambda entry: entry[2])
    best = {meter: value for meter, read, entered, value in ordered if read <= day and entered <= entered_by}
    return [[meter, best[meter]] for meter in sorted(best)]


def most_visitors(scans: list[int], length: int) -> int:
    inside: Counter[int] = Counter()
    most = 0
    for position, badge in enumerate(scans):
        inside[badge] += 1
        if position >= length:
            gone = scans[position - length]
            inside[gone] -= 1
            if not inside[gone]:
                del inside[gone]
        most = max(most, len(inside))
    return most


def most_visitors_forgets_who_is_still_there(scans: list[int], length: int) -> int:
    inside: set[int] = set()
    most = 0
    for position, badge in enumerate(scans):
        if position >= length:
            inside.discard(scans[position - length])
        inside.add(badge)
        most = max(most, len(inside))
    return most


def campaign_credit(views: list[list[Any]], orders: list[list[Any]], days: int) -> list[list[Any]]:
    seen: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for customer, day, campaign in views:
        seen[customer].append((day, campaign))
    for own in seen.values():
        own.sort(key=lambda view: view[0])
    sums: dict[str, int] = defaultdict(int)
    for customer, day, cents in orders:
        own = seen[customer]
        position = bisect.bisect_right(own, day, key=lambda view: view[0])
        last = own[position - 1] if position else None
        sums[last[1] if last and last[0] >= day - days else "none"] += cents
    return [[name, cents] for name, cents in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]


def campaign_credit_takes_the_last_in_the_list(
    views: list[list[Any]], orders: list[list[Any]], days: int
) -> list[list[Any]]:
    sums: dict[str, int] = defaultdict(int)
    for customer, day, cents in orders:
        own = [view[2] for view in views if view[0] == customer and day - days <= view[1] <= day]
        sums[own[-1] if own else "none"] += cents
    return [[name, cents] for name, cents in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]


REFERENCES: dict[str, Callable[..., Any]] = {
    "data-reconcile": reconcile,
    "data-carry-forward": carry_forward,
    "data-known-then": known_then,
    "data-badge-scans": most_visitors,
    "data-campaign-credit": campaign_credit,
}
WRONG: list[tuple[str, Callable[..., Any]]] = [
    ("data-reconcile", reconcile_uses_sets),
    ("data-carry-forward", carry_forward_without_end),
    ("data-carry-forward", carry_forward_takes_zero_for_missing),
    ("data-known-then", known_then_takes_the_last_entry),
    ("data-badge-scans", most_visitors_forgets_who_is_still_there),
    ("data-campaign-credit", campaign_credit_takes_the_last_in_the_list),
]
