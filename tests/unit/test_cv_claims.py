"""What in a CV is worth a question."""

from __future__ import annotations

from runtime.cv import claims
from runtime.cv.analysis import analyze_text
from runtime.cv.document import from_text

TEXT = """Jane Smith
jane.smith@example.com

Experience

Fitter at Steel Yard Ltd
Jan 2015 - Dec 2018
- Repaired pumps and valves

Welder at Iron Works Ltd
Jan 2019 - present
- Built a footbridge with MIG welding

Skills
Plumbing, MIG welding, Brazing
"""


def test_the_newest_job_a_shown_skill_and_an_unshown_one_are_worth_asking_about() -> None:
    found = {claim.kind: claim for claim in claims(analyze_text(TEXT))}
    assert found["newest_work"].text == "Built a footbridge with MIG welding"
    assert found["newest_work"].context == "Welder, Iron Works Ltd"
    assert found["evidenced_skill"].text == "MIG welding"
    assert found["unevidenced_skill"].text == "Plumbing"


def test_every_claim_stands_where_its_span_says() -> None:
    text = from_text(TEXT).text
    found = claims(analyze_text(TEXT))
    assert len(found) == 3
    assert [text[slice(*claim.span)] for claim in found] == [claim.text for claim in found]


def test_a_skill_is_shown_only_by_its_whole_word() -> None:
    text = TEXT.replace("Plumbing, MIG welding, Brazing", "MIG").replace("MIG welding", "a MIGRATION tool")
    kinds = [claim.kind for claim in claims(analyze_text(text))]
    assert kinds == ["newest_work", "unevidenced_skill"]


def test_a_scan_claims_nothing() -> None:
    assert claims(analyze_text("")) == ()


def test_a_cv_without_any_story_makes_no_skill_suspicious() -> None:
    text = "Jane Smith\njane.smith@example.com\nLeeds, UK\n\nSkills\nPlumbing, Brazing, Welding\n"
    assert claims(analyze_text(text)) == ()
