"""The code executor as a tool: what it is asked, and what it answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict

from .engine import Engine
from .engines import Engines
from .errors import SandboxError
from .execution import execute, languages
from .kernel import KernelEngine
from .probing import probe
from .submission import CodeRequest, Limits

# An agent's answer has room for 24 KB, and its model for less.
_MOST_BYTES: Final = 23_000
_MOST_RESULTS: Final = 40
# What is shown of each text, the most that fits.
_MOST_SHOWN: Final = (400, 200, 100, 40, 0)
# Whoever asks through the deployed API is given up on after 29 s. What is left is for a second attempt's last second
# (`Engines.run`), for another that measuring may be waited for, for a start and the way back.
_LIMITS: Final = Limits(submission_s=24)


class LanguagesRequest(BaseModel):
    """`{languages: true}`: what can be run here, and what holds it. The platform asks so; an agent has no need to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: bool


class ProbeRequest(BaseModel):
    """`{probe: true}`: try whether the sandbox holds where the tool runs. Who operates it asks so."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    probe: Literal[True]


def answer(engine: Engine, request: CodeRequest) -> dict[str, Any]:
    """`{results, isolation}` with one result per test, or `{error}`."""
    try:
        run = execute(engine, request.submission(_LIMITS), measured=True)
    except SandboxError as refusal:
        return _refused(refusal)
    return run.public().model_dump(mode="json")


def known(engine: Engine) -> dict[str, Any]:
    """`{languages, isolation}`, or `{error}`."""
    try:
        listed = [language.model_dump(mode="json") for language in languages(engine)]
    except SandboxError as refusal:
        return _refused(refusal)
    return {"languages": listed, "isolation": engine.isolation}


def probed(engine: Engine) -> dict[str, Any]:
    """What `prepai doctor` finds out, as JSON: each attempt to get out and what came of it.

    Linux's walls are tried around Python, which is there where no compiler is.
    """
    parts: Iterable[Engine] = engine if isinstance(engine, Iterable) else (engine,)
    with KernelEngine(workers=1, native_python=True) as kernel:
        others = (part for part in parts if not isinstance(part, KernelEngine))
        return probe(Engines(*others, kernel)).model_dump(mode="json")


type Question = tuple[type[BaseModel], Callable[[Engine], dict[str, Any]]]


def question(event: object) -> Question | None:
    """What the event asks about the tool itself, and what answers it; `{languages: false}` asks for nothing."""
    questions: dict[str, Question] = {"languages": (LanguagesRequest, known), "probe": (ProbeRequest, probed)}
    if not isinstance(event, Mapping):
        return None
    return next((asked for name, asked in questions.items() if event.get(name) is True), None)


def brief(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as an agent gets it: one result per test always, and of the later ones the verdict alone.

    What was printed or returned and what went wrong is cut to what has room. Nothing is added: what a hidden test does
    not show is not there to be cut.
    """
    for most in _MOST_SHOWN:
        shown = [_cut(result, most) for result in answer["results"][:_MOST_RESULTS]]
        rest = [
            {name: result[name] for name in ("verdict", "hidden")}
            for result in answer["results"][_MOST_RESULTS:]
        ]
        short = {**answer, "results": shown + rest, "tests": len(answer["results"])}
        if short.get("not_compiled"):
            short["not_compiled"] = _start(short["not_compiled"], most)
        if len(json.dumps(short, ensure_ascii=False).encode("utf-8", "replace")) <= _MOST_BYTES:
            break
    return short


def _cut(result: dict[str, Any], most: int) -> dict[str, Any]:
    actual, error = result["actual"], result["error"]
    text = actual if isinstance(actual, str) else json.dumps(actual, ensure_ascii=False)
    return {
        **result,
        "actual": actual if len(text) <= most else _start(text, most),
        "stdout": _start(result["stdout"], most),
        "stderr": "",
        "error": None if error is None else _ends(error, most),
    }


def _start(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[:most]}... ({len(text)} characters)"


def _ends(text: str, most: int) -> str:
    # The first line says what does not compile, the last what was raised.
    return text if len(text) <= most else f"{text[: most // 2]} ... {text[len(text) - most // 2 :]}"


def _refused(refusal: SandboxError) -> dict[str, Any]:
    return {"error": {"type": refusal.kind, "detail": str(refusal)}}
