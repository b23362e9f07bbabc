// Node's `util`, as far as programs use it.
import { isDeepStrictEqual } from "assert/build/internal/util/comparisons.js";
import { TextDecoder, TextEncoder } from "./buffers.js";
import { format, formatWithOptions, inspect, stripVTControlCharacters, types } from "./inspection.js";
import { nextTick } from "./loop.js";

const custom = Symbol.for("nodejs.util.promisify.custom");

export function promisify(work) {
  if (typeof work[custom] === "function") return work[custom];
  return function (...args) {
    return new Promise((resolve, reject) =>
      work.call(this, ...args, (error, value) => (error ? reject(error) : resolve(value))),
    );
  };
}
promisify.custom = custom;

export const callbackify =
  (work) =>
  (...args) => {
    const back = args.pop();
    work(...args).then(
      (value) => nextTick(back, null, value),
      (error) => nextTick(back, error ?? new Error("Promise was rejected with a falsy value")),
    );
  };

export function inherits(constructor, parent) {
  Object.defineProperty(constructor, "super_", { value: parent, writable: true, configurable: true });
  Object.setPrototypeOf(constructor.prototype, parent.prototype);
}

const deprecate = (work) => work;
const debuglog = () => Object.assign(() => {}, { enabled: false });
const isArray = Array.isArray;
const styleText = (_styles, text) => text;
const deepEqual = (a, b) => isDeepStrictEqual(a, b);

export default {
  ...{ callbackify, debuglog, deprecate, format, formatWithOptions, inherits, inspect, isArray, promisify, styleText },
  ...{ isDeepStrictEqual: deepEqual, stripVTControlCharacters, TextDecoder, TextEncoder, types },
};
