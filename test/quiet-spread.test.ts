import { expect, test } from "vitest";
import type { Wait } from "../server/notifier/deciding/awaited.ts";
import { decide, type NoticeSubject, type Standing } from "../server/notifier/deciding/decide.ts";
import { makeDefer } from "../server/notifier/deciding/defer.ts";
import type { Judged } from "../server/notifier/deciding/verdict.ts";
import type { Notice } from "../server/notifier/notice.ts";
import { preferencesSchema } from "../shared/preferences.ts";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** 07:30 in Mexico City. */
const NOW = Date.UTC(2026, 10, 22, 13, 30);
const MORNING = NOW + 30 * MINUTE_MS;

const notice: Notice = {
  ...{ type: "notice", about: "announcement", channel: "guild:g1", epoch: 1, seq: 7, at: NOW, from: 1 },
  ...{ author: "leader", kind: 2, body: "hello" },
};
const subject = (expiresAt: number): NoticeSubject => ({
  ...{ type: "notice", kind: "announcement", importance: "important", personal: false, author: "leader", seq: 7 },
  ...{ expiresAt, gone: false, graceMs: MINUTE_MS, perHour: 6, perDay: 24, gapsMs: [] },
});
const standing = (player: string): Standing => ({
  ...{ player, member: true, banned: false, blocked: false, readSeq: 6, begun: false, told: false, presence: "away" },
  ...{ push: "all", channelPush: "all", snoozedUntil: 0, doNotDisturbUntil: 0, devices: 1 },
  ...{ pushedHour: 0, pushedDay: 0, waited: false },
  quiet: { from: "22:00", to: "08:00", zone: "America/Mexico_City" },
});

const nobody = (): never => {
  throw new Error("nobody is given a grace");
};

const recipient: Judged["recipient"] = {
  ...{ player: "ana", member: true, banned: false, blocked: false, minor: false, concern: "concerned", readSeq: 6 },
  ...{ presence: { sessions: [], lastSeenAt: 0, lost: false }, preferences: preferencesSchema.parse({}), devices: [] },
  ...{ locale: "en", zone: "America/Mexico_City", told: undefined, burst: undefined, pushedHour: 0, pushedDay: 0 },
  ...{ overtaken: false, called: false, stamp: "0" },
};

/** For how long after the end of the night each of many waits. */
const waitsOf = async (expiresAt: number): Promise<number[]> => {
  const waits: Wait[] = [];
  const defer = makeDefer({
    later: { put: nobody, expect: nobody, start: nobody, look: nobody, close: nobody },
    awaited: {
      add: async (_player, _notice, wait) => waits.push(wait) > 0,
      of: async () => [],
      settle: async () => {},
    },
  });
  const judged = Array.from({ length: 500 }, (_, index): Judged => {
    const [about, own] = [subject(expiresAt), standing(`p${index}`)];
    return {
      recipient: { ...recipient, player: own.player },
      subject: about,
      standing: own,
      verdict: decide(about, own, NOW),
      at: NOW,
    };
  });
  await defer(notice, judged, { waited: false });
  expect(new Set(waits.map(({ why, given }) => `${why} ${given.held}`))).toEqual(new Set(["quiet-hours true"]));
  return waits.map(({ until }) => until - MORNING);
};

test("[NO76] whose quiet hours end at the same minute are told within ten minutes of it, not in the first two, and in time in any case", async () => {
  const waits = await waitsOf(NOW + 24 * HOUR_MS);
  expect(Math.min(...waits)).toBeGreaterThanOrEqual(2 * MINUTE_MS);
  expect(Math.max(...waits)).toBeLessThan(10 * MINUTE_MS);
  const minutes = Map.groupBy(waits, (ms) => Math.floor(ms / MINUTE_MS));
  expect(minutes.size).toBe(8);
  for (const [minute, of] of minutes) expect(of.length, `minute ${minute}`).toBeLessThan(100);
  expect(await waitsOf(NOW + 24 * HOUR_MS)).toEqual(waits);
  // Of no use so soon after: nobody is spread beyond that.
  for (const ms of await waitsOf(MORNING + MINUTE_MS)) expect(ms).toBe(0);
});
