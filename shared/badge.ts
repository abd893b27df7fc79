import * as z from "zod";
import { channelIdSchema } from "./id.ts";

/**
 * What waits while a player is in a match, for his game to draw: how many important notices, and which is the newest, without its words. `template` of news: which they
 * are; `seq` 0: no line of the channel. Nothing waits, or he is in no match any more: `count` is 0.
 */
export const badgeSchema = z.object({
  count: z.int().min(0),
  newest: z
    .object({ channel: channelIdSchema, seq: z.int().min(0), kind: z.string(), template: z.string().optional() })
    .optional(),
});
export type Badge = z.infer<typeof badgeSchema>;
