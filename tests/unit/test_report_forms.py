"""The forms of a report: they say the same, a report gives the same bytes twice, and its words become nothing else."""

from __future__ import annotations

import ctypes
import re
from collections.abc import Iterator
from datetime import UTC, datetime

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from runtime.evaluation import (
    CodeEvidence,
    Override,
    PersonalAnswer,
    Report,
    Scores,
    evaluate,
    for_candidate,
    for_reviewers,
)
from runtime.evaluation.document import About, Document, Point, Source, Text, document, visible
from runtime.evaluation.markdown import escaped, markdown
from runtime.evaluation.pdf import write_pdf
from runtime.evaluation.report import Finding, Quote
from tests.hostile_texts import HOSTILE, MARK
from tests.unit.test_evaluation_report import GOOD_INDEX, interview

HELD = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
VIEWS = ("reviewer", "candidate")


def report() -> Report:
    code = CodeEvidence(
        task_id="t",
        title="Sum",
        language="python",
        passed=3,
        total=4,
        tests_by="task",
        run_id="r1",
        run_ids=("r1",),
    )
    return evaluate(interview(GOOD_INDEX, code=(code,)))


def printed(
    view: str,
    text: str = "plain words",
    made: Report | None = None,
    overrides: tuple[Override, ...] = (),
    code: str | None = None,
) -> Document:
    """A report's document whose every place for somebody else's words holds `text`."""
    made = made or report()
    see = for_reviewers if view == "reviewer" else for_candidate
    about = About(text, text, text, "mid", "en", HELD, {"r1": text if code is None else code})
    return document(see(made, overrides), about)


def filled(text: str) -> tuple[Report, tuple[Override, ...]]:
    """A report in which the candidate's words, a question from the CV and a task's title are `text`, and a reason."""
    quote = Quote(turn_id="t", start=0, end=len(text), text=text)
    made = report()
    [question] = made.evidence
    points = tuple(point.model_copy(update={"quotes": (quote,)}) for point in question.key_points)
    personal = question.model_copy(
        update={
            "question_id": "personal-1",
            "question": text,
            "key_points": (),
            "competency": None,
            "level": None,
        }
    )
    made = made.model_copy(
        update={
            "evidence": (question.model_copy(update={"key_points": points}), personal),
            "strengths": tuple(each.model_copy(update={"quotes": (quote,)}) for each in made.strengths),
            "findings": (Finding(kind="instruction", text=text, quote=quote),),
            "code": tuple(task.model_copy(update={"title": text}) for task in made.code),
        }
    )
    return made, (Override(recommendation="hire", scores=Scores(), reason=text, by="reviewer-1", at=HELD),)


def squeezed(text: str) -> str:
    """Without what line breaking changes."""
    return re.sub(r"[\s\u200b\ufffe\u00ad-]", "", text)


def words_of(file: bytes) -> str:
    return squeezed("".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(file)))


def inlines(text: str) -> Iterator[Token]:
    return (token for token in MarkdownIt("commonmark").enable("table").parse(text) if token.type == "inline")


def kinds(text: str) -> set[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return {token.type for token in tokens} | {child.type for each in tokens for child in each.children or ()}


def plain(token: Token) -> str:
    return "".join(child.content for child in token.children or ())


def headings(text: str) -> list[str]:
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    return [plain(tokens[at + 1]) for at, token in enumerate(tokens) if token.type == "heading_open"]


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
class TestHostileTexts:
    def test_markdown_reads_as_the_document_says_and_holds_nothing_else(self, view: str, text: str) -> None:
        made, overrides = filled(text)
        paper = printed(view, text, made, overrides)

        told = markdown(paper)

        assert headings(told) == [paper.title, "Result", *(section.heading for section in paper.sections)]
        assert not kinds(told) & {
            "html_inline",
            "html_block",
            "link_open",
            "image",
            "hr",
            "ordered_list_open",
        }
        read = [plain(token) for token in inlines(told)]
        for section in paper.sections:
            for block in section.blocks:
                if isinstance(block, Text):
                    assert block.text in read
                if isinstance(block, Point):
                    assert all(said in read for said in block.said)
        fences = [token for token in MarkdownIt("commonmark").parse(told) if token.type == "fence"]
        sources = [
            block for section in paper.sections for block in section.blocks if isinstance(block, Source)
        ]
        assert [fence.content.rstrip("\n") for fence in fences] == [
            source.text.rstrip("\n") for source in sources
        ]
        assert [fence.info for fence in fences] == [""]

    def test_markdown_holds_no_address_that_a_reader_would_make_a_link_of(self, view: str, text: str) -> None:
        made, overrides = filled(text)

        told = markdown(printed(view, text, made, overrides, code="pass"))

        assert not re.search(r"(?<!\\):(?=\S)|www\.\w|\w@\w", told)

    def test_pdf_says_it_letter_for_letter_and_does_nothing(self, view: str, text: str) -> None:
        made, overrides = filled(text)
        paper = printed(view, text, made, overrides)

        file = write_pdf(paper)

        assert_inert(file)
        assert file == write_pdf(paper)
        shown = words_of(file)
        for part in squeezed(visible(" ".join(text.split()))).split("[U+"):
            # The fonts lack some scripts, and text runs from right to left in others.
            piece = re.sub(r"[^\x21-\x7e]", "", part.partition("]")[2] or part)
            if len(piece) == len(part.partition("]")[2] or part):
                assert piece in shown


def assert_inert(file: bytes) -> None:
    """Nothing in it runs, leads anywhere or brings another file along; it is tagged, and its pages can be drawn."""
    pdf = pypdfium2.PdfDocument(file)
    raw = pdf.raw
    assert pdfium.FPDFDoc_GetJavaScriptActionCount(raw) == 0
    assert pdfium.FPDFDoc_GetAttachmentCount(raw) == 0
    assert pdfium.FPDFCatalog_IsTagged(raw)
    assert pdf.get_formtype() == pdfium.FORMTYPE_NONE
    for page in pdf:
        assert pdfium.FPDFPage_GetAnnotCount(page.raw) == 0
        found = ctypes.c_int(0)
        assert not pdfium.FPDFLink_Enumerate(page.raw, ctypes.byref(found), ctypes.byref(pdfium.FPDF_LINK()))
    structure = _structure(file)
    assert b"/StructTreeRoot" in structure
    for sign in (b"/OpenAction", b"/AA ", b"/JavaScript", b"/Launch", b"/URI", b"/EmbeddedFile"):
        assert sign not in structure


def _structure(file: bytes) -> bytes:
    """A PDF without what is text in it: streams, and strings, whose brackets nest."""
    left, before = re.sub(rb">>\s?stream\n.*?endstream", b">>", file, flags=re.DOTALL), b""
    while left != before:
        before, left = left, re.sub(rb"\((?:\\.|[^\\()])*\)", b"", left, flags=re.DOTALL)
    return left


@pytest.mark.parametrize("view", VIEWS)
class TestPdf:
    def test_it_is_pdf_ua_with_a_title_a_language_and_tags(self, view: str) -> None:
        file = write_pdf(printed(view))

        assert b"<pdfuaid:part>1</pdfuaid:part>" in file
        assert pypdfium2.PdfDocument(file).get_metadata_dict()["Title"] == "Interview report: plain words"
        assert b"/Lang(en)" in file.replace(b"/Lang (", b"/Lang(")
        assert_inert(file)

    def test_its_date_is_the_interviews_and_its_bytes_are_the_same_each_time(self, view: str) -> None:
        file = write_pdf(printed(view))

        assert pypdfium2.PdfDocument(file).get_metadata_dict()["CreationDate"].startswith("D:20260301093000")
        assert {write_pdf(printed(view)) for _ in range(3)} == {file}

    def test_its_fonts_are_inside_and_none_is_the_machines(self, view: str) -> None:
        pdf = pypdfium2.PdfDocument(write_pdf(printed(view, "def f(): pass")))
        fonts = [
            (pdfium.FPDFFont_GetIsEmbedded(font), name)
            for page in pdf
            for object_ in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT])
            for font, name in [_font(object_)]
        ]

        assert {embedded for embedded, _ in fonts} == {1}
        assert {re.split("[-+]", name)[1] for _, name in fonts} <= {"LibertinusSerif", "DejaVuSansMono"}

    def test_it_shows_every_score_with_its_interval(self, view: str) -> None:
        made = report()
        words = words_of(write_pdf(printed(view, made=made)))

        assert made.overall is not None
        assert made.intervals.overall is not None
        low, high = made.intervals.overall.low, made.intervals.overall.high
        assert f"Overall{made.overall:.1f}{low:.1f}to{high:.1f}" in words
        assert "Valuesinbehaviournotassessed" in words


def _font(object_: pypdfium2.PdfObject) -> tuple[pdfium.FPDF_FONT, str]:
    font = pdfium.FPDFTextObj_GetFont(object_.raw)
    buffer = ctypes.create_string_buffer(200)
    pdfium.FPDFFont_GetBaseFontName(font, buffer, 200)
    return font, buffer.value.decode()


def test_characters_without_a_glyph_are_named_in_a_pdf_and_stand_as_they_are_in_markdown() -> None:
    paper = printed("reviewer", "王 works")

    assert "[U+738B]works" in words_of(write_pdf(paper))
    assert "王 works" in markdown(paper)


def test_what_has_no_shape_is_named_so_that_it_hides_nothing() -> None:
    assert visible("a\u202eb\x00c\U000e0041") == "a[U+202E]b[U+0000]c[U+E0041]"
    assert visible("é ß 王 \U0001f469\u200d\U0001f4bb") == "é ß 王 \U0001f469\u200d\U0001f4bb"


@settings(max_examples=200)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_reads_in_markdown_as_it_was_written(text: str) -> None:
    line = visible(" ".join(text.split()))

    for given_ in (escaped(line), f"- {escaped(line)}", f"> {escaped(line)}"):
        read = [plain(token) for token in inlines(given_)]
        assert read == ([line] if line else [])


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_can_be_printed(text: str) -> None:
    assert_inert(write_pdf(printed("reviewer", text)))


def test_both_forms_say_that_a_person_decided_and_what_was_proposed() -> None:
    made = report()
    decided = Override(
        recommendation="strong_hire",
        scores=Scores(communication=9.5),
        reason="She explained the rest on paper.",
        by="reviewer-1",
        at=HELD,
    )
    for view, tells in (("reviewer", True), ("candidate", False)):
        paper = printed(view, made=made, overrides=(decided,))
        for words in (squeezed(markdown(paper)), words_of(write_pdf(paper))):
            assert "Proposal:Incomplete" in words
            assert "Strong" in words
            assert f"Communication9.5inplaceof{made.scores.communication}" in words.replace("\\", "")
            assert ("reviewer1" in words.replace("\\", ""), "onpaper" in words) == (tells, tells)


def test_the_mark_of_the_list_stands_in_it() -> None:
    assert len(HOSTILE) >= 30
    assert sum(MARK in text for text in HOSTILE.values()) >= 10


def test_a_personal_question_keeps_its_words() -> None:
    given_ = interview(GOOD_INDEX).model_copy(
        update={"personal_answers": (PersonalAnswer(question_id="p", question="Acme <b>?</b>"),)}
    )

    assert "Acme &lt;b&gt;?&lt;/b&gt;" in markdown(printed("reviewer", made=evaluate(given_)))
