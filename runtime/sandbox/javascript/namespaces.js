// TypeScript's namespaces that hold values, as functions that fill an object: sucrase takes every namespace for types.
// Nothing moves to another line, so that errors name the candidate's own.
import { parse } from "sucrase/dist/esm/parser/index.js";
import { TokenType as tt } from "sucrase/dist/esm/parser/tokenizer/types.js";

const OPENING = new Set([tt.braceL, tt.dollarBraceL, tt.parenL, tt.bracketL]);
const CLOSING = new Set([tt.braceR, tt.parenR, tt.bracketR]);
const LOCAL = new Set(["const", "let", "var"]);
const TYPES = new Set(["type", "interface", "declare", "import"]);

export function withoutNamespaces(source) {
  while (/\b(namespace|module)\s+[\w$]/.test(source)) {
    const rewritten = outermost(source);
    if (rewritten === source) break;
    source = rewritten;
  }
  return source;
}

function outermost(source) {
  const { tokens } = parse(source, false, true, false);
  const textOf = (index) => (tokens[index] ? source.slice(tokens[index].start, tokens[index].end) : "");
  const edits = [];
  for (let index = 0; index < tokens.length; index++) {
    if (!["namespace", "module"].includes(textOf(index)) || tokens[index + 1]?.type !== tt.name) continue;
    const before = textOf(index - 1);
    if (before === "declare" || before === ".") continue;
    let open = index + 2;
    const names = [textOf(index + 1)];
    for (; textOf(open) === "."; open += 2) names.push(textOf(open + 1));
    if (tokens[open]?.type !== tt.braceL) continue;
    const close = closing(tokens, open);
    const exported = before === "export";
    edits.push(...block(names, open, close, index, exported));
    index = close;
  }

  function block(names, open, close, index, exported) {
    const [name, ...below] = names;
    const known = new RegExp(`\\b(class|function|enum)\\s+${name.replace(/\$/g, "\\$&")}\\b`).test(source);
    const declared = known ? ";" : `${exported ? "export " : ""}var ${name};`;
    const from = tokens[exported ? index - 1 : index].start;
    if (below.length)
      return [
        [from, tokens[open].end, `${declared}(function (${name}) { namespace ${below.join(".")} {`],
        [tokens[close].start, tokens[close].end, `} ${name}.${below[0]} = ${below[0]}; })(${name} ||= {});`],
      ];
    const shared = [];
    const edited = [[from, tokens[open].end, `${declared}(function (${name}) {`]];
    for (let at = open + 1; at < close; at++) {
      if (OPENING.has(tokens[at].type)) at = closing(tokens, at);
      else if (tokens[at].type === tt._export) {
        if (!TYPES.has(textOf(at + 1))) shared.push(...valuesOf(at + 1));
        edited.push([tokens[at].start, tokens[at].end, ""]);
      }
    }
    const given = shared.map((key) => `${key}: { get: () => ${key}, set: (v) => { ${key} = v }, enumerable: true, configurable: true }`);
    const fill = given.length ? `;Object.defineProperties(${name}, { ${given.join(", ")} })` : "";
    return [...edited, [tokens[close].start, tokens[close].end, `${fill} })(${name} ||= {});`]];
  }

  function valuesOf(at) {
    if (LOCAL.has(textOf(at)) && textOf(at + 1) !== "enum") return variables(at + 1);
    while (tokens[at] && (["abstract", "async", "function", "class", "enum", "const", "namespace", "module", "*"].includes(textOf(at)))) at++;
    return tokens[at]?.type === tt.name ? [textOf(at)] : [];
  }

  function variables(at) {
    const found = [];
    for (let expected = true; at < tokens.length; at++) {
      const type = tokens[at].type;
      if (expected) {
        if (type !== tt.name) throw new SyntaxError(`a namespace exports variables by their names here (${place(tokens[at].start)})`);
        found.push(textOf(at));
        expected = false;
      } else if (OPENING.has(type)) at = closing(tokens, at);
      else if (type === tt.comma) expected = true;
      else if (type === tt.semi || CLOSING.has(type) || type === tt._export || LOCAL.has(textOf(at)) || ["function", "class"].includes(textOf(at))) break;
    }
    return found;
  }

  function place(position) {
    const lines = source.slice(0, position).split("\n");
    return `${lines.length}:${lines.at(-1).length + 1}`;
  }

  return edits
    .sort((a, b) => b[0] - a[0])
    .reduce((text, [start, end, put]) => text.slice(0, start) + put + text.slice(start, end).replace(/[^\n]/g, "") + text.slice(end), source);
}

function closing(tokens, open) {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (OPENING.has(tokens[at].type)) depth++;
    else if (CLOSING.has(tokens[at].type) && --depth === 0) return at;
  }
  return tokens.length - 1;
}
