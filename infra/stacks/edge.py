"""What CloudFront has in its own region alone; needed as stacks of their own where an environment is elsewhere."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.operations import Operators, Surface
from infra.constructs.site_watch import SiteWatch
from infra.constructs.web_acl import WebAcl
from infra.environments import EDGE_REGION, Environment


class FirewallStack(cdk.Stack):
    """The firewall, before the app whose distribution stands behind it, and whom to tell in this region."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("firewall"),
            description="PrepAI: firewall",
            env=cdk.Environment(account=environment.account, region=EDGE_REGION),
            termination_protection=environment.production,
        )
        # A topic tells of its own region's alarms alone.
        self.operators = Operators(self, "Operators", environment=environment)
        surface = Surface(
            self, "Alarms", environment=environment, name="firewall", topic=self.operators.topic
        )
        self.web_acl = WebAcl(self, "Firewall", environment=environment, surface=surface)


class WatchStack(cdk.Stack):
    """The distribution's log and alarms, after the app that makes it."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        firewall: FirewallStack,
        distribution_id: str,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("watch"),
            description="PrepAI: the distribution's log and alarms",
            env=cdk.Environment(account=environment.account, region=EDGE_REGION),
            termination_protection=environment.production,
        )
        surface = Surface(
            self, "Alarms", environment=environment, name="site", topic=firewall.operators.topic
        )
        SiteWatch(self, "Site", environment=environment, surface=surface, distribution_id=distribution_id)
