import { useEffect, useRef, useState } from "preact/hooks";

import { runCode, runnableLanguages, type CodeRun, type TestResult, type Verdict } from "../api";
import type { Interview } from "../interview";
import type { CodingTaskGiven } from "../protocol";
import type { Editor } from "./editor";
import { Notice } from "./screen";
import { offered, starter } from "./starters";
import { statementBlocks } from "./statement";

const VERDICTS: Record<Verdict, string> = {
  AC: "Passed",
  WA: "Wrong answer",
  TLE: "Too slow",
  MLE: "Too much memory",
  OLE: "Too much output",
  RE: "Error while running",
  CE: "Does not compile",
  NR: "Not run",
  IE: "Not judged",
};

export function CodingTask({ task, interview }: { task: CodingTaskGiven; interview: Interview }) {
  const [runnable, setRunnable] = useState<string[]>([]);
  const languages = offered(task, runnable);
  const [language, setLanguage] = useState(languages[0] ?? "python");
  const [running, setRunning] = useState(false);
  const [run, setRun] = useState<CodeRun | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const results = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);

  useEffect(() => {
    let gone = false;
    // Without an answer the task's own languages are there all the same.
    void runnableLanguages().then(
      (names) => gone || setRunnable(names),
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, []);

  useEffect(() => {
    let gone = false;
    // Kept for a reload of the page; the server has only what was run or sent every few seconds.
    const kept = `code/${interview.id}/${task.task_id}/${language}`;
    const written = sessionStorage.getItem(kept) ?? starter(task, language);
    void import("./editor").then(({ openEditor }) => {
      if (gone || !host.current) return;
      editor.current = openEditor(host.current, language, written, (code) => {
        sessionStorage.setItem(kept, code);
        interview.codeChanged(language, code);
      });
    });
    return () => {
      gone = true;
      editor.current?.close();
      editor.current = null;
    };
  }, [task, language, interview]);

  useEffect(() => {
    if (run) results.current?.scrollIntoView({ block: "nearest" });
  }, [run]);

  const start = async () => {
    if (!editor.current || running) return;
    setRunning(true);
    setFailed(null);
    try {
      setRun(await runCode(interview.id, language, editor.current.code()));
    } catch (error) {
      setFailed((error as Error).message);
    } finally {
      setRunning(false);
    }
  };

  return (
    <section
      class="code"
      aria-labelledby="task-title"
      onKeyDown={(event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void start();
      }}
    >
      <div class="task">
        <h2 id="task-title">{task.title}</h2>
        <Statement text={task.statement} />
      </div>
      <div class="editor" ref={host} />
      <div class="actions">
        <button type="button" class="primary" onClick={() => void start()} disabled={running} title="Ctrl+Enter">
          {running ? "Running…" : "Run the tests"}
        </button>
        <button type="button" onClick={() => interview.say("I'm done with the task.")}>
          I'm done with the task
        </button>
        {languages.length > 1 ? (
          <label class="language">
            <span class="unseen">Language</span>
            <select value={language} onChange={(event) => setLanguage(event.currentTarget.value)}>
              {languages.map((each) => (
                <option key={each}>{each}</option>
              ))}
            </select>
          </label>
        ) : (
          <span class="hint language">{language}</span>
        )}
      </div>
      <div class="results" aria-live="polite" ref={results}>
        {failed && <Notice>{failed}</Notice>}
        {run && <Results run={run} />}
      </div>
    </section>
  );
}

/** The bank writes `code` in backquotes, "- " before a point and blank lines between paragraphs; nothing else is markup. */
function Statement({ text }: { text: string }) {
  return (
    <>
      {statementBlocks(text).map((block, nth) =>
        typeof block === "string" ? (
          <p key={nth}>
            <Coded text={block} />
          </p>
        ) : (
          <ul key={nth}>
            {block.map((point) => (
              <li key={point}>
                <Coded text={point} />
              </li>
            ))}
          </ul>
        ),
      )}
    </>
  );
}

function Coded({ text }: { text: string }) {
  return <>{text.split("`").map((piece, at) => (at % 2 ? <code key={at}>{piece}</code> : piece))}</>;
}

function Results({ run }: { run: CodeRun }) {
  return (
    <>
      <p class={run.passed === run.total ? "verdict good" : "verdict"}>
        {run.passed} of {run.total} tests passed
      </p>
      <table>
        <thead>
          <tr>
            <th scope="col">Test</th>
            <th scope="col">Verdict</th>
            <th scope="col">Your result</th>
            <th scope="col" class="number">
              CPU
            </th>
          </tr>
        </thead>
        <tbody>
          {run.results.map((result, nth) => (
            <tr key={nth} data-verdict={result.verdict}>
              <th scope="row">{nth + 1}</th>
              <td class="mark">{VERDICTS[result.verdict]}</td>
              <td>
                <Outcome result={result} />
              </td>
              <td class="number">{result.cpu_ms == null ? "" : `${Math.round(result.cpu_ms)} ms`}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}

function Outcome({ result }: { result: TestResult }) {
  if (result.hidden) return <span class="hint">hidden test</span>;
  return (
    <>
      {result.actual != null && <code>{typeof result.actual === "string" ? result.actual : JSON.stringify(result.actual)}</code>}
      {result.stdout && <pre aria-label="Printed">{result.stdout}</pre>}
      {result.error && (
        <pre class="error" aria-label="Error">
          {result.error}
        </pre>
      )}
    </>
  );
}
