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
from runtime.aws.telemetry import in_lambda
from runtime.sandbox.engine import Engine
from runtime.sandbox.engines import all_engines

_CREDENTIALS: Final = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    # Where a process that was started from a snapshot finds them instead.
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
)


def executor_engine(count: Count) -> Engine:
    """The engine of this process. Raises `SandboxUnavailable` in Lambda, where it is warmed, when nothing holds."""
    for name in _CREDENTIALS:  # this function needs none, and candidate code is about to run beside it
        os.environ.pop(name, None)
    if not in_lambda():
        return CountedEngine(all_engines(), count)
    # A function's home cannot be written, and its temporary folder is its own.
    engine = all_engines(directory=Path(tempfile.gettempdir()) / "prepai")
    engine.languages()
    _around_snapshot(engine.rest, engine.wake)
    return CountedEngine(engine, count)


def _around_snapshot(before: Callable[[], None], after: Callable[[], None]) -> None:
    try:
        # Part of Lambda's managed runtime and of nothing else.
        from snapshot_restore_py import register_after_restore, register_before_snapshot  # noqa: PLC0415
    except ImportError:
        return
    register: tuple[Callable[..., Any], ...] = (register_before_snapshot, register_after_restore)
    register[0](before)
    register[1](after)
