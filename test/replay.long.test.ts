import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { aFolder } from "./a-folder.ts";
import { bareEnvironment } from "./bare-environment.ts";
import { processesWith } from "./processes.ts";
import { run } from "./run.ts";

const script = join(import.meta.dirname, "../bench/replay/main.ts");

/** A conversation of seven over some 40 s, with an empty line, one too long, one to all and two that are no messages. */
const aTrace = async (messages: number): Promise<string> => {
  const file = join(await aFolder(), "trace.ndjson");
  let at = Date.parse("2024-05-01T18:00:00Z");
  const lines = Array.from({ length: messages }, (_, index) => {
    at += 300 + ((index * 7919) % 13) * 100;
    const text = index === 9 ? " " : index === 11 ? "a".repeat(501) : `mensaje ${index}, ¿qué tal?`;
    const mentions = index === 12 ? { mentions: ["*"] } : {};
    return JSON.stringify({ at: new Date(at).toISOString(), from: `p${(index * index) % 7}`, text, ...mentions });
  });
  lines.splice(5, 0, "nonsense", '{"at":1}');
  await writeFile(file, lines.join("\n"));
  return file;
};

const rowOf = (out: string, name: string): string =>
  out
    .split("\n")
    .find((line) => line.startsWith(`${name}  `) || line.startsWith(`${name} `))
    ?.slice(name.length)
    .trim() ?? "";

test("[RP6] with cut lines and a chat process killed in the middle nothing is lost, duplicated or disordered", {
  timeout: 120_000,
}, async () => {
  const file = await aTrace(60);
  const options = ["--members", "16", "--speed", "8", "--cuts", "0.3", "--kill", "--seed", "5"];
  // Its temporary folders are in this one, whose name every process it starts has in its environment.
  const TMPDIR = await aFolder();
  const env = { ...bareEnvironment(), TMPDIR };
  const { code, out, err } = await run(process.execPath, [script, file, ...options], { env });
  expect({ code, out, err }).toMatchObject({ code: 0 });
  expect(rowOf(out, "sent")).toBe("60");
  expect(rowOf(out, "acknowledged")).toMatch(/^58 /);
  expect(rowOf(out, "refused")).toBe("2: text-empty 1, text-too-long 1");
  expect(rowOf(out, "delivered")).toBe(`${58 * 16} of ${58 * 16}`);
  expect(rowOf(out, "chat killed (-9)")).toMatch(/^once/);
  for (const name of ["lost", "duplicated", "disordered", "live ≠ history", "saw nothing", "not caught up"])
    expect([name, rowOf(out, name)]).toEqual([name, "0"]);
  expect(Number(rowOf(out, "lines cut"))).toBeGreaterThan(5);
  expect(Number(rowOf(out, "pushes now"))).toBeGreaterThan(0);
  expect(Number(rowOf(out, "digests"))).toBeGreaterThan(0);
  expect(rowOf(out, "away, no digest")).toBe("0");
  expect(out).toContain("simulated");
  expect(err).toContain("line 6 is left out");
  expect(err).toContain("100 %");
  expect(processesWith(TMPDIR)).toEqual([]);
  expect(await readdir(TMPDIR)).toEqual([]);
});

test("[RP7] a file that cannot be read or holds no message ends with 2 and the usage", async () => {
  const missing = await run(process.execPath, [script, join(await aFolder(), "missing.ndjson")], { env: process.env });
  expect(missing.code).toBe(2);
  expect(missing.err).toMatch(/missing\.ndjson[\s\S]*npm run replay/);
  const empty = join(await aFolder(), "empty.ndjson");
  await writeFile(empty, "nonsense\n");
  const none = await run(process.execPath, [script, empty], { env: process.env });
  expect({ code: none.code, err: none.err }).toMatchObject({ code: 2, err: expect.stringContaining("no message") });
});
