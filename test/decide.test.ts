import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { REASONS } from "../server/decisions/decision.ts";
import { decide, type NoticeSubject, type Standing, type Verdict } from "../server/notifier/deciding/decide.ts";
import { DIGEST_ROWS } from "./digest-rows.ts";

/** 03:16 in Mexico City. */
const NOW = Date.UTC(2026, 10, 22, 9, 16);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const notice: NoticeSubject = {
  ...{ type: "notice", kind: "announcement", importance: "important", personal: false, author: "leader", seq: 7 },
  ...{ expiresAt: NOW + 24 * HOUR_MS, gone: false, graceMs: 60_000, perHour: 6, perDay: 24 },
  gapsMs: [60_000, 300_000, 900_000],
};
const urgent: NoticeSubject = { ...notice, kind: "attack", importance: "urgent", personal: true, gapsMs: [20_000] };
const normal: NoticeSubject = { ...notice, importance: "normal" };
const broadcast: NoticeSubject = { ...notice, kind: "event", author: "", seq: 0, gapsMs: [], undigested: true };
const away: Standing = {
  ...{ player: "ana", member: true, banned: false, blocked: false, concern: "concerned" },
  ...{ readSeq: 6, begun: false, told: false, presence: "away" },
  ...{ push: "all", channelPush: "all", snoozedUntil: 0, doNotDisturbUntil: 0 },
  ...{ devices: 1, pushedHour: 0, pushedDay: 0, waited: false },
};
const night = { from: "22:00", to: "08:00", zone: "America/Mexico_City" };
/** 08:00 there. */
const MORNING = Date.UTC(2026, 10, 22, 14);
const lately = (at: number, pushes = 1): Partial<Standing> => ({ lately: { at, pushes } });

const rows: [string, NoticeSubject, Partial<Standing>, Verdict["outcome"], Verdict["reason"], number?][] = [
  ["an important notice, away", notice, {}, "now", "away"],
  ["the author himself", notice, { player: "leader" }, "drop", "own-entry"],
  ["he has blocked its author", notice, { blocked: true }, "drop", "blocked"],
  ["banned from the game", notice, { banned: true }, "drop", "banned"],
  ["left the guild since", notice, { member: false }, "drop", "not-member"],
  ["the entry was lost with the log's tail", { ...notice, gone: true }, {}, "drop", "entry-gone"],
  ["for who fights, and he does not", notice, { concern: "unconcerned" }, "drop", "not-concerned"],
  ["what it is for is over", notice, { concern: "over" }, "drop", "condition-gone"],
  ["read already", notice, { readSeq: 7 }, "drop", "read"],
  ["wants no push", notice, { push: "none" }, "drop", "push-off"],
  ["only mentions of that channel", notice, { channelPush: "mentions" }, "drop", "mentions-only"],
  ["an announcement that names him, there", notice, { channelPush: "mentions", called: true }, "now", "away"],
  ["every device got it", notice, { told: true }, "drop", "told"],
  ["something newer took its place", notice, { begun: true, overtaken: true }, "drop", "overtaken"],
  ["no device", notice, { devices: 0 }, "drop", "no-device"],
  ["too old", { ...notice, expiresAt: NOW }, {}, "digest", "expired"],
  ["too old, and in no log", { ...notice, expiresAt: NOW, seq: 0 }, {}, "drop", "expired"],
  ["a broadcast, too old", { ...broadcast, expiresAt: NOW }, {}, "drop", "expired"],
  ["reads the channel", notice, { presence: "reading" }, "later", "reading"],
  ["in the game", notice, { presence: "present" }, "later", "present"],
  ["in the game, grace over", notice, { presence: "present", waited: true }, "now", "unread-after-grace"],
  ["reads but has not read, grace over", notice, { presence: "reading", waited: true }, "now", "unread-after-grace"],
  ["gone since, grace over", notice, { waited: true }, "now", "away"],
  ["in a match", notice, { presence: "in-match", matchUntil: NOW + 60_000 }, "later", "in-match"],
  [
    "in a match that began while he was present",
    notice,
    { presence: "in-match", matchUntil: NOW + 60_000, waited: true },
    ...(["later", "in-match"] as const),
  ],
  [
    "still in the match it waits for",
    notice,
    { presence: "in-match", matchUntil: NOW + 60_000, awaitedUntil: NOW + 60_000 },
    ...(["later", "in-match"] as const),
  ],
  [
    "the match was prolonged: it waits for the first end",
    notice,
    { presence: "in-match", matchUntil: NOW + 90_000, awaitedUntil: NOW + 60_000 },
    ...(["later", "in-match"] as const),
  ],
  [
    "in another match when the first should have ended",
    notice,
    { presence: "in-match", matchUntil: NOW + 60_000, awaitedUntil: NOW },
    ...(["now", "unread-after-match"] as const),
  ],
  ["out of his match, unread", notice, { presence: "present", awaitedUntil: NOW + 1 }, "now", "unread-after-match"],
  ["out of his match, looking at it", notice, { presence: "reading", awaitedUntil: NOW + 1 }, "later", "reading"],
  ["out of his match and gone", notice, { awaitedUntil: NOW + 1 }, "now", "away"],
  ["out of his match, read", notice, { readSeq: 7, awaitedUntil: NOW + 1 }, "drop", "read"],
  [
    "in a match that ends when it is no use any more",
    { ...notice, deadline: NOW + 60_000 },
    { presence: "in-match", matchUntil: NOW + 60_000 },
    ...(["later", "present", NOW + 30_000] as const),
  ],
  [
    "the same, grace over",
    { ...notice, deadline: NOW + 60_000 },
    { presence: "in-match", matchUntil: NOW + 60_000, waited: true },
    ...(["now", "unread-after-grace"] as const),
  ],
  [
    "in a match, of no importance",
    normal,
    { presence: "in-match", matchUntil: NOW + 60_000 },
    ...(["digest", "not-important"] as const),
  ],
  ["important only still gets the important", notice, { push: "important" }, "now", "away"],
  ["of no importance, and he wants that kind at once", normal, { kindPush: "now" }, "now", "away"],
  ["he wants that kind in digests", notice, { kindPush: "digest" }, "digest", "kind-digest"],
  ["of no importance, in digests", normal, { kindPush: "digest" }, "digest", "not-important"],
  ["he does not want that kind", urgent, { kindPush: "off" }, "drop", "kind-off"],
  ["the studio never pushes that kind", { ...notice, importance: "silent" }, {}, "drop", "kind-silent"],
  ["the channel is off", urgent, { channelPush: "none" }, "drop", "channel-off"],
  ["only what is to himself", notice, { channelPush: "mentions" }, "drop", "mentions-only"],
  ["only what is to himself, and it is", urgent, { channelPush: "mentions" }, "now", "away"],
  ["snoozed", notice, { snoozedUntil: NOW + MINUTE_MS }, "later", "snoozed"],
  ["snoozed for longer than it is of use", notice, { snoozedUntil: NOW + 48 * HOUR_MS }, "digest", "snoozed"],
  ["the snooze is over", notice, { snoozedUntil: NOW }, "now", "away"],
  ["not to be disturbed", urgent, { doNotDisturbUntil: NOW + MINUTE_MS }, "later", "do-not-disturb"],
  [
    "not to be disturbed for longer than it is of use",
    { ...urgent, expiresAt: NOW + HOUR_MS },
    { doNotDisturbUntil: NOW + HOUR_MS },
    ...(["digest", "do-not-disturb"] as const),
  ],
  [
    "in the game, of use for a little longer than the grace",
    { ...notice, deadline: NOW + 90_000 },
    { presence: "present" },
    "later",
    "present",
    NOW + 45_000,
  ],
  [
    "just told of the channel, of no use when the gap ends",
    { ...notice, expiresAt: NOW + MINUTE_MS },
    lately(NOW),
    "now",
    "away",
  ],
  ["in quiet hours", notice, { quiet: night }, "later", "quiet-hours", MORNING],
  [
    "in quiet hours, in a match",
    notice,
    { quiet: night, presence: "in-match", matchUntil: NOW + MINUTE_MS },
    "later",
    "quiet-hours",
    MORNING,
  ],
  [
    "in quiet hours, snoozed for longer",
    notice,
    { quiet: night, snoozedUntil: MORNING + 1 },
    "later",
    "snoozed",
    MORNING + 1,
  ],
  [
    "in quiet hours till it is no use",
    { ...urgent, expiresAt: NOW + HOUR_MS },
    { quiet: night },
    "digest",
    "quiet-hours",
  ],
  ["his quiet hours are at another time", notice, { quiet: { ...night, from: "04:00" } }, "now", "away"],
  ["told enough in this hour", notice, { pushedHour: 6 }, "digest", "over-budget"],
  ["told enough today", notice, { pushedDay: 24 }, "digest", "over-budget"],
  ["a digest tells it, and he was told enough", notice, { inDigest: true, pushedHour: 6 }, "digest", "in-digest"],
  ["a digest tells it, and it is urgent", urgent, { inDigest: true }, "digest", "in-digest"],
  ["a digest tells it, and he has read it", notice, { inDigest: true, readSeq: 7 }, "drop", "read"],
  ["told enough, and it is urgent", urgent, { pushedHour: 6, pushedDay: 24 }, "now", "away"],
  ["told enough, and it has no entry a digest could tell", { ...notice, seq: 0 }, { pushedHour: 6 }, "now", "away"],
  ["just told of that channel", notice, lately(NOW - 1), "later", "burst", NOW - 1 + MINUTE_MS],
  ["told three times", notice, lately(NOW - MINUTE_MS, 3), "later", "burst", NOW + 14 * MINUTE_MS],
  ["just told of that channel, and it is urgent", urgent, lately(NOW - 1), "later", "burst", NOW - 1 + 20_000],
  ["told a minute ago", notice, { ...lately(NOW - MINUTE_MS), gap: true }, "now", "unread-after-burst"],
  ["he has touched nothing for long", notice, { presence: "idle" }, "now", "idle"],
  ["the process that held him has died", notice, { presence: "lost" }, "now", "lost"],
  ["he has just left", notice, { presence: "recent" }, "later", "recent"],
  ["he has just left, grace over", notice, { presence: "recent", waited: true }, "now", "unread-after-grace"],
  ["he has just left, and it is urgent", urgent, { presence: "recent" }, "now", "away"],
  ["in the game, and it is urgent", urgent, { presence: "present" }, "later", "present"],
  [
    "perhaps sent by one who died",
    notice,
    { begun: true, pushedHour: 6, presence: "present", ...lately(NOW) },
    "now",
    "resumed",
  ],
  [
    "perhaps sent by one who died, in quiet hours",
    notice,
    { begun: true, quiet: night },
    "later",
    "quiet-hours",
    MORNING,
  ],
  ["perhaps sent by one who died, and read", notice, { begun: true, readSeq: 7 }, "drop", "read"],
  ["a broadcast, told enough", broadcast, { pushedHour: 6 }, "drop", "over-budget"],
  ["a broadcast, and he wants that kind in digests", broadcast, { kindPush: "digest" }, "drop", "digest-only"],
  [
    "a broadcast, not to be disturbed for longer than it is of use",
    broadcast,
    { doNotDisturbUntil: NOW + 48 * HOUR_MS },
    "drop",
    "held-too-long",
  ],
  ["a normal notice", normal, {}, "digest", "not-important"],
  ["a normal notice, important only", normal, { push: "important" }, "drop", "important-only"],
  ["a normal notice, no device", normal, { devices: 0 }, "drop", "no-device"],
];

test.each(rows)("[DE2] %s", (_title, subject, standing, outcome, reason, until = NOW + 60_000) => {
  const verdict = decide(subject, { ...away, ...standing }, NOW);
  expect(verdict).toMatchObject({ outcome, reason });
  if (verdict.outcome === "later") expect(verdict.until).toBe(until);
});

test("[DE2] every reason of the closed list is reached above", () => {
  const reached = new Set([
    ...rows.map(([, , , outcome, reason]) => `${outcome}:${reason}`),
    ...DIGEST_ROWS.map(([, , , outcome, reason]) => `${outcome}:${reason}`),
    "digest:plain-chat",
  ]);
  const listed = Object.entries(REASONS).flatMap(([outcome, reasons]) =>
    reasons.map((reason) => `${outcome}:${reason}`),
  );
  expect([...reached].sort()).toEqual([...listed].sort());
});

test("[NO68] the table of reasons in docs/push.md is the closed list", () => {
  const page = readFileSync(new URL("../docs/push.md", import.meta.url), "utf8");
  const lines = [...page.matchAll(/^\| `(now|later|digest|drop)` \| `([a-z-]+)` \|/gm)].map(
    (line) => `${line[1]}:${line[2]}`,
  );
  const listed = Object.entries(REASONS).flatMap(([outcome, reasons]) =>
    reasons.map((reason) => `${outcome}:${reason}`),
  );
  expect(lines.sort()).toEqual(listed.sort());
});
