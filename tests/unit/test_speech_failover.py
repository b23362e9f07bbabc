from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import pytest

from runtime.voice.failover import FailoverRecognizer, FailoverSynthesizer, Switch
from runtime.voice.ports import (
    SpeechError,
    SpeechRejected,
    SpeechTimeout,
    SpeechUnavailable,
    Transcript,
)

TEXT = "what the interviewer says"


@dataclass
class Engine:
    """Both engines in one: does its work unless `failure` is set, for speech after `pieces` pieces."""

    name: str
    failure: SpeechError | None = None
    pieces: int = 0
    asked: int = 0
    stopped: int = 0

    async def transcribe(
        self, pcm: bytes, *, vocabulary: Sequence[str] = (), language: str = "en"
    ) -> Transcript:
        self.asked += 1
        if self.failure:
            raise self.failure
        return Transcript(f"{self.name} {language} {' '.join(vocabulary)}")

    async def synthesize(self, text: str, *, language: str = "en") -> AsyncIterator[bytes]:
        self.asked += 1
        try:
            for _ in range(self.pieces if self.failure else 3):
                yield self.name.encode()
            if self.failure:
                raise self.failure
        finally:
            self.stopped += 1


@dataclass
class Pair:
    primary: Engine = field(default_factory=lambda: Engine("primary"))
    stand_in: Engine = field(default_factory=lambda: Engine("stand-in"))
    now: float = 1_000.0
    switches: list[Switch] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recognizer = FailoverRecognizer(
            primary=self.primary,
            stand_in=self.stand_in,
            on_switch=self.switches.append,
            cool_down_s=30,
            now=lambda: self.now,
        )
        self.synthesizer = FailoverSynthesizer(
            primary=self.primary,
            stand_in=self.stand_in,
            on_switch=self.switches.append,
            cool_down_s=30,
            now=lambda: self.now,
        )

    def hears(self) -> str:
        return asyncio.run(self.recognizer.transcribe(b"", vocabulary=["word"], language="de")).text

    def says(self) -> list[bytes]:
        async def pieces() -> list[bytes]:
            return [piece async for piece in self.synthesizer.synthesize(TEXT)]

        return asyncio.run(pieces())


@pytest.fixture
def pair() -> Pair:
    return Pair()


def test_a_primary_that_works_does_all_the_work(pair: Pair) -> None:
    assert pair.hears() == "primary de word"
    assert pair.says() == [b"primary"] * 3
    assert pair.recognizer.name == pair.synthesizer.name == "primary"
    assert (pair.stand_in.asked, pair.switches) == (0, [])


@pytest.mark.parametrize("failure", [SpeechUnavailable("cold"), SpeechTimeout("slow")])
def test_the_request_that_fails_is_done_by_the_stand_in_and_the_name_says_so(
    pair: Pair, failure: SpeechError
) -> None:
    pair.primary.failure = failure
    assert pair.hears() == "stand-in de word"
    assert pair.says() == [b"stand-in"] * 3
    assert pair.recognizer.name == pair.synthesizer.name == "stand-in"
    assert pair.switches == [Switch("stand-in", "primary", type(failure).__name__)] * 2


def test_a_failing_primary_is_left_alone_for_the_cool_down(pair: Pair) -> None:
    pair.primary.failure = SpeechUnavailable("cold")
    for _ in range(3):
        pair.hears()
    assert (pair.primary.asked, pair.stand_in.asked) == (1, 3)
    assert len(pair.switches) == 1

    pair.now += 30
    assert pair.hears() == "stand-in de word"
    assert pair.primary.asked == 2
    assert len(pair.switches) == 1


def test_a_primary_that_is_back_takes_over_again_and_that_is_told(pair: Pair) -> None:
    pair.primary.failure = SpeechUnavailable("cold")
    pair.says()
    pair.primary.failure = None
    assert pair.says() == [b"stand-in"] * 3

    pair.now += 30
    assert pair.says() == [b"primary"] * 3
    assert pair.synthesizer.name == "primary"
    assert pair.switches[-1] == Switch("primary", "stand-in", None)


def test_only_one_request_tries_the_primary_anew(pair: Pair) -> None:
    pair.primary.failure = SpeechUnavailable("cold")
    pair.hears()
    pair.now += 30

    async def at_once() -> None:
        await asyncio.gather(*(pair.recognizer.transcribe(b"") for _ in range(5)))

    asyncio.run(at_once())
    assert pair.primary.asked == 2


def test_a_sentence_that_has_begun_is_not_begun_again_by_another_voice(pair: Pair) -> None:
    pair.primary.failure, pair.primary.pieces = SpeechUnavailable("broke off"), 1

    async def listen() -> list[bytes]:
        pieces = pair.synthesizer.synthesize(TEXT)
        heard = [await anext(pieces)]
        with pytest.raises(SpeechUnavailable, match="broke off"):
            await anext(pieces)
        return heard

    assert asyncio.run(listen()) == [b"primary"]
    assert pair.stand_in.asked == 0
    assert pair.says() == [b"stand-in"] * 3


def test_what_the_primary_rejects_is_rejected(pair: Pair) -> None:
    pair.primary.failure = SpeechRejected("expected English")
    with pytest.raises(SpeechRejected, match="expected English"):
        pair.hears()
    with pytest.raises(SpeechRejected, match="expected English"):
        pair.says()
    assert (pair.stand_in.asked, pair.switches) == (0, [])


def test_what_only_the_stand_in_rejects_is_worth_another_try(pair: Pair) -> None:
    pair.primary.failure = SpeechUnavailable("cold")
    pair.stand_in.failure = SpeechRejected("expected English")
    with pytest.raises(SpeechUnavailable, match="primary is not available"):
        pair.hears()
    with pytest.raises(SpeechUnavailable, match="primary is not available"):
        pair.says()


def test_when_both_fail_the_stand_ins_failure_is_told(pair: Pair) -> None:
    pair.primary.failure = SpeechUnavailable("cold")
    pair.stand_in.failure = SpeechTimeout("slow, too")
    with pytest.raises(SpeechTimeout, match="slow, too"):
        pair.hears()
    with pytest.raises(SpeechTimeout, match="slow, too"):
        pair.says()


@pytest.mark.parametrize("cold", [False, True])
def test_a_listener_who_leaves_stops_the_engine_that_speaks(pair: Pair, cold: bool) -> None:
    if cold:
        pair.primary.failure = SpeechUnavailable("cold")

    async def leave() -> None:
        pieces = pair.synthesizer.synthesize(TEXT)
        await anext(pieces)
        await pieces.aclose()  # type: ignore[attr-defined]  # the port promises an iterator, this is a generator

    asyncio.run(leave())
    assert (pair.primary.stopped, pair.stand_in.stopped) == (1, int(cold))


def test_a_switch_is_one_line_without_what_was_said(pair: Pair, caplog: pytest.LogCaptureFixture) -> None:
    pair.primary.failure = SpeechUnavailable(TEXT)
    with caplog.at_level(logging.INFO):
        pair.says()
        pair.says()
    assert caplog.messages == ["speech: stand-in instead of primary (SpeechUnavailable)"]
