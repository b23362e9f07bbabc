"""A submission in the kernel engine: what its warden is asked, and what is made of the answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from pydantic import JsonValue

from .. import observing
from ..engine import Ending, Observation, Program, TestInput
from ..submission import Limits
from . import messages
from .toolchains import NotAProgram, Toolchain
from .zygote import Warden

# What compiling may take on a busy machine, and a process's start.
COMPILE_TIMEOUT_S: Final = 90
_START_TIMEOUT_S: Final = 60
_SLACK_S: Final = 10


class Run:
    """One submission with its warden."""

    def __init__(self, warden: Warden, toolchain: Toolchain, program: Program, limits: Limits) -> None:
        self._warden = warden
        self._toolchain = toolchain
        self._program = program
        self._limits = limits
        self._cpu_s = limits.cpu_s * toolchain.cpu_factor
        self._wall_s = 2 * self._cpu_s + 1
        self._bytes_left = limits.total_bytes
        self._deadline = 0.0

    def observations(self, inputs: Sequence[TestInput]) -> Iterator[Observation]:
        self._deadline = time.monotonic() + self._limits.submission_s
        final = replace(self._open(), before_input=True)
        before = final.stdout
        settled = final.ending != "returned"
        for index, test in enumerate(inputs):
            if self._program.loads_only:
                yield replace(final, index=index)
            elif settled and (index == 0 or time.monotonic() < self._deadline):
                yield Observation(index, final.ending, error=final.error, before_input=final.before_input)
            elif time.monotonic() >= self._deadline:
                yield observing.not_run(index, self._limits)
            else:
                observation = self._test(index, test)
                if index == 0 and before:
                    observation = observing.printed_first(before, observation)
                settled, final = observation.ending in ("not_compiled", "engine_failed"), observation
                yield observing.within_total(observation, self._bytes_left, self._limits)

    def _open(self) -> Observation:
        try:
            # What some editors write before the text is not part of it; half of the compilers take it for a symbol.
            self._program = replace(self._program, source=self._program.source.removeprefix("\ufeff"))
            recipe = self._toolchain.recipe(self._program)
        except NotAProgram as told:
            return Observation(0, "not_compiled", error=str(told))
        request = {
            "kind": "open",
            "recipe": recipe,
            "source": recipe.pop("text", self._program.source),
            "function": self._program.function_name,
            "in_place": self._program.in_place,
            "per_test": self._program.per_test,
            "memory_bytes": self._limits.memory_mb << 20,
            "cpu_s": self._cpu_s,
            **self._clock(),
            "output_bytes": self._limits.output_bytes,
        }
        seen = self._read(0, self._warden.ask(request, COMPILE_TIMEOUT_S))
        if seen.ending == "not_compiled" and recipe["kind"] == "native":
            return replace(seen, error=messages.compiled(seen.error or "", self._toolchain.complaint))
        return seen

    def _test(self, index: int, test: TestInput) -> Observation:
        clock = self._clock()
        request: dict[str, Any] = {"kind": "test", **clock}
        if self._program.function_name is None:
            request["stdin"] = test.stdin
        elif self._toolchain.by_name:
            request["arguments"] = json.dumps([test.args, test.kwargs])
        elif test.kwargs:
            return Observation(index, "raised", error="arguments by name are for Python; give them in order")
        else:
            kind = "i" if self._program.in_place else "c"
            request["tokens"] = kind + _tokens(list(test.args))
        answer = self._warden.ask(request, clock["most_s"] + _START_TIMEOUT_S + _SLACK_S)
        if answer is not None and answer["error"] == "wall":
            if time.monotonic() >= self._deadline:
                waited, cpu_s = answer["wall_ms"] / 1e3, answer["cpu_ms"] / 1e3
                if not observing.had_its_time(waited, cpu_s, min(self._wall_s, self._limits.submission_s)):
                    return observing.not_run(index, self._limits)
                answer["error"] = f"the submission's {self._limits.submission_s:g} s were used up"
            else:
                answer["error"] = f"no answer in {clock['wall_s']:g} s"
        return self._read(index, answer)

    def _clock(self) -> dict[str, float]:
        left = max(0.01, self._deadline - time.monotonic())
        return {"wall_s": min(self._wall_s, left), "most_s": left}

    def _read(self, index: int, answer: dict[str, Any] | None) -> Observation:
        if answer is None:
            return Observation(index, "engine_failed", error="the sandbox was ended from outside")
        ending: Ending = answer["ending"] or "crashed"
        value: JsonValue = None
        error: str | None = answer["error"]
        if answer["frame"] is not None and answer["ending"] is None:
            if len(answer["frame"]) > self._limits.frame_bytes:
                ending, error = "output", f"the result is larger than {self._limits.frame_bytes} bytes"
            else:
                ending, value, error = observing.parsed(answer["frame"])
        trace = self._toolchain.trace
        stderr = trace(answer["stderr"])
        if ending == "raised" and answer["ending"] is None:
            error = messages.uncalled(trace(error or ""))
        elif ending in ("raised", "crashed"):
            error = messages.died(stderr, error or "", words_first=self._toolchain.words_first)
        if ending == "time" and error == "cpu":
            error = f"more than {self._cpu_s:g} s of CPU time"
        if ending == "output" and error == "output":
            error = f"more than {self._limits.output_bytes} bytes were printed"
        if ending == "engine_failed":
            return Observation(index, ending, error=error or "the sandbox failed")
        self._bytes_left -= len(answer["frame"] or "") + len(answer["stdout"]) + len(answer["stderr"])
        return Observation(
            index,
            ending,
            value=value,
            stdout=answer["stdout"],
            stderr=stderr,
            error=error,
            cpu_ms=round(answer["cpu_ms"], 3),
            wall_ms=round(answer["wall_ms"], 3),
            peak_kb=answer["peak_kb"],
        )


def _tokens(value: JsonValue) -> str:  # noqa: PLR0911 - one per kind of value
    """A value for the harness of a typed language: `t f n i1; d1.5; s3:abc l2: m1:`, sizes in bytes of UTF-8."""
    match value:
        case True | False:
            return "t" if value else "f"
        case None:
            return "n"
        case int():
            return f"i{value};"
        case float():
            return f"d{value!r};"
        case str():
            return f"s{_text(value)}"
        case list():
            return f"l{len(value)}:" + "".join(map(_tokens, value))
        case dict():
            return f"m{len(value)}:" + "".join(f"s{_text(key)}{_tokens(item)}" for key, item in value.items())
    raise TypeError(type(value))


def _text(value: str) -> str:
    whole = value.encode("utf-8", "replace").decode()
    return f"{len(whole.encode())}:{whole}"
