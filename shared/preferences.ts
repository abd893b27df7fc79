import * as z from "zod";
import { channelIdSchema } from "./id.ts";
import { LIMITS } from "./limits.ts";
import { noticeKindSchema } from "./notice-kind.ts";
import { quietHoursSchema } from "./quiet-hours.ts";

/**
 * What of one channel a player is told by push. `mentions`: only what is to himself (see NOTICE_TRAITS). `snoozedUntil`: until then nothing of it by itself and no digest, in epoch ms;
 * past or 0: it is not snoozed.
 */
export const channelPreferencesSchema = z.object({
  push: z.enum(["all", "mentions", "none"]).default("all"),
  snoozedUntil: z.int().min(0).default(0),
});
export type ChannelPreferences = z.infer<typeof channelPreferencesSchema>;

const kindPushSchema = z.enum(["now", "digest", "off"]);
const atMost = (channels: object): boolean => Object.keys(channels).length <= LIMITS.channelPreferences;
const tooMany = `at most ${LIMITS.channelPreferences} channels`;

/**
 * What a player wants to be told by push. `push`: `all` (important at once, the rest as digests), `important` (no digests), `none`.
 * `previews` false: a push never shows the text of a message. `filter`: how much of what a channel lets pass is masked in it.
 * `quietHours`: in the zone of his profile; missing: the studio's; null: none. `through`: kinds that disturb him in them all the same, besides those the studio lets through.
 * `doNotDisturbUntil`: until then nothing at all, in epoch ms. `weekly` false: who leads a guild gets no digest of its week. `kinds`: told at once, only in digests, or not at all; missing: as the studio has it.
 */
export const preferencesSchema = z.object({
  push: z.enum(["all", "important", "none"]).default("all"),
  previews: z.boolean().default(true),
  filter: z.enum(["normal", "strict"]).default("normal"),
  quietHours: quietHoursSchema.nullable().optional(),
  through: z.array(noticeKindSchema).max(noticeKindSchema.options.length).default([]),
  doNotDisturbUntil: z.int().min(0).default(0),
  weekly: z.boolean().default(true),
  kinds: z.partialRecord(noticeKindSchema, kindPushSchema).default({}),
  channels: z.record(channelIdSchema, channelPreferencesSchema).refine(atMost, tooMany).default({}),
});
export type Preferences = z.infer<typeof preferencesSchema>;

const { push, previews, filter, weekly } = preferencesSchema.shape;
const forMsSchema = z.int().min(0).max(LIMITS.holdMs);

/**
 * A change of some preferences; whatever it does not name stays, so that two devices that change different things do not undo one another. `quietHours`: `studio` for the studio's again.
 * `through`: of each kind named whether it disturbs. `doNotDisturbForMs`, `snoozedForMs`: from now on, 0 ends it. `kinds`: null is as the studio has it. `channels`: null is as any other.
 */
export const preferencesChangeSchema = z.strictObject({
  push: push.unwrap().optional(),
  previews: previews.unwrap().optional(),
  filter: filter.unwrap().optional(),
  quietHours: quietHoursSchema.nullable().or(z.literal("studio")).optional(),
  through: z.partialRecord(noticeKindSchema, z.boolean()).optional(),
  doNotDisturbForMs: forMsSchema.optional(),
  weekly: weekly.unwrap().optional(),
  kinds: z.partialRecord(noticeKindSchema, kindPushSchema.nullable()).optional(),
  channels: z
    .record(
      channelIdSchema,
      z
        .strictObject({
          push: channelPreferencesSchema.shape.push.unwrap().optional(),
          snoozedForMs: forMsSchema.optional(),
        })
        .nullable(),
    )
    .refine(atMost, tooMany)
    .optional(),
});
export type PreferencesChange = z.infer<typeof preferencesChangeSchema>;
