/** Does things side by side, those of one lane one after another. For one caller, who waits for each `add`. */
export type Lanes = {
  /** Settles when there is room for another. What a task throws, `add` or `drain` throws; what waits then is not begun. */
  add(lane: string, task: () => Promise<void>): Promise<void>;
  /** Settles when all is done. */
  drain(): Promise<void>;
};

/** `most`: tasks that wait or are under way. */
export const makeLanes = (most: number): Lanes => {
  const last = new Map<string, Promise<void>>();
  let underWay = 0;
  let failure: { error: unknown } | undefined;
  let wake: () => void = () => {};

  const until = async (count: number): Promise<void> => {
    while (underWay > count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      wake = resolve;
      await promise;
    }
    if (failure !== undefined) throw failure.error;
  };
  const run = async (before: Promise<void> | undefined, task: () => Promise<void>): Promise<void> => {
    await before;
    try {
      if (failure === undefined) await task();
    } catch (error) {
      failure ??= { error };
    }
    underWay -= 1;
    wake();
  };

  return {
    add: async (lane, task) => {
      underWay += 1;
      const done = run(last.get(lane), task);
      last.set(lane, done);
      void done.then(() => {
        if (last.get(lane) === done) last.delete(lane);
      });
      await until(most - 1);
    },
    drain: () => until(0),
  };
};
