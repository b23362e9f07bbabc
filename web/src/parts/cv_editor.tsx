import { useEffect, useId, useRef, useState } from "preact/hooks";

import { Problem } from "../api";
import { correctCv, type Cv, type Given, type Job, type Study } from "../cv";
import { around, draftOf, faultsOf, isLeaf, isUnsure, newRow, resumeOf, written, type Draft, type Row } from "./cv_draft";
import { Notice } from "./screen";

const DEGREES = ["", "secondary", "associate", "bachelor", "master", "doctorate"];

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
      props.onSaved(await correctCv(props.session, resumeOf(draft, cv), cv.version));
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
  const rows = <Item extends Job | Study>(list: "work" | "education", change: (rows: Row<Item>[]) => Row<Item>[]) =>
    setDraft((before) => ({ ...before, [list]: change(before[list] as unknown as Row<Item>[]) }));
  const remove = (list: "work" | "education", key: number) => rows(list, (all) => all.filter((row) => row.key !== key));

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
          {draft.work.map((row, number) => {
            const set = <Name extends keyof Job>(name: Name) => (given?: Job[Name]) =>
              rows<Job>("work", (all) => all.map((each) => (each.key === row.key ? { ...each, now: _with(each.now, name, given) } : each)));
            return (
              <fieldset key={row.key}>
                <legend>{`Job ${number + 1}`}</legend>
                <Fault text={faults.get(`${row.key}.`)} />
                {field(`${row.key}.position`, "Position", row.read.position, row.now.position, set("position"))}
                {field(`${row.key}.name`, "Employer", row.read.name, row.now.name, set("name"))}
                {field(`${row.key}.startDate`, "From", row.read.startDate, row.now.startDate, set("startDate"), "2019 or 2019-05")}
                {!row.now.current &&
                  field(`${row.key}.endDate`, "Until", row.read.endDate, row.now.endDate, set("endDate"), "2019 or 2019-05")}
                <label class="tick">
                  <input
                    type="checkbox"
                    checked={row.now.current ?? false}
                    onChange={(event) => {
                      const current = event.currentTarget.checked;
                      set("current")(current);
                      if (current) set("endDate")(undefined);
                    }}
                  />
                  <span>I still work there</span>
                </label>
                <button type="button" class="quiet" onClick={() => remove("work", row.key)} aria-label={`Remove job ${number + 1}`}>
                  Remove
                </button>
              </fieldset>
            );
          })}
          <button type="button" onClick={() => rows<Job>("work", (all) => [...all, newRow<Job>({})])}>
            Add a job
          </button>
          {draft.education.map((row, number) => {
            const set = (name: keyof Study) => (given?: Given) =>
              rows<Study>("education", (all) => all.map((each) => (each.key === row.key ? { ...each, now: _with(each.now, name, given) } : each)));
            return (
              <fieldset key={row.key}>
                <legend>{`Education ${number + 1}`}</legend>
                <Fault text={faults.get(`${row.key}.`)} />
                {field(`${row.key}.institution`, "School", row.read.institution, row.now.institution, set("institution"))}
                {field(`${row.key}.studyType`, "Degree", row.read.studyType, row.now.studyType, set("studyType"))}
                {field(`${row.key}.area`, "Subject", row.read.area, row.now.area, set("area"))}
                {field(`${row.key}.startDate`, "From", row.read.startDate, row.now.startDate, set("startDate"), "2019 or 2019-05")}
                {field(`${row.key}.endDate`, "Until", row.read.endDate, row.now.endDate, set("endDate"), "2019 or 2019-05")}
                <label>
                  <span>Level</span>
                  <select
                    value={row.now.level?.value ?? ""}
                    onFocus={() => setLooked(row.read.level)}
                    onChange={(event) => set("level")(written(row.read.level, event.currentTarget.value))}
                  >
                    {DEGREES.map((degree) => (
                      <option key={degree} value={degree}>
                        {degree || "none"}
                      </option>
                    ))}
                  </select>
                </label>
                <button type="button" class="quiet" onClick={() => remove("education", row.key)} aria-label={`Remove education ${number + 1}`}>
                  Remove
                </button>
              </fieldset>
            );
          })}
          <button type="button" onClick={() => rows<Study>("education", (all) => [...all, newRow<Study>({})])}>
            Add education
          </button>
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
