import { z } from "zod";
import { parsedJson } from "../redis/parsed-json.ts";
import { asTexts } from "../redis/reply.ts";
import { madeAt } from "./entry-id.ts";

const points = z
  .string()
  .regex(/^-?\d{1,16}$/)
  .transform(Number);

/** An entry as points.lua writes it. */
const rowSchema = z.object({
  key: z.string(),
  amount: points,
  balance: points,
  reason: z.string(),
  member: z.string().optional(),
  of: z.string().optional(),
  with: z.string().optional(),
});

/** One movement in a book, as it was. */
export type BookEntry = {
  /** Ids of one book rise. */
  entry: string;
  at: number;
  key: string;
  amount: number;
  /** After it. */
  balance: number;
  reason: string;
  member?: string | undefined;
  /** The key of the movement it takes back. */
  reverses?: string | undefined;
  /** The other book of a transfer, `guild:<id>` or `player:<id>`. */
  counterpart?: string | undefined;
};

/** An entry's id and its JSON, exactly as they are stored, with a space between: that is what is hashed. */
export type RawEntry = { id: string; text: string };

/** Throws for what is no entry. */
export const readEntry = ({ id, text }: RawEntry): BookEntry => {
  const { of, with: other, ...row } = rowSchema.parse(parsedJson(text));
  return { entry: id, at: madeAt(id), ...row, reverses: of, counterpart: other };
};

export const rawEntry = (line: string): RawEntry => {
  const space = line.indexOf(" ");
  return { id: line.slice(0, space), text: line.slice(space + 1) };
};

export const rawEntries = (reply: unknown): RawEntry[] => asTexts(reply).map(rawEntry);
