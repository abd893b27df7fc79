import * as z from "zod";
import { channelIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { LIMITS } from "../limits.ts";

/** Why, in the words of whoever acts. Kept in the audit log; the player concerned is not shown it. */
export const reasonSchema = z.string().trim().min(1).max(LIMITS.reasonLength);
/** In epoch ms, at most the year 5138: no more digits than Redis' functions keep. */
export const untilSchema = z.int().min(1).max(99_999_999_999_999);

export const inChannelSchema = z.object({ channel: channelIdSchema });
export const inChannelOfSchema = z.object({ channel: channelIdSchema, player: playerIdSchema });
export const ofPlayerSchema = z.object({ player: playerIdSchema });

export const muteSchema = z.strictObject({
  /** At most 30 days ahead. */
  until: untilSchema,
  reason: reasonSchema,
});
export const withReasonSchema = z.strictObject({ reason: reasonSchema });
export const whySchema = z.strictObject({ reason: reasonSchema.optional() });
/** Without `until` for ever. */
export const banSchema = z.strictObject({ until: untilSchema.optional(), reason: reasonSchema });
export const purgeSchema = z.strictObject({ nonce: nonceSchema, reason: reasonSchema });

/** How far a deletion of all that a player wrote has come. Nobody reads it any more from the beginning; `done`: unread counts and what lies beside it are right, too. */
export const purgeAnswerSchema = z.object({
  channels: z.array(
    z.object({
      channel: channelIdSchema,
      /** Entries up to this seq. */
      upTo: z.int(),
      deleted: z.int(),
      done: z.boolean(),
    }),
  ),
  done: z.boolean(),
});

/** Without `until` for ever. Times in epoch ms. */
const sanctionSchema = z.object({ until: z.int().optional(), reason: z.string(), at: z.int() });
export const standingSchema = z.object({ banned: sanctionSchema.optional(), muted: sanctionSchema.optional() });
export const bansSchema = z.object({
  bans: z.array(
    z.object({
      player: playerIdSchema,
      until: z.int().optional(),
      /** Left out: the game's backend. */
      by: playerIdSchema.optional(),
      reason: z.string(),
      at: z.int(),
    }),
  ),
});

export const blockedSchema = z.object({ blocked: z.array(z.object({ player: playerIdSchema, since: z.int() })) });

const pageSchema = z.strictObject({
  /** The `next` of the page before. */
  after: z
    .string()
    .regex(/^\d{1,15}-\d{1,10}$/)
    .optional(),
  limit: z.coerce.number<string | number>().int().min(1).max(100).default(50),
});
export const auditQuerySchema = pageSchema;
export const auditSchema = z.object({
  acts: z.array(
    z.object({
      id: z.string(),
      /** What was done: `mute`, `kick`, `ban`, `delete`, `purge`, `rank`, `permit`, `change`, `slow`, `report-read`, `report-decided` … */
      act: z.string(),
      at: z.int(),
      /** Left out: the game's backend. */
      by: playerIdSchema.optional(),
      whom: playerIdSchema.optional(),
      why: z.string().optional(),
      /** What the act says besides. */
      more: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
    }),
  ),
  next: z.string().optional(),
});
