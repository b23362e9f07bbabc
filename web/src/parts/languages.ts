/** Programming languages, as people write their names and as a task offers them. */

const NAMES: Record<string, string> = {
  python: "Python",
  javascript: "JavaScript",
  typescript: "TypeScript",
  sql: "SQL",
  c: "C",
  cpp: "C++",
  java: "Java",
  go: "Go",
};

export const languageName = (language: string): string => NAMES[language] ?? language;

/**
 * Those that the task has a start in and that run here, in the task's order. Until it is known what runs here
 * (`null`), the first one, so that nobody writes in a language which then cannot be run.
 */
export function offered(starter: Record<string, string>, runnable: readonly string[] | null): string[] {
  const own = Object.keys(starter);
  return runnable === null ? own.slice(0, 1) : own.filter((language) => runnable.includes(language));
}
