"""What a process in AWS writes: structured lines, metrics in CloudWatch's own format, and no candidate's words."""

from __future__ import annotations

import asyncio
import json
import logging
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from typing import Any

import boto3
import pytest

from runtime.aws.counted import CountedEngine, TimedRecognizer, TimedSynthesizer, counted_store
from runtime.aws.telemetry import FunctionFailedError, Telemetry, begin
from runtime.local.store import SqliteStore
from runtime.people.access import LOCAL_USER
from runtime.sandbox.engine import Ending, Language, Observation, Program, TestInput, named
from runtime.sandbox.errors import SandboxBusy, SandboxError, SandboxUnavailable
from runtime.sandbox.submission import Limits
from runtime.services.interviews import Interviews, NewInterview
from runtime.settings import CodeExecutorSettings
from runtime.voice.ports import Transcript

SECRET = "zanzibar"


class Context:
    aws_request_id = "r-1"


@pytest.fixture(autouse=True)
def root_logger() -> Iterator[None]:
    """As it was, whatever a test makes of it."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    root.handlers, root.level = handlers, level


def started() -> Telemetry:
    """In a test and not in a fixture, whose standard output is another. Powertools keeps a logger per name for ever."""
    return Telemetry(service=f"test-{uuid.uuid4().hex}", environment="test")


@pytest.fixture
def written(capsys: pytest.CaptureFixture[str]) -> Callable[[], list[dict[str, Any]]]:
    return lambda: [json.loads(line) for line in capsys.readouterr().out.splitlines()]


type Written = Callable[[], list[dict[str, Any]]]


def fails(event: dict[str, Any], context: Any) -> dict[str, Any]:
    raise ValueError(f"cannot read {event}")


def test_a_line_of_any_room_is_structured_and_names_service_environment_and_request(written: Written) -> None:
    telemetry = started()

    def work(event: dict[str, Any], context: Any) -> dict[str, Any]:
        logging.getLogger("runtime.somewhere").warning("%d of %d", 1, 2)
        return {}

    telemetry.handler(work)({"text": SECRET}, Context())

    (line,) = written()
    assert line["message"] == "1 of 2"
    assert line["level"] == "WARNING"
    assert line["environment"] == "test"
    assert line["request_id"] == "r-1"
    assert line["service"].startswith("test-")


def test_what_a_function_raises_is_logged_and_leaves_without_its_message(
    capsys: pytest.CaptureFixture[str],
) -> None:
    telemetry = started()
    with pytest.raises(FunctionFailedError) as raised:
        telemetry.handler(fails)({"text": SECRET}, Context())

    line = json.loads(capsys.readouterr().out)
    assert str(raised.value) == line["error"] == "ValueError"
    assert raised.value.__cause__ is None
    assert raised.value.__suppress_context__
    assert "fails" in line["where"]
    assert SECRET not in json.dumps(line)


def test_an_exception_that_a_library_logs_loses_its_message_too(
    written: Written, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Deployed, uvicorn is given no configuration of its own; a server that another test started may have taken one.
    for name in ("uvicorn", "uvicorn.error"):
        monkeypatch.setattr(logging.getLogger(name), "propagate", True)
        monkeypatch.setattr(logging.getLogger(name), "handlers", [])
    started()
    try:
        fails({"text": SECRET}, None)
    except ValueError:
        logging.getLogger("mangum.http").exception("An error occurred running the application.")
        logging.getLogger("uvicorn.error").exception("Exception in ASGI application")

    lines = written()
    assert len(lines) == 2
    for line in lines:
        assert line["error"] == "ValueError"
        assert SECRET not in json.dumps(line)


def test_a_task_nobody_asked_about_is_not_described(written: Written) -> None:
    started()
    logging.getLogger("asyncio").error(
        "Task exception was never retrieved\nfuture: <Task exception=%s>", SECRET
    )

    assert [line["message"] for line in written()] == ["Task exception was never retrieved"]


def test_a_count_is_a_metric_of_its_service_and_environment_and_written_at_once(written: Written) -> None:
    telemetry = started()
    telemetry.count("SandboxCrashes")
    (line,) = written()

    (declared,) = line["_aws"]["CloudWatchMetrics"]
    assert declared["Namespace"] == "PrepAI"
    assert sorted(declared["Dimensions"][0]) == ["environment", "service"]
    assert declared["Metrics"] == [{"Name": "SandboxCrashes", "Unit": "Count"}]
    assert (line["SandboxCrashes"], line["environment"]) == ([1.0], "test")


def test_a_duration_is_in_milliseconds(written: Written) -> None:
    telemetry = started()
    telemetry.measure("RecognitionTime", 0.25)
    (line,) = written()

    assert line["RecognitionTime"] == [250.0]
    assert line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Unit"] == "Milliseconds"


def test_outside_of_lambda_a_handler_is_a_plain_function(written: Written) -> None:
    telemetry = begin("code-executor", CodeExecutorSettings)
    telemetry.count("SandboxRuns")

    assert telemetry.handler(lambda event, _: event)({"a": 1}) == {"a": 1}
    with pytest.raises(ValueError, match=SECRET):
        telemetry.handler(fails)({"text": SECRET})
    assert written() == []


def test_in_lambda_a_function_without_its_environment_does_not_start(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "prepai-test-code-executor")
    monkeypatch.delenv("PREPAI_ENVIRONMENT", raising=False)

    with pytest.raises(ValueError, match="prepai_environment"):
        begin("code-executor", CodeExecutorSettings)


@pytest.mark.parametrize(
    ("code", "counted"),
    [("ThrottlingException", 1), ("ProvisionedThroughputExceededException", 1), ("Other", 0)],
)
def test_throttled_answers_of_a_client_are_counted(written: Written, code: str, counted: int) -> None:
    telemetry = started()
    client = boto3.client(
        "dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    telemetry.watch(client, "Throttles")
    parsed = {"Error": {"Code": code}}

    client.meta.events.emit("response-received.dynamodb.GetItem", parsed_response=parsed, response_dict={})
    client.meta.events.emit("response-received.dynamodb.GetItem", parsed_response=None, exception=OSError())

    assert len(written()) == counted


class ScriptedEngine:
    name = "scripted"
    isolation = "none"
    speaks: tuple[str, ...] = ()
    processes: frozenset[int] = frozenset()

    def __init__(self, *endings: Ending, refusal: SandboxError | None = None) -> None:
        self.endings = endings
        self.refusal = refusal

    def languages(self) -> tuple[Language, ...]:
        return ()

    def run(self, program: Program, inputs: Sequence[TestInput], limits: Limits) -> Iterator[Observation]:
        if self.refusal:
            raise self.refusal
        for index, ending in enumerate(self.endings):
            yield Observation(index, ending)

    def language(self, name: str) -> Language:
        return named(self, name)

    def rest(self) -> None:
        pass

    def wake(self) -> None:
        pass

    def close(self) -> None:
        pass


def test_runs_that_the_sandbox_ended_are_counted_by_what_ended_them() -> None:
    counted: list[str] = []
    engine = CountedEngine(
        ScriptedEngine("returned", "raised", "time", "memory", "output", "crashed", "engine_failed"),
        counted.append,
    )

    seen = list(engine.run(Program("python", ""), [], Limits()))

    assert len(seen) == 7
    assert counted == [
        "SandboxRuns",
        "SandboxTimeouts",
        "SandboxMemoryKills",
        "SandboxOutputKills",
        "SandboxCrashes",
        "SandboxFailures",
    ]


@pytest.mark.parametrize(
    ("refusal", "name"), [(SandboxBusy("x"), "SandboxBusy"), (SandboxUnavailable("x"), "SandboxRefusals")]
)
def test_a_refused_run_is_counted_and_stays_refused(refusal: SandboxError, name: str) -> None:
    counted: list[str] = []
    engine = CountedEngine(ScriptedEngine(refusal=refusal), counted.append)

    with pytest.raises(type(refusal)):
        list(engine.run(Program("python", ""), [], Limits()))

    assert counted == ["SandboxRuns", name]


def test_interviews_are_counted_once_by_what_the_log_has_taken(tmp_path: Any) -> None:
    counted: list[str] = []
    store = SqliteStore(tmp_path / "data")
    interviews = Interviews(counted_store(store, counted.append, lambda *_: None))
    new = NewInterview("Backend", "Ada", None, "mid", "en", 30, "assessment", None, recording=False)

    created = interviews.create(new, LOCAL_USER, idempotency_key="k")
    assert interviews.create(new, LOCAL_USER, idempotency_key="k").interview_id == created.interview_id
    interviews.end(created.interview_id, actor="a")
    interviews.end(created.interview_id, actor="a")
    store.close()

    assert counted == ["InterviewsCreated", "InterviewsCompleted"]


class Engine:
    name = "engine"

    def __init__(self) -> None:
        self.stopped = False

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        return Transcript(f"{len(pcm)} {vocabulary} {language}")

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        try:
            yield text.encode()
            yield language.encode()
        finally:
            self.stopped = True


def test_engines_are_timed_once_and_do_their_work_unchanged() -> None:
    measured: list[str] = []

    async def work() -> tuple[Transcript, list[bytes]]:
        recognizer = TimedRecognizer(Engine(), lambda name, _: measured.append(name))
        synthesizer = TimedSynthesizer(Engine(), lambda name, _: measured.append(name))
        heard = await recognizer.transcribe(b"ab", vocabulary=("x",), language="de")
        return heard, [piece async for piece in synthesizer.synthesize("hi", language="de")]

    heard, said = asyncio.run(work())

    assert heard.text == "2 ('x',) de"
    assert said == [b"hi", b"de"]
    assert measured == ["RecognitionTime", "FirstSoundTime"]


def test_whoever_stops_listening_stops_the_engine_behind_the_clock() -> None:
    engine = Engine()

    async def work() -> None:
        pieces = TimedSynthesizer(engine, lambda *_: None).synthesize("hi")
        await anext(pieces)
        await pieces.aclose()  # type: ignore[attr-defined]

    asyncio.run(work())

    assert engine.stopped
