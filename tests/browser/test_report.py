"""The report on the page: its files, a person's decision, and that nobody's words become anything else there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Dialog, Page, expect

from runtime.knowledge import load_bank
from tests.browser.conftest import Platform
from tests.hostile_texts import HOSTILE, MARK

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Open = Callable[..., BrowserContext]
REASON = "She solved the rest on paper, and I asked about it."


def ended(
    page: Page, url: str, *, answers: list[str], name: str = "Ada Byron", kind: str = "Backend engineer"
) -> str:
    """An interview that was held over the interface; its id."""

    def post(path: str, **body: Any) -> Any:
        answer = page.request.post(f"{url}{path}", headers={"Origin": url}, **body)
        assert answer.ok or answer.status == 409, answer.text()
        return answer.json()

    new = {"interview_type": kind, "candidate_name": name}
    interview_id = str(post("/api/sessions/create", data=new)["session_id"])
    at = f"/api/interviews/{interview_id}"
    head = f"{name}\nada@example.org\n\nExperience\nEngineer, Acme\nMarch 2019 - May 2021\n\nSkills\n"
    # What begins like a PDF is read as one, whatever its name says.
    cv = head + "\n".join(answers).replace("%PDF", "% PDF")
    file = {"name": "cv.txt", "mimeType": "text/plain", "buffer": cv.encode()}
    post(f"{at}/upload-cv", multipart={"file": file})
    asked = post(f"{at}/messages", data={"text": "Hello"})["reply"]["text"]
    question = next(each for each in load_bank().questions if each.text in asked)
    for text in (question.key_points[0].claim, *answers):
        post(f"{at}/messages", data={"text": text})
    post(f"{at}/code-runs", data={"language": "python", "code": "\n".join(answers) or "1"})
    post(f"{at}/end")
    return interview_id


def read(page: Page, url: str, interview_id: str) -> None:
    page.goto(f"{url}/#/report/{interview_id}")
    expect(page.locator(".scores li")).to_have_count(5)


def test_a_report_is_downloaded_as_a_pdf_and_as_markdown(typed: Platform, open_context: Open) -> None:
    page = open_context().new_page()
    interview_id = ended(page, typed.url, answers=["I don't know."])
    read(page, typed.url, interview_id)

    for form, suffix, begin in (("PDF", "pdf", b"%PDF-1.7"), ("Markdown", "md", b"# Interview report")):
        with page.expect_download() as begun:
            page.get_by_role("button", name=f"Download as {form}").click()

        assert begun.value.suggested_filename == f"interview-report-{interview_id}.{suffix}"
        assert Path(begun.value.path()).read_bytes().startswith(begin)


def test_a_reviewer_decides_in_its_place_and_both_are_shown(typed: Platform, open_context: Open) -> None:
    page = open_context().new_page()
    read(page, typed.url, ended(page, typed.url, answers=[]))
    page.get_by_text("Decide in the report's place").click()
    page.get_by_label("Your decision").select_option("Strong hire")
    page.get_by_label("Your reason").fill(REASON)
    page.get_by_label("Code quality").fill("7.5")

    page.get_by_role("button", name="Keep this decision").click()

    decided = page.get_by_role("region", name="A person decided")
    expect(decided.locator("li strong")).to_have_text("Strong hire")
    expect(decided).to_contain_text(REASON)
    expect(decided).to_contain_text("Code quality 7.5 in place of not assessed")
    expect(decided).to_contain_text("local")
    expect(page.locator(".recommendation strong")).to_have_text("Incomplete")
    page.reload()
    expect(page.get_by_role("region", name="A person decided")).to_contain_text(REASON)


def test_a_decision_without_a_reason_is_not_sent(typed: Platform, open_context: Open) -> None:
    page = open_context().new_page()
    read(page, typed.url, ended(page, typed.url, answers=[]))
    page.get_by_text("Decide in the report's place").click()
    page.get_by_label("Your decision").select_option("Hire")

    page.get_by_role("button", name="Keep this decision").click()

    expect(page.get_by_label("Your reason")).to_be_focused()
    expect(page.get_by_role("region", name="A person decided")).to_have_count(0)


def test_a_candidate_reads_what_they_showed_and_no_word_of_the_rest(
    typed: Platform, open_context: Open
) -> None:
    context = open_context()
    page = context.new_page()
    interview_id = ended(page, typed.url, answers=["I don't know."])
    report = f"{typed.url}/api/interviews/{interview_id}/performance-report"
    whole = page.request.get(report).json()
    # As a candidate's token would have it: on a laptop there is one user, who reviews.
    context.route(
        "**/performance-report",
        lambda route: route.fulfill(response=route.fetch(url=f"{report}?view=candidate")),
    )

    read(page, typed.url, interview_id)

    points = [point for question in whole["evidence"] for point in question["key_points"]]
    told = page.locator("main").inner_text()
    shown = {point["claim"] for point in points if point["status"] == "shown"}
    assert shown
    assert {point["claim"] for point in points if point["claim"] in told} == shown
    expect(page.get_by_text("Decide in the report's place")).to_have_count(0)
    expect(page.get_by_role("heading", name="For the reader")).to_have_count(0)


@pytest.mark.parametrize("nth", range(3))
def test_no_hostile_text_runs_on_the_page_or_breaks_it(typed: Platform, open_context: Open, nth: int) -> None:
    page = open_context().new_page()
    opened: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        opened.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", dismissed)
    page.on("popup", lambda popup: opened.append(popup.url))
    texts = list(HOSTILE.values())[nth::3]
    interview_id = ended(page, typed.url, answers=texts, name=texts[0][:190], kind=texts[1][:190])
    reason = "\n".join(texts)[:700].translate({code: None for code in range(32) if code not in {9, 10}})
    override = page.request.put(
        f"{typed.url}/api/interviews/{interview_id}/performance-report/override",
        headers={"Origin": typed.url},
        data={"recommendation": "hire", "reason": reason},
    )
    assert override.ok, override.text()

    read(page, typed.url, interview_id)
    for each in page.locator("details").all():
        each.evaluate("(each) => { each.open = true; }")
    page.locator(".transcript .candidate .said").last.scroll_into_view_if_needed()

    said = [" ".join(text.split()) for text in page.locator(".transcript .candidate .said").all_inner_texts()]
    assert [text for text in texts[:3] if " ".join(text.split()) not in said] == []
    assert page.evaluate(f"() => window.{MARK}") is None
    assert opened == []
    foreign = "main :is(img, script, iframe, svg, style, link, form:not(.override form), object, embed)"
    expect(page.locator(foreign)).to_have_count(0)
    assert all(
        link.startswith(("#/", f"{typed.url}/"))
        for link in page.eval_on_selector_all("a", "(all) => all.map((each) => each.getAttribute('href'))")
    )
    assert page.url == f"{typed.url}/#/report/{interview_id}"
    expect(page.get_by_role("region", name="A person decided").locator("li strong")).to_have_text("Hire")
