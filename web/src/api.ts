/** The platform's REST interface, as far as the page uses it. */

/** An RFC 9457 problem, or a server that could not be reached (`status` 0). */
export class Problem extends Error {
  readonly status: number;
  /** What is wrong with which field, where a request was refused for its fields. */
  readonly errors: readonly Fault[];

  constructor(status: number, message: string, errors: readonly Fault[] = []) {
    super(message);
    this.status = status;
    this.errors = errors;
  }
}

export interface Fault {
  field: string;
  message: string;
}

/** What signs requests where people sign in. Both reject with a Problem when there is no token to be had. */
export interface Credentials {
  /** A token that is still good. */
  token(): Promise<string>;
  /** Another one than the one that was refused; waits until somebody has signed in again. */
  renew(refused: string): Promise<string>;
}

let _credentials: Credentials | null = null;

/** From now on every request carries a token. */
export function signRequests(credentials: Credentials): void {
  _credentials = credentials;
}

export type Level = "junior" | "mid" | "senior";
export type Mode = "practice" | "assessment";

export interface Session {
  session_id: string;
  interview_type: string;
  candidate_name: string;
  role: string | null;
  level: Level | null;
  language: string;
  duration_minutes: number;
  mode: Mode;
  status: "created" | "in_progress" | "ended";
  created_at: string;
}

export interface NewSession {
  interview_type: string;
  candidate_name: string;
  role?: string;
  level?: Level;
  duration_minutes: number;
  mode: Mode;
  job_description?: string;
  recording: boolean;
}

export interface TranscriptItem {
  item_id: string;
  role: "interviewer" | "candidate";
  text: string;
  at: string;
  modality?: "voice" | "text";
  original_text?: string | null;
}

export interface Transcript {
  session_id: string;
  status: Session["status"];
  items: TranscriptItem[];
}

export type Verdict = "AC" | "WA" | "TLE" | "MLE" | "OLE" | "RE" | "CE" | "NR" | "IE";

export interface TestResult {
  verdict: Verdict;
  actual?: unknown;
  stdout?: string | null;
  stderr?: string | null;
  error?: string | null;
  cpu_ms?: number | null;
  wall_ms?: number | null;
  hidden?: boolean;
}

export interface CodeRun {
  run_id: string;
  task_id: string | null;
  language: string;
  results: TestResult[];
  passed: number;
  total: number;
  tests_by: "task" | "candidate" | "model" | "none";
  isolation: string;
  metrics?: { lines: number; complexity?: number | null; lint?: number | null } | null;
  at: string;
}

export interface Language {
  language: string;
  version: string;
  isolation: string;
}

export interface Health {
  engines: { recognizer: string | null; synthesizer: string | null; interviewer: string; sandbox: string | null };
}

export const DIMENSIONS = [
  "technical_knowledge",
  "problem_solving",
  "communication",
  "code_quality",
  "cultural_fit",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

export interface Quote {
  turn_id: string;
  /** Characters (code points) of the turn's text. */
  start: number;
  end: number;
  text: string;
}

export interface Interval {
  low: number;
  high: number;
  evidence_count: number;
}

export const VERDICTS = ["strong_hire", "hire", "borderline", "no_hire"] as const;
export type Decided = (typeof VERDICTS)[number];
export type Scores = Record<Dimension, number | null>;

interface CommonReport {
  interview_id: string;
  mode: Mode;
  scores: Scores;
  overall: number | null;
  intervals: Record<Dimension | "overall", Interval | null>;
  coverage: {
    questions_planned: number;
    questions_asked: number;
    questions_answered: number;
    key_points_asked: number;
    key_points_shown: number;
    key_points_contradicted: number;
    tasks_executed: number;
  };
  strengths: { dimension: Dimension; text: string; quotes: Quote[] }[];
  improvements: { dimension: Dimension; text: string; would_reach: number | null }[];
  recommendation: Decided | "incomplete";
  recommendation_reason: string;
  code: {
    task_id: string;
    title: string;
    language: string;
    passed: number;
    total: number;
    attempts: number;
    tests_by: "task" | "candidate" | "model";
    run_id: string | null;
    run_ids: string[];
    lines: number | null;
    complexity: number | null;
    lint: number | null;
  }[];
  method: { engine: string; version: string; quotes_checked: number; quotes_dropped: number };
}

interface CommonQuestion {
  question_id: string;
  question: string;
  competency: Dimension | null;
  asked: boolean;
  answered: boolean;
  skipped: boolean;
  level: number | null;
}

export interface KeyPoint {
  key_point_id: string;
  claim: string;
  status: "shown" | "touched" | "contradicted" | "absent" | "not_asked";
  strength: number;
  quotes: Quote[];
}

/** What a person decided in the report's place. */
export interface Decision {
  recommendation: Decided;
  scores: Scores;
  at: string;
}

export interface Override extends Decision {
  reason: string;
  by: string;
}

/** The whole report, with every decision in its place, oldest first. */
export interface ReviewerReport extends CommonReport {
  view: "reviewer";
  evidence: (CommonQuestion & { key_points: KeyPoint[] })[];
  findings: { kind: string; text: string; quote: Quote | null }[];
  overrides: Override[];
}

/** The report as its candidate sees it: of the rubric only what was shown. */
export interface CandidateReport extends CommonReport {
  view: "candidate";
  evidence: (CommonQuestion & { shown: { claim: string; quotes: Quote[] }[] })[];
  decision: Decision | null;
}

export type Report = ReviewerReport | CandidateReport;

export const createSession = (session: NewSession): Promise<Session> =>
  _json("POST", "/api/sessions/create", session);

export const listSessions = (cursor?: string): Promise<{ items: Session[]; next_cursor: string | null }> =>
  _json("GET", `/api/sessions/list?limit=20${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`);

export const getSession = (id: string): Promise<Session> => _json("GET", `/api/sessions/${_part(id)}`);

export const deleteSession = (id: string): Promise<unknown> => _json("DELETE", `/api/sessions/${_part(id)}`);

export const makeTicket = (id: string): Promise<{ url: string; ticket?: string }> => _json("POST", `${_interview(id)}/ticket`);

export const getTranscript = (id: string): Promise<Transcript> => _json("GET", `${_interview(id)}/transcript`);

export const getHealth = (): Promise<Health> => _json("GET", "/health");

/** Run the open task's tests. `signal`: stop waiting for the results; the run goes on and is kept. */
export const runCode = (id: string, language: string, code: string, signal?: AbortSignal): Promise<CodeRun> =>
  _json("POST", `${_interview(id)}/code-runs`, { language, code }, signal);

/** Every run of the interview, oldest first. */
export const listRuns = async (id: string): Promise<CodeRun[]> =>
  (await _json<{ items: CodeRun[] }>("GET", `${_interview(id)}/code-runs`)).items;

export const getRun = (id: string, runId: string): Promise<CodeRun & { code: string }> =>
  _json("GET", `${_interview(id)}/code-runs/${_part(runId)}`);

/** What can be run here. */
export const listLanguages = async (): Promise<Language[]> => (await _json<{ items: Language[] }>("GET", "/api/languages")).items;

export const endInterview = (id: string): Promise<unknown> => _json("POST", `${_interview(id)}/end`);

/** The report; null while it is being made. */
export async function getReport(id: string): Promise<Report | null> {
  const answer = await _ask("GET", _report(id));
  return answer.status === 202 ? null : ((await answer.json()) as Report);
}

/** The report as a file, in the view that is on the page. */
export async function getReportFile(id: string, form: "application/pdf" | "text/markdown", view: Report["view"]): Promise<Blob> {
  return (await _ask("GET", `${_report(id)}?view=${view}`, undefined, { headers: { Accept: form } })).blob();
}

/** Decide in the report's place. */
export const overrideReport = (
  id: string,
  decided: { recommendation: Decided; reason: string; scores: Partial<Scores> },
): Promise<ReviewerReport> => _json("PUT", `${_report(id)}/override`, decided);

const _report = (id: string): string => `${_interview(id)}/performance-report`;

const _json = <T>(method: string, path: string, body?: object, signal?: AbortSignal): Promise<T> =>
  askJson(method, path, body, signal ? { signal } : {});

interface Manner {
  signal?: AbortSignal;
  headers?: Record<string, string>;
}

/** Ask for JSON. Rejects with a Problem. */
export async function askJson<T>(method: string, path: string, body?: object, manner: Manner = {}): Promise<T> {
  const answer = await _ask(method, path, body, manner);
  return (answer.status === 204 ? null : await answer.json()) as T;
}

async function _ask(method: string, path: string, body?: object, manner: Manner = {}): Promise<Response> {
  const token = (await _credentials?.token()) ?? null;
  let answer = await _send(method, path, token, body, manner);
  if (answer.status === 401 && _credentials && token) {
    answer = await _send(method, path, await _credentials.renew(token), body, manner);
  }
  if (!answer.ok) throw await _problem(answer);
  return answer;
}

async function _send(method: string, path: string, token: string | null, body?: object, manner: Manner = {}): Promise<Response> {
  const form = body instanceof FormData;
  try {
    return await fetch(path, {
      method,
      headers: {
        Accept: "application/json",
        ...manner.headers,
        ...(body && !form ? { "Content-Type": "application/json" } : {}),
        ...(token ? { Authorization: `Bearer ${token}` } : {}),
      },
      ...(body ? { body: form ? body : JSON.stringify(body) } : {}),
      ...(manner.signal ? { signal: manner.signal } : {}),
    });
  } catch {
    throw new Problem(0, "The server cannot be reached. Is it still running?");
  }
}

async function _problem(answer: Response): Promise<Problem> {
  try {
    const said = (await answer.json()) as { title?: string; detail?: string; errors?: Fault[] };
    return new Problem(answer.status, said.detail || said.title || `The server answered ${answer.status}.`, said.errors);
  } catch {
    return new Problem(answer.status, `The server answered ${answer.status}.`);
  }
}

const _part = (id: string): string => encodeURIComponent(id);
/** The address of everything of one interview. */
export const interviewPath = (id: string): string => `/api/interviews/${_part(id)}`;
const _interview = interviewPath;
