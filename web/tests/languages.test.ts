import { expect, test } from "vitest";

import { languageName, offered } from "../src/parts/languages";

const STARTER = { python: "def f():", typescript: "function f()", go: "func f()" };

test("a task is offered in the languages it starts in and that run here, in its own order", () => {
  expect(offered(STARTER, ["c", "go", "sql", "python"])).toEqual(["python", "go"]);
  expect(offered(STARTER, [])).toEqual([]);
});

test("a query is offered in SQL alone, and nowhere else once it is known that SQL does not run", () => {
  expect(offered({ sql: "SELECT NULL;" }, ["python", "sql"])).toEqual(["sql"]);
  expect(offered({ sql: "SELECT NULL;" }, ["python"])).toEqual([]);
});

test("until it is known what runs here, only the first one is offered", () => {
  expect(offered(STARTER, null)).toEqual(["python"]);
});

test("languages are called what people call them", () => {
  expect(languageName("cpp")).toBe("C++");
  expect(languageName("cobol")).toBe("cobol");
});
