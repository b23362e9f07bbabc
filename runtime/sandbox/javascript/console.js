// Node's `console`.
import { err, out } from "./host.js";
import { formatWithOptions, inspect } from "./inspection.js";
import { elapsed } from "./loop.js";
import { stackOf } from "./errors.js";

const { apply } = Reflect;
const { isArray } = Array;
const { keys, entries } = Object;
const { replaceAll, slice, includes } = String.prototype;
const counts = new Map();
const timers = new Map();
let indent = "";

function print(to, line) {
  if (indent) {
    if (apply(includes, line, ["\n"])) line = apply(replaceAll, line, ["\n", "\n" + indent]);
    line = indent + line;
  }
  to(line + "\n");
}

// What is printed most often needs no formatting.
const shown = (args) =>
  args.length === 1 && typeof args[0] === "string" ? args[0] : apply(formatWithOptions, undefined, [{}, ...args]);
const printer = (name, to) => ({ [name]: (...args) => print(to, shown(args)) })[name];
const label = (name) => (name === undefined ? "default" : String(name));
const span = (milliseconds) =>
  milliseconds >= 60000
    ? `${Math.floor(milliseconds / 60000)}:${(milliseconds % 60000 / 1000).toFixed(3).padStart(6, "0")} (m:ss.mmm)`
    : milliseconds >= 1000
      ? `${(milliseconds / 1000).toFixed(3)}s`
      : `${Number(milliseconds.toFixed(3))}ms`;

const log = printer("log", out);
const error = printer("error", err);

export const console = {
  log,
  warn: printer("warn", err),
  dir: (value, options) => print(out, inspect(value, { customInspect: false, ...options })),
  time(name) {
    if (!timers.has(label(name))) timers.set(label(name), elapsed());
  },
  timeEnd(name) {
    if (timers.has(label(name))) log("%s: %s", label(name), span(elapsed() - timers.get(label(name))));
    timers.delete(label(name));
  },
  timeLog(name, ...args) {
    if (timers.has(label(name))) log("%s: %s", label(name), span(elapsed() - timers.get(label(name))), ...args);
  },
  trace(...args) {
    const at = new Error(args.length ? shown(args) : "");
    at.name = "Trace";
    const stack = stackOf(at);
    error("Trace" + (args.length ? ": " + shown(args) : "") + stack.slice(stack.indexOf("\n    at ")));
  },
  assert(holds, ...args) {
    if (holds) return;
    if (typeof args[0] === "string") args[0] = `Assertion failed: ${args[0]}`;
    else args.unshift("Assertion failed");
    error(...args);
  },
  clear() {},
  count(name) {
    const seen = (counts.get(label(name)) ?? 0) + 1;
    counts.set(label(name), seen);
    log(`${label(name)}: ${seen}`);
  },
  countReset: (name) => void counts.delete(label(name)),
  group(...args) {
    if (args.length) log(...args);
    indent += "  ";
  },
  groupEnd() {
    indent = apply(slice, indent, [2]);
  },
  table,
  debug: printer("debug", out),
  info: printer("info", out),
  dirxml: printer("dirxml", out),
  error,
  groupCollapsed: (...args) => console.group(...args),
};

// ---- console.table --------------------------------------------------------------------------------------------------

const INDEX = "(index)";
const ITERATION = "(iteration index)";
const cell = (value) => inspect(value, { maxArrayLength: 3, breakLength: Infinity, depth: typeof value === "object" && value !== null && !isArray(value) && keys(value).length > 2 ? -1 : 0 });
const width = (text) => [...text.normalize("NFC")].reduce((sum, char) => sum + (/[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}]/u.test(char) ? 2 : 1), 0);

function drawn(head, columns) {
  const height = Math.max(0, ...columns.map((column) => column.length));
  const widths = head.map((name, index) => Math.max(width(name), ...columns[index].map(width)) + 2);
  const bar = (left, middle, right) => left + widths.map((size) => "─".repeat(size)).join(middle) + right;
  const row = (cells) => "│" + cells.map((text, index) => ` ${text}${" ".repeat(widths[index] - width(text) - 1)}`).join("│") + "│";
  const lines = [bar("┌", "┬", "┐"), row(head), bar("├", "┼", "┤")];
  for (let index = 0; index < height; index++) lines.push(row(columns.map((column) => column[index] ?? "")));
  return [...lines, bar("└", "┴", "┘")].join("\n");
}

function table(data, properties) {
  if (data === null || typeof data !== "object") return log(data);
  if (data instanceof Map) {
    const pairs = [...data];
    return log(drawn([ITERATION, "Key", "Values"], [pairs.map((_, index) => String(index)), pairs.map(([key]) => cell(key)), pairs.map(([, value]) => cell(value))]));
  }
  const iterated = data instanceof Set || (typeof data.next === "function" && typeof data[Symbol.iterator] === "function");
  const rows = iterated ? [...data].map((value, index) => [String(index), value]) : entries(data);
  const columns = Object.create(null); // whose numbers come first, as Node's do
  for (const name of properties ?? []) columns[name] = [];
  const values = [];
  let plain = false;
  rows.forEach(([, row], at) => {
    const primitive = row === null || (typeof row !== "object" && typeof row !== "function");
    if (primitive) {
      plain = true;
      values[at] = cell(row);
      return;
    }
    for (const key of properties ? keys(columns) : keys(row)) {
      if (!Object.prototype.hasOwnProperty.call(row, key)) continue;
      columns[key] ??= [];
      columns[key][at] = cell(row[key]);
    }
  });
  const filled = (column) => Array.from(rows, (_, index) => column[index] ?? "");
  log(
    drawn(
      [iterated ? ITERATION : INDEX, ...keys(columns), ...(plain ? ["Values"] : [])],
      [rows.map(([key]) => key), ...Object.values(columns).map(filled), ...(plain ? [filled(values)] : [])],
    ),
  );
}
