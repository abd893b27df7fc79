import type { DigestStanding, DigestSubject, DigestVerdict } from "../server/notifier/deciding/decide-digest.ts";

/** A Monday, 12:00 UTC. */
export const NOON = Date.UTC(2026, 2, 2, 12);
const HOUR_MS = 3_600_000;

export const digestSubject: DigestSubject = { type: "digest", graceMs: 60_000, perDay: 2, spreadMs: 600_000 };
export const digestAway: DigestStanding = {
  ...{ player: "ana", member: true, banned: false, unread: 3, blocked: false, told: false, presence: "away" },
  ...{ push: "all", kindOff: false, channelPush: "all", snoozedUntil: 0, doNotDisturbUntil: 0, devices: 1 },
  ...{ digestsDay: 0, freeAt: 0 },
};
const quiet = { from: "22:00", to: "13:00", zone: "UTC" };

export type DigestRow = [
  title: string,
  subject: Partial<DigestSubject>,
  standing: Partial<DigestStanding>,
  outcome: DigestVerdict["outcome"],
  reason: DigestVerdict["reason"],
];

/** What is decided about digests, row by row; each later row of a pair shows which reason comes first. */
export const DIGEST_ROWS: readonly DigestRow[] = [
  ["away, something unread", {}, {}, "now", "digest-due"],
  ["nobody is at his screen", {}, { presence: "idle" }, "now", "digest-due"],
  ["his line died", {}, { presence: "lost" }, "now", "digest-due"],
  ["no channel any more", {}, { member: false }, "drop", "not-member"],
  ["banned from the game", {}, { banned: true }, "drop", "banned"],
  ["nothing unread", {}, { unread: 0 }, "drop", "read"],
  ["nothing unread, though it is quiet", {}, { unread: 0, quiet }, "drop", "read"],
  ["all of players he has blocked", {}, { blocked: true }, "drop", "blocked"],
  ["wants no push", {}, { push: "none" }, "drop", "push-off"],
  ["wants only the important", {}, { push: "important" }, "drop", "important-only"],
  ["wants none of these kinds", {}, { kindOff: true }, "drop", "kind-off"],
  ["wants nothing of these channels", {}, { channelPush: "none" }, "drop", "channel-off"],
  ["wants only what calls him, and nothing does", {}, { channelPush: "mentions" }, "drop", "mentions-only"],
  ["told up to here", {}, { told: true }, "drop", "told"],
  ["no device", {}, { devices: 0 }, "drop", "no-device"],
  ["a studio without digests", { perDay: 0 }, {}, "drop", "enough-digests"],
  ["in the game", {}, { presence: "present" }, "later", "present"],
  ["reads", {}, { presence: "reading" }, "later", "reading"],
  ["in a match", {}, { presence: "in-match" }, "later", "in-match"],
  ["has just left", {}, { presence: "recent" }, "later", "recent"],
  ["do not disturb", {}, { doNotDisturbUntil: NOON + HOUR_MS }, "later", "do-not-disturb"],
  ["do not disturb is over", {}, { doNotDisturbUntil: NOON }, "now", "digest-due"],
  ["all channels are snoozed", {}, { snoozedUntil: NOON + HOUR_MS }, "later", "snoozed"],
  ["quiet hours", {}, { quiet }, "later", "quiet-hours"],
  ["quiet hours are over", {}, { quiet: { ...quiet, to: "12:00" } }, "now", "digest-due"],
  ["enough of them today", {}, { digestsDay: 2, freeAt: NOON + HOUR_MS }, "later", "enough-digests"],
  ["one more fits into the day", {}, { digestsDay: 1, freeAt: 0 }, "now", "digest-due"],
  [
    "what ends last holds it",
    {},
    { quiet, doNotDisturbUntil: NOON + 2 * HOUR_MS, presence: "present" },
    ...(["later", "do-not-disturb"] as const),
  ],
];
