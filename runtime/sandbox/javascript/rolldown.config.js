// Makes the two files that the sandbox's JavaScript starts from, and lays QuickJS beside them: what is deployed is
// `dist` alone. Every import is resolved here: nothing inside the sandbox can load anything.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";

const require = createRequire(import.meta.url);
const here = (name) => new URL(name, import.meta.url).pathname;
const version = (name) => JSON.parse(readFileSync(here(`../../../node_modules/${name}/package.json`), "utf8")).version;

// What the extracted `inspect` cannot know, asked of the host (internals.js). Each must be found exactly once, so that
// another version of it is looked at.
const INTERNALS = [
  [/getPromiseDetails:\(\)=>\[(\w+),void 0\]/, 'getPromiseDetails:p=>require("INTERNALS").promiseDetails(p,$1,kRejected)'],
  [/getProxyDetails:\w+\.getProxyDetails(?!\.bind)/, 'getProxyDetails:(p,both)=>require("INTERNALS").proxyDetails(p,both)'],
  [/previewEntries:\w+=>\[\[\],!1\]/, 'previewEntries:(i,keyed)=>{const e=require("INTERNALS").previewEntries(i,keyed);return keyed?e:e[0]}'],
  // Node 24 shows a Proxy as its target alone.
  [/if\(0!==(\w+)\)for\(let (\w+)=0;\2<\1;\2\+\+\)(?=\w+=`\$\{\w+\.stylize\("Proxy\(","special"\)\}\$\{\w+\}\$)/, 'if(!1)'],
  [/(\w+)\.exports=URL\b/, '$1.exports={URL:require("INTERNALS").URL}'],
];
const internals = {
  name: "internals",
  transform(code, id) {
    if (!id.endsWith("node-inspect-extracted/dist/inspect.js")) return null;
    const rejected = code.match(/constants:\{kPending:\w+,kRejected:(\w+)/)[1];
    return INTERNALS.reduce((text, [found, put]) => {
      if (text.match(new RegExp(found, "g"))?.length !== 1)
        throw new Error(`expected node-inspect-extracted to have ${found} once: look at what became of it`);
      return text.replace(found, put.replace("INTERNALS", here("internals.js")).replace("kRejected", rejected));
    }, code);
  },
};

const beside = {
  name: "beside",
  generateBundle() {
    const versions = [`QuickJS (quickjs-wasi ${version("quickjs-wasi")})`, `types stripped by sucrase ${version("sucrase")}, QuickJS`];
    this.emitFile({ type: "asset", fileName: "versions.json", source: JSON.stringify(versions) });
    this.emitFile({ type: "asset", fileName: "quickjs.wasm", source: readFileSync(here("../../../node_modules/quickjs-wasi/quickjs.wasm")) });
  },
};

const bundle = (input, plugins) => ({
  input: here(input),
  platform: "neutral",
  plugins,
  transform: { target: "es2023" },
  resolve: {
      aliasFields: [["react-native"], ["browser"]],
      mainFields: ["browser", "module", "main"],
      conditionNames: ["react-native", "import", "require", "default"],
    alias: {
      "util/": here("inspection.js"),
      util: here("util.js"),
      "buffer/": require.resolve("buffer/"),
      buffer: here("buffers.js"),
      "safe-buffer": here("buffers.js"),
      "abort-controller": require.resolve("abort-controller"), // not the one that asks a browser for its own
      "process/": here("loop.js"), // all that is asked of it is `nextTick`
      process: here("loop.js"),
      "object.assign/polyfill": here("polyfills/assign.cjs"),
      "object-is/polyfill": here("polyfills/is.cjs"),
      "call-bind/callBound": here("polyfills/call-bound.cjs"),
    },
  },
  output: {
    dir: here("dist"),
    entryFileNames: input,
    format: "cjs",
    minify: { compress: true, mangle: { keepNames: true }, codegen: { removeWhitespace: true } },
    intro: "",
    banner: "(function () { const module = { exports: {} }, exports = module.exports;",
    footer: "return module.exports.default ?? module.exports; })()",
  },
});

export default [bundle("guest.js", [internals]), bundle("stripper.js", [beside])];
