"""Failover between two engines: a stand-in does the work while the primary cannot, and says so.

A circuit breaker (Nygard, "Release It!"): after a failure the primary is left alone for a cool-down, then one request
tries it again while the others stay with the stand-in. `name` is always the engine that did the last request.
"""

from __future__ import annotations

import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final, cast

from runtime.voice.ports import (
    Recognizer,
    SpeechError,
    SpeechRejected,
    SpeechTimeout,
    SpeechUnavailable,
    Synthesizer,
    Transcript,
)

_log = logging.getLogger(__name__)

# An endpoint that was scaled to zero takes minutes to wake; a throttled one is back in seconds.
_COOL_DOWN_S: Final = 30.0


@dataclass(frozen=True, slots=True)
class Switch:
    """From now on `engine` does the work; `because` names the failure's kind, None when the primary is back."""

    engine: str
    instead_of: str
    because: str | None


type OnSwitch = Callable[[Switch], None]


class _Breaker:
    """Which of two engines does the next request."""

    def __init__(
        self, primary: str, stand_in: str, on_switch: OnSwitch, cool_down_s: float, now: Callable[[], float]
    ) -> None:
        self.engine = primary
        self._primary = primary
        self._stand_in = stand_in
        self._on_switch = on_switch
        self._cool_down_s = cool_down_s
        self._now = now
        self._closed = True
        self._try_at = 0.0

    def admits(self) -> bool:
        """Whether the primary is to be tried. The one request that tries it anew keeps the others away."""
        if self._closed:
            return True
        if self._now() < self._try_at:
            return False
        self._try_at = self._now() + self._cool_down_s
        return True

    def succeeded(self) -> None:
        """The primary did a request."""
        if not self._closed:
            self._closed = True
            self._switch(Switch(self._primary, self._stand_in, None))

    def failed(self, error: SpeechError) -> None:
        """The primary did not do its request."""
        self._try_at = self._now() + self._cool_down_s
        if self._closed:
            self._closed = False
            self._switch(Switch(self._stand_in, self._primary, type(error).__name__))

    def _switch(self, switch: Switch) -> None:
        self.engine = switch.engine
        _log.warning(
            "speech: %s instead of %s (%s)", switch.engine, switch.instead_of, switch.because or "it is back"
        )
        self._on_switch(switch)


class FailoverRecognizer:
    """A recogniser, and another one for when it cannot be reached or is too slow."""

    def __init__(
        self,
        *,
        primary: Recognizer,
        stand_in: Recognizer,
        on_switch: OnSwitch,
        cool_down_s: float = _COOL_DOWN_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_switch` is told of every change, for the metric that shows it."""
        self._primary = primary
        self._stand_in = stand_in
        self._breaker = _Breaker(primary.name, stand_in.name, on_switch, cool_down_s, now)

    @property
    def name(self) -> str:
        """The engine in use."""
        return self._breaker.engine

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        """See `runtime.voice.ports.Recognizer`; what the primary rejects is rejected."""
        failure: SpeechError | None = None
        if self._breaker.admits():
            try:
                transcript = await self._primary.transcribe(pcm, vocabulary=vocabulary, language=language)
            except (SpeechUnavailable, SpeechTimeout) as error:
                self._breaker.failed(error)
                failure = error
            except SpeechRejected:
                self._breaker.succeeded()  # it answers
                raise
            else:
                self._breaker.succeeded()
                return transcript
        try:
            return await self._stand_in.transcribe(pcm, vocabulary=vocabulary, language=language)
        except SpeechRejected as rejection:
            raise _neither(self._primary.name, rejection) from failure


class FailoverSynthesizer:
    """A synthesiser, and another one for when it cannot be reached or is too slow."""

    def __init__(
        self,
        *,
        primary: Synthesizer,
        stand_in: Synthesizer,
        on_switch: OnSwitch,
        cool_down_s: float = _COOL_DOWN_S,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """`on_switch` is told of every change, for the metric that shows it."""
        self._primary = primary
        self._stand_in = stand_in
        self._breaker = _Breaker(primary.name, stand_in.name, on_switch, cool_down_s, now)

    @property
    def name(self) -> str:
        """The engine in use."""
        return self._breaker.engine

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        """See `runtime.voice.ports.Synthesizer`. A sentence that has begun is not begun again by another voice."""
        failure: SpeechError | None = None
        if self._breaker.admits():
            pieces = _closable(self._primary.synthesize(text, language=language))
            begun = False
            try:
                async for piece in pieces:
                    if not begun:
                        begun = True
                        self._breaker.succeeded()
                    yield piece
            except (SpeechUnavailable, SpeechTimeout) as error:
                self._breaker.failed(error)
                if begun:
                    raise
                failure = error
            except SpeechRejected:
                self._breaker.succeeded()  # it answers
                raise
            else:
                self._breaker.succeeded()
                return
            finally:
                await pieces.aclose()
        pieces = _closable(self._stand_in.synthesize(text, language=language))
        try:
            async for piece in pieces:
                yield piece
        except SpeechRejected as rejection:
            raise _neither(self._primary.name, rejection) from failure
        finally:
            await pieces.aclose()


def _closable(pieces: AsyncIterator[bytes]) -> AsyncGenerator[bytes]:
    """The port promises that closing stops the work; every engine's iterator is a generator."""
    return cast("AsyncGenerator[bytes]", pieces)


def _neither(primary: str, rejection: SpeechRejected) -> SpeechUnavailable:
    # Not a rejection: the primary may well do the same request once it is back.
    return SpeechUnavailable(
        f"{primary} is not available, and what stands in for it cannot do this: {rejection}"
    )
