import * as z from "zod";
import { channelIdSchema } from "./id.ts";
import { noticeKindSchema } from "./notice-kind.ts";
import { quietHoursSchema } from "./quiet-hours.ts";

/** Channels a player may have set apart. */
const MOST_CHANNELS = 200;

/**
 * What of one channel a player is told by push. `mentions`: only what is to himself (see NOTICE_TRAITS). `snoozedUntil`: until then nothing of it by itself and no digest, in epoch ms;
 * past or 0: it is not snoozed.
 */
export const channelPreferencesSchema = z.object({
  push: z.enum(["all", "mentions", "none"]).default("all"),
  snoozedUntil: z.int().min(0).default(0),
});
export type ChannelPreferences = z.infer<typeof channelPreferencesSchema>;

/**
 * What a player wants to be told by push. `push`: `all` (important at once, the rest as digests), `important` (no digests), `none`.
 * `previews` false: a push never shows the text of a message. `filter`: how much of what a channel lets pass is masked in it.
 * `quietHours`: in the zone of his profile; missing: the studio's; null: none. `through`: kinds that disturb him in them all the same, besides those the studio lets through.
 * `doNotDisturbUntil`: until then nothing at all, in epoch ms. `kinds`: told at once, only in digests, or not at all; missing: as the studio has it.
 */
export const preferencesSchema = z.object({
  push: z.enum(["all", "important", "none"]).default("all"),
  previews: z.boolean().default(true),
  filter: z.enum(["normal", "strict"]).default("normal"),
  quietHours: quietHoursSchema.nullable().optional(),
  through: z.array(noticeKindSchema).max(noticeKindSchema.options.length).default([]),
  doNotDisturbUntil: z.int().min(0).default(0),
  kinds: z.partialRecord(noticeKindSchema, z.enum(["now", "digest", "off"])).default({}),
  channels: z
    .record(channelIdSchema, channelPreferencesSchema)
    .refine((channels) => Object.keys(channels).length <= MOST_CHANNELS, `at most ${MOST_CHANNELS} channels`)
    .default({}),
});
export type Preferences = z.infer<typeof preferencesSchema>;
