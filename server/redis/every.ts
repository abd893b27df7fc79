export type Every = {
  /** Does the work at once, unless it goes on. */
  now(): void;
  close(): void;
};

/**
 * Does the work every `everyMs` until it is closed, and never twice at once: while it goes on, turns are left out. What it throws is told, and the next turn comes all
 * the same. Closing ends no work that goes on; work that takes long has to ask by itself whether it may.
 */
export const every = (everyMs: number, work: () => Promise<unknown>, onError: (error: unknown) => void): Every => {
  let busy = false;
  const now = (): void => {
    if (busy) return;
    busy = true;
    work()
      .catch(onError)
      .finally(() => {
        busy = false;
      });
  };
  const timer = setInterval(now, everyMs);
  return { now, close: () => clearInterval(timer) };
};
