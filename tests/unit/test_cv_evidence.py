"""Which skills a CV declares and shows, for how long, and the months without work."""

from __future__ import annotations

import datetime as dt

import pytest

from runtime.cv.analysis import analyze_text
from runtime.cv.document import from_text
from runtime.cv.result import Analysis, SkillUse

AS_OF = dt.date(2024, 6, 30)


def cv(*, work: str, skills: str, more: str = "") -> str:
    return f"Jane Smith\njane.smith@example.com\n\nExperience\n\n{work}\n\nSkills\n{skills}\n\n{more}"


WORK = """Developer at Acme Ltd
Jan 2020 - Dec 2021
- Built payment services in Python and PostgreSQL
- Moved 40 services to Kubernetes

Consultant at Beta GmbH
Jul 2021 - present
- Advised on k8s and Terraform
- Trained teams in kiln firing

Clerk at Gamma Ltd
Jan 2015 - Dec 2016
- Kept the ledgers, conciliación bancaria"""


def uses(text: str) -> dict[str, SkillUse]:
    return {use.id or use.name: use for use in analyze_text(text, as_of=AS_OF).analysis.skills}


def analysis(text: str) -> Analysis:
    return analyze_text(text, as_of=AS_OF).analysis


class TestDeclaredSkills:
    def test_each_stands_in_its_own_words_with_the_canonical_id_beside(self) -> None:
        resume = analyze_text(cv(work=WORK, skills="K8S, Postgres, JS, Kiln firing")).resume
        found = [(skill.name.value, skill.id) for skill in resume.skills]
        assert found == [
            ("K8S", "kubernetes"),
            ("Postgres", "postgresql"),
            ("JS", "javascript"),
            ("Kiln firing", None),
        ]

    def test_a_second_name_of_the_same_skill_is_the_same_entry(self) -> None:
        resume = analyze_text(cv(work=WORK, skills="Kubernetes, Docker, k8s, DOCKER")).resume
        assert [skill.name.value for skill in resume.skills] == ["Kubernetes", "Docker"]

    def test_an_item_that_names_more_than_the_skill_stays_beside_it(self) -> None:
        resume = analyze_text(cv(work=WORK, skills="Python, Python for finance, Power BI e Excel")).resume
        found = [(skill.name.value, skill.id) for skill in resume.skills]
        assert found == [("Python", "python"), ("Python for finance", "python"), ("Power BI e Excel", None)]

    def test_an_item_with_two_skills_declares_both(self) -> None:
        found = uses(cv(work=WORK, skills="Power BI e Excel"))
        assert found["power-bi"].declared
        assert found["microsoft-excel"].declared

    def test_a_cooks_list_has_no_server_automation_and_an_engineers_has(self) -> None:
        cook = analyze_text(cv(work=WORK, skills="Chef, Menu planning, Food safety")).resume.skills
        engineer = analyze_text(cv(work=WORK, skills="Chef, Terraform, Docker")).resume.skills
        assert (cook[0].id, engineer[0].id) == (None, "chef")


class TestEvidence:
    def test_what_only_the_work_shows_is_told_as_not_declared(self) -> None:
        found = uses(cv(work=WORK, skills="Kubernetes, Java"))
        assert [found[name].declared for name in ("kubernetes", "java", "python", "terraform")] == [
            True, True, False, False,
        ]  # fmt: skip

    def test_years_are_the_months_of_the_jobs_that_name_it_and_overlaps_count_once(self) -> None:
        found = uses(cv(work=WORK, skills="Kubernetes, Java"))
        # Jan 2020 to Jun 2024: six months of both jobs at once.
        assert found["kubernetes"].years == 4.5
        assert found["python"].years == 2.0
        assert found["bank-reconciliation"].years == 2.0
        assert found["java"].years is None

    def test_a_skill_was_last_used_when_its_newest_job_ended(self) -> None:
        found = uses(cv(work=WORK, skills="Java"))
        assert (found["python"].last_used, found["terraform"].last_used) == ("2021-12", "2024-06")

    def test_a_declared_skill_that_no_list_knows_has_evidence_too(self) -> None:
        use = uses(cv(work=WORK, skills="Kiln firing, Raku"))["Kiln firing"]
        assert (use.id, use.family, use.years) == (None, None, 3.0)
        assert [leaf.value for leaf in use.evidence] == ["kiln firing"]

    def test_every_piece_of_evidence_stands_where_its_span_says(self) -> None:
        text = cv(work=WORK, skills="Kubernetes, Kiln firing")
        written = from_text(text).text
        leaves = [leaf for use in analysis(text).skills for leaf in use.evidence]
        assert len(leaves) >= 6
        assert [written[slice(*leaf.span or ())] for leaf in leaves] == [leaf.raw for leaf in leaves]

    def test_a_project_is_evidence_without_years(self) -> None:
        more = "Projects\n\nWeather station\n- Firmware in Rust and C for STM32\n"
        use = uses(cv(work=WORK, skills="Java, Rust", more=more))["rust"]
        assert (len(use.evidence), use.years) == (1, None)

    def test_a_word_in_a_job_that_is_none_of_its_skills_is_no_evidence(self) -> None:
        work = WORK.replace("Advised on k8s and Terraform", "Ready for go to market in spring 2023")
        assert "go" not in uses(cv(work=work, skills="Java"))
        assert uses(cv(work=work, skills="Java, Spring"))["spring"].evidence == ()

    def test_without_skills_asked_for_there_are_none(self) -> None:
        result = analyze_text(cv(work=WORK, skills="Java"), extract_skills=False)
        assert (result.resume.skills, result.analysis.skills) == ((), ())


class TestGaps:
    def test_the_months_between_two_jobs_are_a_gap(self) -> None:
        (gap,) = analysis(cv(work=WORK, skills="Java")).gaps
        assert (gap.start, gap.end, gap.months) == ("2017-01", "2019-12", 36)

    def test_studying_is_no_gap(self) -> None:
        more = "Education\n\nBSc Physics, Leeds University\nJan 2017 - Nov 2019\n"
        assert analysis(cv(work=WORK, skills="Java", more=more)).gaps == ()

    @pytest.mark.parametrize("years", ["2015 - 2019", "2015 - 2020", "2015 - present"])
    def test_years_without_months_are_given_the_benefit_of_the_doubt(self, years: str) -> None:
        assert analysis(cv(work=WORK.replace("Jan 2015 - Dec 2016", years), skills="Java")).gaps == ()

    def test_a_gap_that_whole_years_leave_open_is_one(self) -> None:
        (gap,) = analysis(cv(work=WORK.replace("Jan 2015 - Dec 2016", "2015 - 2016"), skills="Java")).gaps
        assert (gap.start, gap.end) == ("2017-01", "2019-12")

    def test_a_summer_between_jobs_is_none(self) -> None:
        assert analysis(cv(work=WORK.replace("Dec 2016", "Sep 2019"), skills="Java")).gaps == ()
