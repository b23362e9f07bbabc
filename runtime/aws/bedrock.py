"""Event streams of Bedrock: read in threads, throttling waited out while nothing was said, failures named."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable, Iterator
from typing import Any, Final

from botocore.eventstream import ParserError
from botocore.exceptions import BotoCoreError, ClientError, EventStreamError
from urllib3.exceptions import HTTPError

from runtime.aws.threads import Body, Threads
from runtime.interview.interviewer import InterviewerError, InterviewerRejected, InterviewerUnavailable

type Json = dict[str, Any]

# An event inside a stream that has begun is not retried by botocore, whose retries end with the answer's headers.
_WORTH_ANOTHER: Final = frozenset(
    {
        "throttlingexception",
        "servicequotaexceededexception",
        "modelnotreadyexception",
        "serviceunavailableexception",
        "internalserverexception",
        "dependencyfailedexception",
        "badgatewayexception",
    }
)
_REFUSED: Final = frozenset({"accessdeniedexception", "resourcenotfoundexception", "validationexception"})
_ATTEMPTS: Final = 3
_FIRST_WAIT_S: Final = 0.2
# A model that is silent for longer is given up even by whoever has no clock of their own.
_LONGEST_SILENCE_S: Final = 30.0


class EventStreams:
    """Streams of one service. `name` stands for it in errors."""

    def __init__(self, name: str, *, first_wait_s: float = _FIRST_WAIT_S) -> None:
        self._name = name
        self._first_wait_s = first_wait_s
        self._threads = Threads(name.lower().replace(" ", "-"))

    async def events(
        self, call: Callable[[], Any], *, speaks: Callable[[Json], bool]
    ) -> AsyncGenerator[Json]:
        """The events of the stream that `call` opens, as they come.

        A stream that is throttled before an event `speaks` is opened again after a while; what has been said is never
        said twice. Closing the iterator ends the connection and gives its thread back. Raises `InterviewerError`.
        """
        spoken = False
        for attempt in range(1, _ATTEMPTS + 1):
            stream = self._threads.stream(lambda: _opened(call), within_s=_LONGEST_SILENCE_S)
            try:
                async with contextlib.aclosing(stream):
                    async for event in stream:
                        spoken = spoken or speaks(event)
                        yield event
            except EventStreamError as error:
                if spoken or attempt == _ATTEMPTS or _code(error) not in _WORTH_ANOTHER:
                    raise self._named(error) from None
            except ClientError as error:
                raise self._named(error) from None
            except (BotoCoreError, HTTPError, ParserError, OSError) as error:
                kind = type(error).__name__
                raise InterviewerUnavailable(f"{self._name} broke off or does not answer ({kind})") from None
            else:
                return
            # Full jitter: conversations that were throttled together do not come back together.
            await asyncio.sleep(random.uniform(0, self._first_wait_s * 2**attempt))  # noqa: S311 - no secret

    def _named(self, error: ClientError) -> InterviewerError:
        code = error.response.get("Error", {}).get("Code") or "an unknown error"
        if _code(error) in _REFUSED:
            return InterviewerRejected(
                f"{self._name} refused the request ({code}); check its id, the model's access and this process's role"
            )
        if _code(error) in _WORTH_ANOTHER:
            return InterviewerUnavailable(
                f"{self._name} has no room for the request ({code}); if this goes on, ask for a higher quota"
            )
        return InterviewerUnavailable(f"{self._name} answered {code}")


def _opened(call: Callable[[], Any]) -> Body[Json]:
    stream = call()
    return Body(_events(stream), stream)


def _events(stream: Any) -> Iterator[Json]:
    yield from stream


def _code(error: ClientError) -> str:
    # In a stream the code begins with a small letter, in an answer with a capital one.
    return str(error.response.get("Error", {}).get("Code", "")).lower()
