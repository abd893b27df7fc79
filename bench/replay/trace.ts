import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { createGunzip } from "node:zlib";
import { z } from "zod";

const lineSchema = z.object({
  at: z.iso.datetime(),
  from: z.string().min(1).max(64),
  text: z.string(),
  /** Ids of people; `*` is everybody. */
  mentions: z.array(z.string()).default([]),
});

/** `mentions`: who is named, besides all; missing: nobody. */
export type TraceLine = { atMs: number; from: string; text: string; toAll: boolean; mentions?: readonly string[] };
export type BadLine = { line: number; why: string };
export type Trace = { lines: TraceLine[]; bad: BadLine[] };

/** Reads a chat trace, one JSON object a line, plain or gzipped (`.gz`). A line of another form is left out and reported; a file that cannot be read throws. */
export const readTrace = async (file: string): Promise<Trace> => {
  const trace: Trace = { lines: [], bad: [] };
  const bytes = createReadStream(file);
  const input = file.endsWith(".gz") ? bytes.pipe(createGunzip()) : bytes;
  const failed = new Promise<never>((_, reject) => {
    bytes.once("error", reject);
    input.once("error", reject);
  });
  const reading = (async () => {
    let number = 0;
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      number += 1;
      if (line.trim() !== "") takeLine(line, number, trace);
    }
  })();
  await Promise.race([reading, failed]);
  trace.lines.sort((a, b) => a.atMs - b.atMs);
  return trace;
};

const takeLine = (line: string, number: number, trace: Trace): void => {
  const parsed = lineSchema.safeParse(parseJson(line));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    trace.bad.push({ line: number, why: `${issue?.path.join(".") || "line"}: ${issue?.message}` });
    return;
  }
  const { at, from, text, mentions } = parsed.data;
  const named = mentions.filter((id) => id !== "*");
  const said = { atMs: Date.parse(at), from, text, toAll: mentions.includes("*") };
  trace.lines.push(named.length === 0 ? said : { ...said, mentions: named });
};

const parseJson = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
};
