"""The code executor as a tool: what it is asked, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from .engine import Engine
from .errors import SandboxError
from .execution import execute, languages
from .submission import CodeRequest, Limits

# An agent's answer has room for 24 KB, and its model for less.
_MOST_RESULTS: Final = 40
_MOST_PRINTED: Final = 400
# Whoever asks through the deployed API is given up on after 29 s: what is left is for a start and the way back.
_LIMITS: Final = Limits(submission_s=24)


class LanguagesRequest(BaseModel):
    """`{languages: true}`: what can be run here, and what holds it. The platform asks so; an agent has no need to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    languages: bool


def asks_for_languages(event: object) -> bool:
    """Whether it is a `LanguagesRequest`; `{languages: false}` asks for nothing."""
    return isinstance(event, Mapping) and event.get("languages") is True


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


def brief(answer: dict[str, Any]) -> dict[str, Any]:
    """The answer as an agent gets it: what a program printed is cut."""
    shown = [
        {**result, "stdout": result["stdout"][:_MOST_PRINTED], "stderr": ""}
        for result in answer["results"][:_MOST_RESULTS]
    ]
    return {**answer, "results": shown, "tests": len(answer["results"])}


def _refused(refusal: SandboxError) -> dict[str, Any]:
    return {"error": {"type": refusal.kind, "detail": str(refusal)}}
