import { availableParallelism, loadavg } from "node:os";

/** What is done in so long on a machine with nothing else to do is done in this on one as busy as ours is now; both in milliseconds. */
export const within = (ms: number): number => ms * Math.max(3, (4 * (loadavg()[0] ?? 0)) / availableParallelism());
