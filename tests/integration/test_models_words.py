"""A model puts moves into words over a real socket: the log holds what was said, and the question stays as it was."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Coroutine
from dataclasses import dataclass, field
from typing import Any

import pytest

from runtime.interview.events import MoveSaid
from runtime.interview.interview import Interview, Move
from runtime.interview.interviewer import InterviewerUnavailable
from runtime.interview.log import load
from runtime.interview.plan import Plan, QuestionStep
from runtime.interview.store import StoreUnavailableError
from runtime.services.turns import FencedOffError
from runtime.voice import protocol as p
from runtime.voice.client import InterviewSocket


@dataclass
class ScriptedModel:
    """Says its script for every move; an exception in it is raised, None waits for ever."""

    script: list[str | Exception | None]
    asked: list[Move] = field(default_factory=list)
    name: str = "a scripted model"
    is_model: bool = True

    async def say(self, move: Move, interview: Interview) -> AsyncGenerator[str]:
        self.asked.append(move)
        for piece in self.script:
            if isinstance(piece, Exception):
                raise piece
            if piece is None:
                await asyncio.Event().wait()
            else:
                yield piece


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


async def _done(events: AsyncIterator[Any]) -> p.ResponseDone:
    async for event in events:
        if isinstance(event, p.ResponseDone):
            return event
        assert not isinstance(event, p.Error), event
    raise AssertionError("the connection closed before the answer was done")


async def _answered(running: Any, interview_id: str, *answers: str) -> list[p.ResponseDone]:
    done = []
    async with running.socket(interview_id) as client:
        events = client.events()
        done.append(await _done(events))
        for number, answer in enumerate(answers):
            await client.say(f"t{number}", answer)
            done.append(await _done(events))
    return done


ANSWER = "An index makes reads faster, and every write has to keep it up, which costs time and space."


def test_the_candidate_hears_the_models_opening_and_then_the_authors_question(platform: Any) -> None:
    model = ScriptedModel(["You spoke about what it ", "costs. ", "Let me go on."])

    async def test() -> None:
        async with platform(model) as running:
            interview_id = running.create()
            _, reply = await _answered(running, interview_id, ANSWER)
            move = load(running.store, interview_id).moves[1]
            assert move.fixed
            assert reply.text == f"You spoke about what it costs. Let me go on. {move.fixed}"
            assert "".join(running.synthesizer.said).endswith(reply.text)
            assert (move.text, move.said_by, move.lapse) == (reply.text, "a scripted model", None)

    _run(test())


def test_the_greeting_with_what_it_discloses_is_never_a_models(platform: Any) -> None:
    model = ScriptedModel(["Hi there!"])

    async def test() -> None:
        async with platform(model) as running:
            interview_id = running.create()
            (greeting,) = await _answered(running, interview_id)
            move = load(running.store, interview_id).moves[0]
            assert greeting.text == move.authored == move.text
            assert move.said_by is None
            assert model.asked == []

    _run(test())


@pytest.mark.parametrize(
    ("script", "lapse"),
    [
        ([InterviewerUnavailable("throttled")], "failed"),
        ([], "silent"),
        (["Great answer!"], "off_limits"),
        (["Do you like it?"], "off_limits"),
    ],
)
def test_when_a_model_fails_the_authored_text_is_said_and_the_log_says_so(
    platform: Any, script: list[Any], lapse: str
) -> None:
    async def test() -> None:
        async with platform(ScriptedModel(script)) as running:
            interview_id = running.create()
            _, reply = await _answered(running, interview_id, ANSWER)
            move = load(running.store, interview_id).moves[1]
            assert reply.text == move.text == move.authored
            assert (move.said_by, move.lapse) == ("authored text", lapse)

    _run(test())


def test_two_candidates_of_one_plan_hear_the_same_questions_whatever_models_say(platform: Any) -> None:
    scripts: list[list[str | Exception | None]] = [
        ["You spoke of costs."],
        ["Well, databases are a wide field."],
        [InterviewerUnavailable("away")],
    ]

    async def test() -> None:
        asked: list[list[str]] = []
        for script in scripts:
            async with platform(ScriptedModel(script)) as running:
                interview_id = running.create(duration_minutes=60)
                await _answered(running, interview_id, *["I would skip this question, please."] * 3)
                interview = load(running.store, interview_id)
                assert interview.plan
                plan = Plan.model_validate_json(running.store.blob(interview.plan.plan))
                texts = {step.id: step.question.text for step in plan.steps if isinstance(step, QuestionStep)}
                moves = [move for move in interview.moves if move.kind == "ask" and move.question_id]
                assert all(move.text.endswith(texts[str(move.question_id)]) for move in moves)
                asked.append([move.fixed for move in moves])
        assert asked[0] == asked[1] == asked[2]
        assert len(asked[0]) == 3

    _run(test())


def test_a_move_cut_off_in_its_opening_keeps_in_the_log_what_was_said_of_it(platform: Any) -> None:
    model = ScriptedModel(["You spoke about costs. ", "And", None])

    async def test() -> None:
        async with platform(model) as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _done(events)
                await client.say("t0", ANSWER)
                async for event in events:
                    if isinstance(event, p.OutputTextDelta):
                        break
                await client._reliably(
                    p.ResponseCancel(type="response.cancel", event_id=client._next_event_id())
                )
                done = await _done(events)
            assert done.status == "cancelled"
            move = load(running.store, interview_id).moves[1]
            assert done.text == move.text == f"You spoke about costs. {move.fixed}"
            assert move.said_by == "a scripted model"

    _run(test())


def test_a_move_that_is_said_again_after_a_drop_is_said_in_the_same_words(platform: Any) -> None:
    model = ScriptedModel(["You spoke about costs."])

    async def test() -> None:
        async with platform(model) as running:
            interview_id = running.create()
            _, reply = await _answered(running, interview_id, ANSWER)
            model.script = ["Something else entirely."]
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            again = [await _done(client.events()) for _ in range(2)][-1]
            await client.close()
            assert again.text == reply.text
            assert len(model.asked) == 1

    _run(test())


def test_what_was_said_while_the_store_was_away_reaches_the_log_later(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = ScriptedModel(["You spoke about costs."])

    async def test() -> None:
        async with platform(model) as running:
            interview_id = running.create()
            append = running.store.append
            failed: list[str] = []

            def refusing(at: str, events: Any, **kwargs: Any) -> Any:
                if len(failed) < 2 and any(isinstance(event, MoveSaid) for event in events):
                    failed.append(at)
                    raise StoreUnavailableError("disk full")
                return append(at, events, **kwargs)

            monkeypatch.setattr(running.store, "append", refusing)
            async with running.socket(interview_id) as client:
                events = client.events()
                await _done(events)
                await client.say("t0", ANSWER)
                reply = await _done(events)
                while load(running.store, interview_id).moves[1].said_by is None:
                    await asyncio.sleep(0.02)
            move = load(running.store, interview_id).moves[1]
            assert failed == [interview_id] * 2
            assert move.text == reply.text

    _run(test())


def test_the_words_of_a_connection_that_was_taken_over_are_not_the_interviews(platform: Any) -> None:
    async def test() -> None:
        async with platform(ScriptedModel(["You spoke about costs."])) as running:
            interview_id = running.create()
            await _answered(running, interview_id)
            interview = load(running.store, interview_id)
            words = MoveSaid(item_id=interview.moves[0].item_id, opening="x", said_by="y")
            with pytest.raises(FencedOffError):
                running.turns.said(interview_id, words, connection_id="an older one")
            assert load(running.store, interview_id).seq == interview.seq

    _run(test())
