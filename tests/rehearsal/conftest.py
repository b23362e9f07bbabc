"""The dev environment, synthesised for this machine, deployed onto the emulator by the pinned CDK CLI, once."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import httpx
import pytest

from infra.bundling import this_machine
from infra.constructs.voice_runtime import DEPLOYABLE
from tests.rehearsal.cloud import ACCOUNT, REGION, Cloud, emulated
from tests.rehearsal.front import Front, Model, served
from tests.rehearsal.people import People

LAST: Final = (
    "test_the_agent_is_added_to_what_stands",
    "test_an_interview_is_held_through_the_agents_alias",
    "test_nothing_went_wrong_in_silence",
    "test_destroying_it_leaves_nothing",
)
_DEV: Final = ("env=dev", f"architecture={this_machine()}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.rehearsal)
    # Sorting keeps the order of what is equal.
    items.sort(key=lambda item: LAST.index(item.name) if item.name in LAST else -1)


def say(what: str) -> None:
    print(f"\n[rehearsal] {what}", flush=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """What is deployed. `outputs`: the app stack's; `assemblies`: what was deployed, the newest last."""

    cloud: Cloud
    outputs: dict[str, str] = field(default_factory=dict)
    assemblies: list[Path] = field(default_factory=list)

    def release(self, *context: str) -> None:
        """Synthesise, then deploy that assembly, as `make deploy ASSEMBLY=` does."""
        assembly = self.cloud.folder / f"assembly-{len(self.assemblies)}"
        began = time.monotonic()
        chosen = [part for pair in (*_DEV, *context) for part in ("-c", pair)]
        self.cloud.cdk(["synth", "--quiet", *chosen, "--output", str(assembly)])
        say(f"synthesised {' '.join(context) or 'as committed'} in {time.monotonic() - began:.0f} s")
        if not self.assemblies:
            self.cloud.cdk(["bootstrap", f"aws://{ACCOUNT}/{REGION}", "--app", str(assembly)])
        # Before it succeeds: what stands half-way is destroyed as well.
        self.assemblies.append(assembly)
        outputs = self.cloud.folder / "outputs.json"
        began = time.monotonic()
        self.cloud.cdk(
            [
                *("deploy", "dev/*", "--app", str(assembly), "--require-approval", "never"),
                *("--concurrency", "3", "--outputs-file", str(outputs)),
            ]
        )
        say(f"deployed in {time.monotonic() - began:.0f} s")
        app = next(values for values in json.loads(outputs.read_text()).values() if "PageUrl" in values)
        self.outputs.update(app)

    def function(self, name: str) -> dict[str, Any]:
        """The configuration of a function."""
        found: dict[str, Any] = self.cloud.client("lambda").get_function_configuration(
            FunctionName=f"prepai-dev-{name}"
        )
        return found

    def logged(self) -> list[str]:
        """Every line in every log group."""
        logs = self.cloud.client("logs")
        return [
            event["message"]
            for group in logs.describe_log_groups()["logGroups"]
            for stream in logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]
            for event in logs.get_log_events(
                logGroupName=group["logGroupName"], logStreamName=stream["logStreamName"], startFromHead=True
            )["events"]
        ]

    def credentials(self, role_arn: str) -> dict[str, str]:
        """A session of a deployed role."""
        given = self.cloud.client("sts").assume_role(RoleArn=role_arn, RoleSessionName="rehearsal")[
            "Credentials"
        ]
        return {
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }

    def invoke(self, name: str, event: dict[str, Any]) -> Any:
        """What the function answers, called by its alias."""
        answer = self.cloud.client("lambda").invoke(
            FunctionName=f"prepai-dev-{name}:live", Payload=json.dumps(event).encode()
        )
        body = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, body
        return body


@pytest.fixture(scope="session")
def model() -> Model:
    return Model()


@pytest.fixture(scope="session")
def deployment(tmp_path_factory: pytest.TempPathFactory, model: Model) -> Iterator[Deployment]:
    folder = tmp_path_factory.mktemp("rehearsal")
    with served(model.app()) as address, emulated(folder, model_url=f"http://{address}") as cloud:
        say(f"emulator at {cloud.url}, log {folder / 'emulator.log'}")
        made = Deployment(cloud=cloud)
        made.release("interviewer=converse")
        began = time.monotonic()
        # SnapStart's part: CloudFormation waits for it, the emulator publishes at once and answers "Pending".
        cloud.client("lambda").get_waiter("published_version_active").wait(
            FunctionName="prepai-dev-code-executor", Qualifier="live", WaiterConfig={"Delay": 1}
        )
        made.invoke("code-executor", {"languages": True})
        say(f"the sandbox's snapshot was built in {time.monotonic() - began:.0f} s")
        yield made


@pytest.fixture(scope="session")
def front(deployment: Deployment) -> Front:
    """A port for the deployed distribution, and AgentCore's stand-in. Its address: `front_url`."""
    return Front(
        cloud=deployment.cloud,
        domain=deployment.outputs["PageUrl"].removeprefix("https://"),
        arn=deployment.outputs["VoiceRuntimeArn"],
    )


@pytest.fixture(scope="session")
def front_url(front: Front) -> Iterator[str]:
    with served(front.app()) as address:
        yield f"http://{address}"


@pytest.fixture(scope="session")
def people(deployment: Deployment) -> People:
    return People(deployment.cloud, deployment.outputs)


@pytest.fixture(scope="session")
def tokens(people: People) -> dict[str, str]:
    """An access token for each kind of caller."""
    callers = {
        "candidate": ("robin@example.com", "candidate"),
        "stranger": ("kim@example.com", "candidate"),
        "uninvited": ("no-group@example.com",),
        "reviewer": ("rae@example.com", "reviewer"),
        "admin": ("ada@example.com", "admin"),
    }
    for address, *groups in callers.values():
        people.invite(address, *groups)
    found = {name: people.sign_in(address)["access_token"] for name, (address, *_) in callers.items()}
    return {**found, "machine": people.machine_token()}


class Callers:
    """HTTP clients of the deployed API, one for each kind of caller."""

    def __init__(self, url: str, tokens: dict[str, str], closing: contextlib.ExitStack) -> None:
        self.url = url
        self._closing = closing
        self._tokens = tokens
        self._made: dict[str, httpx.Client] = {}

    def takes_the_place_of(self, name: str, token: str) -> None:
        """From now on somebody else is `name`: each caller may ask for no more than so much a minute."""
        self._tokens[name] = token
        self._made.pop(name, None)

    def __getitem__(self, name: str) -> httpx.Client:
        if name not in self._made:
            headers = {"authorization": f"Bearer {self._tokens[name]}"} if name != "nobody" else {}
            self._made[name] = self._closing.enter_context(
                httpx.Client(base_url=self.url, headers=headers, timeout=60, trust_env=False)
            )
        return self._made[name]


@pytest.fixture(scope="session")
def callers(front_url: str, tokens: dict[str, str]) -> Iterator[Callers]:
    with contextlib.ExitStack() as closing:
        yield Callers(front_url, tokens, closing)


@pytest.fixture
def candidate(callers: Callers, people: People) -> str:
    """A candidate who was invited for one test; their address."""
    address = f"{secrets.token_hex(6)}@example.com"
    people.invite(address, "candidate")
    callers.takes_the_place_of("candidate", people.sign_in(address)["access_token"])
    return address


@pytest.fixture
def interview(callers: Callers, candidate: str) -> Iterator[str]:
    """An interview of the candidate's, deleted by them afterwards if it is still there."""
    answer = callers["candidate"].post(
        "/api/sessions/create",
        json={"interview_type": "Backend engineer", "candidate_name": "Robin Example", "recording": False},
    )
    assert answer.status_code == 201, answer.text
    interview_id: str = answer.json()["session_id"]
    yield interview_id
    assert callers["candidate"].delete(f"/api/sessions/{interview_id}").status_code in {200, 404}


@pytest.fixture(scope="session")
def voice(deployment: Deployment, front: Front) -> Iterator[None]:
    """The voice server, started as AgentCore would, for whoever comes to the front."""
    with voice_server(deployment, front):
        yield


@contextlib.contextmanager
def voice_server(deployment: Deployment, front: Front) -> Iterator[None]:
    """The voice server as AgentCore would start it: its asset, `main.py`, the template's variables, its role.

    Only its address differs: AgentCore's machine is the server's own, this one is not.
    """
    folder = deployment.cloud.folder / f"voice-{len(deployment.assemblies)}"
    DEPLOYABLE.build(folder, this_machine())
    (runtime,) = deployment.cloud.accepted("AWS::BedrockAgentCore::Runtime")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    start = (
        "import runpy, runtime.voice_server as server;"
        f"server._HOST, server._PORT = '127.0.0.1', {port};"
        "runpy.run_path('main.py', run_name='__main__')"
    )
    environment = {
        name: value
        for name, value in deployment.cloud.environment(runtime["credentials"]).items()
        # AgentCore tells a process no region: the template has to.
        if name not in {"AWS_REGION", "AWS_DEFAULT_REGION"}
    }
    log_path = deployment.cloud.folder / "voice.log"
    with log_path.open("ab") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).resolve()), "-S", "-c", start],
            cwd=folder,
            env={
                **environment,
                **runtime["properties"]["EnvironmentVariables"],
                "PATH": os.environ["PATH"],
                "PYTHONPATH": str(folder),
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        before, front.voice = front.voice, f"127.0.0.1:{port}"
        try:
            _await_ping(f"http://{front.voice}/ping", process, log_path)
            yield
        finally:
            front.voice = before
            process.terminate()
            process.wait(20)


def _await_ping(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + 30
    while time.monotonic() < until and process.poll() is None:
        with contextlib.suppress(httpx.TransportError):
            assert httpx.get(url, trust_env=False).status_code == 200
            return
        time.sleep(0.2)
    raise AssertionError(f"the voice server did not start:\n{log.read_text()[-4000:]}")
