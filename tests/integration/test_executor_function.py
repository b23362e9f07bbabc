"""The code executor as Lambda runs it: out of its asset, without a home, around a snapshot of its machine, in Lambda's
own loop."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from infra.bundling import this_machine
from infra.constructs.tool_functions import CODE_EXECUTOR
from runtime.aws.executor import CREDENTIALS, LANGUAGES
from runtime.sandbox import quickjs, snapshot
from runtime.sandbox.machine_code import default_directory

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Lambda's own loop is there for Linux alone")

PACKAGES = Path(next(path for path in sys.path if path.endswith("site-packages")))
# What Lambda's Python brings along, and no other package of this environment.
LAMBDAS_OWN = ("awslambdaric", "runtime_client*.so", "simplejson", "snapshot_restore_py.py")
SECRET = b"zanzibar"
HANDLER = "lambdas.code_executor.handler.handler"
DOUBLES = {
    "python": "def f(x):\n    return 2 * x",
    "javascript": "const f = x => 2 * x",
    "typescript": "const f = (x: number) => 2 * x",
}


def runs(language: str = "python", code: str | None = None) -> dict[str, Any]:
    tests = [{"input": "2", "expected": "4"}]
    return {
        "code": code or DOUBLES[language],
        "language": language,
        "functionName": "f",
        "testCases": tests,
    }


@dataclass
class Lambda:
    """The runtime API over loopback, around one process of the function."""

    url: str = ""
    process: subprocess.Popen[bytes] | None = None
    temporary: Path = Path()
    restored: list[str] = field(default_factory=list)
    faults: list[dict[str, Any]] = field(default_factory=list)
    waiting: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    events: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    answers: queue.Queue[dict[str, Any]] = field(default_factory=queue.Queue)
    workers_at_rest: list[str] = field(default_factory=list)

    def call(self, event: dict[str, Any]) -> dict[str, Any]:
        """The function's answer, once it had asked for the event."""
        assert self.asks_again(), "it ended"
        self.waiting.acquire()
        self.events.put(event)
        while True:
            with contextlib.suppress(queue.Empty):
                return self.answers.get(timeout=0.05)
            assert self.process is not None and self.process.poll() is None, "it ended without an answer"

    def asks_again(self) -> bool:
        """Whether it asks for another event and does not end."""
        assert self.process is not None
        while not self.waiting.acquire(timeout=0.05):
            if self.process.poll() is not None:
                return False
        self.waiting.release()
        return True

    def workers(self) -> list[str]:
        assert self.process is not None
        return children(self.process.pid)


def children(process: int) -> list[str]:
    return Path(f"/proc/{process}/task/{process}/children").read_text().split()


@pytest.fixture(scope="module")
def asset(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    asset = tmp_path_factory.mktemp("task")
    CODE_EXECUTOR.build(asset, this_machine())
    folders = [asset, *(folder for folder in asset.rglob("*") if folder.is_dir())]
    for folder in folders:
        folder.chmod(0o555)
    yield asset
    for folder in folders:
        folder.chmod(0o755)


@pytest.fixture(scope="module")
def prepared() -> list[Path]:
    # Building takes half a minute; that it is built where it is missing is the sandbox's own suite's matter.
    return [engine.ensure(default_directory()) for engine in (snapshot, quickjs)]


class Starting:
    """Starts the function in Lambda's loop."""

    def __init__(self, asset: Path, prepared: list[Path], folder: Path) -> None:
        self.asset = asset
        self.own = folder / "own"
        self.own.mkdir()
        for pattern in LAMBDAS_OWN:
            for path in PACKAGES.glob(pattern):
                (self.own / path.name).symlink_to(path)
        self.temporary = folder / "tmp"
        (self.temporary / "prepai").mkdir(mode=0o700, parents=True)
        for path in prepared:
            shutil.copytree(path, self.temporary / "prepai" / path.name)

    def __call__(self, service: Lambda, **more: str) -> Lambda:
        service.temporary = self.temporary
        environment = {
            "AWS_LAMBDA_FUNCTION_NAME": "prepai-test-code-executor",
            "AWS_LAMBDA_RUNTIME_API": service.url,
            "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            "PREPAI_ENVIRONMENT": "test",
            **{name: SECRET.decode() for name in CREDENTIALS},
            "HOME": "/nonexistent",
            "PATH": os.defpath,
            "TMPDIR": str(self.temporary),
            **more,
        }
        # Not in the environment: workers get none of it, and are to find what they need without.
        code = (
            f"import sys; sys.path[:0] = {[str(self.asset), str(self.own)]!r}; "
            f"from awslambdaric.__main__ import main; main(['bootstrap', {HANDLER!r}])"
        )
        base: str = sys._base_executable  # type: ignore[attr-defined] # without the packages of this environment
        service.process = subprocess.Popen(
            [base, "-B", "-S", "-c", code],
            cwd=self.asset,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        return service


@pytest.fixture
def service() -> Iterator[Lambda]:
    service = Lambda()

    class Api(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            if self.path.endswith("/restore/next"):
                service.restored.append(self.path)
                service.workers_at_rest = service.workers()
                self.answer(200, {})
                return
            service.waiting.release()
            event = service.events.get()
            if not event:  # the test is over
                self.close_connection = True
                return
            self.answer(
                200,
                event,
                {
                    "Content-Type": "application/json",
                    "Lambda-Runtime-Aws-Request-Id": "one",
                    "Lambda-Runtime-Trace-Id": "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700",
                    "Lambda-Runtime-Deadline-Ms": "9999999999999",
                    "Lambda-Runtime-Invoked-Function-Arn": "arn:aws:lambda:eu-west-1:123456789012:function:f:live",
                },
            )

        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if self.path.endswith("/response"):
                service.answers.put(body)
            else:
                service.faults.append(body)
                service.answers.put({"fault": body})
            self.answer(202, {})

        def answer(self, status: int, body: dict[str, Any], headers: dict[str, str] | None = None) -> None:
            data = json.dumps(body).encode()
            self.send_response(status)
            for name, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: Any) -> None:
            pass

    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, *_: Any) -> None:
            pass  # the function was ended while it waited

    with Server(("127.0.0.1", 0), Api) as server:
        service.url = f"127.0.0.1:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield service
        finally:
            if service.process is not None:
                service.process.kill()
                service.process.wait()
            service.events.put({})
            server.shutdown()
            thread.join()


@pytest.fixture
def function(service: Lambda, starting: Starting) -> Lambda:
    return starting(service)


@pytest.fixture
def starting(asset: Path, prepared: list[Path], tmp_path: Path) -> Starting:
    return Starting(asset, prepared, tmp_path)


def verdicts(answer: dict[str, Any]) -> list[str]:
    assert "results" in answer, answer
    return [result["verdict"] for result in answer["results"]]


def test_a_copy_of_its_snapshot_runs_what_a_deployment_runs_and_goes_on(function: Lambda) -> None:
    answer = function.call({"languages": True})
    assert "WebAssembly" in answer["isolation"]
    assert [line["language"] for line in answer["languages"]][: len(LANGUAGES)] == list(LANGUAGES)
    for language in DOUBLES:
        assert verdicts(function.call(runs(language))) == ["AC"], language
    metrics = function.call(runs())["metrics"]
    assert metrics["complexity"] == 1
    assert function.restored, "it is a copy"
    assert function.workers_at_rest == [], "no worker is copied with the machine"
    assert function.asks_again(), "nothing of ours is taken for a stranger's"
    assert [path.name for path in function.temporary.iterdir()] == ["prepai"]


def test_it_tries_where_it_runs_whether_it_holds(function: Lambda) -> None:
    found = function.call({"probe": True})
    assert found["holds"], found["summary"]
    tried = {check["attempt"] for check in found["checks"]}
    assert {"reading a file in python", "a socket in javascript"} <= tried
    # The kernel's walls: each attempt's outcome where they hold, and else why not. Never silence.
    kernel = [check for check in found["checks"] if " in " not in check["attempt"]]
    assert kernel or "python" in found["absent"] or "c" in found["absent"], found


def test_it_is_warm_before_it_is_asked_for_anything(function: Lambda) -> None:
    assert function.asks_again()
    assert len(function.workers()) >= 2, "one for each engine"


def test_no_process_beside_candidates_code_was_given_a_credential(function: Lambda) -> None:
    assert verdicts(function.call(runs())) == ["AC"]
    workers = function.workers()
    assert workers
    for worker in workers:
        assert SECRET not in Path(f"/proc/{worker}/environ").read_bytes()


def test_an_interpreter_that_broke_ends_the_environment_after_its_answer_and_before_the_next(
    function: Lambda,
) -> None:
    assert verdicts(function.call(runs(code="import os\ndef f(x): os._exit(0)"))) == ["RE"]
    assert not function.asks_again()
    assert function.faults == []


def test_a_worker_ended_from_outside_costs_no_verdict_but_the_environment(function: Lambda) -> None:
    assert verdicts(function.call(runs())) == ["AC"]  # its workers are up

    def kill() -> None:
        for worker in function.workers():
            os.kill(int(worker), signal.SIGKILL)

    threading.Timer(0.7, kill).start()
    assert verdicts(
        function.call(runs(code="import time\ndef f(x):\n    time.sleep(1.5)\n    return 4"))
    ) == ["AC"]
    assert not function.asks_again()


def test_what_is_left_in_its_temporary_folder_is_removed_and_ends_the_environment(function: Lambda) -> None:
    assert function.asks_again()
    (function.temporary / "left").mkdir()
    (function.temporary / "left" / "there").write_text("by whoever was here")
    assert verdicts(function.call(runs())) == ["AC"]
    assert not function.asks_again()
    assert [path.name for path in function.temporary.iterdir()] == ["prepai"]


def test_what_another_process_left_there_is_removed_before_the_first_event(
    service: Lambda, starting: Starting
) -> None:
    (starting.temporary / "left").write_text("by whoever was here")
    starting(service)
    assert service.asks_again()
    assert [path.name for path in service.temporary.iterdir()] == ["prepai"]


@pytest.mark.parametrize("missing", ["python", "javascript"])
def test_a_release_without_one_of_its_languages_does_not_start(
    service: Lambda, starting: Starting, missing: str
) -> None:
    # A folder that anyone else can write is refused, and so is what lies in it.
    (spoiled,) = (starting.temporary / "prepai").glob(f"{missing}-*")
    spoiled.chmod(0o777)
    starting(service)
    assert not service.asks_again()
    assert [fault["errorType"] for fault in service.faults] == ["SandboxUnavailable"]
