"""The three tools by Lambda Invoke: whatever goes wrong on the way becomes an error of the tool's own room.

A call that Lambda refused for lack of room (429) was never run, so it is sent again after a while. No other is: after a
timeout the function may still be at work, and a second run of a candidate's code is a second answer. Details of faults
name the kind of error alone, since a tool's error text may hold what a candidate wrote.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import json
import logging
import random
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any, Final

from botocore.exceptions import BotoCoreError, ClientError
from pydantic import AfterValidator, Base64Bytes, BaseModel, ValidationError
from urllib3.exceptions import HTTPError

from runtime.cv.errors import (
    AnalyzerUnavailable,
    CvError,
    DocumentNotFound,
    DocumentTooLarge,
    UnreadableDocument,
    UnsupportedDocument,
)
from runtime.cv.result import CvResult
from runtime.evaluation import EvaluationFailedError, EvaluationInput, PdfFailedError, Report
from runtime.evaluation.document import Document
from runtime.sandbox import (
    CodeRun,
    LanguageInfo,
    Limits,
    SandboxBusy,
    SandboxUnavailable,
    Submission,
    SubmissionTooLarge,
    TestCase,
    UnsupportedLanguage,
)

if TYPE_CHECKING:
    from types_boto3_lambda.client import LambdaClient

_log = logging.getLogger(__name__)

# Lambda's limit for a synchronous invocation, each way.
MAX_PAYLOAD_BYTES: Final = 6 * 1024 * 1024
# Refused before anything ran, so that asking again runs it once. A version that nobody called for a fortnight has lost
# its snapshot, and is refused until Lambda has made it again.
_REFUSED: Final = frozenset(
    {"SnapStartNotReadyException", "Throttling", "ThrottlingException", "TooManyRequestsException"}
)
# What Lambda calls a function that was over its time, its memory, or gone.
_ENDINGS: Final = frozenset({"Runtime.ExitError", "Runtime.OutOfMemory", "Sandbox.Timedout"})
_ATTEMPTS: Final = 4
_FIRST_WAIT_S: Final = 0.25
_LONGEST_NAME: Final = 255
_CARRIED_BYTES: Final = 4 * 1024 * 1024
# For how long it is not asked again which languages the executor has.
_KNOWN_S: Final = 600

type Json = dict[str, Any]
type Count = Callable[[str], None]


class _Unanswered(Exception):  # noqa: N818 - what happened; it never leaves this module
    """The tool gave no answer; `reason` is safe to log and to show."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Refused(_Unanswered):
    """Every copy of the function was at work, also after waiting."""


class _TooLarge(_Unanswered):
    """The request or the answer is over Lambda's limit."""


class _Ended(_Unanswered):
    """The function ran out of time or memory, or its process died: by what it was given, as a rule."""


class Function:
    """One tool's function. `count` is told of every failed call, by the metric's name."""

    def __init__(
        self,
        name: str,
        *,
        client: LambdaClient,
        count: Count = lambda _: None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.name = name
        self._client = client
        self._count = count
        self._sleep = sleep

    def ask(self, payload: Json) -> Json:
        """The tool's answer, out of its envelope. Raises `_Unanswered`."""
        body = json.dumps(payload, separators=(",", ":")).encode()
        try:
            if len(body) > MAX_PAYLOAD_BYTES:
                raise _TooLarge(f"the request is larger than the {MAX_PAYLOAD_BYTES} bytes a function takes")
            return self._answer(body)
        except _Unanswered as fault:
            self._count("ToolErrors")
            _log.warning("%s did not answer: %s", self.name, fault.reason)
            raise

    def _answer(self, body: bytes) -> Json:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                response = self._client.invoke(FunctionName=self.name, Payload=body)
                answer = response["Payload"].read()
                break
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == "RequestTooLargeException":
                    raise _TooLarge("the request is larger than a function takes") from None
                if code not in _REFUSED:
                    raise _Unanswered(code) from None
                if attempt == _ATTEMPTS:
                    raise _Refused(f"throttled {_ATTEMPTS} times") from None
                # Full jitter: callers that were refused together do not come back together.
                self._sleep(random.uniform(0, _FIRST_WAIT_S * 2**attempt))  # noqa: S311 - no secret
            except (BotoCoreError, HTTPError, OSError) as error:
                raise _Unanswered(type(error).__name__) from None
        if response.get("FunctionError"):
            raise _broken(answer)
        return _opened(answer)


def _broken(answer: bytes) -> _Unanswered:
    """Why the function failed, from what Lambda put in place of its answer."""
    try:
        kind = str(json.loads(answer)["errorType"])
    except (ValueError, KeyError, TypeError):
        kind = "an error without a type"
    if kind == "Function.ResponseSizeTooLarge":
        return _TooLarge("the answer is larger than a function may give")
    if kind in _ENDINGS:
        return _Ended(f"the function ended with {kind}")
    return _Unanswered(f"the function failed with {kind[:100]}")


def _opened(answer: bytes) -> Json:
    """The answer itself: bare, or out of the envelope that agents get."""
    try:
        opened = json.loads(answer)
        if isinstance(opened, dict) and "response" in opened and "messageVersion" in opened:
            opened = json.loads(opened["response"]["functionResponse"]["responseBody"]["TEXT"]["body"])
    except (ValueError, KeyError, TypeError):
        raise _Unanswered("expected JSON, or an agent's envelope around it; got neither") from None
    if not isinstance(opened, dict):
        raise _Unanswered(f"expected a JSON object; got {type(opened).__name__}")
    return opened


def _error(answer: Json) -> tuple[str, str] | None:
    """The kind and detail of a refusal in words."""
    match answer.get("error"):
        case None:
            return None
        case {"type": str(kind), "detail": str(detail)}:
            return kind, detail
        case _:
            return "malformed_error", ""


def _read[Model: BaseModel](model: type[Model], answer: Json) -> Model:
    try:
        return model.model_validate(answer)
    except ValidationError as error:
        raise _Unanswered(f"expected a {model.__name__}; got {error.error_count()} faults in it") from None


class _Sandbox(BaseModel):
    languages: tuple[LanguageInfo, ...]
    isolation: str


class LambdaExecutor:
    """The code executor. What it can run is kept for ten minutes: its versions come and go without ours."""

    def __init__(self, function: Function, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._function = function
        self._clock = clock
        self._sandbox: _Sandbox | None = None
        self._asked_at = 0.0

    @property
    def isolation(self) -> str | None:
        """As last heard; null before that, and after it did not answer."""
        return self._sandbox.isolation if self._sandbox else None

    def languages(self) -> list[LanguageInfo]:
        """Raises `SandboxUnavailable`."""
        return list(self._known().languages)

    def execute(self, submission: Submission) -> CodeRun:
        """The run with every test told in full.

        The function shows whoever asks of hidden tests the verdict alone. The platform keeps more, so it sends them as
        open ones and marks the results as hidden itself. Raises as the room's `execute` does.
        """
        if submission.limits != Limits():
            raise ValueError("expected the executor's own limits; a payload has no room for others")
        payload: Json = {
            "code": submission.code,
            "language": submission.language,
            "testCases": [_wire(test, program=submission.function_name is None) for test in submission.tests],
        }
        if submission.function_name is not None:
            payload["functionName"] = submission.function_name
        payload |= {
            "perTest": submission.per_test,
            "inPlace": submission.in_place,
            "checker": submission.checker,
        }
        run = _read_run(self._ask(payload), submission)
        if not submission.tests:
            return run
        results = tuple(
            result.model_copy(update={"hidden": test.hidden})
            for result, test in zip(run.results, submission.tests, strict=True)
        )
        return run.model_copy(update={"results": results})

    def _known(self) -> _Sandbox:
        if self._sandbox is None or self._clock() >= self._asked_at + _KNOWN_S:
            self._sandbox = None
            answer = self._ask({"languages": True})
            try:
                self._sandbox, self._asked_at = _read(_Sandbox, answer), self._clock()
            except _Unanswered as fault:
                raise SandboxUnavailable(
                    f"the code executor does not say what it runs: {fault.reason}"
                ) from None
        return self._sandbox

    def _ask(self, payload: Json) -> Json:
        try:
            answer = self._function.ask(payload)
        except _Refused:
            raise SandboxBusy("every copy of the code executor is at work: try again shortly") from None
        except _TooLarge as fault:
            raise SubmissionTooLarge(f"{fault.reason}; send, or print, less") from None
        except _Unanswered as fault:
            raise SandboxUnavailable(f"the code executor did not answer: {fault.reason}") from None
        if error := _error(answer):
            raise self._refusal(*error, language=str(payload.get("language", "")))
        return answer

    def _refusal(self, kind: str, detail: str, *, language: str) -> Exception:
        match kind:
            case UnsupportedLanguage.kind:
                return UnsupportedLanguage(language, tuple(known.language for known in self.languages()))
            case SubmissionTooLarge.kind:
                return SubmissionTooLarge(detail)
            case SandboxBusy.kind:
                return SandboxBusy(detail)
            case SandboxUnavailable.kind:
                return SandboxUnavailable(detail)
        _log.error("%s refused a request of ours: %s", self._function.name, kind)
        return SandboxUnavailable(f"the code executor refused the request ({kind})")


def _read_run(answer: Json, submission: Submission) -> CodeRun:
    try:
        run = _read(CodeRun, {"language": submission.language, **answer})
    except _Unanswered as fault:
        raise SandboxUnavailable(f"the code executor's answer is no run: {fault.reason}") from None
    expected = len(submission.tests) or 1
    if len(run.results) != expected:
        raise SandboxUnavailable(f"expected {expected} results of the code executor; got {len(run.results)}")
    return run


def _wire(test: TestCase, *, program: bool) -> Json:
    # As JSON text always: a bare string would be taken for JSON and lose its quotes.
    expected = json.dumps(test.expected)
    if program:
        return {"stdin": test.stdin or "", "expected": expected, "checker": test.checker}
    return {"args": list(test.args), "kwargs": test.kwargs, "expected": expected, "checker": test.checker}


_CV_ERRORS: Final[dict[str, type[CvError]]] = {
    "unsupported_document": UnsupportedDocument,
    "document_too_large": DocumentTooLarge,
    "unreadable_document": UnreadableDocument,
    "document_not_found": DocumentNotFound,
}


class LambdaCvAnalyzer:
    """The CV analyzer; a `CvAnalyzer`.

    Documents travel inside the request, which holds 4.4 MB of them. A larger one is read by the function itself, from
    where it is stored, and held to its digest: what lies under a key may have been replaced meanwhile.
    """

    def __init__(self, function: Function) -> None:
        self._function = function

    def __call__(
        self, document: bytes, filename: str, /, *, as_of: dt.date | None = None, key: str | None = None
    ) -> CvResult:
        payload: Json = (
            {"s3Key": key, "sha256": hashlib.sha256(document).hexdigest()}
            if key is not None and len(document) > _CARRIED_BYTES
            else {
                "document": base64.b64encode(document).decode(),
                "fileName": filename[-_LONGEST_NAME:],  # its end says what kind of file it is
            }
        )
        if as_of is not None:
            payload["asOf"] = as_of.isoformat()
        try:
            answer = self._function.ask(payload)
            if error := _error(answer):
                raise self._refusal(*error)
            return _read(CvResult, answer)
        except _TooLarge:
            raise DocumentTooLarge("expected a CV of at most 4 MB; send one without pictures") from None
        except _Ended as fault:
            # The same document would end it again.
            raise UnreadableDocument(
                f"Reading this document took too much time or memory ({fault.reason}); export it again from the "
                "program that made it, or send the CV as a text document."
            ) from None
        except _Unanswered as fault:
            raise AnalyzerUnavailable(
                f"CVs cannot be analysed now ({fault.reason}); nothing was kept, send it again"
            ) from None

    def _refusal(self, kind: str, detail: str) -> CvError:
        if kind in _CV_ERRORS:
            return _CV_ERRORS[kind](detail)
        # Words for whoever wrote the request, and that was not the candidate.
        _log.error("%s refused a request of ours: %s", self._function.name, kind)
        return AnalyzerUnavailable(f"CVs cannot be analysed now ({kind}); nothing was kept, send it again")


class LambdaEvaluator:
    """The performance evaluator; an `Evaluator`."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def __call__(self, given: EvaluationInput, /) -> Report:
        try:
            answer = self._function.ask({"evaluation": given.model_dump(mode="json")})
            if error := _error(answer):
                raise EvaluationFailedError(f"the evaluator refused the interview: {error[0]}")
            return _read(Report, answer)
        except _Unanswered as fault:
            raise EvaluationFailedError(f"the evaluator did not answer: {fault.reason}") from None


def _is_pdf(file: bytes) -> bytes:
    # Pydantic decodes what is no base64 as well, leaving out what it does not know.
    if not file.startswith(b"%PDF-"):
        raise ValueError("expected a PDF")
    return file


class _Printed(BaseModel):
    pdf: Annotated[Base64Bytes, AfterValidator(_is_pdf)]


class LambdaPdfWriter:
    """The performance evaluator's function as a printer; a `PdfWriter` (docs/adr/0019-who-prints-the-report.md)."""

    def __init__(self, function: Function) -> None:
        self._function = function

    def __call__(self, document: Document, /) -> bytes:
        try:
            answer = self._function.ask({"document": document.model_dump(mode="json")})
            if error := _error(answer):
                raise PdfFailedError(f"the report was not printed: {error[0]}")
            return _read(_Printed, answer).pdf
        except _Unanswered as fault:
            raise PdfFailedError(f"the printer did not answer: {fault.reason}") from None
