"""Textract as the CV analyzer's eye: a real client whose answers are stubbed, checked against the service's model."""

from __future__ import annotations

import base64
import datetime as dt
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from fpdf import FPDF
from PIL import Image

from runtime.aws.ocr import TextractReader
from runtime.cv.analysis import analyze
from runtime.cv.ocr import OcrFailed
from runtime.cv.pdf import read_pdf
from runtime.cv.request import CvAnalyzerRequest
from runtime.cv.tool import answer
from tests.contract.sagemaker_runtime import client

KEY = "cvs/i-1/cv.pdf"
WIDTH, HEIGHT = 612.0, 792.0
AS_OF = dt.date(2026, 6, 30)
type Placed = tuple[float, float, str]

PAGE: Sequence[Placed] = (
    (50, 60, "Elena Marsh"),
    (50, 80, "elena.marsh@example.com | (415) 555-0142 | Portland, OR"),
    (50, 120, "Experience"),
    (50, 140, "Head Gardener, Willow Park Estates Ltd"),
    (450, 140, "May 2019 - Present"),
    (58, 154, "- Lead a crew of nine in four public gardens"),
    (50, 182, "Landscape Designer, Stone & Fern Studio"),
    (450, 182, "Jan 2014 - Apr 2019"),
    (58, 196, "- Drew planting plans for two hundred private clients"),
    (50, 230, "Education"),
    (50, 250, "BSc Horticulture, Oregon Valley University"),
    (450, 250, "2010 - 2013"),
    (50, 280, "Skills"),
    (50, 300, "Pruning, Irrigation design, AutoCAD, Plant pathology"),
)
SIDEBAR: Sequence[Placed] = (
    *((x + 160, y, text) for x, y, text in PAGE[2:9] if x < 400),
    (460, 140, "May 2019 - Present"),
    (460, 182, "Jan 2014 - Apr 2019"),
    (210, 60, "Elena Marsh"),
    (30, 100, "Contact"),
    (30, 120, "elena.marsh@example.com"),
    (30, 160, "Skills"),
    (30, 180, "Pruning"),
    (30, 200, "AutoCAD"),
)


def pdf(*pages: Sequence[Placed]) -> bytes:
    made = FPDF(unit="pt", format="Letter")
    made.set_creation_date(dt.datetime(2026, 6, 30, tzinfo=dt.UTC))
    for page in pages:
        made.add_page()
        made.set_font("helvetica", size=10)
        for x, y, text in page:
            made.text(x, y, text)
    return bytes(made.output())


def scan(pages: int = 1) -> bytes:
    made = FPDF(unit="pt", format="Letter")
    made.set_creation_date(dt.datetime(2026, 6, 30, tzinfo=dt.UTC))
    for number in range(pages):
        made.add_page()
        made.image(Image.new("L", (20, 28), 100 + number), 0, 0, WIDTH, HEIGHT)
    return bytes(made.output())


def seen(*pages: Sequence[Placed], numbered: bool = True) -> list[dict[str, Any]]:
    """What Textract would answer to pictures of these pages: lines with their words, in no useful order."""
    blocks: list[dict[str, Any]] = []
    for number, words in enumerate(read_pdf(pdf(*pages), max_pages=9, max_chars=99_999).pages, 1):
        where = {"Page": number} if numbered else {}
        lines: dict[int, list[Any]] = {}
        for word in words:
            # A line of Textract's ends at a gap, such as the one in front of a column of dates.
            lines.setdefault(round(word.bottom) * 10 + int(word.x0 > 400), []).append(word)
        blocks.append({"Id": f"page-{number}", "BlockType": "PAGE"} | where)
        for name, line in sorted(lines.items(), reverse=True):
            ids = [f"word-{number}-{name}-{index}" for index in range(len(line))]
            for identity, word in zip(ids, line, strict=True):
                # A word's own box fits its letters; only its line's tells its row.
                low = 2.0 if set(word.text) & set("gjpqy,") else 0.0
                box = (word.x0, word.top + 3, word.x1, word.bottom - 2 + low)
                blocks.append(block(identity, "WORD", box, Text=word.text) | where)
            box = (line[0].x0, line[0].top + 1, line[-1].x1, line[0].bottom - 1)
            relations = [{"Type": "CHILD", "Ids": ids}]
            blocks.append(block(f"line-{number}-{name}", "LINE", box, Relationships=relations) | where)
    return blocks


def block(identity: str, kind: str, box: tuple[float, float, float, float], **more: object) -> dict[str, Any]:
    left, top, right, bottom = box
    place = {
        "Left": left / WIDTH,
        "Top": top / HEIGHT,
        "Width": (right - left) / WIDTH,
        "Height": (bottom - top) / HEIGHT,
    }
    return {"Id": identity, "BlockType": kind, "Geometry": {"BoundingBox": place}} | more


@dataclass
class Eye:
    """The reader, the stub it asks, and a clock that only its waiting moves."""

    stub: Stubber
    reader: TextractReader
    waited: list[float]

    def detects(self, blocks: list[dict[str, Any]]) -> None:
        self.stub.add_response("detect_document_text", {"Blocks": blocks}, {"Document": {"Bytes": ANY}})

    def starts(self, key: str = KEY) -> None:
        place = {"S3Object": {"Bucket": "prepai-data", "Name": key}}
        self.stub.add_response(
            "start_document_text_detection",
            {"JobId": "job"},
            {"DocumentLocation": place, "ClientRequestToken": ANY},
        )

    def is_at(self, status: str, blocks: Sequence[dict[str, Any]] = (), **more: str) -> None:
        expected = {"JobId": "job"}
        if "after" in more:
            expected["NextToken"] = more.pop("after")
        self.stub.add_response(
            "get_document_text_detection", {"JobStatus": status, "Blocks": list(blocks)} | more, expected
        )


@pytest.fixture
def eye() -> Iterator[Eye]:
    made = client("textract", "http://127.0.0.1:9", retries={"total_max_attempts": 1})
    waited: list[float] = []
    reader = TextractReader(bucket="prepai-data", client=made, now=lambda: sum(waited), sleep=waited.append)
    with Stubber(made) as stub:
        yield Eye(stub, reader, waited)
        stub.assert_no_pending_responses()
    made.close()


def profile(document: bytes, **how: Any) -> dict[str, Any]:
    return analyze(document, "cv.pdf", as_of=AS_OF, **how).model_dump(mode="json", exclude_none=True)


@pytest.mark.parametrize("page", [PAGE, SIDEBAR], ids=["rows with dates", "two columns"])
def test_a_picture_of_a_cv_gives_the_same_profile_as_its_text(eye: Eye, page: Sequence[Placed]) -> None:
    eye.detects(seen(page, numbered=False))
    recognized, written = profile(scan(), ocr=eye.reader), profile(pdf(page))

    def values(node: Any) -> Any:
        if isinstance(node, dict):
            return node["value"] if "raw" in node else {key: values(item) for key, item in node.items()}
        return [values(item) for item in node] if isinstance(node, list) else node

    assert values(recognized["resume"]) == values(written["resume"])
    assert len(recognized["resume"]["work"]) == 2
    assert recognized["analysis"]["total_years"] == written["analysis"]["total_years"] == 12.5


def test_a_profile_from_pictures_says_so(eye: Eye) -> None:
    eye.detects(seen(PAGE, numbered=False))
    analysis = profile(scan(), ocr=eye.reader)["analysis"]
    assert analysis["status"] == "ok"
    assert "recognised (OCR)" in analysis["message"]


def test_a_document_with_text_is_never_sent_away(eye: Eye) -> None:
    assert "message" not in profile(pdf(PAGE), ocr=eye.reader)["analysis"]


def test_without_a_reader_a_picture_only_says_what_it_needs() -> None:
    assert profile(scan())["analysis"]["status"] == "needs_ocr"


def test_a_picture_without_text_still_needs_ocr_and_invents_nobody(eye: Eye) -> None:
    eye.detects([{"Id": "page", "BlockType": "PAGE"}])
    result = profile(scan(), ocr=eye.reader)
    assert result["analysis"]["status"] == "needs_ocr"
    assert not result["resume"]["work"]


def test_pages_in_the_store_are_one_job_that_is_waited_for(eye: Eye) -> None:
    eye.starts()
    eye.is_at("IN_PROGRESS")
    eye.is_at("IN_PROGRESS")
    blocks = seen(PAGE, PAGE[9:])
    eye.is_at("SUCCEEDED", blocks[:20], NextToken="more")
    eye.is_at("SUCCEEDED", blocks[20:], after="more")
    result = profile(scan(2), ocr=eye.reader, key=KEY)
    assert result["analysis"]["status"] == "ok"
    assert result["analysis"]["pages"] == 2
    assert len(result["resume"]["work"]) == 2
    assert eye.waited == [0.5, 0.75]


def test_a_job_that_takes_too_long_is_left_to_itself_and_the_answer_says_what_to_do(eye: Eye) -> None:
    eye.starts()
    for _ in range(11):
        eye.is_at("IN_PROGRESS")
    analysis = profile(scan(2), ocr=eye.reader, key=KEY)["analysis"]
    assert analysis["status"] == "needs_ocr"
    assert "ask for the analysis again" in analysis["message"]
    assert analysis["retry_after_s"] == 60
    assert 15 < sum(eye.waited) <= 18


def test_asking_again_finds_the_same_job_and_another_document_another(eye: Eye) -> None:
    tokens: list[str] = []
    eye.reader._client.meta.events.register(
        "provide-client-params.textract.StartDocumentTextDetection",
        lambda params, **_: tokens.append(params["ClientRequestToken"]),
    )
    for document, key in ((scan(2), KEY), (scan(2), KEY), (scan(3), KEY), (scan(2), "cvs/i-2/cv.pdf")):
        eye.starts(key)
        eye.is_at("FAILED")
        with pytest.raises(OcrFailed):
            eye.reader.read(document, pages=2, key=key)
    assert tokens[0] == tokens[1]
    assert len(set(tokens)) == 3


@pytest.mark.parametrize("status", ["FAILED", "PARTIAL_SUCCESS"])
def test_half_a_cv_is_none(eye: Eye, status: str) -> None:
    eye.starts()
    eye.is_at(status, seen(PAGE))
    analysis = profile(scan(2), ocr=eye.reader, key=KEY)["analysis"]
    assert analysis["status"] == "needs_ocr"
    assert "could not read all pages" in analysis["message"]


def test_pages_that_are_not_stored_are_recognised_one_by_one_in_their_order() -> None:
    first_page, second_page = seen(PAGE, numbered=False), seen(PAGE[9:], numbered=False)
    second_is_done = threading.Event()

    class Slow:
        """The first page, the one with the plain picture, is the last to be answered."""

        def detect_document_text(self, *, Document: dict[str, bytes]) -> dict[str, Any]:  # noqa: N803 - AWS's name
            if len(Document["Bytes"]) < 5_000:
                assert second_is_done.wait(10)
                return {"Blocks": first_page}
            second_is_done.set()
            return {"Blocks": second_page}

    made = FPDF(unit="pt", format="Letter")
    for picture in (Image.new("L", (200, 280), 100), Image.effect_noise((200, 280), 90)):
        made.add_page()
        made.image(picture, 0, 0, WIDTH, HEIGHT)
    reader = TextractReader(bucket="prepai-data", client=Slow())  # type: ignore[arg-type]
    first, second = reader.read(bytes(made.output()), pages=2, key=None)
    assert "Marsh" in [word.text for word in first]
    assert "Marsh" not in [word.text for word in second]
    assert "Education" in [word.text for word in second]


def test_more_pages_than_are_recognised_at_once_are_refused(eye: Eye) -> None:
    analysis = profile(scan(9), ocr=eye.reader)["analysis"]
    assert analysis["status"] == "needs_ocr"
    assert "at most 8" in analysis["message"]


@pytest.mark.parametrize(
    ("code", "way_out"),
    [
        ("UnsupportedDocumentException", "send the CV as a text document"),
        ("BadDocumentException", "send the CV as a text document"),
        ("ProvisionedThroughputExceededException", "Try again in a minute"),
        ("ThrottlingException", "Try again in a minute"),
        ("InternalServerError", "Try again in a minute"),
        ("AccessDeniedException", "Try again in a minute"),
    ],
)
def test_a_reader_that_fails_leaves_a_cv_that_needs_ocr_and_says_why(
    eye: Eye, code: str, way_out: str
) -> None:
    eye.stub.add_client_error("detect_document_text", service_error_code=code, service_message="secret")
    analysis = profile(scan(), ocr=eye.reader)["analysis"]
    assert analysis["status"] == "needs_ocr"
    assert code in analysis["message"]
    assert way_out in analysis["message"]
    # Whoever cannot do anything but wait is told how long.
    assert ("retry_after_s" in analysis) == ("Try again" in way_out)
    assert "secret" not in analysis["message"]


def test_a_reader_that_cannot_be_reached_leaves_a_cv_that_needs_ocr() -> None:
    made = client("textract", "http://127.0.0.1:9", retries={"total_max_attempts": 1})
    reader = TextractReader(bucket="prepai-data", client=made)
    analysis = profile(scan(), ocr=reader)["analysis"]
    assert "EndpointConnectionError" in analysis["message"]
    made.close()


class _Store:
    bucket = "prepai-data"

    def read(self, key: str) -> bytes:
        assert key == KEY
        return scan(2)


def test_the_tool_tells_the_reader_where_the_document_lies(eye: Eye) -> None:
    eye.starts()
    eye.is_at("SUCCEEDED", seen(PAGE, PAGE[9:]))
    assert answer(CvAnalyzerRequest(s3_key=KEY), _Store(), eye.reader).analysis.status == "ok"


def test_the_tool_reads_a_document_that_came_along(eye: Eye) -> None:
    eye.detects(seen(PAGE, numbered=False))
    request = CvAnalyzerRequest(document=base64.b64encode(scan()).decode(), file_name="cv.pdf")
    assert answer(request, None, eye.reader).analysis.status == "ok"
