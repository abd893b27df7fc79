import { Hono } from "hono";
import { pino } from "pino";
import { expect, test } from "vitest";
import type { ApiEnv } from "../server/api/api-env.ts";
import { answerFailure, throwErrors } from "../server/api/failure.ts";

// The symptom: a request ended in an empty 500, and the log said nothing.
// The cause: what was thrown was not an Error, and Hono passes such things on without asking its error handler.
// What is pinned: it is answered as `internal` and logged like any other mistake of ours.
test("[API9] what is thrown and is no Error is answered and logged all the same", async () => {
  const lines: string[] = [];
  const app = new Hono<ApiEnv>();
  app.onError(answerFailure(pino({}, { write: (line: string) => lines.push(line) })));
  app.use(throwErrors);
  app.get("/broken", () => Promise.reject("a word"));
  const answer = await app.request("/broken");
  expect([answer.status, await answer.json()]).toEqual([500, { error: expect.objectContaining({ code: "internal" }) }]);
  expect(lines.join("")).toContain("a word");
});
