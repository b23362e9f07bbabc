"""So many at once, so many that wait, and each for its time at most."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from runtime.sandbox import SandboxBusy, SandboxUnavailable
from runtime.sandbox.seats import Seats


def test_a_seat_that_is_taken_is_waited_for_and_no_longer_than_said() -> None:
    seats = Seats(1, queue=1, wait_s=0.01)
    with seats.seat():
        with pytest.raises(SandboxBusy, match="no seat came free"):
            with seats.seat():
                pass
    with seats.seat():
        pass


def test_a_seat_that_came_free_as_the_time_ended_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    seats = Seats(1, queue=1, wait_s=0)

    def wait(_timeout: float | None = None) -> bool:
        seats._taken = 0  # and whoever gave it back told somebody else
        return False

    with seats.seat():
        monkeypatch.setattr(seats._condition, "wait", wait)
        seats._wait_s = 5
        with seats.seat():
            assert seats._taken == 1


def test_more_than_may_wait_are_refused_at_once() -> None:
    seats = Seats(1, queue=0, wait_s=60)
    with seats.seat(), pytest.raises(SandboxBusy, match="already wait"):
        with seats.seat():
            pass


def test_whoever_waits_hears_that_it_closes() -> None:
    seats = Seats(1, queue=1, wait_s=60)
    heard: list[Any] = []

    def wait() -> None:
        try:
            with seats.seat():
                heard.append("seated")
        except SandboxUnavailable as refusal:
            heard.append(str(refusal))

    with seats.seat():
        waiting = threading.Thread(target=wait)
        waiting.start()
        while not seats._waiting:
            pass
        seats.close()
        waiting.join()
    assert heard == ["the sandbox is closed"]
