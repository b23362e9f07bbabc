"""Whom an environment tells when something is wrong, and how: alarms, grouped by the surface that people see failing.

Every alarm names its line of the runbook. A surface's composite alarm is what notifies, so that one cause which trips
five alarms wakes somebody once.
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
import jsii
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from constructs import Construct

from infra import RUNBOOK
from infra.environments import Environment


class Operators(Construct):
    """The topic through which an environment reaches its operators."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(scope, id)
        # Alarms carry names and numbers, never a candidate's data, so the topic needs no key of its own.
        self.topic = sns.Topic(self, "Topic", topic_name=environment.named("operators"), enforce_ssl=True)
        # CloudWatch and Budgets publish in this account's name; nobody else may.
        for service in ("cloudwatch.amazonaws.com", "budgets.amazonaws.com"):
            self.topic.add_to_resource_policy(
                iam.PolicyStatement(
                    actions=["sns:Publish"],
                    principals=[iam.ServicePrincipal(service)],
                    resources=[self.topic.topic_arn],
                    conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
                )
            )
        if environment.alarm_email:
            self.topic.add_subscription(subscriptions.EmailSubscription(environment.alarm_email))


class Surface(Construct):
    """The alarms of one surface (the API, the voice, a tool ...) and the one that notifies."""

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, name: str, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, id)
        self._environment = environment
        self._name = name
        self._alarms: list[cloudwatch.Alarm] = []
        cloudwatch.CfnCompositeAlarm(
            self,
            "Composite",
            alarm_name=self.composite_name,
            alarm_description=f"{RUNBOOK}#{name}",
            # Which alarms there are is known when all constructs have added theirs.
            alarm_rule=cdk.Lazy.string(_AnyOf(self._alarms)),
            alarm_actions=[topic.topic_arn],
            ok_actions=[topic.topic_arn],
        )

    @property
    def composite_name(self) -> str:
        """The name of the alarm that notifies."""
        return self._environment.named(self._name)

    @property
    def alarms(self) -> tuple[cloudwatch.Alarm, ...]:
        return tuple(self._alarms)

    def alarm(
        self,
        name: str,
        *,
        metric: cloudwatch.IMetric,
        threshold: float,
        runbook: str,
        evaluation_periods: int = 1,
        datapoints: int | None = None,
        comparison: cloudwatch.ComparisonOperator = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
        missing: cloudwatch.TreatMissingData = cloudwatch.TreatMissingData.NOT_BREACHING,
    ) -> cloudwatch.Alarm:
        """An alarm of this surface, `prepai-<environment>-<surface>-<name>`.

        runbook: the anchor of its line in `docs/operations.md`, which a test looks for.
        datapoints: how many of the evaluation periods must be over; all of them unless given.
        """
        alarm = cloudwatch.Alarm(
            self,
            name,
            alarm_name=self._environment.named(f"{self._name}-{name}"),
            alarm_description=f"{RUNBOOK}#{runbook}",
            metric=metric,
            threshold=threshold,
            comparison_operator=comparison,
            evaluation_periods=evaluation_periods,
            datapoints_to_alarm=datapoints or evaluation_periods,
            treat_missing_data=missing,
        )
        self._alarms.append(alarm)
        return alarm


@jsii.implements(cdk.IStableStringProducer)
class _AnyOf:
    """The rule of a composite alarm over a list that still grows."""

    def __init__(self, alarms: Sequence[cloudwatch.Alarm]) -> None:
        self._alarms = alarms

    def produce(self) -> str:
        return " OR ".join(f'ALARM("{alarm.alarm_arn}")' for alarm in self._alarms)
