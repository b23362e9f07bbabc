"""How often one caller may ask for what costs money: nobody's loop shall be paid for by everybody's patience.

Addresses are held back by the firewall and routes by the gateway; neither knows who calls. One number per caller and
operation is kept in the store, because the processes that answer are many and short-lived.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.concurrency import run_in_threadpool

from runtime.api.access import Caller
from runtime.api.problems import problem
from runtime.people import Principal, Role


@dataclass(frozen=True, slots=True)
class Allowance:
    """`burst` calls at once, and one more every `every_s` seconds."""

    every_s: float
    burst: int


ALLOWANCES: Final[Mapping[str, Allowance]] = {
    "create_session": Allowance(every_s=30, burst=10),
    "upload_cv": Allowance(every_s=20, burst=5),
    "create_cv_upload": Allowance(every_s=20, burst=5),
    "run_code": Allowance(every_s=3, burst=10),
    "send_message": Allowance(every_s=2, burst=10),
    "create_ticket": Allowance(every_s=5, burst=10),
    "end_interview": Allowance(every_s=10, burst=5),
    "get_performance_report": Allowance(every_s=3, burst=10),
    "override_performance_report": Allowance(every_s=10, burst=10),
}
"""By operationId. An interview of an hour stays far below each; what is not named costs a read."""

MACHINE_FACTOR: Final = 20
"""How many people a program stands for."""

# Calls of one caller that meet each time are too many at once, whatever the count says.
_ATTEMPTS: Final = 5


class TooManyRequestsError(Exception):
    """The caller's allowance is used up; it has room again in `retry_after_s` seconds."""

    def __init__(self, retry_after_s: int) -> None:
        super().__init__(f"this is asked more often than one caller may; ask again in {retry_after_s} s")
        self.retry_after_s = retry_after_s


class Held(Protocol):
    """The part of `runtime.interview.store.Store` in which values are held for a while."""

    def put_once(self, key: str, value: str, *, ttl_s: float) -> bool: ...

    def held(self, key: str) -> str | None: ...

    def swap(self, key: str, *, expected: str, value: str | None, ttl_s: float) -> bool: ...


class Throttle:
    """The generic cell rate algorithm (ITU-T I.371): the one number is when the caller's next call would be due.

    The number is gone from the store as soon as the whole burst is there again. Raises `StoreUnavailableError` where
    the store does: what is asked could not be answered without it either.
    """

    def __init__(
        self,
        store: Held,
        *,
        allowances: Mapping[str, Allowance] = ALLOWANCES,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._allowances = allowances
        self._clock = clock

    def limits(self, operation: str) -> bool:
        """Whether the operation is counted."""
        return operation in self._allowances

    def take(self, principal: Principal, operation: str) -> None:
        """Count one call. Raises `TooManyRequestsError`, and then counts none."""
        allowance = self._allowances[operation]
        every_s, burst = allowance.every_s, allowance.burst
        if Role.MACHINE in principal.roles:
            every_s, burst = every_s / MACHINE_FACTOR, burst * MACHINE_FACTOR
        key = f"rate/{operation}/{principal.id}"
        for _ in range(_ATTEMPTS):
            held = self._store.held(key)
            now = self._clock()
            due = max(now, float(held)) if held is not None else now
            wait = due - now - every_s * (burst - 1)
            # Half a millisecond is what writing the number down may round away.
            if wait > 0.0005:
                raise TooManyRequestsError(math.ceil(wait))
            value, ttl_s = f"{due + every_s:.3f}", due + every_s - now
            if (
                self._store.put_once(key, value, ttl_s=ttl_s)
                if held is None
                else self._store.swap(key, expected=held, value=value, ttl_s=ttl_s)
            ):
                return
        raise TooManyRequestsError(math.ceil(every_s))


async def throttled(request: Request, caller: Caller) -> None:
    """A dependency of routers: counts the call where the app has a throttle and the operation an allowance."""
    throttle: Throttle | None = getattr(request.app.state, "throttle", None)
    operation = request.scope["route"].name
    if throttle is not None and throttle.limits(operation):
        await run_in_threadpool(throttle.take, caller, operation)


def install(app: FastAPI, throttle: Throttle | None) -> None:
    """Give the app its throttle, or none, and answer `TooManyRequestsError` as 429 with `Retry-After`."""

    async def refused(_request: Request, error: Exception) -> JSONResponse:
        assert isinstance(error, TooManyRequestsError)
        answer = problem(429, "too_many_requests", str(error))
        answer.headers["Retry-After"] = str(error.retry_after_s)
        return answer

    app.state.throttle = throttle
    app.add_exception_handler(TooManyRequestsError, refused)
