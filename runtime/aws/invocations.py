"""Between two invocations of a function: nothing of one is left to the next, and after an anomaly there is no next.

A function's process, its `/tmp` and its children outlive an invocation. Candidates' code is not to reach any of them;
should it ever, whoever comes next must not meet what it left.
"""

from __future__ import annotations

import ctypes
import logging
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Final

_log = logging.getLogger(__name__)

_PR_SET_CHILD_SUBREAPER: Final = 36


def between_invocations(work: Callable[[], None]) -> None:
    """Have `work` done once each answer is out, before the next invocation is asked for.

    Lambda's loop for Python calls nothing there. A timer would not do: a function is frozen as soon as it asks for its
    next invocation, and would be ended by it in the middle of that one.
    """
    from awslambdaric.lambda_runtime_client import LambdaRuntimeClient  # noqa: PLC0415 - in Lambda alone

    wait = LambdaRuntimeClient.wait_next_invocation

    def wait_after_work(client: Any) -> Any:
        work()
        return wait(client)

    LambdaRuntimeClient.wait_next_invocation = wait_after_work


class Remains:
    """What is left in `folder` and below this process that is not ours.

    Args:
        folder: whose entries are removed, all but those named in `keep`.
        processes: our children, which are alone, and those below which all is theirs; asked each time.
    """

    def __init__(
        self,
        folder: Path,
        *,
        keep: Iterable[str],
        processes: Callable[[], tuple[frozenset[int], frozenset[int]]],
    ) -> None:
        self._folder = folder
        self._keep = frozenset(keep)
        self._processes = processes
        # What loses its parent becomes our child instead of nobody's.
        if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER) refused")

    def swept(self) -> list[str]:
        """Remove files and end processes. Returns what there was, in words that name none of it."""
        processes, files = self._end_processes(), self._remove_files()
        found = {"processes": processes, "files": files}
        return [f"{count} {name}" for name, count in found.items() if count]

    def _remove_files(self) -> int:
        found = [path for path in self._folder.iterdir() if path.name not in self._keep]
        for path in found:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink()
        return len(found)

    def _end_processes(self) -> int:
        ended = 0
        # Each generation that ends may leave another one to us.
        while strays := self._strays():
            ended += len(strays)
            for stray in strays:
                os.kill(stray, signal.SIGKILL)
            for stray in strays:
                if (seen := _state_and_parent(stray)) and seen[1] == os.getpid():
                    os.waitpid(stray, 0)
        return ended

    def _strays(self) -> list[int]:
        """The uppermost of those that are not ours."""
        children: dict[int, list[int]] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit() and (seen := _state_and_parent(int(entry.name))):
                state, parent = seen
                # What has ended already is only ours to take away where it is our child.
                if state != "Z" or parent == os.getpid():
                    children.setdefault(parent, []).append(int(entry.name))
        # Asked after looking: whatever of ours was seen is in it.
        alone, trees = self._processes()
        below = children.get(os.getpid(), [])
        found = [child for child in below if child not in alone | trees]
        return found + [child for worker in alone for child in children.get(worker, [])]


def end(reason: str) -> None:
    """End this process; Lambda starts the function anew for whoever calls next."""
    _log.warning("this environment ends itself: %s", reason)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(1)


def _state_and_parent(process: int) -> tuple[str, int] | None:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(errors="replace")
    except OSError:
        return None
    state, parent = stat.rpartition(")")[2].split()[:2]
    return state, int(parent)
