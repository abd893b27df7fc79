import { expect, test } from "vitest";
import { REASONS } from "../server/decisions/decision.ts";
import { decide, type Standing, type Subject, type Verdict } from "../server/notifier/decide.ts";
import { DIGEST_ROWS } from "./digest-rows.ts";

const NOW = 1_000_000;
const notice: Extract<Subject, { type: "entry" }> = {
  ...{ type: "entry", importance: "high", author: "leader", seq: 7 },
  ...{ expiresAt: NOW + 86_400_000, gone: false, graceMs: 60_000 },
};
const normal = { ...notice, importance: "normal" } as const;
const window: Subject = { type: "window", graceMs: 60_000 };
const digest: Subject = { type: "digest", graceMs: 60_000 };
const away: Standing = {
  ...{
    player: "ana",
    member: true,
    banned: false,
    blocked: false,
    readSeq: 6,
    unread: 1,
    told: false,
    presence: "none",
    push: "all",
  },
  ...{ devices: 1, waited: false },
};

const rows: [string, Subject, Partial<Standing>, Verdict["outcome"], Verdict["reason"]][] = [
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
  ["every device got it", notice, { told: true }, "drop", "told"],
  ["no device", notice, { devices: 0 }, "drop", "no-device"],
  ["too old", { ...notice, expiresAt: NOW }, {}, "drop", "expired"],
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
    ...(["later", "present"] as const),
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
  ["a digest, in a match", digest, { presence: "in-match", matchUntil: NOW + 90_000 }, "later", "in-match"],
  ["important only still gets the important", notice, { push: "important" }, "now", "away"],
  ["a normal notice", normal, {}, "digest", "not-important"],
  ["a normal notice, important only", normal, { push: "important" }, "drop", "important-only"],
  ["a normal notice, no device", normal, { devices: 0 }, "drop", "no-device"],
  ["plain chat at the end of its window", window, {}, "digest", "plain-chat"],
  ["plain chat, present", window, { presence: "reading" }, "digest", "plain-chat"],
  ["plain chat, read", window, { unread: 0 }, "drop", "read"],
  ["plain chat, told", window, { told: true }, "drop", "told"],
  ["plain chat, important only", window, { push: "important" }, "drop", "important-only"],
  ["a digest that is due", digest, {}, "now", "digest-due"],
  ["a digest that was read", digest, { unread: 0 }, "drop", "read"],
  ["a digest, banned from the game", digest, { banned: true }, "drop", "banned"],
  ["a digest of those he has blocked", digest, { blocked: true }, "drop", "blocked"],
  ["a digest that went out", digest, { told: true }, "drop", "told"],
  ["a digest, left the guild", digest, { member: false }, "drop", "not-member"],
  ["a digest, wants no push", digest, { push: "none" }, "drop", "push-off"],
  ["a digest, no device", digest, { devices: 0 }, "drop", "no-device"],
  ["a digest, in the game", digest, { presence: "present" }, "later", "present"],
  ["a digest, in the game, looked at before", digest, { presence: "reading", waited: true }, "later", "reading"],
];

test.each(rows)("[DE2] %s", (_title, subject, standing, outcome, reason) => {
  const verdict = decide(subject, { ...away, ...standing }, NOW);
  expect(verdict).toMatchObject({ outcome, reason });
  if (verdict.outcome === "later") expect(verdict.until).toBe(NOW + 60_000);
});

test("[DE2] every reason of the closed list is reached above", () => {
  const reached = new Set([...rows, ...DIGEST_ROWS].map((row) => `${row.at(-2)}:${row.at(-1)}`));
  const listed = Object.entries(REASONS).flatMap(([outcome, reasons]) =>
    reasons.map((reason) => `${outcome}:${reason}`),
  );
  expect([...reached].sort()).toEqual([...listed].sort());
});
