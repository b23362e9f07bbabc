// Written by web/generate_protocol.py from runtime/voice/protocol.py. Schema c0603c7e8549ff0c1cf3b72d88883cd5dd04ece117874378c9b6b94c1a6b9f31

export const PROTOCOL_VERSION = 1;
export const MAX_MESSAGE_BYTES = 30000;
export const INPUT_SAMPLE_RATE = 16000;
export const OUTPUT_SAMPLE_RATE = 24000;
export const CLOSE_TICKET_REFUSED = 4401;
export const CLOSE_UNKNOWN_INTERVIEW = 4404;
export const CLOSE_TAKEN_OVER = 4409;

export type Message = ClientMessage | ServerMessage;
export type ClientMessage =
  | SessionStart
  | InputAudioBufferAppend
  | InputAudioBufferCommit
  | ConversationItemCreate
  | ConversationItemTruncate
  | ResponseCancel
  | CodeUpdate
  | SessionEnd
  | Ping;
export type ServerMessage =
  | SessionCreated
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
  | Pong;

/**
 * The first message: who comes (a ticket, unless it came in the address), and what it has seen.
 */
export interface SessionStart {
  type: "session.start";
  ticket?: string | null;
  last_seq?: number;
  protocol?: 1;
  input_format?: "pcm16/16000";
  modalities?: ("audio" | "text")[];
}
/**
 * A piece of microphone sound: PCM16, 16 kHz, mono, base64. `index` rises by one within an utterance.
 */
export interface InputAudioBufferAppend {
  type: "input_audio_buffer.append";
  utterance_id: string;
  index: number;
  audio: string;
}
/**
 * "I'm done": ends the turn now, without waiting for silence.
 */
export interface InputAudioBufferCommit {
  type: "input_audio_buffer.commit";
  /**
   * Rising per interview; acknowledged by `ack`.
   */
  event_id: number;
  utterance_id: string;
}
/**
 * A typed turn; with the `item_id` of a spoken turn, the candidate's correction of its transcript.
 */
export interface ConversationItemCreate {
  type: "conversation.item.create";
  /**
   * Rising per interview; acknowledged by `ack`.
   */
  event_id: number;
  item_id: string;
  text: string;
}
/**
 * The candidate heard the interviewer's item only up to `audio_end_ms`.
 */
export interface ConversationItemTruncate {
  type: "conversation.item.truncate";
  /**
   * Rising per interview; acknowledged by `ack`.
   */
  event_id: number;
  item_id: string;
  audio_end_ms: number;
}
/**
 * Stop speaking; the item stays in the log.
 */
export interface ResponseCancel {
  type: "response.cancel";
  /**
   * Rising per interview; acknowledged by `ack`.
   */
  event_id: number;
}
/**
 * The editor's present content, at most every few seconds; stored as differences.
 */
export interface CodeUpdate {
  type: "code.update";
  /**
   * Rising per interview; acknowledged by `ack`.
   */
  event_id: number;
  language: string;
  code: string;
}
/**
 * The candidate ends the interview.
 */
export interface SessionEnd {
  type: "session.end";
  /**
   * Rising per interview; acknowledged by `ack`.
   */
  event_id: number;
}
/**
 * Answered by `pong`; keeps intermediaries from cutting an idle connection.
 */
export interface Ping {
  type: "ping";
}
/**
 * The session is open and nothing was missed. `event_id` is the highest one already taken.
 */
export interface SessionCreated {
  type: "session.created";
  interview_id: string;
  seq: number;
  event_id: number;
  engines: Engines;
}
/**
 * Which engines answer in this session; null: this session has text only.
 */
export interface Engines {
  recognizer?: string | null;
  synthesizer?: string | null;
  interviewer: string;
}
/**
 * The session is open again; what was missed follows. `received` says per utterance the last index held.
 */
export interface SessionResumed {
  type: "session.resumed";
  interview_id: string;
  seq: number;
  event_id: number;
  engines: Engines;
  received: {
    [k: string]: number;
  };
}
/**
 * `event_id`: stored. `utterance_id` and `index`: everything up to there may be forgotten by the client.
 */
export interface Ack {
  type: "ack";
  event_id?: number | null;
  utterance_id?: string | null;
  index?: number | null;
}
/**
 * The candidate began to speak.
 */
export interface SpeechStarted {
  type: "input_audio_buffer.speech_started";
  utterance_id: string;
  audio_start_ms: number;
}
/**
 * The candidate paused; the turn may still go on.
 */
export interface SpeechStopped {
  type: "input_audio_buffer.speech_stopped";
  utterance_id: string;
  audio_end_ms: number;
}
/**
 * The turn has ended; its transcript follows under `item_id`.
 */
export interface BufferCommitted {
  type: "input_audio_buffer.committed";
  item_id: string;
  utterance_id: string;
}
/**
 * A live caption: the whole transcript so far, which later captions may change.
 */
export interface TranscriptionDelta {
  type: "input_audio_transcription.delta";
  item_id: string;
  text: string;
}
/**
 * What the candidate said (or corrected: `corrected` is true), as the log holds it.
 */
export interface TranscriptionCompleted {
  type: "input_audio_transcription.completed";
  seq: number;
  item_id: string;
  text: string;
  corrected: boolean;
}
/**
 * A typed turn of the candidate is in the log.
 */
export interface ItemAdded {
  type: "conversation.item.added";
  seq: number;
  item_id: string;
  text: string;
}
/**
 * The interviewer begins to answer.
 */
export interface ResponseCreated {
  type: "response.created";
  item_id: string;
  move: string;
}
/**
 * The next piece of what the interviewer says.
 */
export interface OutputTextDelta {
  type: "response.output_text.delta";
  item_id: string;
  delta: string;
}
/**
 * The next piece of the interviewer's voice: PCM16, 24 kHz, mono, base64.
 */
export interface OutputAudioDelta {
  type: "response.output_audio.delta";
  item_id: string;
  delta: string;
}
/**
 * The voice of this item is complete; `failed` says why there is none.
 */
export interface OutputAudioDone {
  type: "response.output_audio.done";
  item_id: string;
  failed?: string | null;
}
/**
 * The item is complete, after its last piece was sent. On resume it brings the whole item.
 */
export interface ResponseDone {
  type: "response.done";
  seq: number;
  item_id: string;
  status: "completed" | "cancelled" | "failed";
  text: string;
  move: string;
}
/**
 * A coding task is open: what to show, the code to start from, per language, and the tests that are not hidden.
 *
 * Without `function_name` it asks for a query, and `args` of an example hold one text: the SQL that fills the tables.
 */
export interface CodingTaskGiven {
  type: "coding.task";
  seq: number;
  task_id: string;
  title: string;
  statement: string;
  function_name?: string | null;
  starter: {
    [k: string]: string;
  };
  examples: Example[];
}
/**
 * A test that the candidate may see, as JSON text: a browser's numbers would round what is large.
 *
 * args: of a query one text, the SQL that fills its tables.
 */
export interface Example {
  args: string[];
  expected: string;
}
/**
 * This connection will be closed in `seconds`; connect again with a new ticket, nothing is lost.
 */
export interface SessionExpiring {
  type: "session.expiring";
  seconds: number;
}
/**
 * The interview is over; the report is at `report_url`.
 */
export interface SessionEnded {
  type: "session.ended";
  seq: number;
  reason: string;
  report_url: string;
}
/**
 * A message could not be taken; the connection lives. An RFC 9457 problem.
 */
export interface Error {
  type: "error";
  event_id?: number | null;
  /**
   * Machine-readable kind, e.g. `malformed_message`.
   */
  problem: string;
  title: string;
  detail: string;
  status: number;
}
/**
 * The answer to `ping`.
 */
export interface Pong {
  type: "pong";
}
