import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, onTestFinished, test } from "vitest";
import { startFilter } from "../server/moderation/filter/live-filter.ts";
import { judgedIn } from "./a-filter.ts";
import { aFolder, putFiles } from "./a-folder.ts";

const list = (...entries: object[]): string => JSON.stringify({ locale: "es-419", entries }, null, 2);
const strong = (...terms: string[]) => ({ terms, category: "insult", severity: "strong" });

/** A filter with a folder of lists that is looked at only when the test says so. */
const aFilter = async (files: Record<string, string>) => {
  const folder = await aFolder(files);
  const logged: object[] = [];
  const logger = { info: (fields: object) => logged.push(fields), warn: (fields: object) => logged.push(fields) };
  const filter = startFilter(folder, logger, 3_600_000);
  onTestFinished(() => filter.close());
  const verdict = (text: string, country = "MX") => judgedIn(country, text, "normal", filter).verdict;
  return { folder, filter, logged, verdict };
};

test("[MO8] a studio's list adds terms, weighs ours otherwise, takes them back and allows them", async () => {
  const { verdict } = await aFilter({
    "own.json": JSON.stringify({
      locale: "es-419",
      sets: { THING: ["nave", "torre"] },
      entries: [
        { ...strong("zurfo"), as: "adj" },
        { ...strong("besa tu <THING>") },
        { terms: ["pendejo"], as: "adj", category: "insult", severity: "none" },
        { terms: ["boludo"], as: "adj", category: "insult", severity: "mild", by: { CL: "hate" } },
      ],
      allow: ["culero", "hijo de la guerra"],
    }),
  });
  expect(["zurfo", "zurfas", "z u r f o", "besa tu torre"].map((text) => verdict(text))).toEqual(Array(4).fill("mask"));
  expect(verdict("pendejos")).toBe("clean");
  expect(verdict("culero")).toBe("clean");
  expect(verdict("boludo", "CL")).toBe("refuse");
  expect(verdict("cabrón")).toBe("mask");
});

test("[MO9] files that change are in force at once and the log counts what they changed", async () => {
  const { folder, filter, logged, verdict } = await aFilter({ "own.json": list(strong("zurfo", "blango")) });
  filter.look();
  expect(logged).toEqual([]);
  await putFiles(folder, {
    "own.json": list(strong("blango"), { ...strong("zurfo"), severity: "hate" }),
    "more.json": list(strong("mirteco")),
    "notes.txt": "not a list",
  });
  filter.look();
  expect(logged).toEqual([{ event: "filter-lists", added: 1, removed: 0, changed: 1, files: 2 }]);
  expect([verdict("zurfo"), verdict("mirteco")]).toEqual(["refuse", "mask"]);
  await rm(join(folder, "own.json"));
  filter.look();
  expect(logged.at(-1)).toEqual({ event: "filter-lists", added: 0, removed: 2, changed: 0, files: 1 });
  expect(verdict("zurfo")).toBe("clean");
});

test.each([
  ["no JSON", '{\n  "locale": "es-419",\n  "entries": [}\n', 3],
  ["an unknown severity", list(strong("blango"), { ...strong("otro"), severity: "awful" }), 16],
  ["a file that ends too early", '{\n  "locale": "es-419",\n  "entries": [\n', 3],
  ["a phrase that cannot be read", list(strong("blango", "besa <NADA>")), 7],
])("[MO9] a broken file is told once by name and line, and the lists before stay: %s", async (_, text, line) => {
  const { folder, filter, logged, verdict } = await aFilter({ "own.json": list(strong("zurfo")) });
  await putFiles(folder, { "own.json": text });
  filter.look();
  filter.look();
  expect(logged).toEqual([
    { event: "filter-lists-wrong", error: expect.stringContaining(`${join(folder, "own.json")}, line ${line}: `) },
  ]);
  expect(verdict("zurfo")).toBe("mask");
  await putFiles(folder, { "own.json": list(strong("mirteco", "blango")) });
  filter.look();
  expect([verdict("zurfo"), verdict("mirteco")]).toEqual(["clean", "mask"]);
});

test("[MO9] a folder that is gone is told once, and taken up when it is back", async () => {
  const { folder, filter, logged, verdict } = await aFilter({ "own.json": list(strong("zurfo")) });
  await rm(folder, { recursive: true });
  filter.look();
  filter.look();
  expect(logged).toHaveLength(1);
  expect(verdict("zurfo")).toBe("mask");
  await putFiles(folder, { "own.json": list(strong("mirteco")) });
  filter.look();
  expect(verdict("mirteco")).toBe("mask");
});

test("[MO9] filter:diff tells which terms come, go and change, and which texts are judged otherwise", async () => {
  const folder = await aFolder({
    "before/own.json": list(strong("zurfo", "blango")),
    "after/own.json": list(strong("mirteco"), { ...strong("zurfo"), severity: "mild" }),
    "texts.ndjson": ['{"text":"qué zurfo","country":"MX"}', '{"text":"hola"}', '{"text":"mirteco"}'].join("\n"),
    "broken/own.json": "{",
  });
  const diff = (...args: string[]) =>
    promisify(execFile)(process.execPath, [join(import.meta.dirname, "../server/moderation/filter/diff.ts"), ...args]);
  const { stdout } = await diff(join(folder, "after"), join(folder, "texts.ndjson"), "--from", join(folder, "before"));
  expect(stdout).toContain("added: 1\n  mirteco (es-419)");
  expect(stdout).toContain("removed: 1\n  blango (es-419)");
  expect(stdout).toContain("changed: 1\n  zurfo (es-419)");
  expect(stdout).toContain("1: mask (strict: refuse) -> clean (strict: mask): qué zurfo");
  expect(stdout).toContain("3: clean (strict: clean) -> mask (strict: refuse): mirteco");
  expect(stdout).toContain("insults.held-out.ndjson: 0 judged differently");
  await expect(diff(join(folder, "broken"))).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining("line 1"),
  });
  await expect(diff()).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("npm run filter:diff") });
});
