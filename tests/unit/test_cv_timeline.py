"""The day a CV speaks of comes from what it tells, and what is later than that day is no experience yet."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Sequence

import docx
import pytest

from runtime.cv.analysis import analyze, analyze_text
from runtime.cv.corrected import corrected
from runtime.cv.correction import CorrectedResume
from runtime.cv.result import Analysis, CvResult

WELDER = "Welder at Iron Works Ltd\nJan 2020 - present"
BEFORE = "Fitter at Steel Yard Ltd\nMar 2015 - Dec 2019"


def cv(*jobs: str, education: str = "", more: str = "") -> str:
    text = "Jane Smith\njane.smith@example.com\nLeeds, United Kingdom\n\nExperience\n" + "\n\n".join(jobs)
    return text + (f"\n\nEducation\n{education}" if education else "") + (f"\n\n{more}" if more else "")


def read(*jobs: str, education: str = "", more: str = "") -> Analysis:
    return analyze_text(cv(*jobs, education=education, more=more)).analysis


def word(text: str, modified: dt.datetime | None) -> Analysis:
    document = docx.Document()
    for line in text.split("\n"):
        document.add_paragraph(line)
    if modified is not None:
        document.core_properties.modified = modified
    written = io.BytesIO()
    document.save(written)
    return analyze(written.getvalue(), "cv.docx").analysis


def saved(year: int, *jobs: str, education: str = "") -> Analysis:
    return word(cv(*jobs, education=education), dt.datetime(year, 3, 31, tzinfo=dt.UTC))


def test_a_degree_that_is_expected_does_not_date_a_text() -> None:
    found = read(WELDER, BEFORE, education="BSc Physics, Leeds College, Sep 2018 - expected June 2029")
    assert (found.as_of, found.total_years) == ("2020-01-31", 4.9)


def test_a_certificate_that_is_valid_for_years_does_not_date_a_text() -> None:
    found = read(WELDER, BEFORE, more="Certificates\nFirst Aid, valid until December 2031")
    assert found.as_of == "2020-01-31"


def test_studies_that_ended_lately_date_a_text() -> None:
    assert read(WELDER, education="BSc Physics, Leeds College, Dec 2021").as_of == "2021-12-31"


def test_the_beginning_of_the_current_job_alone_says_nothing_about_today() -> None:
    found = read(WELDER)
    assert (found.as_of, found.as_of_source, found.total_years) == (None, None, None)


def test_a_job_counts_up_to_the_day_the_document_was_saved_and_no_further() -> None:
    found = saved(2026, "Welder at Iron Works Ltd\nJan 2020 - Dec 2035\nWelded in Python")
    assert (found.as_of, found.as_of_source, found.total_years) == ("2026-03-31", "document", 6.2)
    assert [(use.years, use.last_used) for use in found.skills] == [(6.2, "2026-03")]


@pytest.mark.parametrize("year", [2019, 2999])
def test_a_document_whose_date_its_jobs_contradict_is_dated_by_them(year: int) -> None:
    found = saved(year, WELDER, BEFORE)
    assert (found.as_of, found.as_of_source) == ("2020-01-31", "newest date in the text")


def test_a_document_may_be_years_newer_than_the_beginning_of_its_current_job() -> None:
    assert saved(2026, WELDER, BEFORE).as_of == "2026-03-31"


def test_a_document_without_a_current_job_is_not_much_newer_than_its_dates() -> None:
    assert saved(2035, BEFORE).as_of_source == "newest date in the text"


def test_the_date_of_a_template_is_no_date() -> None:
    found = word(
        cv("Fitter at Steel Yard Ltd\nMar 2011 - present", "Cook, Blue Inn\nMay 2009 - Jan 2011"), None
    )
    assert found.as_of_source == "newest date in the text"


def edited(before: CvResult, *work: Sequence[str]) -> Analysis:
    jobs = [{"name": name, "startDate": start, "endDate": end} for name, start, end in work]
    return corrected(before, CorrectedResume.model_validate({"work": jobs}), read=before).analysis


def test_a_job_that_a_candidate_adds_counts_only_as_far_as_the_document_can_reach() -> None:
    before = analyze_text(cv(BEFORE))
    assert before.analysis.as_of == "2019-12-31"
    found = edited(before, ("Iron Works Ltd", "2019-01", "2099-12"))
    assert (found.as_of, found.total_years) == ("2020-12-31", 2.0)


def test_a_newer_job_that_a_candidate_adds_moves_the_day_of_a_text() -> None:
    found = edited(analyze_text(cv(BEFORE)), ("Iron Works Ltd", "2019-01", "2020-06"))
    assert (found.as_of, found.total_years) == ("2020-06-30", 1.5)
