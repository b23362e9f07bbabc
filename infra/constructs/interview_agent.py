"""The interviewer as a Bedrock Agent: its definition, its role, and an alias that stays while versions come and go."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import aws_cdk as cdk
from aws_cdk import aws_bedrock as bedrock
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.constructs.bedrock_role import bedrock_role
from infra.constructs.capability import model_statements
from infra.constructs.function import ALIAS
from infra.constructs.guardrail import Guardrail
from infra.constructs.knowledge_base import KnowledgeBase
from infra.constructs.operations import Surface
from infra.environments import Environment
from runtime.interview.agent import AgentDefinition, Tool

_ALIAS: Final = "live"
# Every message says what was said until now, so a session has nothing to remember: what a candidate said leaves Bedrock
# soon after they have left.
_IDLE_SECONDS: Final = 600
_SLOW_MS: Final = 6000
"""What a move takes with one tool call in it; the conductor says the authored text long before."""
_NAMESPACE: Final = "AWS/Bedrock/Agents"


class InterviewAgent(Construct):
    """The agent with its tools, knowledge base and guardrail, called by its alias.

    An alias stands for a version, and CloudFormation cuts a new one when the alias is updated. So the alias's
    description carries a digest of all that makes the agent: each change of it makes a version, nothing else does, and
    the alias keeps its id. Memory is off: one interview knows nothing of another.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        surface: Surface,
        definition: AgentDefinition,
        knowledge_base: KnowledgeBase,
        guardrail: Guardrail,
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        role, policy = self._role(environment, knowledge_base=knowledge_base, guardrail=guardrail)
        profile = stack.format_arn(
            service="bedrock", resource="inference-profile", resource_name=environment.model.profile_id
        )
        functions = {
            tool.name: f"{environment.named(tool.name.replace('_', '-'))}:{ALIAS}"
            for tool in definition.tools
        }
        agent = bedrock.CfnAgent(
            self,
            "Agent",
            agent_name=environment.named("interviewer"),
            description="Puts the interviewer's moves into words",
            agent_resource_role_arn=role.role_arn,
            foundation_model=profile,
            instruction=definition.instructions,
            idle_session_ttl_in_seconds=_IDLE_SECONDS,
            # An alias takes a version of what is prepared.
            auto_prepare=True,
            action_groups=[
                _action_group(tool, _function_arn(stack, functions[tool.name])) for tool in definition.tools
            ],
            knowledge_bases=[
                bedrock.CfnAgent.AgentKnowledgeBaseProperty(
                    knowledge_base_id=knowledge_base.knowledge_base_id,
                    description=definition.knowledge,
                    knowledge_base_state="ENABLED",
                )
            ],
            guardrail_configuration=bedrock.CfnAgent.GuardrailConfigurationProperty(
                guardrail_identifier=guardrail.guardrail_id, guardrail_version=guardrail.version
            ),
        )
        # Bedrock tries the role when the agent is prepared.
        agent.node.add_dependency(policy)
        for tool, function in functions.items():
            lambda_.CfnPermission(
                self,
                f"Calls-{tool}",
                action="lambda:InvokeFunction",
                function_name=_function_arn(stack, function),
                principal="bedrock.amazonaws.com",
                source_account=stack.account,
                source_arn=agent.attr_agent_arn,
            )
        alias = bedrock.CfnAgentAlias(
            self,
            "Alias",
            agent_id=agent.attr_agent_id,
            agent_alias_name=_ALIAS,
            # What is known when the template is made, and what only AWS knows: either may change alone.
            description=(
                f"{_digest(environment, definition, knowledge_base, guardrail, functions)}"
                f" knowledge base {knowledge_base.knowledge_base_id}"
                f" guardrail {guardrail.guardrail_id} {guardrail.version}"
            ),
        )
        self.agent_id = agent.attr_agent_id
        self.alias_id = alias.attr_agent_alias_id
        self.alias_arn = alias.attr_agent_alias_arn
        self._alarms(surface)

    def _role(
        self, environment: Environment, *, knowledge_base: KnowledgeBase, guardrail: Guardrail
    ) -> tuple[iam.Role, iam.Policy]:
        stack = cdk.Stack.of(self)
        role = bedrock_role(
            self,
            "Role",
            resource="agent",
            description=f"What the interviewing agent of {environment.name} may call",
        )
        policy = iam.Policy(
            self,
            "Policy",
            roles=[role],
            statements=[
                *model_statements(stack, environment.model),
                iam.PolicyStatement(
                    sid="Profile",
                    actions=["bedrock:GetInferenceProfile"],
                    resources=[
                        stack.format_arn(
                            service="bedrock",
                            resource="inference-profile",
                            resource_name=environment.model.profile_id,
                        )
                    ],
                ),
                iam.PolicyStatement(
                    sid="Knowledge", actions=["bedrock:Retrieve"], resources=[knowledge_base.arn]
                ),
                iam.PolicyStatement(
                    sid="Guardrail", actions=["bedrock:ApplyGuardrail"], resources=[guardrail.arn]
                ),
                # Agents write their metrics in the name of their role; without this there are none, and no alarm says
                # so. IAM knows no resource for it.
                iam.PolicyStatement(
                    sid="Metrics",
                    actions=["cloudwatch:PutMetricData"],
                    resources=["*"],
                    conditions={"StringEquals": {"cloudwatch:namespace": _NAMESPACE}},
                ),
            ],
        )
        cdk.Validations.of(policy).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions::AwsSolutions-IAM5[Resource::*]",
                reason="cloudwatch:PutMetricData knows no resource; the condition leaves it one namespace",
            )
        )
        return role, policy

    def _alarms(self, surface: Surface) -> None:
        for name, metric, statistic, threshold, periods, runbook in (
            ("throttles", "InvocationThrottles", "SUM", 0, 2, "agent-throttles"),
            ("faults", "InvocationServerErrors", "SUM", 0, 2, "agent-faults"),
            # What the agent is given is wrong: a tool it may not call, a session it does not know.
            ("refusals", "InvocationClientErrors", "SUM", 0, 2, "agent-faults"),
            ("latency", "TotalTime", "AVG", _SLOW_MS, 3, "agent-latency"),
        ):
            surface.alarm(
                name,
                metric=self._metric(metric, statistic),
                threshold=threshold,
                evaluation_periods=periods,
                runbook=runbook,
            )

    def _metric(self, name: str, statistic: str) -> cloudwatch.IMetric:
        # By query, because agents' metrics come with the model's id as a third dimension, and whether Bedrock writes
        # the profile's or the model's there is not said.
        return cloudwatch.MathExpression(
            expression=(
                f'SELECT {statistic}({name}) FROM SCHEMA("{_NAMESPACE}", AgentAliasArn, ModelId, Operation)'  # noqa: S608
                f" WHERE AgentAliasArn = '{self.alias_arn}'"
            ),
            using_metrics={},
            label=name,
            period=cdk.Duration.minutes(5),
        )


def _action_group(tool: Tool, function_arn: str) -> bedrock.CfnAgent.AgentActionGroupProperty:
    return bedrock.CfnAgent.AgentActionGroupProperty(
        action_group_name=tool.name,
        action_group_state="ENABLED",
        action_group_executor=bedrock.CfnAgent.ActionGroupExecutorProperty(lambda_=function_arn),
        # An action group has a function schema or an API schema; with both, Bedrock refuses the agent.
        function_schema=bedrock.CfnAgent.FunctionSchemaProperty(
            functions=[
                bedrock.CfnAgent.FunctionProperty(
                    name=function["name"],
                    description=function["description"],
                    parameters={
                        name: bedrock.CfnAgent.ParameterDetailProperty(
                            type=parameter["type"],
                            description=parameter["description"],
                            required=parameter["required"],
                        )
                        for name, parameter in function["parameters"].items()
                    },
                )
                for function in tool.function_schema()["functions"]
            ]
        ),
    )


def _function_arn(stack: cdk.Stack, name: str) -> str:
    return stack.format_arn(
        service="lambda",
        resource="function",
        resource_name=name,
        arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
    )


def _digest(
    environment: Environment,
    definition: AgentDefinition,
    knowledge_base: KnowledgeBase,
    guardrail: Guardrail,
    functions: dict[str, str],
) -> str:
    content: list[Any] = [
        definition.digest,
        environment.model.profile_id,
        knowledge_base.digest,
        guardrail.digest,
        functions,
        _IDLE_SECONDS,
    ]
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]
