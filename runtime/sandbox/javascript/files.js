// Node's `fs`: standard input, standard output, and the program's own source. There is nothing else.
import { asBuffer, bytesOf, Buffer } from "./buffers.js";
import { err, out } from "./host.js";
import { poll } from "./loop.js";
import { rest, stdin, stdout } from "./streams.js";

const text = String;
const source = { path: "", content: "" };
export const begin = (path, content) => Object.assign(source, { path, content });

const STDIN = new Set([0, "/dev/stdin", "/proc/self/fd/0", "/dev/fd/0"]);

function missing(path, call) {
  const error = new Error(`ENOENT: no such file or directory, ${call} '${text(path)}' (only standard input, 0, is here)`);
  return Object.assign(error, { errno: -2, code: "ENOENT", syscall: call, path: text(path) });
}

const known = (path) => {
  const plain = path !== null && typeof path === "object" && path.protocol === "file:" ? path.pathname : path;
  return typeof plain === "number" ? plain : text(plain);
};

function readFileSync(path, options) {
  const at = known(path);
  if (!STDIN.has(at) && at !== source.path) throw missing(at, "open");
  const content = at === source.path ? source.content : rest();
  const encoding = typeof options === "string" ? options : options?.encoding;
  if (!encoding || encoding === "buffer") return asBuffer(bytesOf(content));
  return /^utf-?8$/i.test(encoding) ? content : asBuffer(bytesOf(content)).toString(encoding);
}

function writeFileSync(path, data) {
  const at = known(path);
  const print = { 1: out, "/dev/stdout": out, 2: err, "/dev/stderr": err }[at];
  if (!print) throw missing(at, "open");
  print(ArrayBuffer.isView(data) ? Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString() : text(data));
}

/** `fs.readSync(0, buffer)`: 0 at the end. */
let bytes;
let sent = 0;
function readSync(fd, buffer, offset = 0, length) {
  if (fd !== 0) throw missing(fd, "read");
  if (typeof offset === "object" && offset !== null) ({ offset = 0, length } = offset);
  bytes ??= bytesOf(rest());
  const piece = bytes.subarray(sent, sent + Math.min(length ?? buffer.length, buffer.length - offset));
  buffer.set(piece, offset);
  sent += piece.length;
  return piece.length;
}

const writeSync = (fd, data) => {
  writeFileSync(fd, data);
  return ArrayBuffer.isView(data) ? data.byteLength : Buffer.byteLength(text(data));
};

// A file is opened, looked at, read and closed, each in a round of the loop of its own.
const later = (work, rounds = 3) => poll(() => (rounds ? later(work, rounds - 1) : work()));
const calling =
  (work) =>
  (...args) => {
    const done = args.pop();
    later(() => {
      let value;
      try {
        value = work(...args);
      } catch (error) {
        return done(error);
      }
      done(null, value);
    });
  };
const promising =
  (work) =>
  (...args) =>
    new Promise((resolve, reject) => calling(work)(...args, (error, value) => (error ? reject(error) : resolve(value))));

const absent = (call) => (path) => {
  throw missing(known(path), call);
};
const existsSync = (path) => STDIN.has(known(path)) || known(path) === source.path;
const unable = {};
for (const call of ["open", "stat", "lstat", "readdir", "mkdir", "unlink", "rm", "rmdir", "rename", "copyFile", "access"])
  unable[call] = absent(call === "readdir" ? "scandir" : call);

const sync = { readFile: readFileSync, writeFile: writeFileSync, appendFile: writeFileSync, ...unable };
export const fs = { existsSync, readSync, writeSync, promises: {} };
for (const [name, work] of Object.entries(sync)) {
  fs[name + "Sync"] = work;
  fs[name] = calling(work);
  fs.promises[name] = promising(work);
}
fs.createReadStream = (path, options) => {
  if (!STDIN.has(known(path)) && !STDIN.has(options?.fd)) throw missing(known(path), "open");
  if (typeof options === "string" || options?.encoding) stdin.setEncoding(options.encoding ?? options);
  return stdin;
};
fs.createWriteStream = (path, options) => {
  if (options?.fd !== 1 && known(path) !== "/dev/stdout") throw missing(known(path), "open");
  return stdout;
};
fs.constants = { F_OK: 0, R_OK: 4, W_OK: 2, X_OK: 1 };
