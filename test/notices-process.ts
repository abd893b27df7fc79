/** `node test/notices-process.ts RUNS FOR_MS SEED [trace]` plays random scripts of notices, see notices-at-random.ts. It tells its parent how many it has played, and what went wrong. */
import { noticesAtRandom } from "./notices-at-random.ts";

const [runs, forMs, seed, isTraced] = process.argv.slice(2);
process.on("disconnect", () => process.exit(1));
try {
  await noticesAtRandom(
    { runs: Number(runs), forMs: Number(forMs), seed: Number(seed) },
    { onPlayed: (played) => process.send?.({ played }), ...(isTraced && { trace: console.error }) },
  );
} catch (error) {
  process.send?.({ failed: error instanceof Error ? error.message : String(error) });
}
process.disconnect?.();
