import { expect, test } from "vitest";

import { highlighted } from "../src/parts/highlight";

test("offsets count code points, so an emoji before a quote moves nothing", () => {
  expect(highlighted("👍 an index helps", { start: 2, end: 10, text: "an index" })).toEqual(["👍 ", "an index", " helps"]);
});

test("a quote that moved is found by its words", () => {
  expect(highlighted("Well, an index", { start: 0, end: 8, text: "an index" })).toEqual(["Well, ", "an index", ""]);
});

test("a quote that is not there marks nothing", () => {
  expect(highlighted("a tree", { start: 0, end: 8, text: "an index" })).toEqual(["a tree", "", ""]);
});
