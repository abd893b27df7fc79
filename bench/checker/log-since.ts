import { setTimeout as delay } from "node:timers/promises";
import { unpack } from "msgpackr";
import { z } from "zod";
import type { CommandInput } from "../../shared/commands.ts";
import type { Lineage } from "../../shared/cursor.ts";
import type { Entry } from "../../shared/entry.ts";
import { decodeFrame } from "../../shared/frame.ts";
import { LIMITS } from "../../shared/limits.ts";
import { lineageSchema } from "../../shared/protocol.ts";
import type { OnAnswer } from "../fanout/colyseus-socket.ts";

/** A seat that is live, as far as it is asked for pages and says something. */
export type Asker = {
  ask(name: "history", input: CommandInput<"history">, onAnswer: OnAnswer): void;
  ask(name: "send", input: CommandInput<"send">, onAnswer: OnAnswer): void;
};

/** Before an answer: Colyseus' code, the request's id and its status. */
export const ANSWER_HEAD = 3;
/** A seat that has asked for much just before is let wait some seconds. */
const MOST_TRIES = 100;
const AGAIN_MS = 100;

const pageSchema = z.object({
  lineage: lineageSchema,
  frames: z.array(z.unknown()),
  reader: z.object({ number: z.int() }).optional(),
});

/** What the channel's log holds from the entry `since` on, that one included, oldest first; `at` counts from the seat's origin. Rejects when a page is refused. */
export const logSince = async (asker: Asker, since: number): Promise<{ entries: Entry[]; lineage: Lineage }> => {
  const entries: Entry[] = [];
  for (;;) {
    const before = entries[0]?.seq;
    const page = await pageOf(asker, { limit: LIMITS.pageEntries, ...(before !== undefined && { before }) });
    entries.unshift(...page.entries.filter(({ seq }) => seq >= since));
    const [oldest] = page.entries;
    if (oldest === undefined || oldest.seq <= since) return { entries, lineage: page.lineage };
  }
};

/** The newest entry, and which number the seat's member has. */
export const newestOf = async (asker: Asker): Promise<{ newest: Entry | undefined; reader: number }> => {
  const { entries, reader } = await pageOf(asker, { limit: 1 });
  if (reader === undefined) throw new Error("a page does not tell whom it is for");
  return { newest: entries.at(-1), reader: reader.number };
};

const pageOf = async (asker: Asker, input: CommandInput<"history">) => {
  for (let tries = 1; ; tries++) {
    const answer = await new Promise<unknown>((resolve) =>
      asker.ask("history", input, (ok, bytes, at, length) => {
        const content = bytes.subarray(at + ANSWER_HEAD, at + length);
        resolve(ok ? unpack(content) : content.toString("latin1"));
      }),
    );
    if (typeof answer !== "string") {
      const { frames, lineage, reader } = pageSchema.parse(answer);
      return { entries: frames.flatMap(readFrame), lineage, reader };
    }
    if (!answer.includes("rate-limited") || tries === MOST_TRIES) throw new Error(`a page was refused: ${answer}`);
    await delay(AGAIN_MS);
  }
};

const readFrame = (frame: unknown): Entry[] => {
  const entries = decodeFrame(frame, 0);
  if (entries === undefined) throw new Error("a frame of a page could not be read");
  return entries;
};
