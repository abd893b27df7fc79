/** Gives up on promises that take too long, with one timer for all of them instead of one each. */
export type Deadlines = {
  /** The work's outcome, or a rejection with `timed out` after `ms` (up to a second later). The work itself goes on. */
  within<T>(work: Promise<T>): Promise<T>;
  close(): void;
};

const SWEEP_MS = 1_000;

export const makeDeadlines = (ms: number): Deadlines => {
  const waiting = new Set<{ at: number; giveUp(): void }>();
  const timer = setInterval(() => {
    const now = performance.now();
    // In the order of their deadlines, since all wait equally long.
    for (const each of waiting) {
      if (each.at > now) break;
      each.giveUp();
    }
  }, SWEEP_MS);
  timer.unref();
  return {
    within: <T>(work: Promise<T>) =>
      new Promise<T>((resolve, reject) => {
        const entry = { at: performance.now() + ms, giveUp: () => settle(() => reject(new Error("timed out"))) };
        const settle = (how: () => void): void => {
          waiting.delete(entry);
          how();
        };
        waiting.add(entry);
        work.then(
          (value) => settle(() => resolve(value)),
          (error: unknown) => settle(() => reject(error)),
        );
      }),
    close: () => clearInterval(timer),
  };
};
