import { expect, test } from "vitest";
import { setUpWar } from "../bench/war/war.ts";

test("[BE46] war: every result is counted and shown to all who watch, one by one, in batches and at a steady rate", {
  timeout: 120_000,
}, async () => {
  const contest = await setUpWar({ members: 6, fighters: 4, told: 20, calm: 10 });
  try {
    const [ours, baseline] = [await contest.ours(), await contest.baseline()];
    expect(ours.reportsPerSecond).toBeGreaterThan(0);
    expect(ours.batchedPerSecond).toBeGreaterThan(0);
    expect(ours.freshP50Ms).toBeGreaterThan(0);
    expect(ours.freshP99Ms).toBeGreaterThanOrEqual(ours.freshP50Ms ?? 0);
    expect(baseline.reportsPerSecond).toBeGreaterThan(0);
  } finally {
    await contest.close();
  }
});
