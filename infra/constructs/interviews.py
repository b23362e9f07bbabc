"""Whether interviews go well: alarms on what the platform itself counts and measures."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from infra.constructs.metrics import CODE_EXECUTOR, VOICE, total, written
from infra.constructs.operations import Surface
from infra.environments import Environment

SANDBOX_ENDINGS = ("SandboxMemoryKills", "SandboxOutputKills", "SandboxCrashes", "SandboxTimeouts")
"""How candidates' code is stopped. Each happens in any honest interview; only their share says something."""


class Interviews(Construct):
    """Alarms that no service's own metric would raise: all answers are 200, and yet nobody finishes an interview."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, surface: Surface) -> None:
        super().__init__(scope, id)
        self._environment = environment
        surface.alarm(
            "completion",
            # Six hours, because an interview ends up to two after it began; a window of one would alarm every morning.
            metric=self.completed_per_cent(period=cdk.Duration.hours(6)),
            threshold=50,
            comparison=cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD,
            runbook="interviews-not-completed",
        )
        surface.alarm(
            "turn-latency",
            metric=self.turn_time(period=cdk.Duration.minutes(5)),
            # Milliseconds; the product's own target for all of a turn is two seconds at p95.
            threshold=4_000,
            evaluation_periods=3,
            runbook="turn-latency",
        )
        surface.alarm(
            "reports",
            metric=total(environment, "ReportsFailed", label="Reports that failed"),
            threshold=0,
            evaluation_periods=3,
            datapoints=2,
            runbook="reports-failing",
        )
        surface.alarm(
            "tools",
            metric=total(environment, "ToolErrors", label="Tools that did not answer"),
            threshold=2,
            evaluation_periods=3,
            datapoints=2,
            runbook="tools-failing",
        )
        surface.alarm(
            "sandbox-kills",
            metric=self.sandbox_kills_per_cent(period=cdk.Duration.minutes(15)),
            threshold=50,
            evaluation_periods=2,
            runbook="sandbox-kills",
        )
        surface.alarm(
            "sandbox-failures",
            metric=total(
                environment,
                "SandboxFailures",
                "SandboxRefusals",
                services=(CODE_EXECUTOR,),
                label="Runs that the sandbox could not hold",
            ),
            threshold=0,
            evaluation_periods=2,
            datapoints=1,
            runbook="sandbox-failures",
        )

    def completed_per_cent(self, *, period: cdk.Duration) -> cloudwatch.MathExpression:
        """Completed among started interviews; 100 while fewer than five were started, which say nothing."""
        started = total(self._environment, "InterviewsStarted", period=period, label="Started")
        completed = total(self._environment, "InterviewsCompleted", period=period, label="Completed")
        return cloudwatch.MathExpression(
            expression="IF(started < 5, 100, 100 * FILL(completed, 0) / started)",
            using_metrics={"started": started, "completed": completed},
            period=period,
            label="Completed, per cent of started",
        )

    def turn_time(self, *, period: cdk.Duration) -> cloudwatch.Metric:
        """From the end of an answer to the first sound of what follows, at p95, in milliseconds."""
        return written(self._environment, "TurnTime", service=VOICE, statistic="p95", period=period)

    def sandbox_kills_per_cent(self, *, period: cdk.Duration) -> cloudwatch.MathExpression:
        """Stopped among run programs; 0 while fewer than ten were run."""
        return cloudwatch.MathExpression(
            expression="IF(runs < 10, 0, 100 * FILL(stopped, 0) / runs)",
            using_metrics={
                "runs": written(self._environment, "SandboxRuns", service=CODE_EXECUTOR, period=period),
                "stopped": total(
                    self._environment,
                    *SANDBOX_ENDINGS,
                    services=(CODE_EXECUTOR,),
                    period=period,
                    label="Stopped",
                ),
            },
            period=period,
            label="Stopped, per cent of runs",
        )
