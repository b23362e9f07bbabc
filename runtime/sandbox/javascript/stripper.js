// Strips types (and, where asked, turns imports into `require`), with npm `sucrase` given as `files`: CommonJS modules by
// path, of which those that are left out load as empty ones.
(function (_host, files) {
  const loaded = {};
  const load = (path) => {
    if (!loaded[path]) {
      const module = (loaded[path] = { exports: {} });
      const require = (name) => {
        if (!name.startsWith(".")) return {};
        const parts = path.split("/").slice(0, -1);
        for (const part of name.split("/")) part === ".." ? parts.pop() : part !== "." && parts.push(part);
        const target = parts.join("/");
        return load(files[target + "/index.js"] === undefined ? target + ".js" : target + "/index.js");
      };
      if (files[path] !== undefined)
        new Function("require", "module", "exports", files[path])(require, module, module.exports);
    }
    return loaded[path].exports;
  };
  loaded["Options.js"] = { exports: { validateOptions: () => {} } };
  const { transform } = load("index.js");
  // The first use compiles and fills what later ones share.
  transform("enum A { B } class C<T> { constructor(private d: T) {} }", { transforms: ["typescript", "imports"] });
  return {
    strip: (source, transforms) =>
      transform(source, { transforms: transforms.split(" "), disableESTransforms: true, production: true }).code,
  };
});
