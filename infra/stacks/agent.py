"""The agent stack: the interviewer on Bedrock Agents, and nothing that anything else needs."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.environments import Environment
from infra.stacks.data import DataStack
from infra.stacks.tools import ToolsStack


class AgentStack(cdk.Stack):
    """The agent stack: the interviewer on Bedrock Agents, and nothing that anything else needs."""

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
