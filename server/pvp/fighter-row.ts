import { z } from "zod";

/** Who fights in a war, as he was when it was settled (`roster:<side>` of war.lua). */
export const fighterRowSchema = z.object({
  /** His number in his guild's channel. */
  number: z.int(),
  name: z.string(),
  avatar: z.string(),
  level: z.int(),
  power: z.int(),
});
