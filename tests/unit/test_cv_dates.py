"""Months and periods as CVs write them."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.cv.dates import Point, is_date, months, periods, point, union


def _read(text: str) -> tuple[str, str, bool]:
    (period,) = periods(text)
    end = "present" if period.present else str(period.end) if period.end else ""
    return str(period.start) if period.start else "", end, period.ranged


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("Mar 2021 – present", "2021-03", "present"),
        ("Sept. 2024 - Jun. 2027", "2024-09", "2027-06"),
        ("05/2016 - 12/2018", "2016-05", "2018-12"),
        ("01.03.2019 – 30.04.2021", "2019-03", "2021-04"),
        ("2021-03 to 2022-05", "2021-03", "2022-05"),
        ("2019-21", "2019", "2021"),
        ("2019 – 2021", "2019", "2021"),
        ("May – Aug 2022", "2022-05", "2022-08"),
        ("Oct '18 — Nov '19", "2018-10", "2019-11"),
        ("Summer 2020 - Winter 2021", "2020-06", "2021-01"),
        ("March 3, 2020 to April 2021", "2020-03", "2021-04"),
        ("since 2019", "2019", "present"),
        ("03/2020 – heute", "2020-03", "present"),
        ("seit März 2019", "2019-03", "present"),
        ("Dezember 2019 bis Februar 2020", "2019-12", "2020-02"),
        ("janvier 2018 à aujourd'hui", "2018-01", "present"),
        ("depuis août 2021", "2021-08", "present"),
        ("de enero de 2018 a diciembre de 2020", "2018-01", "2020-12"),
        ("enero 2018 - actualidad", "2018-01", "present"),
        ("maggio 2019 – oggi", "2019-05", "present"),
        ("março de 2017 até o momento", "2017-03", "present"),
        ("January 20XX - Current", "", "present"),
    ],
)
def test_a_period_is_read_in_every_common_writing(text: str, start: str, end: str) -> None:
    assert _read(text) == (start, end, True)


@pytest.mark.parametrize(
    "text", ["Room 2021B", "99.97% of 2000% growth", "$2000", "Python 3.12", "v1.2020.3"]
)
def test_a_number_that_is_no_year_is_no_date(text: str) -> None:
    assert periods(text) == ()


def test_a_single_date_is_an_end_without_a_start() -> None:
    assert _read("Graduated May 2016") == ("", "2016-05", False)


@pytest.mark.parametrize("text", ["Mar 2021 – present", "(2020)", "5 years 9 months", "2 ans et 3 mois"])
def test_a_line_of_dates_is_told_from_a_sentence_that_names_a_year(text: str) -> None:
    assert is_date(text)
    assert not is_date("Won the regional prize for bridge design in 2020")


def test_overlapping_jobs_count_once() -> None:
    first = months(Point(2019, 1), Point(2020, 12), as_of=None)
    second = months(Point(2020, 7), Point(2021, 6), as_of=None)
    assert first is not None
    assert second is not None
    assert union([second, first]) == 30


def test_two_years_without_months_are_as_far_apart_as_they_say() -> None:
    interval = months(Point(2020), Point(2022), as_of=None)
    assert interval is not None
    assert union([interval]) == 24


def test_a_current_job_ends_with_the_month_of_as_of() -> None:
    interval = months(Point(2026, 1), None, as_of=dt.date(2026, 3, 2))
    assert interval is not None
    assert union([interval]) == 3


@pytest.mark.parametrize(
    ("start", "end"), [(Point(), Point(2020, 1)), (Point(2020, 1), Point()), (Point(2021, 1), Point(2020, 1))]
)
def test_an_unknown_or_reversed_period_counts_nothing(start: Point, end: Point) -> None:
    assert months(start, end, as_of=dt.date(2026, 1, 1)) is None


_points = st.builds(Point, st.integers(1950, 2090), st.none() | st.integers(1, 12))


@given(_points)
def test_a_point_survives_being_written(value: Point) -> None:
    assert point(str(value)) == value


@given(st.lists(st.tuples(st.integers(0, 400), st.integers(1, 60)), max_size=12))
def test_the_union_counts_the_months_that_any_interval_covers(pairs: list[tuple[int, int]]) -> None:
    intervals = [(first, first + length) for first, length in pairs]
    assert union(intervals) == len({month for first, last in intervals for month in range(first, last)})


@given(st.text(max_size=200))
def test_any_text_gives_periods_inside_it_and_in_order(text: str) -> None:
    found = periods(text)
    assert all(0 <= period.begin < period.stop <= len(text) for period in found)
    assert all(a.stop <= b.begin for a, b in itertools.pairwise(found))
