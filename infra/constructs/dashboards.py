"""Two dashboards of an environment: what people get out of it, and how its parts are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra import RUNBOOK
from infra.constructs.function import ALIAS
from infra.constructs.interviews import SANDBOX_ENDINGS, Interviews
from infra.constructs.metrics import CODE_EXECUTOR, PLATFORM, VOICE, total, written
from infra.constructs.model_use import ModelUse
from infra.constructs.operations import Surface
from infra.constructs.rest_api import RestApi
from infra.constructs.voice_runtime import VoiceRuntime
from infra.environments import Environment

FUNCTIONS: Final = (
    "api",
    "code-executor",
    "cv-analyzer",
    "performance-evaluator",
    "knowledge-ingestion",
)
_MINUTES: Final = cdk.Duration.minutes(5)
_HOUR: Final = cdk.Duration.hours(1)
_DAY: Final = cdk.Duration.days(1)
_WIDTH: Final = 24


class BusinessDashboard(Construct):
    """`prepai-<environment>-business`: interviews, reports, code, spoken turns, tokens. Numbers only, of nobody."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        interviews: Interviews,
        model: ModelUse,
    ) -> None:
        super().__init__(scope, id)
        board = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=environment.named("business"),
            default_interval=cdk.Duration.days(14),
        )

        def counted(name: str, label: str, period: cdk.Duration = _DAY) -> cloudwatch.MathExpression:
            return total(environment, name, period=period, label=label)

        board.add_widgets(
            cloudwatch.SingleValueWidget(
                title="A day",
                metrics=[
                    counted("InterviewsCreated", "Created"),
                    counted("InterviewsStarted", "Started"),
                    counted("InterviewsCompleted", "Completed"),
                    counted("ReportsMade", "Reports"),
                    counted("CvsRead", "CVs"),
                    counted("CodeRuns", "Code runs"),
                ],
                width=_WIDTH,
                height=4,
            )
        )
        board.add_widgets(
            _graph(
                "Interviews",
                [
                    counted("InterviewsStarted", "Started", _HOUR),
                    counted("InterviewsCompleted", "Completed", _HOUR),
                ],
            ),
            _graph(
                "Completed, per cent of started",
                [interviews.completed_per_cent(period=cdk.Duration.hours(6))],
            ),
            _graph(
                "Reports",
                [
                    counted("ReportsMade", "Made", _HOUR),
                    counted("ReportsFailed", "Failed", _HOUR),
                ],
            ),
        )
        board.add_widgets(
            _graph(
                "How long interviews last, ms",
                [
                    written(
                        environment,
                        "InterviewTime",
                        service=service,
                        statistic="p50",
                        period=_HOUR,
                        label=f"Ended by the {service}, p50",
                    )
                    for service in PLATFORM
                ],
            ),
            _graph(
                "Code against its tests",
                [
                    counted("CodeRunsPassed", "All passed", _HOUR),
                    counted("CodeRunsFailed", "Some failed", _HOUR),
                ],
            ),
            _graph(
                "CVs",
                [
                    counted("CvsRead", "Read", _HOUR),
                    counted("CvsWithoutText", "Of these without text", _HOUR),
                ],
            ),
        )
        board.add_widgets(
            _graph(
                "Programs, and how they were stopped",
                [
                    written(environment, name, service=CODE_EXECUTOR, period=_HOUR)
                    for name in ("SandboxRuns", *SANDBOX_ENDINGS)
                ],
            ),
            _graph("What a spoken turn waits, ms", [interviews.turn_time(period=_HOUR)]),
            _graph("Tokens of the model, all of the account's", [model.tokens(period=_HOUR)]),
        )


class ServiceDashboard(Construct):
    """`prepai-<environment>-service`: alarms first, then rate, faults, times and refusals of each surface.

    queues: names of the queues whose age matters. components: names of the speech engines' inference components.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        surfaces: Sequence[Surface],
        api: RestApi,
        voice: VoiceRuntime,
        model: ModelUse,
        queues: Sequence[str],
        components: Sequence[str],
    ) -> None:
        super().__init__(scope, id)
        board = cloudwatch.Dashboard(
            self,
            "Dashboard",
            dashboard_name=environment.named("service"),
            default_interval=cdk.Duration.hours(12),
        )
        board.add_widgets(
            cloudwatch.TextWidget(
                markdown=f"What each alarm means and what to do first: `{RUNBOOK}`.", width=_WIDTH, height=1
            )
        )
        board.add_widgets(
            cloudwatch.AlarmStatusWidget(
                title="Surfaces",
                alarms=[self._composite(surface, number) for number, surface in enumerate(surfaces)],
                width=_WIDTH,
                height=3,
            )
        )
        http = api.api
        board.add_widgets(
            _graph(
                "API: requests and refusals",
                [
                    http.metric_count(period=_MINUTES, statistic="Sum", label="Requests"),
                    http.metric_client_error(
                        period=_MINUTES, statistic="Sum", label="Refused (4xx, 429 among them)"
                    ),
                    http.metric_server_error(period=_MINUTES, statistic="Sum", label="Faults (5xx)"),
                ],
            ),
            _graph(
                "API: time, ms",
                [
                    http.metric_latency(period=_MINUTES, statistic="p50", label="p50"),
                    http.metric_latency(period=_MINUTES, statistic="p95", label="p95"),
                ],
            ),
            _graph(
                "Store: refused for lack of room, ms of a query",
                [
                    _aws("DynamoDB", "ReadThrottleEvents", {"TableName": environment.named("events")}),
                    _aws("DynamoDB", "WriteThrottleEvents", {"TableName": environment.named("events")}),
                    _aws(
                        "DynamoDB",
                        "SuccessfulRequestLatency",
                        {"TableName": environment.named("events"), "Operation": "Query"},
                        statistic="Average",
                    ),
                ],
            ),
        )
        board.add_widgets(
            _graph(
                "Voice: sockets and sessions",
                [voice.metric("Invocations"), voice.metric("SessionCount")],
            ),
            _graph(
                "Voice: faults and refusals",
                [voice.metric("SystemErrors"), voice.metric("UserErrors"), voice.metric("Throttles")],
            ),
            _graph(
                "Voice: recognition and first sound, ms",
                [
                    written(
                        environment, name, service=VOICE, statistic=statistic, label=f"{name} {statistic}"
                    )
                    for name in ("RecognitionTime", "FirstSoundTime", "TurnTime")
                    for statistic in ("p50", "p95")
                ],
            ),
        )
        board.add_widgets(
            *(
                _graph(
                    f"Functions: {title}",
                    [_lambda(environment, name, metric, statistic) for name in FUNCTIONS],
                )
                for title, metric, statistic in (
                    ("calls", "Invocations", "Sum"),
                    ("errors", "Errors", "Sum"),
                    ("throttles", "Throttles", "Sum"),
                    ("time p95, ms", "Duration", "p95"),
                )
            )
        )
        board.add_widgets(
            _graph(
                "Model: calls and refusals",
                [model.metric("Invocations"), model.throttles(), model.metric("InvocationServerErrors")],
            ),
            _graph(
                "Model: tokens a minute",
                [model.metric("EstimatedTPMQuotaUsage", statistic="Maximum", period=cdk.Duration.minutes(1))],
                limit=environment.model_tokens_per_minute,
            ),
            _graph(
                "Model: time, ms",
                [
                    model.metric("InvocationLatency", statistic="p50"),
                    model.metric("InvocationLatency", statistic="p95"),
                ],
            ),
        )
        last = []
        if queues:
            last.append(
                _graph(
                    "Queues: oldest message, s",
                    [
                        _aws(
                            "SQS",
                            "ApproximateAgeOfOldestMessage",
                            {"QueueName": queue},
                            statistic="Maximum",
                            label=queue,
                        )
                        for queue in queues
                    ],
                )
            )
        if components:
            last += [
                _graph(
                    f"Speech engines: {title}",
                    [
                        _aws(
                            "SageMaker",
                            metric,
                            {"InferenceComponentName": component},
                            statistic=statistic,
                            label=component,
                        )
                        for component in components
                    ],
                )
                for title, metric, statistic in (
                    ("time p95, microseconds", "ModelLatency", "p95"),
                    ("faults", "Invocation5XXErrors", "Sum"),
                )
            ]
        if last:
            board.add_widgets(*last)

    def _composite(self, surface: Surface, number: int) -> cloudwatch.IAlarm:
        # By name: an alarm of another stack would tie this one to its outputs.
        return cloudwatch.Alarm.from_alarm_arn(
            self,
            f"Surface{number}",
            cdk.Stack.of(self).format_arn(
                service="cloudwatch",
                resource="alarm",
                resource_name=surface.composite_name,
                arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
            ),
        )


def _graph(
    title: str, metrics: Sequence[cloudwatch.IMetric], *, limit: float | None = None
) -> cloudwatch.GraphWidget:
    return cloudwatch.GraphWidget(
        title=title,
        left=list(metrics),
        left_y_axis=cloudwatch.YAxisProps(min=0),
        left_annotations=[cloudwatch.HorizontalAnnotation(value=limit, label="limit")] if limit else None,
        width=8,
        height=6,
    )


def _aws(
    service: str,
    metric: str,
    dimensions: Mapping[str, str],
    *,
    statistic: str = "Sum",
    label: str | None = None,
) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace=f"AWS/{service}",
        metric_name=metric,
        dimensions_map=dict(dimensions),
        statistic=statistic,
        period=_MINUTES,
        label=label or metric,
    )


def _lambda(environment: Environment, name: str, metric: str, statistic: str) -> cloudwatch.Metric:
    function = environment.named(name)
    return _aws(
        "Lambda",
        metric,
        {"FunctionName": function, "Resource": f"{function}:{ALIAS}"},
        statistic=statistic,
        label=name,
    )
