"""A log group that forgets: CloudWatch keeps logs for ever unless told otherwise."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.environments import Environment

_RETENTION: Final = {
    1: logs.RetentionDays.ONE_DAY,
    3: logs.RetentionDays.THREE_DAYS,
    5: logs.RetentionDays.FIVE_DAYS,
    7: logs.RetentionDays.ONE_WEEK,
    14: logs.RetentionDays.TWO_WEEKS,
    30: logs.RetentionDays.ONE_MONTH,
    60: logs.RetentionDays.TWO_MONTHS,
    90: logs.RetentionDays.THREE_MONTHS,
    120: logs.RetentionDays.FOUR_MONTHS,
    150: logs.RetentionDays.FIVE_MONTHS,
    180: logs.RetentionDays.SIX_MONTHS,
    365: logs.RetentionDays.ONE_YEAR,
}


def log_group(scope: Construct, id: str, *, environment: Environment, name: str) -> logs.LogGroup:
    """The log group `name`, kept for the environment's `log_retention_days` and removed with its stack.

    Logs hold ids and kinds, no words of a candidate, so they need no key of their own and nothing retains them.
    """
    return logs.LogGroup(
        scope,
        id,
        log_group_name=name,
        retention=_RETENTION[environment.log_retention_days],
        removal_policy=cdk.RemovalPolicy.DESTROY,
    )
