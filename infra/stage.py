"""One environment, put together from its stacks."""

from __future__ import annotations

from typing import Final

import aws_cdk as cdk
import cdk_nag
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.environments import EDGE_REGION, Environment, chosen
from infra.pipeline import PipelineStack
from infra.policies import Policies
from infra.stacks.agent import AgentStack
from infra.stacks.app import AppStack
from infra.stacks.data import DataStack
from infra.stacks.edge import FirewallStack, WatchStack
from infra.stacks.speech import SpeechStack
from infra.stacks.tools import ToolsStack
from infra.weak_references import follow

_CONTEXT: Final = ("env", "sandbox", "interviewer", "speech", "architecture", "whisper", "tts")

# https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
_BOOTSTRAP: Final = "@aws-cdk/core:bootstrapQualifier"


class EnvironmentStage(cdk.Stage):
    """Everything of one environment: `prepai-<environment>-<stack>`.

    Stacks depend on data, and the app on all that it calls. Nothing depends on the agent but the app that was told to
    use it; with `-c interviewer=converse` it is not there at all: Bedrock Agents is closed to new customers.
    """

    def __init__(self, scope: Construct, *, environment: Environment) -> None:
        super().__init__(
            scope,
            environment.name,
            env=cdk.Environment(account=environment.account, region=environment.region),
        )
        # Stacks read it when they are made: which of an account's bootstraps they are deployed with.
        self.node.set_context(_BOOTSTRAP, environment.qualifier)
        data = DataStack(self, "data", environment=environment)
        speech = (
            None
            if environment.speech == "off"
            else SpeechStack(self, "speech", environment=environment, data=data)
        )
        tools = ToolsStack(self, "tools", environment=environment, data=data)
        agent = (
            AgentStack(self, "agent", environment=environment, data=data, tools=tools)
            if environment.interviewer == "bedrock_agent"
            else None
        )
        # CloudFront looks for its firewall in one region alone; elsewhere it stands in a stack of its own.
        firewall = (
            None
            if environment.region == EDGE_REGION
            else FirewallStack(self, "firewall", environment=environment)
        )
        app = AppStack(
            self,
            "app",
            environment=environment,
            data=data,
            speech=speech,
            tools=tools,
            agent=agent,
            firewall=firewall,
        )
        if firewall:
            WatchStack(
                self,
                "watch",
                environment=environment,
                firewall=firewall,
                distribution_id=app.site.distribution.distribution_id,
            )
        if environment.bounded:
            boundary = iam.ManagedPolicy.from_managed_policy_name(
                data, "Boundary", environment.named("boundary")
            )
            iam.PermissionsBoundary.of(self).apply(boundary)
        tagged(self, environment)
        follow(self)


def tagged(scope: Construct, environment: Environment) -> None:
    """Say of everything below whose it is: costs, permissions and clean-up go by it."""
    cdk.Tags.of(scope).add("application", "prepai")
    cdk.Tags.of(scope).add("environment", environment.name)


def synthesise() -> None:
    """Write the chosen environments to where the CDK CLI asked. Raises where a rule is broken, after naming it."""
    # The CLI would take the verdict over, and see only stacks that were asked for: none of a stage, unless named.
    app = cdk.App(post_cli_context={"@aws-cdk/core:failSynthOnValidationErrors": True})
    context = {name: app.node.try_get_context(name) for name in _CONTEXT}
    # `make pipeline`: what an administrator deploys once, before and beside the environment itself.
    github = app.node.try_get_context("github")
    for environment in chosen(context):
        if github:
            pipeline = PipelineStack(
                app,
                f"{environment.name}-pipeline",
                environment=environment,
                repository=github,
                first_in_account=app.node.try_get_context("first_in_account") != "false",
            )
            tagged(pipeline, environment)
        EnvironmentStage(app, environment=environment)
    cdk.Validations.of(app).add_plugins(cdk_nag.AwsSolutionsChecks(app), Policies())
    app.synth()
