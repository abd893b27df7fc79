/**
 * Has writes of one batch leave in groups: those that come while a group is under way make the next one, so that whoever sends need not wait for each, and they share
 * commands' way to Redis and back. What one call of `add` gets leaves in one piece.
 */
export type GroupedWrites = {
  /** Returns at once, unless so many wait already that Redis is slower than the sender. Throws what an earlier group failed with. */
  add(write: () => Promise<unknown>): Promise<void>;
  /** All that was added is written. */
  done(): Promise<void>;
};

export const makeGroupedWrites = (most: number): GroupedWrites => {
  let waiting: (() => Promise<unknown>)[] = [];
  let running: Promise<void> | undefined;
  let failed: { error: unknown } | undefined;

  const run = async (): Promise<void> => {
    try {
      while (waiting.length > 0 && failed === undefined) {
        const group = waiting;
        waiting = [];
        await Promise.all(group.map((write) => write()));
      }
    } catch (error) {
      failed = { error };
    } finally {
      running = undefined;
    }
  };
  const throwFailed = (): void => {
    if (failed !== undefined) throw failed.error;
  };

  return {
    add: async (write) => {
      throwFailed();
      waiting.push(write);
      running ??= run();
      if (waiting.length >= most) await running;
      throwFailed();
    },
    done: async () => {
      while (running !== undefined) await running;
      throwFailed();
    },
  };
};
