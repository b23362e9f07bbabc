"""Values of the adapters for AWS that nothing else would notice: pauses, pools, watches, allowances of time."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable
from io import BytesIO
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final, cast, get_args

import anyio.to_thread
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.config import Config
from botocore.exceptions import ClientError
from starlette.applications import Starlette

from runtime import voice_server
from runtime.aws import clients, threads
from runtime.aws.sagemaker import SageMakerRecognizer
from runtime.aws.telemetry import Telemetry
from runtime.aws.tools import LambdaExecutor
from runtime.sandbox import SandboxBusy, Submission
from runtime.settings import VoiceSettings
from runtime.voice import invocations
from runtime.voice.conversation import VoicePorts
from runtime.voice.ports import SpeechTimeout
from runtime.voice.server import create_voice_app
from tests.lambda_service import serving, throttled
from tests.unit.test_aws_composition import INTERVIEWERS, STORE

if TYPE_CHECKING:
    from types_boto3_sagemaker_runtime import SageMakerRuntimeClient

SUBMISSION: Final = Submission(language="python", code="print(42)")

# Between Lambda's refusals


def waits_of(draw: Callable[[float, float], float], monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The pauses before a function that is always refused is given up, where chance draws so."""
    monkeypatch.setattr(random, "uniform", draw)
    with serving() as service:
        service.replies = [throttled()] * 9
        with pytest.raises(SandboxBusy):
            LambdaExecutor(service.function()).execute(SUBMISSION)
        return service.waits


def test_each_pause_between_refused_calls_may_last_twice_as_long_as_the_one_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    longest = waits_of(lambda _, high: high, monkeypatch)

    assert len(longest) > 2
    # Below a tenth of a second the copies that were at work still are.
    assert longest[0] >= 0.1
    assert {later / earlier for earlier, later in pairwise(longest)} == {2}


def test_a_pause_is_drawn_so_that_callers_refused_together_do_not_come_back_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert set(waits_of(lambda low, _: low, monkeypatch)) == {0}


def test_somebody_who_waits_for_code_hears_within_five_seconds_that_every_copy_is_at_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert sum(waits_of(lambda _, high: high, monkeypatch)) < 5


# Connections


@pytest.mark.parametrize("service", get_args(clients.Service.__value__))
def test_no_thread_of_a_process_waits_for_a_connection_or_opens_one_to_throw_it_away(
    service: clients.Service,
) -> None:
    async def of_routes() -> float:
        return anyio.to_thread.current_default_thread_limiter().total_tokens

    hearing_and_speaking = 2 * threads._THREADS

    configuration: Any = clients.configuration(service)
    # botocore's own 10 are fewer than either.
    assert configuration.max_pool_connections >= max(anyio.run(of_routes), hearing_and_speaking)


# Throttling is counted


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    seen: list[str] = []
    monkeypatch.setattr(Telemetry, "count", lambda _, name, value=1: seen.append(name))
    return seen


def refused(request: AWSPreparedRequest, **_: object) -> AWSResponse:
    headers: Any = {"x-amzn-errortype": "ThrottlingException", "content-type": "application/json"}
    return AWSResponse(request.url, 429, headers, cast("Any", _Raw(b"{}")))


class _Raw(BytesIO):
    def stream(self, **_: object) -> list[bytes]:
        return [self.read()]


CALLS: Final[dict[str, list[Callable[[Any], object]]]] = {
    "bedrock_agent": [
        lambda interviewer: interviewer._client.invoke_agent(
            agentId="AGENT12345", agentAliasId="ALIAS12345", sessionId="i-1", inputText="Hello"
        )
    ],
    "converse": [
        lambda interviewer: interviewer._model._client.converse_stream(modelId="a-model"),
        lambda interviewer: interviewer._retrieval._client.retrieve(
            knowledgeBaseId="KB12345678", retrievalQuery={"text": "indexes"}
        ),
    ],
}
"""How each interviewer asks Bedrock."""


@pytest.mark.parametrize(
    ("name", "call"),
    [(name, call) for name, calls in CALLS.items() for call in calls],
    ids=["the agent", "the model", "the knowledge base"],
)
def test_a_call_that_bedrock_refuses_for_its_rate_is_counted_whoever_makes_it(
    monkeypatch: pytest.MonkeyPatch, counted: list[str], name: str, call: Callable[[Any], object]
) -> None:
    made: list[VoicePorts] = []

    def noted(ports: VoicePorts, *more: Any, **named: Any) -> Starlette:
        made.append(ports)
        return create_voice_app(ports, *more, **named)

    monkeypatch.setattr(voice_server, "create_voice_app", noted)
    monkeypatch.setattr(clients, "_clients", {})
    monkeypatch.setattr(clients, "configuration", lambda _: Config(retries={"total_max_attempts": 1}))
    for variable, value in (
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "testing"),
        ("AWS_SECRET_ACCESS_KEY", "testing"),
    ):
        monkeypatch.setenv(variable, value)
    settings = VoiceSettings.model_validate(
        {**STORE, "speech": "off", "interviewer": name, **INTERVIEWERS[name]}
    )
    voice_server.voice_app(settings, Telemetry(service="voice", environment=None))
    for client in clients._clients.values():
        cast("Any", client).meta.events.register("before-send", refused)

    with pytest.raises(ClientError, match="ThrottlingException"):
        call(made[0].interviewer)

    assert counted == ["BedrockThrottles"]


# Time for sound


class Slow:
    """SageMaker's runtime, which answers when it may."""

    def __init__(self) -> None:
        self.may_answer = threading.Event()

    def invoke_endpoint(self, **_: object) -> dict[str, BytesIO]:
        self.may_answer.wait(10)
        return {"Body": BytesIO(b'{"text": "heard"}')}


def heard(seconds: float, *, timeout_s: float, granted: list[float]) -> str:
    """What a recogniser hears of so long a sound; `granted` gets the time that each of its parts is given."""
    slow = Slow()
    recognizer = SageMakerRecognizer(
        endpoint="e",
        component="c",
        client=cast("SageMakerRuntimeClient", slow),
        name="ear",
        timeout_s=timeout_s,
    )
    timeout = asyncio.timeout

    def noted(delay: float) -> asyncio.Timeout:
        granted.append(delay)
        # What waits for longer than the start alone may take is answered after it.
        if delay > timeout_s:
            slow.may_answer.set()
        return timeout(delay)

    async def hear() -> str:
        try:
            return (await recognizer.transcribe(bytes(int(seconds * invocations.SECOND_BYTES)))).text
        finally:
            slow.may_answer.set()
            await recognizer.aclose()

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(asyncio, "timeout", noted)
        return asyncio.run(hear())


def test_every_second_of_sound_is_given_a_second_more_to_be_heard_in() -> None:
    granted: list[float] = []

    assert heard(30, timeout_s=0.05, granted=granted) == "heard"

    assert granted == [pytest.approx(30.05)]


def test_sound_of_no_length_is_given_the_time_to_start_and_no_more() -> None:
    with pytest.raises(SpeechTimeout):
        heard(0, timeout_s=0.05, granted=[])
