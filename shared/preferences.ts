import * as z from "zod";

/**
 * What a player wants to be told by push. `push`: `all` (important at once, the rest as digests), `important` (no digests), `none`.
 * `previews` false: a push never shows the text of a message. `filter`: how much of what a channel lets pass is masked in it.
 */
export const preferencesSchema = z.object({
  push: z.enum(["all", "important", "none"]).default("all"),
  previews: z.boolean().default(true),
  filter: z.enum(["normal", "strict"]).default("normal"),
});
export type Preferences = z.infer<typeof preferencesSchema>;
