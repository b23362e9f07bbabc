"""How well and how fast CVs are read: `python -m benchmarks.cv [DATA_DIR] [--verbose]`.

Without DATA_DIR it makes the documents of `benchmarks.cv_documents` and reports them by split, format, layout and
language. DATA_DIR holds documents and a `truth.json`: a list of `{file, source, truth: {name, email, phone, jobs:
[{company,
title, start, end}], edu: [{school, degree}], skills}}`. Scored: greedy one-to-one per field, similarity ratio
>= .85 (names and skills >= .90), case ignored; phones as E.164; dates as YYYY-MM, YYYY or "present"; a job
with
dates needs its employer and both dates; degrees by level (`level` where the label has it). `name_also` are other
writings of the name that count, as with "Dr". Micro F1 over all files, then per layout (source).
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, cast

import phonenumbers

from benchmarks.cv_documents.writing import write_all
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
    parser.add_argument(
        "data", type=Path, nargs="?", help="folder with truth.json; without it our own documents"
    )
    parser.add_argument(
        "--verbose", action="store_true", help="list every miss, but never of what is held out"
    )
    arguments = parser.parse_args()
    if arguments.data is None:
        with tempfile.TemporaryDirectory() as folder:
            write_all(Path(folder))
            _report(Path(folder), verbose=arguments.verbose)
    elif (arguments.data / "truth.json").exists():
        _report(arguments.data, verbose=arguments.verbose)
    else:
        print(f"no labelled CVs in {arguments.data}: expected truth.json and the documents it names")
        sys.exit(2)


@dataclass
class Tally:
    """Hits, false alarms and misses per field, and how far the years are off, over some documents."""

    documents: int = 0
    counts: dict[str, list[int]] = field(default_factory=lambda: {name: [0, 0, 0] for name in FIELDS})
    years: list[float] = field(default_factory=list)


@dataclass
class Scored:
    """All documents of a folder: tallies by group, milliseconds per two pages, and whose two runs differ."""

    tallies: dict[tuple[str, ...], Tally] = field(default_factory=lambda: defaultdict(Tally))
    took: list[float] = field(default_factory=list)
    unstable: list[str] = field(default_factory=list)

    def f1(self, group: tuple[str, ...]) -> dict[str, float]:
        """F1 by field, 0 to 1."""
        return {name: _f1(counts) for name, counts in self.tallies[group].counts.items()}


def score(folder: Path, *, verbose: bool = False) -> Scored:
    """Read every document that `folder`'s truth.json names, and hold it against its label."""
    scored = Scored()
    for record in json.loads((folder / "truth.json").read_text(encoding="utf-8")):
        document = (folder / record["file"]).read_bytes()
        first = analyze(document, record["file"], as_of=AS_OF)
        begin = time.perf_counter()
        result = analyze(document, record["file"], as_of=AS_OF)
        scored.took.append((time.perf_counter() - begin) * 1000 / max(1, result.analysis.pages) * 2)
        if result.model_dump_json() != first.model_dump_json():
            scored.unstable.append(record["file"])
        expected, found = _expected(record["truth"]), _found(result)
        error = abs(_years(record["truth"]["jobs"]) - (result.analysis.total_years or 0.0))
        groups = _groups(record)
        for name in FIELDS:
            counts = _score(expected[name], found[name], _MATCH[name])
            for group in groups:
                for position, number in enumerate(counts):
                    scored.tallies[group].counts[name][position] += number
            if verbose and record.get("split") != "held-out" and (counts[1] or counts[2]):
                print(f"{record['file']}: {name}\n    expected {expected[name]}\n    found    {found[name]}")
        for group in groups:
            scored.tallies[group].documents += 1
            scored.tallies[group].years.append(error)
    return scored


def _report(folder: Path, *, verbose: bool) -> None:
    scored = score(folder, verbose=verbose)
    if any(len(group) == 3 for group in scored.tallies):
        _print_by_split(scored.tallies)
    else:
        _print_by_source({group[0]: tally for group, tally in scored.tallies.items()})
    took, unstable = scored.took, scored.unstable
    print(f"milliseconds per 2 pages, warm: median {statistics.median(took):.1f}, worst {max(took):.1f}")
    print("two runs byte-identical: " + ("yes" if not unstable else "NO: " + ", ".join(unstable)))


def _groups(record: dict[str, Any]) -> list[tuple[str, ...]]:
    """What a document is counted under: all and its source, or its split and there each of its sides."""
    if "split" not in record:
        return [("all",), (record["source"],)]
    split = record["split"]
    return [(split, "all", ""), *((split, side, record[side]) for side in ("layout", "format", "language"))]


def _print_by_source(tallies: dict[str, Tally]) -> None:
    print(f"{'F1':16}" + "".join(f"{group:>15}" for group in tallies))
    for name in FIELDS:
        print(f"{name:16}" + "".join(f"{_f1(tally.counts[name]):15.3f}" for tally in tallies.values()))
    for label, reduce in (("mean", statistics.mean), ("worst", max)):
        print(f"years off, {label:5}" + "".join(f"{reduce(tally.years):15.2f}" for tally in tallies.values()))


def _print_by_split(tallies: dict[tuple[str, ...], Tally]) -> None:
    """One table per split; held-out figures are what counts, the rules were made with the others in sight."""
    columns = (
        "name",
        "email",
        "phone",
        "employer",
        "title",
        "dates",
        "school",
        "degree",
        "skills",
        "yrs off",
    )
    order = {"all": 0, "format": 1, "layout": 2, "language": 3}
    for split in sorted({group[0] for group in tallies}):
        print(f"F1, {split:18}" + "  n" + "".join(f"{column:>9}" for column in columns))
        rows = sorted(
            (group for group in tallies if group[0] == split), key=lambda group: (order[group[1]], group)
        )
        side = "all"
        for group in rows:
            if group[1] != side:
                side = group[1]
                print(f"by {side}")
            tally = tallies[group]
            figures = "".join(f"{_f1(tally.counts[name]):9.3f}" for name in FIELDS)
            print(f"  {group[2] or 'all':20}{tally.documents:3}{figures}{statistics.mean(tally.years):9.2f}")
        print()


def _expected(truth: dict[str, Any]) -> dict[str, list[Value]]:
    jobs = truth["jobs"]
    return {
        "name": [(truth["name"], *truth.get("name_also", ()))] if truth["name"] else [],
        "email": _single(truth["email"]),
        "phone": _single(_phone(truth["phone"])),
        "employer": [(job["company"],) for job in jobs],
        "title": [(job["title"],) for job in jobs],
        "job with dates": [(job["company"], job["start"], job["end"]) for job in jobs],
        "school": [(study["school"],) for study in truth["edu"]],
        "degree level": [(level,) for study in truth["edu"] if (level := _labelled_level(study))],
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
    try:
        number = phonenumbers.parse(written, "US")
    except phonenumbers.NumberParseException:
        return written
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def _labelled_level(study: dict[str, Any]) -> str | None:
    if "level" in study:
        return cast("str | None", study["level"])
    return _level(study["degree"]) if study["degree"] else None


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


def _named(a: Value, b: Value) -> bool:
    return any(_alike(0.90)((name,), b) for name in a)


_MATCH: dict[str, Match] = {
    "name": _named,
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
