"""Knowledge ingestion's entry in Lambda: changed documents, from a queue."""

from __future__ import annotations

from typing import Any

from runtime.aws.clients import client
from runtime.aws.ingestion import IngestionBusyError, ingest
from runtime.aws.telemetry import begin
from runtime.settings import KnowledgeIngestionSettings

telemetry = begin("knowledge-ingestion", KnowledgeIngestionSettings)


@telemetry.handler
def handler(event: dict[str, Any], context: object = None) -> dict[str, Any]:  # noqa: ARG001 - Lambda's signature
    """One job for a whole batch of changes; while another runs, every message goes back to the queue."""
    settings = KnowledgeIngestionSettings()
    try:
        ingest(
            client("bedrock-agent"),
            knowledge_base_id=settings.knowledge_base_id,
            data_source_id=settings.data_source_id,
        )
    except IngestionBusyError:
        telemetry.count("IngestionsPostponed")
        return {"batchItemFailures": [{"itemIdentifier": record["messageId"]} for record in event["Records"]]}
    telemetry.count("IngestionsStarted")
    return {"batchItemFailures": []}
