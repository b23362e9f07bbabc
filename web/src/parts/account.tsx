import { createContext } from "preact";
import { useContext, useEffect, useState } from "preact/hooks";

import type { Account, SignIn } from "../auth";

/** Who signs in here; null where nobody does. */
export const SignInContext = createContext<SignIn | null>(null);

/** The present account; draws anew when it changes. */
export function useAccount(signIn: SignIn): Account {
  const [account, setAccount] = useState(signIn.account);
  useEffect(() => {
    setAccount(signIn.account);
    return signIn.watch(() => setAccount(signIn.account));
  }, [signIn]);
  return account;
}

/** The corner of a screen that says who is signed in, and lets them out. */
export function SignedIn() {
  const signIn = useContext(SignInContext);
  const [leaving, setLeaving] = useState(false);
  if (!signIn) return null;
  return (
    <div class="account">
      <span class="hint">{signIn.account.name}</span>
      <button
        type="button"
        class="quiet"
        disabled={leaving}
        onClick={() => {
          setLeaving(true);
          void signIn.leave();
        }}
      >
        Sign out
      </button>
    </div>
  );
}
