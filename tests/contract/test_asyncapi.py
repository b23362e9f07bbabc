"""docs/asyncapi.json describes every message of the socket, and accepts what the models send."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from jsonschema import Draft202012Validator
from pydantic import BaseModel

from runtime.api.asyncapi import asyncapi
from runtime.knowledge.bank import Example
from runtime.voice import protocol as p

DOCUMENT = asyncapi("0")
CHANNEL = DOCUMENT["channels"]["interview"]
CLIENT: tuple[type[BaseModel], ...] = get_args(get_args(p.ClientMessage)[0])
SERVER: tuple[type[BaseModel], ...] = get_args(get_args(p.ServerMessage)[0])
ENGINES = p.Engines(recognizer=None, synthesizer="espeak-ng", interviewer="authored text")

# One of each, with the fields that its sender fills.
MESSAGES: list[BaseModel] = [
    p.SessionStart(type="session.start", last_seq=3, ticket="t"),
    p.InputAudioBufferAppend(type="input_audio_buffer.append", utterance_id="u1", index=0, audio="AAAA"),
    p.InputAudioBufferCommit(type="input_audio_buffer.commit", event_id=1, utterance_id="u1"),
    p.ConversationItemCreate(type="conversation.item.create", event_id=2, item_id="i1", text="Hello"),
    p.ConversationItemTruncate(
        type="conversation.item.truncate", event_id=3, item_id="m1", audio_end_ms=1200
    ),
    p.ResponseCancel(type="response.cancel", event_id=4),
    p.CodeUpdate(type="code.update", event_id=5, language="python", code="x = 1"),
    p.SessionEnd(type="session.end", event_id=6),
    p.Ping(type="ping"),
    p.SessionCreated(interview_id="a", seq=1, event_id=0, engines=ENGINES),
    p.SessionResumed(interview_id="a", seq=1, event_id=0, engines=ENGINES, received={"u1": 4}),
    p.Ack(event_id=1),
    p.SpeechStarted(utterance_id="u1", audio_start_ms=0),
    p.SpeechStopped(utterance_id="u1", audio_end_ms=900),
    p.BufferCommitted(item_id="i1", utterance_id="u1"),
    p.TranscriptionDelta(item_id="i1", text="Hel"),
    p.TranscriptionCompleted(seq=4, item_id="i1", text="Hello"),
    p.ItemAdded(seq=5, item_id="i2", text="Hello"),
    p.ResponseCreated(item_id="m6", move="ask"),
    p.OutputTextDelta(item_id="m6", delta="How"),
    p.OutputAudioDelta(item_id="m6", delta="AAAA"),
    p.OutputAudioDone(item_id="m6"),
    p.ResponseDone(seq=6, item_id="m6", status="completed", text="How?", move="ask"),
    p.CodingTaskGiven(
        seq=7,
        task_id="t",
        title="T",
        statement="S",
        function_name="f",
        starter={"python": ""},
        examples=(Example(args=("1", '"a"'), expected="null"),),
    ),
    p.SessionExpiring(seconds=60),
    p.SessionEnded(seq=8, reason="candidate", report_url="/r"),
    p.Error(problem="malformed_message", title="malformed message", detail="d", status=400),
    p.Pong(),
]


def payload_schema(model: type[BaseModel]) -> Draft202012Validator:
    reference = DOCUMENT["components"]["messages"][model.__name__]["payload"]["$ref"]
    return Draft202012Validator({"$ref": reference, "components": DOCUMENT["components"]})


def resolved(reference: str) -> Any:
    node: Any = DOCUMENT
    for part in reference.removeprefix("#/").split("/"):
        node = node[part]
    return node


def test_every_message_of_the_protocol_is_described() -> None:
    models = {model.__name__ for model in (*CLIENT, *SERVER)}

    assert set(DOCUMENT["components"]["messages"]) == models
    assert set(CHANNEL["messages"]) == models
    assert {type(message) for message in MESSAGES} == {*CLIENT, *SERVER}


def test_client_messages_are_received_and_server_messages_sent() -> None:
    for operation, action, models in (
        ("receiveFromClient", "receive", CLIENT),
        ("sendToClient", "send", SERVER),
    ):
        described = DOCUMENT["operations"][operation]
        names = [reference["$ref"].rpartition("/")[2] for reference in described["messages"]]
        assert described["action"] == action
        assert names == [model.__name__ for model in models]


def test_operations_name_messages_of_their_own_channel() -> None:
    # AsyncAPI 3: an operation's messages must be references into its channel, not into the components.
    for operation in DOCUMENT["operations"].values():
        channel = operation["channel"]["$ref"]
        assert resolved(channel) is CHANNEL
        for message in operation["messages"]:
            assert message["$ref"].startswith(f"{channel}/messages/")
            assert resolved(resolved(message["$ref"])["$ref"])["payload"]


def test_the_address_has_the_parameters_that_are_described() -> None:
    for name in CHANNEL["parameters"]:
        assert f"{{{name}}}" in CHANNEL["address"]
    assert CHANNEL["address"].count("{") == len(CHANNEL["parameters"])


@pytest.mark.parametrize("schema", sorted(DOCUMENT["components"]["schemas"]))
def test_every_schema_is_json_schema(schema: str) -> None:
    Draft202012Validator.check_schema(DOCUMENT["components"]["schemas"][schema])


@pytest.mark.parametrize("message", MESSAGES, ids=lambda message: type(message).__name__)
def test_a_payload_schema_accepts_what_its_model_sends_and_no_other_does(message: BaseModel) -> None:
    sent = message.model_dump(mode="json", exclude_none=True)

    accepting = {model for model in (*CLIENT, *SERVER) if payload_schema(model).is_valid(sent)}

    assert accepting == {type(message)}


@pytest.mark.parametrize("model", [*CLIENT, *SERVER], ids=lambda model: model.__name__)
def test_a_message_goes_by_its_type_on_the_wire(model: type[BaseModel]) -> None:
    described = DOCUMENT["components"]["messages"][model.__name__]

    assert described["name"] == get_args(model.model_fields["type"].annotation)[0]
    assert described["summary"]
