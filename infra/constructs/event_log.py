"""The table in which interviews are kept: one event per item, and beside them what is written once."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.operations import Surface
from infra.environments import Environment

BY_OWNER: Final = "by_owner"
BY_DATE: Final = "by_date"
_RECOVERY_DAYS: Final = 7


class EventLog(Construct):
    """One table, as `runtime/aws/store.py` reads it: `pk`, `sk`, `expires_at`, and headers by owner and by date.

    Pay per request, because interviews come in bursts. Point-in-time recovery goes back seven days and no further:
    it is also how long deleted words survive.
    """

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, surface: Surface, key: kms.IKey | None
    ) -> None:
        super().__init__(scope, id)
        string = dynamodb.AttributeType.STRING
        created = dynamodb.Attribute(name="created", type=string)
        self.table = dynamodb.TableV2(
            self,
            "Table",
            table_name=environment.named("events"),
            partition_key=dynamodb.Attribute(name="pk", type=string),
            sort_key=dynamodb.Attribute(name="sk", type=string),
            time_to_live_attribute="expires_at",
            global_secondary_indexes=[
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=BY_OWNER,
                    partition_key=dynamodb.Attribute(name="owner", type=string),
                    sort_key=created,
                ),
                dynamodb.GlobalSecondaryIndexPropsV2(
                    index_name=BY_DATE,
                    partition_key=dynamodb.Attribute(name="listing", type=string),
                    sort_key=created,
                ),
            ],
            billing=dynamodb.Billing.on_demand(),
            encryption=(
                dynamodb.TableEncryptionV2.customer_managed_key(key)
                if key
                else dynamodb.TableEncryptionV2.aws_managed_key()
            ),
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True, recovery_period_in_days=_RECOVERY_DAYS
            ),
            deletion_protection=environment.production,
            removal_policy=cdk.RemovalPolicy.RETAIN if environment.production else cdk.RemovalPolicy.DESTROY,
        )
        surface.alarm(
            "throttles",
            metric=_throttles(self.table),
            threshold=0,
            evaluation_periods=2,
            datapoints=2,
            runbook="store-throttles",
        )


def _throttles(table: dynamodb.TableV2) -> cloudwatch.MathExpression:
    """Reads and writes that DynamoDB put off, of the table and of its indexes.

    By table and not by operation: every operation is in it, and single items of a batch as well. A series begins with
    its first throttle; SUM leaves out those that are not there, where a plus would make the whole sum missing.
    """
    period = cdk.Duration.minutes(5)
    refused = {
        f"{kind.lower()}{number}": cloudwatch.Metric(
            namespace="AWS/DynamoDB",
            metric_name=f"{kind}ThrottleEvents",
            dimensions_map={"TableName": table.table_name}
            | ({"GlobalSecondaryIndexName": index} if index else {}),
            statistic="Sum",
            period=period,
        )
        for kind in ("Read", "Write")
        for number, index in enumerate((None, BY_OWNER, BY_DATE))
    }
    return cloudwatch.MathExpression(
        expression=f"SUM([{', '.join(f'FILL({name}, 0)' for name in refused)}])",
        using_metrics=dict(refused),
        period=period,
        label="Throttled reads and writes",
    )
