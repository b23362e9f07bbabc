import { useEffect, useId, useRef, useState } from "preact/hooks";

import { getCv, KINDS, mayBeRead, MOST_BYTES, type Cv, type Finding, type Given, type Named } from "../cv";
import { isUnsure } from "./cv_draft";

/** A place to drop or pick a CV. */
export function CvPicker(props: { file: File | null; onPick: (file: File | null) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const hint = useId();
  const [over, setOver] = useState(false);
  const [refused, setRefused] = useState<string | null>(null);

  const pick = (file: File | undefined) => {
    if (!file) return;
    if (!mayBeRead(file)) return setRefused(`${file.name} is not a PDF, DOCX, text or Markdown file.`);
    if (file.size > MOST_BYTES) return setRefused(`${file.name} is larger than 10 MB. Export it with smaller pictures.`);
    setRefused(null);
    props.onPick(file);
  };

  return (
    <div
      class={over ? "drop over" : "drop"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        pick(event.dataTransfer?.files[0]);
      }}
    >
      <label>
        <input
          ref={input}
          type="file"
          accept={Object.keys(KINDS).join()}
          aria-describedby={hint}
          onChange={(event) => pick(event.currentTarget.files?.[0])}
        />
        <span class="file-name">{props.file ? props.file.name : "Choose a CV, or drop it here"}</span>
      </label>
      <p id={hint} class="hint">
        {refused ?? (props.file ? `${Math.max(1, Math.round(props.file.size / 1024))} KB` : "PDF, DOCX, text or Markdown, up to 10 MB. Optional.")}
      </p>
      {props.file && (
        <button
          type="button"
          class="quiet"
          onClick={() => {
            if (input.current) input.current.value = "";
            props.onPick(null);
          }}
        >
          Remove
        </button>
      )}
    </div>
  );
}

/** What was read in a CV, in short. */
export function CvProfile({ cv }: { cv: Cv }) {
  const { resume, analysis } = cv;
  if (analysis.status === "needs_ocr") {
    return (
      <p class="needs-ocr">
        <strong>Nothing was taken from this CV.</strong> {analysis.message} You can also go on without: the interview works either way.
      </p>
    );
  }
  const basics = resume.basics ?? {};
  const rows: [string, string[]][] = [
    ["Name", [_line([basics.name], "")]],
    ["Title", [_line([basics.label], "")]],
    ["Contact", [basics.email, basics.phone, basics.location].map((leaf) => _line([leaf], ""))],
    [
      "Work",
      (resume.work ?? []).map((job) =>
        _line([job.position, job.name], _period(job.startDate, job.endDate, job.current), [job.startDate, job.endDate]),
      ),
    ],
    [
      "Education",
      (resume.education ?? []).map((study) =>
        _line([study.studyType, study.area, study.institution], _period(study.startDate, study.endDate), [
          study.startDate,
          study.endDate,
        ]),
      ),
    ],
    ["Skills", [_values((resume.skills ?? []).map((skill) => skill.name)).join(", ")]],
    ["Languages", [_values((resume.languages ?? []).map((each) => each.language)).join(", ")]],
    ["Certificates", (resume.certificates ?? []).map(_named)],
    ["Projects", (resume.projects ?? []).map(_named)],
  ];
  const found = rows.map(([label, lines]) => [label, lines.filter(Boolean)] as const).filter(([, lines]) => lines.length);
  return (
    <>
      {analysis.message && <p class="hint">{analysis.message}</p>}
      {found.length === 0 && !analysis.message && <p>No name, job, school or skill was recognised in this CV.</p>}
      <dl class="profile">
        {found.map(([label, lines]) => (
          <div key={label}>
            <dt>{label}</dt>
            {lines.map((line) => (
              <dd key={line}>{line}</dd>
            ))}
          </div>
        ))}
        {analysis.total_years != null && (
          <div>
            <dt>Experience</dt>
            <dd>
              {analysis.total_years} years in dated jobs{analysis.as_of && `, up to ${analysis.as_of}`}
            </dd>
          </div>
        )}
      </dl>
    </>
  );
}

const FINDINGS: Record<Finding["kind"], string> = {
  hidden_text: "Text that people do not see",
  instruction: "Words addressed to a machine",
  encoding: "How its letters are written was guessed",
  disagreement: "Two readings differ",
  unfounded: "A model named what does not stand there",
};
const UP_TO = {
  given: "as was given",
  document: "the document's own date",
  "newest date in the text": "the newest date in it",
} as const;

/** For whoever reads the report: what is to be known of the CV, and what the candidate made of what was read. */
export function CvVersions({ session }: { session: string }) {
  const [newest, setNewest] = useState<Cv | null>(null);
  const [first, setFirst] = useState<Cv | null>(null);
  useEffect(() => {
    const read = async () => {
      const found = await getCv(session);
      setNewest(found);
      if (found?.versions.at(-1)?.by !== "candidate") return;
      const before = found.versions.findLast((each) => each.by === "analyzer");
      setFirst(before ? await getCv(session, before.version) : null);
    };
    // The report stands without it.
    void read().catch(() => undefined);
  }, [session]);
  if (!newest) return null;
  return (
    <>
      <CvFacts cv={newest} />
      {first && (
        <section class="card across" aria-labelledby="cv-versions">
          <h2 id="cv-versions">The CV was corrected by the candidate</h2>
          <details>
            <summary>As it was read, and as it was corrected</summary>
            <h3>As it was read (version {first.version})</h3>
            <CvProfile cv={first} />
            <h3>As the candidate corrected it (version {newest.version})</h3>
            <CvProfile cv={newest} />
          </details>
        </section>
      )}
    </>
  );
}

/** Facts about a CV that the profile does not show. They say what stands there, and nothing of why. */
function CvFacts({ cv: { analysis } }: { cv: Cv }) {
  const { findings = [], gaps = [], refinement, as_of, as_of_source } = analysis;
  if (!findings.length && !gaps.length && !refinement && !as_of) return null;
  return (
    <section class="card across" aria-labelledby="cv-facts">
      <h2 id="cv-facts">About the CV</h2>
      <ul class="plain">
        {findings.map((finding, nth) => (
          <li key={nth}>
            <strong>{FINDINGS[finding.kind]}</strong>
            <p>
              {finding.message}
              {finding.page && ` Page ${finding.page}.`}
            </p>
            {finding.text && <p class="hint">“{finding.text}”</p>}
          </li>
        ))}
        {gaps.map((gap) => (
          <li key={gap.start}>
            <strong>Months without a dated job or course</strong>
            <p>
              {_month(gap.start)} – {_month(gap.end)} ({gap.months} months). People have many reasons; it counts for nothing.
            </p>
          </li>
        ))}
      </ul>
      {refinement?.status === "done" && (
        <p class="hint">
          {refinement.model} read it a second time: {refinement.filled} values filled in, {refinement.disagreements} read otherwise,{" "}
          {refinement.unfounded} thrown away.
        </p>
      )}
      {refinement && refinement.status !== "done" && <p class="hint">It was not read a second time by {refinement.model}.</p>}
      {as_of && (
        <p class="hint">
          Current jobs count up to {as_of}
          {as_of_source && `, ${UP_TO[as_of_source]}`}.
        </p>
      )}
    </section>
  );
}

const _named = ({ name, date }: Named): string => _line([name], date ? _month(date.value) : "", [date]);

const _values = (leaves: (Given | undefined)[]): string[] => leaves.flatMap((leaf) => (leaf ? [leaf.value] : []));

function _line(leaves: (Given | undefined)[], period: string, dates: (Given | undefined)[] = []): string {
  const said = [_values(leaves).join(", "), period].filter(Boolean).join(" · ");
  return said && [...leaves, ...dates].some(isUnsure) ? `${said} (please check)` : said;
}

function _period(start?: Given, end?: Given, current?: boolean): string {
  const until = end?.value ?? (current ? "today" : "");
  return start || until ? `${start ? _month(start.value) : "?"} – ${until ? _month(until) : "?"}` : "";
}

/** `2021-03` as people write it; anything else as it stands. */
function _month(value: string): string {
  const [, year, month] = /^(\d{4})-(\d{2})/.exec(value) ?? [];
  if (!year || !month) return value;
  return new Date(Number(year), Number(month) - 1).toLocaleDateString(undefined, { month: "short", year: "numeric" });
}
