"""How much of Bedrock is used and what it refuses: throttles, the quota a minute, the limit of tokens a day."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.operations import Surface
from infra.environments import Environment

_QUOTA_SHARE: Final = 0.8
"""Of the quota an alarm speaks this early: Service Quotas takes days to grant more."""


class ModelUse(Construct):
    """The metrics of the environment's model, which Bedrock counts by account: environments that share one add up.

    Bedrock counts a call under the profile it came through, and an agent's calls to its model the same; what it refuses
    of the agent itself, it counts under the agent's operation.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, surface: Surface) -> None:
        super().__init__(scope, id)
        self._model = environment.model.profile_id
        self._has_agent = environment.interviewer == "bedrock_agent"
        surface.alarm(
            "throttles",
            metric=self.throttles(),
            threshold=0,
            evaluation_periods=3,
            datapoints=2,
            runbook="model-throttles",
        )
        surface.alarm(
            "quota",
            metric=self.metric("EstimatedTPMQuotaUsage", statistic="Maximum", period=cdk.Duration.minutes(1)),
            threshold=round(environment.model_tokens_per_minute * _QUOTA_SHARE),
            evaluation_periods=5,
            datapoints=3,
            runbook="model-quota",
        )
        surface.alarm(
            "tokens-a-day",
            metric=self.tokens(period=cdk.Duration.days(1)),
            threshold=environment.daily_token_limit,
            runbook="token-spend",
        )

    def metric(
        self, name: str, *, statistic: str = "Sum", period: cdk.Duration | None = None
    ) -> cloudwatch.Metric:
        """A metric that Bedrock writes of the model."""
        return cloudwatch.Metric(
            namespace="AWS/Bedrock",
            metric_name=name,
            dimensions_map={"ModelId": self._model},
            statistic=statistic,
            period=period or cdk.Duration.minutes(5),
            label=name,
        )

    def tokens(self, *, period: cdk.Duration) -> cloudwatch.MathExpression:
        """Tokens in and out."""
        return cloudwatch.MathExpression(
            expression="SUM([sent, received])",
            using_metrics={
                "sent": self.metric("InputTokenCount", period=period),
                "received": self.metric("OutputTokenCount", period=period),
            },
            period=period,
            label="Tokens",
        )

    def throttles(self) -> cloudwatch.MathExpression:
        """Calls that Bedrock refused for the quota's sake, those of the model and those of the agent."""
        period = cdk.Duration.minutes(5)
        refused: dict[str, cloudwatch.IMetric] = {"model": self.metric("InvocationThrottles", period=period)}
        if self._has_agent:
            for term, name in (
                ("agent", "InvocationThrottles"),
                ("agentModel", "ModelInvocationThrottles"),
            ):
                refused[term] = cloudwatch.Metric(
                    namespace="AWS/Bedrock/Agents",
                    metric_name=name,
                    dimensions_map={"Operation": "InvokeAgent"},
                    statistic="Sum",
                    period=period,
                )
        return cloudwatch.MathExpression(
            expression=f"SUM([{', '.join(refused)}])", using_metrics=refused, period=period, label="Throttled"
        )
