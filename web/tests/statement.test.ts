import { expect, test } from "vitest";

import { statementBlocks } from "../src/parts/statement";

test("wrapped lines become paragraphs and points", () => {
  const text = "Write it so\nthat it runs.\n\n- one point\n  goes on\n- another\n\nThe end\nof it.\n";

  expect(statementBlocks(text)).toEqual(["Write it so that it runs.", ["one point goes on", "another"], "The end of it."]);
});
