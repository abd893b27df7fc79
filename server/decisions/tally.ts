/** Adds one to each of these counters; settles when that is written. */
export type Tally = (counters: readonly string[]) => Promise<void>;

/** Numbers leave in groups: what is counted while a group is on its way makes the next one. What `write` fails with, all of its group fail with. */
export const makeTally = (write: (counts: ReadonlyMap<string, number>) => Promise<unknown>): Tally => {
  let next: { counts: Map<string, number>; written: Promise<void> } | undefined;
  let running: Promise<void> = Promise.resolve();

  const open = () => {
    const counts = new Map<string, number>();
    const written = running.then(async () => {
      next = undefined;
      await write(counts);
    });
    running = written.catch(() => undefined);
    return { counts, written };
  };

  return (counters) => {
    if (counters.length === 0) return Promise.resolve();
    next ??= open();
    const { counts, written } = next;
    for (const counter of counters) counts.set(counter, (counts.get(counter) ?? 0) + 1);
    return written;
  };
};
