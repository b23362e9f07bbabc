import { afterEach, expect, test, vi } from "vitest";

import { canTryCvAgain, KINDS, mayBeRead, tryCvAgain, uploadCv } from "../src/cv";

const FILE = new File(["Ada Byron"], "cv.txt", { type: "text/plain" });
const read = (analysis: object) => [200, { resume: {}, analysis, version: 1, versions: [] }] as const;
const refused = (status: number) => [status, { title: "no", status, detail: "not now", problem: "x" }] as const;

/** Each request gets the next answer; null is a network that is gone. */
function answering(...answers: (readonly [number, object] | null)[]): string[] {
  const asked: string[] = [];
  vi.stubGlobal("fetch", (url: string) => {
    asked.push(url);
    const answer = answers.shift();
    return answer
      ? Promise.resolve(new Response(JSON.stringify(answer[1]), { status: answer[0], headers: { "Content-Type": "application/json" } }))
      : Promise.reject(new TypeError("gone"));
  });
  return asked;
}

afterEach(() => vi.unstubAllGlobals());

test.each([
  ["a server that cannot analyse now", refused(503)],
  ["too many requests", refused(429)],
  ["a network that is gone", null],
])("%s: the same file can be sent again without choosing it again", async (_, answer) => {
  const asked = answering(answer, read({ status: "ok" }));
  await expect(uploadCv("i-1", FILE)).rejects.toThrow();
  expect(canTryCvAgain("i-1")).toBe(true);

  await tryCvAgain("i-1");

  expect(asked).toHaveLength(2);
  expect(canTryCvAgain("i-1")).toBe(false);
});

test("a document that was refused is not offered to be sent again", async () => {
  answering(refused(415));
  await expect(uploadCv("i-1", FILE)).rejects.toThrow("not now");
  expect(canTryCvAgain("i-1")).toBe(false);
});

test("a scan is asked for again when its text may have been recognised, and only then", async () => {
  answering(read({ status: "needs_ocr", retry_after_s: 60 }), read({ status: "needs_ocr" }));
  await uploadCv("i-1", FILE);
  expect(canTryCvAgain("i-1")).toBe(true);

  await tryCvAgain("i-1");

  expect(canTryCvAgain("i-1")).toBe(false);
});

test("what was posted by a form is asked for by its key and not posted again", async () => {
  const posted: unknown[] = [];
  vi.stubGlobal(
    "XMLHttpRequest",
    class {
      status = 204;
      upload = {};
      onload = () => undefined;
      open = () => undefined;
      send(form: unknown) {
        posted.push(form);
        this.onload();
      }
    },
  );
  const large = new File([new Uint8Array(5 * 1024 * 1024)], "cv.pdf", { type: "application/pdf" });
  const form = [200, { url: "/form", fields: {}, key: "cvs/i-1/uploads/a.pdf" }] as const;
  const asked = answering(form, refused(503), read({ status: "ok" }));
  await expect(uploadCv("i-1", large)).rejects.toThrow();

  await tryCvAgain("i-1");

  expect(posted).toHaveLength(1);
  expect(asked.map((url) => url.split("/").at(-1))).toEqual(["cv-uploads", "upload-cv", "upload-cv"]);
});

test("a file is refused by its name and type only where neither is read", () => {
  expect(mayBeRead({ name: "CV.PDF", type: "" })).toBe(true);
  expect(mayBeRead({ name: "cv", type: KINDS[".pdf"]! })).toBe(true);
  expect(mayBeRead({ name: "my.cv", type: "" })).toBe(true);
  expect(mayBeRead({ name: "cv.png", type: "image/png" })).toBe(false);
});
