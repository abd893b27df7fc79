import { z } from "zod";
import { type Answer, emptyAnswer, htmlAnswer, retryAfter } from "./answer.ts";
import { ERROR_DETAILS, FCM_ERROR_CODES, fcmError } from "./google-error.ts";

const MAX_PLANNED_TARGETS = 10_000;

/** Common to all outcomes. `times` absent: until something else is planned. */
const planned = {
  times: z.int().min(1).max(1_000_000).optional(),
  delayMs: z.int().min(0).max(120_000).optional(),
};
/** `delivered`: the phone gets the push although the sender is told otherwise, as happens with lost answers. */
const failing = { ...planned, delivered: z.boolean().optional() };

const retryAfterS = z.int().min(0).max(86_400).optional();

export const outcomeSchema = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("ok"), ...planned }),
  z.strictObject({
    kind: z.literal("error"),
    code: z.enum(FCM_ERROR_CODES),
    details: z.enum(ERROR_DETAILS).optional(),
    /** The error stands in an answer of HTTP 200. */
    status: z.literal(200).optional(),
    retryAfterS,
    ...failing,
  }),
  z.strictObject({ kind: z.literal("html"), status: z.int().min(400).max(599), retryAfterS, ...failing }),
  z.strictObject({ kind: z.literal("empty"), ...failing }),
  z.strictObject({ kind: z.literal("hang"), ...failing }),
  z.strictObject({ kind: z.literal("reset"), ...failing }),
  z.strictObject({ kind: z.literal("close"), ...failing }),
]);
export type Outcome = z.infer<typeof outcomeSchema>;

/** One outcome, or several that follow one another. An empty list is back to normal. */
export const outcomePlanSchema = z.preprocess(
  (found) => (Array.isArray(found) ? found : [found]),
  z.array(outcomeSchema).max(100),
);

export type Outcomes = Readonly<{
  plan(target: string, outcomes: readonly Outcome[]): void;
  /** What happens to the next push to `target`; nothing planned is nothing returned. */
  next(target: string): Outcome | undefined;
  clear(): void;
}>;

export function createOutcomes(): Outcomes {
  const plans = new Map<string, { outcome: Outcome; left: number }[]>();
  return {
    plan(target, outcomes) {
      plans.delete(target);
      if (outcomes.length === 0) return;
      plans.set(
        target,
        outcomes.map((outcome) => ({ outcome, left: outcome.times ?? Number.POSITIVE_INFINITY })),
      );
      const oldest = plans.keys().next();
      if (plans.size > MAX_PLANNED_TARGETS && !oldest.done) plans.delete(oldest.value);
    },
    next(target) {
      const plan = plans.get(target);
      const first = plan?.[0];
      if (!plan || !first) return undefined;
      first.left -= 1;
      if (first.left <= 0) plan.shift();
      if (plan.length === 0) plans.delete(target);
      return first.outcome;
    },
    clear: () => plans.clear(),
  };
}

/** How the sandbox answers for this outcome; nothing for a plain success. */
export function outcomeAnswer(outcome: Outcome | undefined): Answer | undefined {
  if (!outcome || outcome.kind === "ok") return undefined;
  if (outcome.kind === "error") return fcmError(outcome.code, outcome);
  if (outcome.kind === "html") return htmlAnswer(outcome.status, retryAfter(outcome.retryAfterS));
  if (outcome.kind === "empty") return emptyAnswer;
  return { kind: outcome.kind };
}
