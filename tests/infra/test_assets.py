"""What is deployed, built as it will be: it starts from its asset alone, and nothing is in it that does not belong."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from infra import ROOT
from infra.bundling import Deployable, this_machine
from infra.environments import COMMITTED, Architecture
from runtime.evaluation import EvaluationInput, evaluate, for_candidate
from runtime.evaluation.document import About, document
from runtime.evaluation.pdf import write_pdf
from tests.infra.conftest import ACCOUNT, Stacks, synthesised

PROCESSES = ("api", "code-executor", "cv-analyzer", "performance-evaluator", "knowledge-ingestion", "voice")
# What Lambda's runtime for Python brings along; AgentCore's brings nothing.
LAMBDAS_OWN = (
    *("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six.py"),
    *("awslambdaric", "runtime_client*.so", "simplejson", "snapshot_restore_py.py"),
)
MACHINES: dict[Architecture, int] = {"arm64": 183, "x86_64": 62}
LAMBDAS_LIMIT = 250 * 1024 * 1024

CONVERSATION = [
    {"role": "interviewer", "content": "What does an index change in a large table?"},
    {"role": "candidate", "content": "Reads become faster, and every insert also has to maintain the index."},
]
CV = """Ada Lovelace
ada@example.com

Experience
Senior Engineer, Example Ltd, January 2019 - March 2023
Built the services that keep the shop's orders, and led the move to events.

Skills
Python, SQL, Docker
"""
# A call for each tool, and a part of its answer.
CALLS: dict[str, tuple[dict[str, Any], str]] = {
    "code-executor": (
        {
            "code": "def double(x):\n    return 2 * x",
            "language": "python",
            "functionName": "double",
            "testCases": [{"input": "2", "expected": "4"}],
        },
        '"verdict": "AC"',
    ),
    # What a skill is called is data that it carries.
    "cv-analyzer": ({"cvText": CV}, '"id": "python"'),
    "performance-evaluator": (
        {"sessionId": "one", "conversationHistory": CONVERSATION},
        '"technical_knowledge"',
    ),
}

type Build = Callable[..., Path]


@dataclass(frozen=True)
class Process:
    """A process of the templates: what it is made from, what is started in it, and with which variables."""

    name: str
    deployable: Deployable
    module: str
    attribute: str
    variables: Mapping[str, str]


@pytest.fixture(scope="module")
def processes() -> Mapping[str, Process]:
    """Every process of ours in the templates of dev, by name."""
    made: list[Deployable] = []
    options = Deployable.options

    def recorded(self: Deployable, architecture: Architecture) -> dict[str, Any]:
        made.append(self)
        return options(self, architecture)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Deployable, "options", recorded)
        stacks = synthesised(replace(COMMITTED["dev"], account=ACCOUNT))
    return {process.name: process for process in _processes(stacks, made)}


def _processes(stacks: Stacks, made: list[Deployable]) -> Iterator[Process]:
    for stack in stacks.values():
        for resource in stack.of("AWS::Lambda::Function").values():
            properties = resource["Properties"]
            if "FunctionName" not in properties:  # CDK's own
                continue
            module, _, attribute = properties["Handler"].rpartition(".")
            yield Process(
                properties["FunctionName"].removeprefix("prepai-dev-"),
                _from(made, module),
                module,
                attribute,
                _resolved(properties["Environment"]["Variables"]),
            )
        for resource in stack.of("AWS::BedrockAgentCore::Runtime").values():
            properties = resource["Properties"]
            [entry] = properties["AgentRuntimeArtifact"]["CodeConfiguration"]["EntryPoint"]
            [deployable] = [each for each in made if each.main is not None and entry == "main.py"]
            yield Process(
                properties["AgentRuntimeName"].removeprefix("prepai_dev_"),
                deployable,
                deployable.entry,
                "main",
                _resolved(properties["EnvironmentVariables"]),
            )


def _from(made: list[Deployable], module: str) -> Deployable:
    [deployable] = {each.entry: each for each in made if each.entry == module}.values()
    return deployable


def _resolved(variables: Mapping[str, Any]) -> dict[str, str]:
    """What only AWS knows gets a value that says so, in the form that AWS gives it."""
    return {
        name: value
        if isinstance(value, str)
        else f"arn:aws:service:us-east-1:{ACCOUNT}:{name.lower()}/resolved"
        if name.endswith("_ARN")
        else f"resolved-{name.lower()}"
        for name, value in variables.items()
    }


@pytest.fixture(scope="module")
def build(processes: Mapping[str, Process], tmp_path_factory: pytest.TempPathFactory) -> Build:
    """`build("api", "arm64")`: the folder of an asset, made once; `again` makes it anew."""

    @cache
    def built(name: str, architecture: Architecture, again: int = 0) -> Path:
        folder = tmp_path_factory.mktemp(f"{name}-{architecture}-{again}")
        processes[name].deployable.build(folder, architecture)
        return folder

    return built


@pytest.fixture(scope="module")
def lambdas_own(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The packages of Lambda's runtime, and no other of this environment's."""
    folder = tmp_path_factory.mktemp("runtime")
    import boto3

    packages = Path(boto3.__file__).parents[1]
    for path in (path for pattern in LAMBDAS_OWN for path in packages.glob(pattern)):
        (folder / path.name).symlink_to(path)
    return folder


def files(asset: Path) -> list[Path]:
    return sorted(path.relative_to(asset) for path in asset.rglob("*") if path.is_file())


def locked(lock: str) -> set[str]:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text()
    return {_normal(name) for name in re.findall(r"^([A-Za-z0-9._-]+)==", text, re.MULTILINE)}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(20)


def run(process: Process, asset: Path, runtime: Path, code: str, scratch: Path) -> str:
    """What `code` prints where only the asset, the runtime's packages and the template's variables are known."""
    paths = [str(asset)] + ([str(runtime)] if process.module.startswith("lambdas.") else [])
    command = [
        # The interpreter below the virtual environment, whose packages are not to be found.
        *(str(Path(sys.executable).resolve()), "-I", "-S", "-c"),
        f"import sys; sys.path[:0] = {paths!r}; {code}",
    ]
    environment = {
        **process.variables,
        "PATH": os.defpath,
        "HOME": "/nowhere",
        "TMPDIR": str(scratch),
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "none",
        "AWS_SECRET_ACCESS_KEY": "none",
    }
    if process.module.startswith("lambdas."):
        environment["AWS_LAMBDA_FUNCTION_NAME"] = f"prepai-dev-{process.name}"
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env=environment, cwd=asset, timeout=110
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def test_these_are_all_processes_of_the_templates(processes: Mapping[str, Process]) -> None:
    assert set(processes) == set(PROCESSES)


def test_each_process_has_a_lock_of_its_own(processes: Mapping[str, Process]) -> None:
    locks = [process.deployable.lock for process in processes.values()]

    assert len(set(locks)) == len(locks)


def test_two_architectures_are_two_assets(processes: Mapping[str, Process]) -> None:
    for process in processes.values():
        assert process.deployable.digest("arm64") != process.deployable.digest("x86_64")


def test_the_cv_analyzer_carries_the_skills_and_nothing_else_of_the_knowledge(
    processes: Mapping[str, Process],
) -> None:
    carried = {path for path in processes["cv-analyzer"].deployable.files() if path.parts[0] == "knowledge"}
    assert carried == {path.relative_to(ROOT) for path in (ROOT / "knowledge" / "skills").iterdir()}


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
def test_a_process_starts_from_its_asset_with_the_templates_variables(
    processes: Mapping[str, Process], build: Build, lambdas_own: Path, tmp_path: Path, name: str
) -> None:
    process = processes[name]
    asset = build(name, this_machine())
    code = (
        f"import importlib; module = importlib.import_module({process.module!r});"
        f" assert callable(getattr(module, {process.attribute!r})); print(module.__file__)"
    )

    printed = run(process, asset, lambdas_own, code, tmp_path)

    assert printed.splitlines()[-1].startswith(str(asset))


@pytest.mark.long
@pytest.mark.parametrize("name", CALLS)
def test_a_tool_answers_from_its_asset(
    processes: Mapping[str, Process], build: Build, lambdas_own: Path, tmp_path: Path, name: str
) -> None:
    process = processes[name]
    event, part = CALLS[name]
    code = (
        f"import importlib, json; module = importlib.import_module({process.module!r});"
        f" print(json.dumps(module.{process.attribute}(json.loads({json.dumps(event)!r}), None)))"
    )

    printed = run(process, build(name, this_machine()), lambdas_own, code, tmp_path)

    answer = printed.splitlines()[-1]
    assert part in answer
    assert '"error": {' not in answer


@pytest.mark.long
def test_a_report_is_printed_by_the_evaluators_asset_as_it_is_here(
    processes: Mapping[str, Process], build: Build, lambdas_own: Path, tmp_path: Path
) -> None:
    process = processes["performance-evaluator"]
    about = About("Ada", "Backend", None, "mid", "en", datetime(2026, 3, 1, tzinfo=UTC), {})
    paper = document(for_candidate(evaluate(EvaluationInput(interview_id="one")), ()), about)
    event = json.dumps({"document": paper.model_dump(mode="json")})
    code = (
        f"import importlib, json; module = importlib.import_module({process.module!r});"
        f" print(module.{process.attribute}(json.loads({event!r}), None)['pdf'])"
    )

    printed = run(process, build(process.name, this_machine()), lambdas_own, code, tmp_path)

    assert base64.b64decode(printed.splitlines()[-1]) == write_pdf(paper)


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
def test_an_asset_for_arm64_holds_machine_code_for_nothing_else(build: Build, name: str) -> None:
    asset = build(name, "arm64")
    heads = {path: _head(asset / path) for path in files(asset)}
    machines = {
        path: int.from_bytes(head[18:20], "little")
        for path, head in heads.items()
        if head.startswith(b"\x7fELF")
    }

    assert {path: machine for path, machine in machines.items() if machine != MACHINES["arm64"]} == {}
    # Native parts of pydantic are in all of them: without any, this looked at nothing.
    assert machines
    assert all(path.suffix == ".so" or ".so." in path.name for path in machines)


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
def test_an_asset_holds_exactly_the_packages_of_its_lock(
    processes: Mapping[str, Process], build: Build, name: str
) -> None:
    asset = build(name, "arm64")

    installed = {_normal(path.name.split("-")[0]) for path in asset.glob("*.dist-info")}

    assert installed == locked(processes[name].deployable.lock)


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
def test_everything_in_an_asset_belongs_to_a_package_or_is_ours(
    processes: Mapping[str, Process], build: Build, name: str
) -> None:
    asset = build(name, "arm64")
    recorded = {
        line.rpartition(",")[0].rpartition(",")[0].strip('"')
        for record in asset.glob("*.dist-info/RECORD")
        for line in record.read_text().splitlines()
    }
    deployable = processes[name].deployable
    ours = {str(path) for path in (*deployable.files(), *deployable.rendered())} | {"main.py"}
    # Packages come as bytecode in their sources' place.
    compiled = {f"{name}c" for name in recorded if name.endswith(".py")}

    strange = [
        path
        for path in files(asset)
        if "__pycache__" not in path.parts and str(path) not in recorded | compiled | ours
    ]

    assert not strange


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
def test_an_asset_holds_no_tests_no_tools_of_ours_and_no_other_handler(
    processes: Mapping[str, Process], build: Build, name: str
) -> None:
    process = processes[name]
    ours = [path for path in files(build(name, "arm64")) if path.parts[0] in {"runtime", "lambdas"}]
    folders = {path.parts[:2] for path in ours if path.parts[0] == "lambdas" and len(path.parts) > 2}
    tops = {path.parts[0] for path in files(build(name, "arm64"))}

    assert not tops & {"tests", "infra", "models", "benchmarks", "web", "docs", "boto3_stubs", "pytest"}
    assert not [path for path in ours if {"local", "cli", "tests"} & set(path.parts)]
    if process.module.startswith("lambdas."):
        assert folders - {("lambdas", "__pycache__")} == {tuple(process.module.split(".")[:2])}
    else:
        assert not folders


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
def test_an_asset_fits_lambda_and_can_be_read_by_whoever_runs_it(build: Build, name: str) -> None:
    asset = build(name, "arm64")

    assert sum((asset / path).stat().st_size for path in files(asset)) < LAMBDAS_LIMIT
    modes = {path.stat().st_mode & 0o777 for path in asset.rglob("*") if path.is_file()}
    assert modes == {0o644}


@pytest.mark.long
@pytest.mark.parametrize("name", PROCESSES)
def test_an_asset_made_twice_is_the_same_bytes(build: Build, name: str) -> None:
    def content(asset: Path) -> dict[str, str]:
        return {str(path): hashlib.sha256((asset / path).read_bytes()).hexdigest() for path in files(asset)}

    first, second = content(build(name, "arm64")), content(build(name, "arm64", again=1))

    assert {path for path in first.keys() | second.keys() if first.get(path) != second.get(path)} == set()


@pytest.mark.long
def test_the_apis_asset_is_small_enough_to_start_fast(build: Build, tmp_path: Path) -> None:
    archive = Path(shutil.make_archive(str(tmp_path / "api"), "zip", build("api", "arm64")))

    assert archive.stat().st_size <= 8_000_000
