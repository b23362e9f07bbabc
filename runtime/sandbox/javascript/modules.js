// What `require` and `import` find. Nothing is loaded: all of it is here already.
import abort from "abort-controller";
import assert from "assert/";
import EventEmitter from "events/";
import path from "path-browserify";
import streams from "readable-stream";
import { StringDecoder } from "string_decoder/";
import { url, URL, URLSearchParams } from "./addresses.js";
import buffers, { Buffer, TextDecoder, TextEncoder } from "./buffers.js";
import { structuredClone } from "./cloning.js";
import { console } from "./console.js";
import { crypto, webcrypto } from "./cryptography.js";
import { fs } from "./files.js";
import { WatchedProxy } from "./internals.js";
import { Intl } from "./locale.js";
import * as loop from "./loop.js";
import process from "./process.js";
import { promises as readlinePromises, readline } from "./readline.js";
import util from "./util.js";

const { hasOwnProperty } = Object.prototype;
const { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate, performance } = loop;
const timers = { setTimeout, setInterval, setImmediate, clearTimeout, clearInterval, clearImmediate };

const custom = util.promisify.custom;
const sleep = (delay, value) => new Promise((resolve) => setTimeout(resolve, delay, value));
const soon = (value) => new Promise((resolve) => setImmediate(resolve, value));
Object.defineProperty(setTimeout, custom, { value: sleep });
Object.defineProperty(setImmediate, custom, { value: soon });
async function* every(delay, value) {
  for (;;) yield sleep(delay, value);
}
const timersPromises = { setTimeout: sleep, setImmediate: soon, setInterval: every, scheduler: { wait: sleep, yield: soon } };

EventEmitter.getEventListeners ??= (emitter, name) => emitter.listeners(name);
EventEmitter.on ??= async function* (emitter, name) {
  const waiting = [];
  let wake = () => {};
  emitter.on(name, (...args) => (waiting.push(args), wake()));
  for (;;) {
    while (waiting.length) yield waiting.shift();
    await new Promise((resolve) => {
      wake = resolve;
    });
  }
};

const os = {
  EOL: "\n",
  arch: () => "wasm32",
  availableParallelism: () => 1,
  cpus: () => [],
  freemem: () => 0,
  homedir: () => "/",
  hostname: () => "localhost",
  platform: () => "linux",
  tmpdir: () => "/tmp",
  totalmem: () => 0,
  type: () => "Linux",
};

const posix = Object.assign(path, { posix: path });
export const builtins = {
  ...{ assert, buffer: buffers, console, crypto, events: EventEmitter, fs, os, path: posix, perf_hooks: { performance } },
  ...{ process, readline, stream: streams, string_decoder: { StringDecoder }, timers, url, util },
  "assert/strict": assert.strict,
  "fs/promises": fs.promises,
  "path/posix": posix,
  "readline/promises": readlinePromises,
  "stream/promises": streams.promises,
  "timers/promises": timersPromises,
  "util/types": util.types,
};

export const files = { filename: "/solution.js", dirname: "/" };
export const main = { id: ".", path: "/", exports: {}, filename: "/solution.js", loaded: false, children: [], paths: [] };

export function require(name) {
  if (typeof name !== "string")
    throw Object.assign(new TypeError(`The "id" argument must be of type string. Received ${util.inspect(name)}`), { code: "ERR_INVALID_ARG_TYPE" });
  const known = name.startsWith("node:") ? name.slice(5) : name;
  if (hasOwnProperty.call(builtins, known)) return builtins[known];
  const error = new Error(`Cannot find module '${name}'; there are ${Object.keys(builtins).join(", ")}`);
  throw Object.assign(error, { code: "MODULE_NOT_FOUND", requireStack: ["/solution.js"] });
}
require.main = main;
require.cache = {};
require.resolve = (name) => (require(name), name);
main.require = require;

builtins.module = { builtinModules: Object.keys(builtins), createRequire: () => require };

/** The globals that Node has and QuickJS has not. */
export const globals = {
  ...timers,
  performance,
  ...{ Buffer, console, crypto: webcrypto, Intl, process, Proxy: WatchedProxy, structuredClone, TextDecoder, TextEncoder, URL, URLSearchParams },
  ...{ AbortController: abort.AbortController, AbortSignal: abort.AbortSignal },
  ...{ require, module: main, exports: main.exports, global: globalThis },
};
