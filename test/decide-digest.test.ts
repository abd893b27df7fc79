import { expect, test } from "vitest";
import { decideDigest, decideWindow } from "../server/notifier/deciding/decide-digest.ts";
import { digestMoment, isBusyMoment } from "../server/notifier/digests/digest-moment.ts";
import { DIGEST_ROWS, digestAway, digestSubject, NOON } from "./digest-rows.ts";

test.each(DIGEST_ROWS)("[DG1] a digest: %s", (_title, subject, standing, outcome, reason) => {
  const verdict = decideDigest({ ...digestSubject, ...subject }, { ...digestAway, ...standing }, NOON);
  expect(verdict).toMatchObject({ outcome, reason });
  // The same inputs, as they are stored, give the same verdict.
  const stored = JSON.parse(JSON.stringify({ ...digestAway, ...standing }));
  expect(decideDigest({ ...digestSubject, ...subject }, stored, NOON)).toEqual(verdict);
  if (verdict.outcome === "later") expect(verdict.until).toBeGreaterThan(NOON);
});

test("[DG1] at the end of a window whoever has anything unread gets a time, and nobody else", () => {
  const ana = { player: "ana", member: true, unread: 1 };
  expect(decideWindow(ana)).toEqual({ outcome: "digest", reason: "plain-chat" });
  expect(decideWindow({ ...ana, unread: 0 })).toEqual({ outcome: "drop", reason: "read" });
  expect(decideWindow({ ...ana, member: false })).toEqual({ outcome: "drop", reason: "not-member" });
});

test("[DG2] digests of a window are spread evenly over it, never near a quarter of an hour, the same for a player and a day", () => {
  const players = Array.from({ length: 4_000 }, (_, index) => `p${index}`);
  const hour = 3_600_000;
  const moments = players.map((player) => digestMoment(player, NOON, hour));
  expect(moments.every((at) => at >= NOON && at < NOON + hour + 240_000 && !isBusyMoment(at))).toBe(true);
  expect(players.map((player) => digestMoment(player, NOON, hour))).toEqual(moments);
  // The calm 11 minutes of each quarter hold a quarter of all.
  const quarters = Map.groupBy(moments, (at) => Math.floor((at - NOON) / 900_000));
  for (const quarter of [0, 1, 2, 3]) expect(Math.abs((quarters.get(quarter)?.length ?? 0) - 1_000)).toBeLessThan(120);
  // Another day, another place within the window.
  const tomorrow = players.filter(
    (player) => digestMoment(player, NOON + 86_400_000, hour) - 86_400_000 === digestMoment(player, NOON, hour),
  );
  expect(tomorrow.length).toBeLessThan(10);
  for (const minutes of [1, 2, 5, 10, 15])
    for (const from of [0, 60_000, 119_999, 120_000, 400_000, 779_999, 780_000, 899_999])
      for (const player of players.slice(0, 50)) {
        const at = digestMoment(player, NOON + from, minutes * 60_000);
        expect(isBusyMoment(at)).toBe(false);
        expect(at - NOON - from).toBeGreaterThanOrEqual(0);
        expect(at - NOON - from).toBeLessThanOrEqual(minutes * 60_000 + 300_000);
      }
  expect(digestMoment("ana", NOON, 300) - NOON).toBeLessThan(300);
});

test("[DG2] who had to wait for the end of his quiet hours is not served with all others at that minute", () => {
  const quiet = { from: "22:00", to: "13:00", zone: "UTC" };
  const until = Array.from({ length: 500 }, (_, index) => {
    const verdict = decideDigest(digestSubject, { ...digestAway, player: `p${index}`, quiet }, NOON);
    return verdict.outcome === "later" ? verdict.until : 0;
  });
  const end = NOON + 3_600_000;
  expect(until.every((at) => at >= end && at < end + 900_000 && !isBusyMoment(at))).toBe(true);
  expect(new Set(until.map((at) => Math.floor(at / 60_000))).size).toBeGreaterThan(7);
});
