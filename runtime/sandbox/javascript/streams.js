// Standard input, output and error of a program.
import streams from "readable-stream";
import { asBuffer, Buffer, bytesOf } from "./buffers.js";
import { err, out } from "./host.js";
import { nextTick, poll } from "./loop.js";

const { Readable, Writable } = streams;
const CHUNK = 65536; // Node's, of a pipe
const text = String;
const { slice, indexOf } = String.prototype;
const { apply } = Reflect;

let given = "";
let read = 0;
let bytes;
let sent = 0;

export const begin = (input) => {
  given = input;
};

/** All that nobody has read yet. */
export function rest() {
  const left = apply(slice, given, [read]);
  read = given.length;
  return left;
}

export function nextLine() {
  if (read >= given.length) return null;
  let end = apply(indexOf, given, ["\n", read]);
  if (end < 0) end = given.length;
  const line = apply(slice, given, [read, end]);
  read = end + 1;
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

export const stdin = new Readable({
  highWaterMark: CHUNK,
  read() {
    poll(() => {
      bytes ??= bytesOf(rest());
      const chunk = sent < bytes.length ? asBuffer(bytes.subarray(sent, sent + CHUNK)) : null;
      sent += CHUNK;
      this.push(chunk);
    });
  },
});
Object.assign(stdin, { fd: 0, isTTY: undefined, isRaw: false });
for (const name of ["ref", "unref", "setRawMode"]) stdin[name] = () => stdin;

const decoded = (data, encoding) => {
  if (typeof data === "string") return encoding === "hex" || encoding === "base64" ? Buffer.from(data, encoding).toString() : data;
  if (ArrayBuffer.isView(data)) return Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString();
  const error = new TypeError(
    `The "chunk" argument must be of type string or an instance of Buffer, TypedArray, or DataView. Received ${data === null || data === undefined ? text(data) : `type ${typeof data} (${text(data)})`}`,
  );
  error.code = "ERR_INVALID_ARG_TYPE";
  throw error;
};

function writer(print, fd) {
  const stream = new Writable({ decodeStrings: false, write: (data, encoding, done) => (print(decoded(data, encoding)), done()) });
  // What goes through a stream's own machinery takes ten times as long, and nothing here has to wait.
  stream.write = (data, encoding, done) => {
    const back = typeof encoding === "function" ? encoding : done;
    print(decoded(data, encoding));
    if (typeof back === "function") nextTick(back);
    return true;
  };
  stream.end = (data) => (data !== undefined && data !== null && typeof data !== "function" && stream.write(data), stream);
  return Object.assign(stream, { fd, isTTY: undefined, columns: undefined, hasColors: () => false, getColorDepth: () => 1 });
}
export const stdout = writer(out, 1);
export const stderr = writer(err, 2);
