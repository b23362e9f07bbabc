// Runs inside QuickJS on WebAssembly and lies in the memory that every instance starts from. Nothing here is trusted by
// the host: candidate code shares this interpreter and may patch all of it. What it can reach by that is a frame of its
// own making, which is a guess at an answer that was never in here.
//
// What is needed later is kept in constants now, so that a candidate who improves `Array.prototype` breaks nothing.
(function (host) {
  "use strict";

  const MAX_DEPTH = 200;
  const MAX_BYTES = 1024 * 1024;
  const MAX_NODES = MAX_BYTES / 2; // an item and its comma
  const MAX_DIGITS = 4300;
  const MAX_ERROR = 4096;

  const bind = Function.prototype.bind;
  const call = Function.prototype.call;
  const own = (method) => call.call(bind, call, method);
  const { stringify, parse } = JSON;
  const { isArray } = Array;
  const { keys, getPrototypeOf, defineProperty, create } = Object;
  const apply = Reflect.apply;
  const globalEval = eval; // by another name it sees the script's own `const` and `class`
  const { floor, max } = Math;
  const isView = ArrayBuffer.isView;
  const text = String;
  const hasOwn = own(Object.prototype.hasOwnProperty);
  const slice = own(String.prototype.slice);
  const split = own(String.prototype.split);
  const indexOf = own(String.prototype.indexOf);
  const startsWith = own(String.prototype.startsWith);
  const endsWith = own(String.prototype.endsWith);
  const replace = own(String.prototype.replace);
  const repeat = own(String.prototype.repeat);
  const includes = own(String.prototype.includes);
  const join = own(Array.prototype.join);
  const push = own(Array.prototype.push);
  const splice = own(Array.prototype.splice);
  const bigText = own(BigInt.prototype.toString);
  const isoText = own(Date.prototype.toISOString);
  const eachOfMap = own(Map.prototype.forEach);
  const eachOfSet = own(Set.prototype.forEach);
  const sizeOfMap = own(Object.getOwnPropertyDescriptor(Map.prototype, "size").get);
  const sizeOfSet = own(Object.getOwnPropertyDescriptor(Set.prototype, "size").get);
  const lengthOfView = own(Object.getOwnPropertyDescriptor(getPrototypeOf(Uint8Array.prototype), "length").get);
  const then = own(Promise.prototype.then);
  const settle = Promise.resolve.bind(Promise);
  const PlainError = Error;
  const Engine = InternalError;
  const PromiseKind = Promise;
  const DateKind = Date;
  const MapKind = Map;
  const SetKind = Set;
  const RegExpKind = RegExp;

  let stdin = "";
  let read = 0;
  let timers = [];
  let clock = 0;
  let lastTimer = 0;
  let outcome = null;

  const out = (line) => host("out", line);
  const err = (line) => host("err", line);

  // ---- frames: [ending, value, error] as JSON text ------------------------------------------------------------

  const frame = (ending, error) => `[${stringify(ending)},null,${stringify(error === undefined ? null : error)}]`;

  class Unfit {
    constructor(ending, told) {
      this.ending = ending;
      this.told = told;
    }
  }

  function encoded(value) {
    let nodes = 0;
    let size = 0;
    const unfit = (told) => new Unfit("raised", `the result is no JSON value: it holds ${told}`);
    const grown = (piece) => {
      size += piece.length;
      if (size > MAX_BYTES) throw new Unfit("output", "the result is larger than 1 MB");
      return piece;
    };
    const leaf = (item) => {
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
          if (item >= LARGEST || item <= -LARGEST)
            throw new Unfit("raised", "the result has an integer of more than 4300 digits");
          return bigText(item, 10);
        }
        case "symbol":
          throw unfit("a Symbol");
        case "function":
          throw unfit("a function");
        default:
          return "null";
      }
    };
    const visit = (item, depth) => {
      if (++nodes > MAX_NODES) throw new Unfit("output", "the result is larger than 1 MB");
      if (typeof item !== "object" || item === null) return grown(leaf(item));
      if (depth >= MAX_DEPTH)
        throw new Unfit("raised", "the result is nested deeper than 200 levels, or holds itself");
      const view = isView(item) && !(item instanceof DataView);
      if (isArray(item) || view) {
        const length = view ? lengthOfView(item) : item.length;
        if (length > MAX_NODES) throw new Unfit("output", "the result is larger than 1 MB");
        let list = "";
        for (let index = 0; index < length; index++) list += (index ? "," : "") + visit(item[index], depth + 1);
        return `[${list}]`;
      }
      if (item instanceof DateKind) return grown(stringify(isoText(item)));
      const kind = kindOf(item);
      if (kind !== null) throw unfit(kind);
      let list = "";
      let first = true;
      const names = keys(item);
      for (let index = 0; index < names.length; index++) {
        const key = names[index];
        const below = item[key];
        if (below === undefined || typeof below === "function") continue;
        list += `${first ? "" : ","}${grown(stringify(key))}:${visit(below, depth + 1)}`;
        first = false;
      }
      return `{${list}}`;
    };
    return visit(value, 0);
  }

  const LARGEST = 10n ** BigInt(MAX_DIGITS);

  function kindOf(item) {
    for (let index = 0; index < KINDS.length; index++) if (item instanceof KINDS[index][0]) return KINDS[index][1];
    return null;
  }
  const KINDS = [
    [MapKind, "a Map: Object.fromEntries() or [...map] makes it one"],
    [SetKind, "a Set: [...set] makes it one"],
    [WeakMap, "a WeakMap"],
    [WeakSet, "a WeakSet"],
    [PromiseKind, "a Promise"],
    [RegExpKind, "a RegExp"],
    [PlainError, "an Error"],
    [ArrayBuffer, "an ArrayBuffer"],
    [DataView, "a DataView"],
  ];

  // ---- errors: the candidate's own stack ----------------------------------------------------------------------

  function described(error) {
    let told;
    try {
      if (error instanceof PlainError) {
        const name = text(error.name);
        const message = text(error.message);
        told = message ? `${name}: ${message}` : name;
        const stack = typeof error.stack === "string" ? error.stack : "";
        for (let start = 0, count = 0; count < 50 && start < stack.length; count++) {
          let end = indexOf(stack, "\n", start);
          if (end < 0) end = stack.length;
          const line = slice(stack, start, end);
          if (line && !includes(line, "<room>") && !includes(line, "(native)")) told += "\n" + line;
          start = end + 1;
        }
      } else {
        told = `Uncaught ${inspect(error)}`;
      }
    } catch {
      told = "an error that cannot be shown";
    }
    return told.length <= MAX_ERROR ? told : slice(told, 0, MAX_ERROR / 2) + "\n...\n" + slice(told, -MAX_ERROR / 2);
  }

  function raised(error) {
    let memory = false;
    try {
      memory = error instanceof Engine && error.message === "out of memory";
    } catch {
      // a Proxy, whose trap threw
    }
    return memory ? frame("memory", "out of memory") : frame("raised", described(error));
  }

  function returned(value) {
    try {
      return `["returned",${encoded(value)},null]`;
    } catch (error) {
      return error instanceof Unfit ? frame(error.ending, error.told) : raised(error);
    }
  }

  // ---- console.log, in Node's manner ----------------------------------------------------------------------------

  const quoted = (value) => {
    const mark = !includes(value, "'") ? "'" : !includes(value, '"') ? '"' : !includes(value, "`") ? "`" : "'";
    let inner = slice(stringify(value), 1, -1);
    inner = replace(inner, /\\"/g, '"');
    return mark + (mark === "'" ? replace(inner, /'/g, "\\'") : inner) + mark;
  };
  const number = (value) => (value === 0 && 1 / value < 0 ? "-0" : text(value));
  const named = (key) => (/^[A-Za-z_$][\w$]*$/.test(key) ? key : quoted(key));

  function inspect(value, depth = 0, seen = []) {
    switch (typeof value) {
      case "string":
        return quoted(value);
      case "number":
        return number(value);
      case "bigint":
        return text(value) + "n";
      case "symbol":
        return text(value);
      case "function":
        return functionText(value);
      case "object":
        return value === null ? "null" : objectText(value, depth, seen);
      default:
        return text(value);
    }
  }

  function functionText(value) {
    const name = hasOwn(value, "name") ? text(value.name) : "";
    const kind = startsWith(text(value), "class") ? "class" : "Function";
    return kind === "class" ? `[class ${name || "(anonymous)"}]` : `[Function${name ? ": " + name : " (anonymous)"}]`;
  }

  function objectText(value, depth, seen) {
    for (let index = 0; index < seen.length; index++) if (seen[index] === value) return "[Circular *1]";
    if (value instanceof PlainError) return depth ? `[${describedBriefly(value)}]` : described(value);
    if (value instanceof RegExpKind) return text(value);
    if (value instanceof DateKind) return isoText(value);
    const list = isArray(value);
    const view = isView(value) && !(value instanceof DataView);
    const constructor = constructorName(value);
    if (depth > 2) return list ? "[Array]" : `[${constructor || "Object: null prototype"}]`;
    push(seen, value);
    const parts = [];
    let head = "";
    let marks = ["{", "}"];
    if (list || view) {
      marks = ["[", "]"];
      const length = view ? lengthOfView(value) : value.length;
      if (view) head = `${constructor}(${length}) `;
      else if (constructor !== "Array") head = `${constructor}(${length}) `;
      for (let index = 0; index < length && index < 100; index++) {
        if (list && !hasOwn(value, index)) {
          let empty = index;
          while (empty < length && !hasOwn(value, empty)) empty++;
          push(parts, `<${empty - index} empty item${empty - index > 1 ? "s" : ""}>`);
          index = empty - 1;
        } else push(parts, inspect(value[index], depth + 1, seen));
      }
      if (length > 100) push(parts, `... ${length - 100} more item${length > 101 ? "s" : ""}`);
    } else if (value instanceof MapKind) {
      head = `Map(${sizeOfMap(value)}) `;
      eachOfMap(value, (below, key) =>
        push(parts, `${inspect(key, depth + 1, seen)} => ${inspect(below, depth + 1, seen)}`),
      );
    } else if (value instanceof SetKind) {
      head = `Set(${sizeOfSet(value)}) `;
      eachOfSet(value, (below) => push(parts, inspect(below, depth + 1, seen)));
    } else if (value instanceof PromiseKind) {
      head = "Promise ";
    } else if (constructor === null) head = "[Object: null prototype] ";
    else if (constructor !== "Object") head = `${constructor} `;
    if (!view)
      for (let names = keys(value), index = 0; index < names.length; index++) {
        const key = names[index];
        if (list && /^\d+$/.test(key)) continue;
        push(parts, `${named(key)}: ${inspect(value[key], depth + 1, seen)}`);
      }
    splice(seen, seen.length - 1, 1);
    return head + bracketed(parts, marks, depth, list || view);
  }

  function bracketed(parts, [opening, closing], depth, list) {
    if (parts.length === 0) return opening + closing;
    const rows = list && parts.length > 6 ? columns(parts) : parts;
    const pad = repeat(" ", 2 * depth);
    if (rows === parts) {
      const line = join(parts, ", ");
      if (line.length + parts.length <= 72 && !includes(line, "\n")) return `${opening} ${line} ${closing}`;
    }
    return `${opening}\n${pad}  ${join(rows, `,\n${pad}  `)}\n${pad}${closing}`;
  }

  // Node lays lists of more than six out in columns, by this arithmetic.
  function columns(parts) {
    let total = 0;
    let longest = 0;
    const length = parts.length > 100 ? 100 : parts.length;
    for (let index = 0; index < length; index++) {
      total += parts[index].length + 2;
      longest = max(longest, parts[index].length + 2);
    }
    if (longest * 3 + 2 >= 80 || (total / longest <= 5 && longest > 8)) return parts;
    const bias = Math.sqrt(longest - total / parts.length);
    const count = Math.min(
      Math.round(Math.sqrt(2.5 * max(bias - 3, 1) * length) / max(bias - 3, 1)),
      floor((80 - 0) / longest),
      4 * 2.5 + 6,
      15,
    );
    if (count <= 1) return parts;
    const widths = [];
    for (let column = 0; column < count; column++) {
      let width = 0;
      for (let index = column; index < length; index += count) width = max(width, parts[index].length);
      push(widths, width + 2);
    }
    const right = /^-?[\d.]+n?$/.test(parts[0]);
    const rows = [];
    for (let start = 0; start < length; start += count) {
      let row = "";
      const end = Math.min(start + count, length);
      for (let index = start; index < end; index++) {
        const last = index === end - 1;
        const cell = last ? parts[index] : parts[index] + ", ";
        const width = last && right ? widths[index - start] - 2 : widths[index - start];
        const gap = repeat(" ", max(0, width - cell.length));
        row += right ? gap + cell : last ? cell : cell + gap;
      }
      push(rows, row);
    }
    for (let index = length; index < parts.length; index++) push(rows, parts[index]);
    return rows;
  }

  function constructorName(value) {
    const prototype = getPrototypeOf(value);
    if (prototype === null) return null;
    const constructor = prototype.constructor;
    return typeof constructor === "function" && constructor.name ? text(constructor.name) : "Object";
  }

  const describedBriefly = (error) => `${text(error.name)}: ${text(error.message)}`;

  function shown(args) {
    let line = "";
    let next = 0;
    if (typeof args[0] === "string" && args.length > 1 && includes(args[0], "%")) {
      next = 1;
      line = replace(args[0], /%[sdifjoOc%]/g, (mark) => {
        if (mark === "%%") return "%";
        if (next >= args.length) return mark;
        const value = args[next++];
        switch (mark) {
          case "%s":
            return typeof value === "string" ? value : inspect(value, 1);
          case "%d":
            return typeof value === "object" ? "NaN" : inspect(typeof value === "bigint" ? value : Number(value));
          case "%i":
            return typeof value === "object" ? "NaN" : inspect(parseInt(value, 10));
          case "%f":
            return inspect(parseFloat(value));
          case "%j":
            return stringify(value);
          case "%c":
            return "";
          default:
            return inspect(value);
        }
      });
    } else if (args.length) {
      line = typeof args[0] === "string" ? args[0] : inspect(args[0]);
      next = 1;
    }
    for (; next < args.length; next++) line += " " + (typeof args[next] === "string" ? args[next] : inspect(args[next]));
    return line;
  }

  // ---- what programs know from Node -----------------------------------------------------------------------------

  let indent = "";
  const counts = create(null);
  const printed = (to) =>
    function log(...args) {
      let line = shown(args);
      if (indent) line = indent + replace(line, /\n/g, "\n" + indent);
      to(line + "\n");
    };
  const log = printed(out);
  const warn = printed(err);
  const console = {
    log,
    info: log,
    debug: log,
    error: warn,
    warn,
    trace: warn,
    dir: (value) => log(value),
    table: (value) => log(value),
    assert: (holds, ...args) => holds || warn("Assertion failed" + (args.length ? ":" : ""), ...args),
    count: (label = "default") => log(`${label}: ${(counts[label] = (counts[label] || 0) + 1)}`),
    group: (...args) => {
      if (args.length) log(...args);
      indent += "  ";
    },
    groupEnd: () => {
      indent = slice(indent, 2);
    },
    time: () => {},
    timeEnd: () => {},
    timeLog: () => {},
  };

  function nextLine() {
    if (read >= stdin.length) return null;
    let end = indexOf(stdin, "\n", read);
    if (end < 0) end = stdin.length;
    let line = slice(stdin, read, end);
    read = end + 1;
    if (endsWith(line, "\r")) line = slice(line, 0, -1);
    return line;
  }

  function rest() {
    const left = slice(stdin, read);
    read = stdin.length;
    return left;
  }

  const isStdin = (path) => path === 0 || path === "/dev/stdin" || path === "/proc/self/fd/0";
  const noFile = (path) => {
    const error = new PlainError(`ENOENT: no such file or directory, open '${text(path)}' (only standard input, 0, is here)`);
    error.code = "ENOENT";
    return error;
  };
  // As much of a Buffer as standard input needs: `readFileSync(0).toString()`, `String(...)`, `+ ""`.
  const asBuffer = (content) => ({ toString: () => content, get length() { return content.length; } });
  const writeFile = (path, data) => {
    if (path === 1 || path === "/dev/stdout") return out(text(data));
    if (path === 2 || path === "/dev/stderr") return err(text(data));
    throw noFile(path);
  };
  const fs = {
    readFileSync(path, options) {
      if (!isStdin(path)) throw noFile(path);
      const content = rest();
      return options ? content : asBuffer(content);
    },
    writeFileSync: writeFile,
    writeSync: writeFile,
    appendFileSync: writeFile,
    existsSync: isStdin,
    readFile(path, options, done) {
      const back = done || options;
      setTimeout(() => (isStdin(path) ? back(null, done && options ? rest() : asBuffer(rest())) : back(noFile(path))), 0);
    },
    promises: { readFile: async (path, options) => fs.readFileSync(path, options) },
  };

  function listeners() {
    const known = create(null);
    return {
      on(name, listener) {
        (known[name] ||= []).push(listener);
        return this;
      },
      once(name, listener) {
        return this.on(name, listener);
      },
      off() {
        return this;
      },
      removeListener() {
        return this;
      },
      removeAllListeners() {
        return this;
      },
      emit(name, ...args) {
        for (const listener of known[name] || []) listener(...args);
        return !!known[name];
      },
    };
  }

  function input() {
    const events = listeners();
    let started = false;
    const start = () => {
      if (started) return;
      started = true;
      setTimeout(() => {
        const all = rest();
        if (all) events.emit("data", all);
        events.emit("end");
        events.emit("close");
      }, 0);
    };
    const stream = {
      ...events,
      fd: 0,
      isTTY: false,
      setEncoding: () => stream,
      resume: () => (start(), stream),
      pause: () => stream,
      unref: () => stream,
      read: () => rest() || null,
      on(name, listener) {
        events.on(name, listener);
        if (name === "data" || name === "end") start();
        if (name === "readable") setTimeout(() => (listener(), events.emit("end")), 0);
        return stream;
      },
      async *[Symbol.asyncIterator]() {
        const all = rest();
        if (all) yield all;
      },
    };
    return stream;
  }

  function createInterface() {
    const events = listeners();
    let closed = false;
    let waiting = [];
    let started = false;
    const close = () => {
      if (!closed) {
        closed = true;
        events.emit("close");
      }
    };
    const pump = () => {
      if (closed) return;
      const line = nextLine();
      if (line === null) return close();
      if (waiting.length) splice(waiting, 0, 1)[0](line);
      else events.emit("line", line);
      setTimeout(pump, 0);
    };
    const start = () => {
      if (!started) {
        started = true;
        setTimeout(pump, 0);
      }
    };
    const lines = {
      ...events,
      on(name, listener) {
        events.on(name, listener);
        if (name === "line") start();
        return lines;
      },
      question(query, options, answered) {
        out(text(query));
        const back = answered || options;
        setTimeout(() => {
          const line = nextLine();
          if (line !== null) back(line);
        }, 0);
      },
      close,
      prompt: () => {},
      setPrompt: () => {},
      pause: () => lines,
      resume: () => lines,
      write: () => {},
      async *[Symbol.asyncIterator]() {
        started = true;
        for (let line = nextLine(); line !== null && !closed; line = nextLine()) yield line;
        close();
      },
    };
    lines.once = lines.on;
    return lines;
  }
  const readlinePromises = {
    createInterface: () => {
      const lines = createInterface();
      lines.question = async (query) => (out(text(query)), nextLine() ?? "");
      return lines;
    },
  };

  const writer = (to, fd) => ({ write: (data) => (to(text(data)), true), fd, isTTY: false, columns: 80, on: () => {}, end: (data) => data === undefined || to(text(data)) });
  const now = performance.now;
  let process;
  const makeProcess = () => ({
    stdin: input(),
    stdout: writer(out, 1),
    stderr: writer(err, 2),
    argv: ["node", "solution.js"],
    env: {},
    platform: "wasi",
    version: "",
    versions: {},
    exitCode: undefined,
    exit: (code) => host("exit", text(code ?? process.exitCode ?? 0)),
    on: () => process,
    once: () => process,
    cwd: () => "/",
    nextTick: (work, ...args) => queueMicrotask(() => work(...args)),
    uptime: () => now.call(performance) / 1000,
    memoryUsage: () => ({ heapUsed: 0, heapTotal: 0, rss: 0 }),
    hrtime: Object.assign(
      () => {
        const at = now.call(performance);
        return [floor(at / 1000), floor((at % 1000) * 1e6)];
      },
      { bigint: () => BigInt(floor(now.call(performance) * 1e6)) },
    ),
  });

  const modules = {
    fs: () => fs,
    "fs/promises": () => fs.promises,
    readline: () => ({ createInterface, promises: readlinePromises }),
    "readline/promises": () => readlinePromises,
    process: () => process,
    os: () => ({ EOL: "\n" }),
    util: () => ({ inspect: (value) => inspect(value), format: (...args) => shown(args), promisify }),
    assert: () => assert,
    perf_hooks: () => ({ performance }),
    timers: () => ({ setTimeout, setInterval, setImmediate, clearTimeout, clearInterval }),
  };
  const promisify =
    (work) =>
    (...args) =>
      new PromiseKind((resolve, reject) => work(...args, (error, value) => (error ? reject(error) : resolve(value))));
  class AssertionError extends PlainError {
    get name() {
      return "AssertionError";
    }
  }
  const failed = (told, fallback) => {
    throw told instanceof PlainError ? told : new AssertionError(told ?? fallback);
  };
  const sameText = (a, b) => encoded(a) === encoded(b);
  const assert = Object.assign((holds, told) => holds || failed(told, "the expression is not true"), {
    ok: (holds, told) => holds || failed(told, "the expression is not true"),
    equal: (a, b, told) => a == b || failed(told, `${inspect(a)} != ${inspect(b)}`),
    notEqual: (a, b, told) => a != b || failed(told, `${inspect(a)} == ${inspect(b)}`),
    strictEqual: (a, b, told) => Object.is(a, b) || failed(told, `${inspect(a)} !== ${inspect(b)}`),
    notStrictEqual: (a, b, told) => !Object.is(a, b) || failed(told, `${inspect(a)} === ${inspect(b)}`),
    deepEqual: (a, b, told) => sameText(a, b) || failed(told, `${inspect(a)} is not like ${inspect(b)}`),
    deepStrictEqual: (a, b, told) => sameText(a, b) || failed(told, `${inspect(a)} is not like ${inspect(b)}`),
    throws: (work, told) => {
      try {
        work();
      } catch {
        return;
      }
      failed(undefined, "nothing was thrown");
    },
    AssertionError,
  });
  assert.strict = assert;

  function require(name) {
    const bare = text(name);
    const known = startsWith(bare, "node:") ? slice(bare, 5) : bare;
    if (hasOwn(modules, known)) return modules[known]();
    const error = new PlainError(`Cannot find module '${bare}'; there are ${join(keys(modules), ", ")}`);
    error.code = "MODULE_NOT_FOUND";
    throw error;
  }

  // Timers do not sleep: when nothing else is to be done, the clock moves on to the next one.
  function later(work, delay, args, every) {
    const wait = max(1, +delay || 0);
    push(timers, { id: ++lastTimer, at: clock + wait, every: every ? wait : 0, work, args });
    return lastTimer;
  }
  const setTimeout = (work, delay, ...args) => later(work, delay, args, false);
  const setInterval = (work, delay, ...args) => later(work, delay, args, true);
  const setImmediate = (work, ...args) => later(work, 0, args, false);
  const clearTimeout = (id) => {
    for (let index = 0; index < timers.length; index++)
      if (timers[index].id === id) return void splice(timers, index, 1);
  };
  const clearInterval = clearTimeout;

  function structuredClone(value) {
    const copies = new Map();
    const copy = (item) => {
      if (typeof item === "function" || typeof item === "symbol")
        throw new DOMException(`${inspect(item)} could not be cloned.`, "DataCloneError");
      if (typeof item !== "object" || item === null) return item;
      if (copies.has(item)) return copies.get(item);
      let made;
      if (isArray(item)) made = [];
      else if (item instanceof DateKind) return new Date(item);
      else if (item instanceof RegExpKind) return new RegExp(item);
      else if (item instanceof MapKind) {
        copies.set(item, (made = new Map()));
        item.forEach((below, key) => made.set(copy(key), copy(below)));
        return made;
      } else if (item instanceof SetKind) {
        copies.set(item, (made = new Set()));
        item.forEach((below) => made.add(copy(below)));
        return made;
      } else if (isView(item)) return item.slice();
      else made = {};
      copies.set(item, made);
      for (const key of keys(item)) made[key] = copy(item[key]);
      return made;
    };
    return copy(value);
  }

  const exported = { exports: {} };
  const globals = {
    console,
    require,
    process: undefined,
    module: exported,
    exports: exported.exports,
    global: globalThis,
    setTimeout,
    setInterval,
    setImmediate,
    clearTimeout,
    clearInterval,
    clearImmediate: clearTimeout,
    structuredClone,
    readline: nextLine,
    print: log,
  };

  // ---- what the host calls --------------------------------------------------------------------------------------

  function begin(given, seed) {
    stdin = given;
    process = makeProcess();
    globals.process = process;
    for (const name of keys(globals))
      defineProperty(globalThis, name, { value: globals[name], writable: true, configurable: true, enumerable: false });
    // The interpreter seeds its own while the starting memory is made: every instance would draw the same numbers.
    let [a, b, c, d] = parse(seed);
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
  }

  /** Run the timer that is due next. Returns how far the clock moved on, in ms, or "" when there was none. */
  function tick() {
    if (timers.length === 0) return "";
    let next = 0;
    for (let index = 1; index < timers.length; index++)
      if (timers[index].at < timers[next].at || (timers[index].at === timers[next].at && timers[index].id < timers[next].id))
        next = index;
    const timer = timers[next];
    const moved = max(0, timer.at - clock);
    host("skip", text(moved));
    clock = max(clock, timer.at);
    if (timer.every) timer.at = clock + timer.every;
    else splice(timers, next, 1);
    if (typeof timer.work === "function") timer.work(...timer.args);
    return "1";
  }

  /** Call what was found with arguments as JSON text: `[args, kwargs]`. kwargs become one last object, as options do. */
  function invoke(found, owner, given, inPlace) {
    const both = parse(given);
    const args = both[0];
    const options = both[1];
    if (keys(options).length) push(args, options);
    const first = args[0];
    outcome = { settled: false, value: undefined };
    const mine = outcome;
    const value = apply(found, owner, args);
    if (typeof value === "object" && value !== null && typeof value.then === "function") {
      mine.waits = true;
      then(
        settle(value),
        (result) => {
          mine.settled = true;
          mine.value = inPlace ? first : result;
        },
        (error) => {
          mine.settled = true;
          mine.failed = true;
          mine.value = error;
        },
      );
    } else {
      mine.settled = true;
      mine.value = inPlace ? first : value;
    }
  }

  function settled() {
    return outcome.settled ? "1" : "";
  }

  function finish() {
    if (!outcome.settled) return frame("raised", "the promise that was returned is never settled");
    return outcome.failed ? raised(outcome.value) : returned(outcome.value);
  }

  /** The function of that name: of the script, of what it exports, of a class (`Class.method`), or of `Solution`. */
  function find(name) {
    const parts = split(name, ".");
    const first = parts[0];
    const method = parts[1];
    const scope = (key) => {
      const found = globalEval(`typeof ${key} === "undefined" ? undefined : ${key}`);
      if (found !== undefined) return found;
      const exports = exported.exports;
      if (exports !== null && (typeof exports === "object" || typeof exports === "function")) {
        if (key in exports) return exports[key];
        if (typeof exports === "function" && exports.name === key) return exports;
        if (typeof exports.default === "function" && exports.default.name === key) return exports.default;
      }
      return undefined;
    };
    let owner;
    let found = scope(first);
    if (method !== undefined && found !== undefined && found !== null) {
      if (typeof found === "function" && found.prototype && typeof found.prototype[method] === "function") {
        owner = new found();
        found = owner[method];
      } else {
        owner = found;
        found = owner[method];
      }
    } else if (method !== undefined) found = undefined;
    else if (found === undefined) {
      const solution = scope("Solution");
      if (typeof solution === "function" && solution.prototype && typeof solution.prototype[first] === "function") {
        owner = new solution();
        found = owner[first];
      }
    }
    if (typeof found !== "function" || /^class\b/.test(text(found))) return "";
    entry.found = found;
    entry.owner = owner;
    return "1";
  }

  const entry = { found: undefined, owner: undefined };
  return {
    begin,
    tick,
    find,
    call: (given, inPlace) => invoke(entry.found, entry.owner, given, inPlace === "1"),
    settled,
    finish,
    raised,
    described,
  };
});
