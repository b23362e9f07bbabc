/** Whether this page belongs to a deployment where people sign in: then a `config.json` lies beside it. */

export interface Config {
  /** The user pool, as its tokens name it. */
  issuer: string;
  /** Where people sign in and tokens come from. */
  login: string;
  client_id: string;
  scopes: string[];
}

/** Nothing can be said about signing in: the server did not answer, or not with a configuration. */
export class ConfigUnavailable extends Error {}

const PATIENCE_MS = 10_000;

/** The configuration; null on a laptop, where nobody signs in. Raises ConfigUnavailable. */
export async function loadConfig(): Promise<Config | null> {
  let answer: Response;
  try {
    answer = await fetch("/config.json", { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE_MS) });
  } catch {
    throw new ConfigUnavailable("The server cannot be reached. Check your connection, then try again.");
  }
  if (answer.status === 404) return null;
  const found: unknown = answer.ok ? await answer.json().catch(() => null) : null;
  if (!_isConfig(found)) throw new ConfigUnavailable("The server does not answer as it should. Try again in a minute.");
  return found;
}

function _isConfig(found: unknown): found is Config {
  const { issuer, login, client_id, scopes } = (found ?? {}) as Record<string, unknown>;
  return [issuer, login, client_id].every((each) => typeof each === "string" && each !== "") && Array.isArray(scopes);
}
