import { z } from "zod";
import { reportedSchema } from "../../shared/api/push.ts";
import { decisionSchema } from "../decisions/decision.ts";

/** Here and not in shared/, since a decision's form belongs to the notifier. `words`: its reason in one sentence; `next`: where the next page begins. */
export const decisionsSchema = z.object({
  decisions: z.array(
    decisionSchema.extend({
      inputs: z.record(z.string(), z.unknown()),
      id: z.string(),
      words: z.string(),
      reports: reportedSchema.optional(),
    }),
  ),
  next: z.string().nullable(),
});
