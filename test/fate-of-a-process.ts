import { RedisUnavailable } from "../server/redis/redis.ts";
import { aDeath, type Fault, type Step } from "./dying-before.ts";

/**
 * What becomes of a process at its `at`th step. `none`: nothing; `sleeps`: it stands still, whole, until it is woken, and then goes on as if nothing were; others see dying-before.ts.
 * `during`: others do something right before steps of its.
 */
export type Fate = { at: number; fault: Fault | "none" | "sleeps" };
export type During = { at: number; does: () => Promise<void> };

export type Life = {
  step: Step;
  /** Settles when it stands still. */
  asleep: Promise<void>;
  wake(): void;
  /** When nothing it began is under way any more, unless it stands still. */
  quiet(): Promise<void>;
};

export const aLife = ({ at, fault }: Fate, during: readonly During[]): Life => {
  const dies = aDeath(
    fault === "none" || fault === "sleeps" ? 0 : at,
    fault === "none" || fault === "sleeps" ? "before" : fault,
  );
  const asleep = Promise.withResolvers<void>();
  const awake = Promise.withResolvers<void>();
  let steps = 0;
  let sleeping = false;
  const underWay = new Set<Promise<unknown>>();
  const take: Step = async (does) => {
    steps += 1;
    const step = steps;
    if (fault === "sleeps" && step === at) {
      sleeping = true;
      asleep.resolve();
    }
    if (sleeping) {
      await awake.promise;
      sleeping = false;
    }
    for (const one of during) if (one.at === step) await one.does();
    return dies(does);
  };
  return {
    asleep: asleep.promise,
    wake: () => awake.resolve(),
    quiet: async () => {
      while (underWay.size > 0) await Promise.allSettled(underWay);
    },
    step: (does) => {
      const one = take(does);
      underWay.add(one);
      const over = () => void underWay.delete(one);
      one.then(over, over);
      return one;
    },
  };
};
export const isSilence = (error: unknown): boolean => error instanceof RedisUnavailable;
