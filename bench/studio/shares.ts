import { cpuMsOf } from "./cpu.ts";

/** Runs `work` and tells which share of a core each of some processes has used meanwhile, by the name of the figure. */
export const withShares = async <T extends { tookMs: number }>(
  watched: Readonly<Record<string, number>>,
  work: () => Promise<T>,
): Promise<{ outcome: T; shares: Record<string, number> }> => {
  const before = Object.entries(watched).map(([name, pid]) => ({ name, pid, ms: cpuMsOf(pid) }));
  const outcome = await work();
  const shares = before.map(({ name, pid, ms }) => [name, (cpuMsOf(pid) - ms) / outcome.tookMs] as const);
  return { outcome, shares: Object.fromEntries(shares) };
};
