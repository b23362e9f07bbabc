// URL and URLSearchParams, printed as Node prints them.
import URL from "core-js-pure/web/url";
import URLSearchParams from "core-js-pure/web/url-search-params";

const shownAs = Symbol.for("nodejs.util.inspect.custom");
const PARTS = ["href", "origin", "protocol", "username", "password", "host", "hostname", "port", "pathname", "search"];

const shown = (kind, name, show) => {
  Object.defineProperty(kind, "name", { value: name, configurable: true });
  Object.defineProperty(kind.prototype, shownAs, { value: show, configurable: true, writable: true });
};
shown(URLSearchParams, "URLSearchParams", function (_depth, options, inspect) {
  const pairs = [...this].map(([name, value]) => `${inspect(name, options)} => ${inspect(value, options)}`);
  return pairs.length ? `URLSearchParams { ${pairs.join(", ")} }` : "URLSearchParams {}";
});
shown(URL, "URL", function (_depth, options, inspect) {
  const parts = {};
  for (const part of [...PARTS, "searchParams", "hash"]) parts[part] = this[part];
  return `URL ${inspect(parts, options)}`;
});

const fileURLToPath = (url) => {
  const { protocol, pathname } = new URL(url);
  if (protocol !== "file:") throw new TypeError("The URL must be of scheme file");
  return decodeURIComponent(pathname);
};
const pathToFileURL = (path) => new URL(`file://${encodeURI(path)}`);

export { URL, URLSearchParams };
export const url = { URL, URLSearchParams, fileURLToPath, pathToFileURL };
