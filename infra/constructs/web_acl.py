"""The firewall in front of the distribution: what no interview sends, and what no person's browser sends that often."""

from __future__ import annotations

import json
from typing import Final

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_wafv2 as waf
from constructs import Construct

from infra.constructs.log import log_group
from infra.constructs.operations import Surface
from infra.environments import EDGE_REGION, Environment

REQUESTS_PER_5_MINUTES: Final = 3_000
"""Of one address. A class behind one address is thirty people at twenty requests a minute each; a flood is more."""

# Bodies are CVs, answers and code, up to 4 MB: rules about them see attacks in what an interview is about. They are
# counted, not blocked; the API reads bodies by their schema, and runs code in a sandbox. Paths, queries and headers
# are held to every rule.
_COUNTED: Final = {
    "AWSManagedRulesCommonRuleSet": (
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "EC2MetaDataSSRF_BODY",
    ),
    "AWSManagedRulesKnownBadInputsRuleSet": (
        "Log4JRCE_BODY",
        "JavaDeserializationRCE_BODY",
        "ReactJSRCE_BODY",
    ),
}
# What opens something must not lie in a log.
_REDACTED: Final = ("authorization", "cookie")


class WebAcl(Construct):
    """AWS's rules against common attacks and known bad input, and a limit per address. A distribution takes its `arn`.

    It works in `EDGE_REGION` alone. What it blocks is logged without query, token and cookie; the rest is in the
    distribution's access log. `surface` gets the alarm that notices when it blocks more than scanners.
    """

    def __init__(self, scope: Construct, id: str, *, environment: Environment, surface: Surface) -> None:
        super().__init__(scope, id)
        region = cdk.Stack.of(self).region
        if region != EDGE_REGION:
            raise ValueError(
                f"expected a stack in {EDGE_REGION}, where CloudFront looks for firewalls, got one in {region}; "
                "put it into FirewallStack (infra/stacks/edge.py)"
            )
        name = environment.named("site")
        self._acl = waf.CfnWebACL(
            self,
            "Acl",
            name=name,
            description="In front of the page and the API",
            scope="CLOUDFRONT",
            default_action=waf.CfnWebACL.DefaultActionProperty(allow={}),
            visibility_config=_visible(name),
            custom_response_bodies={
                "slow-down": waf.CfnWebACL.CustomResponseBodyProperty(
                    content_type="APPLICATION_JSON",
                    content=json.dumps(
                        {
                            "type": "about:blank",
                            "title": "Too Many Requests",
                            "status": 429,
                            "detail": "This address sends too many requests; go on in five minutes.",
                        }
                    ),
                )
            },
            rules=[
                _too_often(0),
                *(
                    _managed(priority, group, counted)
                    for priority, (group, counted) in enumerate(_COUNTED.items(), start=1)
                ),
            ],
        )
        log = log_group(
            self,
            "Log",
            environment=environment,
            # The prefix is WAF's condition. CloudWatch writes the resource policy, into one that all such logs share.
            name=f"aws-waf-logs-{name}",
        )
        waf.CfnLoggingConfiguration(
            self,
            "Logging",
            resource_arn=self.arn,
            log_destination_configs=[
                cdk.Stack.of(self).format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=log.log_group_name,
                    arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
            redacted_fields=[
                waf.CfnLoggingConfiguration.FieldToMatchProperty(query_string={}),
                *(
                    waf.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
                    for header in _REDACTED
                ),
            ],
            logging_filter={
                "DefaultBehavior": "DROP",
                "Filters": [
                    {
                        "Behavior": "KEEP",
                        "Requirement": "MEETS_ANY",
                        "Conditions": [{"ActionCondition": {"Action": "BLOCK"}}],
                    }
                ],
            },
        )
        surface.alarm(
            "blocked",
            metric=cloudwatch.Metric(
                namespace="AWS/WAFV2",
                metric_name="BlockedRequests",
                dimensions_map={"WebACL": name, "Rule": "ALL"},
                statistic="Sum",
                period=cdk.Duration.minutes(5),
            ),
            # Scanners pass by all day; this many at once are an attack, or a rule that blocks candidates.
            threshold=1_000,
            evaluation_periods=3,
            datapoints=2,
            runbook="firewall-blocks",
        )

    @property
    def arn(self) -> str:
        return self._acl.attr_arn


def _too_often(priority: int) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name="too-often",
        priority=priority,
        statement=waf.CfnWebACL.StatementProperty(
            rate_based_statement=waf.CfnWebACL.RateBasedStatementProperty(
                limit=REQUESTS_PER_5_MINUTES, evaluation_window_sec=300, aggregate_key_type="IP"
            )
        ),
        action=waf.CfnWebACL.RuleActionProperty(
            block=waf.CfnWebACL.BlockActionProperty(
                custom_response=waf.CfnWebACL.CustomResponseProperty(
                    response_code=429,
                    custom_response_body_key="slow-down",
                    response_headers=[
                        waf.CfnWebACL.CustomHTTPHeaderProperty(name="retry-after", value="300")
                    ],
                )
            )
        ),
        visibility_config=_visible("too-often"),
    )


def _managed(priority: int, group: str, counted: tuple[str, ...]) -> waf.CfnWebACL.RuleProperty:
    return waf.CfnWebACL.RuleProperty(
        name=group,
        priority=priority,
        statement=waf.CfnWebACL.StatementProperty(
            managed_rule_group_statement=waf.CfnWebACL.ManagedRuleGroupStatementProperty(
                vendor_name="AWS",
                name=group,
                rule_action_overrides=[
                    waf.CfnWebACL.RuleActionOverrideProperty(
                        name=rule, action_to_use=waf.CfnWebACL.RuleActionProperty(count={})
                    )
                    for rule in counted
                ],
            )
        ),
        override_action=waf.CfnWebACL.OverrideActionProperty(none={}),
        visibility_config=_visible(group),
    )


def _visible(name: str) -> waf.CfnWebACL.VisibilityConfigProperty:
    return waf.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True,
        metric_name=name,
        # Samples would show queries and headers in the console.
        sampled_requests_enabled=False,
    )
