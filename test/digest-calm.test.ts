import { expect, test } from "vitest";
import { isBusyMoment } from "../server/notifier/digests/digest-moment.ts";
import { makeInCalm } from "../server/notifier/digests/in-calm.ts";
import type { DueItem } from "../server/notifier/due.ts";

const MINUTE_MS = 60_000;
const NOON = Date.UTC(2026, 2, 2, 12);
const WINDOW_MS = 10 * MINUTE_MS;

const at = (nowMs: number, spreadMs = WINDOW_MS) => {
  const put: { item: DueItem; at: number }[] = [];
  const looked: string[] = [];
  const calm = makeInCalm({
    later: { put: async (item, dueAt) => void put.push({ item, at: dueAt }) },
    ...{ spreadMs, now: () => nowMs },
  });
  const due = Array.from({ length: 300 }, (_, index) => `p${index}`);
  const digests = () => calm.digests(due, async (players) => void looked.push(...players));
  return { put, looked, calm, digests };
};

test("[DG20] a digest whose time comes, or that is late, near a quarter of an hour is put off to a calm moment, spread like a window", async () => {
  for (const minutes of [-1.9, 0, 1.9, 13.5, 45]) {
    const { put, looked, digests } = at(NOON + minutes * MINUTE_MS);
    await digests();
    expect(looked).toEqual([]);
    expect(new Set(put.map(({ item }) => JSON.stringify(item))).size).toBe(300);
    const waits = put.map(({ at: dueAt }) => dueAt - NOON - minutes * MINUTE_MS);
    expect(put.some(({ at: dueAt }) => isBusyMoment(dueAt))).toBe(false);
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(Math.max(...waits)).toBeLessThanOrEqual(WINDOW_MS + 5 * MINUTE_MS);
    expect(new Set(waits.map((ms) => Math.floor(ms / MINUTE_MS))).size).toBeGreaterThan(5);
  }
  for (const minutes of [2, 7, 12.9]) {
    const { put, looked, digests } = at(NOON + minutes * MINUTE_MS);
    await digests();
    expect([looked.length, put.length]).toEqual([300, 0]);
  }
  // Nothing is spread: who tries it out with a short window sees it at once.
  const short = at(NOON, 6_000);
  await short.digests();
  expect([short.looked.length, short.put.length]).toEqual([300, 0]);
});

test("[DG20] so is that of a week", async () => {
  const item = { type: "week", player: "ana", guild: "g1", week: "2026-03-01" } as const;
  const { put, calm } = at(NOON);
  await calm.week(item, () => Promise.reject(new Error("not now")));
  expect(put.map((one) => one.item)).toEqual([item]);
  const looked: string[] = [];
  await at(NOON + 7 * MINUTE_MS).calm.week(item, async () => void looked.push(item.player));
  expect(looked).toEqual(["ana"]);
});
