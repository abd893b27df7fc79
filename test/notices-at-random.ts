import fc from "fast-check";
import { playedScript } from "./played-script.ts";
import { redisOfManyClocks } from "./redis-of-many-clocks.ts";
import { type Script, scriptArbitrary } from "./script-of-notices.ts";
import { shortenedScript } from "./shortened-script.ts";

/** Scripts that run side by side, each in a namespace of its own, and those after which Redis is emptied. */
const SIDE_BY_SIDE = 80;
const PER_BATCH = 240;

export type AtRandom = {
  runs: number;
  /** No batch is begun after so long. */
  forMs?: number | undefined;
  seed?: number | undefined;
};

/**
 * Plays so many random scripts, or until so much time is over. Throws the shortest that goes wrong, with the seed of its batch: `runs` 240 with that seed play it again. Gives how many were
 * played. `onPlayed`: told how many after each batch. `trace`: told of every step of the shortest.
 */
export const noticesAtRandom = async (
  { runs, forMs = Number.POSITIVE_INFINITY, seed = fc.readConfigureGlobal()?.seed ?? Date.now() % 2 ** 31 }: AtRandom,
  { onPlayed, trace }: { onPlayed?: (played: number) => void; trace?: (line: string) => void } = {},
): Promise<number> => {
  const clocks = await redisOfManyClocks();
  const ends = performance.now() + forMs;
  let played = 0;
  try {
    for (let batch = 0; played < runs && performance.now() < ends; batch++) {
      const scripts = fc.sample(scriptArbitrary, { numRuns: Math.min(PER_BATCH, runs - played), seed: seed + batch });
      let next = 0;
      let failed: { script: Script; what: string } | undefined;
      const line = async (): Promise<void> => {
        for (let script = scripts[next++]; script !== undefined && failed === undefined; script = scripts[next++]) {
          const what = await playedScript(clocks, script);
          if (what !== undefined) failed ??= { script, what };
        }
      };
      await Promise.all(Array.from({ length: SIDE_BY_SIDE }, line));
      if (failed !== undefined) {
        const { script, what } = failed;
        const short = await shortenedScript(clocks, script, what);
        const again = await playedScript(clocks, short, trace);
        throw new Error(`${again ?? what}\nseed ${seed + batch}: ${JSON.stringify(short)}`);
      }
      played += scripts.length;
      onPlayed?.(played);
      await clocks.clear();
    }
    return played;
  } finally {
    await clocks.stop();
  }
};
