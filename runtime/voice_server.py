"""`python -m runtime.voice_server`: the voice server on AgentCore Runtime, put together from its environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import uvicorn
from starlette.applications import Starlette

from runtime.aws.bedrock_agent import BedrockAgentInterviewer
from runtime.aws.clients import client
from runtime.aws.converse import ConverseModel
from runtime.aws.counted import TimedRecognizer, TimedSynthesizer
from runtime.aws.polly import PollySynthesizer
from runtime.aws.retrieval import KnowledgeBase
from runtime.aws.sagemaker import SageMakerRecognizer, SageMakerSynthesizer
from runtime.aws.telemetry import Telemetry
from runtime.aws.tools import Function
from runtime.aws.transcribe import TranscribeRecognizer
from runtime.deployed import platform
from runtime.interview.chat import ChatInterviewer
from runtime.interview.interviewer import AuthoredInterviewer, Interviewer
from runtime.services.agent import AGENT
from runtime.settings import VoiceSettings
from runtime.voice.conversation import VoicePorts
from runtime.voice.failover import FailoverRecognizer, FailoverSynthesizer, Switch
from runtime.voice.ports import Recognizer, Synthesizer
from runtime.voice.server import create_voice_app

# What AgentCore Runtime calls; the machine around it is the session's own, so every address of it is meant.
_HOST: Final = "0.0.0.0"  # noqa: S104
_PORT: Final = 8080
# Frames of the protocol are at most 30,000 bytes; larger ones are answered with an error event, up to here.
_LARGEST_FRAME: Final = 1024 * 1024


def voice_app(settings: VoiceSettings, telemetry: Telemetry) -> Starlette:
    """The app of one environment's voice server."""
    deployed = platform(settings, telemetry)
    services = deployed.services
    recognizer, synthesizer = _speech(settings, telemetry)
    ports = VoicePorts(
        store=deployed.store,
        turns=services.turns,
        plans=services.plans,
        code=services.code,
        interviews=services.interviews,
        interviewer=_interviewer(settings, deployed.functions, telemetry),
        recognizer=TimedRecognizer(recognizer, telemetry.measure),
        synthesizer=TimedSynthesizer(synthesizer, telemetry.measure),
        measure=telemetry.measure,
    )
    return create_voice_app(ports, deployed.tickets, reconnect_after_s=settings.reconnect_after_s)


def _interviewer(
    settings: VoiceSettings, functions: Mapping[str, Function], telemetry: Telemetry
) -> Interviewer:
    # What the chosen one needs is there: settings without it were refused.
    match settings.interviewer:
        case "authored":
            return AuthoredInterviewer()
        case "bedrock_agent":
            assert settings.bedrock_agent_id
            assert settings.bedrock_agent_alias_id
            return BedrockAgentInterviewer(
                client=_watched(client("bedrock-agent-runtime"), telemetry),
                agent_id=settings.bedrock_agent_id,
                alias_id=settings.bedrock_agent_alias_id,
                definition=AGENT,
            )
        case "converse":
            assert settings.model_id
            assert settings.guardrail_id
            assert settings.guardrail_version
            assert settings.knowledge_base_id
            return ChatInterviewer(
                model=ConverseModel(
                    client=_watched(client("bedrock-runtime"), telemetry),
                    model_id=settings.model_id,
                    guardrail_id=settings.guardrail_id,
                    guardrail_version=settings.guardrail_version,
                ),
                definition=AGENT,
                tools={name: function.ask for name, function in functions.items()},
                retrieval=KnowledgeBase(
                    client=_watched(client("bedrock-agent-runtime"), telemetry),
                    knowledge_base_id=settings.knowledge_base_id,
                ),
            )


def _watched[Client](made: Client, telemetry: Telemetry) -> Client:
    telemetry.watch(made, "BedrockThrottles")
    return made


def _speech(settings: VoiceSettings, telemetry: Telemetry) -> tuple[Recognizer, Synthesizer]:
    hears: Recognizer = TranscribeRecognizer(client=client("transcribe"))
    speaks: Synthesizer = PollySynthesizer(client=client("polly"))
    if settings.speech == "off":
        return hears, speaks
    # Settings without them were refused.
    assert settings.whisper_endpoint
    assert settings.whisper_component
    assert settings.tts_endpoint
    assert settings.tts_component

    def switched(switch: Switch) -> None:
        telemetry.count("SpeechSwitches" if switch.because else "SpeechReturns")

    whisper = SageMakerRecognizer(
        endpoint=settings.whisper_endpoint,
        component=settings.whisper_component,
        client=client("sagemaker-runtime"),
        name="Whisper",
    )
    voice = SageMakerSynthesizer(
        endpoint=settings.tts_endpoint,
        component=settings.tts_component,
        client=client("sagemaker-runtime"),
        name="VITS",
    )
    return (
        FailoverRecognizer(primary=whisper, stand_in=hears, on_switch=switched),
        FailoverSynthesizer(primary=voice, stand_in=speaks, on_switch=switched),
    )


def main() -> None:
    """Serve until told to stop."""
    settings = VoiceSettings()
    telemetry = Telemetry(service="voice", environment=settings.prepai_environment)
    config = uvicorn.Config(
        voice_app(settings, telemetry),
        host=_HOST,
        port=_PORT,
        log_config=None,
        access_log=False,
        ws_max_size=_LARGEST_FRAME,
        timeout_graceful_shutdown=3,
    )
    uvicorn.Server(config).run()


if __name__ == "__main__":
    main()
