import { z } from "zod";
import type { Decision } from "../decisions/decision.ts";

/** What a push was held back for, so that the time it took is told apart: what the player wanted or was busy with is no lateness of ours. */
export type Hold = "none" | "grace" | "burst" | "match" | "quiet";

/** What he had been given when it went out. */
const givenSchema = z.object({
  waited: z.boolean().optional(),
  awaitedUntil: z.number().optional(),
  gap: z.boolean().optional(),
  held: z.boolean().optional(),
});

/** Of several holds that may have lasted longest. */
export const heldBy = ({ inputs }: Pick<Decision, "inputs">): Hold => {
  const { waited, awaitedUntil, gap, held } = givenSchema.safeParse(inputs).data ?? {};
  if (held === true) return "quiet";
  if (awaitedUntil !== undefined) return "match";
  if (gap === true) return "burst";
  return waited === true ? "grace" : "none";
};
