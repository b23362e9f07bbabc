"""Bringing the knowledge base up to date: one ingestion job at a time, and no change forgotten."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from types_boto3_bedrock_agent.client import AgentsforBedrockClient

_log = logging.getLogger(__name__)

_RUNNING: Final = frozenset({"STARTING", "IN_PROGRESS", "STOPPING"})
# Somebody else's job came in between (Conflict), or too many in this account are under way: later, then.
_LATER: Final = frozenset({"ConflictException", "ServiceQuotaExceededException", "ThrottlingException"})


class IngestionBusyError(Exception):
    """A job is under way that may have read the documents before they changed: ask again later."""


def ingest(client: AgentsforBedrockClient, *, knowledge_base_id: str, data_source_id: str) -> str:
    """Start an ingestion job over the whole data source; its id. Raises `IngestionBusyError`."""
    newest = client.list_ingestion_jobs(
        knowledgeBaseId=knowledge_base_id,
        dataSourceId=data_source_id,
        sortBy={"attribute": "STARTED_AT", "order": "DESCENDING"},
        maxResults=5,
    )["ingestionJobSummaries"]
    for job in newest:
        if job["status"] in _RUNNING:
            raise IngestionBusyError(f"ingestion job {job['ingestionJobId']} is {job['status']}")
    try:
        started = client.start_ingestion_job(knowledgeBaseId=knowledge_base_id, dataSourceId=data_source_id)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _LATER:
            raise
        raise IngestionBusyError(f"no job could be started: {error.response['Error']['Code']}") from None
    job_id = started["ingestionJob"]["ingestionJobId"]
    _log.info("started ingestion job %s", job_id)
    return job_id
