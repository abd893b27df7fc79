import * as z from "zod";
import { channelIdSchema, nonceSchema, playerIdSchema } from "../id.ts";
import { LIMITS } from "../limits.ts";
import { untilSchema } from "./moderation.ts";

export const REPORT_CATEGORIES = [
  ...(["abuse", "hate", "sexual", "spam", "cheating", "personal-data", "self-harm", "other"] as const),
] as const;
export const reportCategorySchema = z.enum(REPORT_CATEGORIES);
export type ReportCategory = z.infer<typeof reportCategorySchema>;

/**
 * What may be decided about a case. Of a report: it was none (`dismissed`), or what is done to its author (`warned`: the game tells him). Of a message that was held back:
 * `approved`, it is written; `deleted`, it never will be.
 */
export const REPORT_DECISIONS = [
  ...(["dismissed", "warned", "deleted", "muted", "kicked", "banned", "approved"] as const),
] as const;
export const reportDecisionSchema = z.enum(REPORT_DECISIONS);
export type ReportDecision = z.infer<typeof reportDecisionSchema>;
/** What becomes of one; `expired`: nobody decided about it in time. */
export const outcomeSchema = z.enum([...REPORT_DECISIONS, "expired"]);
export type ReportOutcome = z.infer<typeof outcomeSchema>;

/** A case: its channel, and the seq of what was reported or `h` and the number of what was held back. */
const reportIdSchema = z
  .string()
  .regex(/^(guild|team|circle):[A-Za-z0-9_-]{1,40}~(\d{1,16}|h\d{1,16})$/, "a channel, ~, and a seq or h and a number");

export const reportParamsSchema = z.object({ report: reportIdSchema });
export const reportedSchema = z.object({
  channel: channelIdSchema,
  seq: z.coerce.number<string | number>().int().min(1),
});
export const fileReportSchema = z.strictObject({
  nonce: nonceSchema,
  category: reportCategorySchema,
  text: z.string().trim().max(LIMITS.reasonLength).default(""),
});
export const filedSchema = z.object({ report: reportIdSchema });

const cursorSchema = z.string().regex(/^\d{1,15}-[A-Za-z0-9_:~-]{1,80}$/);
export const reportsQuerySchema = z.strictObject({
  /** A player names one; the backend may leave it out. */
  channel: channelIdSchema.optional(),
  state: z.enum(["open", "decided"]).default("open"),
  /** The `next` of the page before. */
  after: cursorSchema.optional(),
  limit: z.coerce.number<string | number>().int().min(1).max(100).default(20),
});

const whatHappened = {
  report: reportIdSchema,
  channel: channelIdSchema,
  /** `entry`: it stands in the log; `held`: it was held back. */
  kind: z.enum(["entry", "held"]),
  state: z.enum(["open", "decided"]),
  /** In epoch ms. */
  at: z.int(),
  /** Who wrote it. */
  player: playerIdSchema,
  seq: z.int().optional(),
  reporters: z.int(),
  /** How many reported it as what. */
  categories: z.partialRecord(reportCategorySchema, z.int()),
  decision: z
    .object({
      outcome: outcomeSchema,
      note: z.string(),
      /** Left out: the game's backend. */
      by: playerIdSchema.optional(),
      at: z.int(),
    })
    .optional(),
};
export const reportSummarySchema = z.object(whatHappened);
export const reportsSchema = z.object({ reports: z.array(reportSummarySchema), next: z.string().optional() });

/** An entry as it was when it was reported. */
const evidenceLineSchema = z.object({
  seq: z.int(),
  at: z.int(),
  kind: z.string(),
  player: playerIdSchema.optional(),
  name: z.string().optional(),
  /** As it was written. */
  body: z.unknown(),
  /** As it read then, where it had been edited. */
  edited: z.unknown().optional(),
  deleted: z.boolean(),
});
export const reportSchema = z.object({
  ...whatHappened,
  /** The entry that was reported, 10 before it and 5 after. */
  evidence: z.array(evidenceLineSchema),
  /** What it was edited to, in order. */
  edits: z.array(z.object({ at: z.int(), body: z.unknown() })),
  /** What was held back. */
  held: z.object({ kind: z.string(), body: z.unknown() }).optional(),
  /** The first 100. */
  reports: z.array(z.object({ player: playerIdSchema, category: reportCategorySchema, text: z.string(), at: z.int() })),
});

export const decideReportSchema = z.strictObject({
  outcome: reportDecisionSchema,
  note: z.string().trim().max(LIMITS.reasonLength).default(""),
  /** Of a mute (needed) or a ban (else for ever). */
  until: untilSchema.optional(),
});

export const myReportsQuerySchema = z.strictObject({
  limit: z.coerce.number<string | number>().int().min(1).max(100).default(20),
});
export const myReportsSchema = z.object({
  reports: z.array(
    z.object({
      report: reportIdSchema,
      channel: channelIdSchema,
      seq: z.int(),
      at: z.int(),
      category: reportCategorySchema.optional(),
      state: z.enum(["open", "decided"]),
      outcome: outcomeSchema.optional(),
    }),
  ),
});
