/** A CV: uploaded, read, and corrected by the candidate. */

import { askJson, interviewPath, Problem } from "./api";

/** A value and where it stands. `span` counts characters (code points) of `analysis.text`. */
export interface Leaf {
  value: string;
  raw: string;
  page?: number | null;
  span?: [number, number] | null;
  confidence: number;
  /** What the value rests on; "candidate": what was written over it here. */
  method: string;
  /** Of a telephone number: whether there can be such a one. */
  valid?: boolean | null;
}

/** A leaf as it was read, or what the candidate writes in its place. */
export type Given = Leaf | { value: string };

export interface Job {
  name?: Given;
  position?: Given;
  location?: Given;
  startDate?: Given;
  endDate?: Given;
  current?: boolean;
  summary?: Given;
  highlights?: Given[];
}

export interface Study {
  institution?: Given;
  studyType?: Given;
  area?: Given;
  startDate?: Given;
  endDate?: Given;
  level?: Given;
}

/** A certificate or a project. */
export interface Named {
  name?: Given;
  date?: Given;
  highlights?: Given[];
}

export interface Language {
  language?: Given;
  fluency?: Given;
}

export interface Resume {
  basics?: { name?: Given; label?: Given; email?: Given; phone?: Given; location?: Given };
  work?: Job[];
  education?: Study[];
  skills?: { name: Given; category?: Given }[];
  languages?: Language[];
  certificates?: Named[];
  projects?: Named[];
}

/** What whoever relies on a profile should know of it. `text` is the document's own writing. */
export interface Finding {
  kind: "hidden_text" | "instruction" | "encoding" | "disagreement" | "unfounded";
  message: string;
  text?: string | null;
  page?: number | null;
}

export interface Cv {
  resume: Resume;
  analysis: {
    status: "ok" | "needs_ocr";
    message?: string | null;
    /** In how many seconds the same document may say more than it did. */
    retry_after_s?: number | null;
    total_years?: number | null;
    as_of?: string | null;
    as_of_source?: "given" | "document" | "newest date in the text" | null;
    /** Months, as YYYY-MM, that neither a dated job nor a course of study covers. */
    gaps?: { start: string; end: string; months: number }[];
    findings?: Finding[];
    /** What became of a model's second reading. */
    refinement?: { model: string; status: "done" | "failed" | "skipped"; filled: number; disagreements: number; unfounded: number } | null;
    /** The document as it was read. */
    text?: string | null;
  };
  version: number;
  versions: { version: number; by: "analyzer" | "candidate" }[];
}

/** What is read, by suffix; a test holds it to runtime/cv/kinds.py. */
export const KINDS: Readonly<Record<string, string>> = {
  ".pdf": "application/pdf",
  ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
  ".txt": "text/plain",
  ".text": "text/plain",
  ".md": "text/markdown",
  ".markdown": "text/markdown",
};

/** Whether a file's name or type, as far as they say anything, leave it open that it is read. Its content decides. */
export function mayBeRead(file: { name: string; type: string }): boolean {
  const suffix = /\.[^.]*$/.exec(file.name.toLowerCase())?.[0] ?? "";
  return suffix in KINDS || !file.type || Object.values(KINDS).includes(file.type);
}

export const MOST_BYTES = 10 * 1024 * 1024;
/** What a request may carry; larger files are posted by a form, past the server in AWS. */
const MOST_SENT_BYTES = 4 * 1024 * 1024;

/** What was sent for an interview and may yet be read, while this page is open. `key`: where it was posted. */
const _sent = new Map<string, { file: File; key?: string }>();

/** Whether what was sent last may be read if it is asked for again: the fault was not the document's. */
export const canTryCvAgain = (id: string): boolean => _sent.has(id);

/** Ask again for what was sent last, without sending it twice where it is there already. */
export async function tryCvAgain(id: string, onProgress?: (share: number) => void): Promise<Cv> {
  const sent = _sent.get(id);
  if (!sent) throw new Problem(0, "Choose the file again, please.");
  return _kept(id, () => _upload(id, sent, onProgress));
}

/** Upload a CV and read it. `onProgress` is told the share that has left, for files that take a while. */
export async function uploadCv(id: string, file: File, onProgress?: (share: number) => void): Promise<Cv> {
  const sent = { file };
  _sent.set(id, sent);
  return _kept(id, () => _upload(id, sent, onProgress));
}

async function _kept(id: string, read: () => Promise<Cv>): Promise<Cv> {
  try {
    const cv = await read();
    if (!cv.analysis.retry_after_s) _sent.delete(id);
    return cv;
  } catch (error) {
    const status = error instanceof Problem ? error.status : 0;
    // What is refused (4xx) is refused again; 429 is no refusal.
    if (status >= 400 && status < 500 && status !== 429) _sent.delete(id);
    throw error;
  }
}

async function _upload(id: string, sent: { file: File; key?: string }, onProgress?: (share: number) => void): Promise<Cv> {
  const { file } = sent;
  if (file.size <= MOST_SENT_BYTES) {
    const form = new FormData();
    form.append("file", file);
    return askJson("POST", `${interviewPath(id)}/upload-cv`, form);
  }
  sent.key ??= await _posted(id, file, onProgress);
  return askJson("POST", `${interviewPath(id)}/upload-cv`, { key: sent.key, filename: file.name });
}

/** Post a file by a form, and say under which key. */
async function _posted(id: string, file: File, onProgress?: (share: number) => void): Promise<string> {
  const { url, fields, key } = await askJson<{ url: string; fields: Record<string, string>; key: string }>(
    "POST",
    `${interviewPath(id)}/cv-uploads`,
    { filename: file.name, content_type: file.type, size: file.size },
  );
  const form = new FormData();
  for (const [name, value] of Object.entries(fields)) form.append(name, value);
  // S3 reads nothing that comes after the file.
  form.append("file", file);
  await _post(url, form, onProgress);
  return key;
}

/** What the CV says, in its newest version or another; null when none was uploaded. */
export async function getCv(id: string, version?: number): Promise<Cv | null> {
  try {
    return await askJson<Cv>("GET", `${interviewPath(id)}/cv-analysis${version ? `?version=${version}` : ""}`);
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null;
    throw error;
  }
}

/**
 * Keep `resume` as the candidate's version; `asOf`: another day up to which jobs that are still held count. Rejects with
 * a Problem: 412 when it was changed elsewhere, 422 with its faults.
 */
export const correctCv = (id: string, resume: Resume, version: number, asOf?: string): Promise<Cv> =>
  askJson("PUT", `${interviewPath(id)}/cv-analysis`, { resume, as_of: asOf }, { headers: { "If-Match": `"${version}"` } });

/** Only XMLHttpRequest says how much of a request has left. No token goes along: the form is what opens the address. */
function _post(url: string, form: FormData, onProgress?: (share: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    request.upload.onprogress = (event) => event.lengthComputable && onProgress?.(event.loaded / event.total);
    request.onload = () =>
      request.status < 300
        ? resolve()
        : reject(new Problem(request.status, "The file was not taken. Choose it again, please."));
    request.onerror = () => reject(new Problem(0, "The upload broke off. Check your connection, then choose the file again."));
    request.send(form);
  });
}
