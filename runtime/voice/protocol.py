"""The wire protocol of the interview's socket: the single source of AsyncAPI and of the page's types.

JSON text messages, at most `MAX_MESSAGE_BYTES` each way. Event names follow the vocabulary of OpenAI's Realtime
API (GA) because developers know it; wire compatibility is not promised.

Reliability: client events that must not be lost carry a rising `event_id` and are answered by `ack`; audio is
identified by `utterance_id` and `index` and is acknowledged once it is stored or known to be silence. Stored server
events carry the log's `seq`. After a drop the client sends `session.start` with the `last_seq` it saw, gets what it
missed, and sends again what was not acknowledged.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter

from runtime.knowledge.bank import Example

MAX_MESSAGE_BYTES = 30_000  # AgentCore Runtime cuts frames at 32 KB
PROTOCOL_VERSION = 1
INPUT_SAMPLE_RATE = 16_000
OUTPUT_SAMPLE_RATE = 24_000

ItemId = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
EventId = Annotated[
    int, Field(ge=1, le=2**53 - 1, description="Rising per interview; acknowledged by `ack`.")
]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=7_000)]


class ClientEvent(BaseModel):
    """What a client may send. Unknown fields are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class SessionStart(ClientEvent):
    """The first message: who comes (a ticket, unless it came in the address), and what it has seen."""

    type: Literal["session.start"]
    ticket: Annotated[str, StringConstraints(max_length=200)] | None = None
    last_seq: Annotated[int, Field(ge=0)] = 0
    protocol: Literal[1] = 1
    input_format: Literal["pcm16/16000"] = "pcm16/16000"
    modalities: tuple[Literal["audio", "text"], ...] = ("audio", "text")


class InputAudioBufferAppend(ClientEvent):
    """A piece of microphone sound: PCM16, 16 kHz, mono, base64. `index` rises by one within an utterance."""

    type: Literal["input_audio_buffer.append"]
    utterance_id: ItemId
    index: Annotated[int, Field(ge=0)]
    audio: Annotated[str, StringConstraints(min_length=4, max_length=28_000)]


class InputAudioBufferCommit(ClientEvent):
    """ "I'm done": ends the turn now, without waiting for silence."""

    type: Literal["input_audio_buffer.commit"]
    event_id: EventId
    utterance_id: ItemId


class ConversationItemCreate(ClientEvent):
    """A typed turn; with the `item_id` of a spoken turn, the candidate's correction of its transcript."""

    type: Literal["conversation.item.create"]
    event_id: EventId
    item_id: ItemId
    text: Text


class ConversationItemTruncate(ClientEvent):
    """The candidate heard the interviewer's item only up to `audio_end_ms`."""

    type: Literal["conversation.item.truncate"]
    event_id: EventId
    item_id: ItemId
    audio_end_ms: Annotated[int, Field(ge=0)]


class ResponseCancel(ClientEvent):
    """Stop speaking; the item stays in the log."""

    type: Literal["response.cancel"]
    event_id: EventId


class CodeUpdate(ClientEvent):
    """The editor's present content, at most every few seconds; stored as differences."""

    type: Literal["code.update"]
    event_id: EventId
    language: Annotated[str, StringConstraints(min_length=1, max_length=40)]
    code: Annotated[str, StringConstraints(max_length=24_000)]


class SessionEnd(ClientEvent):
    """The candidate ends the interview."""

    type: Literal["session.end"]
    event_id: EventId


class Ping(ClientEvent):
    """Answered by `pong`; keeps intermediaries from cutting an idle connection."""

    type: Literal["ping"]


ClientMessage = Annotated[
    SessionStart
    | InputAudioBufferAppend
    | InputAudioBufferCommit
    | ConversationItemCreate
    | ConversationItemTruncate
    | ResponseCancel
    | CodeUpdate
    | SessionEnd
    | Ping,
    Field(discriminator="type"),
]


class ServerEvent(BaseModel):
    """What the server may send. Clients ignore fields and types they do not know."""

    model_config = ConfigDict(frozen=True)


class Engines(BaseModel):
    """Which engines answer in this session; null: this session has text only."""

    model_config = ConfigDict(frozen=True)
    recognizer: str | None = None
    synthesizer: str | None = None
    interviewer: str


class SessionCreated(ServerEvent):
    """The session is open and nothing was missed. `event_id` is the highest one already taken."""

    type: Literal["session.created"] = "session.created"
    interview_id: str
    seq: int
    event_id: int
    engines: Engines


class SessionResumed(ServerEvent):
    """The session is open again; what was missed follows. `received` says per utterance the last index held."""

    type: Literal["session.resumed"] = "session.resumed"
    interview_id: str
    seq: int
    event_id: int
    engines: Engines
    received: dict[str, int]


class Ack(ServerEvent):
    """`event_id`: stored. `utterance_id` and `index`: everything up to there may be forgotten by the client."""

    type: Literal["ack"] = "ack"
    event_id: int | None = None
    utterance_id: str | None = None
    index: int | None = None


class SpeechStarted(ServerEvent):
    """The candidate began to speak."""

    type: Literal["input_audio_buffer.speech_started"] = "input_audio_buffer.speech_started"
    utterance_id: str
    audio_start_ms: int


class SpeechStopped(ServerEvent):
    """The candidate paused; the turn may still go on."""

    type: Literal["input_audio_buffer.speech_stopped"] = "input_audio_buffer.speech_stopped"
    utterance_id: str
    audio_end_ms: int


class BufferCommitted(ServerEvent):
    """The turn has ended; its transcript follows under `item_id`."""

    type: Literal["input_audio_buffer.committed"] = "input_audio_buffer.committed"
    item_id: str
    utterance_id: str


class TranscriptionDelta(ServerEvent):
    """A live caption: the whole transcript so far, which later captions may change."""

    type: Literal["input_audio_transcription.delta"] = "input_audio_transcription.delta"
    item_id: str
    text: str


class TranscriptionCompleted(ServerEvent):
    """What the candidate said (or corrected: `corrected` is true), as the log holds it."""

    type: Literal["input_audio_transcription.completed"] = "input_audio_transcription.completed"
    seq: int
    item_id: str
    text: str
    corrected: bool = False


class ItemAdded(ServerEvent):
    """A typed turn of the candidate is in the log."""

    type: Literal["conversation.item.added"] = "conversation.item.added"
    seq: int
    item_id: str
    text: str


class ResponseCreated(ServerEvent):
    """The interviewer begins to answer."""

    type: Literal["response.created"] = "response.created"
    item_id: str
    move: str


class OutputTextDelta(ServerEvent):
    """The next piece of what the interviewer says."""

    type: Literal["response.output_text.delta"] = "response.output_text.delta"
    item_id: str
    delta: str


class OutputAudioDelta(ServerEvent):
    """The next piece of the interviewer's voice: PCM16, 24 kHz, mono, base64."""

    type: Literal["response.output_audio.delta"] = "response.output_audio.delta"
    item_id: str
    delta: str


class OutputAudioDone(ServerEvent):
    """The voice of this item is complete; `failed` says why there is none."""

    type: Literal["response.output_audio.done"] = "response.output_audio.done"
    item_id: str
    failed: str | None = None


class ResponseDone(ServerEvent):
    """The item is complete, after its last piece was sent. On resume it brings the whole item."""

    type: Literal["response.done"] = "response.done"
    seq: int
    item_id: str
    status: Literal["completed", "cancelled", "failed"]
    text: str
    move: str


class CodingTaskGiven(ServerEvent):
    """A coding task is open: what to show, the code to start from, per language, and the tests that are not hidden.

    Without `function_name` it asks for a query, and `args` of an example hold one text: the SQL that fills the tables.
    """

    type: Literal["coding.task"] = "coding.task"
    seq: int
    task_id: str
    title: str
    statement: str
    function_name: str | None = None
    starter: dict[str, str]
    examples: tuple[Example, ...] = ()


class SessionExpiring(ServerEvent):
    """This connection will be closed in `seconds`; connect again with a new ticket, nothing is lost."""

    type: Literal["session.expiring"] = "session.expiring"
    seconds: int


class SessionEnded(ServerEvent):
    """The interview is over; the report is at `report_url`."""

    type: Literal["session.ended"] = "session.ended"
    seq: int
    reason: str
    report_url: str


class Error(ServerEvent):
    """A message could not be taken; the connection lives. An RFC 9457 problem."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)
    type: Literal["error"] = "error"
    event_id: int | None = None
    problem: str = Field(description="Machine-readable kind, e.g. `malformed_message`.")
    title: str
    detail: str
    status: int


class Pong(ServerEvent):
    """The answer to `ping`."""

    type: Literal["pong"] = "pong"


ServerMessage = Annotated[
    SessionCreated
    | SessionResumed
    | Ack
    | SpeechStarted
    | SpeechStopped
    | BufferCommitted
    | TranscriptionDelta
    | TranscriptionCompleted
    | ItemAdded
    | ResponseCreated
    | OutputTextDelta
    | OutputAudioDelta
    | OutputAudioDone
    | ResponseDone
    | CodingTaskGiven
    | SessionExpiring
    | SessionEnded
    | Error
    | Pong,
    Field(discriminator="type"),
]

CLIENT_MESSAGE: TypeAdapter[Any] = TypeAdapter(ClientMessage)
SERVER_MESSAGE: TypeAdapter[Any] = TypeAdapter(ServerMessage)

CLOSE_TICKET_REFUSED = 4401
CLOSE_TAKEN_OVER = 4409
CLOSE_UNKNOWN_INTERVIEW = 4404
