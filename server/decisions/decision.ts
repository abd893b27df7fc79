import { z } from "zod";

/**
 * Why a player was told, will be told or is not told, by outcome. The list is closed: what is stored, counted and explained uses these codes.
 *
 * `drop`: `own-entry` he wrote it; `banned` he is banned from the game; `blocked` he has blocked whoever wrote it, or all that is unread; `not-member` he left the guild; `entry-gone` it was lost with the log's tail, or may not be shown any more; `not-concerned` it is for those who fight in a war, and he does not; `condition-gone` what it is for is over, for him or for all; `read` he has read it;
 * `told` a push about it went to all his devices; `push-off`, `important-only` his preferences; `no-device` nothing to send to; `expired` too old to disturb for.
 * `later`: `reading` he looks at the channel right now, `present` he is in the game; looked at again after the grace, unless read; `in-match` he is in a match, and a badge in the game tells him: looked at again when it has ended.
 * `digest`: `not-important`, `plain-chat`: summed up with the rest.
 * `now`: `away` he is not connected; `unread-after-grace` he is, and has not read it; `unread-after-match` his match has ended, or should have, and he has not read it; `digest-due` his digest's time has come.
 */
export const REASONS = {
  drop: [
    ...([
      "own-entry",
      "banned",
      "blocked",
      "not-member",
      "entry-gone",
      "not-concerned",
      "condition-gone",
      "read",
      "told",
    ] as const),
    ...(["push-off", "important-only", "no-device", "expired"] as const),
  ],
  later: ["reading", "present", "in-match"],
  digest: ["not-important", "plain-chat"],
  now: ["away", "unread-after-grace", "unread-after-match", "digest-due"],
} as const;

export type Outcome = keyof typeof REASONS;
const OUTCOMES = ["now", "later", "digest", "drop"] as const satisfies readonly Outcome[];
export type Reason<O extends Outcome = Outcome> = (typeof REASONS)[O][number];

/** What became of a push to one device. `gone`: the target was refused for ever and is forgotten. `rejected`, `credentials`: our mistake, see the log. `gave-up`: FCM could not take it in time. */
const SENT_RESULTS = ["sent", "gone", "rejected", "credentials", "gave-up"] as const;
export type SentResult = (typeof SENT_RESULTS)[number];

/** What the notifier chose for one player, when, from which inputs and why. */
export const decisionSchema = z.object({
  /** When it was decided, in epoch milliseconds. */
  at: z.int(),
  about: z.object({
    ...{ type: z.enum(["notice", "digest"]), channel: z.string(), epoch: z.int(), seq: z.int() },
    /** Only of a notice: when what it is about happened, in epoch milliseconds. */
    at: z.int().optional(),
  }),
  outcome: z.enum(OUTCOMES),
  reason: z.enum(Object.values(REASONS).flat()),
  /** Only for `later`: when it is looked at again. */
  until: z.int().optional(),
  /** All that was known of the notice and the player: the same inputs give the same decision. */
  inputs: z.record(z.string(), z.json()),
  /** Only for `now`: what became of it, by device id. */
  sent: z.record(z.string(), z.enum(SENT_RESULTS)).optional(),
  /** Only for `now`: FCM's own answer, by device id: the message's id, or the code of an error. */
  answers: z.record(z.string(), z.string()).optional(),
  /** Only for `now`: what went out, without its words. `id`: see ./push-id.ts. */
  push: z.object({ id: z.string(), kind: z.string(), tag: z.string() }).optional(),
});
export type Decision = z.infer<typeof decisionSchema>;
