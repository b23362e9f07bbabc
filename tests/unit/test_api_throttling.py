"""One caller's allowance: used up, refilled, and nobody else's."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from starlette.requests import HTTPConnection

from runtime.api import problems
from runtime.api.app import openapi
from runtime.api.throttling import (
    ALLOWANCES,
    MACHINE_FACTOR,
    Allowance,
    Held,
    Throttle,
    TooManyRequestsError,
    install,
    throttled,
)
from runtime.interview.store import StoreUnavailableError
from runtime.local.store import SqliteStore
from runtime.people import Principal, Role

ADA = Principal(id="ada", roles=frozenset({Role.CANDIDATE}))
BOB = Principal(id="bob", roles=frozenset({Role.CANDIDATE}))
PROGRAM = Principal(id="program", roles=frozenset({Role.MACHINE}))
RUNS = Allowance(every_s=10, burst=3)


@dataclass
class Clock:
    """The one that a test sets: the store reads it as a moment, the throttle in seconds."""

    now: float = 1_000_000.0

    def __call__(self) -> float:
        return self.now

    def moment(self) -> datetime:
        return datetime.fromtimestamp(self.now, UTC)


@dataclass
class Raced:
    """A store in which somebody else is first, so many times."""

    store: SqliteStore
    times: int

    def held(self, key: str) -> str | None:
        return self.store.held(key)

    def put_once(self, key: str, value: str, *, ttl_s: float) -> bool:
        return not self._is_lost() and self.store.put_once(key, value, ttl_s=ttl_s)

    def swap(self, key: str, *, expected: str, value: str | None, ttl_s: float) -> bool:
        return not self._is_lost() and self.store.swap(key, expected=expected, value=value, ttl_s=ttl_s)

    def _is_lost(self) -> bool:
        self.times -= 1
        return self.times >= 0


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(tmp_path: Path, clock: Clock) -> Iterator[SqliteStore]:
    store = SqliteStore(tmp_path, clock=clock.moment)
    yield store
    store.close()


@pytest.fixture
def throttle(store: SqliteStore, clock: Clock) -> Throttle:
    return throttle_over(store, clock)


def throttle_over(store: Held, clock: Clock) -> Throttle:
    return Throttle(store, allowances={"run_code": RUNS, "end_interview": RUNS}, clock=clock)


def use_up(throttle: Throttle, who: Principal, operation: str = "run_code") -> int:
    """How many calls go through at once."""
    for taken in range(1000):
        try:
            throttle.take(who, operation)
        except TooManyRequestsError:
            return taken
    raise AssertionError("nothing held the caller back")


def test_a_burst_goes_through_and_the_next_call_does_not(throttle: Throttle) -> None:
    assert use_up(throttle, ADA) == RUNS.burst


def test_the_refusal_says_when_there_is_room_again(throttle: Throttle, clock: Clock) -> None:
    use_up(throttle, ADA)
    clock.now += 3.5

    with pytest.raises(TooManyRequestsError) as refusal:
        throttle.take(ADA, "run_code")

    assert refusal.value.retry_after_s == 7
    clock.now += 7
    throttle.take(ADA, "run_code")


def test_a_refused_call_does_not_make_the_caller_wait_longer(throttle: Throttle, clock: Clock) -> None:
    use_up(throttle, ADA)
    for _ in range(50):
        with pytest.raises(TooManyRequestsError):
            throttle.take(ADA, "run_code")

    clock.now += RUNS.every_s

    throttle.take(ADA, "run_code")


def test_whoever_keeps_the_pace_is_never_refused(throttle: Throttle, clock: Clock) -> None:
    use_up(throttle, ADA)
    for _ in range(100):
        clock.now += RUNS.every_s
        throttle.take(ADA, "run_code")


def test_after_a_rest_the_whole_burst_is_there_and_not_more(throttle: Throttle, clock: Clock) -> None:
    use_up(throttle, ADA)
    clock.now += 100 * RUNS.every_s

    assert use_up(throttle, ADA) == RUNS.burst


def test_one_callers_loop_is_nobody_elses(throttle: Throttle) -> None:
    use_up(throttle, ADA)

    assert use_up(throttle, BOB) == RUNS.burst


def test_one_operation_used_up_leaves_the_others(throttle: Throttle) -> None:
    use_up(throttle, ADA, "run_code")

    assert use_up(throttle, ADA, "end_interview") == RUNS.burst


def test_a_program_stands_for_many_people(throttle: Throttle) -> None:
    assert use_up(throttle, PROGRAM) == RUNS.burst * MACHINE_FACTOR


def test_a_call_that_meets_another_is_counted_after_it(store: SqliteStore, clock: Clock) -> None:
    assert use_up(throttle_over(Raced(store, 2), clock), ADA) == RUNS.burst


def test_a_caller_whose_calls_meet_each_time_asks_too_often(store: SqliteStore, clock: Clock) -> None:
    with pytest.raises(TooManyRequestsError) as refusal:
        throttle_over(Raced(store, 1000), clock).take(ADA, "run_code")

    assert refusal.value.retry_after_s == RUNS.every_s


def test_nothing_is_kept_longer_than_the_burst_needs_to_come_back(
    throttle: Throttle, store: SqliteStore, clock: Clock
) -> None:
    use_up(throttle, ADA)
    key = "rate/run_code/ada"

    clock.now += RUNS.every_s * RUNS.burst - 1
    assert store.held(key) is not None
    clock.now += 1
    assert store.held(key) is None


def test_a_store_that_cannot_be_read_is_no_reason_to_let_everybody_through(
    store: SqliteStore, throttle: Throttle
) -> None:
    store.close()

    with pytest.raises(StoreUnavailableError):
        throttle.take(ADA, "run_code")


def test_every_allowance_is_an_operations_that_exists() -> None:
    operations = {
        operation["operationId"] for path in openapi()["paths"].values() for operation in path.values()
    }

    assert ALLOWANCES.keys() <= operations


def test_an_honest_interview_never_meets_its_limit() -> None:
    # An answer typed in ten seconds, code run every ten, a socket that drops every ten: for an hour.
    for operation in ("send_message", "run_code", "create_ticket"):
        assert ALLOWANCES[operation].every_s <= 10


# In an app


def served(throttle: Throttle | None) -> TestClient:
    app = FastAPI()
    problems.install(app)
    install(app, throttle)

    class Platform:
        def authenticate(self, connection: HTTPConnection) -> Principal:
            return Principal(id=connection.headers["x-caller"], roles=frozenset({Role.CANDIDATE}))

    app.state.container = Platform()

    @app.post("/runs", dependencies=[Depends(throttled)])
    def run_code() -> str:
        return "ran"

    @app.get("/runs", dependencies=[Depends(throttled)])
    def list_code_runs() -> str:
        return "listed"

    return TestClient(app)


def test_a_call_over_the_limit_is_a_429_that_says_when_to_come_again(store: SqliteStore) -> None:
    client = served(Throttle(store, allowances={"run_code": Allowance(every_s=3600, burst=1)}))
    headers = {"X-Caller": "ada"}

    first, second = client.post("/runs", headers=headers), client.post("/runs", headers=headers)

    assert (first.status_code, second.status_code) == (200, 429)
    assert second.headers["content-type"] == "application/problem+json"
    assert 0 < int(second.headers["retry-after"]) <= 3600
    assert second.json()["problem"] == "too_many_requests"


def test_who_else_calls_and_what_else_is_called_goes_on(store: SqliteStore) -> None:
    client = served(Throttle(store, allowances={"run_code": Allowance(every_s=3600, burst=1)}))
    client.post("/runs", headers={"X-Caller": "ada"})

    assert client.post("/runs", headers={"X-Caller": "bob"}).status_code == 200
    assert client.get("/runs", headers={"X-Caller": "ada"}).status_code == 200


def test_without_a_throttle_nothing_is_counted() -> None:
    client = served(None)

    assert {client.post("/runs", headers={"X-Caller": "ada"}).status_code for _ in range(30)} == {200}
