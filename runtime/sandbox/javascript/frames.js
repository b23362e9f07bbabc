// What is answered: [ending, value, error] as JSON text, written here and not by a JSON that the program may have
// replaced. What is needed is kept in constants, so that a candidate who improves `Array.prototype` breaks nothing.
import { described } from "./errors.js";
import { err } from "./host.js";
import { inspect } from "./inspection.js";

const MAX_DEPTH = 200;
const MAX_BYTES = 1024 * 1024;
const MAX_NODES = MAX_BYTES / 2; // an item and its comma
const MAX_DIGITS = 4300;
const MAX_ERROR = 4096;

const own = (method) => Function.prototype.call.bind(method);
const { stringify } = JSON;
const { isArray } = Array;
const { keys, getPrototypeOf, getOwnPropertyDescriptor } = Object;
const { apply } = Reflect;
const isView = ArrayBuffer.isView;
const text = String;
const slice = own(String.prototype.slice);
const bigText = own(BigInt.prototype.toString);
const isoText = own(Date.prototype.toISOString);
const timeOf = own(Date.prototype.getTime);
const lengthOfView = own(getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), "length").get);
const PlainError = Error;
const Engine = InternalError;
const DateKind = Date;
const View = DataView;
const tagOf = own(Object.prototype.toString);
const LARGEST = 10n ** BigInt(MAX_DIGITS);
const KINDS = [
  [Map, "a Map: Object.fromEntries() or [...map] makes it one"],
  [Set, "a Set: [...set] makes it one"],
  [WeakMap, "a WeakMap"],
  [WeakSet, "a WeakSet"],
  [Promise, "a Promise: await makes it one"],
  [RegExp, "a RegExp"],
  [Error, "an Error: throw it, or return its message"],
  [ArrayBuffer, "an ArrayBuffer"],
  [DataView, "a DataView"],
  // Generators, and what keys(), values() and entries() give.
  [Iterator, "an iterator: [...iterator] makes it one"],
];

export const frame = (ending, error) => `[${stringify(ending)},null,${stringify(error === undefined ? null : error)}]`;

/** Thrown of a result that cannot be a frame: the ending and why. */
export class Unfit {
  constructor(ending, told) {
    this.ending = ending;
    this.told = told;
  }
}

const unfit = (told) => new Unfit("raised", `the result is no JSON value: it holds ${told}`);

function kindOf(item) {
  for (let index = 0; index < KINDS.length; index++) if (item instanceof KINDS[index][0]) return KINDS[index][1];
  return null;
}

function leaf(item) {
  switch (typeof item) {
    case "string":
      return stringify(item);
    case "number":
      return item !== item ? "NaN" : text(item);
    case "boolean":
      return item ? "true" : "false";
    case "undefined":
      return "null";
    case "bigint": {
      // 2 ** 14284 has 4,300 digits; making the digits of a larger one takes the longer the larger it is.
      if (item >= LARGEST || item <= -LARGEST) throw new Unfit("raised", "the result has an integer of more than 4300 digits");
      return bigText(item, 10);
    }
    case "symbol":
      throw unfit("a Symbol");
    case "function":
      throw unfit("a function");
    default:
      return "null";
  }
}

function encoded(value) {
  let nodes = 0;
  let size = 0;
  const grown = (piece) => {
    size += piece.length;
    if (size > MAX_BYTES) throw new Unfit("output", "the result is larger than 1 MB");
    return piece;
  };
  const visit = (item, depth, key) => {
    if (++nodes > MAX_NODES) throw new Unfit("output", "the result is larger than 1 MB");
    if (typeof item !== "object" || item === null) return grown(leaf(item));
    if (depth >= MAX_DEPTH) throw new Unfit("raised", "the result is nested deeper than 200 levels, or holds itself");
    const view = isView(item) && !(item instanceof View);
    if (isArray(item) || view) {
      const length = view ? lengthOfView(item) : item.length;
      if (length > MAX_NODES) throw new Unfit("output", "the result is larger than 1 MB");
      let list = "";
      for (let index = 0; index < length; index++) list += (index ? "," : "") + visit(item[index], depth + 1, text(index));
      return `[${list}]`;
    }
    if (item instanceof DateKind) return grown(timeOf(item) === timeOf(item) ? stringify(isoText(item)) : "null");
    const toJSON = item.toJSON;
    if (typeof toJSON === "function") {
      const made = apply(toJSON, item, [key]);
      // Its own `this` would be asked again without end.
      if (made !== item) return visit(made, depth + 1, key);
    }
    const kind = kindOf(item);
    if (kind !== null) throw unfit(kind);
    let list = "";
    let first = true;
    const names = keys(item);
    if (names.length === 0 && tagOf(item) === "[object AsyncGenerator]") throw unfit("an async generator: for await reads it");
    for (let index = 0; index < names.length; index++) {
      const name = names[index];
      const below = item[name];
      if (below === undefined || typeof below === "function") continue;
      list += `${first ? "" : ","}${grown(stringify(name))}:${visit(below, depth + 1, name)}`;
      first = false;
    }
    return `{${list}}`;
  };
  return visit(value, 0, "");
}

/** What an error says, cut to what is shown. */
export function told(error) {
  let line;
  try {
    line = error instanceof PlainError ? described(error) : `Uncaught ${inspect(error)}`;
  } catch {
    line = "an error that cannot be shown";
  }
  return line.length <= MAX_ERROR ? line : slice(line, 0, MAX_ERROR / 2) + "\n...\n" + slice(line, -MAX_ERROR / 2);
}

export function raised(error) {
  let memory = false;
  try {
    memory = error instanceof Engine && error.message === "out of memory";
  } catch {
    // a Proxy, whose trap threw
  }
  return memory ? frame("memory", "out of memory") : frame("raised", told(error));
}

export function returned(value, read) {
  try {
    return `["returned",${encoded(read(value))},null]`;
  } catch (error) {
    return error instanceof Unfit ? frame(error.ending, error.told) : raised(error);
  }
}
