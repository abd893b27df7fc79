import * as z from "zod";
import { noticeChannelSchema } from "../id.ts";
import { localeSchema } from "../locale.ts";
import { wholeSchema } from "./whole.ts";

/** Names a push in its data, as `push`. */
export const pushIdSchema = z.string().regex(/^[A-Za-z0-9_-]{8,64}$/, "the `push` of a notification's data");

/** `received`: the phone got it, if the game could notice; `opened`: the player came by it, which says that it was received, too. */
export const REPORTED = ["received", "opened"] as const;
export type Reported = (typeof REPORTED)[number];

/** `device`: by its own id, as it was registered. */
export const reportPushSchema = z.strictObject({
  push: pushIdSchema,
  what: z.enum(REPORTED),
  device: z.string().min(1).max(64).optional(),
});

/** Where a page of decisions ends; the next page begins there. */
const decisionIdSchema = z.string().regex(/^\d{1,16}-\d{1,16}$/, "the `next` of a page");

/** `locale`: of the words; unless it is given, the language of the player's profile. */
export const decisionsQuerySchema = z.strictObject({
  limit: wholeSchema(1, 200).prefault("50"),
  before: decisionIdSchema.optional(),
  locale: localeSchema.optional(),
});

export const myDecisionsQuerySchema = z.strictObject({
  limit: z.coerce.number<string | number>().int().min(1).max(100).default(20),
  before: decisionIdSchema.optional(),
  locale: localeSchema.optional(),
});

/** When a push was first received and opened, in epoch ms, by device; '' where the phone did not name itself. */
export const reportedSchema = z.object({
  received: z.record(z.string(), z.int()),
  opened: z.record(z.string(), z.int()),
});
export type PushReports = z.infer<typeof reportedSchema>;

/**
 * A decision as the player himself sees it: what was decided about him, why, and what of his own it came from. Nothing of it is about anybody else: not who wrote it, nor what he, the
 * studio or a moderator did.
 */
export const myDecisionSchema = z.object({
  at: z.int(),
  about: z.object({ type: z.enum(["notice", "digest"]), channel: noticeChannelSchema, seq: z.int() }),
  outcome: z.enum(["now", "later", "digest", "drop"]),
  reason: z.string(),
  /** The reason in one sentence, in his language. */
  words: z.string(),
  /** Only for `later`: when it is looked at again. */
  until: z.int().optional(),
  /** What is known of him and of the kind of notice, by name. */
  inputs: z.record(z.string(), z.unknown()),
  /** Only for `now`: the push, and whether FCM took it for each device. */
  push: z.object({ id: z.string(), kind: z.string(), ...reportedSchema.shape }).optional(),
  sent: z.record(z.string(), z.string()).optional(),
});
export type MyDecision = z.infer<typeof myDecisionSchema>;
export const myDecisionsSchema = z.object({ decisions: z.array(myDecisionSchema), next: z.string().nullable() });
