import { z } from "zod";

/**
 * Why a player was told, will be told or is not told, by outcome. The list is closed: what is stored, counted and explained uses these codes; docs/push.md has a line for each.
 *
 * `now`: `away` he is not connected; `idle` his screens are lit and he has touched none for long; `lost` the process that held his line has died; `unread-after-grace`, `unread-after-match`,
 * `unread-after-burst` he had that time, and has not read it; `resumed` a process died while it sent it, or FCM did not say whether it took it: it goes out again under the same tag; `digest-due` his digest's time has come.
 * `later`: looked at again then, unless read: `reading` he looks at the channel right now; `present` he is in the game; `recent` he has just left; `in-match` he is in a match, and a badge in
 * the game tells him; `quiet-hours`, `do-not-disturb`, `snoozed` end in time; `enough-digests` he had as many today as the studio allows, and gets another when the first of them is a day old; `burst` he was just told of the same channel: what follows replaces it on the screen.
 * `digest`: summed up with the rest: `not-important` by its kind; `plain-chat`; `kind-digest` he wants that kind so; `quiet-hours`, `do-not-disturb`, `snoozed` end after it is of use;
 * `over-budget` he was told enough in this hour, or today; `in-digest` one is being sent that tells of it; `expired` too old to disturb for.
 * `drop`: `own-entry` he wrote it; `not-member` he left; `banned` he is banned from the game; `blocked` he has blocked whoever wrote it, or all that is unread; `entry-gone` it was deleted, or lost
 * with the log's tail; `not-concerned` it is for those who fight in a war, and he does not; `condition-gone` what it is for is over, for him or for all; `read` he has read it; `told` a push about
 * it went to all his devices; `overtaken` what came later has taken its place on his screens; `push-off`, `important-only`, `kind-off`, `channel-off`, `mentions-only` his preferences; `kind-silent` the studio's policy; `no-device` nothing to send to, or
 * nothing that was seen lately; `expired` too old to disturb for, and in no log; `enough-digests` the studio allows none. Of a broadcast, which no digest can have: `over-budget` he was told enough in this hour, or today; `digest-only` he
 * wants that kind in digests; `held-too-long` his quiet hours, or do not disturb, end after it is of use.
 */
export const REASONS = {
  now: [
    "away",
    "idle",
    "lost",
    "unread-after-grace",
    "unread-after-match",
    "unread-after-burst",
    "resumed",
    "digest-due",
  ],
  later: [
    ...(["reading", "present", "recent", "in-match", "quiet-hours", "do-not-disturb", "snoozed", "burst"] as const),
    "enough-digests",
  ],
  digest: [
    ...(["not-important", "plain-chat", "kind-digest", "quiet-hours", "do-not-disturb", "snoozed"] as const),
    ...(["over-budget", "in-digest", "expired"] as const),
  ],
  drop: [
    ...(["own-entry", "not-member", "banned", "blocked", "entry-gone", "not-concerned", "condition-gone"] as const),
    ...([
      "read",
      "told",
      "overtaken",
      "push-off",
      "important-only",
      "kind-off",
      "channel-off",
      "mentions-only",
    ] as const),
    ...(["kind-silent", "no-device", "expired", "enough-digests"] as const),
    ...(["over-budget", "digest-only", "held-too-long"] as const),
  ],
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
    /** Only of a broadcast, which is of no channel ('') and has no entry: its id. */
    broadcast: z.string().optional(),
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
