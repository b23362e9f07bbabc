import { useEffect, useRef, useState } from "preact/hooks";

import { listLanguages, listRuns, runCode, type CodeRun, type Language } from "../api";
import type { Interview } from "../interview";
import type { CodingTaskGiven } from "../protocol";
import type { Editor } from "./editor";
import { languageName, offered } from "./languages";
import { Notice } from "./screen";
import { statementBlocks } from "./statement";
import { Call, summary, TestResults } from "./test_results";

interface Running {
  since: number;
  waiting: AbortController;
}

export function CodingTask({ task, interview }: { task: CodingTaskGiven; interview: Interview }) {
  const chosenBefore = `language/${interview.id}/${task.task_id}`;
  const [here, setHere] = useState<Language[] | null>(null);
  const languages = offered(task.starter, here && here.map((each) => each.language));
  const [chosen, setChosen] = useState(sessionStorage.getItem(chosenBefore));
  const language = (chosen !== null && languages.includes(chosen) ? chosen : languages[0]) ?? Object.keys(task.starter)[0] ?? "python";
  const [running, setRunning] = useState<Running | null>(null);
  // By language: what was run in another one says nothing about the code that is shown.
  const [runs, setRuns] = useState<Record<string, CodeRun>>({});
  const [failed, setFailed] = useState<string | null>(null);
  const host = useRef<HTMLDivElement>(null);
  const results = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const run = runs[language];

  useEffect(() => {
    let gone = false;
    void listLanguages().then(
      (found) => gone || setHere(found),
      (error: unknown) => gone || setFailed(`What can be run here is not known. ${(error as Error).message}`),
    );
    // After a reload the newest results are there again.
    void listRuns(interview.id).then(
      (all) => {
        const own = all.filter((each) => each.task_id === task.task_id && each.tests_by === "task");
        if (!gone) setRuns((newer) => ({ ...Object.fromEntries(own.map((each) => [each.language, each])), ...newer }));
      },
      () => undefined,
    );
    return () => {
      gone = true;
    };
  }, [interview, task]);

  useEffect(() => {
    let gone = false;
    // Kept for a reload of the page; the server has only what was run or sent every few seconds.
    const kept = `code/${interview.id}/${task.task_id}/${language}`;
    const written = sessionStorage.getItem(kept) ?? task.starter[language] ?? "";
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
    if (!editor.current || running || here?.length === 0) return;
    const waiting = new AbortController();
    setRunning({ since: Date.now(), waiting });
    setFailed(null);
    try {
      const made = await runCode(interview.id, language, editor.current.code(), waiting.signal);
      setRuns((others) => ({ ...others, [language]: made }));
    } catch (error) {
      setFailed(
        waiting.signal.aborted
          ? "You stopped waiting. The run itself goes on to its end and is kept like any other."
          : (error as Error).message,
      );
    } finally {
      setRunning(null);
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
        <Examples task={task} />
      </div>
      <div class="choice">
        <label class="language">
          Language{" "}
          <select
            value={language}
            disabled={running !== null || languages.length < 2}
            onChange={(event) => {
              sessionStorage.setItem(chosenBefore, event.currentTarget.value);
              setFailed(null);
              setChosen(event.currentTarget.value);
            }}
          >
            {(languages.length ? languages : [language]).map((each) => (
              <option key={each} value={each}>
                {languageName(each)}
              </option>
            ))}
          </select>
        </label>
        <Holder language={here?.find((each) => each.language === language)} />
      </div>
      <div class="editor" ref={host} />
      <div class="actions">
        <button
          type="button"
          class="primary"
          onClick={() => void start()}
          // Not `disabled`: that would take the focus away from whoever came by keyboard.
          aria-disabled={running !== null || here?.length === 0}
          aria-keyshortcuts="Control+Enter"
          title="Ctrl+Enter"
        >
          {running ? "Running…" : "Run the tests"}
        </button>
        {running ? (
          <Progress running={running} />
        ) : (
          <button type="button" onClick={() => interview.say("I'm done with the task.")}>
            I'm done with the task
          </button>
        )}
      </div>
      {here?.length === 0 && (
        <Notice kind="calm">No code can be run on this server. Write it all the same, and talk about it.</Notice>
      )}
      <div class="results" ref={results}>
        {failed && <Notice>{failed}</Notice>}
        <p class={run && run.passed === run.total ? "verdict good" : "verdict"} role="status">
          {running ? <span class="unseen">Running the tests in {languageName(language)}.</span> : run && summary(run)}
        </p>
        {run && !running && <TestResults run={run} functionName={task.function_name ?? null} examples={task.examples} />}
      </div>
    </section>
  );
}

/** How long it has taken, once that is worth a word, and a way to stop waiting. */
function Progress({ running }: { running: Running }) {
  const [now, setNow] = useState(running.since);
  useEffect(() => {
    const tick = setInterval(() => setNow(Date.now()), 500);
    return () => clearInterval(tick);
  }, [running]);
  const seconds = Math.floor((now - running.since) / 1_000);
  if (seconds < 1) return null;
  return (
    <>
      <button type="button" onClick={() => running.waiting.abort()}>
        Stop waiting
      </button>
      <span class="hint" aria-hidden="true">
        {seconds} s{seconds >= 8 && ", at most half a minute"}
      </span>
    </>
  );
}

/** The language's version, and what keeps the code from everything else. */
function Holder({ language }: { language: Language | undefined }) {
  if (!language) return null;
  const [technique] = language.isolation.split(":", 1);
  return (
    <span class="hint holder" title={language.isolation}>
      {language.version} · held by {technique}
    </span>
  );
}

function Examples({ task }: { task: CodingTaskGiven }) {
  if (task.examples.length === 0) return null;
  return (
    <details class="examples">
      <summary>Tests you can see</summary>
      <ul>
        {task.examples.map((example, nth) => (
          <li key={nth}>
            <Call functionName={task.function_name ?? null} example={example} /> gives <code>{example.expected}</code>
          </li>
        ))}
      </ul>
    </details>
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
