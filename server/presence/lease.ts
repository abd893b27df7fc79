import { randomUUID } from "node:crypto";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber } from "../redis/reply.ts";

/** A process's sign of life. Its incarnation is a new random name at every start. */
export type Lease = {
  readonly incarnation: string;
  /** Calls back after the lease had run out (the process was stalled, or Redis away) and was taken again: others took what this process holds for gone. */
  onLapse(listener: () => void): void;
  /** Gives the lease up at once and stops renewing. */
  release(): Promise<void>;
};

/** Which incarnations are alive; answers may be up to 1 s old. */
export type Leases = {
  alive(incarnations: readonly string[]): Promise<Set<string>>;
};

/** Two renewals may fail before the lease runs out. */
const RENEWALS_PER_LEASE = 3;
const ANSWER_KEPT_MS = 1_000;

const leaseKey = (keys: Keys, incarnation: string): string => keys.of(`process:${incarnation}`, "lease");

/**
 * Takes a lease that holds until `leaseMs` after this process's last sign of life. While Redis does not answer the lease may run out; it is
 * taken again as soon as Redis does. Throws when the first sign of life cannot be given.
 */
export const startLease = async (redis: Redis, keys: Keys, leaseMs: number): Promise<Lease> => {
  const incarnation = randomUUID();
  const key = leaseKey(keys, incarnation);
  const listeners = new Set<() => void>();
  /** Whether the lease still held. */
  const renew = async (): Promise<boolean> =>
    (await redis.run(key, ["SET", key, "1", "GET", "PX", String(leaseMs)])) !== null;
  await renew();
  let renewal: Promise<unknown> = Promise.resolve();
  const timer = setInterval(() => {
    renewal = renew().then(
      (held) => {
        if (!held) for (const listener of listeners) listener();
      },
      () => {},
    );
  }, leaseMs / RENEWALS_PER_LEASE).unref();
  return {
    incarnation,
    onLapse: (listener) => {
      listeners.add(listener);
    },
    release: async () => {
      clearInterval(timer);
      await renewal;
      await redis.run(key, ["DEL", key]);
    },
  };
};

export const makeLeases = (redis: Redis, keys: Keys): Leases => {
  const answers = new Map<string, { alive: Promise<boolean>; at: number }>();
  const ask = async (incarnation: string): Promise<boolean> => {
    const key = leaseKey(keys, incarnation);
    return asNumber(await redis.run(key, ["EXISTS", key])) === 1;
  };
  const forgetOld = (now: number): void => {
    for (const [incarnation, { at }] of answers) if (now - at >= ANSWER_KEPT_MS) answers.delete(incarnation);
  };
  const isAlive = (incarnation: string, now: number): Promise<boolean> => {
    const known = answers.get(incarnation);
    if (known) return known.alive;
    const alive = ask(incarnation);
    answers.set(incarnation, { alive, at: now });
    alive.catch(() => answers.delete(incarnation));
    return alive;
  };
  return {
    alive: async (incarnations) => {
      const now = performance.now();
      forgetOld(now);
      const asked = [...new Set(incarnations)];
      const alive = await Promise.all(asked.map((incarnation) => isAlive(incarnation, now)));
      return new Set(asked.filter((_, index) => alive[index]));
    },
  };
};
