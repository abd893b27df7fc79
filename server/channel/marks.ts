import { z } from "zod";
import { cardStateSchema } from "../../shared/card.ts";
import { type Entry, textBodySchema } from "../../shared/entry.ts";
import { removed, withWords } from "../../shared/fold.ts";
import type { Mark } from "../../shared/protocol.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import { asTexts } from "../redis/reply.ts";

const changeSchema = z.union([
  z.object({ body: textBodySchema, at: z.int() }),
  z.object({ by: z.int() }).transform(({ by }) => ({ by })),
]);
/** `unknown`: what this release cannot read; the entry's own words may not be what is to be shown. */
export type Change = z.infer<typeof changeSchema> | { unknown: true };
/** What has become of an entry's words, as it lies in Redis. One that cannot be read must not keep a page from being read. */
export const parseChange = (stored: string): Change => {
  const { data } = changeSchema.safeParse(parsedJson(stored));
  return data ?? { unknown: true };
};
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
      const { data } = reactionsSchema.safeParse(parsedJson(reactions));
      if (data !== undefined) mark.reactions = { version: data.v, counts: data.c, own: words(reacted) };
    }
    if (card !== "") {
      const { data } = cardStateSchema.safeParse(parsedJson(card));
      if (data !== undefined) mark.card = { ...data, own: words(acted) };
    }
    if (mark.reactions !== undefined || mark.card !== undefined) marks.push(mark);
  }
  return { changes, marks };
};

/** The entry as it is read now. */
export const withChange = (entry: Entry, change: Change | undefined): Entry => {
  if (change === undefined) return entry;
  if ("unknown" in change) return { ...headOf(entry), kind: "void", body: null };
  return "by" in change ? removed(entry, change.by) : withWords(entry, change.body, change.at);
};

const headOf = ({ epoch, seq, at, from }: Entry) => ({ epoch, seq, at, from });

const words = (text: string): string[] => text.split(" ").filter((word) => word !== "");
