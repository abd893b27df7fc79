import { expect, test } from "vitest";
import { noticesAtRandom } from "./notices-at-random.ts";

const FOR_MS = 20 * 60_000;
const RUNS = 100_000;
/** So many at least, on a machine that does other things besides. */
const LEAST = 5_000;

test(
  "[NO65] the same of a hundred thousand other scripts, as far as they fit into twenty minutes",
  async () => {
    const played = await noticesAtRandom({ runs: RUNS, forMs: FOR_MS, seed: Date.now() % 2 ** 31 });
    console.info(`${played} scripts`);
    expect(played).toBeGreaterThanOrEqual(LEAST);
  },
  FOR_MS + 5 * 60_000,
);
