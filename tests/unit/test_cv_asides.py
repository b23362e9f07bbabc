"""What stands in a CV beside the person's own jobs and addresses, and must not be taken for them."""

from __future__ import annotations

import pytest

from runtime.cv import CvResult
from runtime.cv.analysis import analyze_text
from runtime.cv.dates import periods

HEAD = "Robin Example\nrobin@example.com\n\n"


def jobs(result: CvResult) -> list[tuple[str | None, str | None, str | None, str | None]]:
    leaves = [(job.position, job.name, job.start_date, job.end_date) for job in result.resume.work]
    return [tuple(leaf and leaf.value for leaf in row) for row in leaves]  # type: ignore[misc]


@pytest.mark.parametrize(
    "words",
    [
        "Career break",
        "Maternity leave",
        "Sabbatical",
        "Unemployed",
        "Full-time parent",
        "Gap year",
        "Job seeking",
        "Elternzeit",
        "Arbeitssuchend",
        "Congé parental",
        "Caring for a family member",
    ],
)
def test_a_time_without_work_is_a_gap_and_gives_its_dates_to_nobody(words: str) -> None:
    result = analyze_text(
        f"{HEAD}Experience\nOffice Manager, Delgado Ltd\nJan 2009 - Dec 2015\n\n{words}\nJan 2016 - Dec 2023\n\n"
        "Clerk, Foo Ltd\nJan 2024 - Jun 2024\n"
    )

    assert jobs(result) == [
        ("Office Manager", "Delgado Ltd", "2009-01", "2015-12"),
        ("Clerk", "Foo Ltd", "2024-01", "2024-06"),
    ]
    assert result.analysis.total_years == 7.5
    assert [(gap.start, gap.end) for gap in result.analysis.gaps] == [("2016-01", "2023-12")]


def test_a_job_about_travel_is_a_job() -> None:
    result = analyze_text(f"{HEAD}Experience\nTravel Consultant, Sky Tours\n2016 - 2023\n")

    assert [job[:2] for job in jobs(result)] == [("Travel Consultant", "Sky Tours")]


def test_a_referees_address_is_not_the_persons() -> None:
    result = analyze_text(
        "Jane Smith\n\nExperience\nClerk, Foo Ltd\n2019 - 2020\n\n"
        "References\nBob Miller, bob.miller@example.org, +44 20 7946 0018\n"
    )

    assert result.resume.basics.email is None
    assert result.resume.basics.phone is None


@pytest.mark.parametrize(
    "line",
    ["10/2018 - 09/2022", "2018-10 - 2022-09", "01.02.2018", "Passport 123456789", "ISBN 9783161484100"],
)
def test_dates_and_other_numbers_are_no_phone(line: str) -> None:
    assert analyze_text(f"{HEAD}Experience\nClerk, Foo Ltd\n{line}\n").resume.basics.phone is None


@pytest.mark.parametrize("today", ["até à data", "até à presente data", "la fecha"])
def test_today_is_known_in_its_longer_forms(today: str) -> None:
    [period] = periods(f"maio 2019 - {today}")

    assert (str(period.start), period.present) == ("2019-05", True)


def test_a_last_skill_in_capitals_is_no_heading() -> None:
    result = analyze_text(f"{HEAD}SKILLS\nFigma\nPower BI\nHTML\n\nLANGUAGES\nEnglish (native)\n")

    assert [skill.name.value for skill in result.resume.skills] == ["Figma", "Power BI", "HTML"]
