// Node's `process`, of a program that has nothing but its standard streams.
import EventEmitter from "events/";
import { host } from "./host.js";
import { elapsed, nextTick } from "./loop.js";
import { stderr, stdin, stdout } from "./streams.js";

const text = String;
const { floor } = Math;
let ending = false;

const codeOf = (code) => (code === undefined || code === null ? 0 : code);

function finish(code) {
  if (!ending) {
    ending = true;
    process.exitCode = code;
    process.emit("exit", codeOf(process.exitCode));
  }
  return text(codeOf(process.exitCode));
}

const hrtime = (since) => {
  const at = elapsed();
  let [seconds, nanoseconds] = [floor(at / 1e3), floor((at % 1e3) * 1e6)];
  if (since) {
    seconds -= since[0];
    nanoseconds -= since[1];
    if (nanoseconds < 0) {
      seconds--;
      nanoseconds += 1e9;
    }
  }
  return [seconds, nanoseconds];
};
hrtime.bigint = () => BigInt(floor(elapsed() * 1e6));

export const process = Object.assign(new EventEmitter(), {
  ...{ stdin, stdout, stderr, nextTick, hrtime },
  title: "node",
  pid: 1,
  ppid: 0,
  arch: "wasm32",
  platform: "linux",
  version: "v24.0.0",
  versions: { node: "24.0.0" },
  release: { name: "node" },
  config: {},
  features: {},
  execArgv: [],
  execPath: "/usr/local/bin/node",
  argv0: "node",
  argv: ["/usr/local/bin/node", "/solution.js"],
  env: {},
  exitCode: undefined,
  exit: (code) => host("exit", finish(code ?? process.exitCode)),
  abort: () => host("exit", "134"),
  kill: () => host("exit", "143"),
  cwd: () => "/",
  chdir() {},
  umask: () => 18,
  uptime: () => elapsed() / 1e3,
  emitWarning: (warning) => stderr.write(`(node:1) ${warning?.name ?? "Warning"}: ${warning?.message ?? warning}\n`),
  memoryUsage: Object.assign(() => ({ rss: 0, heapTotal: 0, heapUsed: 0, external: 0, arrayBuffers: 0 }), { rss: () => 0 }),
  cpuUsage: () => ({ user: floor(elapsed() * 1e3), system: 0 }),
});
process.setMaxListeners(0);

/** What is emitted when nothing is left to do, and the exit code as text, "" when a listener left more to do. */
export function ended(left) {
  if (ending) return text(codeOf(process.exitCode));
  process.emit("beforeExit", codeOf(process.exitCode));
  return left() ? "" : finish(process.exitCode);
}

/** Whether the program itself takes care of an error that nothing caught. */
export function caught(error, origin) {
  if (origin === "unhandledRejection" && process.emit(origin, error, Promise.resolve())) return true;
  return process.emit("uncaughtException", error, origin);
}

export const cwd = process.cwd;
export { nextTick, stderr, stdin, stdout };
export default process;
