import { render } from "preact";
import { useEffect, useState } from "preact/hooks";

import { signRequests } from "./api";
import type { SignIn } from "./auth";
import { loadConfig } from "./config";
import { SignInContext, useAccount } from "./parts/account";
import { Live } from "./screens/live";
import { ReportScreen } from "./screens/report";
import { SignedInHere, SignInAgain, SignInScreen } from "./screens/sign_in";
import { Start } from "./screens/start";
import { Unreachable } from "./screens/unreachable";

/** `#/`, `#/interview/ID` and `#/report/ID`: addresses that can be reloaded and kept, without the server's help. */
function Page() {
  const [address, setAddress] = useState(location.hash);
  useEffect(() => {
    const changed = () => setAddress(location.hash);
    addEventListener("hashchange", changed);
    return () => removeEventListener("hashchange", changed);
  }, []);
  const [, place, id] = address.replace(/^#/, "").split("/");
  if (place === "interview" && id) return <Live key={id} id={decodeURIComponent(id)} />;
  if (place === "report" && id) return <ReportScreen key={id} id={decodeURIComponent(id)} />;
  return <Start />;
}

/** The page behind its sign-in. */
function Guarded({ signIn }: { signIn: SignIn }) {
  const { standing } = useAccount(signIn);
  if (standing === "window") return <SignedInHere />;
  if (standing === "out") return <SignInScreen signIn={signIn} />;
  return (
    <SignInContext.Provider value={signIn}>
      <Page />
      {standing === "lapsed" && <SignInAgain signIn={signIn} />}
    </SignInContext.Provider>
  );
}

type Entry = { kind: "asking" } | { kind: "open" } | { kind: "guarded"; signIn: SignIn } | { kind: "failed"; message: string };

/** Whoever runs PrepAI for themselves is in at once; in a deployment people sign in first. */
function Entrance() {
  const [entry, setEntry] = useState<Entry>({ kind: "asking" });
  const [attempt, setAttempt] = useState(0);
  useEffect(() => {
    setEntry({ kind: "asking" });
    _enter().then(setEntry, (error: unknown) => setEntry({ kind: "failed", message: (error as Error).message }));
  }, [attempt]);
  switch (entry.kind) {
    case "asking":
      return <p class="loading">Opening…</p>;
    case "failed":
      return <Unreachable message={entry.message} onRetry={() => setAttempt(attempt + 1)} />;
    case "guarded":
      return <Guarded signIn={entry.signIn} />;
    case "open":
      return <Page />;
  }
}

async function _enter(): Promise<Entry> {
  const config = await loadConfig();
  if (!config) return { kind: "open" };
  const { SignIn } = await import("./auth").catch(() => {
    throw new Error("A part of this page did not arrive. Check your connection, then try again.");
  });
  const signIn = new SignIn(config);
  await signIn.open();
  signRequests(signIn);
  return { kind: "guarded", signIn };
}

// A page that the browser kept for its back button has closed its line; it begins anew.
addEventListener("pageshow", (event) => event.persisted && location.reload());

const root = document.getElementById("page");
if (root) render(<Entrance />, root);
