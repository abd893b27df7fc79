import * as z from "zod";
import { cardBodySchema, cardDataSchema, cardStateSchema, newCardSchema } from "../card.ts";
import { channelIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { reasonSchema } from "./moderation.ts";
import { wholeSchema } from "./whole.ts";

export const cardParamsSchema = z.object({
  channel: channelIdSchema,
  seq: wholeSchema(1, Number.MAX_SAFE_INTEGER),
});

/** A card the system posts. */
export const postCardSchema = z.strictObject({
  nonce: nonceSchema,
  card: newCardSchema.refine(({ authorDoes }) => authorDoes === undefined, "the system does nothing with a card"),
});

/** `closed`: nothing more is done with it. `result` takes the place of an earlier one. */
export const settleCardSchema = z
  .strictObject({
    closed: z.literal(true).optional(),
    result: cardDataSchema.optional(),
    /** Why it is closed. */
    reason: reasonSchema.optional(),
  })
  .refine(({ closed, result }) => closed !== undefined || result !== undefined, "closed, result or both");

export const cardStateAnswerSchema = z.object({ state: cardStateSchema });

export const cardSchema = cardBodySchema.extend({
  channel: channelIdSchema,
  epoch: z.int(),
  seq: z.int(),
  /** In epoch ms. */
  at: z.int(),
  /** Number of the member who posted it; 0 is the system. */
  from: z.int(),
  state: cardStateSchema,
  /** Everybody who has done something with it, and what; no player: his account was erased. */
  done: z.array(z.object({ number: z.int(), player: playerIdSchema.nullable(), actions: z.array(z.string()) })),
  /** How many members have read it, of how many, its author not counted. */
  seen: z.object({ seen: z.int(), of: z.int() }),
});
