"""The app stack: REST, voice, page, and how they are watched."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.environments import Environment
from infra.stacks.agent import AgentStack
from infra.stacks.data import DataStack
from infra.stacks.speech import SpeechStack
from infra.stacks.tools import ToolsStack


class AppStack(cdk.Stack):
    """The app stack: REST, voice, page, and how they are watched."""

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        environment: Environment,
        data: DataStack,
        speech: SpeechStack | None,
        tools: ToolsStack,
        agent: AgentStack | None,
    ) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("app"),
            description="PrepAI: app",
            termination_protection=environment.production,
        )
