import * as z from "zod";
import { earningEventSchema, earningLineSchema, earningRulesSchema, isOwnEvent } from "../earning.ts";
import { playerIdSchema } from "../id.ts";
import { anyFailureSchema } from "./refusal.ts";

export const tellEventsSchema = z.strictObject({
  events: z
    .array(
      earningEventSchema.refine(({ event }) => !isOwnEvent(event), {
        path: ["event"],
        error: "an event of the game; this one is Gremio's own",
      }),
    )
    .min(1)
    .max(100),
});

const booksSchema = z.object({ player: z.int(), guild: z.int() });

const toldSchema = z.object({
  id: z.string(),
  player: playerIdSchema,
  /** Points for the player's own book and for his guild's. */
  points: booksSchema,
  /** What each rule of the event paid, and why not more. */
  rules: z.array(earningLineSchema),
  /** True: it had been told before, and this is that first answer. */
  repeated: z.boolean(),
});
const refusedSchema = z.object({ id: z.string(), player: playerIdSchema, ...anyFailureSchema.shape });

/** One for each event, in their order. */
export const toldEventsSchema = z.object({ events: z.array(z.union([toldSchema, refusedSchema])) });

export const rulesInForceSchema = z.object({
  /** The beginning of the SHA-256 of the file; null where none is set. */
  version: z.string().nullable(),
  /** When the process that answers took them over. */
  sinceMs: z.int().nullable(),
  /** Null: the file has been wrong since that process began. */
  rules: earningRulesSchema.nullable(),
  /** What is wrong with the file as it is now; the rules above are older then. */
  problems: z.array(z.string()),
});

const differenceSchema = { paid: z.int(), wouldPay: z.int() };
export const dryRunSchema = z.object({
  /** The days looked at; the last is not over. */
  fromDay: z.string(),
  untilDay: z.string(),
  /** One player in `of` was looked at, in so many of 256 buckets. Totals and guilds are scaled up by both. */
  sample: z.object({ of: z.int(), buckets: z.int(), players: z.int(), events: z.int() }),
  total: z.object({ player: z.object(differenceSchema), guild: z.object(differenceSchema) }),
  /** The ten with the largest difference in their own books. */
  players: z.array(z.object({ player: playerIdSchema, ...differenceSchema })),
  /** The ten with the largest difference. */
  guilds: z.array(z.object({ guild: z.string(), ...differenceSchema })),
});
