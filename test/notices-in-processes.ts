import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { z } from "zod";
import type { AtRandom } from "./notices-at-random.ts";

const toldSchema = z.union([z.object({ played: z.int() }), z.object({ failed: z.string() })]);

/** Seeds of one process: more than it has batches. */
const SEEDS = 1_000_000;
/** Scripts make much that is soon forgotten. */
const NODE_OPTIONS = ["--max-semi-space-size=64"];

/**
 * Plays random scripts of notices in so many processes, each with a Redis of its own. Throws the first that goes wrong, which ends the others. Gives how many were played. `onPlayed`: told how
 * many so far.
 */
export const noticesInProcesses = async (
  { runs, forMs, seed, processes }: Required<AtRandom> & { forMs: number; seed: number; processes: number },
  onPlayed: (played: number) => void = () => {},
): Promise<number> => {
  const counts = new Map<number, number>();
  const sum = (): number => [...counts.values()].reduce((total, each) => total + each, 0);
  let failed: string | undefined;
  const children = Array.from({ length: processes }, (_, index) => {
    const own = Math.ceil((runs - index) / processes);
    const args = [own, forMs, (seed + index * SEEDS) % 2 ** 31].map(String);
    const child = fork(join(import.meta.dirname, "notices-process.ts"), args, { execArgv: NODE_OPTIONS });
    child.on("message", (message) => {
      const told = toldSchema.parse(message);
      if ("failed" in told) failed ??= told.failed;
      else counts.set(index, told.played);
      onPlayed(sum());
      if (failed !== undefined) for (const each of children) if (each.connected) each.disconnect();
    });
    return child;
  });
  await Promise.all(children.map((child) => once(child, "exit")));
  if (failed !== undefined) throw new Error(failed);
  return sum();
};
