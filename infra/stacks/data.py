"""The data stack: what must survive everything else. Retained and protected in production."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_kms as kms
from constructs import Construct

from infra.constructs.candidate_bucket import CandidateBucket
from infra.constructs.event_log import EventLog
from infra.constructs.identity import Identity
from infra.constructs.operations import Operators, Surface
from infra.environments import Environment


class DataStack(cdk.Stack):
    """The event log, the bucket, the people, and whom to tell when something is wrong."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("data"),
            description="PrepAI: interviews, documents, people",
            termination_protection=environment.production,
        )
        self.operators = Operators(self, "Operators", environment=environment)
        self.key: kms.IKey | None = (
            kms.Key(
                self,
                "Key",
                alias=f"alias/{environment.named('candidates')}",
                description="Encrypts candidate data",
                enable_key_rotation=True,
                removal_policy=cdk.RemovalPolicy.RETAIN
                if environment.production
                else cdk.RemovalPolicy.DESTROY,
            )
            if environment.customer_managed_key
            else None
        )
        surface = Surface(self, "Alarms", environment=environment, name="data", topic=self.operators.topic)
        self.candidates = CandidateBucket(self, "Candidates", environment=environment, key=self.key)
        self.events = EventLog(self, "Events", environment=environment, surface=surface, key=self.key)
        self.identity = Identity(self, "Identity", environment=environment)
