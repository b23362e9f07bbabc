"""The API as deployed: its real handler, composed from the environment, over DynamoDB, S3, Secrets Manager and Lambda.

Events are the HTTP API's own (payload format 2.0).
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from lambdas.cv_analyzer import handler as cv_analyzer
from lambdas.performance_evaluator import handler as performance_evaluator
from runtime.aws import clients
from runtime.sandbox import CodeRequest
from runtime.sandbox.tool import LanguagesRequest, answer, known
from runtime.services.action_groups import respond
from tests.contract.conftest import BUCKET, REGION, RETENTION_DAYS, TABLE, Aws
from tests.lambda_service import LambdaService, serving
from tests.unit.conftest import CV, ScriptedEngine

EVENT = json.loads((Path(__file__).parents[1] / "events/http-api-create.json").read_text())
ARN = "arn:aws:bedrock-agentcore:eu-west-1:123456789012:runtime/prepai_test_voice-AbCdEf1234"
ADA = "2b1f4f0e-5b7c-4f0c-8f6d-2f5f4a0d7c11"


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class Deployed:
    module: Any
    tools: LambdaService

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        claims: dict[str, str] | None = None,
        headers: dict[str, str | None] | None = None,
    ) -> Answer:
        """One request; a header that is None is left out, and binary bodies travel as base64."""
        event = json.loads(json.dumps(EVENT))
        event["rawPath"] = event["requestContext"]["http"]["path"] = path
        event["requestContext"]["http"]["method"] = method
        if claims is not None:
            event["requestContext"]["authorizer"]["jwt"]["claims"] = claims
        sent = {**event["headers"], "content-length": str(len(body)), **(headers or {})}
        event["headers"] = {name: value for name, value in sent.items() if value is not None}
        event["body"], event["isBase64Encoded"] = base64.b64encode(body).decode(), True
        answer = self.module.handler(event)
        text = answer["body"]
        given = base64.b64decode(text) if answer["isBase64Encoded"] else text.encode()
        return Answer(answer["statusCode"], answer["headers"], given)

    def create(self, **how: Any) -> str:
        body = json.dumps({"interview_type": "Backend", "candidate_name": "Ada Lovelace"}).encode()
        created = self.call("POST", "/api/sessions/create", body, **how)
        assert created.status == 201, created.body
        return str(created.json()["session_id"])

    def post(self, path: str, **body: Any) -> Answer:
        return self.call("POST", path, json.dumps(body).encode())


@pytest.fixture
def deployed(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with serving() as tools:
        tools.run = _Tools(tools)
        secret = aws.client("secretsmanager").create_secret(
            Name="origin", SecretString='{"value-1": "the-current-secret"}'
        )
        for name, value in {
            "AWS_REGION": REGION,
            "AWS_ACCESS_KEY_ID": "testing",
            "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_ENDPOINT_URL_LAMBDA": tools.url,
            "PREPAI_ENVIRONMENT": "test",
            "EVENT_TABLE": TABLE,
            "S3_BUCKET": BUCKET,
            "CANDIDATE_DATA_DAYS": str(RETENTION_DAYS),
            "LAMBDA_CODE_EXECUTOR": "prepai-test-code-executor",
            "LAMBDA_CV_ANALYZER": "prepai-test-cv-analyzer",
            "LAMBDA_PERFORMANCE_EVALUATOR": "prepai-test-performance-evaluator",
            "ORIGIN_SECRET_ARN": secret["ARN"],
            "VOICE_RUNTIME_ARN": ARN,
        }.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(clients, "_clients", {})
        clients.session.cache_clear()
        sys.modules.pop("lambdas.api.handler", None)
        module = importlib.import_module("lambdas.api.handler")
        yield Deployed(module, tools)
        asyncio.get_event_loop_policy().get_event_loop().close()
        asyncio.set_event_loop(None)
        sys.modules.pop("lambdas.api.handler")
        clients.session.cache_clear()


@dataclass
class _Tools:
    """The three functions, by the name that the newest call was for."""

    service: LambdaService

    def __call__(self, event: dict[str, Any]) -> Any:
        match self.service.asked[-1][0]:
            case "prepai-test-cv-analyzer":
                return cv_analyzer.handler(event)
            case "prepai-test-performance-evaluator":
                return performance_evaluator.handler(event)
            case "prepai-test-code-executor" if "languages" in event:
                return respond(event, LanguagesRequest, lambda _: known(ScriptedEngine()))
            case "prepai-test-code-executor":
                return respond(event, CodeRequest, lambda request: answer(ScriptedEngine(), request))
        raise AssertionError(self.service.asked[-1])


def test_the_gateways_own_event_creates_an_interview_that_its_caller_owns(deployed: Deployed) -> None:
    created = deployed.module.handler(EVENT, None)

    assert created["statusCode"] == 201, created
    assert json.loads(created["body"])["candidate_name"] == "Ada Lovelace"
    listed = deployed.call("GET", "/api/sessions/list")
    assert [item["session_id"] for item in listed.json()["items"]] == [
        json.loads(created["body"])["session_id"]
    ]


def test_a_whole_interview_by_rest_with_its_cv_its_code_and_its_report(deployed: Deployed) -> None:
    interview = deployed.create()
    path = f"/api/interviews/{interview}"
    body = (
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="cv.txt"\r\n\r\n'
        + CV
        + b"\r\n--x--\r\n"
    )
    cv = deployed.call(
        "POST", f"{path}/upload-cv", body, headers={"content-type": "multipart/form-data; boundary=x"}
    )
    assert cv.status == 200, cv.body
    assert cv.json()["resume"]["basics"]["email"]["value"] == "jane@example.com"

    assert deployed.post(f"{path}/messages", text="Hello").status == 200
    assert (
        deployed.post(f"{path}/messages", text="An index makes reads faster and writes slower.").status == 200
    )
    run = deployed.post(f"{path}/code-runs", code="x", language="python", testCases=[{"expected": "42"}])
    assert (run.status, run.json()["isolation"]) == (200, "scripted: nothing is run"), run.body
    assert deployed.call("GET", "/api/languages").json()["items"][0]["language"] == "python"
    assert deployed.post(f"{path}/end").json()["status"] == "ended"
    report = deployed.call("GET", f"{path}/performance-report")

    assert report.status == 200, report.body
    assert report.json()["interview_id"] == interview
    assert {name for name, _ in deployed.tools.asked} == {
        "prepai-test-cv-analyzer",
        "prepai-test-code-executor",
        "prepai-test-performance-evaluator",
    }


def test_a_ticket_leads_to_agentcores_socket_and_stands_beside_the_address(deployed: Deployed) -> None:
    interview = deployed.create()

    ticket = deployed.post(f"/api/interviews/{interview}/ticket").json()

    url = urlsplit(ticket["url"])
    query = parse_qs(url.query)
    assert (url.scheme, url.netloc) == ("wss", "bedrock-agentcore.eu-west-1.amazonaws.com")
    assert query["X-Amzn-Bedrock-AgentCore-Runtime-Session-Id"] == [interview]
    assert query["X-Amzn-Bedrock-AgentCore-Runtime-Custom-Ticket"] == [ticket["ticket"]]
    assert int(query["X-Amz-Expires"][0]) == ticket["expires_in"] == 60


def test_another_candidates_interview_does_not_exist(deployed: Deployed) -> None:
    interview = deployed.create()
    other = {"sub": "somebody-else", "username": "bob", "client_id": "page"}

    read = deployed.call("GET", f"/api/sessions/{interview}", claims=other)

    assert (read.status, read.json()["problem"]) == (404, "unknown_interview")


def test_a_machine_with_the_scope_takes_part(deployed: Deployed) -> None:
    interview = deployed.create()
    machine = {"sub": "m-1", "client_id": "m-1", "scope": "prepai/interviews"}

    assert deployed.call("GET", f"/api/sessions/{interview}", claims=machine).status == 200


@pytest.mark.parametrize("path", ["/health", "/api/sessions/list", "/nothing", "/docs"])
@pytest.mark.parametrize("secret", [None, "", "wrong"])
def test_nothing_is_answered_that_did_not_come_through_the_distribution(
    deployed: Deployed, path: str, secret: str | None
) -> None:
    answered = deployed.call("GET", path, headers={"x-prepai-origin": secret})

    assert (answered.status, answered.json()["problem"]) == (403, "forbidden")
    assert answered.headers["content-type"] == "application/problem+json"


def test_without_a_verified_token_there_is_a_401_that_says_how_to_come(deployed: Deployed) -> None:
    answered = deployed.call("GET", "/api/sessions/list", claims={}, headers={"authorization": "Bearer x"})

    assert (answered.status, answered.headers["www-authenticate"]) == (401, "Bearer")


def test_health_needs_no_token_and_waits_for_no_engine(deployed: Deployed) -> None:
    health = deployed.call("GET", "/health", claims={})

    assert (health.status, health.json()["status"]) == (200, "ok")
    assert health.json()["engines"]["sandbox"] is None


def test_a_body_over_four_megabytes_is_a_problem(deployed: Deployed) -> None:
    interview = deployed.create()

    answered = deployed.call(
        "POST",
        f"/api/interviews/{interview}/upload-cv",
        bytes(4 * 1024 * 1024 + 20_000),
        headers={"content-type": "multipart/form-data; boundary=x"},
    )

    assert (answered.status, answered.json()["problem"]) == (413, "too_large")


def test_an_unreachable_tool_is_a_503_that_can_be_tried_again(deployed: Deployed) -> None:
    interview = deployed.create()
    deployed.tools.replies = [None]

    answered = deployed.post(f"/api/interviews/{interview}/code-runs", code="x", language="python")

    assert (answered.status, answered.json()["problem"]) == (503, "sandbox_unavailable")
    assert answered.headers["retry-after"]


def test_a_fault_of_ours_is_a_problem_without_its_words(
    deployed: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("zanzibar")

    monkeypatch.setattr("runtime.services.interviews.Interviews.list", broken)

    answered = deployed.call("GET", "/api/sessions/list")

    assert (answered.status, answered.json()["problem"]) == (500, "internal_error")
    assert b"zanzibar" not in answered.body


def test_one_callers_loop_is_held_back_and_told_for_how_long(deployed: Deployed) -> None:
    body = json.dumps({"interview_type": "Backend", "candidate_name": "Ada Lovelace"}).encode()
    answers = [deployed.call("POST", "/api/sessions/create", body) for _ in range(11)]

    assert [answer.status for answer in answers] == [201] * 10 + [429]
    refused = {name.lower(): value for name, value in answers[-1].headers.items()}
    assert 0 < int(refused["retry-after"]) <= 30
    assert refused["content-type"] == "application/problem+json"


@pytest.mark.parametrize(
    "change",
    [
        {"body": "abcde", "isBase64Encoded": True},
        {"body": 7},
        {"headers": {"x": None}},
        {"version": "1.0"},
        {"requestContext": {}},
    ],
    ids="-".join,
)
def test_what_is_no_request_is_refused_and_no_error_of_the_function(
    deployed: Deployed, change: dict[str, Any]
) -> None:
    answer = deployed.module.handler({**EVENT, **change})

    assert answer["statusCode"] == 400
    assert json.loads(answer["body"])["detail"].startswith("expected")


@pytest.mark.parametrize("event", [{}, [], None, "hello", {"Records": []}])
def test_an_event_of_another_kind_is_refused_and_no_error_of_the_function(
    deployed: Deployed, event: object
) -> None:
    assert deployed.module.handler(event)["statusCode"] == 400
