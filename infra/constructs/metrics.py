"""The product's own metrics, as processes write them into their logs, and how alarms and dashboards read them.

`runtime/aws/telemetry.py` gives each the dimensions environment and service. A test holds every name that is read here
against the code that writes it: an alarm on a metric that nobody writes would stay green for ever.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch

from infra.environments import Environment

NAMESPACE: Final = "PrepAI"
API: Final = "api"
VOICE: Final = "voice"
CODE_EXECUTOR: Final = "code-executor"
PLATFORM: Final = (API, VOICE)
"""The two services that append to interviews: what happens in one may have been asked for through the other."""

_PERIOD: Final = cdk.Duration.minutes(5)


def written(
    environment: Environment,
    name: str,
    *,
    service: str,
    statistic: str = "Sum",
    period: cdk.Duration = _PERIOD,
    label: str | None = None,
) -> cloudwatch.Metric:
    """The metric `name` that a service writes."""
    return cloudwatch.Metric(
        namespace=NAMESPACE,
        metric_name=name,
        dimensions_map={"environment": environment.name, "service": service},
        statistic=statistic,
        period=period,
        label=label or name,
    )


def total(
    environment: Environment,
    *names: str,
    services: Sequence[str] = PLATFORM,
    period: cdk.Duration = _PERIOD,
    label: str,
) -> cloudwatch.MathExpression:
    """The sum of counters over services.

    SUM leaves out what is not there; a plus would make the whole sum missing where one service has written nothing yet.
    """
    terms = {
        f"{prefix}{name[:1].lower()}{name[1:]}": written(environment, name, service=service, period=period)
        for prefix, service in ((f"s{number}_", service) for number, service in enumerate(services))
        for name in names
    }
    return cloudwatch.MathExpression(
        expression=f"SUM([{', '.join(terms)}])",
        using_metrics=dict(terms),
        period=period,
        label=label,
    )
