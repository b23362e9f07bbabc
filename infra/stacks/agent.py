"""The agent stack: the interviewer on Bedrock Agents, and nothing that anything else needs."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.constructs.interview_agent import InterviewAgent
from infra.constructs.operations import Surface
from infra.environments import Environment
from infra.stacks.data import DataStack
from infra.stacks.tools import ToolsStack
from runtime.services.agent import AGENT


class AgentStack(cdk.Stack):
    """The agent and its alias. Bedrock Agents is closed to new customers, so everything else deploys without it."""

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, data: DataStack, tools: ToolsStack
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("agent"),
            description="PrepAI: agent",
            termination_protection=environment.production,
        )
        # The tools are named and not referred to: CloudFormation must be told which stack is first.
        self.add_stack_dependency(tools)
        surface = Surface(self, "Alarms", environment=environment, name="agent", topic=data.operators.topic)
        agent = InterviewAgent(
            self,
            "Interviewer",
            environment=environment,
            surface=surface,
            definition=AGENT,
            knowledge_base=tools.knowledge_base,
            guardrail=tools.guardrail,
        )
        self.agent_id = agent.agent_id
        self.alias_id = agent.alias_id
        self.alias_arn = agent.alias_arn
