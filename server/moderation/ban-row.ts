import { z } from "zod";

/** A ban from a channel as it is stored: see audit.lua. Without `until` it is for ever; `by` is left out for the game's backend. */
export const banRowSchema = z
  .object({ by: z.string().default(""), reason: z.string().default(""), at: z.number(), ends: z.number().optional() })
  .transform(({ by, ends, ...ban }) => ({
    ...ban,
    ...(by === "" ? {} : { by }),
    ...(ends === undefined ? {} : { until: ends }),
  }));
