import { expect, test } from "vitest";
import { setUpSlow } from "../bench/slow/slow.ts";

test("[BE22] slow: stalled or not, every message is timed on every other socket, and in the end all have everything once and in order", {
  timeout: 120_000,
}, async () => {
  const size = { members: 4, sessions: 2, stalled: 2, pages: 1, bursts: 1, atOnce: 4, ms: 500, perSecond: 10 };
  const contest = await setUpSlow(size);
  try {
    // A round in which a socket missed something, had it twice or was closed fails by itself.
    for (const side of ["ours", "baseline"] as const) {
      const round = await contest[side]();
      expect(round.timed).toBe(6 * 5);
      expect(round.p99Ms).toBeGreaterThanOrEqual(round.p50Ms ?? 0);
    }
  } finally {
    await contest.close();
  }
});
