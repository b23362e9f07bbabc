"""From a changed document to a changed index: one job at a time, and an alarm when the index stays behind."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_event_sources as event_sources
from aws_cdk import aws_logs as logs
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.bundling import Deployable
from infra.constructs.function import Function
from infra.constructs.knowledge_base import KnowledgeBase
from infra.constructs.log import log_group
from infra.constructs.operations import Surface
from infra.environments import Environment
from runtime.settings import KnowledgeIngestionSettings

DEPLOYABLE: Final = Deployable(entry="lambdas.knowledge_ingestion.handler", lock="knowledge-ingestion")

_NAMESPACE: Final = "PrepAI/Knowledge"
# SQS takes messages of the same text for one during five minutes. Delayed for longer than that, the one is read after
# everything that it stands for has happened, so a deployment of a hundred documents is one job and none is missed.
_DELAY: Final = cdk.Duration.minutes(6)
_TIMEOUT: Final = cdk.Duration.seconds(60)
# AWS advises six times the function's timeout. It is also how long a change waits that met a running job.
_VISIBILITY: Final = cdk.Duration.seconds(6 * _TIMEOUT.to_seconds())
# With the above: an hour, in which every job of this size has long ended.
_ATTEMPTS: Final = 10
# S3 events can be lost, and are for some minutes after a bucket was made: what they missed is found within the hour.
# A job over documents that have not changed embeds nothing and costs nothing.
_AT_LEAST: Final = cdk.Duration.hours(1)
_STALE_HOURS: Final = 3
_CHANGED: Final = {"documents": "changed"}
_QUEUE_DAYS: Final = 14


class KnowledgeIngestion(Construct):
    """S3 and a clock -> EventBridge -> a FIFO queue -> the function that starts a job.

    FIFO, because Bedrock runs one job per data source: messages of one group come one after the other, where a standard
    queue's poller knows no fewer than two at once, and a reserved concurrency of one would throttle it until messages
    die unread (and cannot be had in a new account, whose ten are all unreserved by decree).
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        surface: Surface,
        knowledge_base: KnowledgeBase,
    ) -> None:
        super().__init__(scope, id)
        self.function = Function(
            self,
            "Function",
            environment=environment,
            surface=surface,
            name="knowledge-ingestion",
            description="Starts an ingestion job when documents have changed",
            deployable=DEPLOYABLE,
            settings=KnowledgeIngestionSettings,
            variables={
                "KNOWLEDGE_BASE_ID": knowledge_base.knowledge_base_id,
                "DATA_SOURCE_ID": knowledge_base.data_source_id,
            },
            # It makes two calls; less memory would only make them later.
            memory_mb=256,
            timeout=_TIMEOUT,
        )
        self.function.allow("bedrock:ListIngestionJobs", "bedrock:StartIngestionJob", on=[knowledge_base.arn])
        dead = self._queue("DeadLetters", name=environment.named("knowledge-dead.fifo"))
        queue = self._queue(
            "Queue",
            name=environment.named("knowledge.fifo"),
            delay=_DELAY,
            visibility=_VISIBILITY,
            dead=sqs.DeadLetterQueue(queue=dead, max_receive_count=_ATTEMPTS),
        )
        self.function.alias.add_event_source(
            event_sources.SqsEventSource(queue, batch_size=10, report_batch_item_failures=True)
        )
        rules = self._rules(environment, knowledge_base, queue)
        self._alarms(environment, surface, knowledge_base, dead, rules)
        self.queue, self.dead_letters = queue, dead
        # What must be there before the first document, for somebody to hear of it.
        self.listens: tuple[Construct, ...] = (queue, *rules)

    def _queue(
        self,
        id: str,
        *,
        name: str,
        delay: cdk.Duration | None = None,
        visibility: cdk.Duration | None = None,
        dead: sqs.DeadLetterQueue | None = None,
    ) -> sqs.Queue:
        return sqs.Queue(
            self,
            id,
            queue_name=name,
            fifo=True,
            content_based_deduplication=True,
            # Messages say that something changed, and not what: no key of their own.
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(_QUEUE_DAYS),
            delivery_delay=delay,
            visibility_timeout=visibility,
            dead_letter_queue=dead,
        )

    def _rules(
        self, environment: Environment, knowledge_base: KnowledgeBase, queue: sqs.Queue
    ) -> list[events.Rule]:
        target = targets.SqsQueue(
            queue,
            message_group_id="documents",
            # The same text for every change, so that many are one; and no name of a document in a queue.
            message=events.RuleTargetInput.from_object(_CHANGED),
        )
        changed = events.Rule(
            self,
            "Changed",
            rule_name=environment.named("knowledge-changed"),
            description="A document of the knowledge base was written or removed",
            event_pattern=events.EventPattern(
                source=["aws.s3"],
                detail_type=["Object Created", "Object Deleted"],
                detail={"bucket": {"name": [knowledge_base.bucket.bucket_name]}},
            ),
            targets=[target],
        )
        clock = events.Rule(
            self,
            "Clock",
            rule_name=environment.named("knowledge-clock"),
            description="Documents are looked at whether or not a change was heard of",
            schedule=events.Schedule.rate(_AT_LEAST),
            targets=[target],
        )
        return [changed, clock]

    def _alarms(
        self,
        environment: Environment,
        surface: Surface,
        knowledge_base: KnowledgeBase,
        dead: sqs.Queue,
        rules: list[events.Rule],
    ) -> None:
        completed, failed = _watch(self, environment, knowledge_base)
        _, clock = rules
        surface.alarm(
            "stale",
            metric=_completed_when_asked(completed, clock),
            threshold=1,
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            evaluation_periods=_STALE_HOURS,
            runbook="knowledge-stale",
        )
        surface.alarm("failed", metric=failed, threshold=0, runbook="knowledge-failed")
        surface.alarm(
            "dead-letters",
            metric=dead.metric_approximate_number_of_messages_visible(
                period=cdk.Duration.minutes(5), statistic="Maximum"
            ),
            threshold=0,
            runbook="knowledge-dead-letters",
        )
        for name, rule in zip(("changed", "clock"), rules, strict=True):
            surface.alarm(
                f"{name}-undelivered",
                metric=cloudwatch.Metric(
                    namespace="AWS/Events",
                    metric_name="FailedInvocations",
                    dimensions_map={"RuleName": rule.rule_name},
                    statistic="Sum",
                    period=cdk.Duration.minutes(5),
                ),
                threshold=0,
                runbook="knowledge-undelivered",
            )


def _completed_when_asked(completed: cloudwatch.Metric, clock: events.Rule) -> cloudwatch.MathExpression:
    """Jobs that completed, 0 where none did although the clock has struck, and nothing before it first did.

    Taken by itself, the metric is as silent in the first hours of an environment as where nothing works any more. SUM
    leaves out what is not there.
    """
    period = cdk.Duration.hours(1)
    return cloudwatch.MathExpression(
        expression="SUM([0 * struck, completed])",
        using_metrics={
            "completed": completed,
            "struck": cloudwatch.Metric(
                namespace="AWS/Events",
                metric_name="Invocations",
                dimensions_map={"RuleName": clock.rule_name},
                statistic="Sum",
                period=period,
            ),
        },
        period=period,
        label="Jobs that completed",
    )


def _watch(
    scope: Construct, environment: Environment, knowledge_base: KnowledgeBase
) -> tuple[cloudwatch.Metric, cloudwatch.Metric]:
    """How many jobs have completed, and how many have not or have left documents out.

    Bedrock has no metric of ingestion, only a log of it: names of documents and counts, no texts.
    """
    # Below this prefix CloudWatch lets log delivery write by a policy of its own, of which an account has few.
    log = log_group(
        scope,
        "Log",
        environment=environment,
        name=f"/aws/vendedlogs/bedrock/{environment.named('knowledge')}",
    )
    name = environment.named("knowledge-jobs")
    source = logs.CfnDeliverySource(
        scope, "LogSource", name=name, log_type="APPLICATION_LOGS", resource_arn=knowledge_base.arn
    )
    destination = logs.CfnDeliveryDestination(
        scope, "LogDestination", name=name, destination_resource_arn=log.log_group_arn
    )
    delivery = logs.CfnDelivery(
        scope, "LogDelivery", delivery_source_name=name, delivery_destination_arn=destination.attr_arn
    )
    delivery.node.add_dependency(source)
    status = '($.event_type = "StartIngestionJob.StatusChanged")'
    patterns = {
        "IngestionsCompleted": '($.event.ingestion_job_status = "COMPLETE")',
        "IngestionsFailed": (
            '(($.event.ingestion_job_status = "FAILED") || ($.event.ingestion_job_status = "STOPPED")'
            " || ($.event.resource_statistics.number_of_resources_failed > 0))"
        ),
    }
    for metric, pattern in patterns.items():
        logs.MetricFilter(
            scope,
            metric,
            log_group=log,
            filter_pattern=logs.FilterPattern.literal(f"{{ {status} && {pattern} }}"),
            metric_namespace=_NAMESPACE,
            metric_name=metric,
            metric_value="1",
            # Keeps environments of one account apart.
            dimensions={"KnowledgeBase": "$.event.knowledge_base_arn"},
        )
    completed, failed = (
        cloudwatch.Metric(
            namespace=_NAMESPACE,
            metric_name=metric,
            dimensions_map={"KnowledgeBase": knowledge_base.arn},
            statistic="Sum",
            period=cdk.Duration.hours(1),
        )
        for metric in patterns
    )
    return completed, failed
