"""How well and how fast CVs are read: `python -m benchmarks.cv DATA_DIR [--verbose]`.

DATA_DIR holds documents and a `truth.json`: a list of `{file, source, truth: {name, email, phone, jobs:
[{company,
title, start, end}], edu: [{school, degree}], skills}}`. Scored: greedy one-to-one per field, similarity ratio
>= .85 (names and skills >= .90), case ignored; phones as E.164; dates as YYYY-MM, YYYY or "present"; a job
with
dates needs its employer and both dates; degrees by level. Micro F1 over all files, then per layout (source).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

import phonenumbers

from runtime.cv import CvResult
from runtime.cv.analysis import analyze
from runtime.cv.dates import months, point, union
from runtime.cv.vocabulary import degree

AS_OF = dt.date(2026, 11, 22)
FIELDS = ("name", "email", "phone", "employer", "title", "job with dates", "school", "degree level", "skills")

Value = tuple[str | None, ...]
Match = Callable[[Value, Value], bool]


def main() -> None:
    """Prints F1 per field, over all and per layout, the error in years, and milliseconds per document."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, help="folder with truth.json")
    parser.add_argument("--verbose", action="store_true", help="list every miss")
    arguments = parser.parse_args()
    if not (arguments.data / "truth.json").exists():
        print(f"no labelled CVs in {arguments.data}: expected truth.json and the documents it names")
        sys.exit(2)
    records = json.loads((arguments.data / "truth.json").read_text(encoding="utf-8"))
    counts: dict[str, dict[str, list[int]]] = defaultdict(lambda: {field: [0, 0, 0] for field in FIELDS})
    years: dict[str, list[float]] = defaultdict(list)
    took = []
    unstable = []
    for record in records:
        document = (arguments.data / record["file"]).read_bytes()
        first = analyze(document, record["file"], as_of=AS_OF)
        begin = time.perf_counter()
        result = analyze(document, record["file"], as_of=AS_OF)
        took.append((time.perf_counter() - begin) * 1000 / max(1, result.analysis.pages) * 2)
        if result.model_dump_json() != first.model_dump_json():
            unstable.append(record["file"])
        expected, found = _expected(record["truth"]), _found(result)
        for field in FIELDS:
            score = _score(expected[field], found[field], _MATCH[field])
            for group in ("all", record["source"]):
                for position, number in enumerate(score):
                    counts[group][field][position] += number
            if arguments.verbose and score[0] < max(len(expected[field]), len(found[field])):
                print(
                    f"{record['file']}: {field}\n    expected {expected[field]}\n    found    {found[field]}"
                )
        error = abs(_years(record["truth"]["jobs"]) - (result.analysis.total_years or 0.0))
        years["all"].append(error)
        years[record["source"]].append(error)
    groups = list(counts)
    print(f"{'F1':16}" + "".join(f"{group:>15}" for group in groups))
    for field in FIELDS:
        print(f"{field:16}" + "".join(f"{_f1(counts[group][field]):15.3f}" for group in groups))
    print(f"{'years off, mean':16}" + "".join(f"{statistics.mean(years[group]):15.2f}" for group in groups))
    print(f"{'years off, worst':16}" + "".join(f"{max(years[group]):15.2f}" for group in groups))
    print(f"milliseconds per 2 pages, warm: median {statistics.median(took):.1f}, worst {max(took):.1f}")
    print("two runs byte-identical: " + ("yes" if not unstable else "NO: " + ", ".join(unstable)))


def _expected(truth: dict[str, Any]) -> dict[str, list[Value]]:
    jobs = truth["jobs"]
    return {
        "name": _single(truth["name"]),
        "email": _single(truth["email"]),
        "phone": _single(_phone(truth["phone"])),
        "employer": [(job["company"],) for job in jobs],
        "title": [(job["title"],) for job in jobs],
        "job with dates": [(job["company"], job["start"], job["end"]) for job in jobs],
        "school": [(study["school"],) for study in truth["edu"]],
        "degree level": [(_level(study["degree"]),) for study in truth["edu"] if study["degree"]],
        "skills": [(skill,) for skill in truth["skills"]],
    }


def _found(result: CvResult) -> dict[str, list[Value]]:
    dump = result.model_dump(mode="json")["resume"]

    def value(leaf: dict[str, Any] | None) -> str | None:
        return None if leaf is None else leaf["value"]

    basics = dump["basics"]
    work = dump["work"]
    return {
        "name": _single(value(basics["name"])),
        "email": _single(value(basics["email"])),
        "phone": _single(_phone(value(basics["phone"]))),
        "employer": [(value(job["name"]),) for job in work if job["name"]],
        "title": [(value(job["position"]),) for job in work if job["position"]],
        "job with dates": [
            (
                value(job["name"]),
                value(job["startDate"]),
                "present" if job["current"] else value(job["endDate"]),
            )
            for job in work
            if job["name"]
        ],
        "school": [(value(study["institution"]),) for study in dump["education"] if study["institution"]],
        "degree level": [(value(study["level"]),) for study in dump["education"] if study["level"]],
        "skills": [(value(skill["name"]),) for skill in dump["skills"]],
    }


def _single(value: str | None) -> list[Value]:
    return [(value,)] if value else []


def _phone(written: str | None) -> str | None:
    if not written:
        return None
    number = phonenumbers.parse(written, "US")
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _level(written: str) -> str | None:
    found = degree(written)
    return found[0] if found else None


def _alike(least: float) -> Match:
    def match(a: Value, b: Value) -> bool:
        return SequenceMatcher(None, (a[0] or "").lower(), (b[0] or "").lower()).ratio() >= least

    return match


def _equal(a: Value, b: Value) -> bool:
    return (a[0] or "").lower() == (b[0] or "").lower()


def _dated(a: Value, b: Value) -> bool:
    return _alike(0.85)(a, b) and a[1:] == b[1:]


_MATCH: dict[str, Match] = {
    "name": _alike(0.90),
    "email": _equal,
    "phone": _equal,
    "employer": _alike(0.85),
    "title": _alike(0.85),
    "job with dates": _dated,
    "school": _alike(0.85),
    "degree level": _equal,
    "skills": _alike(0.90),
}


def _score(expected: Sequence[Value], found: Sequence[Value], match: Match) -> tuple[int, int, int]:
    """Hits, false alarms, misses."""
    left = list(expected)
    hits = 0
    for value in found:
        position = next((i for i, candidate in enumerate(left) if match(candidate, value)), None)
        if position is not None:
            del left[position]
            hits += 1
    return hits, len(found) - hits, len(left)


def _f1(counts: Sequence[int]) -> float:
    hits, false, missed = counts
    return 2 * hits / (2 * hits + false + missed) if hits + false + missed else 1.0


def _years(jobs: Sequence[dict[str, Any]]) -> float:
    intervals = []
    for job in jobs:
        if job["start"] and job["end"]:
            end = None if job["end"] == "present" else point(job["end"])
            interval = months(point(job["start"]), end, as_of=AS_OF)
            if interval is not None:
                intervals.append(interval)
    return union(intervals) / 12


if __name__ == "__main__":
    main()
