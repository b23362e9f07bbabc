// Node's `readline` over a stream of lines: what a program reads standard input with.
import EventEmitter from "events/";
import { StringDecoder } from "string_decoder/";
import { atEnd, nextTick } from "./loop.js";
import { stdin } from "./streams.js";

const closedError = () => Object.assign(new Error("readline was closed"), { code: "ERR_USE_AFTER_CLOSE" });

class Interface extends EventEmitter {
  #output;
  #prompt = "> ";
  #asked = null;
  #left = [];
  #paused = false;
  #closing = false;
  #iterated = false;

  constructor(options, output) {
    super();
    const { input, prompt, ...rest } = options && !options.on ? options : { input: options, output };
    this.input = input ?? stdin;
    this.#output = this.output = rest.output;
    this.terminal = false;
    this.line = "";
    this.closed = false;
    if (prompt !== undefined) this.#prompt = String(prompt);
    const decoder = new StringDecoder("utf8");
    let kept = "";
    const take = (text) => {
      const lines = (kept + text).split(/\r\n|\n|\r(?!$)/);
      kept = lines.pop();
      for (const line of lines) this.#give(line);
    };
    this.input.on("data", (chunk) => take(typeof chunk === "string" ? chunk : decoder.write(chunk)));
    this.input.on("end", () => {
      take(decoder.end());
      if (kept.endsWith("\r")) kept = kept.slice(0, -1);
      if (kept) this.#give(kept);
      kept = "";
      this.#closing = true;
      if (this.#left.length === 0) this.close();
      else atEnd(() => this.close());
    });
    this.on("newListener", (name) => {
      if (name === "line" && this.#left.length && !this.#iterated)
        nextTick(() => this.#left.splice(0).forEach((line) => this.#give(line)));
    });
    for (const name of ["input", "output", "closed", "terminal", "line", "_events", "_eventsCount", "_maxListeners"])
      Object.defineProperty(this, name, { enumerable: false });
  }

  // A line that comes while nobody listens waits for a question or a loop: at a terminal it would not have been typed.
  #give(line) {
    if (this.#asked) {
      const answered = this.#asked;
      this.#asked = null;
      answered(line);
    } else if (this.listenerCount("line")) this.emit("line", line);
    else if (!this.closed) this.#left.push(line);
  }

  getPrompt() {
    return this.#prompt;
  }
  setPrompt(prompt) {
    this.#prompt = String(prompt);
  }
  prompt() {
    this.#output?.write(this.#prompt);
    if (this.#paused) this.resume();
  }
  question(query, options, answered) {
    const back = typeof options === "function" ? options : answered;
    if (this.closed) throw closedError();
    if (typeof back !== "function") return;
    if (this.#asked) return this.prompt();
    this.#output?.write(String(query));
    if (this.#left.length) return back(this.#left.shift());
    if (this.#closing) return this.close();
    this.#asked = back;
  }
  close() {
    if (this.closed) return;
    this.input.pause();
    this.closed = true;
    this.emit("close");
  }
  pause() {
    if (this.#paused) return this;
    this.input.pause();
    this.#paused = true;
    this.emit("pause");
    return this;
  }
  resume() {
    if (this.closed) throw closedError();
    this.#paused = false;
    this.input.resume();
    this.emit("resume");
    return this;
  }
  write() {}
  [Symbol.dispose]() {
    this.close();
  }
  async *[Symbol.asyncIterator]() {
    this.#iterated = true;
    const lines = this.#left;
    this.#left = [];
    let wake = () => {};
    let done = this.closed || this.#closing;
    const onLine = (line) => (lines.push(line), wake());
    const onClose = () => ((done = true), wake());
    this.on("line", onLine);
    this.on("close", onClose);
    try {
      for (let at = 0; ; ) {
        if (at < lines.length) {
          yield lines[at++];
          if (at === lines.length) at = lines.length = 0;
        } else if (done) return;
        else
          await new Promise((resolve) => {
            wake = resolve;
          });
      }
    } finally {
      this.off("line", onLine);
      this.off("close", onClose);
      this.close();
    }
  }
}

class PromisesInterface extends Interface {
  question(query, options) {
    return new Promise((resolve, reject) => {
      if (this.closed) reject(closedError());
      else super.question(query, options ?? {}, resolve);
    });
  }
}

const nothing = (...args) => (args.forEach((back) => typeof back === "function" && back()), true);
const screen = { clearLine: nothing, clearScreenDown: nothing, cursorTo: nothing, moveCursor: nothing, emitKeypressEvents: nothing };

export const promises = { Interface: PromisesInterface, createInterface: (...given) => new PromisesInterface(...given) };
export const readline = { Interface, createInterface: (...given) => new Interface(...given), promises, ...screen };
