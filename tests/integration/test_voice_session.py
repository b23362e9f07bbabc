"""A live interview over a real socket: what the protocol promises, in good times and bad."""

from __future__ import annotations

import asyncio
import json
import time
from array import array
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from runtime.interview.interview import Interview, Turn
from runtime.interview.log import load
from runtime.interview.store import StoreUnavailableError
from runtime.voice import conversation
from runtime.voice import protocol as p
from runtime.voice.client import InterviewSocket
from runtime.voice.ports import SpeechUnavailable

SPEECH = array("h", [8000, -8000] * 800).tobytes()
SILENCE = bytes(3200)


def _run(test: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(test, 30))


async def _until[Event: p.ServerEvent](events: AsyncIterator[Any], kind: type[Event]) -> Event:
    async for event in events:
        if isinstance(event, kind):
            return event
        assert not isinstance(event, p.Error), event
    raise AssertionError(f"the connection closed before {kind.__name__}")


async def _say(client: InterviewSocket, utterance: str, *, speech: int = 8, silence: int = 20) -> None:
    for _ in range(speech):
        await client.frame(utterance, SPEECH)
    for _ in range(silence):
        await client.frame(utterance, SILENCE)


def _turns(interview: Interview) -> list[tuple[str, str]]:
    return [(turn.modality, turn.text) for turn in interview.turns]


def test_a_session_begins_with_a_spoken_greeting_and_the_first_question(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                kinds, sound = [], 0
                async for event in client.events():
                    kinds.append(event.type)
                    if isinstance(event, p.OutputAudioDelta):
                        sound += 1
                    if isinstance(event, p.ResponseDone):
                        break
            assert kinds[0] == "session.created"
            assert kinds[1] == "response.created"
            assert kinds[-2:] == ["response.output_audio.done", "response.done"]
            assert sound >= len(running.synthesizer.said) > 2
            assert event.move == "greet"
            assert "Ada" in event.text
            assert "".join(running.synthesizer.said) == event.text

    _run(test())


def test_a_spoken_turn_is_ended_by_silence_and_answered(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            running.recognizer.script = ["an index makes reads faster and writes slower"] * 9
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic")
                committed = await _until(events, p.BufferCommitted)
                completed = await _until(events, p.TranscriptionCompleted)
                reply = await _until(events, p.ResponseDone)
            assert completed.item_id == committed.item_id
            assert completed.text == "an index makes reads faster and writes slower"
            assert reply.seq > completed.seq
            interview = load(running.store, interview_id)
            assert _turns(interview) == [("voice", completed.text)]
            assert interview.turns[0].audio is not None

    _run(test())


def test_what_a_turn_waited_for_its_answer_is_measured_once_and_a_greeting_is_no_answer(
    platform: Any,
) -> None:
    async def test() -> None:
        async with platform() as running:
            running.recognizer.script = ["an index makes reads faster and writes slower"] * 9
            async with running.socket(running.create()) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                greeted = list(running.measured)
                await _say(client, "mic")
                await _until(events, p.ResponseDone)
        assert greeted == []
        ((name, seconds),) = running.measured
        assert name == "TurnTime"
        assert seconds > 0

    _run(test())


def test_without_consent_no_sound_is_kept(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create(recording=False)
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic")
                await _until(events, p.TranscriptionCompleted)
            assert load(running.store, interview_id).turns[0].audio is None
            assert not list((running.folder / "blobs").rglob("*.pcm"))

    _run(test())


def test_consent_withdrawn_by_voice_stops_the_recording_of_what_is_said_after_it(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            running.recognizer.script = ["please stop recording me"] * 9
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic")
                await _until(events, p.ResponseDone)
                await _say(client, "mic-2")
                await _until(events, p.TranscriptionCompleted)
            first, second = load(running.store, interview_id).turns
            assert first.audio is not None
            assert second.audio is None

    _run(test())


def test_when_frames_stop_time_counts_as_silence(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic", silence=0)
                assert (await _until(events, p.TranscriptionCompleted)).text

    _run(test())


def test_the_done_button_ends_a_turn_at_once(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic", silence=0)
                await client.commit("mic")
                committed = await _until(events, p.BufferCommitted)
                assert (await _until(events, p.TranscriptionCompleted)).item_id == committed.item_id

    _run(test())


def test_frames_sent_twice_are_heard_once(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                frames = [SPEECH] * 8 + [SILENCE] * 20
                for frame in frames:
                    await client.frame("mic", frame)
                await client._resend({})
                await _until(events, p.TranscriptionCompleted)
                await _until(events, p.ResponseDone)
            assert len(load(running.store, interview_id).turns) == 1

    _run(test())


def test_a_missing_frame_is_an_error_that_says_where_to_go_on(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                client._next_index["mic"] = 3
                await client.frame("mic", SPEECH)
                async for event in events:
                    if isinstance(event, p.Error):
                        break
                assert event.status == 422
                assert "expected frame 0" in event.detail
                await client.say("t1", "still here")
                await _until(events, p.ItemAdded)

    _run(test())


def test_a_dropped_connection_in_the_middle_of_speech_loses_nothing(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            await _until(client.events(), p.ResponseDone)
            for _ in range(6):
                await client.frame("mic", SPEECH)
            await asyncio.sleep(0.1)
            await client.connect(running.address(interview_id))
            events = client.events()
            resumed = await _until(events, p.SessionResumed)
            assert resumed.received == {"mic": 5}
            await _say(client, "mic", speech=4)
            await _until(events, p.TranscriptionCompleted)
            await client.close()
            assert len(load(running.store, interview_id).turns) == 1
            assert len(running.recognizer.heard[-1]) >= 10 * len(SPEECH)

    _run(test())


def test_a_restarted_server_hears_again_what_was_not_yet_in_the_log(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            await _until(client.events(), p.ResponseDone)
            for _ in range(6):
                await client.frame("mic", SPEECH)
            await running.stop()
            await running.start()
            await client.connect(running.address(interview_id))
            events = client.events()
            resumed = await _until(events, p.SessionResumed)
            assert resumed.received == {}
            for _ in range(20):
                await client.frame("mic", SILENCE)
            await _until(events, p.TranscriptionCompleted)
            await client.close()
            interview = load(running.store, interview_id)
            assert len(interview.turns) == 1
            assert [move.kind for move in interview.moves].count("greet") == 1
            assert len(running.recognizer.heard[-1]) >= 6 * 3200

    _run(test())


def test_what_was_missed_comes_after_a_drop_and_a_typed_turn_counts_once(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            await _until(client.events(), p.ResponseDone)
            await client.say("t1", "reads become faster, writes slower")
            await client.close()  # before the acknowledgement and the reply were read
            await client.connect(running.address(interview_id))
            events = client.events()
            await _until(events, p.SessionResumed)
            assert (await _until(events, p.ItemAdded)).item_id == "t1"
            reply = await _until(events, p.ResponseDone)
            await client.close()
            interview = load(running.store, interview_id)
            assert _turns(interview) == [("text", "reads become faster, writes slower")]
            assert [move.item_id for move in interview.moves][-1] == reply.item_id
            assert len(interview.moves) == 2

    _run(test())


def test_a_move_that_was_cut_off_by_a_drop_is_said_again_and_made_once(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            running.synthesizer.seconds_per_piece = 0.05
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            begun = await _until(client.events(), p.OutputAudioDelta)
            await client.close()
            running.synthesizer.seconds_per_piece = 0.0
            await client.connect(running.address(interview_id))
            events = client.events()
            again = await _until(events, p.ResponseCreated)
            await _until(events, p.ResponseDone)
            await client.close()
            assert again.item_id == begun.item_id
            assert len(load(running.store, interview_id).moves) == 1

    _run(test())


def test_a_newer_socket_takes_the_interview_over(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as first:
                await _until(first.events(), p.ResponseDone)
                async with running.socket(interview_id) as second:
                    await _until(second.events(), p.SessionResumed)
                    with pytest.raises(ConnectionClosed) as closed:
                        assert first._socket is not None
                        while True:
                            await first._socket.recv()
                    assert closed.value.rcvd is not None
                    assert closed.value.rcvd.code == 4409
                    await second.say("t1", "I answer from here now")
                    await _until(second.events(), p.ItemAdded)

    _run(test())


@pytest.mark.parametrize("ticket", ["", "nonsense"])
def test_a_wrong_ticket_closes_with_4401(platform: Any, ticket: str) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            url = f"{running.url}/ws/interview/{interview_id}?ticket={ticket}"
            async with connect(url, proxy=None) as socket:
                await socket.send(json.dumps({"type": "session.start"}))
                with pytest.raises(ConnectionClosed) as closed:
                    await socket.recv()
                assert closed.value.rcvd is not None
                assert closed.value.rcvd.code == 4401

    _run(test())


def test_a_ticket_admits_once_and_to_its_own_interview_only(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            mine, other = running.create(), running.create()
            address = running.address(mine)
            for url in (address.replace(mine, other), address):
                async with connect(url, proxy=None) as socket:
                    with pytest.raises(ConnectionClosed) as closed:
                        await socket.recv()
                    assert closed.value.rcvd is not None
                    assert closed.value.rcvd.code == 4401

    _run(test())


@pytest.mark.parametrize(
    ("message", "problem"),
    [
        ("not json", "malformed_message"),
        ("[]", "malformed_message"),
        ('{"type": "no.such.event"}', "malformed_message"),
        ('{"type": "conversation.item.create", "event_id": 1}', "malformed_message"),
        (b"\x00\x01", "malformed_message"),
        (json.dumps({"type": "ping", "padding": "x" * 30_000}), "message_too_large"),
        (
            json.dumps(
                {"type": "input_audio_buffer.append", "utterance_id": "m", "index": 0, "audio": "!!!!"}
            ),
            "frame",
        ),
        (
            json.dumps(
                {"type": "input_audio_buffer.append", "utterance_id": "m", "index": 0, "audio": "AAAAAA=="}
            ),
            None,
        ),
        (
            json.dumps(
                {"type": "input_audio_buffer.append", "utterance_id": "m", "index": 0, "audio": "éééé"}
            ),
            "frame",
        ),
        (json.dumps({"type": "session.start"}), "session_already_started"),
    ],
)
def test_a_bad_message_is_an_error_event_and_the_connection_lives(
    platform: Any, message: str | bytes, problem: str | None
) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                assert client._socket is not None
                await client._socket.send(message)
                await client._socket.send('{"type": "ping"}')
                seen = []
                async for event in events:
                    seen.append(event)
                    if isinstance(event, p.Pong):
                        break
                errors = [event.problem for event in seen if isinstance(event, p.Error)]
                assert errors == ([problem] if problem else [])

    _run(test())


def test_anything_before_the_start_is_refused_and_the_connection_lives(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            async with connect(running.address(running.create()), proxy=None) as socket:
                await socket.send('{"type": "session.end", "event_id": 1}')
                refusal = json.loads(await socket.recv())
                assert (refusal["type"], refusal["problem"]) == ("error", "session_not_started")
                await socket.send('{"type": "session.start"}')
                assert json.loads(await socket.recv())["type"] == "session.created"

    _run(test())


def test_a_transcript_can_be_corrected_and_both_are_kept(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            running.recognizer.script = ["a cash may return stale data"] * 9
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic")
                heard = await _until(events, p.TranscriptionCompleted)
                await client.say(heard.item_id, "a cache may return stale data")
                corrected = await _until(events, p.TranscriptionCompleted)
            assert (corrected.text, corrected.corrected) == ("a cache may return stale data", True)
            turn = load(running.store, interview_id).turns[0]
            assert (turn.text, turn.original) == (
                "a cache may return stale data",
                "a cash may return stale data",
            )

    _run(test())


def test_when_hearing_fails_the_candidate_is_told_and_can_write_what_they_said(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            running.recognizer.script = [SpeechUnavailable("the recognizer is gone.")] * 50
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic")
                async for event in events:
                    if isinstance(event, p.Error):
                        break
                assert event.problem == "recognizer"
                assert "type" in event.detail
                turn = await _until(events, p.TranscriptionCompleted)
                await client.say(turn.item_id, "what I said")
                assert (await _until(events, p.TranscriptionCompleted)).text == "what I said"

    _run(test())


def test_when_the_voice_fails_the_words_still_come(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            running.synthesizer.broken = True
            async with running.socket(running.create()) as client:
                events = client.events()
                done = await _until(events, p.OutputAudioDone)
                assert done.failed == "the voice is gone"
                assert "Ada" in (await _until(events, p.ResponseDone)).text

    _run(test())


def test_a_cancelled_response_stops_and_the_conversation_goes_on(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            running.synthesizer.seconds_per_piece = 0.2
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                item = await _until(events, p.OutputAudioDelta)
                await client._reliably(
                    p.ConversationItemTruncate(
                        type="conversation.item.truncate",
                        event_id=client._next_event_id(),
                        item_id=item.item_id,
                        audio_end_ms=0,
                    )
                )
                await client._reliably(
                    p.ResponseCancel(type="response.cancel", event_id=client._next_event_id())
                )
                done = await _until(events, p.ResponseDone)
                assert done.status == "cancelled"
                running.synthesizer.seconds_per_piece = 0.0
                await client.say("t1", "hello")
                assert (await _until(events, p.ResponseDone)).status == "completed"
            move = load(running.store, interview_id).moves[0]
            assert move.interrupted
            assert len(move.text) < len(move.authored)

    _run(test())


def test_silence_is_broken_by_the_interviewer_once_in_a_while(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(conversation, "_TYPIST_SILENCE_S", 0.3)

    async def test() -> None:
        async with platform() as running:
            async with running.socket(running.create()) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                assert (await _until(events, p.ResponseDone)).move == "silence_prompt"

    _run(test())


def test_the_candidate_ends_the_interview(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await client.end()
                ended = await _until(events, p.SessionEnded)
                assert ended.reason == "candidate"
                assert ended.report_url.endswith(f"{interview_id}/performance-report")
                await client.say("t9", "one more thing")
                async for event in events:
                    if isinstance(event, p.Error):
                        break
                assert (event.status, event.event_id) == (409, 2)

    _run(test())


def test_a_client_event_sent_again_is_acknowledged_and_done_once(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await client.say("t1", "reads become faster")
                await _until(events, p.ItemAdded)
                assert client._socket is not None
                message = {
                    "type": "conversation.item.create",
                    "event_id": 1,
                    "item_id": "t1",
                    "text": "reads become faster",
                }
                await client._socket.send(json.dumps(message))
                await client._socket.send('{"type": "ping"}')
                await _until(events, p.Pong)
            assert len([i for i in load(running.store, interview_id).items if isinstance(i, Turn)]) == 1

    _run(test())


def test_the_editor_is_kept_as_differences(platform: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "_SAVE_CODE_EVERY_S", 0.1)

    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                for number, code in enumerate(("a = 1\n", "a = 1\nb = 2\n"), start=1):
                    event = p.CodeUpdate(
                        type="code.update", event_id=client._next_event_id(), language="python", code=code
                    )
                    await client._reliably(event)
                    while len(load(running.store, interview_id).saved_code) < number:
                        await asyncio.sleep(0.02)
            saved = load(running.store, interview_id).saved_code
            assert [event.base for event in saved] == ["empty", "previous"]
            assert b"+b = 2" in running.store.blob(saved[1].difference)
            assert b"+a = 1" not in running.store.blob(saved[1].difference)

    _run(test())


def test_a_fault_of_ours_breaks_the_connection_and_the_next_one_goes_on(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            await _until(client.events(), p.ResponseDone)
            with monkeypatch.context() as fault:
                fault.setattr(running.turns, "answer", lambda *_args, **_kwargs: 1 / 0)
                await client.say("t1", "reads become faster")
                async for _ in client.events():
                    pass
                assert client.close_code == 1011
            await client.connect(running.address(interview_id))
            assert (await _until(client.events(), p.ResponseDone)).move != "greet"
            await client.close()
            assert len(load(running.store, interview_id).turns) == 1

    _run(test())


def test_an_interview_deleted_under_a_live_socket_closes_it_with_4404(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                await _until(client.events(), p.ResponseDone)
                running.store.delete(interview_id)
                await client.say("t1", "is anybody there")
                async for _ in client.events():
                    pass
                assert client.close_code == 4404

    _run(test())


def test_who_reconnects_while_a_move_is_decided_is_not_thrown_out(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            await _until(client.events(), p.ResponseDone)
            answer: Callable[..., Interview] = running.turns.answer

            def slowly(*args: Any, **kwargs: Any) -> Interview:
                time.sleep(0.5)
                return answer(*args, **kwargs)

            monkeypatch.setattr(running.turns, "answer", slowly)
            await client.say("t1", "reads become faster")
            await asyncio.sleep(0.2)
            await client.connect(running.address(interview_id))
            events = client.events()
            await _until(events, p.ResponseDone)
            await asyncio.sleep(0.6)
            assert client.close_code is None
            await client.close()
            assert len(load(running.store, interview_id).moves) == 2

    _run(test())


def test_a_turn_that_the_store_could_not_take_is_tried_again_until_it_is_in_the_log(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                commit: Callable[..., Interview] = running.turns.commit
                refusals = [StoreUnavailableError("the disk is full")] * 2

                def failing_twice(*args: Any, **kwargs: Any) -> Interview:
                    if refusals:
                        raise refusals.pop()
                    return commit(*args, **kwargs)

                monkeypatch.setattr(running.turns, "commit", failing_twice)
                await _say(client, "mic")
                problems = []
                async for event in events:
                    if isinstance(event, p.Error):
                        problems.append(event.problem)
                    if isinstance(event, p.TranscriptionCompleted):
                        break
            assert problems == ["store_unavailable"] * 2
            assert len(load(running.store, interview_id).turns) == 1

    _run(test())


def test_an_event_that_the_store_could_not_take_is_sent_again_before_any_later_one(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            await _until(client.events(), p.ResponseDone)
            with monkeypatch.context() as full:

                def refuse(*_args: Any, **_kwargs: Any) -> Interview:
                    raise StoreUnavailableError("the disk is full")

                full.setattr(running.turns, "commit", refuse)
                await client.say("t1", "the first thing")
                async for _ in client.events():
                    pass
            assert client.close_code == 1013
            await client.connect(running.address(interview_id))
            events = client.events()
            await client.say("t2", "the second thing")
            while (await _until(events, p.ItemAdded)).item_id != "t2":
                pass
            await client.close()
            texts = [turn.text for turn in load(running.store, interview_id).turns]
            assert texts == ["the first thing", "the second thing"]

    _run(test())


def test_a_new_microphone_and_a_reconnect_are_heard(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            client = InterviewSocket()
            await client.connect(running.address(interview_id))
            await _until(client.events(), p.ResponseDone)
            for _ in range(12):
                await client.frame("mic-1", SILENCE)
            for _ in range(5):
                await client.frame("mic-2", SPEECH)
            await asyncio.sleep(0.2)
            await client.connect(running.address(interview_id))
            events = client.events()
            resumed = await _until(events, p.SessionResumed)
            assert resumed.received["mic-2"] == 4
            for _ in range(20):
                await client.frame("mic-2", SILENCE)
            await _until(events, p.TranscriptionCompleted)
            await client.close()

    _run(test())


def test_nothing_after_a_turn_is_acknowledged_before_the_turn_is_in_the_log(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            heard = asyncio.Event()
            transcribe = running.recognizer.transcribe

            async def slowly(pcm: bytes, **kwargs: Any) -> Any:
                await heard.wait()
                return await transcribe(pcm, **kwargs)

            running.recognizer.transcribe = slowly
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await _say(client, "mic", speech=8, silence=60)
                await _until(events, p.BufferCommitted)
                assert client._socket is not None
                await client._socket.send('{"type": "ping"}')
                before: list[Any] = []
                async for event in events:
                    before.append(event)
                    if isinstance(event, p.Pong):
                        break
                assert not [event for event in before if isinstance(event, p.Ack) and event.utterance_id]
                heard.set()
                while (ack := await _until(events, p.Ack)).index is None or ack.index < 40:
                    pass
                assert len(load(running.store, interview_id).turns) == 1
                assert not client._frames or client._frames[0].index > 40

    _run(test())


def test_an_editor_update_is_acknowledged_when_it_is_stored(
    platform: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                event = p.CodeUpdate(
                    type="code.update", event_id=client._next_event_id(), language="python", code="a = 1\n"
                )
                await client._reliably(event)
                # The next reliable event takes it along, because ids count upwards in the log.
                await client.say("t1", "I begin with a constant")
                acks = [(await _until(events, p.Ack)).event_id for _ in range(2)]
            assert acks == [1, 2]
            assert len(load(running.store, interview_id).saved_code) == 1

    _run(test())


def test_what_a_reloaded_page_left_in_the_editor_takes_no_event_of_the_new_page(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as leaving:
                events = leaving.events()
                await _until(events, p.ResponseDone)
                for code in ("a = 1\n", "a = 2\n"):  # the second one waits for its half minute
                    update = p.CodeUpdate(
                        type="code.update", event_id=leaving._next_event_id(), language="python", code=code
                    )
                    await leaving._reliably(update)
                    if code == "a = 1\n":
                        await _until(events, p.Ack)
            async with running.socket(interview_id) as reloaded:
                events = reloaded.events()
                resumed = await _until(events, p.SessionResumed)
                assert resumed.event_id == 2
                await reloaded.end()
                assert (await _until(events, p.SessionEnded)).reason == "candidate"

    _run(test())


def test_the_end_over_rest_reaches_the_live_socket(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                running.interviews.end(interview_id, actor="local")
                assert (await _until(events, p.SessionEnded)).reason == "candidate"

    _run(test())


def test_an_event_id_that_was_taken_cannot_carry_something_new(platform: Any) -> None:
    async def test() -> None:
        async with platform() as running:
            interview_id = running.create()
            async with running.socket(interview_id) as client:
                events = client.events()
                await _until(events, p.ResponseDone)
                await client.say("t1", "reads become faster")
                await _until(events, p.ItemAdded)
                client._event_id = 0
                await client.say("t2", "writes become slower")
                async for event in events:
                    if isinstance(event, p.Error):
                        break
                assert (event.problem, event.event_id) == ("event_id_used", 1)

    _run(test())
