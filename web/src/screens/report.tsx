import { useEffect, useRef, useState } from "preact/hooks";

import {
  DIMENSIONS,
  getReport,
  getReportFile,
  getRun,
  getSession,
  getTranscript,
  type CodeRun,
  type Interval,
  type KeyPoint,
  type Quote,
  type Report,
  type ReviewerReport,
  type Session,
  type TranscriptItem,
} from "../api";
import { CvVersions } from "../parts/cv";
import { Decisions, OverrideForm } from "../parts/decision";
import { highlighted, type Highlight } from "../parts/highlight";
import { NAMES, points, RECOMMENDATIONS } from "../parts/judged";
import { languageName } from "../parts/languages";
import { Notice, Screen } from "../parts/screen";
import { summary, TestResults } from "../parts/test_results";

const STATUSES = {
  shown: "Shown",
  touched: "Touched on",
  contradicted: "Contradicted",
  absent: "Not mentioned",
  not_asked: "Not asked",
} as const;

const FINDINGS: Record<string, string> = {
  instruction: "An instruction stood inside an answer; it was not followed",
  self_praise: "Praise without substance",
  echo: "The question given back",
  word_soup: "Words without a statement",
  repetition: "Said again",
  model_tests: "Tests not set by the task",
  rubric_recital: "The rubric's own words",
  rewritten: "A correction that shares little with what was heard",
};

export function ReportScreen({ id }: { id: string }) {
  const [report, setReport] = useState<Report | null>(null);
  const [session, setSession] = useState<Session | null>(null);
  const [items, setItems] = useState<TranscriptItem[]>([]);
  const [failed, setFailed] = useState<string | null>(null);

  useEffect(() => {
    let gone = false;
    let again: ReturnType<typeof setTimeout>;
    const ask = async () => {
      try {
        const [found, made, transcript] = await Promise.all([getSession(id), getReport(id), getTranscript(id)]);
        if (gone) return;
        setSession(found);
        setItems(transcript.items);
        setReport(made);
        if (!made) again = setTimeout(() => void ask(), 1_000);
      } catch (error) {
        if (!gone) setFailed((error as Error).message);
      }
    };
    void ask();
    return () => {
      gone = true;
      clearTimeout(again);
    };
  }, [id]);

  if (failed) {
    return (
      <Screen title="No report">
        <Notice>{failed}</Notice>
        <a class="button" href="#/">
          To the start
        </a>
      </Screen>
    );
  }
  if (!report || !session) {
    return (
      <Screen title="Your report is being made">
        <p role="status" class="loading">
          Reading the transcript…
        </p>
      </Screen>
    );
  }
  return <Made report={report} session={session} items={items} onDecided={setReport} />;
}

interface MadeProps {
  report: Report;
  session: Session;
  items: TranscriptItem[];
  onDecided: (report: ReviewerReport) => void;
}

function Made({ report, session, items, onDecided }: MadeProps) {
  const [shown, setShown] = useState<Quote | null>(null);
  return (
    <Screen
      wide
      title={`Report: ${session.interview_type}`}
      lead={`${session.candidate_name} · ${new Date(session.created_at).toLocaleDateString(undefined, { dateStyle: "long" })} · ${report.mode}`}
    >
      <div class="report">
        <div class="findings">
          <Summary report={report} />
          <Decisions report={report} />
          <Downloads report={report} />
          <Words report={report} onQuote={setShown} />
          <Questions report={report} onQuote={setShown} />
          <Code report={report} />
          <CvVersions session={report.interview_id} />
          {report.view === "reviewer" && <Findings report={report} onQuote={setShown} />}
          {report.view === "reviewer" && <OverrideForm report={report} onDecided={onDecided} />}
          <p class="hint method">
            {report.coverage.questions_answered} of {report.coverage.questions_planned} planned questions answered ·{" "}
            {report.coverage.key_points_shown} of {report.coverage.key_points_asked} key points shown ·{" "}
            {report.method.quotes_checked} quotes checked against the transcript
            {report.method.quotes_dropped > 0 && `, ${report.method.quotes_dropped} dropped`} · {report.method.engine}{" "}
            {report.method.version}
          </p>
        </div>
        <TranscriptPanel items={items} shown={shown} />
      </div>
    </Screen>
  );
}

function Summary({ report }: { report: Report }) {
  return (
    <section class="card summary" aria-labelledby="summary-title">
      <h2 id="summary-title" class="unseen">
        Scores
      </h2>
      <div class="overall">
        <div class="figure">
          {report.overall === null ? <span class="none">not assessed</span> : <strong>{points(report.overall)}</strong>}
          <span class="hint">overall, of 10{report.intervals.overall && `, between ${_range(report.intervals.overall)}`}</span>
        </div>
        <div class="recommendation" data-word={report.recommendation}>
          <strong>{RECOMMENDATIONS[report.recommendation]}</strong>
          <span class="hint">{report.recommendation_reason} A human decides.</span>
        </div>
      </div>
      <ul class="scores">
        {DIMENSIONS.map((dimension) => (
          <Score key={dimension} name={NAMES[dimension]} score={report.scores[dimension]} interval={report.intervals[dimension]} />
        ))}
      </ul>
      <p class="hint">The bar is where the score would lie in 90 of 100 draws, had other questions come up.</p>
    </section>
  );
}

const FORMS = [
  { form: "application/pdf", name: "PDF", suffix: "pdf" },
  { form: "text/markdown", name: "Markdown", suffix: "md" },
] as const;

function Downloads({ report }: { report: Report }) {
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);
  const download = async ({ form, suffix }: (typeof FORMS)[number]) => {
    setBusy(true);
    setFailed(null);
    try {
      // Fetched and not linked to: where people sign in, a link carries no token.
      const address = URL.createObjectURL(await getReportFile(report.interview_id, form, report.view));
      const link = document.createElement("a");
      link.href = address;
      link.download = `interview-report-${report.interview_id}.${suffix}`;
      link.click();
      URL.revokeObjectURL(address);
    } catch (error) {
      setFailed((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <div class="downloads">
      {FORMS.map((each) => (
        <button key={each.suffix} type="button" disabled={busy} onClick={() => void download(each)}>
          Download as {each.name}
        </button>
      ))}
      {failed && <Notice>{failed}</Notice>}
    </div>
  );
}

function Score({ name, score, interval }: { name: string; score: number | null; interval: Interval | null }) {
  if (score === null) {
    return (
      <li class="score none">
        <span class="name">{name}</span>
        <span class="scale" aria-hidden="true" />
        <span class="points">not assessed</span>
      </li>
    );
  }
  return (
    <li class="score">
      <span class="name">{name}</span>
      <span class="scale" aria-hidden="true">
        {interval && <i class="interval" style={{ left: _place(interval.low), right: `calc(100% - ${_place(interval.high)})` }} />}
        <i class="dot" style={{ left: _place(score) }} />
      </span>
      <span class="points">
        <strong>{points(score)}</strong>
        {interval && (
          <span class="hint">
            {" "}
            {_range(interval)}
            <span class="unseen">
              , from {interval.evidence_count} {interval.evidence_count === 1 ? "piece" : "pieces"} of evidence
            </span>
          </span>
        )}
      </span>
    </li>
  );
}

const _range = ({ low, high }: Interval): string => `${points(low)} – ${points(high)}`;
/** Scores begin at 1, so 1 stands at the left edge. */
const _place = (score: number): string => `${((score - 1) / 9) * 100}%`;

type OnQuote = (quote: Quote) => void;

function Words({ report, onQuote }: { report: Report; onQuote: OnQuote }) {
  return (
    <div class="pair">
      <section class="card" aria-labelledby="strengths-title">
        <h2 id="strengths-title">Strengths</h2>
        {report.strengths.length === 0 && <p class="hint">Nothing stood out clearly enough to be named.</p>}
        <ul class="plain">
          {report.strengths.map((strength, nth) => (
            <li key={nth}>
              <p>{strength.text}</p>
              <Quotes quotes={strength.quotes} onQuote={onQuote} />
            </li>
          ))}
        </ul>
      </section>
      <section class="card" aria-labelledby="improvements-title">
        <h2 id="improvements-title">What to work on</h2>
        {report.improvements.length === 0 && <p class="hint">Nothing in particular.</p>}
        <ul class="plain">
          {report.improvements.map((improvement, nth) => (
            <li key={nth}>
              <p>{improvement.text}</p>
              <span class="hint">
                {NAMES[improvement.dimension]}
                {improvement.would_reach !== null && `, would reach ${points(improvement.would_reach)}`}
              </span>
            </li>
          ))}
        </ul>
      </section>
    </div>
  );
}

function Questions({ report, onQuote }: { report: Report; onQuote: OnQuote }) {
  return (
    <section class="card" aria-labelledby="questions-title">
      <h2 id="questions-title">Question by question</h2>
      {report.evidence.map((question) => (
        <details key={question.question_id} class="question" open={question.answered}>
          <summary>
            <span class="asked">{question.question || question.question_id}</span>
            <span class="tag">{_level(question)}</span>
          </summary>
          <ul class="key-points">
            {_points(question).map((point, nth) => (
              <li key={nth} data-status={point.status}>
                <span class="tag">{STATUSES[point.status]}</span>
                <p>{point.claim}</p>
                {point.status === "touched" && <p class="hint">Not said itself; this came nearest:</p>}
                <Quotes quotes={point.quotes} onQuote={onQuote} />
              </li>
            ))}
          </ul>
          {_points(question).length === 0 && <p class="hint">{_without(question)}</p>}
        </details>
      ))}
    </section>
  );
}

type Judged = Report["evidence"][number];

/** What of the rubric may be seen: all of it, or what was shown. */
const _points = (question: Judged): Pick<KeyPoint, "claim" | "status" | "quotes">[] =>
  "key_points" in question ? question.key_points : question.shown.map((point) => ({ ...point, status: "shown" }));

function _without(question: Judged): string {
  if (!question.asked) return "This question was not asked, so nothing is said about it here.";
  if (question.competency !== null) return "Nothing of what counts here was shown.";
  return "This question has no key points; it counts for communication only.";
}

function _level(question: Report["evidence"][number]): string {
  if (!question.asked) return "not asked";
  if (question.skipped) return "skipped";
  if (!question.answered) return "not answered";
  return question.level === null ? "answered" : `${Math.round(question.level * 100)} % of the key points' weight`;
}

function Quotes({ quotes, onQuote }: { quotes: Quote[]; onQuote: OnQuote }) {
  return (
    <>
      {quotes.map((quote) => (
        <button key={`${quote.turn_id}/${quote.start}`} type="button" class="quote" title="Show it in the transcript" onClick={() => onQuote({ ...quote })}>
          “{quote.text}”
        </button>
      ))}
    </>
  );
}

function Code({ report }: { report: Report }) {
  if (report.code.length === 0) return null;
  return (
    <section class="card" aria-labelledby="code-title">
      <h2 id="code-title">Code</h2>
      {report.code.map((task) => (
        <div key={task.task_id} class="coded">
          <h3>{task.title}</h3>
          <p>
            {task.passed} of {task.total} tests passed in {languageName(task.language)},{" "}
            {task.attempts === 1 ? "in the first run" : `in run ${task.attempts}`}
            {task.tests_by !== "task" && " (own tests, not evidence)"}.
          </p>
          <p class="hint">{_measured(task)}</p>
          {task.run_ids.map((runId, nth) => (
            <RunDetails key={runId} id={report.interview_id} runId={runId} nth={nth + 1} best={runId === task.run_id} />
          ))}
        </div>
      ))}
      <p class="hint">Only the tests that were passed count, and how many runs it took. What was measured of the source weighs nothing.</p>
    </section>
  );
}

function _measured({ lines, complexity, lint }: Report["code"][number]): string {
  return [
    lines === null ? null : `${lines} ${lines === 1 ? "line" : "lines"}`,
    complexity === null ? null : `cyclomatic complexity ${complexity} at most`,
    lint === null ? null : lint === 0 ? "the linter found nothing" : `the linter found ${lint} ${lint === 1 ? "fault" : "faults"}`,
  ]
    .filter((fact) => fact !== null)
    .join(" · ");
}

/** One run, fetched when somebody opens it. */
function RunDetails({ id, runId, nth, best }: { id: string; runId: string; nth: number; best: boolean }) {
  const [run, setRun] = useState<(CodeRun & { code: string }) | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const open = (event: Event) => {
    if (!(event.currentTarget as HTMLDetailsElement).open || run) return;
    getRun(id, runId).then(setRun, (error: unknown) => setFailed((error as Error).message));
  };
  return (
    <details class="run" id={`run-${runId}`} onToggle={open}>
      <summary>
        Run {nth}
        {best && <span class="tag">counts</span>}
      </summary>
      {failed && <Notice>{failed}</Notice>}
      {run && (
        <>
          <p class="hint">
            {languageName(run.language)} · {new Date(run.at).toLocaleTimeString()} · {summary(run)}
          </p>
          <pre class="source" tabIndex={0} aria-label={`The code of run ${nth}`}>
            {run.code}
          </pre>
          <TestResults run={run} functionName="" examples={[]} />
        </>
      )}
    </details>
  );
}

function Findings({ report, onQuote }: { report: ReviewerReport; onQuote: OnQuote }) {
  if (report.findings.length === 0) return null;
  return (
    <section class="card" aria-labelledby="findings-title">
      <h2 id="findings-title">For the reader</h2>
      <ul class="plain">
        {report.findings.map((finding, nth) => (
          <li key={nth}>
            <strong>{FINDINGS[finding.kind] ?? finding.kind}</strong>
            <p>{finding.text}</p>
            {finding.quote && <Quotes quotes={[finding.quote]} onQuote={onQuote} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

function TranscriptPanel({ items, shown }: { items: TranscriptItem[]; shown: Quote | null }) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    if (!shown) return;
    const turn = [...(list.current?.children ?? [])].find((each) => (each as HTMLElement).dataset.item === shown.turn_id);
    if (!(turn instanceof HTMLElement)) return;
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    (turn.querySelector("mark") ?? turn).scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
    turn.focus({ preventScroll: true });
  }, [shown]);
  return (
    <section class="transcript" aria-labelledby="transcript-title">
      <h2 id="transcript-title">Transcript</h2>
      {items.length === 0 && <p class="hint">Nothing was said.</p>}
      <ol ref={list}>
        {items.map((item) => (
          <li key={item.item_id} class={`turn ${item.role}`} data-item={item.item_id} tabIndex={-1}>
            <span class="who">{item.role === "interviewer" ? "Interviewer" : "Candidate"}</span>
            <p class="said">
              <Marked pieces={highlighted(item.text, shown?.turn_id === item.item_id ? shown : null)} />
            </p>
            {item.original_text != null && item.original_text !== item.text && (
              <span class="meta">corrected; heard: “{item.original_text}”</span>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}

function Marked({ pieces }: { pieces: Highlight }) {
  const [before, quoted, after] = pieces;
  return (
    <>
      {before}
      {quoted && <mark>{quoted}</mark>}
      {after}
    </>
  );
}
