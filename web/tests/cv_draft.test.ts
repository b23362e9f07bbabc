import { expect, test } from "vitest";

import type { Cv, Leaf } from "../src/cv";
import { around, draftOf, faultsOf, isUnsure, newRow, resumeOf, written } from "../src/parts/cv_draft";

const leaf = (value: string, confidence = 0.9): Leaf => ({ value, raw: value, span: [0, value.length], confidence, method: "layout" });
const CV: Cv = {
  resume: {
    basics: { name: leaf("Ada Byron"), phone: leaf("123", 0.5) },
    work: [{ name: leaf("Acme"), startDate: leaf("2019-05") }],
    education: [],
    skills: [{ name: leaf("Python"), category: leaf("Languages") }, { name: leaf("SQL") }],
    languages: [{ language: leaf("English") }],
    certificates: [{ name: leaf("CKA"), date: leaf("2020-05") }],
    projects: [{ name: leaf("Difference engine"), highlights: [leaf("Built it")] }],
  },
  analysis: { status: "ok", text: "Ada Byron" },
  version: 1,
  versions: [{ version: 1, by: "analyzer" }],
};

test("what was not touched goes back as it came, places and all", () => {
  expect(resumeOf(draftOf(CV), CV)).toEqual(CV.resume);
});

test("a value keeps its place until it is another one, and gets it back", () => {
  const read = leaf("Acme");
  expect(written(read, " Acme ")).toBe(read);
  expect(written(read, "Acme Ltd")).toEqual({ value: "Acme Ltd" });
  expect(written(read, "  ")).toBeUndefined();
});

test("skills are one a line, each once, and known ones keep their places", () => {
  const draft = { ...draftOf(CV), skills: "SQL\n\n Kafka \nKafka" };
  expect(resumeOf(draft, CV).skills).toEqual([{ name: leaf("SQL") }, { name: { value: "Kafka" } }]);
});

test("a row without a word is left out, and faults find the row they are about", () => {
  const draft = draftOf(CV);
  const empty = newRow({});
  const wrong = newRow({ name: { value: "B" }, startDate: { value: "May" } });
  const rows = { ...draft, work: [empty, ...draft.work, wrong] };
  expect(resumeOf(rows, CV).work).toHaveLength(2);

  const faults = faultsOf(
    [
      { field: "body.resume.work.1.startDate", message: "Value error, expected a year" },
      { field: "body.resume.work.0", message: "Value error, expected a name" },
      { field: "body.resume.basics.email", message: "expected an address" },
    ],
    rows,
  );
  expect(faults.get(`${wrong.key}.startDate`)).toBe("Expected a year.");
  expect(faults.get(`${draft.work[0]?.key}.`)).toBe("Expected a name.");
  expect(faults.get("basics.email")).toBe("Expected an address.");
});

test("certificates, projects and languages are corrected row by row, and keep what cannot be edited", () => {
  const draft = draftOf(CV);
  const [project] = draft.projects;
  const changed = {
    ...draft,
    languages: [newRow({ language: { value: "Welsh" } })],
    certificates: [],
    projects: [{ ...project!, now: { ...project!.now, name: { value: "Analytical engine" } } }],
  };
  const resume = resumeOf(changed, CV);
  expect(resume.languages).toEqual([{ language: { value: "Welsh" } }]);
  expect(resume.certificates).toEqual([]);
  expect(resume.projects).toEqual([{ name: { value: "Analytical engine" }, highlights: [leaf("Built it")] }]);

  const faults = faultsOf([{ field: "body.resume.projects.0.date", message: "expected a year" }], changed);
  expect(faults.get(`${project!.key}.date`)).toBe("Expected a year.");
});

test("places are counted in characters as people count them", () => {
  expect(around("🎓 Ada Byron", [2, 5])).toEqual(["🎓 ", "Ada", " Byron"]);
});

test("a value that was read with little to go by is marked, one that was written over is not", () => {
  expect(isUnsure(CV.resume.basics?.phone)).toBe(true);
  expect(isUnsure(CV.resume.basics?.name)).toBe(false);
  expect(isUnsure({ ...leaf("x", 0.1), method: "candidate" })).toBe(false);
  expect(isUnsure({ ...leaf("call me", 1), method: "candidate", valid: false })).toBe(true);
  expect(isUnsure({ value: "x" })).toBe(false);
});
