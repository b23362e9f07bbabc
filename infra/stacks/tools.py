"""The tools stack: the three action groups, the knowledge base, the guardrail."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.environments import Environment
from infra.stacks.data import DataStack


class ToolsStack(cdk.Stack):
    """The tools stack: the three action groups, the knowledge base, the guardrail."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, data: DataStack) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("tools"),
            description="PrepAI: tools",
            termination_protection=environment.production,
        )
