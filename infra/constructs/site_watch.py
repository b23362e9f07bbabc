"""What is known of the distribution's requests, and when somebody is told."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_logs as logs
from constructs import Construct

from infra.constructs.log import log_group
from infra.constructs.operations import Surface
from infra.environments import EDGE_REGION, Environment

# No query, which may carry an authorization code; no cookie and no referrer. An address is kept as long as the log is.
_FIELDS: Final = (
    "date",
    "time",
    "x-edge-location",
    "c-ip",
    "cs-method",
    "cs(Host)",
    "cs-uri-stem",
    "sc-status",
    "sc-bytes",
    "cs-bytes",
    "time-taken",
    "time-to-first-byte",
    "cs(User-Agent)",
    "cs-protocol",
    "cs-protocol-version",
    "ssl-protocol",
    "x-edge-result-type",
    "x-edge-detailed-result-type",
    "x-edge-request-id",
)


class SiteWatch(Construct):
    """The access log and the alarm of the distribution `distribution_id`.

    Both exist in `EDGE_REGION` alone, wherever the rest of the environment is.
    """

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, surface: Surface, distribution_id: str
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        if stack.region != EDGE_REGION:
            raise ValueError(
                f"expected a stack in {EDGE_REGION}, where CloudFront's logs and metrics are, got one in "
                f"{stack.region}; put it into WatchStack (infra/stacks/edge.py)"
            )
        name = environment.named("site")
        log = log_group(
            self,
            "Log",
            environment=environment,
            # Under this prefix CloudWatch needs no resource policy, of which a region has ten.
            name=f"/aws/vendedlogs/cloudfront/{name}",
        )
        source = logs.CfnDeliverySource(
            self,
            "Source",
            name=name,
            log_type="ACCESS_LOGS",
            resource_arn=f"arn:{stack.partition}:cloudfront::{stack.account}:distribution/{distribution_id}",
        )
        destination = logs.CfnDeliveryDestination(
            self, "Destination", name=name, destination_resource_arn=log.log_group_arn, output_format="json"
        )
        delivery = logs.CfnDelivery(
            self,
            "Delivery",
            delivery_source_name=source.name,
            delivery_destination_arn=destination.attr_arn,
            record_fields=list(_FIELDS),
        )
        # It names its source by name, in which CloudFormation sees no dependency.
        delivery.add_resource_dependency(source)
        surface.alarm(
            "faults",
            metric=cloudwatch.Metric(
                namespace="AWS/CloudFront",
                metric_name="5xxErrorRate",
                dimensions_map={"DistributionId": distribution_id, "Region": "Global"},
                statistic="Average",
                period=cdk.Duration.minutes(5),
            ),
            # Per cent of all requests, the page's included; the API's own faults have an alarm of their own.
            threshold=5,
            evaluation_periods=3,
            datapoints=2,
            runbook="site-faults",
        )
