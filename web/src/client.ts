/**
 * The interview's socket: what the candidate says and does reaches the log once, however often the line drops.
 *
 * Everything that must not be lost waits here until the server acknowledged it and is sent again after a drop:
 * events under the `event_id` they had, sound under its `utterance_id` and `index`. Server events that were seen
 * are not handed on twice. A dropped connection comes back by itself, each time with a new ticket.
 */

import {
  CLOSE_TAKEN_OVER,
  CLOSE_TICKET_REFUSED,
  CLOSE_UNKNOWN_INTERVIEW,
  MAX_MESSAGE_BYTES,
  type ClientMessage,
  type ServerMessage,
  type SessionCreated,
  type SessionResumed,
} from "./protocol";

/** A client event that waits for its `ack`, still without the id it gets when a session is open. */
type WithoutId<E> = E extends { event_id: number } ? Omit<E, "event_id"> : never;
export type ReliableEvent = WithoutId<ClientMessage>;

/**
 * `ready`: the socket is open, `start` was not called yet. `live`: the session is open. `waiting`: the line is down
 * and comes back by itself. The rest are final: `taken_over` by a newer tab, `unknown` interview, `refused` (no ticket is
 * given to this user), `ended` (the interview), `closed` (by `close()`).
 */
export type Connection =
  | "connecting"
  | "ready"
  | "live"
  | "waiting"
  | "taken_over"
  | "unknown"
  | "refused"
  | "ended"
  | "closed";

export type TicketFailure = { status: number };

export interface ClientOptions {
  /** A new address, and its ticket where the address alone may not bring it; rejects with an error that has the HTTP
   * `status`, 0 when unreachable. */
  ticket(): Promise<{ url: string; ticket?: string }>;
  onEvent(event: ServerMessage): void;
  onConnection(connection: Connection): void;
  /** Without sound the server sends none either. */
  modalities?: ("audio" | "text")[];
  WebSocket?: typeof WebSocket;
  random?: () => number;
}

/** The event is too long for one message; nothing was sent. */
export class MessageTooLong extends Error {
  constructor(bytes: number) {
    super(`expected at most ${MAX_MESSAGE_BYTES} bytes in one message, got ${bytes}`);
  }
}

interface Frame {
  utterance_id: string;
  index: number;
  audio: string;
}

type Unacknowledged = { event_id: number | null; event: ReliableEvent };

const PING_EVERY_MS = 20_000;
const SILENCE_MEANS_DEAD_MS = 10_000;
const FIRST_RETRY_MS = 300;
const LONGEST_RETRY_MS = 10_000;
const RETRY_AFTER_SERVER_ERROR_MS = 1_000;
/** Ten minutes of sound, 26 MB: after that long without a server nobody is being interviewed any more. */
const MOST_FRAMES_KEPT = 6_000;
const FINAL: ReadonlySet<Connection> = new Set(["taken_over", "unknown", "refused", "ended", "closed"]);

export class InterviewClient {
  readonly #options: ClientOptions;
  readonly #WebSocket: typeof WebSocket;
  readonly #random: () => number;

  #connection: Connection = "closed";
  #socket: WebSocket | null = null;
  #ticket: string | undefined;
  #started = false;
  #attempts = 0;
  #epoch = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #dead: ReturnType<typeof setTimeout> | undefined;

  #lastEventId = 0;
  #unacknowledged: Unacknowledged[] = [];
  #frames: Frame[] = [];

  #lastSeq = 0;
  #seen = new Set<string>();

  constructor(options: ClientOptions) {
    this.#options = options;
    this.#WebSocket = options.WebSocket ?? WebSocket;
    this.#random = options.random ?? Math.random;
  }

  get connection(): Connection {
    return this.#connection;
  }

  /** Whether everything said and done so far is known to be stored. */
  get settled(): boolean {
    return this.#unacknowledged.length === 0 && this.#frames.length === 0;
  }

  /** Open the line. The interview does not begin before `start`. */
  connect(): void {
    if (this.#connection !== "closed") return;
    this.#become("connecting");
    void this.#open();
  }

  /** Begin, or go on: from now on the interviewer speaks. */
  start(): void {
    if (this.#started) return;
    this.#started = true;
    if (this.#connection === "ready") this.#sendStart();
  }

  /** Send an event that must arrive. Raises MessageTooLong. */
  send(event: ReliableEvent): void {
    const bytes = new TextEncoder().encode(JSON.stringify(event)).length + 40; // the id comes on top
    if (bytes > MAX_MESSAGE_BYTES) throw new MessageTooLong(bytes);
    const waiting: Unacknowledged = { event_id: null, event };
    this.#unacknowledged.push(waiting);
    if (this.#connection === "live") this.#deliver(waiting);
  }

  /** Send 100 ms of sound (base64 PCM16, 16 kHz). False: too much is waiting already, the sound was not taken. */
  appendAudio(utterance_id: string, index: number, audio: string): boolean {
    if (this.#frames.length >= MOST_FRAMES_KEPT) return false;
    const frame = { utterance_id, index, audio };
    this.#frames.push(frame);
    if (this.#connection === "live") this.#transmit({ type: "input_audio_buffer.append", ...frame });
    return true;
  }

  /** Try now instead of when the retry is due, e.g. because the network is back. */
  retryNow(): void {
    if (this.#connection !== "waiting") return;
    clearTimeout(this.#retry);
    this.#become("connecting");
    void this.#open();
  }

  /** Close for good. */
  close(): void {
    this.#finish("closed");
  }

  async #open(): Promise<void> {
    const epoch = ++this.#epoch;
    let url: string;
    let ticket: string | undefined;
    try {
      ({ url, ticket } = await this.#options.ticket());
    } catch (error) {
      if (epoch === this.#epoch) this.#ticketFailed(error);
      return;
    }
    if (epoch !== this.#epoch) return;
    let socket: WebSocket;
    try {
      socket = new this.#WebSocket(url);
    } catch {
      return this.#retryLater(); // an address the browser refuses, e.g. ws: on a page that came by https:
    }
    socket.onopen = () => {
      if (epoch !== this.#epoch) return socket.close();
      this.#replaceSocket(socket);
      this.#ticket = ticket;
      this.#become("ready");
      this.#watch();
      if (this.#started) this.#sendStart();
    };
    socket.onmessage = (message) => {
      if (socket === this.#socket) this.#receive(String(message.data));
    };
    socket.onclose = (close) => {
      // A replacement that never opened is let go: the old socket serves until the server ends it.
      if (socket === this.#socket || (epoch === this.#epoch && this.#socket === null)) this.#dropped(close.code);
    };
  }

  /** The newer socket takes the interview over; the old one's goodbye concerns nobody. */
  #replaceSocket(socket: WebSocket): void {
    const before = this.#socket;
    this.#socket = socket;
    before?.close();
  }

  #ticketFailed(error: unknown): void {
    const status = (error as Partial<TicketFailure> | null)?.status;
    if (status === 404) this.#finish("unknown");
    else if (status === 401 || status === 403) this.#finish("refused");
    else if (status === 409 || status === 410) this.#finish("ended");
    else if (this.#socket === null) this.#retryLater();
  }

  #dropped(code: number): void {
    this.#socket = null;
    this.#stopWatching();
    if (FINAL.has(this.#connection)) return;
    if (code === CLOSE_TAKEN_OVER) this.#finish("taken_over");
    else if (code === CLOSE_UNKNOWN_INTERVIEW) this.#finish("unknown");
    else if (code === CLOSE_TICKET_REFUSED && this.#attempts === 0) {
      // A ticket lives for a minute and serves once, so a refused one calls for another, not for patience.
      this.#attempts = 1;
      this.#become("connecting");
      void this.#open();
    } else this.#retryLater();
  }

  #retryLater(): void {
    this.#become("waiting");
    const longest = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#attempts++);
    clearTimeout(this.#retry);
    // Jitter, so that the candidates of a restarted server do not all come back in the same instant.
    this.#retry = setTimeout(() => this.retryNow(), longest * (0.5 + 0.5 * this.#random()));
  }

  #finish(last: Connection): void {
    this.#epoch++;
    clearTimeout(this.#retry);
    this.#stopWatching();
    const socket = this.#socket;
    this.#socket = null;
    this.#become(last);
    socket?.close();
  }

  #become(connection: Connection): void {
    if (this.#connection === connection) return;
    this.#connection = connection;
    this.#options.onConnection(connection);
  }

  #sendStart(): void {
    this.#transmit({
      type: "session.start",
      ...(this.#ticket ? { ticket: this.#ticket } : {}),
      last_seq: this.#lastSeq,
      modalities: this.#options.modalities ?? ["audio", "text"],
    });
  }

  #watch(): void {
    this.#stopWatching();
    this.#ping = setInterval(() => {
      this.#transmit({ type: "ping" });
      const asked = this.#socket;
      clearTimeout(this.#dead);
      // A dead line is not always closed by the network; the browser may wait minutes for that.
      this.#dead = setTimeout(() => {
        if (asked !== this.#socket) return;
        this.#dropped(1006);
        asked?.close();
      }, SILENCE_MEANS_DEAD_MS);
    }, PING_EVERY_MS);
  }

  #stopWatching(): void {
    clearInterval(this.#ping);
    clearTimeout(this.#dead);
  }

  #transmit(message: ClientMessage): void {
    if (this.#socket?.readyState === this.#WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #deliver(waiting: Unacknowledged): void {
    waiting.event_id ??= ++this.#lastEventId;
    this.#transmit({ ...waiting.event, event_id: waiting.event_id } as ClientMessage);
  }

  #receive(data: string): void {
    clearTimeout(this.#dead);
    let event: ServerMessage;
    try {
      event = JSON.parse(data) as ServerMessage;
    } catch {
      return; // a message of another protocol; what matters comes again on resume
    }
    switch (event.type) {
      case "session.created":
      case "session.resumed":
        this.#welcomed(event);
        break;
      case "ack":
        this.#acknowledged(event.event_id, event.utterance_id, event.index);
        return;
      case "pong":
        return;
      case "error":
        this.#refused(event.event_id, event.status);
        break;
      case "session.expiring":
        // The new line is opened while the old one still serves, so that nobody notices.
        void this.#open();
        return;
      default:
        if ("seq" in event && !this.#isNew(event)) return;
    }
    this.#options.onEvent(event);
    if (event.type === "session.ended") {
      this.#unacknowledged = [];
      this.#frames = [];
      this.#finish("ended");
    }
  }

  #welcomed(event: SessionCreated | SessionResumed): void {
    this.#attempts = 0;
    this.#lastEventId = Math.max(this.#lastEventId, event.event_id);
    const stored = event.event_id;
    this.#unacknowledged = this.#unacknowledged.filter(({ event_id }) => event_id === null || event_id > stored);
    if (event.type === "session.resumed") {
      for (const [utterance_id, index] of Object.entries(event.received)) {
        this.#acknowledged(undefined, utterance_id, index);
      }
    }
    this.#become("live");
    for (const frame of this.#frames) this.#transmit({ type: "input_audio_buffer.append", ...frame });
    for (const waiting of this.#unacknowledged) this.#deliver(waiting);
  }

  #acknowledged(event_id?: number | null, utterance_id?: string | null, index?: number | null): void {
    if (event_id != null) {
      this.#unacknowledged = this.#unacknowledged.filter((waiting) => waiting.event_id !== event_id);
    }
    if (utterance_id != null && index != null) {
      this.#frames = this.#frames.filter((frame) => frame.utterance_id !== utterance_id || frame.index > index);
    }
  }

  #refused(event_id: number | null | undefined, status: number): void {
    if (event_id == null) return;
    const waiting = this.#unacknowledged.find((each) => each.event_id === event_id);
    if (!waiting) return;
    if (status < 500) {
      this.#acknowledged(event_id);
      return;
    }
    // The server could not store it and said so. Under its old id it would count as done once a later one is.
    waiting.event_id = null;
    setTimeout(() => {
      if (this.#connection === "live" && waiting.event_id === null && this.#unacknowledged.includes(waiting)) {
        this.#deliver(waiting);
      }
    }, RETRY_AFTER_SERVER_ERROR_MS);
  }

  /** Events of one `seq` differ by type and item; a resumed session repeats what the drop may have swallowed. */
  #isNew(event: ServerMessage & { seq: number }): boolean {
    const subject = "item_id" in event ? event.item_id : "";
    const key = `${event.seq} ${event.type} ${subject}`;
    if (this.#seen.has(key)) return false;
    this.#seen.add(key);
    // A coding task comes ahead of the move that gives it and shares its seq: the move may still be missing.
    if (event.type !== "coding.task") this.#lastSeq = Math.max(this.#lastSeq, event.seq);
    return true;
  }
}
