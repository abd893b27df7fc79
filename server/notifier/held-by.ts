import { z } from "zod";
import { quietHoursSchema } from "../../shared/quiet-hours.ts";
import type { Decision } from "../decisions/decision.ts";
import { quietEnd } from "./quiet-end.ts";

/** What a push was held back for, so that the time it took is told apart: what the player wanted or was busy with is no lateness of ours. */
export type Hold = "none" | "grace" | "burst" | "match" | "quiet";

const knownSchema = z.object({
  awaitedUntil: z.number().optional(),
  waited: z.boolean().optional(),
  gap: z.boolean().optional(),
  snoozedUntil: z.number().default(0),
  doNotDisturbUntil: z.number().default(0),
  quiet: z
    .object({ ...quietHoursSchema.shape, zone: z.string() })
    .optional()
    .catch(undefined),
});

/** From what was known when it went out, and when it happened. The longest of several holds. */
export const heldBy = ({ about: { at }, inputs }: Pick<Decision, "about" | "inputs">): Hold => {
  const known = knownSchema.safeParse(inputs);
  if (!known.success || at === undefined) return "none";
  const { awaitedUntil, waited, gap, snoozedUntil, doNotDisturbUntil, quiet } = known.data;
  const wasQuiet = quiet !== undefined && quietEnd(quiet, quiet.zone, at) !== undefined;
  if (wasQuiet || snoozedUntil > at || doNotDisturbUntil > at) return "quiet";
  if (awaitedUntil !== undefined) return "match";
  if (gap === true) return "burst";
  return waited === true ? "grace" : "none";
};
