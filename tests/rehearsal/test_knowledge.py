"""A document that is put down reaches the knowledge base: bucket, rule, queue, function, job."""

from __future__ import annotations

import time
from typing import Any, Final

from tests.rehearsal.conftest import Deployment

_WITHIN_S: Final = 60


def test_the_bank_is_in_the_documents_bucket(deployment: Deployment) -> None:
    keys = deployment.cloud.client("s3").list_objects_v2(Bucket=_bucket(deployment))

    assert keys["KeyCount"] > 50
    assert all(item["Key"].startswith("bank/") for item in keys["Contents"])


def test_a_document_that_is_put_down_can_be_found(deployment: Deployment) -> None:
    cloud = deployment.cloud
    base, source = _source(deployment)["ref"].split("|")
    sqs = cloud.client("sqs")
    queue = next(url for url in sqs.list_queues()["QueueUrls"] if url.endswith("prepai-dev-knowledge.fifo"))
    # Six minutes pass between a change and its job, in which AWS makes one of many; the emulator keeps them all.
    sqs.purge_queue(QueueUrl=queue)
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"DelaySeconds": "0"})
    agent = cloud.client("bedrock-agent")

    cloud.client("s3").put_object(
        Bucket=_bucket(deployment), Key="company/role.md", Body=b"We build zeppelins for the mail."
    )

    jobs: list[Any] = []
    until = time.monotonic() + _WITHIN_S
    while not jobs and time.monotonic() < until:
        time.sleep(0.5)
        jobs = agent.list_ingestion_jobs(knowledgeBaseId=base, dataSourceId=source)["ingestionJobSummaries"]
    assert [job["status"] for job in jobs] == ["COMPLETE"]
    found = cloud.client("bedrock-agent-runtime").retrieve(
        knowledgeBaseId=base, retrievalQuery={"text": "zeppelins"}
    )["retrievalResults"]
    assert found[0]["location"]["s3Location"]["uri"].endswith("company/role.md")


def _source(deployment: Deployment) -> dict[str, Any]:
    (source,) = deployment.cloud.accepted("AWS::Bedrock::DataSource")
    return source


def _bucket(deployment: Deployment) -> str:
    arn: str = _source(deployment)["properties"]["DataSourceConfiguration"]["S3Configuration"]["BucketArn"]
    return arn.rpartition(":")[2]
