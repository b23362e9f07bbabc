"""The speech stack: Whisper and the voice on SageMaker."""

from __future__ import annotations

import aws_cdk as cdk
from constructs import Construct

from infra.environments import Environment
from infra.stacks.data import DataStack


class SpeechStack(cdk.Stack):
    """The speech stack: Whisper and the voice on SageMaker."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, data: DataStack) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("speech"),
            description="PrepAI: speech",
            termination_protection=environment.production,
        )
