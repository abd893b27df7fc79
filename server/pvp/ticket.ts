import { z } from "zod";
import { warModeIdSchema } from "../../shared/api/war-mode.ts";
import { guildIdSchema } from "../../shared/id.ts";

/** What is compared when two guilds look for each other. */
export const seekerSchema = z.object({
  /** Its rating. */
  mu: z.number(),
  sigma: z.number().positive(),
  /** Power of the strongest it can send, together. */
  strength: z.number().min(0),
  /** How many it can send, at most as many as the mode takes. */
  ready: z.int().min(0),
  region: z.string().optional(),
  /** The minute of the day, in UTC, about which its evening is; only where the mode is fought in the evening. */
  evening: z.int().optional(),
  /** Guilds it has fought so often lately that it must not again. */
  avoid: z.array(z.string()),
});
export type Seeker = z.infer<typeof seekerSchema>;

/** A guild that looks for an opponent. Its `ticket` is its own; the guild's next one has another. */
export const ticketSchema = seekerSchema.extend({
  ticket: z.string(),
  guild: guildIdSchema,
  mode: warModeIdSchema,
  /** Since when, and until when, in ms. */
  since: z.number(),
  until: z.number(),
});
export type Ticket = z.infer<typeof ticketSchema>;
