// What JavaScript cannot see of its own values and Node's `inspect` shows: the host asks the interpreter.
import { host } from "./host.js";

export { URL } from "./addresses.js";

const { apply, construct, ownKeys } = Reflect;
const { defineProperty } = Object;
const { isArray } = Array;
const NativeProxy = Proxy;
const tagOf = Function.prototype.call.bind(Object.prototype.toString);
const nextOfMap = Object.getPrototypeOf(new Map().entries()).next;
const nextOfSet = Object.getPrototypeOf(new Set().values()).next;

export function promiseDetails(promise, pending, rejected) {
  const state = host("promise", promise);
  if (state === "0") return [pending, undefined];
  return [state === "2" ? rejected : undefined, host("settled", promise)];
}

// To ask the host about every value that is printed would cost more than printing it: most programs make no Proxy.
let proxies = false;
const made = (value) => {
  proxies = true;
  return value;
};
const revocable = (target, handler) => made(NativeProxy.revocable(target, handler));
export const WatchedProxy = new NativeProxy(NativeProxy, {
  construct: (target, given, called) => made(construct(target, given, called)),
  get: (target, key, receiver) => (key === "revocable" ? revocable : Reflect.get(target, key, receiver)),
});

/** The target of a Proxy (with its handler where `both`), null of a revoked one, undefined of anything else. */
export function proxyDetails(value, both = true) {
  if (!proxies) return undefined;
  const kind = host("proxy", value);
  if (kind === "") return undefined;
  if (kind === "revoked") return both ? [null, null] : null;
  const target = host("target", value);
  return both ? [target, host("handler", value)] : target;
}

/** What a Map's or Set's iterator is still to give. It is emptied for that, and given a `next` that gives it again. */
export function previewEntries(iterator, keyed) {
  const tag = tagOf(iterator);
  if (tag !== "[object Map Iterator]" && tag !== "[object Set Iterator]") return [[], false];
  const own = ownKeys(iterator).includes("next");
  const next = own ? iterator.next : tag === "[object Map Iterator]" ? nextOfMap : nextOfSet;
  const entries = [];
  for (let step = apply(next, iterator, []); !step.done; step = apply(next, iterator, [])) entries.push(step.value);
  let at = 0;
  defineProperty(iterator, "next", {
    value: () => (at < entries.length ? { value: entries[at++], done: false } : { value: undefined, done: true }),
    configurable: true,
  });
  const pairs = keyed && entries.length > 0 && entries.every((entry) => isArray(entry) && entry.length === 2);
  return [pairs ? entries.flat() : entries, pairs];
}
