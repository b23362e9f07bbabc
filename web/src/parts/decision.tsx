/** What people decide in a report's place, beside what the report proposes. */

import { useState } from "preact/hooks";

import {
  DIMENSIONS,
  overrideReport,
  VERDICTS,
  type Decided,
  type Decision,
  type Dimension,
  type Override,
  type Report,
  type ReviewerReport,
  type Scores,
} from "../api";
import { NAMES, points, RECOMMENDATIONS } from "./judged";
import { Notice } from "./screen";

const SHORTEST_REASON = 10;
const LONGEST_REASON = 800;

export function Decisions({ report }: { report: Report }) {
  const decisions: (Decision | Override)[] = report.view === "reviewer" ? [...report.overrides].reverse() : report.decision ? [report.decision] : [];
  if (decisions.length === 0) return null;
  return (
    <section class="card decisions" aria-labelledby="decisions-title">
      <h2 id="decisions-title">A person decided</h2>
      <ol class="plain">
        {decisions.map((decided, nth) => (
          <li key={decided.at} data-counts={nth === 0}>
            <strong>{RECOMMENDATIONS[decided.recommendation]}</strong>
            {nth > 0 && <span class="tag">decided before</span>}
            <Changed decided={decided} made={report.scores} />
            {"reason" in decided && <p>{decided.reason}</p>}
            <span class="hint">
              {new Date(decided.at).toLocaleString(undefined, { dateStyle: "long", timeStyle: "short" })}
              {"by" in decided && ` · ${decided.by}`}
            </span>
          </li>
        ))}
      </ol>
      <p class="hint">The report proposed {RECOMMENDATIONS[report.recommendation].toLowerCase()} and stands as it was made.</p>
    </section>
  );
}

function Changed({ decided, made }: { decided: Decision; made: Scores }) {
  const changed = DIMENSIONS.flatMap((dimension) => {
    const given = decided.scores[dimension];
    if (given === null) return [];
    const before = made[dimension];
    return [`${NAMES[dimension]} ${points(given)} in place of ${before === null ? "not assessed" : points(before)}`];
  });
  return changed.length ? <p>{changed.join(", ")}</p> : null;
}

export function OverrideForm({ report, onDecided }: { report: ReviewerReport; onDecided: (report: ReviewerReport) => void }) {
  const [recommendation, setRecommendation] = useState<Decided | "">("");
  const [reason, setReason] = useState("");
  const [scores, setScores] = useState<Partial<Record<Dimension, string>>>({});
  const [busy, setBusy] = useState(false);
  const [failed, setFailed] = useState<string | null>(null);

  const decide = async (event: Event) => {
    event.preventDefault();
    if (recommendation === "") return;
    setBusy(true);
    setFailed(null);
    const given = Object.fromEntries(Object.entries(scores).flatMap(([name, value]) => (value ? [[name, Number(value)]] : [])));
    try {
      onDecided(await overrideReport(report.interview_id, { recommendation, reason, scores: given }));
      setRecommendation("");
      setReason("");
      setScores({});
    } catch (error) {
      setFailed((error as Error).message);
    } finally {
      setBusy(false);
    }
  };
  return (
    <details class="card override">
      <summary>Decide in the report's place</summary>
      <form onSubmit={(event) => void decide(event)}>
        <p class="hint">The report stays as it was made. Your decision, its reason, your name and the time are kept beside it.</p>
        <label>
          Your decision
          <select required value={recommendation} onChange={(event) => setRecommendation(event.currentTarget.value as Decided)}>
            <option value="">Choose…</option>
            {VERDICTS.map((each) => (
              <option key={each} value={each}>
                {RECOMMENDATIONS[each]}
              </option>
            ))}
          </select>
        </label>
        <label>
          Your reason
          <textarea
            required
            rows={3}
            minLength={SHORTEST_REASON}
            maxLength={LONGEST_REASON}
            value={reason}
            onInput={(event) => setReason(event.currentTarget.value)}
          />
        </label>
        <fieldset>
          <legend>Other points, where you give any</legend>
          {DIMENSIONS.map((dimension) => (
            <label key={dimension}>
              {NAMES[dimension]}
              <input
                type="number"
                min="1"
                max="10"
                step="0.1"
                value={scores[dimension] ?? ""}
                onInput={(event) => setScores({ ...scores, [dimension]: event.currentTarget.value })}
              />
            </label>
          ))}
        </fieldset>
        {failed && <Notice>{failed}</Notice>}
        <button type="submit" disabled={busy}>
          Keep this decision
        </button>
      </form>
    </details>
  );
}
