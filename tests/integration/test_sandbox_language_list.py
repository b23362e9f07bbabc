"""`GET /api/languages` says what really runs: the engines are real, and what they say of themselves is tried."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from runtime.api import Container, create_app
from runtime.api.gate import LOOPBACK_HOSTS, UPLOADS
from runtime.cv.analysis import analyze
from runtime.evaluation import evaluate
from runtime.evaluation.pdf import write_pdf
from runtime.interview.interviewer import AuthoredInterviewer
from runtime.knowledge import load_bank
from runtime.knowledge.phrases import load_phrases
from runtime.local.store import SqliteStore
from runtime.local.uploads import LocalUploads
from runtime.people.access import LOCAL_USER
from runtime.sandbox import EngineExecutor, Submission, execute
from runtime.sandbox.engines import Engines, all_engines
from runtime.services.platform import Services, Tools
from runtime.voice.conversation import VoicePorts
from runtime.voice.server import create_voice_app
from runtime.voice.tickets import Tickets

# What each language's version is made of, and a program that prints the version it runs on.
VERSIONS = {
    "python": r"CPython (\d+\.\d+\.\d+) on WASI",
    "sql": r"SQLite (\d+\.\d+\.\d+)",
    "javascript": r"ECMAScript 2025, QuickJS \(quickjs-wasi \d+\.\d+\.\d+\)",
    "typescript": r"types stripped by sucrase \d+\.\d+\.\d+, QuickJS; types are not checked",
    "c": r"gcc (\d+\.\d+)\.\d+, GNU C17, -O2",
    "cpp": r"g\+\+ (\d+\.\d+)\.\d+, GNU C\+\+20, -O2",
    "java": r"Java (\d+)[\d.]*",
    "go": r"Go (\d+\.\d+[\d.]*)",
}
SAYS = {
    "python": "import platform; print(platform.python_implementation() and platform.python_version())",
    "c": '#include <stdio.h>\nint main(void) { printf("%d.%d", __GNUC__, __GNUC_MINOR__); }',
    "cpp": "#include <iostream>\nstatic_assert(__cplusplus == 202002L);\n"
    'int main() { std::cout << __GNUC__ << "." << __GNUC_MINOR__; }',
    "java": "class Main { public static void main(String[] a) { System.out.print(Runtime.version().feature()); } }",
    "go": 'package main\nimport ("fmt"; "runtime")\nfunc main() { fmt.Print(runtime.Version()[2:]) }',
}
ECMASCRIPT_2025 = """
const pieces = [new Set([1]).union(new Set([2])).size, [1, 2].values().map(n => n * 2).toArray().join(),
  RegExp.escape('-').length > 1, Math.f16round(1.5), /(?i:A)b/.test('ab'), typeof Promise.try,
  /(?<y>a)|(?<y>b)/.exec('b').groups.y]
console.log(pieces.join(' '))
"""


@pytest.fixture(scope="module")
def engines() -> Iterator[Engines]:
    with all_engines(workers=1) as engines:
        yield engines


@pytest.fixture
def client(engines: Engines, tmp_path: Path) -> Iterator[TestClient]:
    store = SqliteStore(tmp_path / "data")
    tools = Tools(code=EngineExecutor(engines), cv=analyze, evaluation=evaluate, pdf=write_pdf)
    services = Services.over(store, load_bank(), load_phrases(), tools, LocalUploads(store, path=UPLOADS))
    ports = VoicePorts(
        store=store,
        turns=services.turns,
        plans=services.plans,
        code=services.code,
        interviews=services.interviews,
        interviewer=AuthoredInterviewer(),
        recognizer=None,
        synthesizer=None,
    )
    container = Container.over(
        services,
        Tickets(store),
        engines=ports.engines,
        authenticate=lambda _: LOCAL_USER,
        socket_url=lambda at, id_, ticket: f"ws://{at.url.netloc}/{id_}?ticket={ticket}",
        page=None,
    )
    app = create_app(container, hosts=LOOPBACK_HOSTS, voice=create_voice_app(ports, container.tickets))
    with TestClient(app, base_url="http://localhost:8000") as client:
        yield client
    store.close()


def test_the_list_names_what_runs_by_its_version_engine_and_isolation(
    client: TestClient, engines: Engines
) -> None:
    listed = {line["language"]: line for line in client.get("/api/languages").json()["items"]}
    assert {"python", "javascript", "typescript", "sql"} <= set(listed)
    for name, line in listed.items():
        assert re.fullmatch(VERSIONS[name], line["version"]), line
        assert (line["engine"], line["isolation"].partition(":")[0]) in {
            ("wasm", "WebAssembly"),
            ("kernel", "Linux"),
        }
        # A run names the same isolation as the list does.
        assert execute(engines, Submission(language=name, code="")).isolation == line["isolation"]


@pytest.mark.parametrize("language", [*SAYS, "sql"])
def test_a_program_sees_the_version_that_is_listed(engines: Engines, language: str) -> None:
    listed = {known.name: known.version for known in engines.languages()}
    if language not in listed:
        pytest.skip(f"no {language} here")
    code = "select sqlite_version()" if language == "sql" else SAYS[language]
    (result,) = execute(engines, Submission(language=language, code=code)).results
    found = re.fullmatch(VERSIONS[language], listed[language])
    assert found, listed
    assert result.stdout.split()[-1] == found[1], (result, listed)


def test_javascript_is_of_the_year_that_is_listed(engines: Engines) -> None:
    (result,) = execute(engines, Submission(language="javascript", code=ECMASCRIPT_2025)).results
    assert result.stdout == "2 2,4 true 1.5 true function b\n", result


def test_types_are_taken_away_and_not_checked_as_is_listed(engines: Engines) -> None:
    code = "const wrong: number = 'text'; console.log(wrong)"
    (result,) = execute(engines, Submission(language="typescript", code=code)).results
    assert result.stdout == "text\n", result
