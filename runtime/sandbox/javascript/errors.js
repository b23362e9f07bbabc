// Stacks as V8 writes them, of the candidate's own frames alone.
const { apply } = Reflect;
const { defineProperty, getOwnPropertyDescriptor } = Object;
const text = String;
const own = (method) => Function.prototype.call.bind(method);
const [split, includes, startsWith, replace] = ["split", "includes", "startsWith", "replace"].map((name) => own(String.prototype[name]));
const push = own(Array.prototype.push);
const join = own(Array.prototype.join);
const PlainError = Error;
const MAX_FRAMES = 50;

const { get } = getOwnPropertyDescriptor(Error.prototype, "stack");

/** The frames of a stack as lines that begin with a line's end; "" when there are none. */
function frames(raw) {
  const kept = [];
  const lines = split(raw, "\n");
  for (let index = 0; index < lines.length && kept.length < MAX_FRAMES; index++) {
    const line = lines[index];
    if (!line || includes(line, "<room>") || includes(line, "<input>") || includes(line, "(native)")) continue;
    push(kept, "\n" + replace(replace(line, / at <eval> /, " at Object.<anonymous> "), / at <anonymous> \((.*)\)$/, " at $1"));
  }
  return join(kept, "");
}

function header(error) {
  const name = text(error.name ?? "Error");
  const message = text(error.message ?? "");
  return message ? `${name}: ${message}` : name;
}

export function stackOf(error) {
  const raw = apply(get, error, []);
  if (typeof raw !== "string") return raw;
  return /^ {4}at /.test(raw) || raw === "" ? header(error) + frames(raw) : raw;
}

/** "Name: message" and the candidate's own frames. */
export function described(error) {
  const name = text(error.name);
  const message = text(error.message);
  const raw = error.stack;
  if (typeof raw !== "string") return message ? `${name}: ${message}` : name;
  const from = raw.indexOf("\n    at ");
  return (message ? `${name}: ${message}` : name) + (from < 0 ? "" : frames(raw.slice(from + 1)));
}

export function install() {
  defineProperty(PlainError.prototype, "stack", {
    get() {
      return this instanceof PlainError ? stackOf(this) : undefined;
    },
    set(value) {
      defineProperty(this, "stack", { value, writable: true, configurable: true });
    },
    configurable: true,
  });
  const { captureStackTrace } = PlainError;
  defineProperty(PlainError, "captureStackTrace", {
    value: {
      captureStackTrace(target, below) {
        apply(captureStackTrace, PlainError, [target, below]);
        const raw = target.stack;
        const value = typeof raw === "string" && /^ {4}at |^$/.test(raw) ? header(target) + frames(raw) : raw;
        defineProperty(target, "stack", { value, writable: true, configurable: true });
      },
    }.captureStackTrace,
    writable: true,
    configurable: true,
  });
  const { any } = Promise;
  defineProperty(Promise, "any", {
    value: {
      any(promises) {
        return apply(any, this, [promises]).catch((error) => {
          if (error instanceof AggregateError && error.message === "") error.message = "All promises were rejected";
          throw error;
        });
      },
    }.any,
    writable: true,
    configurable: true,
  });
}
