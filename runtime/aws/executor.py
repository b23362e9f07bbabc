"""The sandbox in a function of its own: nothing to steal around it, and warm before the first call.

Building what interpreters start from takes half a minute. In Lambda that is done while the function is initialised, and
SnapStart keeps the result, folder included. What SnapStart would copy as well are running workers, whose clocks and
random numbers all copies would share, so they end before and start anew after.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from runtime.aws.counted import Count, CountedEngine
from runtime.aws.invocations import Remains, between_invocations, end
from runtime.aws.telemetry import in_lambda
from runtime.sandbox.engine import Engine
from runtime.sandbox.engines import Engines, all_engines
from runtime.sandbox.workers import WorkerEngine

LANGUAGES: Final = ("python", "sql", "javascript", "typescript")
"""What every deployment runs: a release that cannot fails, instead of telling candidates so one by one."""

CREDENTIALS: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    # Where a process that was started from a snapshot finds them instead.
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)
# An interpreter that broke under its program, and a worker that was ended from outside.
_ANOMALIES: Final = frozenset({"SandboxCrashes", "SandboxFailures"})
_FOLDER: Final = "prepai"


def executor_engine(count: Count) -> Engine:
    """The engine of this process.

    Raises `SandboxUnavailable` in Lambda, where it is warmed, when one of `LANGUAGES` is not there.
    """
    for name in CREDENTIALS:  # this function needs none, and candidate code is about to run beside it
        os.environ.pop(name, None)
    if not in_lambda():
        return CountedEngine(all_engines(on_failure=lambda: count("SandboxFailures")), count)
    anomalies: list[str] = []

    def watched(name: str) -> None:
        count(name)
        if name in _ANOMALIES:
            anomalies.append(name)

    # A function's home cannot be written, and its temporary folder is its own.
    temporary = Path(tempfile.gettempdir())
    engine = all_engines(directory=temporary / _FOLDER, on_failure=lambda: watched("SandboxFailures"))
    for name in LANGUAGES:
        engine.language(name)
    _around_snapshot(engine.rest, engine.wake)
    remains = Remains(temporary, keep=(_FOLDER,), processes=lambda: _processes(engine))
    remains.swept()  # of a process that ended here before: Lambda starts the next one in the same folder

    def tidy() -> None:
        found = [*anomalies, *remains.swept()]
        if found:
            engine.close()
            end(", ".join(found))

    between_invocations(tidy)
    return CountedEngine(engine, watched)


def _processes(engine: Engines) -> tuple[frozenset[int], frozenset[int]]:
    """Those that have no children, and those whose children are theirs."""
    workers = frozenset[int]().union(*(part.processes for part in engine if isinstance(part, WorkerEngine)))
    return workers, engine.processes - workers


def _around_snapshot(before: Callable[[], None], after: Callable[[], None]) -> None:
    # Part of Lambda's own Python and of nothing else.
    from snapshot_restore_py import register_after_restore, register_before_snapshot  # noqa: PLC0415

    register: tuple[Callable[..., Any], ...] = (register_before_snapshot, register_after_restore)
    register[0](before)
    register[1](after)
