"""The speech stack: Whisper and the voice on SageMaker."""

from __future__ import annotations

from dataclasses import dataclass

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra.constructs.operations import Surface
from infra.constructs.speech_endpoint import TTS, WHISPER, SpeechEndpoint
from infra.environments import Environment
from infra.stacks.data import DataStack


@dataclass(frozen=True, slots=True, kw_only=True)
class SpeechNames:
    """Under which names the engines are called, all known before they are deployed."""

    whisper_endpoint: str
    whisper_component: str
    tts_endpoint: str
    tts_component: str

    def variables(self) -> dict[str, str]:
        """As `runtime.settings.VoiceSettings` calls them."""
        return {
            "WHISPER_ENDPOINT": self.whisper_endpoint,
            "WHISPER_COMPONENT": self.whisper_component,
            "TTS_ENDPOINT": self.tts_endpoint,
            "TTS_COMPONENT": self.tts_component,
        }


class SpeechStack(cdk.Stack):
    """The two engines. An environment whose speech is off has no such stack."""

    def __init__(self, scope: Construct, id: str, *, environment: Environment, data: DataStack) -> None:
        super().__init__(
            scope,
            id,
            stack_name=environment.named("speech"),
            description="PrepAI: speech recognition and voice",
            termination_protection=environment.production,
        )
        surface = Surface(self, "Alarms", environment=environment, name="speech", topic=data.operators.topic)
        self._whisper = SpeechEndpoint(
            self,
            "Whisper",
            environment=environment,
            surface=surface,
            part="whisper",
            image=environment.whisper,
            size=WHISPER,
        )
        self._tts = SpeechEndpoint(
            self,
            "Tts",
            environment=environment,
            surface=surface,
            part="tts",
            image=environment.tts,
            size=TTS,
        )

    @property
    def endpoints(self) -> SpeechNames:
        return SpeechNames(
            whisper_endpoint=self._whisper.endpoint_name,
            whisper_component=self._whisper.component_name,
            tts_endpoint=self._tts.endpoint_name,
            tts_component=self._tts.component_name,
        )

    def grant_invoke(self, role: iam.IRole) -> None:
        """Let `role` hear by Whisper and speak by the voice, each in the one way that it is called."""
        for engine, actions in (
            (self._whisper, ["sagemaker:InvokeEndpoint"]),
            # A response stream is asked for both: AWS's API reference of InvokeEndpointWithResponseStream.
            (self._tts, ["sagemaker:InvokeEndpoint", "sagemaker:InvokeEndpointWithResponseStream"]),
        ):
            role.add_to_principal_policy(iam.PolicyStatement(actions=actions, resources=list(engine.arns)))
