"""The voice server on AgentCore Runtime: one machine of its own for each interview that is spoken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import aws_cdk as cdk
from aws_cdk import aws_bedrockagentcore as agentcore
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct

from infra import ROOT
from infra.bundling import Deployable
from infra.constructs.capability import Capability, variables
from infra.constructs.function import environment_variables
from infra.constructs.log import log_group
from infra.constructs.operations import Surface
from infra.environments import Environment
from runtime.settings import VoiceSettings

ENDPOINT: Final = "live"
"""The endpoint that tickets lead to: it stays when the version behind it changes. DEFAULT would, too, but nobody could
hold it at the version before."""

TICKET_HEADER: Final = "X-Amzn-Bedrock-AgentCore-Runtime-Custom-Ticket"
"""What AgentCore makes of the address's ticket. A header that is not listed does not reach the server."""

DEPLOYABLE: Final = Deployable(
    entry="runtime.voice_server",
    lock="voice",
    bank=True,
    main="from runtime.voice_server import main\n\nmain()\n",
)
# AgentCore runs on Graviton alone, whatever the functions run on.
_ARCHITECTURE: Final = "arm64"
_NAMESPACE: Final = "AWS/Bedrock-AgentCore"
# A socket is an operation of its own; should a call come as a plain one, it counts as well.
_OPERATIONS: Final = ("InvokeAgentRuntimeWithWebSocketStream", "InvokeAgentRuntime")


class VoiceRuntime(Construct):
    """The runtime, its role, its logs, and the endpoint behind which versions change.

    A machine without a socket is kept for 15 minutes: a candidate whose line drops comes back to a server that is warm,
    and waiting costs its memory only. No machine is older than 8 hours, AgentCore's own limit and longer than any
    interview with all its breaks; what it knew is in the log. The network is public because everything it calls has
    public, signed addresses; nothing calls it but AgentCore, for callers that IAM has let through.

    capabilities: what the server can do, with the variables and statements of each.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        surface: Surface,
        capabilities: Sequence[Capability],
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        # Hyphens are not allowed in the name, and underscores not in an environment's: no two become one.
        self.name = environment.named("voice").replace("-", "_")
        code = assets.Asset(self, "Code", path=str(ROOT), **DEPLOYABLE.options(_ARCHITECTURE))
        self.role = self._role(stack, code)
        for capability in capabilities:
            capability.give(self.role)
        # TranscribeAudio is younger than cfn-lint's list of actions, to which a test holds all the others.
        policy = cast("iam.CfnPolicy", self.role.node.find_child("DefaultPolicy").node.default_child)
        policy.add_metadata("cfn-lint", {"config": {"ignore_checks": ["W3037"]}})
        given = environment_variables(
            VoiceSettings, {"PREPAI_ENVIRONMENT": environment.name, **variables(capabilities)}, of=self.name
        )
        # What one variable demands of another is known to the class alone.
        VoiceSettings.model_validate({name.lower(): value for name, value in given.items()})
        self.runtime = agentcore.Runtime(
            self,
            "Runtime",
            runtime_name=self.name,
            description=f"PrepAI: live interviews of {environment.name}",
            agent_runtime_artifact=agentcore.AgentRuntimeArtifact.from_s3(
                s3.Location(bucket_name=code.s3_bucket_name, object_key=code.s3_object_key),
                agentcore.AgentCoreRuntime.PYTHON_3_13,
                ["main.py"],
            ),
            # Ours stays as it is: the construct would add every log of the account, tracing and tokens of other agents.
            execution_role=self.role.without_policy_updates(),
            # Unlike Lambda, AgentCore does not tell a process where it is.
            environment_variables={**given, "AWS_DEFAULT_REGION": stack.region},
            request_header_configuration=agentcore.RequestHeaderConfiguration(
                allowlisted_headers=[TICKET_HEADER]
            ),
            lifecycle_configuration=agentcore.LifecycleConfiguration(
                idle_runtime_session_timeout=cdk.Duration.minutes(15), max_lifetime=cdk.Duration.hours(8)
            ),
            network_configuration=agentcore.RuntimeNetworkConfiguration.using_public_network(),
            authorizer_configuration=agentcore.RuntimeAuthorizerConfiguration.using_iam(),
        )
        self.runtime.node.add_dependency(self.role)
        self._endpoint(environment)
        self._alarms(surface)

    @property
    def arn(self) -> str:
        return self.runtime.agent_runtime_arn

    def connected_by(self) -> iam.PolicyStatement:
        """What lets a role sign addresses at which sockets open. AgentCore checks both the runtime and its endpoint."""
        return iam.PolicyStatement(
            sid="VoiceSockets",
            actions=["bedrock-agentcore:InvokeAgentRuntimeWithWebSocketStream"],
            resources=[self.arn, f"{self.arn}/runtime-endpoint/{ENDPOINT}"],
        )

    def metric(
        self, name: str, *, statistic: str = "Sum", period: cdk.Duration | None = None
    ) -> cloudwatch.MathExpression:
        """A metric that AgentCore writes of the live endpoint, over both of its operations."""
        period = period or cdk.Duration.minutes(5)
        of = {
            # A graph's metrics are told apart by these names.
            f"{name[:1].lower()}{name[1:]}{number}": cloudwatch.Metric(
                namespace=_NAMESPACE,
                metric_name=name,
                dimensions_map={
                    "Operation": operation,
                    "Name": f"{self.name}::{ENDPOINT}",
                    "Resource": self.arn,
                },
                statistic=statistic,
                period=period,
            )
            for number, operation in enumerate(_OPERATIONS)
        }
        together = "SUM" if statistic == "Sum" else "MAX"
        return cloudwatch.MathExpression(
            expression=f"{together}([{', '.join(of)}])", using_metrics=dict(of), period=period, label=name
        )

    def _role(self, stack: cdk.Stack, code: assets.Asset) -> iam.Role:
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "bedrock-agentcore.amazonaws.com",
                conditions={
                    "StringEquals": {"aws:SourceAccount": stack.account},
                    "ArnLike": {"aws:SourceArn": stack.format_arn(service="bedrock-agentcore", resource="*")},
                },
            ),
            description=f"What {self.name} may do",
        )
        # The runtime's id ends in ten characters that are drawn when it is made, and the runtime needs this role to be
        # made: hence the one star. Nothing else begins like that.
        log = _log_arn(stack, f"/aws/bedrock-agentcore/runtimes/{self.name}-*")
        Capability(
            statements=(
                iam.PolicyStatement(
                    sid="Log",
                    actions=[
                        "logs:CreateLogGroup",
                        "logs:CreateLogStream",
                        "logs:DescribeLogStreams",
                        "logs:PutLogEvents",
                    ],
                    resources=[log, f"{log}:log-stream:*"],
                ),
                iam.PolicyStatement(
                    sid="FindLog", actions=["logs:DescribeLogGroups"], resources=[_log_arn(stack, "*")]
                ),
                iam.PolicyStatement(
                    sid="Code",
                    actions=["s3:GetObject"],
                    resources=[f"arn:{stack.partition}:s3:::{code.s3_bucket_name}/{code.s3_object_key}"],
                ),
            ),
            stars="AgentCore draws the end of the runtime's id and the names of its log streams when it makes them; "
            "to describe log groups is a right to all of them or none",
        ).give(role)
        return role

    def _endpoint(self, environment: Environment) -> None:
        """The live endpoint, after the logs: AgentCore makes a group that is missing, and keeps it for ever."""
        endpoint = self.runtime.add_endpoint(
            ENDPOINT,
            version=self.runtime.agent_runtime_version,
            description="What tickets lead to",
        )
        for name in (ENDPOINT, "DEFAULT"):
            group = log_group(
                self,
                f"{name.title()}Log",
                environment=environment,
                name=f"/aws/bedrock-agentcore/runtimes/{self.runtime.agent_runtime_id}-{name}",
            )
            endpoint.node.add_dependency(group)

    def _alarms(self, surface: Surface) -> None:
        surface.alarm(
            "sessions-failing",
            metric=self.metric("SystemErrors"),
            threshold=0,
            evaluation_periods=3,
            datapoints=2,
            runbook="voice-sessions-failing",
        )
        surface.alarm(
            "throttles",
            metric=self.metric("Throttles"),
            threshold=0,
            evaluation_periods=2,
            datapoints=1,
            runbook="voice-throttles",
        )


def _log_arn(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(
        service="logs",
        resource="log-group",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )
