import { z } from "zod";
import type { Given } from "./decide.ts";

/** As it is kept with what waits; what a release before this one kept had been given the grace. */
export const givenSchema = z.object({
  waited: z.boolean().default(true),
  awaitedUntil: z.number().optional(),
  gap: z.boolean().optional(),
  turn: z.int().optional(),
  held: z.boolean().optional(),
}) satisfies z.ZodType<Given>;

export const NOTHING_GIVEN: Given = { waited: false };
