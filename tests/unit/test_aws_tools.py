"""The tools by Lambda Invoke: a real client over loopback, real handlers behind it, and every way it can go wrong."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any

import pytest

from lambdas.cv_analyzer import handler as cv_analyzer
from lambdas.performance_evaluator import handler as performance_evaluator
from runtime.aws.tools import MAX_PAYLOAD_BYTES, LambdaCvAnalyzer, LambdaEvaluator, LambdaExecutor
from runtime.cv.analysis import analyze
from runtime.cv.errors import (
    AnalyzerUnavailable,
    CvError,
    DocumentNotFound,
    DocumentTooLarge,
    UnreadableDocument,
    UnsupportedDocument,
)
from runtime.evaluation import Answer, AnswerTurn, EvaluationFailedError, EvaluationInput, evaluate
from runtime.knowledge import load_bank
from runtime.sandbox import (
    CodeRequest,
    EngineExecutor,
    Limits,
    SandboxBusy,
    SandboxError,
    SandboxUnavailable,
    Submission,
    SubmissionTooLarge,
    TestCase,
    UnsupportedLanguage,
)
from runtime.sandbox.tool import LanguagesRequest, answer, known
from runtime.services.action_groups import respond
from tests.lambda_service import LambdaService, Reply, failed, serving, throttled
from tests.unit.conftest import CV, ScriptedEngine

SECRET = "zanzibar"
SUBMISSION = Submission(
    language="python",
    code="def f(x):\n    return 42",
    function_name="f",
    tests=(
        TestCase(args=(1,), expected=42),
        TestCase(args=("a",), kwargs={"n": None}, expected="42", hidden=True),
        TestCase(args=([1, 2],), expected=42, hidden=True),
    ),
)


@pytest.fixture
def service() -> Iterator[LambdaService]:
    with serving() as served:
        yield served


def executor_behind(engine: ScriptedEngine) -> Callable[[dict[str, Any]], Any]:
    def run(event: dict[str, Any]) -> Any:
        if "languages" in event:
            return respond(event, LanguagesRequest, lambda _: known(engine))
        return respond(event, CodeRequest, lambda request: answer(engine, request))

    return run


class TestExecutor:
    def test_it_gives_what_the_room_gives_hidden_tests_in_full_and_marked_as_hidden(
        self, service: LambdaService
    ) -> None:
        service.run = executor_behind(ScriptedEngine())

        run = LambdaExecutor(service.function()).execute(SUBMISSION)

        assert run == EngineExecutor(ScriptedEngine()).execute(SUBMISSION)
        assert [(result.verdict, result.actual, result.hidden) for result in run.results] == [
            ("AC", 42, False),
            ("WA", 42, True),
            ("AC", 42, True),
        ]
        assert [result.actual for result in run.public().results] == [42, None, None]

    @pytest.mark.parametrize(
        "submission",
        [
            Submission(language="python", code="print(42)"),
            Submission(language="python", code="x", tests=(TestCase(stdin='"a"', expected='"quoted"'),)),
            Submission(language="python", code="x", tests=(TestCase(stdin="", expected=""),)),
            Submission(
                language="python", code="# \ud800", function_name="f", tests=(TestCase(args=("\ud800",)),)
            ),
        ],
        ids=["no tests", "quotes", "empty", "half a character"],
    )
    def test_whatever_is_submitted_arrives_as_it_was(
        self, service: LambdaService, submission: Submission
    ) -> None:
        arrived: list[Submission] = []

        def run(event: dict[str, Any]) -> Any:
            arrived.append(CodeRequest.model_validate(event).submission())
            return executor_behind(ScriptedEngine())(event)

        service.run = run

        LambdaExecutor(service.function()).execute(submission)

        assert arrived == [submission]

    def test_what_it_can_run_is_asked_once(self, service: LambdaService) -> None:
        service.run = executor_behind(ScriptedEngine())
        executor = LambdaExecutor(service.function())

        assert executor.languages() == EngineExecutor(ScriptedEngine()).languages()
        assert executor.languages() == EngineExecutor(ScriptedEngine()).languages()
        assert service.asked == [("tool", {"languages": True})]

    def test_it_is_asked_again_after_a_while_since_it_is_released_by_itself(
        self, service: LambdaService
    ) -> None:
        service.run = executor_behind(ScriptedEngine())
        now = 0.0
        executor = LambdaExecutor(service.function(), clock=lambda: now)
        assert executor.languages()[0].isolation == "scripted: nothing is run"

        now, service.run = 601, executor_behind(ScriptedEngine(isolation="another"))

        assert executor.languages()[0].isolation == executor.isolation == "another"

    def test_what_holds_the_code_is_told_as_last_heard_and_nobody_is_asked_for_it(
        self, service: LambdaService
    ) -> None:
        service.run = executor_behind(ScriptedEngine())
        executor = LambdaExecutor(service.function())

        assert executor.isolation is None
        assert service.asked == []
        executor.languages()
        assert executor.isolation == "scripted: nothing is run"

    def test_other_limits_than_its_own_are_refused_because_no_payload_carries_them(
        self, service: LambdaService
    ) -> None:
        with pytest.raises(ValueError, match="limits"):
            LambdaExecutor(service.function()).execute(
                SUBMISSION.model_copy(update={"limits": Limits(cpu_s=1)})
            )

    def test_an_unknown_language_is_refused_with_those_there_are(self, service: LambdaService) -> None:
        service.run = executor_behind(ScriptedEngine())

        with pytest.raises(UnsupportedLanguage, match="python; got 'cobol'"):
            LambdaExecutor(service.function()).execute(Submission(language="cobol", code="x"))

    def test_a_busy_sandbox_is_busy(self, service: LambdaService) -> None:
        service.run = executor_behind(ScriptedEngine(busy=True))

        with pytest.raises(SandboxBusy, match="every worker"):
            LambdaExecutor(service.function()).execute(SUBMISSION)

    @pytest.mark.parametrize(
        ("reply", "kind"),
        [
            (failed("Runtime.ExitError"), SandboxUnavailable),
            (failed("Function.ResponseSizeTooLarge"), SubmissionTooLarge),
            (Reply(b"no json"), SandboxUnavailable),
            (Reply(b"[]"), SandboxUnavailable),
            (Reply(b'{"results": []}'), SandboxUnavailable),
            (Reply(b'{"results": [], "isolation": "x"}'), SandboxUnavailable),
            (Reply(b'{"error": "text"}'), SandboxUnavailable),
            (
                Reply(b'{"error": {"type": "invalid_request", "detail": "code: zanzibar"}}'),
                SandboxUnavailable,
            ),
            (Reply(b"{}", 413, {"x-amzn-ErrorType": "RequestTooLargeException"}), SubmissionTooLarge),
            (Reply(b"{}", 403, {"x-amzn-ErrorType": "AccessDeniedException"}), SandboxUnavailable),
            (Reply(b"{}", 500, {"x-amzn-ErrorType": "ServiceException"}), SandboxUnavailable),
            (None, SandboxUnavailable),
        ],
    )
    def test_every_fault_is_an_error_of_the_room_that_says_nothing_of_what_was_sent(
        self,
        service: LambdaService,
        caplog: pytest.LogCaptureFixture,
        reply: Reply | None,
        kind: type[SandboxError],
    ) -> None:
        service.replies = [reply]

        with pytest.raises(SandboxError) as raised:
            LambdaExecutor(service.function()).execute(SUBMISSION)

        assert type(raised.value) is kind
        assert SECRET not in str(raised.value) + caplog.text
        assert len(service.asked) == 1

    def test_one_that_does_not_answer_is_not_asked_twice(self, service: LambdaService) -> None:
        waiting = threading.Event()
        service.run = lambda _: waiting.wait(5)
        try:
            with pytest.raises(SandboxUnavailable, match="ReadTimeoutError"):
                LambdaExecutor(service.function(timeout_s=0.2)).execute(SUBMISSION)
        finally:
            waiting.set()

        assert len(service.asked) == 1
        assert service.counted == ["ToolErrors"]

    def test_a_throttled_call_is_sent_again_after_a_while(self, service: LambdaService) -> None:
        service.replies = [throttled(), throttled()]
        service.run = executor_behind(ScriptedEngine())

        LambdaExecutor(service.function()).execute(SUBMISSION)

        assert len(service.asked) == 3
        assert len(service.waits) == 2
        assert service.counted == []

    def test_one_throttled_again_and_again_is_busy(self, service: LambdaService) -> None:
        service.replies = [throttled()] * 9

        with pytest.raises(SandboxBusy):
            LambdaExecutor(service.function()).execute(SUBMISSION)

        assert len(service.asked) == 4
        assert service.counted == ["ToolErrors"]

    def test_an_agents_envelope_around_the_answer_is_opened(self, service: LambdaService) -> None:
        inner = executor_behind(ScriptedEngine())
        service.run = lambda event: {
            "messageVersion": "1.0",
            "response": {"functionResponse": {"responseBody": {"TEXT": {"body": json.dumps(inner(event))}}}},
        }

        assert LambdaExecutor(service.function()).execute(SUBMISSION).results[0].verdict == "AC"


class TestCvAnalyzer:
    def test_it_gives_what_the_room_gives(self, service: LambdaService) -> None:
        service.run = cv_analyzer.handler

        assert LambdaCvAnalyzer(service.function())(CV, "cv.txt") == analyze(CV, "cv.txt")

    def test_the_day_up_to_which_jobs_count_goes_along(self, service: LambdaService) -> None:
        service.run = cv_analyzer.handler
        day = date(2020, 6, 30)

        found = LambdaCvAnalyzer(service.function())(CV, "cv.txt", as_of=day)

        assert found == analyze(CV, "cv.txt", as_of=day)
        assert found.analysis.as_of_source == "given"

    def test_a_request_of_ours_that_is_refused_is_no_fault_of_the_document(
        self, service: LambdaService, caplog: pytest.LogCaptureFixture
    ) -> None:
        words = json.dumps({"error": {"type": "store_not_configured", "detail": "s3Key cannot be read"}})
        service.replies = [Reply(words.encode())]

        with pytest.raises(AnalyzerUnavailable, match="store_not_configured"):
            LambdaCvAnalyzer(service.function())(CV, "cv.txt")

        assert "store_not_configured" in caplog.text

    def test_a_name_that_is_too_long_keeps_its_end(self, service: LambdaService) -> None:
        service.run = cv_analyzer.handler

        assert LambdaCvAnalyzer(service.function())(CV, f"{'x' * 300}.txt").analysis.status == "ok"

    @pytest.mark.parametrize(
        ("document", "filename", "kind"),
        [
            (b"PK\x03\x04 broken", "cv.docx", UnreadableDocument),
            (b"%PDF-1.7 broken", "cv.pdf", UnreadableDocument),
            (CV, "cv.pdf", UnsupportedDocument),
            (b"GIF89a", "cv.gif", UnsupportedDocument),
        ],
    )
    def test_what_the_room_refuses_is_refused_in_its_words(
        self, service: LambdaService, document: bytes, filename: str, kind: type[CvError]
    ) -> None:
        service.run = cv_analyzer.handler
        with pytest.raises(CvError) as there:
            analyze(document, filename)

        with pytest.raises(CvError) as here:
            LambdaCvAnalyzer(service.function())(document, filename)

        assert type(here.value) is type(there.value) is kind
        assert str(here.value) == str(there.value)

    def test_four_megabytes_fit_and_what_does_not_is_too_large(self, service: LambdaService) -> None:
        service.replies = [Reply(b'{"error": {"type": "document_not_found", "detail": "it arrived"}}')]
        with pytest.raises(DocumentNotFound, match="it arrived"):
            LambdaCvAnalyzer(service.function())(bytes(4 * 1024 * 1024), "cv.pdf")

        with pytest.raises(DocumentTooLarge):
            LambdaCvAnalyzer(service.function())(bytes(MAX_PAYLOAD_BYTES * 3 // 4), "cv.pdf")
        assert len(service.asked) == 1

    @pytest.mark.parametrize(
        "reply", [failed("ValueError"), Reply(b"{}"), Reply(b"["), None, Reply(b'{"error": {}}'), throttled()]
    )
    def test_every_other_fault_is_not_the_documents(
        self, service: LambdaService, caplog: pytest.LogCaptureFixture, reply: Reply | None
    ) -> None:
        service.replies = [reply] * 4

        with pytest.raises(AnalyzerUnavailable) as raised:
            LambdaCvAnalyzer(service.function())(CV, "cv.txt")

        assert SECRET not in str(raised.value) + caplog.text


class TestEvaluator:
    @pytest.fixture
    def given(self) -> EvaluationInput:
        question = load_bank().questions[0]
        turn = AnswerTurn(
            turn_id="t1", text="An index makes reads faster and writes slower.", modality="speech"
        )
        return EvaluationInput(interview_id="i-1", answers=(Answer(question=question, turns=(turn,)),))

    def test_it_gives_the_rooms_own_report_to_the_byte(
        self, service: LambdaService, given: EvaluationInput
    ) -> None:
        service.run = performance_evaluator.handler

        report = LambdaEvaluator(service.function())(given)

        assert report.model_dump_json() == evaluate(given).model_dump_json()

    @pytest.mark.parametrize(
        "reply",
        [
            failed("ValueError"),
            Reply(b'{"scores": {"technical_knowledge": 5}}'),
            Reply(b'{"error": {"type": "invalid_request", "detail": "zanzibar"}}'),
            Reply(b"x"),
            None,
            throttled(),
        ],
    )
    def test_every_fault_is_a_failed_evaluation(
        self, service: LambdaService, given: EvaluationInput, reply: Reply | None
    ) -> None:
        service.replies = [reply] * 4

        with pytest.raises(EvaluationFailedError) as raised:
            LambdaEvaluator(service.function())(given)

        assert SECRET not in str(raised.value)

    def test_an_agent_cannot_have_an_interview_of_its_own_making_evaluated(
        self, given: EvaluationInput
    ) -> None:
        event: dict[str, Any] = {
            "messageVersion": "1.0",
            "actionGroup": "performance_evaluator",
            "function": "evaluate",
            "sessionAttributes": {"interviewId": "i-1"},
            "evaluation": given.model_dump(mode="json"),
            "parameters": _parameters({"evaluation": given.model_dump_json()}),
        }

        body = performance_evaluator.handler(event)["response"]["functionResponse"]["responseBody"]["TEXT"][
            "body"
        ]

        assert json.loads(body)["error"]["type"] == "invalid_request"


def _parameters(values: dict[str, str]) -> Sequence[dict[str, str]]:
    return [{"name": name, "type": "string", "value": value} for name, value in values.items()]
