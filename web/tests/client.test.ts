import { afterEach, beforeEach, expect, test, vi } from "vitest";

import { InterviewClient, MessageTooLong, type Connection } from "../src/client";
import type { ClientMessage, ServerMessage } from "../src/protocol";

/** The network between: sockets that open when told, and can be cut with messages still in them. */
class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = 0;
  sent: ClientMessage[] = [];
  onopen: () => void = () => undefined;
  onmessage: (event: { data: string }) => void = () => undefined;
  onclose: (event: { code: number }) => void = () => undefined;

  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(data: string) {
    this.sent.push(JSON.parse(data) as ClientMessage);
  }
  open() {
    this.readyState = 1;
    this.onopen();
  }
  receive(message: object) {
    this.onmessage({ data: JSON.stringify(message) });
  }
  drop(code = 1006) {
    this.readyState = 3;
    this.onclose({ code });
  }
  close() {
    if (this.readyState === 3) return;
    this.drop(1000);
  }
  of<T extends ClientMessage["type"]>(type: T) {
    return this.sent.filter((message): message is Extract<ClientMessage, { type: T }> => message.type === type);
  }
}

const ENGINES = { recognizer: "ears", synthesizer: "mouth", interviewer: "authored" };
const CREATED = { type: "session.created", interview_id: "i", seq: 2, event_id: 0, engines: ENGINES };
const resumed = (change: object) => ({ ...CREATED, type: "session.resumed", received: {}, ...change });
const say = (item_id: string, text = item_id) => ({ type: "conversation.item.create", item_id, text }) as const;

let tickets: number;
let events: ServerMessage[];
let connections: Connection[];

function client(ticket?: () => Promise<{ url: string }>) {
  return new InterviewClient({
    ticket: ticket ?? (() => Promise.resolve({ url: `ws://server/?ticket=${++tickets}` })),
    onEvent: (event) => events.push(event),
    onConnection: (connection) => connections.push(connection),
    WebSocket: FakeSocket as unknown as typeof WebSocket,
    random: () => 1,
  });
}

const newest = (): FakeSocket => {
  const socket = FakeSocket.all.at(-1);
  if (!socket) throw new Error("no socket was opened");
  return socket;
};
const settle = () => vi.advanceTimersByTimeAsync(0);

async function live(): Promise<InterviewClient> {
  const each = client();
  each.connect();
  await settle();
  newest().open();
  each.start();
  newest().receive(CREATED);
  return each;
}

/** Let the line come back, up to the server's welcome. */
async function comeBack(welcome: object): Promise<FakeSocket> {
  const before = FakeSocket.all.length;
  await vi.advanceTimersByTimeAsync(11_000);
  expect(FakeSocket.all.length).toBe(before + 1);
  newest().open();
  newest().receive(welcome);
  return newest();
}

beforeEach(() => {
  vi.useFakeTimers();
  FakeSocket.all = [];
  tickets = 0;
  events = [];
  connections = [];
});
afterEach(() => vi.useRealTimers());

test("the line opens without beginning the interview", async () => {
  const each = client();
  each.connect();
  await settle();
  newest().open();

  expect(newest().sent).toEqual([]);
  each.start();
  expect(newest().of("session.start")).toMatchObject([{ last_seq: 0 }]);
});

test("what was said before the session opened is sent after it, with ids above the server's", async () => {
  const each = client();
  each.connect();
  each.start();
  each.send(say("a"));
  each.send(say("b"));
  await settle();
  newest().open();
  newest().receive(resumed({ event_id: 7 }));

  expect(newest().of("conversation.item.create").map((e) => [e.event_id, e.item_id])).toEqual([[8, "a"], [9, "b"]]);
});

test("after a drop only what is not stored is sent again, under the same id", async () => {
  const each = await live();
  each.send(say("acked"));
  each.send(say("stored"));
  each.send(say("lost"));
  newest().receive({ type: "ack", event_id: 1 });
  newest().drop();

  const socket = await comeBack(resumed({ event_id: 2 }));

  expect(socket.of("conversation.item.create")).toMatchObject([{ event_id: 3, item_id: "lost" }]);
  socket.receive({ type: "ack", event_id: 3 });
  expect(each.settled).toBe(true);
});

test("what is said while the line is down arrives once, in order", async () => {
  const each = await live();
  newest().drop();
  each.send(say("a"));
  each.send(say("b"));

  const socket = await comeBack(resumed({}));

  expect(socket.of("conversation.item.create").map((e) => e.item_id)).toEqual(["a", "b"]);
});

test("frames are kept until they are acknowledged and go on after the last one received", async () => {
  const each = await live();
  for (let index = 0; index < 6; index++) each.appendAudio("u", index, "AAAA");
  newest().receive({ type: "ack", utterance_id: "u", index: 1 });
  newest().drop();
  each.appendAudio("u", 6, "AAAA");

  const socket = await comeBack(resumed({ received: { u: 3 } }));

  expect(socket.of("input_audio_buffer.append").map((frame) => frame.index)).toEqual([4, 5, 6]);
});

test("frames the restarted server does not know are sent again from the oldest kept one", async () => {
  const each = await live();
  for (let index = 0; index < 3; index++) each.appendAudio("u", index, "AAAA");
  newest().drop();

  const socket = await comeBack(resumed({ received: {} }));

  expect(socket.of("input_audio_buffer.append").map((frame) => frame.index)).toEqual([0, 1, 2]);
});

test("a stored event that comes again is handed on once; two events of one seq are both handed on", async () => {
  await live();
  const task = { type: "coding.task", seq: 5, task_id: "t" };
  const done = { type: "response.done", seq: 5, item_id: "m5", status: "completed", text: "", move: "ask" };
  newest().receive(task);
  newest().drop();

  const socket = await comeBack(resumed({ seq: 5 }));
  socket.receive(task);
  socket.receive(done);
  socket.receive(done);

  expect(events.filter((e) => e.type === "coding.task")).toHaveLength(1);
  expect(events.filter((e) => e.type === "response.done")).toHaveLength(1);
});

test("a resumed session asks for what follows the last whole seq", async () => {
  await live();
  newest().receive({ type: "response.done", seq: 4, item_id: "m4", status: "completed", text: "", move: "ask" });
  newest().receive({ type: "coding.task", seq: 6, task_id: "t" });
  newest().drop();

  const socket = await comeBack(resumed({}));

  expect(socket.of("session.start")).toMatchObject([{ last_seq: 4 }]);
});

test("every attempt takes a new ticket and waits longer than the one before", async () => {
  await live();
  const begun: number[] = [];
  newest().drop();
  for (let attempt = 0; attempt < 4; attempt++) {
    const before = FakeSocket.all.length;
    const start = Date.now();
    while (FakeSocket.all.length === before) await vi.advanceTimersByTimeAsync(10);
    begun.push(Date.now() - start);
    newest().drop();
  }

  expect(begun).toEqual([300, 600, 1200, 2400]);
  expect(new Set(FakeSocket.all.map((socket) => socket.url)).size).toBe(5);
});

test("a refused ticket is answered by another one at once, and only once", async () => {
  await live();
  newest().drop(4401);
  await settle();
  expect(FakeSocket.all).toHaveLength(2);

  newest().drop(4401);
  await settle();

  expect(FakeSocket.all).toHaveLength(2);
  expect(connections.at(-1)).toBe("waiting");
});

test.each([
  [4409, "taken_over"],
  [4404, "unknown"],
])("close code %i is final: %s", async (code, connection) => {
  await live();
  newest().drop(code);
  await vi.advanceTimersByTimeAsync(60_000);

  expect(connections.at(-1)).toBe(connection);
  expect(FakeSocket.all).toHaveLength(1);
});

test.each([
  [404, "unknown"],
  [403, "refused"],
  [409, "ended"],
])("a ticket that is not given with %i is final: %s", async (status, connection) => {
  client(() => Promise.reject(Object.assign(new Error(), { status }))).connect();
  await vi.advanceTimersByTimeAsync(60_000);

  expect(connections.at(-1)).toBe(connection);
});

test("a line that is dead without being closed is given up after an unanswered ping", async () => {
  await live();
  await vi.advanceTimersByTimeAsync(20_000);
  expect(newest().of("ping")).toHaveLength(1);

  await vi.advanceTimersByTimeAsync(10_000);

  expect(connections.at(-1)).toBe("waiting");
});

test("an answered ping keeps the line", async () => {
  await live();
  for (let minute = 0; minute < 3; minute++) {
    await vi.advanceTimersByTimeAsync(20_000);
    newest().receive({ type: "pong" });
  }
  await vi.advanceTimersByTimeAsync(15_000);

  expect(FakeSocket.all).toHaveLength(1);
});

test("a ticket that came beside the address is handed over at the start, a new one each time", async () => {
  const each = client(() => Promise.resolve({ url: "wss://runtime/ws", ticket: `t${++tickets}` }));
  each.connect();
  await settle();
  newest().open();
  each.start();
  newest().receive(CREATED);
  expect(newest().of("session.start")).toMatchObject([{ ticket: "t1" }]);

  newest().drop();
  await comeBack(resumed({ event_id: 0 }));

  expect(newest().of("session.start")).toMatchObject([{ ticket: "t2" }]);
});

test("an expiring connection serves until the new one is open, and its end is no drop", async () => {
  const each = await live();
  const [old] = FakeSocket.all;
  old?.receive({ type: "session.expiring", seconds: 30 });
  await settle();
  each.send(say("meanwhile"));
  expect(old?.of("conversation.item.create")).toHaveLength(1);

  newest().open();
  newest().receive(resumed({ event_id: 1 }));

  expect(newest()).not.toBe(old);
  expect(connections).not.toContain("waiting");
  expect(newest().of("conversation.item.create")).toEqual([]);
});

test("a refused event is not sent again; one the server could not store is, under a new id", async () => {
  const each = await live();
  const error = { type: "error", problem: "p", title: "t", detail: "d" };
  each.send(say("refused"));
  each.send(say("unstored"));
  newest().receive({ ...error, event_id: 1, status: 409 });
  newest().receive({ ...error, event_id: 2, status: 503 });
  await vi.advanceTimersByTimeAsync(1_000);

  const sent = newest().of("conversation.item.create");
  expect(sent.map((e) => [e.event_id, e.item_id])).toEqual([[1, "refused"], [2, "unstored"], [3, "unstored"]]);
});

test("a message over the limit is refused before it is sent", async () => {
  const each = await live();

  expect(() => each.send(say("a", "ß".repeat(15_000)))).toThrow(MessageTooLong);
  expect(each.settled).toBe(true);
});

test("an ended interview stays closed", async () => {
  await live();
  newest().receive({ type: "session.ended", seq: 9, reason: "candidate", report_url: "/r" });
  await vi.advanceTimersByTimeAsync(60_000);

  expect(connections.at(-1)).toBe("ended");
  expect(FakeSocket.all).toHaveLength(1);
});

test("across a hundred random drops every turn and frame is stored once, in order", async () => {
  // A small generator of its own: the same run every time.
  let state = 7;
  const random = () => ((state = (state * 48_271) % 2_147_483_647) / 2_147_483_647);
  const log: string[] = [];
  let eventId = 0;
  let received = -1;
  const store = (message: ClientMessage) => {
    if (message.type === "conversation.item.create" && message.event_id > eventId) {
      eventId = message.event_id;
      log.push(message.item_id);
    }
    if (message.type === "input_audio_buffer.append" && message.index === received + 1) {
      received = message.index;
      log.push(`frame ${message.index}`);
    }
    return "event_id" in message
      ? { type: "ack", event_id: message.event_id }
      : { type: "ack", utterance_id: "u", index: received };
  };
  const each = await live();
  const said: string[] = [];
  let frame = 0;
  let drops = 0;
  while (drops < 100) {
    each.send(say(`turn-${said.length}`));
    said.push(`turn-${said.length}`);
    each.appendAudio("u", frame++, "AAAA");
    const socket = newest();
    const arriving = socket.sent.splice(0).filter((message) => message.type !== "session.start");
    const cut = random() < 0.5;
    const through = cut ? Math.floor(random() * (arriving.length + 1)) : arriving.length;
    const answers = arriving.slice(0, through).map(store);
    // The answers, too, may be lost on the way.
    for (const answer of answers.slice(0, cut ? Math.floor(random() * (answers.length + 1)) : answers.length)) {
      socket.receive(answer);
    }
    if (cut) {
      drops++;
      socket.drop();
      await comeBack(resumed({ event_id: eventId, received: { u: received } }));
    }
  }
  for (const message of newest().sent.splice(0)) if (message.type !== "session.start") newest().receive(store(message));

  expect(log.filter((entry) => entry.startsWith("turn"))).toEqual(said);
  expect(log.filter((entry) => entry.startsWith("frame"))).toEqual(said.map((_, index) => `frame ${index}`));
  expect(each.settled).toBe(true);
});
