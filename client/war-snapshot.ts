import * as z from "zod";
import { playerIdSchema } from "../shared/id.ts";
import { fieldsOf } from "./fields-of.ts";

/** 0 or 1; undefined: of neither side. */
const sideSchema = z.literal([0, 1]).optional().catch(undefined);

const warSideSchema = z.object({
  guild: z.string(),
  name: z.string(),
  tag: z.string(),
  score: z.number(),
  battles: z.number(),
  /** How many fight; 0 before the lock. */
  fighters: z.number(),
  /** Those who have brought most, at most five. */
  top: z.array(z.object({ player: playerIdSchema, name: z.string(), score: z.number(), used: z.number() })),
});

const warEventSchema = z.object({
  number: z.number(),
  at: z.number(),
  what: z.string(),
  side: sideSchema,
  /** Whose it is, and his name; empty when it is nobody's. */
  player: z.string(),
  name: z.string(),
  score: z.number(),
});

export const warSchema = z.object({
  id: z.string(),
  phase: z.string(),
  mode: z.string(),
  /** In each language. */
  modeName: z.string().transform(fieldsOf),
  /** Of each fighter. */
  attempts: z.number(),
  /** When it was made, is locked, starts, ends: epoch ms, 0 while that is not known. */
  at: z.number(),
  lockAt: z.number(),
  startsAt: z.number(),
  endsAt: z.number(),
  /** Who leads. */
  lead: sideSchema,
  /** Empty while there is no result. */
  outcome: z.enum(["0", "1", "draw", ""]).catch(""),
  /** The challenger, the challenged. */
  sides: z.tuple([warSideSchema, warSideSchema]),
  /** The last ones, newest first. */
  events: z.array(warEventSchema).transform((events) => events.toSorted((a, b) => b.number - a.number)),
});
/** A war as it was at one moment. */
export type WarSnapshot = z.infer<typeof warSchema>;

export const challengeSchema = z.object({
  /** The other guild. */
  guild: z.string(),
  name: z.string(),
  tag: z.string(),
  mode: z.string(),
  /** When it expires, in epoch ms. */
  until: z.number(),
  /** The other guild challenges this one. */
  incoming: z.boolean(),
});
export type WarChallenge = z.infer<typeof challengeSchema>;
