// Runs inside QuickJS on WebAssembly and lies in the memory that every instance starts from. Nothing here is trusted by
// the host: candidate code shares this interpreter and may patch all of it. What it can reach by that is a frame of its
// own making, which is a guess at an answer that was never in here.
import { settle as settleNames } from "./prelude.js";
import { install as installStacks } from "./errors.js";
import * as files from "./files.js";
import { frame, raised, returned, told } from "./frames.js";
import { connect, err } from "./host.js";
import { install as installLocale } from "./locale.js";
import * as loop from "./loop.js";
import { builtins, globals, main } from "./modules.js";
import * as nodes from "./nodes.js";
import * as own from "./ownership.js";
import process, { caught, ended } from "./process.js";
import * as streams from "./streams.js";
import { console } from "./console.js";

const { parse } = JSON;
const { defineProperty, keys } = Object;
const { apply } = Reflect;
const text = String;
const split = Function.prototype.call.bind(String.prototype.split);
const push = Function.prototype.call.bind(Array.prototype.push);
const then = Function.prototype.call.bind(Promise.prototype.then);
const settle = Promise.resolve.bind(Promise);
const globalEval = eval; // by another name it sees the script's own `const` and `class`
const NoName = SyntaxError;
const nothing = Symbol("nothing");

const entry = { found: undefined, owner: undefined, name: "", source: "", plan: undefined };
let outcome = null;

function provide(values) {
  for (const name of keys(values))
    defineProperty(globalThis, name, { value: values[name], writable: true, configurable: true, enumerable: false });
}

/** Make ready for a program with this name and input. Returns nothing. */
function begin(given) {
  const { stdin, seed, name, source, calls } = parse(given);
  entry.source = source;
  if (calls) provide(nodes.ready);
  const path = "/" + name;
  streams.begin(stdin);
  files.begin(path, source);
  process.argv[1] = main.filename = path;
  provide({ __filename: path, __dirname: "/" });
  loop.begin();
  // The interpreter seeds its own while the starting memory is made: every instance would draw the same numbers.
  let [a, b, c, d] = seed;
  const word = () => {
    const sum = (((a + b) | 0) + d) | 0;
    d = (d + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + sum) | 0;
    return sum >>> 0;
  };
  defineProperty(Math, "random", {
    value: function random() {
      return (word() * 2097152 + (word() >>> 11)) / 9007199254740992;
    },
    writable: true,
    configurable: true,
    enumerable: false,
  });
  own.add(Math.random);
}

/** One turn of the loop: false when there is nothing to do, or the function that was called has answered. */
function turn() {
  if (outcome !== null && outcome.settled) return false;
  try {
    return loop.turn();
  } catch (error) {
    if (caught(error, "uncaughtException")) return true;
    throw error;
  }
}

/** Whether the program takes care of a rejection that nothing handled. */
function rejected(error) {
  return caught(error, "unhandledRejection") ? "1" : "";
}

const BY_NAME = "note: arguments by name (kwargs) came as one object, the last argument; args gives them in order\n";

/** Call what was found with arguments as JSON text: `[args, kwargs]`. kwargs become one last object, as options do. */
function call(given, inPlace) {
  const both = parse(given);
  const args = both[0];
  const options = both[1];
  if (keys(options).length) {
    push(args, options);
    err(BY_NAME);
  }
  const hint = nodes.given(entry.plan, args);
  if (hint) err(hint);
  const first = inPlace === "1" ? nodes.first(entry.plan, args[0]) : nothing;
  outcome = { settled: false, failed: false, value: undefined };
  const mine = outcome;
  const answer = (result) => {
    mine.settled = true;
    mine.value = first === nothing ? result : first;
    if (first === nothing && result === undefined) err(`note: ${entry.name} returned undefined, which counts as null\n`);
  };
  const value = apply(entry.found, entry.owner, args);
  if (typeof value === "object" && value !== null && typeof value.then === "function")
    then(settle(value), answer, (error) => {
      mine.settled = true;
      mine.failed = true;
      mine.value = error;
    });
  else answer(value);
}

function finish() {
  if (!outcome.settled) return frame("raised", "the promise that was returned is never settled");
  return outcome.failed ? raised(outcome.value) : returned(outcome.value, (value) => nodes.read(entry.plan, value));
}

/** The function of that name: of the script, of what it exports, of a class (`Class.method`), or of `Solution`. What the
 * runtime brings is the candidate's only under a name that the candidate gave it. */
function find(name) {
  const parts = split(name, ".");
  const first = parts[0];
  const method = parts[1];
  const scope = (key) => {
    const found = own.named(key, evaluated(key));
    if (found !== undefined) return found;
    const exports = main.exports;
    if (exports !== null && (typeof exports === "object" || typeof exports === "function")) {
      const exported = own.member(exports, key);
      if (exported !== undefined) return exported;
      for (const only of [exports, exports.default])
        if (typeof only === "function" && (["", "default", key].includes(only.name) || isClass(only))) return only;
    }
    return undefined;
  };
  let owner;
  let found;
  if (method !== undefined) {
    const named = scope(first) ?? evaluated(first); // `Array.last`, of a prototype that was added to
    if (typeof named === "function" && typeof own.member(named.prototype, method) === "function") {
      owner = new named();
      found = own.member(owner, method);
    } else if (named !== undefined && named !== null) {
      owner = named;
      found = own.member(named, method);
    }
  } else {
    found = scope(first);
    const solution = isClass(found) ? found : found === undefined ? scope("Solution") : undefined;
    if (typeof solution === "function" && typeof own.member(solution.prototype, first) === "function") {
      owner = new solution();
      found = own.member(owner, first);
    }
  }
  if (typeof found !== "function" || isClass(found)) return "";
  entry.found = found;
  entry.owner = owner;
  entry.name = name;
  entry.plan = nodes.look(found, name, entry.source, evaluated);
  return "1";
}

/** What the script's own scope has under this name; undefined where that is no name at all, as `class`. */
function evaluated(key) {
  try {
    return globalEval(`typeof ${key} === "undefined" ? undefined : ${key}`);
  } catch (error) {
    if (error instanceof NoName) return undefined;
    throw error;
  }
}

const isClass = (value) => typeof value === "function" && /^class\b/.test(text(value));

export default function start(host) {
  connect(host);
  settleNames();
  installStacks();
  installLocale();
  provide(globals);
  provide({ readline: streams.nextLine, print: console.log });
  own.settle([globalThis, builtins, nodes.ready], main.exports, keys(nodes.ready));
  return { begin, turn, rejected, find, call, finish, raised, described: told, ended: () => ended(loop.turn) };
}
