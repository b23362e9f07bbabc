"""Blocking clients on an event loop: calls and streams in threads, which an early end gives back."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, Protocol

# One conversation hears at most three stretches at once (a piece, the turn, a caption), a long one in parts, and speaks
# one sentence while another is abandoned. AgentCore gives each session its own machine; elsewhere a few sessions share
# these. Threads are made when needed and wait without a cost.
_THREADS: Final = 16


class _Connection(Protocol):
    """urllib3's response, as far as it is needed to stop reading it."""

    def shutdown(self) -> None: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Body[Chunk]:
    """An answer that is being read: its chunks, and botocore's wrapper around the connection they come through."""

    chunks: Iterator[Chunk]
    stream: Any

    @property
    def connection(self) -> _Connection:
        # Private because botocore's own close() closes a file that another thread may be reading, which waits for
        # that thread; only urllib3's response can wake it.
        connection: _Connection = self.stream._raw_stream  # noqa: SLF001
        return connection


class Threads:
    """The threads of one adapter. Nothing is left to do for one whose work is no longer wanted."""

    def __init__(self, name: str, size: int = _THREADS) -> None:
        self._executor = ThreadPoolExecutor(size, thread_name_prefix=name)

    async def call[T](self, work: Callable[[], T]) -> T:
        """What `work` returns. Cancelled, a call that waits is dropped; one under way ends unheard, at the latest
        with its client's read timeout."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, work)

    async def stream[Chunk](
        self, begin: Callable[[], Body[Chunk]], *, within_s: float
    ) -> AsyncGenerator[Chunk]:
        """The chunks of the answer that `begin` opens, as they come.

        Raises TimeoutError when one takes longer than `within_s`, and what `begin` or reading raises. Closing the
        iterator ends the connection, which wakes the thread that reads it.
        """
        reading = _Reading(begin, asyncio.get_running_loop())
        self._executor.submit(reading.run)
        try:
            while True:
                async with asyncio.timeout(within_s):
                    chunk = await reading.chunks.get()
                if isinstance(chunk, Exception):
                    raise chunk
                if chunk is None:
                    return
                yield chunk
        finally:
            reading.stop()

    def close(self) -> None:
        """Start no more work; what is under way ends by itself."""
        self._executor.shutdown(wait=False, cancel_futures=True)


class _Reading[Chunk]:
    """One answer read by a thread for an event loop."""

    def __init__(self, begin: Callable[[], Body[Chunk]], loop: asyncio.AbstractEventLoop) -> None:
        # Unbounded on purpose: a sentence is a few megabytes, and must not hold a thread while a listener is slow.
        self.chunks: asyncio.Queue[Chunk | Exception | None] = asyncio.Queue()
        self._begin = begin
        self._loop = loop
        self._lock = threading.Lock()
        self._connection: _Connection | None = None
        self._unwanted = threading.Event()

    def run(self) -> None:
        """Read the answer to its end, or until nobody wants it."""
        if self._unwanted.is_set():
            return
        try:
            body = self._begin()
        except Exception as error:  # noqa: BLE001 - raised where the answer is awaited
            self._put(error)
            return
        with self._lock:
            self._connection = body.connection
        try:
            end: Exception | None = None
            try:
                for chunk in body.chunks:
                    if self._unwanted.is_set() or not self._put(chunk):
                        return
            except Exception as error:  # noqa: BLE001 - raised where the answer is awaited
                end = error
            self._put(end)
        finally:
            with self._lock:
                connection, self._connection = self._connection, None
            if connection is not None:
                connection.close()

    def stop(self) -> None:
        """The answer is not wanted any more."""
        self._unwanted.set()
        # Under the lock the connection is still open, and shutdown() waits for nothing.
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(OSError, ValueError, RuntimeError):
                    self._connection.shutdown()

    def _put(self, chunk: Chunk | Exception | None) -> bool:
        try:
            self._loop.call_soon_threadsafe(self.chunks.put_nowait, chunk)
        except RuntimeError:  # the loop is closed: nobody is left to hear it
            return False
        return True
