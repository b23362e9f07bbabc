"""The page, in a real browser against the real platform."""

from __future__ import annotations

import asyncio
import re
import wave
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from runtime.knowledge import load_bank
from runtime.local.speech import embedded_speech

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

Open = Callable[..., BrowserContext]
SOUNDCHECK = "Hello."
SPOKEN = "Yesterday the president talked about the economy."
# The embedded recognizer gets one of five words wrong; of these it must hear most.
TELLING_WORDS = {"yesterday", "president", "talked", "about", "economy"}
SOLUTIONS = Path(__file__).resolve().parents[1] / "integration/solutions"
# What has no name is announced as "button" or "edit text", and nobody knows what for.
NAMELESS = """() => [...document.querySelectorAll("button, a[href], input, select, textarea, [role=meter]")]
  .filter((each) => !(each.getAttribute("aria-label") || each.labels?.length || each.textContent.trim()))
  .map((each) => each.outerHTML)"""


def fill_in(page: Page, url: str) -> None:
    page.goto(url)
    page.get_by_label("Your name").fill("Ada Byron")
    page.get_by_label("Kind of interview").fill("Backend engineer")


def prepare(page: Page, url: str) -> None:
    fill_in(page, url)
    page.get_by_role("button", name="Continue").click()
    expect(page.get_by_role("heading", name="Ready, Ada Byron?")).to_be_focused()


def begin(page: Page, url: str) -> str:
    """A typed interview up to its first question; its id."""
    prepare(page, url)
    page.get_by_role("button", name="Begin without microphone").click()
    expect(interviewer(page).first).to_have_attribute("data-state", "done")
    return page.url.rpartition("/")[2]


def check_the_microphone(page: Page) -> None:
    """Until SOUNDCHECK was heard and is over: what is said before the interview begins belongs to nobody's answer."""
    page.get_by_role("button", name="Turn the microphone on").click()
    meter = page.get_by_role("meter")
    # The sound is shorter than the time between two looks of an expectation.
    meter.evaluate("""(meter) => new Promise((moved) => new MutationObserver(
        () => meter.getAttribute("aria-valuenow") !== "0" && moved()
    ).observe(meter, { attributes: true }))""")
    expect(meter).to_have_attribute("aria-valuenow", "0")


def say(page: Page, text: str) -> None:
    page.get_by_label("Type an answer").fill(text)
    page.keyboard.press("Enter")


def interviewer(page: Page) -> Locator:
    return page.locator(".turn.interviewer")


def candidate(page: Page) -> Locator:
    return page.locator(".turn.candidate")


def transcript(page: Page, url: str, interview_id: str) -> dict[str, Any]:
    found: dict[str, Any] = page.request.get(f"{url}/api/interviews/{interview_id}/transcript").json()
    return found


def told(page: Page, url: str, interview_id: str) -> list[str]:
    items = transcript(page, url, interview_id)["items"]
    return [item["text"] for item in items if item["role"] == "candidate"]


def end(page: Page) -> None:
    page.get_by_role("button", name="End", exact=True).click()
    page.get_by_role("button", name="End and see the report").click()
    expect(page.locator(".scores li")).to_have_count(5)


def answer_to(question: str) -> str:
    """The key points of the question that the interviewer's words hold."""
    asked = next(each for each in load_bank().questions if each.text in question)
    return " ".join(point.claim for point in asked.key_points)


def test_a_typed_interview_leads_to_a_report_whose_quotes_stand_in_the_transcript(
    typed: Any, open_context: Open
) -> None:
    page = open_context().new_page()
    begin(page, typed.url)
    say(page, answer_to(interviewer(page).first.locator(".said").inner_text()))
    expect(interviewer(page)).to_have_count(2)
    end(page)

    quote = page.locator("button.quote").first
    quote.click()

    expect(page.locator(".transcript mark")).to_have_text(quote.inner_text().strip("“”"))
    expect(page.locator(".transcript .turn.candidate").first).to_be_focused()


def test_what_was_not_shown_is_not_assessed_and_has_no_number(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    begin(page, typed.url)
    end(page)

    expect(page.locator(".score.none .points")).to_have_text(["not assessed"] * 5)
    expect(page.locator(".figure")).to_contain_text("not assessed")


def to_the_task(page: Page, url: str) -> str:
    """A typed interview up to its coding task; its id."""
    interview_id = begin(page, url)
    for moves in range(2, 20):
        if page.locator(".code").count():
            break
        page.get_by_role("button", name="Skip").click()
        expect(interviewer(page).nth(moves - 1)).to_have_attribute("data-state", "done")
    expect(page.get_by_label("Language").locator("option", has_text="TypeScript")).to_be_attached()
    return interview_id


def write(page: Page, language: str, code: str) -> None:
    page.get_by_label("Language").select_option(label=language)
    page.get_by_role("textbox", name=f"Your {language} code").click()
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.insert_text(code)


def run_the_tests(page: Page) -> None:
    page.keyboard.press("ControlOrMeta+Enter")


def verdict(page: Page) -> Locator:
    return page.locator(".code .verdict")


def test_a_coding_task_opens_an_editor_whose_code_runs(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    to_the_task(page, typed.url)
    write(page, "Python", "raise ValueError('on purpose')")
    run_the_tests(page)

    expect(page.locator(".results tbody tr").first).to_contain_text("on purpose")
    expect(verdict(page)).to_have_text(re.compile(r"0 of \d+ tests passed"))
    expect(page.locator(".results")).to_contain_text("hidden test")
    page.get_by_role("button", name="I'm done with the task").click()
    expect(candidate(page).last).to_contain_text("I'm done with the task.")
    expect(interviewer(page).last).to_contain_text("none")


def test_a_visible_test_says_what_went_in_what_should_come_out_and_what_did(
    typed: Any, open_context: Open
) -> None:
    page = open_context().new_page()
    interview_id = to_the_task(page, typed.url)
    task = transcript(page, typed.url, interview_id)["task"]
    write(
        page,
        "JavaScript",
        f"function {task['function_name']}() {{\n  console.log('seen');\n  return 'nothing'; }}",
    )
    run_the_tests(page)

    row = page.locator(".results tbody tr").first
    example = task["examples"][0]
    expect(row.locator("code").first).to_have_text(f"{task['function_name']}({', '.join(example['args'])})")
    expect(row).to_contain_text(f'expected {example["expected"]}, got "nothing"')
    expect(row.get_by_label("Printed")).to_have_text("seen")


def test_a_task_is_solved_in_another_language_and_the_report_shows_every_run(
    typed: Any, open_context: Open
) -> None:
    page = open_context().new_page()
    interview_id = to_the_task(page, typed.url)
    task = transcript(page, typed.url, interview_id)["task"]
    solution = (SOLUTIONS / f"{task['task_id']}.js").read_text(encoding="utf-8")
    declared = task["starter"]["typescript"].partition("\n")[0]
    write(page, "Python", task["starter"]["python"])
    run_the_tests(page)
    expect(verdict(page)).to_contain_text("tests passed")
    write(page, "TypeScript", f"{declared}\n{solution.partition(chr(10))[2]}")
    expect(verdict(page)).to_be_empty()
    run_the_tests(page)
    total = len(
        page.request.get(f"{typed.url}/api/interviews/{interview_id}/code-runs").json()["items"][0]["results"]
    )
    expect(verdict(page)).to_have_text(f"{total} of {total} tests passed")

    page.reload()
    page.get_by_role("button", name="Resume without microphone").click()
    expect(page.get_by_label("Language")).to_have_value("typescript")
    expect(verdict(page)).to_have_text(f"{total} of {total} tests passed")
    end(page)

    code = page.get_by_role("region", name="Code", exact=True)
    expect(code).to_contain_text(f"{total} of {total} tests passed in TypeScript, in run 2")
    expect(code).to_contain_text("cyclomatic complexity")
    code.locator("summary", has_text="Run 2").click()
    expect(code.get_by_label("The code of run 2")).to_contain_text(declared)
    expect(code.locator("details[open] tbody tr")).to_have_count(total)


def test_what_does_not_compile_is_said_once(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    to_the_task(page, typed.url)
    write(page, "Python", "def broken(:\n")
    run_the_tests(page)

    expect(verdict(page)).to_contain_text("does not compile")
    expect(page.get_by_label("What the compiler says")).to_contain_text("SyntaxError")
    expect(page.locator(".results table")).to_have_count(0)


def test_a_run_that_takes_long_can_be_left_by_keyboard(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    interview_id = to_the_task(page, typed.url)
    name = transcript(page, typed.url, interview_id)["task"]["function_name"]
    write(page, "Python", f"def {name}(*_):\n    while True:\n        pass\n")
    run = page.get_by_role("button", name="Run the tests")
    run.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Stop waiting")).to_be_visible()
    expect(page.get_by_role("button", name="Running")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    expect(page.locator(".results").get_by_role("alert")).to_contain_text("You stopped waiting")
    expect(run).to_be_enabled()


def test_a_spoken_turn_is_written_down_and_can_be_corrected(
    spoken: Any, open_context: Open, tmp_path: Path
) -> None:
    page = open_context(_recording(tmp_path)).new_page()
    prepare(page, spoken.url)
    check_the_microphone(page)
    page.get_by_role("button", name="Begin the interview").click()
    expect(candidate(page).first).to_have_attribute("data-state", "done", timeout=60_000)
    heard = candidate(page).first.locator(".said").inner_text()
    assert len(TELLING_WORDS & set(heard.split())) >= 3, heard

    page.get_by_role("button", name="Edit transcript").click()
    page.get_by_label("What you said").fill("Today nobody talked.")
    page.get_by_role("button", name="Save").click()

    expect(candidate(page).first).to_contain_text("corrected by you")
    interview_id = page.url.rpartition("/")[2]
    page.wait_for_function(
        "id => fetch(`/api/interviews/${id}/transcript`).then((answer) => answer.text())"
        ".then((text) => text.includes('Today nobody talked.'))",
        arg=interview_id,
    )
    first = next(
        item for item in transcript(page, spoken.url, interview_id)["items"] if item["role"] == "candidate"
    )
    assert first["original_text"] == heard


def test_speaking_over_the_interviewer_stops_the_voice(
    spoken: Any, open_context: Open, tmp_path: Path
) -> None:
    page = open_context(_recording(tmp_path)).new_page()
    prepare(page, spoken.url)
    check_the_microphone(page)
    page.get_by_role("button", name="Begin the interview").click()

    expect(interviewer(page).first).to_contain_text("interrupted by you", timeout=30_000)
    expect(page.locator(".presence")).not_to_have_text("Interviewer is speaking")


def test_what_is_said_while_the_server_is_down_arrives_once(
    tmp_path: Path, typed: Any, open_context: Open
) -> None:
    platform = type(typed)(tmp_path / "data", "off")
    platform.start()
    try:
        page = open_context().new_page()
        interview_id = begin(page, platform.url)
        say(page, "Before the crash.")
        expect(candidate(page).first).to_have_attribute("data-state", "done")
        platform.kill()
        expect(page.locator(".presence")).to_contain_text("Reconnecting")
        say(page, "While it was down.")
        platform.start()

        expect(candidate(page).nth(1)).to_have_attribute("data-state", "done", timeout=60_000)
        assert told(page, platform.url, interview_id) == ["Before the crash.", "While it was down."]
        expect(candidate(page)).to_have_count(2)
    finally:
        platform.stop()


def test_a_reloaded_page_goes_on_where_it_was(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    begin(page, typed.url)
    say(page, "An answer before the reload.")
    expect(interviewer(page).nth(1)).to_have_attribute("data-state", "done")
    before = page.locator(".turn .said").all_inner_texts()

    page.reload()
    page.get_by_role("button", name="Resume without microphone").click()

    expect(page.locator(".turn .said")).to_have_text(before)


def test_a_newer_tab_takes_the_interview_over(typed: Any, open_context: Open) -> None:
    context = open_context()
    older = context.new_page()
    begin(older, typed.url)

    newer = context.new_page()
    newer.goto(older.url)
    newer.get_by_role("button", name="Resume without microphone").click()

    expect(older.get_by_role("alert")).to_contain_text("another tab")
    expect(interviewer(newer).first).to_have_attribute("data-state", "done")


def test_candidate_text_is_never_markup(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    begin(page, typed.url)
    hostile = "<img src=x onerror=alert(1)><script>alert(2)</script> **bold**"
    say(page, hostile)
    expect(candidate(page).locator(".said")).to_have_text(hostile)
    end(page)

    expect(page.locator(".transcript .candidate .said")).to_have_text(hostile)
    expect(page.locator("main img, main script")).to_have_count(0)


def test_a_cv_is_read_back_value_by_value(typed: Any, open_context: Open) -> None:
    cv = "Ada Byron\nada@example.org\n\nExperience\nEngineer, Acme\nMarch 2019 - May 2021\n\nSkills\nPython, Kafka\n"
    page = open_context().new_page()
    fill_in(page, typed.url)
    file = {"name": "cv.txt", "mimeType": "text/plain", "buffer": cv.encode()}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Continue").click()

    profile = page.locator(".profile")
    for value in ("Ada Byron", "ada@example.org", "Python, Kafka"):
        expect(profile).to_contain_text(value)


def test_a_cv_without_text_is_said_to_be_empty_and_another_can_be_chosen(
    typed: Any, open_context: Open
) -> None:
    page = open_context().new_page()
    fill_in(page, typed.url)
    file = {"name": "scan.txt", "mimeType": "text/plain", "buffer": b" \n"}
    page.locator("input[type=file]").set_input_files(file)  # type: ignore[arg-type]
    page.get_by_role("button", name="Continue").click()

    expect(page.get_by_text("The document is empty")).to_be_visible()
    expect(page.locator("input[type=file]")).to_be_enabled()


def test_deleting_an_interview_asks_first(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    begin(page, typed.url)
    page.goto(typed.url)
    rows = page.locator(".earlier li")
    expect(rows.first).to_be_visible()
    before = rows.count()

    rows.first.get_by_role("button", name="Delete").click()
    page.keyboard.press("Escape")
    expect(rows).to_have_count(before)

    rows.first.get_by_role("button", name="Delete").click()
    page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(rows).to_have_count(before - 1)


def test_every_control_has_a_name(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    fill_in(page, typed.url)
    assert page.evaluate(NAMELESS) == []
    begin(page, typed.url)
    assert page.evaluate(NAMELESS) == []
    end(page)
    assert page.evaluate(NAMELESS) == []


def test_nothing_is_cut_off_on_a_phone(typed: Any, open_context: Open) -> None:
    page = open_context().new_page()
    page.set_viewport_size({"width": 360, "height": 740})
    wider = "() => document.documentElement.scrollWidth - innerWidth"
    fill_in(page, typed.url)
    assert page.evaluate(wider) <= 0
    begin(page, typed.url)
    assert page.evaluate(wider) <= 0
    end(page)
    assert page.evaluate(wider) <= 0


def _recording(folder: Path) -> Path:
    """SOUNDCHECK, later SPOKEN, by the laptop's own voice: the file that chromium takes for its microphone."""

    async def synthesize() -> list[bytes]:
        async with embedded_speech(report=lambda _: None) as engines:
            say = engines.synthesizer.synthesize
            return [b"".join([piece async for piece in say(text)]) for text in (SOUNDCHECK, SPOKEN)]

    with ThreadPoolExecutor(1) as beside:  # playwright's own event loop runs in this thread
        soundcheck, spoken = beside.submit(lambda: asyncio.run(synthesize())).result()
    second = bytes(24_000 * 2)
    path = folder / "spoken.wav"
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(24_000)
        # Long enough between the two for a slow machine to begin the interview in.
        file.writeframes(second + soundcheck + 5 * second + spoken + 4 * second)
    return path
