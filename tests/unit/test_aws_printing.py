"""Reports printed by the evaluator's function: a real client over loopback, the real handler behind it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from lambdas.performance_evaluator import handler as performance_evaluator
from runtime.aws.tools import LambdaPdfWriter
from runtime.evaluation import EvaluationInput, PdfFailedError, evaluate, for_candidate
from runtime.evaluation.document import About, Document, document
from runtime.evaluation.pdf import write_pdf
from tests.lambda_service import LambdaService, Reply, failed, serving, throttled

SECRET = "zanzibar"


@pytest.fixture
def service() -> Iterator[LambdaService]:
    with serving() as served:
        yield served


class TestPdfWriter:
    @pytest.fixture
    def paper(self) -> Document:
        report = evaluate(EvaluationInput(interview_id="i-1"))
        about = About("Ada", "Backend", None, "mid", "en", datetime(2026, 3, 1, tzinfo=UTC), {})
        return document(for_candidate(report, ()), about)

    def test_it_gives_the_rooms_own_file_to_the_byte(self, service: LambdaService, paper: Document) -> None:
        service.run = performance_evaluator.handler

        assert LambdaPdfWriter(service.function())(paper) == write_pdf(paper)

    @pytest.mark.parametrize(
        "reply",
        [
            failed("PdfFailedError"),
            Reply(b'{"pdf": "no base64!"}'),
            Reply(b'{"error": {"type": "invalid_request", "detail": "zanzibar"}}'),
            Reply(b"x"),
            None,
            throttled(),
        ],
    )
    def test_every_fault_is_a_failed_print(
        self, service: LambdaService, paper: Document, reply: Reply | None
    ) -> None:
        service.replies = [reply] * 4

        with pytest.raises(PdfFailedError) as raised:
            LambdaPdfWriter(service.function())(paper)

        assert SECRET not in str(raised.value)

    def test_an_agent_cannot_have_anything_printed(self, paper: Document) -> None:
        event: dict[str, Any] = {
            "messageVersion": "1.0",
            "actionGroup": "performance_evaluator",
            "function": "evaluate",
            "sessionAttributes": {"interviewId": "i-1"},
            "document": paper.model_dump(mode="json"),
            "parameters": [{"name": "document", "type": "string", "value": paper.model_dump_json()}],
        }

        answer = performance_evaluator.handler(event)

        assert "pdf" not in json.loads(answer["response"]["functionResponse"]["responseBody"]["TEXT"]["body"])
