import { crc32 } from "node:zlib";
import { z } from "zod";
import { earningEventSchema } from "../../../shared/earning.ts";
import type { PlayerId } from "../../../shared/id.ts";
import { countersSchema } from "./counters.ts";
import { factsSchema, tieOutcomeSchema } from "./facts.ts";

/** Whether a player is one of the `of`th part whose events are kept. Other bits than those that choose his bucket, so that each bucket has as many. */
export const isSampled = (player: PlayerId, of: number): boolean => (crc32(`player:${player}`) >>> 8) % of === 0;

/** Rows a bucket keeps, about: 300 MB in all 256 of them at most. */
export const ROWS_PER_BUCKET = 4_000;

const decidedRowSchema = z.object({
  e: earningEventSchema,
  f: factsSchema,
  /** What he had earned before, where it is his first event of the day. */
  c: countersSchema.optional(),
  /** What guests had earned who have become him since his last event. */
  m: countersSchema.optional(),
  /** By rule: what was asked of the two's limits, and what came of it. */
  t: z.record(z.string(), z.tuple([tieOutcomeSchema, z.int(), z.int()])).optional(),
  /** What was decided for player and guild. */
  a: z.tuple([z.int(), z.int()]),
});
/** What the guild got, where it is less than was decided. */
const broughtRowSchema = z.object({ i: z.string(), p: z.string(), g: z.int(), l: z.boolean() });

export type DecidedRow = z.infer<typeof decidedRowSchema>;
export type BroughtRow = z.infer<typeof broughtRowSchema>;

/** A row of the stream; undefined: of another release. */
export const readSampleRow = (text: string): DecidedRow | BroughtRow | undefined =>
  z.union([decidedRowSchema, broughtRowSchema]).safeParse(JSON.parse(text)).data;
