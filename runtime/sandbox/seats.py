"""So many submissions at once, and so many that may wait for a while: what an engine's work is bounded by."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

from .errors import SandboxBusy, SandboxUnavailable


class Seats:
    """`count` at once; `queue` may wait, each at most `wait_s` seconds. Safe for several threads."""

    def __init__(self, count: int, *, queue: int, wait_s: float) -> None:
        self._count = count
        self._queue = queue
        self._wait_s = wait_s
        self._condition = threading.Condition()
        self._taken = 0
        self._waiting = 0
        self._closed = False

    @contextlib.contextmanager
    def seat(self) -> Iterator[None]:
        """One of them, for as long as the block takes.

        Raises `SandboxBusy` where too many wait or none came free in time, `SandboxUnavailable` after `close`.
        """
        with self._condition:
            if self._taken >= self._count and self._waiting >= self._queue:
                raise SandboxBusy(f"{self._waiting} submissions already wait for a seat: try again shortly")
            self._waiting += 1
            try:
                # It looks once more when the time is over: a seat may have come free while nobody was told.
                if not self._condition.wait_for(
                    lambda: self._taken < self._count or self._closed, self._wait_s
                ):
                    raise SandboxBusy(f"no seat came free in {self._wait_s:g} s: try again shortly")
            finally:
                self._waiting -= 1
            if self._closed:
                raise SandboxUnavailable("the sandbox is closed")
            self._taken += 1
        try:
            yield
        finally:
            with self._condition:
                self._taken -= 1
                self._condition.notify()

    def close(self) -> None:
        """Nobody sits down any more, and who waits is told so."""
        with self._condition:
            self._closed = True
            self._condition.notify_all()
