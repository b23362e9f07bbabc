"""What every process of the platform in AWS is put together from: the store, the tools, and the use cases over them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from runtime.aws.clients import client, when_used
from runtime.aws.counted import counted_store
from runtime.aws.store import DynamoStore
from runtime.aws.telemetry import Telemetry
from runtime.aws.tools import Function, LambdaCvAnalyzer, LambdaEvaluator, LambdaExecutor, LambdaPdfWriter
from runtime.aws.uploads import S3Uploads
from runtime.interview.store import Store
from runtime.knowledge import load_bank
from runtime.knowledge.phrases import load_phrases
from runtime.services.platform import Services, Tools
from runtime.settings import ApiSettings, VoiceSettings
from runtime.voice.tickets import Tickets


@dataclass(frozen=True, slots=True)
class Platform:
    """The use cases, and what stands under them. `functions`: the tools by the names that agents call them by."""

    store: Store
    services: Services
    tickets: Tickets
    functions: Mapping[str, Function]


def platform(settings: ApiSettings | VoiceSettings, telemetry: Telemetry) -> Platform:
    """The platform of one environment."""
    store = counted_store(
        DynamoStore(
            table=settings.event_table,
            bucket=settings.s3_bucket,
            retention_days=settings.candidate_data_days,
            dynamodb=when_used(lambda: client("dynamodb")),
            s3=when_used(lambda: client("s3")),
        ),
        telemetry.count,
        telemetry.measure,
    )

    def function(name: str) -> Function:
        return Function(name, client=when_used(lambda: client("lambda")), count=telemetry.count)

    functions = {
        "code_executor": function(settings.lambda_code_executor),
        "cv_analyzer": function(settings.lambda_cv_analyzer),
        "performance_evaluator": function(settings.lambda_performance_evaluator),
    }
    tools = Tools(
        code=LambdaExecutor(functions["code_executor"]),
        cv=LambdaCvAnalyzer(functions["cv_analyzer"]),
        evaluation=LambdaEvaluator(functions["performance_evaluator"]),
        pdf=LambdaPdfWriter(functions["performance_evaluator"]),
    )
    uploads = S3Uploads(bucket=settings.s3_bucket, client=when_used(lambda: client("s3")))
    services = Services.over(store, load_bank(), load_phrases(), tools, uploads)
    return Platform(store=store, services=services, tickets=Tickets(store), functions=functions)
