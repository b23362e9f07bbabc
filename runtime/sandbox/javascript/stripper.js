// Strips types and, where asked, turns imports into `require`: npm `sucrase`.
import { transform } from "sucrase";
import { withoutNamespaces } from "./namespaces.js";

export default function start() {
  // The first use compiles and fills what later ones share.
  transform("enum A { B } class C<T> { constructor(private d: T) {} }", { transforms: ["typescript", "imports"] });
  return {
    strip: (source, transforms) =>
      transform(transforms.includes("typescript") ? withoutNamespaces(source) : source, { transforms: transforms.split(" "), disableESTransforms: true, production: true }).code,
  };
}
