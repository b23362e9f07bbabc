"""Solutions of the general tasks, right and plausibly wrong."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any


def page_ranges(pages: list[int]) -> str:
    runs: list[list[int]] = []
    for page in sorted(set(pages)):
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{first}-{last}" if first < last else f"{first}" for first, last in runs)


def page_ranges_trips_over_repeats(pages: list[int]) -> str:
    runs: list[list[int]] = []
    for page in sorted(pages):
        if runs and runs[-1][1] == page - 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    return ", ".join(f"{first}-{last}" if first < last else f"{first}" for first, last in runs)


def parking_fee(arrived: int, left: int, hourly: int, highest: int) -> int:
    stay = left - arrived
    if stay <= 15:
        return 0
    days, rest = divmod(stay, 24 * 60)
    return days * min(24 * hourly, highest) + min(-(-rest // 60) * hourly, highest)


def parking_fee_caps_the_stay(arrived: int, left: int, hourly: int, highest: int) -> int:
    stay = left - arrived
    return min(-(-stay // 60) * hourly, highest) if stay > 15 else 0


def parking_fee_begins_days_at_midnight(arrived: int, left: int, hourly: int, highest: int) -> int:
    if left - arrived <= 15:
        return 0
    fee = 0
    while arrived < left:
        until = min(left, (arrived // 1440 + 1) * 1440)
        fee += min(-(-(until - arrived) // 60) * hourly, highest)
        arrived = until
    return fee


def league_table(matches: list[list[Any]]) -> list[list[Any]]:
    points: dict[str, int] = defaultdict(int)
    won = []
    for home, guest, left, right in matches:
        for pub, got in (
            (home, (left > right) - (left < right) + 1),
            (guest, (right > left) - (right < left) + 1),
        ):
            points[pub] += got
            won.append((pub, guest if pub == home else home, got))
    among: dict[str, int] = defaultdict(int)
    for pub, other, got in won:
        if points[pub] == points[other]:
            among[pub] += got
    ordered = sorted(points, key=lambda pub: (-points[pub], -among[pub], pub))
    return [[pub, points[pub]] for pub in ordered]


def league_table_goes_by_name(matches: list[list[Any]]) -> list[list[Any]]:
    return sorted(league_table(matches), key=lambda row: (-row[1], row[0]))


def where_are(next_station: list[int], starts: list[int], ticks: int) -> list[int]:
    places, jump = list(starts), list(next_station)
    while ticks:
        if ticks % 2:
            places = [jump[place] for place in places]
        jump = [jump[place] for place in jump]
        ticks //= 2
    return places


def where_are_takes_the_way_for_the_circle(
    next_station: list[int], starts: list[int], ticks: int
) -> list[int]:
    places = []
    for start in starts:
        way = [start]
        while next_station[way[-1]] not in way:
            way.append(next_station[way[-1]])
        places.append(way[ticks % len(way)])
    return places


REFERENCES: dict[str, Callable[..., Any]] = {
    "general-page-ranges": page_ranges,
    "general-parking-fee": parking_fee,
    "general-league-table": league_table,
    "general-parcel-loop": where_are,
}
WRONG: list[tuple[str, Callable[..., Any]]] = [
    ("general-page-ranges", page_ranges_trips_over_repeats),
    ("general-parking-fee", parking_fee_caps_the_stay),
    ("general-parking-fee", parking_fee_begins_days_at_midnight),
    ("general-league-table", league_table_goes_by_name),
    ("general-parcel-loop", where_are_takes_the_way_for_the_circle),
]
