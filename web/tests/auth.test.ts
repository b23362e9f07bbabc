import { afterEach, beforeEach, expect, test, vi } from "vitest";

import type { SignIn as SignInType } from "../src/auth";
import type { Config } from "../src/config";

const CONFIG: Config = {
  issuer: "https://pool.example/p1",
  login: "https://login.example",
  client_id: "page",
  scopes: ["openid", "email", "prepai/interviews"],
};
const PAGE = "https://prepai.example";

/** What a browser has and Node has not. */
class FakeStorage {
  readonly items = new Map<string, string>();
  get length() {
    return this.items.size;
  }
  key = (at: number) => [...this.items.keys()][at] ?? null;
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

type Answer = { status?: number; body?: object | string } | "unreachable";

let storage: { session: FakeStorage; local: FakeStorage };
let went: string[];
let asked: { path: string; authorization: string | null; body: URLSearchParams }[];
let answer: (path: string, authorization: string | null) => Answer;
let place: { origin: string; search: string; hash: string; href: string; assign(url: string): void; replace(url: string): void };

beforeEach(() => {
  vi.resetModules();
  storage = { session: new FakeStorage(), local: new FakeStorage() };
  went = [];
  asked = [];
  answer = () => "unreachable";
  const go = (url: string) => void went.push(url);
  place = { origin: PAGE, search: "", hash: "", href: `${PAGE}/`, assign: go, replace: go };
  vi.stubGlobal("sessionStorage", storage.session);
  vi.stubGlobal("localStorage", storage.local);
  vi.stubGlobal("location", place);
  vi.stubGlobal("history", { replaceState: (_: unknown, __: string, url: string) => go(url) });
  const own = { location: place };
  vi.stubGlobal("window", { ...own, self: own, addEventListener: () => undefined, removeEventListener: () => undefined });
  vi.stubGlobal("fetch", (url: string, init: RequestInit = {}) => {
    const path = String(url).replace(CONFIG.login, "");
    const authorization = new Headers(init.headers).get("Authorization");
    asked.push({ path, authorization, body: new URLSearchParams(init.body as string) });
    const given = answer(path, authorization);
    if (given === "unreachable") return Promise.reject(new TypeError("Failed to fetch"));
    const { status = 200, body = {} } = given;
    const type = typeof body === "string" ? "text/html" : "application/json";
    const text = typeof body === "string" ? body : JSON.stringify(body);
    return Promise.resolve(new Response(text, { status, headers: { "Content-Type": type } }));
  });
});
afterEach(() => vi.unstubAllGlobals());

const now = () => Math.floor(Date.now() / 1000);

function remember(change: object = {}) {
  const user = {
    access_token: "a1",
    refresh_token: "r1",
    token_type: "Bearer",
    scope: "openid",
    profile: { sub: "ada", email: "ada@example.com" },
    expires_at: now() + 3600,
    ...change,
  };
  storage.session.setItem(`oidc.user:${CONFIG.issuer}:${CONFIG.client_id}`, JSON.stringify(user));
}

async function opened(): Promise<SignInType> {
  const { SignIn } = await import("../src/auth");
  const signIn = new SignIn(CONFIG);
  await signIn.open();
  return signIn;
}

const renewed = { access_token: "a2", refresh_token: "r2", token_type: "Bearer", expires_in: 3600 };

test("a laptop has no configuration, and nobody signs in there", async () => {
  const { loadConfig } = await import("../src/config");
  answer = () => ({ status: 404 });

  expect(await loadConfig()).toBeNull();
});

test.each<[string, Answer]>([
  ["unreachable", "unreachable"],
  ["in trouble", { status: 503 }],
  ["answering with a page", { body: "<!doctype html>" }],
  ["answering with something else", { body: { issuer: CONFIG.issuer } }],
])("a server that is %s is not taken for a laptop", async (_, given) => {
  const { ConfigUnavailable, loadConfig } = await import("../src/config");
  answer = () => given;

  await expect(loadConfig()).rejects.toThrow(ConfigUnavailable);
});

test("whoever is new here is asked to sign in", async () => {
  expect((await opened()).account.standing).toBe("out");
});

test("whoever signed in in this tab is known by their address", async () => {
  remember();

  expect((await opened()).account).toMatchObject({ standing: "in", name: "ada@example.com" });
});

test("signing in asks for a code under a challenge, and remembers where it began", async () => {
  place.hash = "#/interview/7";
  const signIn = await opened();
  void signIn.begin();
  await vi.waitFor(() => expect(went).toHaveLength(1));

  const url = new URL(went[0] ?? "");
  expect(url.origin + url.pathname).toBe(`${CONFIG.login}/oauth2/authorize`);
  expect(Object.fromEntries(url.searchParams)).toMatchObject({
    response_type: "code",
    code_challenge_method: "S256",
    redirect_uri: `${PAGE}/`,
    scope: "openid email prepai/interviews",
  });
  expect([...storage.local.items.values()].join()).toContain("#/interview/7");
});

test("an answer that this browser did not ask for signs nobody in and leaves the address", async () => {
  place.search = "?code=c&state=unknown";
  place.href = `${PAGE}/?code=c&state=unknown`;
  const { account } = await opened();

  expect(account.standing).toBe("out");
  expect(account.failed).toContain("another browser");
  expect(went).toEqual(["/"]);
  expect(asked).toEqual([]);
});

test("a token that lasts is used without asking anybody", async () => {
  remember();

  expect(await (await opened()).token()).toBe("a1");
  expect(asked).toEqual([]);
});

test("a token that ends soon is renewed once for all who need one", async () => {
  remember({ expires_at: now() + 30 });
  answer = () => ({ body: renewed });
  const signIn = await opened();

  expect(await Promise.all([signIn.token(), signIn.token()])).toEqual(["a2", "a2"]);
  expect(asked.map(({ path, body }) => [path, body.get("grant_type"), body.get("refresh_token")])).toEqual([
    ["/oauth2/token", "refresh_token", "r1"],
  ]);
});

test("a refresh token that is spent lapses the page, and what was asked waits until later is chosen", async () => {
  remember({ expires_at: now() - 1 });
  answer = () => ({ status: 400, body: { error: "invalid_grant" } });
  const signIn = await opened();
  const token = signIn.token();
  await vi.waitFor(() => expect(signIn.account.standing).toBe("lapsed"));

  signIn.later();

  await expect(token).rejects.toMatchObject({ status: 401 });
  expect(signIn.account).toMatchObject({ standing: "in", name: "ada@example.com" });
});

test("a user pool that cannot be reached is trouble with the line, and lapses nothing", async () => {
  remember({ expires_at: now() - 1 });
  const signIn = await opened();

  await expect(signIn.token()).rejects.toMatchObject({ status: 0 });
  expect(signIn.account.standing).toBe("in");
});

test("signing out forgets the tokens here and ends the pool's session, revoked or not", async () => {
  remember();
  await (await opened()).leave();

  expect(storage.session.items.size).toBe(0);
  expect(asked.map(({ path, body }) => [path, body.get("token")])).toEqual([["/oauth2/revoke", "r1"]]);
  const url = new URL(went[0] ?? "");
  expect(url.pathname).toBe("/logout");
  expect(url.searchParams.get("logout_uri")).toBe(`${PAGE}/`);
});

test("requests carry no token where nobody signs in", async () => {
  const { listSessions } = await import("../src/api");
  answer = () => ({ body: { items: [], next_cursor: null } });
  await listSessions();

  expect(asked.map(({ authorization }) => authorization)).toEqual([null]);
});

test("a refused token is renewed and the request repeated", async () => {
  const { listSessions, signRequests } = await import("../src/api");
  signRequests({ token: () => Promise.resolve("old"), renew: (refused) => Promise.resolve(`new after ${refused}`) });
  answer = (_, authorization) =>
    authorization === "Bearer new after old" ? { body: { items: [], next_cursor: null } } : { status: 401 };

  expect((await listSessions()).items).toEqual([]);
});

test("a request that is refused twice says so instead of going on for ever", async () => {
  const { listSessions, signRequests } = await import("../src/api");
  signRequests({ token: () => Promise.resolve("old"), renew: () => Promise.resolve("new") });
  answer = () => ({ status: 401, body: { detail: "not you" } });

  await expect(listSessions()).rejects.toMatchObject({ status: 401, message: "not you" });
  expect(asked).toHaveLength(2);
});
