"""The `prepai` command. Each subcommand parses, calls one thing and prints; imports are late to start fast."""

from __future__ import annotations

import json
import logging
import sys
from datetime import date
from functools import partial
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from rich.console import Console
from rich.table import Table

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="PrepAI: an AI interviewer whose every score can be traced to what was said or executed.",
)
# Progress and complaints go to stderr, so that stdout is what a script reads.
_err = Console(stderr=True, highlight=False)


def main() -> None:
    """The entry point; a mistake of the caller's is one sentence and exit code 2, never a traceback."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    app()


@app.command()
def run(
    host: Annotated[
        str | None, typer.Option(help="Address to answer on; anything but loopback needs PREPAI_TOKEN.")
    ] = None,
    port: Annotated[int | None, typer.Option(help="Port; 0 takes a free one.")] = None,
    data: Annotated[Path | None, typer.Option(help="Folder that holds everything.")] = None,
    speech: Annotated[str | None, typer.Option(help="embedded, or off for typed interviews only.")] = None,
) -> None:
    """Start the platform: page, API and interviews, on this machine only."""
    from runtime.cli.run import run_platform

    _exit(run_platform(_settings(host=host, port=port, data=data, speech=speech), _err))


@app.command()
def demo(
    cv: Annotated[Path | None, typer.Option(help="A CV to interview about.")] = None,
    answers: Annotated[
        Path | None, typer.Option(help="Folder of WAV files, spoken in the order of their names.")
    ] = None,
) -> None:
    """A whole interview over the real HTTP and WebSocket interfaces, with its report."""
    from runtime.cli.demo import run_demo

    _exit(run_demo(cv=cv, answers=answers, out=Console(highlight=False), err=_err))


@app.command()
def cv(
    file: Path,
    as_of: Annotated[
        str | None, typer.Option(help="Day up to which a current job counts, YYYY-MM-DD.")
    ] = None,
    model: Annotated[
        str | None,
        typer.Option(help="A model that reads it a second time and fills gaps; needs --model-url."),
    ] = None,
    model_url: Annotated[
        str | None,
        typer.Option(
            help="Its server, speaking OpenAI's chat completions: http://localhost:11434 is Ollama's."
        ),
    ] = None,
) -> None:
    """Read a CV and print {resume, analysis} as JSON."""
    from runtime.cv.errors import CvError
    from runtime.cv.limits import MAX_BYTES
    from runtime.local.reading import SeparateReader

    if (model is None) != (model_url is None):
        _fail("expected --model and --model-url together: the model's name and its server")
    second = None
    if model is not None and model_url is not None:
        from runtime.local.cv_model import ChatProfileModel

        second = partial(ChatProfileModel, url=model_url, model=model)
    try:
        day = date.fromisoformat(as_of) if as_of else None
    except ValueError as error:
        _fail(f"--as-of: expected YYYY-MM-DD ({error})")
    document = _bytes(file, most=MAX_BYTES + 1)
    if len(document) > MAX_BYTES:
        _fail(
            f"{file} has more than {MAX_BYTES // 1_048_576} MB, the most a CV may have; "
            "export it with smaller pictures"
        )
    try:
        result = SeparateReader(model=second)(document, file.name, as_of=day)
    except CvError as error:
        _fail(str(error))
    _print_json(result.model_dump(mode="json", exclude_none=True))


@app.command()
def code(
    file: Path,
    language: Annotated[str, typer.Option(help="The language of FILE.")] = "python",
    tests: Annotated[
        Path | None,
        typer.Option(help='JSON: [{"input", "expected"}, ...] or {"functionName", "testCases": [...]}.'),
    ] = None,
    function: Annotated[str | None, typer.Option(help="The function that the tests call.")] = None,
) -> None:
    """Run code in the sandbox against tests and print the results as JSON. Exit code 1: not all passed."""
    from pydantic import ValidationError

    from runtime.sandbox import CodeRequest, SandboxError, execute
    from runtime.sandbox.engines import all_engines

    payload = _tests(tests) | {"language": language, "code": _bytes(file).decode("utf-8", "replace")}
    if function:
        payload["functionName"] = function
    try:
        with all_engines(workers=1) as engine:
            outcome = execute(engine, CodeRequest.model_validate(payload).submission(), measured=True)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        _fail(f"{tests}: {'.'.join(map(str, first['loc']))}: {first['msg']}")
    except SandboxError as error:
        _fail(str(error))
    _print_json(outcome.model_dump(mode="json"))
    _exit(0 if all(result.verdict == "AC" for result in outcome.results) else 1)


@app.command()
def grade(
    answers: Annotated[Path, typer.Option("--in", help="JSON lines {question, reference, answer}.")],
    scores: Annotated[Path, typer.Option("--out", help="JSON lines {score, evidence}, one per answer.")],
) -> None:
    """Grade short answers against references, by the same extractor and formula as interviews."""
    from runtime.evaluation import grade as grade_answer

    lines = _bytes(answers).decode("utf-8", "replace").splitlines()
    with scores.open("w", encoding="utf-8") as out:
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            try:
                entry = json.loads(line)
                graded = grade_answer(str(entry["question"]), str(entry["reference"]), str(entry["answer"]))
            except (ValueError, KeyError, TypeError) as error:
                _fail(f"{answers}, line {number}: expected {{question, reference, answer}} as JSON ({error})")
            out.write(graded.model_dump_json() + "\n")
            if number % 100 == 0:
                _err.print(f"{number} of {len(lines)} graded")


@app.command()
def doctor() -> None:
    """Say what works on this machine, and how to mend what does not."""
    from runtime.cli.doctor import examine

    table = Table("", "what", "how it stands", box=None)
    checks = examine(_settings(), _err)
    for check in checks:
        table.add_row("[green]ok[/]" if check.ok else "[red]no[/]", check.what, check.how)
    Console().print(table)
    _exit(0 if all(check.ok or check.optional for check in checks) else 1)


def _settings(**given: Any) -> Any:
    from pydantic import ValidationError

    from runtime.settings import LaptopSettings

    try:
        return LaptopSettings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        _fail(f"{'.'.join(map(str, first['loc']))}: {first['msg']}")


def _tests(path: Path | None) -> dict[str, Any]:
    if path is None:
        return {}
    try:
        loaded = json.loads(_bytes(path))
    except ValueError as error:
        _fail(f"{path}: expected JSON ({error})")
    return {"testCases": loaded} if isinstance(loaded, list) else dict(loaded)


def _bytes(path: Path, *, most: int = -1) -> bytes:
    """The first `most` bytes of a file, or all: a device or a pipe may have no end."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        _fail(f"cannot read {path}: {error.strerror}")


def _print_json(value: object) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def _fail(message: str) -> NoReturn:
    _err.print(f"[red]prepai:[/] {message}", markup=True)
    raise typer.Exit(2)


def _exit(status: int) -> NoReturn:
    raise typer.Exit(status)
