// Linked lists and trees: lists on the wire, nodes in the code. A parameter's type says so by naming `ListNode` or
// `TreeNode` (`@param {ListNode} head`, `head: ListNode | null`); without a type, or with a class of the candidate's own,
// the function's text does, which reads `.next`, or `.left` and `.right`, of it. A result without a type is nodes where
// an argument is.
import { Unfit } from "./frames.js";
import * as own from "./ownership.js";

const MOST = 524288;
const bound = (method) => Function.prototype.call.bind(method);
const [slice, indexOf, trim] = ["slice", "indexOf", "trim"].map((name) => bound(String.prototype[name]));
const exec = bound(RegExp.prototype.exec);
const push = bound(Array.prototype.push);
const { isArray } = Array;
const Pattern = RegExp;
const textOf = bound(Function.prototype.toString);

// What has all three links is a tree, whose levels are linked.
const LINKS = { __proto__: null, TreeNode: ["left", "right"], ListNode: ["next"] };
const SHAPES = ["TreeNode", "ListNode"];
const VALUES = ["val", "value", "data"];

/** As LeetCode has them, for functions that do not define their own. */
export const ready = {
  ListNode: function ListNode(val, next) {
    this.val = val === undefined ? 0 : val;
    this.next = next === undefined ? null : next;
  },
  TreeNode: function TreeNode(val, left, right) {
    this.val = val === undefined ? 0 : val;
    this.left = left === undefined ? null : left;
    this.right = right === undefined ? null : right;
  },
};

const plain = { params: [], typed: true, result: null, hint: "", first: false };

/** Which arguments of `found`, the source's function of that name, are nodes, and whether its result is. */
export function look(found, name, source, evaluated) {
  if (!exec(/ListNode|TreeNode|\.\s*(?:next|left|right)\b/, source)) return plain;
  const text = textOf(found);
  const names = namesOf(text);
  const types = written(source, name, names) ?? documented(source, name);
  const ownClass = (type) => {
    for (const words = /[A-Za-z_$][\w$]*/g; ; ) {
      const word = exec(words, type);
      if (word === null) return undefined;
      const kind = own.named(word[0], evaluated(word[0]));
      if (typeof kind === "function") return kind;
    }
  };
  const params = [];
  let any = false;
  for (let index = 0; index < names.length; index++) {
    const type = types[names[index]] ?? "";
    const shape = exec(/\b(?:ListNode|TreeNode)\b/, type)?.[0] ?? followed(text, names[index]);
    const named = exec(/\b(?:ListNode|TreeNode)\b/, type) !== null;
    let kind = ownClass(type);
    if (shape === undefined || (type && !named && kind === undefined)) {
      push(params, undefined);
      continue;
    }
    if (named || kind === undefined) kind = evaluated(shape);
    push(params, { depth: named ? depthOf(type) : 0, links: LINKS[shape], kind: typeof kind === "function" ? kind : ready[shape] });
    any = true;
  }
  const told = types.return;
  const typed = told !== undefined && told !== "";
  const given = typed && (exec(/\b(?:ListNode|TreeNode)\b/, told) !== null || (any && ownClass(told) !== undefined));
  const reads = exec(/\.\s*(?:next|left|right)\b(?!\s*\()/, source) !== null && exec(/\b(?:ListNode|TreeNode)\b/, source) !== null;
  const hint = `note: a list came as an array; "@param {ListNode} head" in a comment before ${name}, or head: ListNode in TypeScript, makes it nodes\n`;
  return { params, typed, result: given ? depthOf(told) : null, hint: any || !reads ? "" : hint, first: false };
}

const depthOf = (type) => {
  let depth = 0;
  for (const lists = /\[\]|\bArray\s*<|\bReadonlyArray\s*</g; exec(lists, type) !== null; ) depth++;
  return depth;
};

const escaped = (name) => {
  let text = "";
  for (let index = 0; index < name.length; index++) text += name[index] === "$" ? "\\$" : name[index];
  return text;
};

/** The pieces between commas of what stands in the brackets that open at `open`, and where they close. */
function pieces(text, open) {
  const found = [];
  let depth = 0;
  let start = open + 1;
  for (let index = open; index < text.length; index++) {
    const at = text[index];
    if (at === "(" || at === "[" || at === "{" || at === "<") depth++;
    else if (at === ")" || at === "]" || at === "}" || (at === ">" && text[index - 1] !== "=")) depth--;
    else if (at === "'" || at === '"' || at === "`") {
      for (index++; index < text.length && text[index] !== at; index++) if (text[index] === "\\") index++;
    }
    if ((at === "," && depth === 1) || depth === 0) {
      push(found, slice(text, start, index));
      start = index + 1;
    }
    if (depth === 0) return { found, close: index };
  }
  return { found: [], close: text.length };
}

const PARAMETER = /^\s*(?:(?:public|private|protected|readonly)\s+)*(?:\.\.\.)?([A-Za-z_$][\w$]*)\s*\??\s*(?::([^]*))?/;

/** The names of a function's parameters. */
function namesOf(text) {
  const alone = exec(/^(?:async\s+)?([A-Za-z_$][\w$]*)\s*=>/, text);
  if (alone !== null) return [alone[1]];
  const { found } = pieces(text, indexOf(text, "("));
  const names = [];
  for (let index = 0; index < found.length; index++) push(names, exec(PARAMETER, found[index])?.[1] ?? "");
  return names;
}

/** Types as TypeScript has them, by parameter and for `return`; undefined where there are none. */
function written(source, name, names) {
  const heads = new Pattern(`(?:^|[^\\w$.])${escaped(last(name))}\\s*(?:=\\s*(?:async\\s*)?(?:function\\b\\s*[\\w$]*\\s*)?)?(?:<[^()]*>\\s*)?\\(`, "g");
  for (let head; (head = exec(heads, source)) !== null; ) {
    const { found, close } = pieces(source, heads.lastIndex - 1);
    const types = { __proto__: null };
    let same = found.length === names.length || names.length === 0;
    let typed = false;
    for (let index = 0; same && index < names.length; index++) {
      const parameter = exec(PARAMETER, found[index]);
      same = (parameter?.[1] ?? "") === names[index];
      if (!same || !parameter?.[2]) continue;
      typed = true;
      types[names[index]] = trim(exec(/^(?:[^=]|=>)*/, parameter[2])[0]);
    }
    const returned = exec(/^\s*:\s*([^={;]*)/, slice(source, close + 1, close + 500));
    if (returned !== null) types.return = trim(returned[1]);
    if (same && typed) return types;
  }
  return undefined;
}

/** Types as a comment before the function has them. */
function documented(source, name) {
  const follows = new Pattern(
    `^\\s*(?:(?:export|default|async|public|static|var|let|const|function)\\b\\s*\\*?\\s*)*(?:(?:[\\w$]+\\.)*${escaped(last(name))}\\s*(?:[=(:<]|$)|module\\.exports\\s*=|async\\b|\\(|class\\b|[\\w$]+\\s*=>)`,
  );
  const types = { __proto__: null };
  for (let start = indexOf(source, "/**"), end; start >= 0; start = indexOf(source, "/**", end)) {
    end = indexOf(source, "*/", start + 3);
    if (end < 0) break;
    if (exec(follows, slice(source, end + 2, end + 400)) === null) continue;
    const doc = slice(source, start, end);
    for (let one, all = /@param\s*\{([^}]*)\}\s*\[?([A-Za-z_$][\w$]*)/g; (one = exec(all, doc)) !== null; ) types[one[2]] = one[1];
    const returned = exec(/@returns?\s*\{([^}]*)\}/, doc);
    if (returned !== null) types.return = returned[1];
  }
  return types;
}

const last = (name) => slice(name, indexOf(name, ".") + 1);

/** The shape of what the function's text follows from this parameter, or from a variable that is the same. */
function followed(text, name) {
  if (name === "") return undefined;
  const names = [name];
  const links = { __proto__: null };
  for (let index = 0; index < names.length && index < 20; index++) {
    const word = `(?<![\\w$.])${escaped(names[index])}`;
    for (let one, all = new Pattern(`${word}\\s*[?!]?\\.\\s*(next|left|right)\\b(?!\\s*\\()`, "g"); (one = exec(all, text)) !== null; ) links[one[1]] = true;
    for (let one, all = new Pattern(`(?<![\\w$.])([A-Za-z_$][\\w$]*)\\s*=\\s*(?=${word}\\s*(?:[=,;)\\n]|$))`, "g"); (one = exec(all, text)) !== null; )
      if (!names.includes(one[1])) push(names, one[1]);
  }
  for (let index = 0; index < SHAPES.length; index++) for (const link of LINKS[SHAPES[index]]) if (links[link]) return SHAPES[index];
  return undefined;
}

/** Puts nodes in the place of the arguments that the plan has as nodes. Returns a hint, or "". */
export function given(plan, args) {
  let lists = false;
  let any = false;
  plan.first = plan.params[0] !== undefined && isArray(args[0]);
  for (let index = 0; index < args.length; index++) {
    if (!isArray(args[index])) continue;
    lists = true;
    const spec = plan.params[index];
    if (spec === undefined) continue;
    any = true;
    args[index] = linked(args[index], spec, spec.depth);
  }
  if (!plan.typed) plan.result = any ? 0 : null;
  return lists ? plan.hint : "";
}

/** A list as nodes: a list by `next`, a tree level by level, null where there is no child. */
function linked(value, spec, depth) {
  if (!isArray(value)) return value;
  if (depth > 0) {
    const made = [];
    for (let index = 0; index < value.length; index++) push(made, linked(value[index], spec, depth - 1));
    return made;
  }
  const { links } = spec;
  let root = null;
  const places = [[null, ""]];
  for (let index = 0, place = 0; index < value.length; index++, place++) {
    if (place >= places.length) throw new TypeError("the test's list is no tree: it has values below an empty place");
    if (value[index] === null && links.length > 1) continue;
    const node = made(spec, value[index]);
    for (const link of links) push(places, [node, link]);
    const [owner, link] = places[place];
    if (owner === null) root = node;
    else owner[link] = node;
  }
  return root;
}

function made({ kind, links }, value) {
  const node = new kind(value);
  if (valueOf(node) === undefined) node.val = value;
  for (const link of links) node[link] = null;
  return node;
}

function valueOf(node) {
  for (let index = 0; index < VALUES.length; index++) if (VALUES[index] in node) return node[VALUES[index]];
  return undefined;
}

/** A result with lists in the place of nodes. */
export function read(plan, value) {
  if (value === null) return plan.result === null ? value : [];
  if (isArray(value)) {
    let any = false;
    let empty = true;
    for (let index = 0; index < value.length && index < MOST; index++) {
      any ||= isNode(plan, value[index]);
      empty &&= value[index] === null;
    }
    if (!any && !(plan.result && empty)) return value;
    const lists = [];
    for (let index = 0; index < value.length; index++) push(lists, read(plan, value[index]));
    return lists;
  }
  return isNode(plan, value) ? values(value) : value;
}

/** What became of the first argument. */
export const first = (plan, value) => (value === null && plan.first ? [] : value);

function isNode(plan, value) {
  if (typeof value !== "object" || value === null || isArray(value)) return false;
  if (plan.result === null && !(value.constructor?.name in LINKS)) return false;
  return ("val" in value || "value" in value || "data" in value) && ("next" in value || ("left" in value && "right" in value));
}

function values(node) {
  const links = "left" in node && "right" in node ? LINKS.TreeNode : LINKS.ListNode;
  const found = [];
  const level = [node];
  for (let index = 0; index < level.length; index++) {
    const one = level[index];
    level[index] = undefined;
    if (found.length > MOST) throw new Unfit("raised", "the end of the nodes is not reached: they hold themselves");
    if (one === null || one === undefined) {
      push(found, null);
      continue;
    }
    push(found, valueOf(one));
    for (const link of links) if (links.length > 1 || (one[link] !== null && one[link] !== undefined)) push(level, one[link]);
  }
  if (links.length > 1) while (found.length && found[found.length - 1] === null) found.length--;
  return found;
}
