import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { Problem } from "../api";
import { correctCv, type Cv, type Given } from "../cv";
import {
  around,
  draftOf,
  faultsOf,
  isLeaf,
  isUnsure,
  newRow,
  resumeOf,
  written,
  type Draft,
  type Items,
  type ListName,
  type Row,
} from "./cv_draft";
import { Notice } from "./screen";

const DEGREES = ["", "secondary", "associate", "bachelor", "master", "doctorate"];
const DATE = "2019 or 2019-05";

type Set<Item> = <Name extends keyof Item>(name: Name, given?: Item[Name]) => void;

/** Correct what was read, with the document beside it. */
export function CvEditor(props: { session: string; cv: Cv; onSaved: (cv: Cv) => void; onClose: () => void }) {
  const { cv } = props;
  const [draft, setDraft] = useState<Draft>(() => draftOf(cv));
  const [looked, setLooked] = useState<Given | undefined>();
  const [faults, setFaults] = useState(new Map<string, string>());
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  useEffect(() => form.current?.querySelector("input")?.focus(), []);
  useEffect(() => {
    if (faults.size) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [faults]);

  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setFailed(null);
    try {
      const asOf = draft.asOf && draft.asOf !== cv.analysis.as_of ? draft.asOf : undefined;
      props.onSaved(await correctCv(props.session, resumeOf(draft, cv), cv.version, asOf));
    } catch (error) {
      const problem = error as Problem;
      const found = problem instanceof Problem ? faultsOf(problem.errors, draft) : new Map<string, string>();
      setFaults(found);
      setFailed(
        problem instanceof Problem && problem.status === 412
          ? "This profile was changed in another window. Load this page again, then correct it."
          : found.size
            ? "Nothing was saved yet. Look at the fields that are marked."
            : problem.message,
      );
    } finally {
      setBusy(false);
    }
  };

  const field = (path: string, label: string, read: Given | undefined, now: Given | undefined, write: (given?: Given) => void, hint?: string) => (
    <Field
      key={path}
      label={label}
      read={read}
      now={now}
      hint={hint}
      fault={faults.get(path)}
      onWrite={write}
      onLook={() => setLooked(read)}
    />
  );
  const basic = (name: keyof Draft["basics"], label: string) =>
    field(`basics.${name}`, label, cv.resume.basics?.[name], draft.basics[name], (given) =>
      setDraft((before) => ({ ...before, basics: _with(before.basics, name, given) })),
    );
  const change = <Name extends ListName>(list: Name, made: (rows: Row<Items[Name]>[]) => Row<Items[Name]>[]) =>
    setDraft((before) => ({ ...before, [list]: made(before[list] as unknown as Row<Items[Name]>[]) }));

  /** A list's rows, and the button that adds one. */
  const list = <Name extends ListName>(
    name: Name,
    title: string,
    add: string,
    fields: (row: Row<Items[Name]>, text: (path: keyof Items[Name] & string, label: string, hint?: string) => ComponentChildren, set: Set<Items[Name]>) => ComponentChildren,
  ) => (
    <>
      {(draft[name] as unknown as Row<Items[Name]>[]).map((row, number) => {
        const set: Set<Items[Name]> = (path, given) =>
          change(name, (all) => all.map((each) => (each.key === row.key ? { ...each, now: _with(each.now as object, path as never, given as never) as Items[Name] } : each)));
        const text = (path: keyof Items[Name] & string, label: string, hint?: string) =>
          field(`${row.key}.${path}`, label, row.read[path] as Given | undefined, row.now[path] as Given | undefined, (given) => set(path, given as Items[Name][typeof path]), hint);
        return (
          <fieldset key={row.key}>
            <legend>{`${title} ${number + 1}`}</legend>
            <Fault text={faults.get(`${row.key}.`)} />
            {fields(row, text, set)}
            <button
              type="button"
              class="quiet"
              onClick={() => change(name, (all) => all.filter((each) => each.key !== row.key))}
              aria-label={`Remove ${title.toLowerCase()} ${number + 1}`}
            >
              Remove
            </button>
          </fieldset>
        );
      })}
      <button type="button" onClick={() => change(name, (all) => [...all, newRow({} as Items[Name])])}>
        {add}
      </button>
    </>
  );

  return (
    <form ref={form} class="cv-editor" onSubmit={(event) => void save(event)} noValidate aria-label="Correct your profile">
      {failed && <Notice>{failed}</Notice>}
      <div class="sides">
        <div class="values">
          <fieldset>
            <legend>You</legend>
            {basic("name", "Name")}
            {basic("label", "Title")}
            {basic("email", "E-mail")}
            {basic("phone", "Phone")}
            {basic("location", "Place")}
          </fieldset>
          {list("work", "Job", "Add a job", (row, text, set) => (
            <>
              {text("position", "Position")}
              {text("name", "Employer")}
              {text("startDate", "From", DATE)}
              {!row.now.current && text("endDate", "Until", DATE)}
              <label class="tick">
                <input
                  type="checkbox"
                  checked={row.now.current ?? false}
                  onChange={(event) => {
                    const current = event.currentTarget.checked;
                    set("current", current);
                    if (current) set("endDate", undefined);
                  }}
                />
                <span>I still work there</span>
              </label>
            </>
          ))}
          {draft.work.some((row) => row.now.current) && (
            <label>
              <span>Count current jobs up to</span>
              <input
                type="date"
                value={draft.asOf}
                aria-invalid={faults.has("body.as_of") ? "true" : undefined}
                onInput={(event) => {
                  const asOf = event.currentTarget.value;
                  setDraft((before) => ({ ...before, asOf }));
                }}
              />
              <Fault text={faults.get("body.as_of")} />
            </label>
          )}
          {list("education", "Education", "Add education", (row, text, set) => (
            <>
              {text("institution", "School")}
              {text("studyType", "Degree")}
              {text("area", "Subject")}
              {text("startDate", "From", DATE)}
              {text("endDate", "Until", DATE)}
              <label>
                <span>Level</span>
                <select
                  value={row.now.level?.value ?? ""}
                  onFocus={() => setLooked(row.read.level)}
                  onChange={(event) => set("level", written(row.read.level, event.currentTarget.value))}
                >
                  {DEGREES.map((degree) => (
                    <option key={degree} value={degree}>
                      {degree || "none"}
                    </option>
                  ))}
                </select>
              </label>
            </>
          ))}
          {list("languages", "Language", "Add a language", (_, text) => (
            <>
              {text("language", "Spoken")}
              {text("fluency", "How well")}
            </>
          ))}
          {list("certificates", "Certificate", "Add a certificate", (_, text) => (
            <>
              {text("name", "What it certifies")}
              {text("date", "When", DATE)}
            </>
          ))}
          {list("projects", "Project", "Add a project", (_, text) => (
            <>
              {text("name", "What it is called")}
              {text("date", "When", DATE)}
            </>
          ))}
          <fieldset>
            <legend>Skills</legend>
            <label>
              <span>One a line</span>
              <textarea
                rows={8}
                value={draft.skills}
                onInput={(event) => {
                  const skills = event.currentTarget.value;
                  setDraft((before) => ({ ...before, skills }));
                }}
                onSelect={(event) => setLooked(_skillAt(cv, event.currentTarget))}
              />
            </label>
          </fieldset>
        </div>
        <Place cv={cv} leaf={looked} />
      </div>
      <div class="actions">
        <button type="submit" class="primary" disabled={busy}>
          {busy ? "Saving…" : "Save the corrections"}
        </button>
        <button type="button" class="quiet" onClick={props.onClose}>
          Leave it as it was
        </button>
      </div>
    </form>
  );
}

function Field(props: {
  label: string;
  read: Given | undefined;
  now: Given | undefined;
  hint: string | undefined;
  fault: string | undefined;
  onWrite: (given?: Given) => void;
  onLook: () => void;
}) {
  const note = useId();
  // What is typed keeps its spaces until the field is left.
  const [text, setText] = useState(props.now?.value ?? "");
  const unsure = isUnsure(props.read) && props.now === props.read;
  const about = props.fault ?? (unsure ? "Please check this one." : props.hint);
  return (
    <div class={unsure ? "unsure" : undefined}>
      <label>
        <span>{props.label}</span>
        <input
          value={text}
          aria-invalid={props.fault ? "true" : undefined}
          aria-describedby={about ? note : undefined}
          onFocus={props.onLook}
          onInput={(event) => {
            setText(event.currentTarget.value);
            props.onWrite(written(props.read, event.currentTarget.value));
          }}
        />
      </label>
      {about && (
        <small id={note} class={props.fault ? "fault" : "hint"}>
          {about}
        </small>
      )}
    </div>
  );
}

const Fault = ({ text }: { text: string | undefined }) =>
  text ? (
    <p class="fault" role="alert">
      {text}
    </p>
  ) : null;

/** The document, with the place of the value that has the focus. */
function Place({ cv, leaf }: { cv: Cv; leaf: Given | undefined }) {
  const mark = useRef<HTMLElement>(null);
  const sheet = useRef<HTMLPreElement>(null);
  const text = cv.analysis.text ?? "";
  const found = isLeaf(leaf) && leaf.span ? around(text, leaf.span) : null;
  useEffect(() => {
    if (!mark.current || !sheet.current) return;
    // Only the sheet moves: the page stays where the field is.
    sheet.current.scrollTop = mark.current.offsetTop - sheet.current.clientHeight / 3;
  }, [leaf]);
  if (!text) return null;
  return (
    <section class="place" aria-label="Your CV, as it was read">
      <p class="hint" role="status">
        {found
          ? `Read here${isLeaf(leaf) && leaf.page ? `, on page ${leaf.page}` : ""}: “${found[1].replace(/\s+/g, " ")}”`
          : "What you look at is marked in your CV."}
      </p>
      <pre ref={sheet} tabIndex={0} aria-label="Text of your CV">
        {found ? (
          <>
            {found[0]}
            <mark ref={mark}>{found[1]}</mark>
            {found[2]}
          </>
        ) : (
          text
        )}
      </pre>
    </section>
  );
}

/** The skill on the line where the cursor is. */
function _skillAt(cv: Cv, area: HTMLTextAreaElement): Given | undefined {
  const line = area.value.slice(0, area.selectionStart).split("\n").length - 1;
  const name = area.value.split("\n")[line]?.trim();
  return cv.resume.skills?.find((skill) => skill.name.value === name)?.name;
}

/** `item` with one value set, or without it. */
function _with<Item extends object, Name extends keyof Item>(item: Item, name: Name, value: Item[Name] | undefined): Item {
  const { [name]: _, ...rest } = item;
  return (value === undefined ? rest : { ...rest, [name]: value }) as Item;
}
