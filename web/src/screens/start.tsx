import { useEffect, useState } from "preact/hooks";

import { createSession, deleteSession, listSessions, type Level, type Mode, type NewSession, type Session } from "../api";
import { uploadCv } from "../cv";
import { Confirm } from "../parts/confirm";
import { CvPicker } from "../parts/cv";
import { Notice, Screen } from "../parts/screen";

const KINDS = [
  "Backend engineer",
  "Frontend engineer",
  "Data engineer",
  "Machine learning engineer",
  "DevOps engineer",
  "QA engineer",
  "General technical interview",
  "Behavioural interview",
];

export function Start() {
  return (
    <Screen
      title="Practise the interview before it counts"
      lead="Talk or type with an AI interviewer, write code that really runs, and read a report in which every score points at your own words."
    >
      <div class="start">
        <NewInterview />
        <Earlier />
      </div>
    </Screen>
  );
}

function NewInterview() {
  const [cv, setCv] = useState<File | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);

  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget as HTMLFormElement);
    setFailed(null);
    setBusy("Preparing…");
    try {
      const { session_id } = await createSession(_session(form));
      if (cv) {
        setBusy("Reading your CV…");
        try {
          await uploadCv(session_id, cv, (share) =>
            setBusy(share < 1 ? `Uploading your CV… ${Math.round(100 * share)} %` : "Reading your CV…"),
          );
        } catch (error) {
          // The interview exists already; the next screen offers the upload again.
          sessionStorage.setItem(`cv-failed/${session_id}`, (error as Error).message);
        }
      }
      location.hash = `#/interview/${encodeURIComponent(session_id)}`;
    } catch (error) {
      setFailed((error as Error).message);
      setBusy(null);
    }
  };

  return (
    <form class="card new" onSubmit={submit} aria-labelledby="new-title">
      <h2 id="new-title">New interview</h2>
      <div class="fields">
        <label>
          <span>Your name</span>
          <input name="candidate_name" required maxLength={200} autocomplete="name" />
        </label>
        <label>
          <span>Kind of interview</span>
          <input name="interview_type" required maxLength={200} list="kinds" placeholder="Backend engineer" />
          <datalist id="kinds">
            {KINDS.map((kind) => (
              <option key={kind} value={kind} />
            ))}
          </datalist>
        </label>
        <label>
          <span>
            Role <em>optional</em>
          </span>
          <input name="role" maxLength={200} placeholder="Payments platform" />
        </label>
        <label>
          <span>Level</span>
          <select name="level">
            <option value="junior">Junior</option>
            <option value="mid" selected>Mid</option>
            <option value="senior">Senior</option>
          </select>
        </label>
        <label>
          <span>Minutes</span>
          <input name="duration_minutes" type="number" min={5} max={120} defaultValue="30" required />
        </label>
        <label>
          <span>Mode</span>
          <select name="mode">
            <option value="assessment">Assessment: the same core questions for everyone</option>
            <option value="practice">Practice: other questions each time</option>
          </select>
        </label>
        <label class="across">
          <span>
            Job description <em>optional</em>
          </span>
          <textarea name="job_description" rows={3} maxLength={20_000} placeholder="Paste it here, and the questions will fit it." />
        </label>
        <div class="across field">
          <span>
            CV <em>optional</em>
          </span>
          <CvPicker file={cv} onPick={setCv} />
        </div>
      </div>

      <section class="consent" aria-labelledby="consent-title">
        <h3 id="consent-title">Before you begin</h3>
        <ul>
          <li>You speak with an AI, not with a person.</li>
          <li>Only what you say and what your code does is assessed. Voice, accent, looks, emotion and personality are not.</li>
          <li>The report is a basis for people. A human decides.</li>
          <li>You can correct every transcript of your speech, and delete the whole interview at any time.</li>
        </ul>
        <label class="check">
          <input type="checkbox" name="recording" />
          <span>Keep the sound of my answers with the transcript. Without this, sound is turned into text and dropped.</span>
        </label>
      </section>

      {failed && <Notice>{failed}</Notice>}
      <div class="actions">
        <button type="submit" class="primary large" disabled={busy !== null}>
          {busy ?? "Continue"}
        </button>
        <span class="hint">Next: a short check of microphone and speaker.</span>
      </div>
    </form>
  );
}

function Earlier() {
  const [sessions, setSessions] = useState<Session[] | null>(null);
  const [next, setNext] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [deleting, setDeleting] = useState<Session | null>(null);

  const load = async (cursor?: string) => {
    try {
      const page = await listSessions(cursor);
      setSessions((before) => (cursor ? [...(before ?? []), ...page.items] : page.items));
      setNext(page.next_cursor);
      setFailed(null);
    } catch (error) {
      setFailed((error as Error).message);
    }
  };
  useEffect(() => void load(), []);

  const remove = async (session: Session) => {
    setDeleting(null);
    try {
      await deleteSession(session.session_id);
      setSessions((before) => before?.filter((each) => each !== session) ?? null);
    } catch (error) {
      setFailed((error as Error).message);
    }
  };

  return (
    <section class="earlier" aria-labelledby="earlier-title">
      <h2 id="earlier-title">Earlier interviews</h2>
      {failed && (
        <Notice>
          {failed}{" "}
          <button type="button" class="link" onClick={() => void load()}>
            Try again
          </button>
        </Notice>
      )}
      {sessions?.length === 0 && <p class="hint">None yet. What you do here stays on this server until you delete it.</p>}
      <ul>
        {sessions?.map((session) => (
          <li key={session.session_id}>
            <div class="about">
              <strong>{session.interview_type}</strong>
              <span class="hint">
                {session.candidate_name} · {_day(session.created_at)} · {_status[session.status]}
              </span>
            </div>
            <div class="actions">
              {session.status === "ended" ? (
                <a class="button" href={`#/report/${encodeURIComponent(session.session_id)}`}>
                  Report
                </a>
              ) : (
                <a class="button" href={`#/interview/${encodeURIComponent(session.session_id)}`}>
                  {session.status === "created" ? "Begin" : "Resume"}
                </a>
              )}
              <button
                type="button"
                class="quiet"
                onClick={() => setDeleting(session)}
                aria-label={`Delete ${session.interview_type}, ${session.candidate_name}`}
              >
                Delete
              </button>
            </div>
          </li>
        ))}
      </ul>
      {next && (
        <button type="button" onClick={() => void load(next)}>
          Show more
        </button>
      )}
      {deleting && (
        <Confirm
          title="Delete this interview?"
          action="Delete"
          danger
          onCancel={() => setDeleting(null)}
          onConfirm={() => void remove(deleting)}
        >
          <p>
            {deleting.interview_type}, {deleting.candidate_name}: transcript, sound, code, CV and report are removed. This
            cannot be undone.
          </p>
        </Confirm>
      )}
    </section>
  );
}

const _status = { created: "not begun", in_progress: "in progress", ended: "ended" } as const;

const _day = (at: string): string =>
  new Date(at).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });

function _session(form: FormData): NewSession {
  const text = (name: string) => String(form.get(name) ?? "").trim();
  const role = text("role");
  const job_description = text("job_description");
  return {
    candidate_name: text("candidate_name"),
    interview_type: text("interview_type"),
    level: text("level") as Level,
    mode: text("mode") as Mode,
    duration_minutes: Number(text("duration_minutes")),
    recording: form.get("recording") === "on",
    ...(role ? { role } : {}),
    ...(job_description ? { job_description } : {}),
  };
}
