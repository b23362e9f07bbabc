"""Amazon Textract as the reader of text in pictures.

A page goes along in the request. Several pages are one job if they lie in S3, and a request each if they do not.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import BotoCoreError, ClientError

from runtime.cv.ocr import OcrFailed, RecognizedPage, RecognizedWord
from runtime.cv.pdf import single_pages

if TYPE_CHECKING:
    from types_boto3_textract import TextractClient

_log = logging.getLogger(__name__)

_IN_REQUEST_BYTES: Final = 5 * 1024**2  # of one page; larger ones, and several, are read from S3
# The function has 25 s, of which reading the PDF and a cold start take some (infra/constructs/tool_functions.py).
_WITHIN_S: Final = 18.0
_MOST_REQUESTS: Final = 8
_AT_ONCE: Final = 4
_FIRST_LOOK_S: Final = 0.5
_LONGEST_WAIT_S: Final = 2.0
_UNREADABLE: Final = frozenset(
    {
        "UnsupportedDocumentException",
        "BadDocumentException",
        "DocumentTooLargeException",
        "InvalidParameterException",
    }
)
_AGAIN_AFTER_S: Final = 60
_SEND_TEXT: Final = "send the CV as a text document."


class TextractReader:
    """An `OcrReader`. It waits at most `within_s`; asking again then finds the work that was begun."""

    def __init__(
        self,
        *,
        bucket: str,
        client: TextractClient,
        within_s: float = _WITHIN_S,
        now: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._bucket = bucket
        self._client = client
        self._within_s = within_s
        self._now = now
        self._sleep = sleep

    def read(self, document: bytes, *, pages: int, key: str | None) -> Sequence[RecognizedPage]:
        """See `runtime.cv.ocr.OcrReader`."""
        try:
            if pages == 1 and (len(document) <= _IN_REQUEST_BYTES or key is None):
                return [self._page(document)]
            if key is None:
                return self._page_by_page(document, pages)
            return _pages(self._stored(document, key), pages)
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "an unknown error")
            if code in _UNREADABLE:
                raise OcrFailed(
                    f"Text recognition (OCR) cannot read this document ({code}); {_SEND_TEXT}"
                ) from None
            _log.warning("textract answered %s", code)
            raise _unavailable(code) from error
        except BotoCoreError as error:
            _log.warning("textract does not answer: %s", type(error).__name__)
            raise _unavailable(type(error).__name__) from error

    def _page(self, document: bytes) -> RecognizedPage:
        answer = self._client.detect_document_text(Document={"Bytes": document})
        (page,) = _pages(answer["Blocks"], 1)
        return page

    def _page_by_page(self, document: bytes, pages: int) -> list[RecognizedPage]:
        if pages > _MOST_REQUESTS:
            raise OcrFailed(
                f"The document has {pages} pages that are made of pictures, and at most {_MOST_REQUESTS} are "
                f"recognised (OCR) at once. Send the pages that are the CV, or {_SEND_TEXT}"
            )
        threads = ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="textract")
        try:
            return list(threads.map(self._page, single_pages(document), timeout=self._within_s))
        except TimeoutError:
            raise OcrFailed(
                "The document is made of pictures, and recognising its text (OCR) takes longer than "
                f"{self._within_s:.0f} s. Send fewer pages, or {_SEND_TEXT}"
            ) from None
        finally:
            threads.shutdown(wait=False, cancel_futures=True)

    def _stored(self, document: bytes, key: str) -> list[Mapping[str, Any]]:
        give_up_at = self._now() + self._within_s
        started = self._client.start_document_text_detection(
            DocumentLocation={"S3Object": {"Bucket": self._bucket, "Name": key}},
            ClientRequestToken=_token(document, key),
        )
        wait_s = _FIRST_LOOK_S
        while True:
            answer = self._client.get_document_text_detection(JobId=started["JobId"])
            if answer["JobStatus"] != "IN_PROGRESS":
                break
            if self._now() + wait_s > give_up_at:
                raise OcrFailed(
                    "The document is made of pictures, and recognising its text (OCR) takes longer than "
                    f"{self._within_s:.0f} s. It goes on: ask for the analysis again in a minute.",
                    retry_after_s=_AGAIN_AFTER_S,
                )
            self._sleep(wait_s)
            wait_s = min(wait_s * 1.5, _LONGEST_WAIT_S)
        if answer["JobStatus"] != "SUCCEEDED":
            # Some pages of it would be a CV with jobs missing, which nobody could see.
            raise OcrFailed(f"Text recognition (OCR) could not read all pages of this document; {_SEND_TEXT}")
        blocks: list[Mapping[str, Any]] = list(answer["Blocks"])
        while token := answer.get("NextToken"):
            answer = self._client.get_document_text_detection(JobId=started["JobId"], NextToken=token)
            blocks += answer["Blocks"]
        return blocks


def _token(document: bytes, key: str) -> str:
    """The same for the same document on the same day, so that asking again finds the job; results live for a week."""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    return hashlib.sha256(b"\0".join((today.encode(), key.encode(), document))).hexdigest()


def _unavailable(because: str) -> OcrFailed:
    return OcrFailed(
        f"The document is made of pictures, and text recognition (OCR) is not available ({because}). "
        f"Try again in a minute, or {_SEND_TEXT}",
        retry_after_s=_AGAIN_AFTER_S,
    )


def _pages(blocks: Iterable[Mapping[str, Any]], count: int) -> list[RecognizedPage]:
    known = {block["Id"]: block for block in blocks}
    pages: list[list[RecognizedWord]] = [[] for _ in range(count)]
    for line in known.values():
        # One page in a request has no number.
        number = int(line.get("Page", 1))
        if line["BlockType"] != "LINE" or not 1 <= number <= count:
            continue
        box = line["Geometry"]["BoundingBox"]
        top, bottom = box["Top"], box["Top"] + box["Height"]
        for word in (known[name] for name in _children(line) if name in known):
            box = word["Geometry"]["BoundingBox"]
            pages[number - 1].append(
                RecognizedWord(word["Text"], box["Left"], top, box["Left"] + box["Width"], bottom)
            )
    return [tuple(page) for page in pages]


def _children(line: Mapping[str, Any]) -> Iterable[str]:
    for relation in line.get("Relationships", ()):
        if relation["Type"] == "CHILD":
            yield from relation["Ids"]
