"""The coding tasks: a reference solution passes every test, a hidden test finds a plausible wrong one."""

from __future__ import annotations

import contextlib
import copy
import heapq
import itertools
import json
import re
import sqlite3
from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import JsonValue, ValidationError

from runtime.knowledge.bank import Bank, CodingTask, TaskTest, load_bank
from runtime.knowledge.signatures import Signature
from runtime.sandbox.checking import VALUE_CHECKERS, value_passes
from tests.task_solutions import backend, data, devops, frontend, general, ml, qa
from tests.task_solutions.queries import QUERIES, WRONG_QUERIES

Solution = Callable[..., Any]


def longest_streak(steps: list[int], goal: int) -> int:
    best = run = 0
    for count in steps:
        run = run + 1 if count >= goal else 0
        best = max(best, run)
    return best


def longest_streak_forgets_the_last_run(steps: list[int], goal: int) -> int:
    best = run = 0
    for count in steps:
        if count >= goal:
            run += 1
        else:
            best, run = max(best, run), 0
    return best


def free_slots(busy: list[list[int]], day_start: int, day_end: int, minutes: int) -> list[list[int]]:
    free, now = [], day_start
    for start, end in [*sorted(busy), [day_end, day_end]]:
        until = min(start, day_end)
        if until > now and until - now >= minutes:
            free.append([now, until])
        now = max(now, end)
    return free


def free_slots_takes_the_last_end(
    busy: list[list[int]], day_start: int, day_end: int, minutes: int
) -> list[list[int]]:
    free, now = [], day_start
    for start, end in [*sorted(busy), [day_end, day_end]]:
        if start - now >= minutes:
            free.append([now, start])
        now = end
    return free


def cheapest_trip(legs: list[list[Any]], start: str, goal: str) -> int:
    out: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for source, target, price in legs:
        out[source].append((target, price))
    queue: list[tuple[int, str, bool]] = [(0, start, False)]
    done: set[tuple[str, bool]] = set()
    while queue:
        paid, town, used = heapq.heappop(queue)
        if town == goal:
            return paid
        if (town, used) in done:
            continue
        done.add((town, used))
        for target, price in out[town]:
            heapq.heappush(queue, (paid + price, target, used))
            if not used:
                heapq.heappush(queue, (paid + price // 2, target, True))
    return -1


def cheapest_trip_halves_afterwards(legs: list[list[Any]], start: str, goal: str) -> int:
    out: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for source, target, price in legs:
        out[source].append((target, price))
    queue: list[tuple[int, str, int]] = [(0, start, 0)]
    done: set[str] = set()
    while queue:
        paid, town, dearest = heapq.heappop(queue)
        if town == goal:
            return paid - dearest + dearest // 2
        if town in done:
            continue
        done.add(town)
        for target, price in out[town]:
            heapq.heappush(queue, (paid + price, target, max(dearest, price)))
    return -1


PAIRS = {")": "(", "]": "[", "}": "{"}


def first_fault(text: str) -> int:
    still_open: list[int] = []
    for position, sign in enumerate(text):
        if sign in PAIRS.values():
            still_open.append(position)
        elif sign in PAIRS and (not still_open or text[still_open.pop()] != PAIRS[sign]):
            return position
    return still_open[0] if still_open else -1


def first_fault_counts_only(text: str) -> int:
    still_open: dict[str, list[int]] = defaultdict(list)
    for position, sign in enumerate(text):
        if sign in PAIRS.values():
            still_open[sign].append(position)
        elif sign in PAIRS:
            if not still_open[PAIRS[sign]]:
                return position
            still_open[PAIRS[sign]].pop()
    return min((positions[0] for positions in still_open.values() if positions), default=-1)


def start_order(needs: dict[str, list[str]]) -> list[str]:
    waits = {name: set(names) for name, names in needs.items()}
    for names in needs.values():
        for name in names:
            waits.setdefault(name, set())
    ready = sorted(name for name, missing in waits.items() if not missing)
    order = []
    while ready:
        name = heapq.heappop(ready)
        order.append(name)
        for other, missing in waits.items():
            if name in missing:
                missing.remove(name)
                if not missing:
                    heapq.heappush(ready, other)
    return order if len(order) == len(waits) else []


def start_order_goes_deep_first(needs: dict[str, list[str]]) -> list[str]:
    order: list[str] = []
    path: set[str] = set()

    def visit(name: str) -> bool:
        if name in path:
            return False
        if name not in order:
            path.add(name)
            if not all(visit(need) for need in sorted(needs.get(name, []))):
                return False
            path.remove(name)
            order.append(name)
        return True

    return order if all(visit(name) for name in sorted(needs)) else []


def run_cache(capacity: int, operations: list[list[Any]]) -> list[Any]:
    entries: OrderedDict[str, tuple[Any, int]] = OrderedDict()
    results = []
    for kind, time, key, *rest in operations:
        for stale in [name for name, (_, end) in entries.items() if time >= end]:
            del entries[stale]
        if kind == "get":
            results.append(entries[key][0] if key in entries else None)
            if key in entries:
                entries.move_to_end(key)
            continue
        if key not in entries and len(entries) == capacity:
            entries.popitem(last=False)
        entries[key] = (rest[0], time + rest[1])
        entries.move_to_end(key)
    return results


def run_cache_drops_the_oldest_first(capacity: int, operations: list[list[Any]]) -> list[Any]:
    entries: OrderedDict[str, tuple[Any, int]] = OrderedDict()
    results: list[Any] = []
    for kind, time, key, *rest in operations:
        if kind == "get":
            value, end = entries.get(key, (None, 0))
            results.append(value if time < end else None)
            if time < end:
                entries.move_to_end(key)
            continue
        if key not in entries and len(entries) == capacity:
            entries.popitem(last=False)
        entries[key] = (rest[0], time + rest[1])
        entries.move_to_end(key)
    return results


def shorten(title: str, limit: int) -> str:
    if len(title) <= limit:
        return title
    room = limit - 3
    cut = title.rfind(" ", 0, room + 1)
    return f"{title[:cut] if cut > 0 else title[:room]}..."


def shorten_loses_a_word_that_just_fits(title: str, limit: int) -> str:
    if len(title) <= limit:
        return title
    cut = title[: limit - 3].rfind(" ")
    return f"{title[:cut] if cut > 0 else title[: limit - 3]}..."


def flaky_tests(runs: list[list[Any]]) -> list[str]:
    seen: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for test, version, passed in runs:
        seen[test, version].add(passed)
    return sorted({test for (test, _), results in seen.items() if len(results) == 2})


def flaky_tests_ignores_the_version(runs: list[list[Any]]) -> list[str]:
    seen: dict[str, set[bool]] = defaultdict(set)
    for test, _, passed in runs:
        seen[test].add(passed)
    return sorted(test for test, results in seen.items() if len(results) == 2)


def allow(requests: list[list[Any]], limit: int, window: int) -> list[bool]:
    accepted: dict[str, deque[int]] = defaultdict(deque)
    answers = []
    for time, client in requests:
        times = accepted[client]
        while times and times[0] <= time - window:
            times.popleft()
        answers.append(len(times) < limit)
        if answers[-1]:
            times.append(time)
    return answers


def allow_counts_rejected_ones(requests: list[list[Any]], limit: int, window: int) -> list[bool]:
    seen: dict[str, list[int]] = defaultdict(list)
    answers = []
    for time, client in requests:
        answers.append(sum(earlier > time - window for earlier in seen[client]) < limit)
        seen[client].append(time)
    return answers


def allow_uses_fixed_windows(requests: list[list[Any]], limit: int, window: int) -> list[bool]:
    counts: Counter[tuple[str, int]] = Counter()
    answers = []
    for time, client in requests:
        answers.append(counts[client, time // window] < limit)
        counts[client, time // window] += answers[-1]
    return answers


def totals(expenses: list[list[Any]]) -> list[list[Any]]:
    sums: dict[str, int] = defaultdict(int)
    for category, cents in expenses:
        sums[category.strip().lower()] += cents
    return [[name, cents] for name, cents in sorted(sums.items(), key=lambda item: (-item[1], item[0]))]


def totals_reverses_equal_ones(expenses: list[list[Any]]) -> list[list[Any]]:
    sums: dict[str, int] = defaultdict(int)
    for category, cents in expenses:
        sums[category.strip().lower()] += cents
    return [[name, cents] for cents, name in sorted(((c, n) for n, c in sums.items()), reverse=True)]


def sessions(clicks: list[list[Any]], pause: int) -> list[list[Any]]:
    visits: list[list[Any]] = []
    for visitor, minute in sorted({(visitor, minute) for visitor, minute in clicks}):
        if visits and visits[-1][0] == visitor and minute - visits[-1][2] <= pause:
            visits[-1][2], visits[-1][3] = minute, visits[-1][3] + 1
        else:
            visits.append([visitor, minute, minute, 1])
    return visits


def sessions_measures_from_the_first_click(clicks: list[list[Any]], pause: int) -> list[list[Any]]:
    visits: list[list[Any]] = []
    for visitor, minute in sorted({(visitor, minute) for visitor, minute in clicks}):
        if visits and visits[-1][0] == visitor and minute - visits[-1][1] <= pause:
            visits[-1][2], visits[-1][3] = minute, visits[-1][3] + 1
        else:
            visits.append([visitor, minute, minute, 1])
    return visits


def price_history(entries: list[list[int]]) -> list[list[int]]:
    history: list[list[int]] = []
    edges = sorted({edge for first, last, _ in entries for edge in (first, last + 1)})
    for start, end in itertools.pairwise(edges):
        prices = [price for first, last, price in entries if first <= start <= last]
        if not prices:
            continue
        if history and history[-1][1] == start - 1 and history[-1][2] == prices[-1]:
            history[-1][1] = end - 1
        else:
            history.append([start, end - 1, prices[-1]])
    return history


def price_history_joins_across_gaps(entries: list[list[int]]) -> list[list[int]]:
    history: list[list[int]] = []
    for first, last, price in price_history(entries):
        if history and history[-1][2] == price:
            history[-1][1] = last
        else:
            history.append([first, last, price])
    return history


def price_history_trusts_the_first_day(entries: list[list[int]]) -> list[list[int]]:
    return price_history(sorted(entries))


def lowest_cost(scores: list[float], fraud: list[bool], missed: int, alarm: int) -> int:
    cases = list(zip(scores, fraud, strict=True))
    return min(
        sum(missed for score, bad in cases if bad and score < threshold)
        + sum(alarm for score, bad in cases if not bad and score >= threshold)
        for threshold in (*scores, float("inf"))
    )


def lowest_cost_separates_equal_scores(
    scores: list[float], fraud: list[bool], missed: int, alarm: int
) -> int:
    cost = best = missed * sum(fraud)
    for _, bad in sorted(zip(scores, fraud, strict=True), reverse=True):
        cost += -missed if bad else alarm
        best = min(best, cost)
    return best


def visible_rows(heights: list[int], top: int, window: int) -> list[int]:
    seen, start = [], 0
    for position, height in enumerate(heights):
        if min(start + height, top + window) > max(start, top):
            seen.append(position)
        start += height
    return seen


def visible_rows_counts_those_that_touch(heights: list[int], top: int, window: int) -> list[int]:
    seen, start = [], 0
    for position, height in enumerate(heights):
        if start <= top + window and start + height >= top:
            seen.append(position)
        start += height
    return seen


def visible_rows_asks_for_their_beginning(heights: list[int], top: int, window: int) -> list[int]:
    starts = [0, *itertools.accumulate(heights)]
    return [each for each in range(len(heights)) if heights[each] and top <= starts[each] < top + window]


def final_stack(actions: list[list[str]]) -> list[str]:
    stack = ["home"]
    for kind, screen in actions:
        if kind in ("back", "replace") and len(stack) > 1:
            stack.pop()
        if kind != "back":
            stack = stack[: stack.index(screen)] if screen in stack else stack
            stack.append(screen)
    return stack


def final_stack_moves_a_screen_up(actions: list[list[str]]) -> list[str]:
    stack = ["home"]
    for kind, screen in actions:
        if kind in ("back", "replace") and len(stack) > 1:
            stack.pop()
        if kind != "back":
            stack = [each for each in stack if each != screen]
            stack.append(screen)
    return stack


def summarise_chats(messages: list[list[str]]) -> list[str]:
    senders: dict[str, list[str]] = {}
    for conversation, sender in messages:
        senders[conversation] = [*senders.pop(conversation, []), sender]
    lines = []
    for conversation, names in reversed(senders.items()):
        different = list(dict.fromkeys(names))
        if len(different) > 3:
            different = [*different[:2], f"{len(different) - 2} others"]
        who = " and ".join(filter(None, (", ".join(different[:-1]), different[-1])))
        lines.append(f"{conversation}: {who}" + (f" ({len(names)})" if len(names) > 1 else ""))
    return lines


def summarise_chats_orders_by_the_first_message(messages: list[list[str]]) -> list[str]:
    lines = {line.split(": ")[0]: line for line in summarise_chats(messages)}
    return [lines[name] for name in reversed(dict.fromkeys(name for name, _ in messages))]


def merge_edits(base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]) -> list[Any]:
    merged, conflicts = {}, []
    for field in sorted({*base, *mine, *theirs}):
        old, left, right = base.get(field), mine.get(field), theirs.get(field)
        if left != right and left != old and right != old:
            conflicts.append(field)
        value = left if right == old else right
        if value is not None:
            merged[field] = value
    return [merged, conflicts]


def merge_edits_never_removes(
    base: dict[str, str], mine: dict[str, str], theirs: dict[str, str]
) -> list[Any]:
    changed = {field for field, value in mine.items() if value != base.get(field)}
    changed_there = {field for field, value in theirs.items() if value != base.get(field)}
    merged = {
        **base,
        **{name: mine[name] for name in changed},
        **{name: theirs[name] for name in changed_there},
    }
    return [merged, sorted(name for name in changed & changed_there if mine[name] != theirs[name])]


def compact_queue(operations: list[list[str]]) -> list[list[str]]:
    first: dict[str, str] = {}
    last: dict[str, tuple[str, str]] = {}
    for record, kind, value in operations:
        first.setdefault(record, kind)
        last[record] = (kind, value)
    shortest = []
    for record, kind in first.items():
        end, value = last[record]
        if end == "delete" and kind != "create":
            shortest.append([record, "delete", ""])
        elif end != "delete":
            shortest.append([record, "create" if kind == "create" else "change", value])
    return shortest


def compact_queue_creates_what_exists(operations: list[list[str]]) -> list[list[str]]:
    kinds: dict[str, list[str]] = defaultdict(list)
    values: dict[str, str] = {}
    for record, kind, value in operations:
        kinds[record].append(kind)
        values[record] = value
    shortest = []
    for record, made in kinds.items():
        if made[-1] == "delete" and "create" in made:
            continue
        shortest.append([record, "create" if "create" in made else made[-1], values[record]])
    return shortest


def fewest_wakeups(jobs: list[list[int]], capacity: int) -> int:
    coming = deque(sorted(range(len(jobs)), key=lambda each: jobs[each][0]))
    waiting: list[tuple[int, int]] = []
    done: set[int] = set()
    wakeups = 0
    for job in sorted(range(len(jobs)), key=lambda each: jobs[each][1]):
        if job in done:
            continue
        wakeups += 1
        while coming and jobs[coming[0]][0] <= jobs[job][1]:
            each = coming.popleft()
            heapq.heappush(waiting, (jobs[each][1], each))
        done.update(heapq.heappop(waiting)[1] for _ in range(min(capacity, len(waiting))))
    return wakeups


def fewest_wakeups_takes_the_first_to_begin(jobs: list[list[int]], capacity: int) -> int:
    left = sorted(jobs)
    wakeups = 0
    while left:
        wakeups += 1
        minute = min(latest for _, latest in left)
        for job in [job for job in left if job[0] <= minute][:capacity]:
            left.remove(job)
    return wakeups


def hide_cards(line: str) -> str:
    hidden = []
    for is_number, signs in itertools.groupby(line, lambda sign: sign in "0123456789"):
        run = "".join(signs)
        hidden.append("*" * (len(run) - 4) + run[-4:] if is_number and 13 <= len(run) <= 19 else run)
    return "".join(hidden)


def hide_cards_in_longer_numbers(line: str) -> str:
    hidden, position = "", 0
    while position < len(line):
        length = 0
        while length < 19 and position + length < len(line) and line[position + length] in "0123456789":
            length += 1
        run = line[position : position + max(length, 1)]
        hidden += "*" * (length - 4) + run[-4:] if length >= 13 else run
        position += len(run)
    return hidden


def locked_accounts(attempts: list[list[Any]], limit: int) -> list[str]:
    failures: Counter[str] = Counter()
    locked: dict[str, None] = {}
    for account, correct in attempts:
        failures[account] = 0 if correct else failures[account] + 1
        if failures[account] >= limit:
            locked[account] = None
    return list(locked)


def locked_accounts_adds_up_all_failures(attempts: list[list[Any]], limit: int) -> list[str]:
    failures: Counter[str] = Counter()
    locked: dict[str, None] = {}
    for account, correct in attempts:
        failures[account] += not correct
        if failures[account] >= limit:
            locked[account] = None
    return list(locked)


def sprayers(attempts: list[list[Any]], accounts: int, minutes: int) -> list[str]:
    spans: dict[str, deque[tuple[int, str]]] = defaultdict(deque)
    tried: dict[str, Counter[str]] = defaultdict(Counter)
    found = set()
    for minute, address, account in attempts:
        span, counts = spans[address], tried[address]
        span.append((minute, account))
        counts[account] += 1
        while span[0][0] <= minute - minutes:
            old = span.popleft()[1]
            counts[old] -= 1
            if not counts[old]:
                del counts[old]
        if len(counts) >= accounts:
            found.add(address)
    return sorted(found)


def sprayers_counts_attempts(attempts: list[list[Any]], accounts: int, minutes: int) -> list[str]:
    spans: dict[str, deque[int]] = defaultdict(deque)
    found = set()
    for minute, address, _ in attempts:
        spans[address].append(minute)
        while spans[address][0] <= minute - minutes:
            spans[address].popleft()
        if len(spans[address]) >= accounts:
            found.add(address)
    return sorted(found)


def sprayers_forgets_those_tried_again(attempts: list[list[Any]], accounts: int, minutes: int) -> list[str]:
    spans: dict[str, deque[tuple[int, str]]] = defaultdict(deque)
    tried: dict[str, set[str]] = defaultdict(set)
    found = set()
    for minute, address, account in attempts:
        spans[address].append((minute, account))
        tried[address].add(account)
        while spans[address][0][0] <= minute - minutes:
            tried[address].discard(spans[address].popleft()[1])
        if len(tried[address]) >= accounts:
            found.add(address)
    return sorted(found)


def firewall_decisions(rules: list[list[str]], addresses: list[str]) -> list[str]:
    def number(address: str) -> int:
        value = 0
        for part in address.split("."):
            value = value * 256 + int(part)
        return value

    ranges = []
    for action, text in rules:
        address, bits = text.split("/")
        ranges.append((action, number(address), 32 - int(bits)))
    return [
        next((action for action, start, rest in ranges if number(each) >> rest == start >> rest), "deny")
        for each in addresses
    ]


def firewall_decisions_compares_whole_numbers(rules: list[list[str]], addresses: list[str]) -> list[str]:
    answers = []
    for address in addresses:
        answer = "deny"
        for action, text in reversed(rules):
            start, bits = text.split("/")
            count = int(bits) // 8
            if address.split(".")[:count] == start.split(".")[:count]:
                answer = action
        answers.append(answer)
    return answers


def firewall_decisions_takes_the_narrowest(rules: list[list[str]], addresses: list[str]) -> list[str]:
    return firewall_decisions(sorted(rules, key=lambda rule: -int(rule[1].split("/")[1])), addresses)


def who_may(members: dict[str, list[str]], allowed: list[str], denied: list[str]) -> list[str]:
    def covered(names: list[str]) -> set[str]:
        found, left = set(names), list(names)
        while left:
            for name in members.get(left.pop(), []):
                if name not in found:
                    found.add(name)
                    left.append(name)
        return found

    return sorted(covered(allowed) - covered(denied) - set(members))


def who_may_denies_by_name_only(
    members: dict[str, list[str]], allowed: list[str], denied: list[str]
) -> list[str]:
    return [name for name in who_may(members, allowed, []) if name not in denied]


def intruder_reach(
    start: str, links: list[list[str]], needs: dict[str, list[str]], holds: dict[str, list[str]]
) -> list[str]:
    beside: dict[str, list[str]] = defaultdict(list)
    for one, other in links:
        beside[one].append(other)
        beside[other].append(one)
    known: set[str] = set()
    waiting: dict[str, list[str]] = defaultdict(list)
    entered, left = {start}, [start]
    while left:
        machine = left.pop()
        found = set(holds.get(machine, [])) - known
        known |= found
        for each in [*beside[machine], *(name for key in found for name in waiting.pop(key, []))]:
            missing = next((key for key in needs.get(each, []) if key not in known), None)
            if each not in entered and missing is None:
                entered.add(each)
                left.append(each)
            elif each not in entered and missing is not None:
                waiting[missing].append(each)
    return sorted(entered)


def intruder_reach_looks_once(
    start: str, links: list[list[str]], needs: dict[str, list[str]], holds: dict[str, list[str]]
) -> list[str]:
    known = set(holds.get(start, []))
    seen, entered, left = {start}, [start], deque([start])
    while left:
        machine = left.popleft()
        for one, other in [*links, *((b, a) for a, b in links)]:
            if one == machine and other not in seen:
                seen.add(other)
                if known.issuperset(needs.get(other, [])):
                    entered.append(other)
                    left.append(other)
                    known.update(holds.get(other, []))
    return entered


MODULES = (backend, data, devops, frontend, general, ml, qa)

REFERENCES: dict[str, Solution] = {
    "general-longest-streak": longest_streak,
    "general-free-slots": free_slots,
    "general-voucher-route": cheapest_trip,
    "backend-bracket-check": first_fault,
    "backend-build-order": start_order,
    "backend-expiring-cache": run_cache,
    "frontend-shorten-title": shorten,
    "qa-flaky-tests": flaky_tests,
    "devops-request-limit": allow,
    "data-expense-totals": totals,
    "data-visitor-sessions": sessions,
    "data-price-history": price_history,
    "ml-cheapest-threshold": lowest_cost,
    "mobile-visible-rows": visible_rows,
    "mobile-screen-stack": final_stack,
    "mobile-message-summary": summarise_chats,
    "mobile-merge-edits": merge_edits,
    "mobile-offline-queue": compact_queue,
    "mobile-fewest-wakeups": fewest_wakeups,
    "security-hide-cards": hide_cards,
    "security-locked-accounts": locked_accounts,
    "security-spraying": sprayers,
    "security-firewall-rules": firewall_decisions,
    "security-nested-groups": who_may,
    "security-intruders-reach": intruder_reach,
}
for _module in MODULES:
    REFERENCES |= _module.REFERENCES

WRONG: list[tuple[str, Solution]] = [
    ("general-longest-streak", longest_streak_forgets_the_last_run),
    ("general-free-slots", free_slots_takes_the_last_end),
    ("general-voucher-route", cheapest_trip_halves_afterwards),
    ("backend-bracket-check", first_fault_counts_only),
    ("backend-build-order", start_order_goes_deep_first),
    ("backend-expiring-cache", run_cache_drops_the_oldest_first),
    ("frontend-shorten-title", shorten_loses_a_word_that_just_fits),
    ("qa-flaky-tests", flaky_tests_ignores_the_version),
    ("devops-request-limit", allow_counts_rejected_ones),
    ("devops-request-limit", allow_uses_fixed_windows),
    ("data-expense-totals", totals_reverses_equal_ones),
    ("data-visitor-sessions", sessions_measures_from_the_first_click),
    ("data-price-history", price_history_joins_across_gaps),
    ("data-price-history", price_history_trusts_the_first_day),
    ("ml-cheapest-threshold", lowest_cost_separates_equal_scores),
    ("mobile-visible-rows", visible_rows_counts_those_that_touch),
    ("mobile-visible-rows", visible_rows_asks_for_their_beginning),
    ("mobile-screen-stack", final_stack_moves_a_screen_up),
    ("mobile-message-summary", summarise_chats_orders_by_the_first_message),
    ("mobile-merge-edits", merge_edits_never_removes),
    ("mobile-offline-queue", compact_queue_creates_what_exists),
    ("mobile-fewest-wakeups", fewest_wakeups_takes_the_first_to_begin),
    ("security-hide-cards", hide_cards_in_longer_numbers),
    ("security-locked-accounts", locked_accounts_adds_up_all_failures),
    ("security-spraying", sprayers_counts_attempts),
    ("security-spraying", sprayers_forgets_those_tried_again),
    ("security-firewall-rules", firewall_decisions_compares_whole_numbers),
    ("security-firewall-rules", firewall_decisions_takes_the_narrowest),
    ("security-nested-groups", who_may_denies_by_name_only),
    ("security-intruders-reach", intruder_reach_looks_once),
    *(pair for module in MODULES for pair in module.WRONG),
]


def answered(task: CodingTask, solution: Solution, arguments: tuple[Any, ...]) -> Any:
    given = copy.deepcopy(arguments)  # a solution may change what it gets, and the bank is shared
    value = solution(*given)
    return given[0] if task.in_place else value


def failed(task: CodingTask, solution: Solution) -> list[int]:
    """The positions of the task's tests that the solution does not pass; a crash is no pass."""
    positions = []
    for position, test in enumerate(task.tests):
        try:
            actual = answered(task, solution, test.arguments)
        except (ArithmeticError, LookupError, TypeError, ValueError):
            positions.append(position)
            continue
        if not value_passes(actual, test.expected, task.checker):
            positions.append(position)
    return positions


@pytest.fixture(scope="module")
def tasks(bank: Bank) -> dict[str, CodingTask]:
    return {task.id: task for task in bank.tasks}


@pytest.fixture(scope="module")
def bank() -> Bank:
    return load_bank()


def test_every_task_has_a_reference_solution_and_a_wrong_one(tasks: dict[str, CodingTask]) -> None:
    assert {*REFERENCES, *QUERIES} == set(tasks)
    assert {task_id for task_id, _ in (*WRONG, *WRONG_QUERIES)} == set(tasks)


@pytest.mark.parametrize("task_id", REFERENCES)
def test_the_reference_solution_passes_every_test(tasks: dict[str, CodingTask], task_id: str) -> None:
    assert not failed(tasks[task_id], REFERENCES[task_id])


@pytest.mark.parametrize(("task_id", "solution"), WRONG, ids=[solution.__name__ for _, solution in WRONG])
def test_a_plausible_wrong_solution_fails_a_hidden_test(
    tasks: dict[str, CodingTask], task_id: str, solution: Solution
) -> None:
    hidden = [
        position for position in failed(tasks[task_id], solution) if tasks[task_id].tests[position].hidden
    ]

    assert hidden


def answered_by_query(task: CodingTask, query: str) -> list[int]:
    """The positions of the task's tests that the query does not pass."""
    positions = []
    for position, test in enumerate(task.tests):
        with contextlib.closing(sqlite3.connect(":memory:")) as database:
            database.executescript(f"{task.tables}\n{test.inserts}")
            rows: list[JsonValue] = [list(row) for row in database.execute(query)]
        if not value_passes(rows, test.expected, task.checker):
            positions.append(position)
    return positions


@pytest.mark.parametrize("task_id", QUERIES)
def test_the_reference_query_passes_every_test(tasks: dict[str, CodingTask], task_id: str) -> None:
    assert not answered_by_query(tasks[task_id], QUERIES[task_id])


@pytest.mark.parametrize(("task_id", "query"), WRONG_QUERIES, ids=[task_id for task_id, _ in WRONG_QUERIES])
def test_a_plausible_wrong_query_fails_a_hidden_test(
    tasks: dict[str, CodingTask], task_id: str, query: str
) -> None:
    failed = answered_by_query(tasks[task_id], query)

    assert any(tasks[task_id].tests[position].hidden for position in failed)


def test_a_query_begins_with_its_tables_and_asks_nothing(tasks: dict[str, CodingTask]) -> None:
    for task_id in QUERIES:
        start = tasks[task_id].starter
        assert [*start] == ["sql"]
        assert answered_by_query(tasks[task_id], start["sql"]), task_id
        assert "-- CREATE TABLE" in start["sql"]


def test_the_statement_of_a_query_names_every_table_and_column(tasks: dict[str, CodingTask]) -> None:
    for task_id in QUERIES:
        names = re.findall(r"CREATE TABLE (\w+)|^  (\w+) ", tasks[task_id].tables or "", re.MULTILINE)
        for name in (table or column for table, column in names):
            assert re.search(rf"`[^`]*\b{name}\b[^`]*`", tasks[task_id].statement), f"{task_id}: {name}"


def test_values_of_rows_are_written_as_sql_writes_them(tasks: dict[str, CodingTask]) -> None:
    test = TaskTest(rows={"pets": (("O'Hara", None, 3, 1.5), ("", -1, 0, 2.0)), "none": ()}, expected=[])

    assert test.inserts == "INSERT INTO pets VALUES ('O''Hara', NULL, 3, 1.5), ('', -1, 0, 2.0);"


def test_there_are_sixty_tasks_and_six_for_each_family_of_every_level(bank: Bank) -> None:
    levels: dict[str, Counter[str]] = defaultdict(Counter)
    for task in bank.tasks:
        levels[task.families[0]][task.level] += 1

    assert sum(counts.total() for counts in levels.values()) >= 60
    for family, counts in levels.items():
        assert counts.total() >= 6, family
        assert set(counts) == {"junior", "mid", "senior"}, family


def test_every_task_shows_two_tests_and_hides_three(bank: Bank) -> None:
    for task in bank.tasks:
        hidden = sum(test.hidden for test in task.tests)
        assert len(task.tests) - hidden >= 2, task.id
        assert hidden >= 3, task.id


def test_tests_of_a_task_differ_in_their_arguments(bank: Bank) -> None:
    for task in bank.tasks:
        arguments = [repr((test.args, test.rows)) for test in task.tests]
        assert len(set(arguments)) == len(arguments), task.id


def functions(bank: Bank) -> list[CodingTask]:
    return [task for task in bank.tasks if task.function_name]


def test_the_starter_defines_the_function_and_nothing_else(bank: Bank) -> None:
    for task in functions(bank):
        parameters = len(task.tests[0].args)
        namespace: dict[str, Any] = {}
        exec(task.starter["python"], namespace)  # our own text, from the repository
        assert namespace[str(task.function_name)].__code__.co_argcount == parameters, task.id
        assert re.fullmatch(rf"def {task.function_name}\(.*\):\n    \.\.\.\n", task.starter["python"]), (
            task.id
        )


def test_the_statement_names_the_function_and_gives_an_example(bank: Bank) -> None:
    for task in functions(bank):
        assert f"`{task.function_name}(" in task.statement, task.id


def test_every_task_begins_in_the_languages_that_run_everywhere_and_in_most_compiled_ones(bank: Bank) -> None:
    for task in functions(bank):
        assert {"python", "javascript", "typescript", "java", "go"} <= set(task.starter), task.id
        for start in task.starter.values():
            assert re.search(rf"\b{task.function_name}\(", start), task.id


def test_of_the_tests_only_the_visible_ones_are_examples(bank: Bank) -> None:
    for task in functions(bank):
        shown = [test for test in task.tests if not test.hidden]
        found = [([*map(json.loads, each.args)], json.loads(each.expected)) for each in task.examples]
        assert found == [([*test.args], test.expected) for test in shown]


def test_an_example_of_a_query_is_the_sql_that_fills_its_tables(tasks: dict[str, CodingTask]) -> None:
    task = tasks["data-sql-repeat-buyers"]

    assert [each.args for each in task.examples] == [
        (each.inserts,) for each in task.tests if not each.hidden
    ]
    assert task.examples[0].args[0].startswith("INSERT INTO orders VALUES (")


def test_a_task_asks_for_a_function_or_for_a_query(tasks: dict[str, CodingTask]) -> None:
    with pytest.raises(ValidationError, match="expected a function_name, or tables"):
        changed(tasks["general-longest-streak"], tables=tasks["data-sql-repeat-buyers"].tables)
    with pytest.raises(ValidationError, match="test 1: expected rows for the tables of a query"):
        changed(
            tasks["data-sql-repeat-buyers"],
            tests=[each.model_dump(mode="json") for each in tasks["general-longest-streak"].tests],
        )
    with pytest.raises(ValidationError, match="a query has no signature"):
        changed(tasks["data-sql-repeat-buyers"], per_test=True)


def test_a_checker_of_a_task_is_one_of_the_sandbox(tasks: dict[str, CodingTask]) -> None:
    checkers = CodingTask.model_json_schema()["properties"]["checker"]["anyOf"][0]["enum"]

    assert set(checkers) < set(VALUE_CHECKERS)
    assert tasks["qa-flaky-tests"].checker == "unordered"


def changed(task: CodingTask, **fields: Any) -> CodingTask:
    return CodingTask.model_validate(task.model_dump(mode="json") | fields)


def test_a_task_goes_into_a_plan_and_comes_back_the_same(bank: Bank) -> None:
    for task in bank.tasks:
        assert CodingTask.model_validate_json(task.model_dump_json()) == task


def test_a_task_of_an_older_plan_keeps_its_only_start_and_its_digest(tasks: dict[str, CodingTask]) -> None:
    older = tasks["general-longest-streak"].model_dump(mode="json", exclude={"signature"})
    older["starter"] = {"python": "def longest_streak(steps, goal):\n    ...\n"}

    assert CodingTask.model_validate(older).model_dump(mode="json") == older


def test_an_authors_own_start_goes_before_the_made_one(tasks: dict[str, CodingTask]) -> None:
    own = {"go": "func longest_streak(steps []int64, goal int64) int64 {\n\treturn 0\n}\n"}

    task = changed(tasks["general-longest-streak"], starter=own)

    assert task.starter["go"] == own["go"]
    assert task.starter["python"].startswith("def longest_streak")


def test_tests_have_as_many_arguments_as_the_signature(tasks: dict[str, CodingTask]) -> None:
    with pytest.raises(ValidationError, match="test 1: expected 1 arguments, got 2"):
        changed(
            tasks["general-longest-streak"],
            signature={"parameters": {"steps": "list[int]"}, "returns": "int"},
        )


def test_a_function_that_returns_nothing_works_in_place(tasks: dict[str, CodingTask]) -> None:
    nothing = {"parameters": {"steps": "list[int]", "goal": "int"}, "returns": "none"}

    with pytest.raises(ValidationError, match="in place"):
        changed(tasks["general-longest-streak"], signature=nothing)
    task = changed(tasks["general-longest-streak"], signature=nothing, starter={}, in_place=True)

    assert task.starter["java"].count("void longest_streak(int[] steps, int goal)") == 1
    # By value the work would be lost with the copy.
    assert "void longest_streak(vector<int>& steps, int goal)" in task.starter["cpp"]
    assert "return" not in task.starter["cpp"]


def starters(parameter: str, returns: str) -> dict[str, str]:
    return Signature.model_validate({"parameters": {"given": parameter}, "returns": returns}).starters(
        "solve"
    )


def test_a_start_names_its_types_as_the_language_does() -> None:
    made = starters("dict[str, list[tuple[str, int]]]", "list[float]")

    assert "solve(given: Record<string, [string, number][]>): number[]" in made["typescript"]
    assert "List<Double> solve(Map<String, List<List<Object>>> given)" in made["java"]
    assert "vector<double> solve(map<string, vector<tuple<string, int>>> given)" in made["cpp"]
    assert "func solve(given map[string][][]any) []float64" in made["go"]
    assert made["javascript"].startswith("function solve(given) {")
    assert "#include <map>\n#include <string>\n#include <tuple>\n#include <vector>\n" in made["cpp"]


def test_what_may_be_missing_is_said_to_be() -> None:
    made = starters("list[int | None]", "int | None")

    assert "solve(given: (number | null)[]): number | null" in made["typescript"]
    assert "Integer solve(List<Integer> given)" in made["java"]
    assert "optional<int> solve(vector<optional<int>> given)" in made["cpp"]
    assert "func solve(given []any) any" in made["go"]


def test_a_language_without_such_a_type_is_left_out() -> None:
    assert "cpp" not in starters("list[any]", "int")


@pytest.mark.parametrize(
    "text",
    ["integer", "list", "list[int", "dict[int, str]", "tuple[int]", "int | str", "a.b", "list[int](1)"],
)
def test_a_type_that_json_has_not_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a type made of"):
        starters(text, "int")
