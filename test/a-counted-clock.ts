import { type Clock, systemClock } from "../client/clock.ts";

/** A clock, and how many timers on it wait: a closed client must have none. */
export const aCountedClock = (clock: Clock = systemClock): { clock: Clock; waiting(): number } => {
  const timers = new Set<object>();
  return {
    clock: {
      now: () => clock.now(),
      after: (ms, work) => {
        const timer = {};
        timers.add(timer);
        const cancel = clock.after(ms, () => {
          timers.delete(timer);
          work();
        });
        return () => {
          timers.delete(timer);
          cancel();
        };
      },
    },
    waiting: () => timers.size,
  };
};
