/** What a coding task's editor starts with, in languages beside those that the task was written for. */

interface Task {
  function_name: string;
  starter: Record<string, string>;
}

const STUBS: Record<string, (name: string, parameters: string[]) => string> = {
  javascript: (name, parameters) => `function ${name}(${parameters.join(", ")}) {\n    \n}\n`,
  typescript: (name, parameters) =>
    `function ${name}(${parameters.map((each) => `${each}: any`).join(", ")}): any {\n    \n}\n`,
};

/** The task's own languages first, then those that run here and that a stub can be made for. */
export function offered(task: Task, runnable: string[]): string[] {
  const own = Object.keys(task.starter);
  return [...own, ...runnable.filter((language) => language in STUBS && !own.includes(language))];
}

/** The task's own start in `language`; else a function of the same name and parameters. */
export function starter(task: Task, language: string): string {
  return task.starter[language] ?? STUBS[language]?.(task.function_name, parameters(task)) ?? "";
}

/** The names of the function's parameters, as the task's Python start declares them. */
function parameters(task: Task): string[] {
  const declared = new RegExp(`def ${task.function_name}\\(([^)]*)\\)`).exec(task.starter.python ?? "")?.[1] ?? "";
  // Commas inside brackets belong to a type: `pairs: dict[str, int]`.
  return declared
    .replace(/\[[^\]]*(\[[^\]]*\][^\]]*)*\]/g, "")
    .split(",")
    .map((each) => each.split(/[:=]/, 1)[0]?.trim() ?? "")
    .filter((name) => /^\w+$/.test(name) && name !== "self");
}
