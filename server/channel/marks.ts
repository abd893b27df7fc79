import { z } from "zod";
import { cardStateSchema } from "../../shared/card.ts";
import { type Entry, textBodySchema } from "../../shared/entry.ts";
import { removed, withWords } from "../../shared/fold.ts";
import type { Mark } from "../../shared/protocol.ts";
import { asTexts } from "../redis/reply.ts";

const changeSchema = z.union([
  z.object({ body: textBodySchema, at: z.int() }),
  z.object({ by: z.int() }).transform(({ by }) => ({ by })),
]);
export type Change = z.infer<typeof changeSchema>;
/** What has become of an entry's words, as it lies in Redis. */
export const parseChange = (stored: string): Change => changeSchema.parse(parseJson(stored));
const reactionsSchema = z.object({ v: z.int(), c: z.record(z.string(), z.int()) });

const COLUMNS = 6;

/** What has become of entries, from the flat list a reading function gives (see `marks_of` in reading.lua). */
export const parseMarks = (reply: unknown): { changes: Map<number, Change>; marks: Mark[] } => {
  const cells = asTexts(reply);
  const changes = new Map<number, Change>();
  const marks: Mark[] = [];
  for (let index = 0; index < cells.length; index += COLUMNS) {
    const [seqText, change = "", reactions = "", reacted = "", card = "", acted = ""] = cells.slice(
      index,
      index + COLUMNS,
    );
    const seq = Number(seqText);
    if (change !== "") changes.set(seq, parseChange(change));
    const mark: Mark = { seq };
    if (reactions !== "") {
      const { v, c } = reactionsSchema.parse(parseJson(reactions));
      mark.reactions = { version: v, counts: c, own: words(reacted) };
    }
    if (card !== "") mark.card = { ...cardStateSchema.parse(parseJson(card)), own: words(acted) };
    if (mark.reactions !== undefined || mark.card !== undefined) marks.push(mark);
  }
  return { changes, marks };
};

/** The entry as it is read now. */
export const withChange = (entry: Entry, change: Change | undefined): Entry => {
  if (change === undefined) return entry;
  return "by" in change ? removed(entry, change.by) : withWords(entry, change.body, change.at);
};

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");

const parseJson = (text: string): unknown => JSON.parse(text);
