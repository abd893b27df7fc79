/**
 * Runs `work` after being poked: at once, then at most once per `gapMs()`; a poke during the work or the gap leads to one more run. Stops for good by `close`.
 * `work` must not throw.
 */
export const makeRefresher = (work: () => Promise<void>, gapMs: () => number): { poke(): void; close(): void } => {
  let wanted = false;
  let busy = false;
  let closed = false;
  let timer: NodeJS.Timeout | undefined;
  const run = async (): Promise<void> => {
    busy = true;
    wanted = false;
    await work();
    if (closed) return;
    timer = setTimeout(() => {
      busy = false;
      if (wanted) void run();
    }, gapMs());
  };
  return {
    poke: () => {
      wanted = true;
      if (!busy && !closed) void run();
    },
    close: () => {
      closed = true;
      clearTimeout(timer);
    },
  };
};
