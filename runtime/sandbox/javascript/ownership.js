// Whose a function is: the runtime's, all of which is known before any program runs, or the candidate's. Empty source
// must not answer a test by `parseInt`.
const { getOwnPropertyDescriptors, getPrototypeOf } = Object;
const { ownKeys } = Reflect;
const bound = (method) => Function.prototype.call.bind(method);
const has = bound(WeakSet.prototype.has);
const add_ = bound(WeakSet.prototype.add);
const named_ = bound(Set.prototype.has);
const hasOwn = bound(Object.prototype.hasOwnProperty);

const runtime = new WeakSet();
const names = new Set();

const isObject = (value) => (typeof value === "object" && value !== null) || typeof value === "function";
const isRuntime = (value) => isObject(value) && has(runtime, value);

/** One more thing that is the runtime's. */
export const add = (value) => void add_(runtime, value);

/** Everything that can be reached from `roots` is the runtime's, but for `free`, which programs fill; so is what stands
 * under `later`, names that programs are given when they start. */
export function settle(roots, free, later) {
  const waiting = [...roots];
  while (waiting.length) {
    const next = waiting.pop();
    if (!isObject(next) || next === free || runtime.has(next)) continue;
    runtime.add(next);
    waiting.push(getPrototypeOf(next));
    const described = getOwnPropertyDescriptors(next);
    for (const key of ownKeys(described)) waiting.push(described[key].value, described[key].get, described[key].set);
  }
  for (const name of later) names.add(name);
  for (let at = globalThis; at; at = getPrototypeOf(at)) for (const name of ownKeys(at)) names.add(name);
}

/** `value` where a program's scope has it under `name` and the runtime does not. */
export const named = (name, value) => (named_(names, name) && isRuntime(value) ? undefined : value);

/** What `owner` has under `name`, unless the runtime gave it that. */
export function member(owner, name) {
  if (owner === undefined || owner === null || name === "constructor") return undefined;
  const found = owner[name];
  return isRuntime(found) && (isRuntime(owner) || !hasOwn(owner, name)) ? undefined : found;
}
