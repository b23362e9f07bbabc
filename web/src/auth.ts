/**
 * Signing in with a deployment's user pool: authorization code with PKCE. Loaded only where there is a `config.json`.
 *
 * Tokens live in this tab's session storage and go with the tab. Access tokens are renewed when one is needed, by a
 * refresh token that serves once. When that is spent, the page stays as it is and what was asked waits: somebody signs
 * in again in a window of its own, and nothing that was typed is lost.
 */

import { ErrorResponse, UserManager, WebStorageStateStore, type User } from "oidc-client-ts";

import { Problem, type Credentials } from "./api";
import type { Config } from "./config";

/**
 * `out`: nobody has signed in here. `in`: somebody has. `lapsed`: they have to again, while their page waits.
 * `window`: this is the window in which they did; the page that opened it closes it.
 */
export type Standing = "out" | "in" | "lapsed" | "window";

export interface Account {
  standing: Standing;
  /** Who is signed in, by their address. */
  name: string;
  /** Why signing in did not work, for people. */
  failed: string | null;
}

interface Waiting {
  resolve(token: string): void;
  reject(problem: Problem): void;
}

/** A token that ends sooner is renewed first: it has to last until the request has arrived. */
const ENDS_SOON_S = 60;
const ANSWERED_WITHIN_S = 10;

export class SignIn implements Credentials {
  readonly #config: Config;
  readonly #pool: UserManager;
  readonly #watchers = new Set<() => void>();

  #account: Account = { standing: "out", name: "", failed: null };
  #user: User | null = null;
  #renewal: Promise<string> | null = null;
  #waiting: Waiting | null = null;

  constructor(config: Config) {
    this.#config = config;
    const { issuer, login } = config;
    this.#pool = new UserManager({
      authority: issuer,
      // Given here, so that no request has to find it out before the first one that matters.
      metadata: {
        issuer,
        authorization_endpoint: `${login}/oauth2/authorize`,
        token_endpoint: `${login}/oauth2/token`,
        revocation_endpoint: `${login}/oauth2/revoke`,
      },
      client_id: config.client_id,
      redirect_uri: _home(),
      scope: config.scopes.join(" "),
      // One window, however often the button is pressed.
      popupWindowTarget: "prepai-sign-in",
      requestTimeoutInSeconds: ANSWERED_WITHIN_S,
      // Renewed when needed instead: a live interview needs no token, and a sleeping laptop misses every timer.
      automaticSilentRenew: false,
      userStore: new WebStorageStateStore({ store: sessionStorage }),
      // What is known of a sign-in that has begun must be found by the window that ends it.
      stateStore: new WebStorageStateStore({ store: localStorage }),
    });
  }

  get account(): Account {
    return this.#account;
  }

  watch(watcher: () => void): () => void {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }

  /** Find out who is here: whoever comes back from signing in, or whoever this tab remembers. */
  async open(): Promise<void> {
    const answer = new URLSearchParams(location.search);
    if (answer.has("state") && (answer.has("code") || answer.has("error"))) {
      await this.#comeBack();
      if (this.#account.standing === "window") return;
    }
    const known = this.#user ?? (await this.#pool.getUser());
    if (known && (known.refresh_token || !known.expired)) this.#welcome(known);
  }

  /** Leave for the sign-in and come back to the same place. Raises Problem. */
  async begin(): Promise<void> {
    try {
      await this.#pool.signinRedirect({ state: { place: location.hash } });
    } catch {
      throw new Problem(0, "The sign-in cannot be reached. Check your connection, then try again.");
    }
  }

  /** Sign in again in a window of its own; what waits for a token goes on then. Raises Problem. */
  async again(): Promise<void> {
    let user: User;
    try {
      user = await this.#pool.signinPopup();
    } catch (error) {
      if (error instanceof ErrorResponse) throw new Problem(401, "That did not work. Please try again.");
      throw new Problem(0, "The window to sign in did not open. Allow this page to open windows, then try again.");
    }
    // Somebody else: this page and what it waits for are not theirs.
    if (this.#user && this.#user.profile.sub !== user.profile.sub) return location.replace(_home());
    this.#welcome(user);
    this.#waiting?.resolve(user.access_token);
    this.#waiting = null;
  }

  /** Do not sign in again now: what waits is told so, and its words stay where they were typed. */
  later(): void {
    this.#waiting?.reject(new Problem(401, "You are signed out. Sign in again, then repeat this."));
    this.#waiting = null;
    this.#become({ standing: "in" });
  }

  /** Sign out, here and at the user pool. */
  async leave(): Promise<void> {
    // Unreachable: then it ends by itself, within its hours. This tab forgets it in any case.
    await this.#pool.revokeTokens(["refresh_token"]).catch(() => undefined);
    await this.#pool.removeUser();
    const home = new URLSearchParams({ client_id: this.#config.client_id, logout_uri: _home() });
    location.assign(`${this.#config.login}/logout?${home}`);
  }

  async token(): Promise<string> {
    const user = this.#user;
    if (user && (user.expires_in ?? 0) > ENDS_SOON_S) return user.access_token;
    return this.renew(user?.access_token ?? "");
  }

  async renew(refused: string): Promise<string> {
    // Requests go out together; the first that is refused renews for all.
    if (this.#user && this.#user.access_token !== refused) return this.#user.access_token;
    this.#renewal ??= this.#renewed().finally(() => (this.#renewal = null));
    return this.#renewal;
  }

  async #renewed(): Promise<string> {
    if (this.#user?.refresh_token) {
      try {
        const user = await this.#pool.signinSilent();
        if (user) {
          this.#user = user;
          return user.access_token;
        }
      } catch (error) {
        // Only the user pool can say that it is over; anything else is the line.
        if (!(error instanceof ErrorResponse)) {
          throw new Problem(0, "The sign-in cannot be reached. Check your connection, then try again.");
        }
      }
    }
    return new Promise<string>((resolve, reject) => {
      this.#waiting = { resolve, reject };
      this.#become({ standing: "lapsed" });
    });
  }

  async #comeBack(): Promise<void> {
    let place = "";
    try {
      const user = await this.#pool.signinCallback();
      if (!user) return this.#become({ standing: "window" });
      this.#user = user;
      place = (user.state as { place?: string } | undefined)?.place ?? "";
    } catch (error) {
      const refused = error instanceof ErrorResponse;
      this.#become({ failed: refused ? "Signing in did not work." : "This sign-in is too old, or was begun in another browser." });
    }
    // A code serves once; and nobody shall find it in the address.
    history.replaceState(null, "", `/${place}`);
  }

  #welcome(user: User): void {
    this.#user = user;
    this.#become({ standing: "in", name: user.profile.email ?? "", failed: null });
  }

  #become(change: Partial<Account>): void {
    this.#account = { ...this.#account, ...change };
    for (const watcher of this.#watchers) watcher();
  }
}

const _home = (): string => `${location.origin}/`;
