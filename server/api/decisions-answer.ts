import { z } from "zod";
import { wholeSchema } from "../../shared/api/whole.ts";
import { decisionSchema } from "../decisions/decision.ts";

/** Here and not in shared/, since a decision's form belongs to the notifier. */
export const decisionsSchema = z.object({ decisions: z.array(decisionSchema) });
export const decisionsQuerySchema = z.strictObject({ limit: wholeSchema(1, 200).prefault("50") });
