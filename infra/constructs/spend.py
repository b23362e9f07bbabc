"""What an environment may cost in a month, and who hears of it."""

from __future__ import annotations

from aws_cdk import aws_budgets as budgets
from aws_cdk import aws_sns as sns
from constructs import Construct

from infra.environments import Environment


class Spend(Construct):
    """A monthly budget over everything that carries the environment's tag; it tells the operators, and stops nothing.

    Tokens are watched apart and sooner (`ModelUse`): bills are a day late. AWS counts by a tag only once it was
    activated for cost allocation, by hand and in the organisation's paying account.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, topic: sns.ITopic) -> None:
        super().__init__(scope, id)
        operators = budgets.CfnBudget.SubscriberProperty(subscription_type="SNS", address=topic.topic_arn)

        def told(kind: str, per_cent: int) -> budgets.CfnBudget.NotificationWithSubscribersProperty:
            return budgets.CfnBudget.NotificationWithSubscribersProperty(
                notification=budgets.CfnBudget.NotificationProperty(
                    notification_type=kind,
                    comparison_operator="GREATER_THAN",
                    threshold=per_cent,
                    threshold_type="PERCENTAGE",
                ),
                subscribers=[operators],
            )

        budgets.CfnBudget(
            self,
            "Budget",
            budget=budgets.CfnBudget.BudgetDataProperty(
                budget_name=environment.named("monthly"),
                budget_type="COST",
                time_unit="MONTHLY",
                budget_limit=budgets.CfnBudget.SpendProperty(
                    amount=environment.monthly_budget_usd, unit="USD"
                ),
                cost_filters={"TagKeyValue": [f"user:environment${environment.name}"]},
            ),
            notifications_with_subscribers=[
                told("FORECASTED", 100),
                told("ACTUAL", 80),
                told("ACTUAL", 100),
            ],
            resource_tags=[
                budgets.CfnBudget.ResourceTagProperty(key="application", value="prepai"),
                budgets.CfnBudget.ResourceTagProperty(key="environment", value=environment.name),
            ],
        )
