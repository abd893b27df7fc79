import * as z from "zod";
import { suggestionReasonSchema } from "../guild-suggestion.ts";
import { guildIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { textSchema } from "../text.ts";
import { plainLineSchema } from "./guild-facts.ts";

const TITLE_LENGTH = 60;
const mailIdSchema = z.string().regex(/^\d{1,16}-\d{1,16}$/, "an epoch and a seq, as `sendMail` gave them");

export const disbandingSchema = z.object({
  /** When the guild ends, in epoch ms. */
  disbandsAt: z.int(),
});

export const sendMailSchema = z.strictObject({
  nonce: nonceSchema,
  title: plainLineSchema(1, TITLE_LENGTH),
  text: textSchema,
});
export const sentMailSchema = z.object({ id: mailIdSchema, epoch: z.int(), seq: z.int(), at: z.int() });

export const mailParamsSchema = z.object({ guild: guildIdSchema, mail: mailIdSchema });

export const mailsSchema = z.object({
  /** The newest first. What is not `read` is shown above everything else until it is. */
  mails: z.array(
    z.object({
      id: mailIdSchema,
      epoch: z.int(),
      seq: z.int(),
      at: z.int(),
      /** The author's number in the guild's channel; 0 the game's backend. */
      from: z.int(),
      title: z.string(),
      text: z.string(),
      /** Who asks has read it, or it is from before he joined. */
      read: z.boolean(),
      /** How many have read it; for those who may write mail, and the game's backend. */
      readers: z.int().optional(),
    }),
  ),
});

const groupSchema = z.object({
  count: z.int(),
  /** At most ten of them. */
  first: z.array(
    z.object({
      player: playerIdSchema,
      number: z.int(),
      name: z.string(),
      /** When he was last seen, wrote, or joined, in epoch ms. */
      lastAt: z.int(),
    }),
  ),
});

export const guildHealthSchema = z.object({
  memberCount: z.int(),
  /** Seen within 7 days. */
  active: groupSchema,
  /** Last seen 7 to 14 days ago: they may be leaving. */
  leaving: groupSchema,
  /** Neither seen nor heard for more than 14 days. */
  silent: groupSchema,
  /** Joined within 7 days and wrote, and nobody took it up. */
  unanswered: groupSchema,
  /** Requests to be let in that wait for an answer. */
  requests: z.int(),
  /** The hour of the day in which most is said, 0 to 23 in `zone`; absent when nothing is. */
  bestHour: z.int().optional(),
  /** The leader's time zone. */
  zone: z.string(),
  /** Messages these figures were counted from: those among the newest 2,000 entries. */
  messages: z.int(),
  suggestions: z.array(
    z.object({
      reason: suggestionReasonSchema,
      params: z.record(z.string(), z.string()),
      texts: z.object({ "es-419": z.string(), "pt-BR": z.string(), en: z.string() }),
    }),
  ),
});
