import type { CodeRun, TestResult, Verdict } from "../api";
import type { Example } from "../protocol";

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

/** What a run came to, in one sentence. */
export function summary(run: CodeRun): string {
  if (_unbuilt(run) !== null) return "It does not compile, so no test was run.";
  const hidden = run.results.filter((result) => result.hidden && result.verdict !== "AC").length;
  const passed = `${run.passed} of ${run.total} tests passed`;
  return hidden ? `${passed}; ${hidden} of those that failed ${hidden === 1 ? "is" : "are"} hidden` : passed;
}

/** A compiler's words, which are the same for every test; null when it was built. */
function _unbuilt(run: CodeRun): string | null {
  return run.results.every(({ verdict }) => verdict === "CE") ? (run.results.find(({ error }) => error)?.error ?? "") : null;
}

/** The tests of a run. `functionName`: none of a query. `examples`: those that are not hidden, in their order. */
export function TestResults(props: { run: CodeRun; functionName: string | null; examples: readonly Example[] }) {
  const { run, functionName, examples } = props;
  const unbuilt = _unbuilt(run);
  if (unbuilt !== null) {
    return unbuilt ? (
      <pre class="error" tabIndex={0} aria-label="What the compiler says">
        {unbuilt}
      </pre>
    ) : null;
  }
  let visible = 0;
  return (
    <table>
      <thead>
        <tr>
          <th scope="col">Test</th>
          <th scope="col">Verdict</th>
          <th scope="col">What happened</th>
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
              {result.hidden ? (
                <span class="hint">hidden test</span>
              ) : (
                <Outcome result={result} functionName={functionName} example={examples[visible++]} />
              )}
            </td>
            <td class="number" title={result.wall_ms == null ? "" : `${Math.round(result.wall_ms)} ms by the clock`}>
              {result.cpu_ms == null ? "" : `${Math.round(result.cpu_ms)} ms`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Outcome(props: { result: TestResult; functionName: string | null; example: Example | undefined }) {
  const { result, functionName, example } = props;
  return (
    <>
      {example && <Call functionName={functionName} example={example} />}
      {result.verdict === "WA" && (
        <p class="compared">
          {example && (
            <>
              expected <code>{example.expected}</code>,{" "}
            </>
          )}
          got <code>{JSON.stringify(result.actual ?? null)}</code>
        </p>
      )}
      {result.error && (
        <pre class="error" tabIndex={0} aria-label="Error">
          {result.error}
        </pre>
      )}
      {result.stdout && (
        <pre tabIndex={0} aria-label="Printed">
          {result.stdout}
        </pre>
      )}
      {result.stderr && (
        <pre tabIndex={0} aria-label="Printed as errors">
          {result.stderr}
        </pre>
      )}
    </>
  );
}

/** What a test calls the function with, or the rows it asks a query about. */
export function Call({ functionName, example }: { functionName: string | null; example: Example }) {
  if (functionName === null) {
    return (
      <pre tabIndex={0} aria-label="The rows">
        {example.args.join("\n") || "-- no rows"}
      </pre>
    );
  }
  return (
    <code>
      {functionName}({example.args.join(", ")})
    </code>
  );
}
