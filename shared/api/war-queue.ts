import * as z from "zod";
import { guildIdSchema, nonceSchema } from "../id.ts";
import { warModeIdSchema } from "./war-mode.ts";

export const seekWarSchema = z.strictObject({ nonce: nonceSchema, mode: warModeIdSchema });

export const seekingSchema = z.object({
  mode: warModeIdSchema,
  /** Since when the guild looks for an opponent, and until when it does, in epoch ms. */
  since: z.int(),
  until: z.int(),
});

export const readSeekingSchema = z.object({
  guild: guildIdSchema,
  /** Absent: it does not look. `found`: an opponent is found and the war is being made. */
  seeking: seekingSchema.extend({ found: z.boolean() }).optional(),
});
