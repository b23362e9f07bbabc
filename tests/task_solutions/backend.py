"""Solutions of the backend tasks, right and plausibly wrong."""

from __future__ import annotations

import heapq
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any


def split_invoice(cents: int, shares: list[int]) -> list[int]:
    total, size = sum(shares), abs(cents)
    parts = [size * share // total for share in shares]
    lost = sorted(range(len(shares)), key=lambda each: -(size * shares[each] % total))
    for each in lost[: size - sum(parts)]:
        parts[each] += 1
    return [part if cents >= 0 else -part for part in parts]


def split_invoice_gives_the_rest_to_the_first(cents: int, shares: list[int]) -> list[int]:
    total, size = sum(shares), abs(cents)
    parts = [size * share // total for share in shares]
    for each in range(size - sum(parts) if shares else 0):
        parts[each] += 1
    return [part if cents >= 0 else -part for part in parts]


def split_invoice_rounds_each_part(cents: int, shares: list[int]) -> list[int]:
    return [round(cents * share / sum(shares)) for share in shares]


def route(patterns: list[str], path: str) -> str:
    def kinds(pattern: str) -> list[int]:
        return [2 if part == "*" else 1 if part.startswith(":") else 0 for part in pattern.split("/")]

    def fits(pattern: str) -> bool:
        asked, given = pattern.split("/"), path.split("/")
        if asked[-1] == "*":
            if len(given) < len(asked):
                return False
            asked, given = asked[:-1], given[: len(asked) - 1]
        return len(asked) == len(given) and all(
            part != "" if own.startswith(":") else own == part for own, part in zip(asked, given, strict=True)
        )

    return min(filter(fits, patterns), key=kinds, default="")


def route_counts_fixed_segments(patterns: list[str], path: str) -> str:
    best = ""
    for pattern in patterns:
        if route([pattern], path) and (not best or pattern.count(":") < best.count(":")):
            best = pattern
    return best


def first_deadlock(operations: list[list[str]]) -> int:
    holder: dict[str, str] = {}
    queues: dict[str, deque[str]] = defaultdict(deque)
    waits: dict[str, str] = {}
    for position, (session, action, lock) in enumerate(operations):
        if action == "release":
            del holder[lock]
            if queues[lock]:
                holder[lock] = queues[lock].popleft()
                del waits[holder[lock]]
        elif lock not in holder:
            holder[lock] = session
        elif holder[lock] != session:
            queues[lock].append(session)
            waits[session] = lock
            other = holder[lock]
            while other in waits and other != session:
                other = holder[waits[other]]
            if other == session:
                return position
    return -1


def first_deadlock_sees_two(operations: list[list[str]]) -> int:
    holder: dict[str, str] = {}
    queues: dict[str, deque[str]] = defaultdict(deque)
    waits: dict[str, str] = {}
    for position, (session, action, lock) in enumerate(operations):
        if action == "release":
            del holder[lock]
            if queues[lock]:
                holder[lock] = queues[lock].popleft()
                del waits[holder[lock]]
        elif lock not in holder:
            holder[lock] = session
        elif holder[lock] != session:
            queues[lock].append(session)
            waits[session] = lock
            if holder.get(waits.get(holder[lock], "")) == session:
                return position
    return -1


def first_deadlock_frees_what_is_waited_for(operations: list[list[str]]) -> int:
    holder: dict[str, str] = {}
    waits: dict[str, str] = {}
    for position, (session, action, lock) in enumerate(operations):
        if action == "release":
            holder.pop(lock, None)
            for other in [each for each, wanted in waits.items() if wanted == lock]:
                del waits[other]
        elif lock not in holder:
            holder[lock] = session
        elif holder[lock] != session:
            waits[session] = lock
            other = holder[lock]
            while other in waits and other != session:
                other = holder[waits[other]]
            if other == session:
                return position
    return -1


def total_wait(jobs: list[int], workers: int) -> int:
    free = [0] * workers
    waited = 0
    for minutes in jobs:
        start = free[0]
        waited += start
        heapq.heapreplace(free, start + minutes)
    return waited


def total_wait_deals_in_turn(jobs: list[int], workers: int) -> int:
    free = [0] * workers
    waited = 0
    for number, minutes in enumerate(jobs):
        waited += free[number % workers]
        free[number % workers] += minutes
    return waited


def carry_out(balances: dict[str, int], payments: list[list[Any]]) -> list[str]:
    left = defaultdict(int, balances)
    used: dict[str, tuple[str, int]] = {}
    words = []
    for key, account, cents in payments:
        if key in used:
            words.append("repeated" if used[key] == (account, cents) else "conflict")
        elif cents < 0 and left[account] + cents < 0:
            words.append("refused")
        else:
            left[account] += cents
            used[key] = (account, cents)
            words.append("done")
    return words


def carry_out_uses_up_what_is_refused(balances: dict[str, int], payments: list[list[Any]]) -> list[str]:
    left = defaultdict(int, balances)
    used: dict[str, tuple[str, int]] = {}
    words = []
    for key, account, cents in payments:
        if key in used:
            words.append("repeated" if used[key] == (account, cents) else "conflict")
            continue
        used[key] = (account, cents)
        if cents < 0 and left[account] + cents < 0:
            words.append("refused")
        else:
            left[account] += cents
            words.append("done")
    return words


REFERENCES: dict[str, Callable[..., Any]] = {
    "backend-invoice-split": split_invoice,
    "backend-route-match": route,
    "backend-deadlock": first_deadlock,
    "backend-worker-pool": total_wait,
    "backend-payment-keys": carry_out,
}
WRONG: list[tuple[str, Callable[..., Any]]] = [
    ("backend-invoice-split", split_invoice_gives_the_rest_to_the_first),
    ("backend-invoice-split", split_invoice_rounds_each_part),
    ("backend-route-match", route_counts_fixed_segments),
    ("backend-deadlock", first_deadlock_sees_two),
    ("backend-deadlock", first_deadlock_frees_what_is_waited_for),
    ("backend-worker-pool", total_wait_deals_in_turn),
    ("backend-payment-keys", carry_out_uses_up_what_is_refused),
]
