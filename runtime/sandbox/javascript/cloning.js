// `structuredClone`, of what programs here can hold.
import { inspect } from "./inspection.js";

const { isArray } = Array;
const { keys, hasOwn } = Object;
const ERRORS = [EvalError, RangeError, ReferenceError, SyntaxError, TypeError, URIError, Error];
const refused = (value) => new DOMException(`${inspect(value)} could not be cloned.`, "DataCloneError");

export function structuredClone(value) {
  const copies = new Map();
  const copy = (item) => {
    if (typeof item === "function" || typeof item === "symbol") throw refused(item);
    if (typeof item !== "object" || item === null) return item;
    if (copies.has(item)) return copies.get(item);
    const known = (made) => (copies.set(item, made), made);
    if (item instanceof Date) return known(new Date(item));
    if (item instanceof RegExp) return known(new RegExp(item.source, item.flags));
    if (item instanceof Number || item instanceof String || item instanceof Boolean) return known(Object(item.valueOf()));
    if (item instanceof ArrayBuffer) return known(item.slice());
    if (item instanceof DataView) return known(new DataView(copy(item.buffer), item.byteOffset, item.byteLength));
    if (ArrayBuffer.isView(item)) {
      const Kind = globalThis[item[Symbol.toStringTag]];
      return known(new Kind(copy(item.buffer), item.byteOffset, item.length));
    }
    if (item instanceof Map) {
      const made = known(new Map());
      for (const [key, below] of [...item]) made.set(copy(key), copy(below));
      return made;
    }
    if (item instanceof Set) {
      const made = known(new Set());
      for (const below of [...item]) made.add(copy(below));
      return made;
    }
    if (item instanceof Error) {
      const Kind = ERRORS.find((kind) => kind.name === item.name) ?? Error;
      const made = known(new Kind(item.message));
      made.stack = item.stack;
      if (hasOwn(item, "cause")) Object.defineProperty(made, "cause", { value: copy(item.cause), writable: true, configurable: true });
      return made;
    }
    if (item instanceof Promise || item instanceof WeakMap || item instanceof WeakSet || item instanceof WeakRef) throw refused(item);
    const made = known(isArray(item) ? new Array(item.length) : {});
    for (const key of keys(item)) made[key] = copy(item[key]);
    return made;
  };
  return copy(value);
}
