import { expect, test } from "vitest";
import type { Contest } from "../bench/frame.ts";
import { setUpGuilds } from "../bench/guilds/guilds.ts";
import { setUpJoin } from "../bench/join/join.ts";
import { setUpLatency } from "../bench/latency/latency.ts";
import { setUpMemory } from "../bench/memory/memory.ts";

/** One round of each side. A round in which a message is missing, comes twice or is refused fails by itself. */
const aRound = async (contest: Contest) => {
  try {
    return { ours: await contest.ours(), baseline: await contest.baseline() };
  } finally {
    await contest.close();
  }
};

const timeout = 60_000;

test("[BE10] guilds: every message reaches all who are in its room, and who left comes back, on both sides", {
  timeout,
}, async () => {
  const size = { rooms: 8, members: 4, idleMs: 200, talkMs: 1_500, leavingPerMinute: 4 };
  const { ours, baseline } = await aRound(await setUpGuilds(size));
  for (const side of [ours, baseline]) {
    expect(side.deliveries).toBeGreaterThanOrEqual(8);
    expect(side.rejoined).toBeGreaterThan(1);
    expect(side.residentMiB).toBeGreaterThan(10);
  }
  // Each guild's channel at least.
  expect(ours.subscriptions).toBeGreaterThanOrEqual(8);
  expect(baseline.subscriptions).toBe(0);
  expect(ours.redisCommandsPerSecond).toBeGreaterThan(0);
});

test("[BE11] memory: a round counts connections that are live, in a server that served nothing before", {
  timeout,
}, async () => {
  const { ours, baseline } = await aRound(await setUpMemory({ rooms: 2, members: 10, calmMs: 300 }));
  expect([ours.connections, baseline.connections]).toEqual([20, 20]);
  expect([ours.heapKiB, baseline.heapKiB]).toEqual([expect.any(Number), expect.any(Number)]);
});

test("[BE12] join: as many guilds are listed and rooms open as the bench says, and every join is live", {
  timeout,
}, async () => {
  const size = { many: { listed: 300, open: 12 }, few: { listed: 20, open: 6 }, joins: 8, openings: 4 };
  const { ours, baseline } = await aRound(await setUpJoin(size));
  expect(ours).toMatchObject({ joins: 8, openings: 4, listed: 300, open: 12 });
  expect(baseline).toMatchObject({ joins: 8, openings: 4, listed: 20, open: 6 });
});

test("[BE13] latency: each timed message reaches its team once, idle, among other talk and over bad lines", {
  timeout,
}, async () => {
  const size = { teams: 2, times: 5, others: 4, perSecond: 40, farTeams: 3, farTimes: 2 };
  const { ours, baseline } = await aRound(await setUpLatency(size));
  for (const side of [ours, baseline]) {
    expect(side).toMatchObject({ timedIdle: 10, timedLine: 6 });
    expect(side.timedLoaded).toBeGreaterThan(0);
    // Two ways of 40 ms at least each.
    expect(side.lineP50Ms).toBeGreaterThan(80);
  }
});
