import { useLayoutEffect, useRef, useState } from "preact/hooks";

import type { SignIn } from "../auth";
import { useAccount } from "../parts/account";
import { Notice, Screen } from "../parts/screen";

/** What a visitor of a deployment sees first. */
export function SignInScreen({ signIn }: { signIn: SignIn }) {
  const account = useAccount(signIn);
  const [failed, setFailed] = useState<string | null>(null);
  const [leaving, setLeaving] = useState(false);

  const begin = () => {
    setFailed(null);
    setLeaving(true);
    signIn.begin().catch((error: unknown) => {
      setFailed((error as Error).message);
      setLeaving(false);
    });
  };
  const problem = failed ?? account.failed;
  return (
    <Screen
      title="Good to see you"
      lead="Sign in with the address that your invitation came to. Then talk or type with an AI interviewer, in your own time."
    >
      <div class="card entrance">
        {problem && <Notice>{problem} Please try again.</Notice>}
        <button type="button" class="primary large" onClick={begin} disabled={leaving}>
          {leaving ? "One moment…" : "Sign in"}
        </button>
        <p class="hint">No account yet? Ask whoever invited you: they make one, and the password is yours to choose.</p>
      </div>
    </Screen>
  );
}

/** Over a page whose sign-in has lapsed, which stays as it is below. */
export function SignInAgain({ signIn }: { signIn: SignIn }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [failed, setFailed] = useState<string | null>(null);
  useLayoutEffect(() => dialog.current?.showModal(), []);

  const again = () => {
    setFailed(null);
    signIn.again().catch((error: unknown) => setFailed((error as Error).message));
  };
  return (
    <dialog ref={dialog} aria-labelledby="again-title" onCancel={() => signIn.later()}>
      <h2 id="again-title">Please sign in again</h2>
      <p>Your sign-in has ended. Everything on this page stays as it is, and goes on where it was.</p>
      {failed && <Notice>{failed}</Notice>}
      <div class="actions end">
        <button type="button" onClick={() => signIn.later()}>
          Not now
        </button>
        <button type="button" class="primary" onClick={again}>
          Sign in again
        </button>
      </div>
    </dialog>
  );
}

/** The window in which somebody has signed in again. The page that opened it closes it. */
export function SignedInHere() {
  return (
    <Screen title="You are signed in" lead="You can close this window and go on where you were.">
      {null}
    </Screen>
  );
}
