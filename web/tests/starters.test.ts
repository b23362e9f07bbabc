import { expect, test } from "vitest";

import { offered, starter } from "../src/parts/starters";

const TASK = {
  function_name: "merge",
  starter: { python: "def merge(left: dict[str, list[int]], right: list[str] = [], *, deep=True):\n    ...\n" },
};

test("a task is offered in its own languages first, then in others that run here and have a start", () => {
  expect(offered(TASK, ["sql", "typescript", "python", "javascript"])).toEqual(["python", "typescript", "javascript"]);
  expect(offered(TASK, [])).toEqual(["python"]);
});

test("a start in another language has the same name and parameters", () => {
  expect(starter(TASK, "python")).toBe(TASK.starter.python);
  expect(starter(TASK, "javascript")).toBe("function merge(left, right, deep) {\n    \n}\n");
  expect(starter(TASK, "typescript")).toBe("function merge(left: any, right: any, deep: any): any {\n    \n}\n");
  expect(starter(TASK, "cobol")).toBe("");
});

test("without a Python start the function has no parameters to name", () => {
  expect(starter({ function_name: "f", starter: {} }, "javascript")).toBe("function f() {\n    \n}\n");
});
