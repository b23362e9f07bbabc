"""One process in a box, and the watch over it: what it prints, what it answers, its time, its end."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from . import lock

_F_ADD_SEALS, _ALL_SEALS = 1033, 0xF
_MOST_ANSWER: Final = (1 << 20) + 65536
_PIECE: Final = 1 << 16
# Less of a CPU than this is no work.
_AWAKE: Final = 0.02


@dataclass(frozen=True, slots=True)
class Watch:
    """What one question may cost.

    CPU time decides. `wall_s` stops what sleeps; what still gets CPU time, though less than it wants because the
    machine is busy, has until `most_s`.
    """

    cpu_s: float
    wall_s: float
    most_s: float
    output_bytes: int

    def over(self, used: float, wall: float) -> str | None:
        """The limit that is reached: "cpu", "wall", or None."""
        if used >= self.cpu_s:
            return "cpu"
        asleep = used < wall * _AWAKE
        return "wall" if wall >= self.most_s or (asleep and wall >= self.wall_s) else None


@dataclass(slots=True)
class Seen:
    """What came of it. `stopped`: "cpu", "wall", "output" or "owner" (the engine is gone) when it was ended for that;
    `status`: the exit status, negative for a signal, None while the process lives on."""

    frame: bytes | None = None
    stdout: bytes = b""
    stderr: bytes = b""
    stopped: str | None = None
    status: int | None = None
    cpu_s: float = 0.0
    wall_s: float = 0.0
    peak_kb: int = 0


class Process:
    """A fork of this process, locked into `box`.

    Args:
        body: what the fork does once its descriptors are in place: lock itself, call what it is given (from then on it
            is locked, and failures are the candidate's), and become the candidate's.
        stdin: what can be read from descriptor 0; None is /dev/null.
        channel: whether there is a descriptor 3 to be asked and to answer on.
        owner: when this socket is at its end, so is the process.
    """

    def __init__(
        self,
        body: Callable[[Callable[[], None]], object],
        *,
        stdin: bytes | None,
        channel: bool,
        owner: socket.socket,
    ) -> None:
        self._owner = owner
        self._ours: socket.socket | None = None
        theirs: socket.socket | None = None
        if channel:
            self._ours, theirs = socket.socketpair()
            self._ours.setblocking(False)
        given = _memory(stdin) if stdin is not None else os.open("/dev/null", os.O_RDONLY | os.O_CLOEXEC)
        self._out, out = os.pipe()
        self._err, err = os.pipe()
        self._fault, fault = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            _become(body, [given, out, err, *([theirs.fileno()] if theirs else [])], fault)
        with contextlib.suppress(OSError):  # the fork does the same; whoever is first
            os.setpgid(self.pid, self.pid)
        for descriptor in (given, out, err, fault):
            os.close(descriptor)
        if theirs:
            theirs.close()
        for descriptor in (self._out, self._err, self._fault):
            os.set_blocking(descriptor, False)
        self._ended = os.pidfd_open(self.pid)
        self._clock = (~self.pid) << 3 | 2  # CPUCLOCK_SCHED of the whole process
        self._buffer = bytearray()
        self._status: int | None = None
        self._used = 0.0

    @property
    def alive(self) -> bool:
        """Whether it can be asked; one that has ended meanwhile is buried here."""
        if self._status is None and select.select([self._ended], [], [], 0)[0]:
            self._bury(0)
        return self._status is None

    @property
    def cpu_s(self) -> float:
        """CPU time that it has used so far, of all that it was asked."""
        return self._cpu()

    def ask(self, question: bytes | None, watch: Watch) -> Seen:
        """Send `question` and wait for an answer on the channel; None waits for the process's end. What broke its
        limits is dead when this returns."""
        seen = Seen()
        pieces: dict[int, bytearray] = {self._out: bytearray(), self._err: bytearray()}
        self._buffer.clear()
        waiting = b"" if question is None else struct.pack(">I", len(question)) + question
        began, cpu_before = time.monotonic(), self._cpu()
        poll = self._poll()
        try:
            while seen.stopped is None and seen.frame is None and self._status is None:
                used, wall = self._cpu() - cpu_before, time.monotonic() - began
                seen.stopped = watch.over(used, wall)
                if seen.stopped:
                    break
                if waiting and self._ours is not None:
                    poll.register(self._ours, select.POLLIN | select.POLLOUT)
                # CPU time runs at most as fast as the clock on every CPU.
                pause = max(0.002, (watch.cpu_s - used) / _CPUS)
                for end in (watch.wall_s, watch.most_s):
                    pause = min(pause, end - wall) if end > wall else pause
                events = dict(poll.poll(pause * 1e3))
                if self._owner.fileno() in events:
                    seen.stopped = "owner"
                    break
                if self._ours is not None and self._ours.fileno() in events:
                    waiting = self._exchange(waiting, poll)
                    seen.frame = self._answer()
                self._drain(pieces, watch.output_bytes, seen, poll, events)
                if self._ended in events:
                    self._bury(0)
        finally:
            if seen.stopped is not None:
                self.end()
        # Written before the answer, so it is all there already.
        self._drain(pieces, watch.output_bytes, seen, None, None)
        seen.stdout, seen.stderr = bytes(pieces[self._out]), bytes(pieces[self._err])
        seen.wall_s, seen.status = time.monotonic() - began, self._status
        seen.cpu_s = max(0.0, self._cpu() - cpu_before)
        seen.peak_kb = self._peak if self._status is not None else 0
        if seen.status is not None and seen.frame is None:
            self._exchange(b"", None)
            seen.frame = self._answer()
        if seen.stopped == "output" and self.alive:
            self.end()
        return seen

    def end(self) -> None:
        """Kill it with everything it started, which cannot leave its group, and wait until nothing is left."""
        if self._status is None:
            self._bury(signal.SIGKILL)

    def fault(self) -> str | None:
        """Why an ended process could not be locked or started; None where what happened is the candidate's."""
        with contextlib.suppress(BlockingIOError):
            return os.read(self._fault, 2000).decode("utf-8", "replace") or None
        return None

    def close(self) -> None:
        self.end()
        for descriptor in (self._out, self._err, self._fault, self._ended):
            os.close(descriptor)
        if self._ours is not None:
            self._ours.close()

    _peak = 0

    def _bury(self, with_signal: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            if with_signal:
                signal.pidfd_send_signal(self._ended, with_signal)
            os.killpg(self.pid, signal.SIGKILL)
        _, status, usage = os.wait4(self.pid, 0)
        self._status = os.waitstatus_to_exitcode(status)
        self._used = usage.ru_utime + usage.ru_stime
        self._peak = usage.ru_maxrss
        # What a toolchain started is ours now (PR_SET_CHILD_SUBREAPER), and dead or dying.
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-self.pid, 0):
                pass

    def _cpu(self) -> float:
        if self._status is not None:
            return self._used
        try:
            return time.clock_gettime(self._clock)
        except OSError:  # it has just ended
            return self._used

    def _poll(self) -> select.poll:
        poll = select.poll()
        for descriptor in (self._out, self._err, self._ended):
            poll.register(descriptor, select.POLLIN)
        poll.register(self._owner, select.POLLRDHUP)
        if self._ours is not None:
            poll.register(self._ours, select.POLLIN)
        return poll

    def _exchange(self, waiting: bytes, poll: select.poll | None) -> bytes:
        assert self._ours is not None or not waiting
        if self._ours is None:
            return b""
        if waiting:
            try:
                waiting = waiting[self._ours.send(waiting) :]
            except BlockingIOError:
                pass
            except OSError:  # closed by the candidate, or dead
                waiting = b""
            if not waiting and poll is not None:
                poll.register(self._ours, select.POLLIN)
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            while len(self._buffer) <= _MOST_ANSWER:
                piece = self._ours.recv(1 << 16)
                if not piece:
                    if poll is not None:
                        poll.unregister(
                            self._ours
                        )  # closed by the candidate: only its end is left to wait for
                    break
                self._buffer += piece
        return waiting

    def _answer(self) -> bytes | None:
        """The first whole frame; one that claims to be larger than any may be is cut and told as it is."""
        if len(self._buffer) < 4:
            return None
        (size,) = struct.unpack(">I", self._buffer[:4])
        if size > _MOST_ANSWER:
            return bytes(self._buffer[4:])
        return bytes(self._buffer[4 : 4 + size]) if len(self._buffer) >= 4 + size else None

    def _drain(
        self,
        pieces: dict[int, bytearray],
        limit: int,
        seen: Seen,
        poll: select.poll | None,
        events: dict[int, int] | None,
    ) -> None:
        for descriptor, taken in pieces.items():
            if events is not None and descriptor not in events:
                continue
            with contextlib.suppress(BlockingIOError):
                while len(taken) <= limit:
                    piece = os.read(descriptor, _PIECE)
                    if not piece:
                        if poll is not None:
                            poll.unregister(descriptor)
                        break
                    taken.extend(piece)
            if len(taken) > limit:
                seen.stopped = seen.stopped or "output"
                del taken[limit:]


_CPUS: Final = os.cpu_count() or 1


def _become(body: Callable[[Callable[[], None]], object], descriptors: list[int], fault: int) -> None:
    """In the fork: nothing but the given descriptors, then `body`. Never returns."""
    told = 16 + len(descriptors)
    try:
        os.setpgid(0, 0)
        # Above all targets first, so that none is overwritten before it is in its place.
        high = [fcntl.fcntl(descriptor, fcntl.F_DUPFD, 16) for descriptor in descriptors]
        told = fcntl.fcntl(fault, fcntl.F_DUPFD_CLOEXEC, told)
        for target, descriptor in enumerate([*high, told]):
            os.dup2(descriptor, target, inheritable=target < len(descriptors))
        told = len(descriptors)
        lock.keep_only(told + 1)

        def locked() -> None:
            os.close(told)

        body(locked)
    except BaseException as error:  # noqa: BLE001 - the fork must not run on as its parent
        for descriptor in (told, 2):  # the first is closed once the process is locked
            with contextlib.suppress(OSError):
                os.write(descriptor, f"{error!r}"[:2000].encode())
                break
    finally:
        os._exit(1)


def _memory(content: bytes) -> int:
    """Standard input as a file in memory that nobody can change: no pipe to feed, no writer to block."""
    descriptor = os.memfd_create("stdin", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    view = memoryview(content)
    while view:
        view = view[os.write(descriptor, view) :]
    os.lseek(descriptor, 0, os.SEEK_SET)
    fcntl.fcntl(descriptor, _F_ADD_SEALS, _ALL_SEALS)
    return descriptor
