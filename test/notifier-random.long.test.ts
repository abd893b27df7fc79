import { availableParallelism } from "node:os";
import { expect, test } from "vitest";
import { noticesInProcesses } from "./notices-in-processes.ts";

/** `GREMIO_TEST_SCRIPTS`: so many instead; `GREMIO_TEST_SEED`: from that seed on, such as one that went wrong. */
const RUNS = Number(process.env.GREMIO_TEST_SCRIPTS ?? 100_000);
const SEED = Number(process.env.GREMIO_TEST_SEED ?? Date.now() % 2 ** 31);
/** One process plays some 50 in a second where nothing else runs (2 cores), two of them a good part of twice that: 100,000 take 20 to 30 minutes. */
const FOR_MS = 30 * 60_000;
/** So many at least, on a machine that does other things besides. */
const LEAST = Math.min(RUNS, 20_000);
/** Each has a Redis of its own, which takes some of the time. */
const PROCESSES = Math.min(4, availableParallelism());

test(
  "[NO65] the same of a hundred thousand other scripts, as far as they fit into half an hour",
  async () => {
    let told = 0;
    const played = await noticesInProcesses({ runs: RUNS, forMs: FOR_MS, seed: SEED, processes: PROCESSES }, (so) => {
      if (so - told < 5_000) return;
      told = so;
      console.info(`${so} scripts from seed ${SEED} on`);
    });
    console.info(`${played} scripts from seed ${SEED} on`);
    expect(played).toBeGreaterThanOrEqual(LEAST);
  },
  FOR_MS + 5 * 60_000,
);
