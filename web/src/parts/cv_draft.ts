/** A profile while it is being corrected: rows that keep what was read beside what is written now. */

import type { Cv, Given, Job, Language, Leaf, Named, Resume, Study } from "../cv";

export interface Row<Item> {
  /** Stays while others come and go. */
  key: number;
  read: Item;
  now: Item;
}

/** The lists that are corrected row by row. */
export interface Items {
  work: Job;
  education: Study;
  languages: Language;
  certificates: Named;
  projects: Named;
}
export type ListName = keyof Items;
const _LISTS: readonly ListName[] = ["work", "education", "languages", "certificates", "projects"];

export type Draft = { [Name in ListName]: Row<Items[Name]>[] } & {
  basics: NonNullable<Resume["basics"]>;
  /** One a line. */
  skills: string;
  /** The day up to which jobs that are still held count. */
  asOf: string;
};

/** Below it a value is worth a second look. */
const _SURE = 0.75;

export const isLeaf = (given: Given | undefined): given is Leaf => given !== undefined && "method" in given;

/** Whether somebody should look at a value: it was read with little to go by, or is no number that can be called. */
export const isUnsure = (given: Given | undefined): boolean =>
  isLeaf(given) && (given.valid === false || (given.method !== "candidate" && given.confidence < _SURE));

export function draftOf(cv: Cv): Draft {
  const { basics = {}, work = [], education = [], languages = [], certificates = [], projects = [], skills = [] } = cv.resume;
  return {
    basics,
    work: work.map(newRow),
    education: education.map(newRow),
    languages: languages.map(newRow),
    certificates: certificates.map(newRow),
    projects: projects.map(newRow),
    skills: skills.map((skill) => skill.name.value).join("\n"),
    asOf: cv.analysis.as_of ?? "",
  };
}

let _rows = 0;
export const newRow = <Item>(item: Item): Row<Item> => ({ key: ++_rows, read: item, now: item });

/** What is given when `text` stands in a field that held `read`: the leaf itself, places and all, if it is the same. */
export function written(read: Given | undefined, text: string): Given | undefined {
  const value = text.trim();
  if (!value) return undefined;
  return read?.value === value ? read : { value };
}

/** The résumé to be sent: what cannot be edited here goes back as it came, and rows without a word are left out. */
export function resumeOf(draft: Draft, cv: Cv): Resume {
  const known = new Map((cv.resume.skills ?? []).map((skill) => [skill.name.value, skill]));
  return {
    ...cv.resume,
    basics: draft.basics,
    ...Object.fromEntries(_LISTS.map((list) => [list, draft[list].map((row) => row.now as object).filter(_saysSomething)])),
    skills: [...new Set(draft.skills.split("\n").map((line) => line.trim()))]
      .filter(Boolean)
      .map((name) => known.get(name) ?? { name: { value: name } }),
  };
}

const _saysSomething = (item: object): boolean =>
  Object.values(item).some((value) => (Array.isArray(value) ? value.length > 0 : Boolean(value)));

/** What is wrong with each field, by its path in the résumé (`work.0.startDate`). Rows that were left out are counted over. */
export function faultsOf(errors: readonly { field: string; message: string }[], draft: Draft): Map<string, string> {
  const faults = new Map<string, string>();
  for (const { field, message } of errors) {
    const path = field.replace(/^body\.resume\./, "").split(".");
    const [list, index, name] = path;
    if (_isList(list) && index !== undefined) {
      const row = draft[list].filter((each) => _saysSomething(each.now))[Number(index)];
      if (row) faults.set(`${row.key}.${name ?? ""}`, _words(message));
    } else {
      faults.set(path.slice(0, 2).join("."), _words(message));
    }
  }
  return faults;
}

const _isList = (name: string | undefined): name is ListName => _LISTS.includes(name as ListName);

const _words = (message: string): string => {
  const said = message.replace(/^Value error, /, "");
  return `${said.charAt(0).toUpperCase()}${said.slice(1)}.`;
};

/** The text before, at and after a span; spans count code points, as the server's language does. */
export function around(text: string, span: readonly [number, number]): [string, string, string] {
  const points = Array.from(text);
  return [
    points.slice(0, span[0]).join(""),
    points.slice(span[0], span[1]).join(""),
    points.slice(span[1]).join(""),
  ];
}
