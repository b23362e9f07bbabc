// Node's event loop: ticks, then promises, after each piece of work; timers, then input, then immediates, in rounds.
//
// Nothing sleeps: when nothing else is to be done, the clock moves on to the next timer. The loop's own time moves by
// timers and by what the program has seen of the clock, never by how long the machine took: a noisy machine does not
// change the order of a program's timers.
import { host } from "./host.js";

const { apply } = Reflect;
const { max } = Math;
const ROUND_MS = 0.01; // what a round of immediates takes

let now = 0;
let started = 0;
let startedAt = 0;
let begun = false;
let serial = 0;

const native = globalThis.performance;
const clock = native.now;
const realNow = () => apply(clock, native, []) - started;

/** A queue that is read from its head: taking is one step however long it is. */
class Queue {
  constructor() {
    this.items = [];
    this.head = 0;
  }
  get empty() {
    return this.head === this.items.length;
  }
  add(item) {
    this.items[this.items.length] = item;
  }
  take() {
    const item = this.items[this.head];
    this.items[this.head++] = undefined;
    if (this.head === this.items.length) {
      this.items = [];
      this.head = 0;
    }
    return item;
  }
}

const ticks = new Queue();
const input = new Queue();
const last = new Queue();
let immediates = new Queue();
let round = new Queue();
let waiting = 0; // immediates that keep the program going

const checked = (work) => {
  if (typeof work === "function") return work;
  const error = new TypeError(`The "callback" argument must be of type function. Received ${work === null ? "null" : typeof work}`);
  error.code = "ERR_INVALID_ARG_TYPE";
  throw error;
};

export function nextTick(work, ...args) {
  ticks.add([checked(work), args]);
}

/** Work that an input or output of the program has to do when it is its turn. */
export function poll(work) {
  input.add(work);
}

/** Work for when the program would end otherwise. */
export function atEnd(work) {
  last.add(work);
}

// ---- timers: a heap by the time they are due, then by the order they were set in ------------------------------------

const heap = [];
let kept = 0; // timers that keep the program going
const known = new Map();
const earlier = (a, b) => a._at < b._at || (a._at === b._at && a._order < b._order);

function place(timer, index) {
  heap[index] = timer;
  timer._index = index;
}

function rise(index) {
  const timer = heap[index];
  for (; index > 0; ) {
    const parent = (index - 1) >> 1;
    if (!earlier(timer, heap[parent])) break;
    place(heap[parent], index);
    index = parent;
  }
  place(timer, index);
}

function sink(index) {
  const timer = heap[index];
  for (;;) {
    let child = 2 * index + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && earlier(heap[child + 1], heap[child])) child++;
    if (!earlier(heap[child], timer)) break;
    place(heap[child], index);
    index = child;
  }
  place(timer, index);
}

function enter(timer) {
  timer._at = now + timer._delay;
  timer._order = ++serial;
  heap[heap.length] = timer;
  rise(heap.length - 1);
  if (timer._kept) kept++;
}

function leave(timer) {
  const index = timer._index;
  if (index < 0) return;
  timer._index = -1;
  if (timer._kept) kept--;
  const last = heap[heap.length - 1];
  heap.length--;
  if (last === timer) return;
  place(last, index);
  rise(index);
  sink(last._index);
}

const hidden = (object, values) => {
  for (const name of Object.keys(values)) Object.defineProperty(object, name, { value: values[name], writable: true });
};

export class Timeout {
  constructor(work, delay, args, repeats) {
    const wait = +delay;
    hidden(this, { _work: checked(work), _args: args, _repeats: repeats, _kept: true, _index: -1, _at: 0, _order: 0 });
    hidden(this, { _delay: wait >= 1 && wait <= 2147483647 ? Math.trunc(wait) : 1, _id: ++serial });
    enter(this);
  }
  ref() {
    if (!this._kept && this._index >= 0) kept++;
    this._kept = true;
    return this;
  }
  unref() {
    if (this._kept && this._index >= 0) kept--;
    this._kept = false;
    return this;
  }
  hasRef() {
    return this._kept;
  }
  refresh() {
    if (this._index >= 0) {
      leave(this);
      enter(this);
    }
    return this;
  }
  close() {
    clearTimeout(this);
    return this;
  }
  [Symbol.toPrimitive]() {
    known.set(this._id, this);
    return this._id;
  }
  [Symbol.dispose]() {
    clearTimeout(this);
  }
}

class Immediate {
  constructor(work, args) {
    hidden(this, { _work: checked(work), _args: args, _kept: true, _done: false });
    waiting++;
    immediates.add(this);
  }
  ref() {
    if (!this._kept && !this._done) waiting++;
    this._kept = true;
    return this;
  }
  unref() {
    if (this._kept && !this._done) waiting--;
    this._kept = false;
    return this;
  }
  hasRef() {
    return this._kept;
  }
  [Symbol.dispose]() {
    clearImmediate(this);
  }
}

export const setTimeout = (work, delay, ...args) => new Timeout(work, delay, args, false);
export const setInterval = (work, delay, ...args) => new Timeout(work, delay, args, true);
export const setImmediate = (work, ...args) => new Immediate(work, args);
export function clearTimeout(timer) {
  const found = timer instanceof Timeout ? timer : known.get(+timer);
  if (found === undefined) return;
  found._repeats = false;
  leave(found);
}
export const clearInterval = (timer) => clearTimeout(timer);
export function clearImmediate(immediate) {
  if (!(immediate instanceof Immediate) || immediate._done) return;
  immediate._done = true;
  if (immediate._kept) waiting--;
}

// ---- the clock ------------------------------------------------------------------------------------------------------

const dateNow = Date.now;
const watched = {
  now() {
    const seen = dateNow();
    now = max(now, seen - startedAt);
    return seen;
  },
};
const marks = new Map();
const entry = (entryType, name, startTime, duration) => ({ name, entryType, startTime, duration });
export const performance = {
  now() {
    const seen = realNow();
    now = max(now, seen);
    return seen;
  },
  timeOrigin: 0,
  mark(name) {
    marks.set(name, performance.now());
    return entry("mark", name, marks.get(name), 0);
  },
  measure(name, start, end) {
    const from = marks.get(start) ?? 0;
    return entry("measure", name, from, (marks.get(end) ?? performance.now()) - from);
  },
};

/** Milliseconds since the program began. */
export const elapsed = () => performance.now();

function advance(at) {
  if (at <= now) return;
  now = at;
  host("skip", String(at + 1)); // a clock that was read within a millisecond has to show the whole delay
}

export function begin() {
  started = apply(clock, native, []);
  startedAt = dateNow();
  performance.timeOrigin = startedAt;
  Object.defineProperty(Date, "now", { value: watched.now, writable: true, configurable: true });
}

// ---- turns ----------------------------------------------------------------------------------------------------------

function runTicks() {
  while (!ticks.empty) {
    const tick = ticks.take();
    apply(tick[0], undefined, tick[1]);
  }
}

/** Run what is next, and the ticks that it leaves; promises are the host's to run, after each turn. False: nothing was
 * left to do. */
export function turn() {
  if (!begun) {
    begun = true;
    now = max(now, 1); // Node takes longer than that to start: a timer of 1 ms is due in the first round
    if (!ticks.empty) runTicks();
    return true;
  }
  if (!ticks.empty) {
    runTicks();
    return true;
  }
  const worked = work();
  runTicks();
  return worked;
}

function work() {
  for (;;) {
    if (!round.empty) {
      const immediate = round.take();
      if (immediate._done) continue;
      clearImmediate(immediate);
      apply(immediate._work, undefined, immediate._args);
      return true;
    }
    if (heap.length && heap[0]._at <= now) return fire(heap[0]);
    if (!input.empty) {
      input.take()();
      return true;
    }
    if (!immediates.empty && waiting + kept > 0) {
      round = immediates;
      immediates = new Queue();
      now += ROUND_MS;
      continue;
    }
    if (kept === 0) {
      if (last.empty) return false;
      last.take()();
      return true;
    }
    advance(heap[0]._at);
  }
}

function fire(timer) {
  const repeats = timer._repeats;
  leave(timer);
  try {
    apply(timer._work, timer, timer._args);
  } finally {
    if (repeats && timer._repeats && timer._index < 0) enter(timer);
  }
  return true;
}
