"""Knowledge ingestion: one job at a time, and a change that comes meanwhile is not forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from lambdas.knowledge_ingestion import handler as entry

EVENT = json.loads((Path(__file__).parents[1] / "events/sqs-documents-changed.json").read_text())
WHERE = {"knowledgeBaseId": "KB12345678", "dataSourceId": "DS12345678"}
NOW = datetime(2026, 6, 10, tzinfo=UTC)


@pytest.fixture
def bedrock(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stubber]:
    client = boto3.client(
        "bedrock-agent", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    monkeypatch.setattr(entry, "client", lambda _: client)
    monkeypatch.setenv("PREPAI_ENVIRONMENT", "test")
    monkeypatch.setenv("KNOWLEDGE_BASE_ID", WHERE["knowledgeBaseId"])
    monkeypatch.setenv("DATA_SOURCE_ID", WHERE["dataSourceId"])
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def job(status: str, number: int = 1) -> dict[str, Any]:
    return {
        **WHERE,
        "ingestionJobId": f"JOB000000{number}",
        "status": status,
        "startedAt": NOW,
        "updatedAt": NOW,
    }


def lists(bedrock: Stubber, *statuses: str) -> None:
    jobs = [job(status, number) for number, status in enumerate(statuses)]
    bedrock.add_response(
        "list_ingestion_jobs",
        {"ingestionJobSummaries": jobs},
        {**WHERE, "sortBy": {"attribute": "STARTED_AT", "order": "DESCENDING"}, "maxResults": 5},
    )


@pytest.mark.parametrize("before", [(), ("COMPLETE",), ("FAILED", "COMPLETE"), ("STOPPED",)])
def test_a_change_starts_one_job_for_the_whole_batch(bedrock: Stubber, before: tuple[str, ...]) -> None:
    lists(bedrock, *before)
    bedrock.add_response("start_ingestion_job", {"ingestionJob": job("STARTING")}, {**WHERE})

    assert entry.handler(EVENT) == {"batchItemFailures": []}


@pytest.mark.parametrize(
    "before", [("STARTING",), ("IN_PROGRESS",), ("STOPPING",), ("COMPLETE", "IN_PROGRESS")]
)
def test_while_a_job_runs_every_message_goes_back(bedrock: Stubber, before: tuple[str, ...]) -> None:
    lists(bedrock, *before)

    assert entry.handler(EVENT) == everything_again()


@pytest.mark.parametrize(
    "code", ["ConflictException", "ServiceQuotaExceededException", "ThrottlingException"]
)
def test_who_is_overtaken_by_another_job_comes_back(bedrock: Stubber, code: str) -> None:
    lists(bedrock)
    bedrock.add_client_error("start_ingestion_job", code)

    assert entry.handler(EVENT) == everything_again()


def test_any_other_refusal_fails_the_function_so_that_its_alarm_sees_it(bedrock: Stubber) -> None:
    lists(bedrock)
    bedrock.add_client_error("start_ingestion_job", "AccessDeniedException")

    with pytest.raises(ClientError):
        entry.handler(EVENT)


def everything_again() -> dict[str, Any]:
    return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in EVENT["Records"]]}
