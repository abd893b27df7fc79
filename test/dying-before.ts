import { setImmediate } from "node:timers/promises";
import type { Archive } from "../server/points/archive.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";

/** What goes round each step of a process: one call of Redis or of the archive. */
export type Step = <T>(does: () => Promise<T>) => Promise<T>;

/**
 * What becomes of a process at its `n`th step. `before`: it dies (-9, seen from outside) and does nothing any more. `after`: so it does, but the step was done. `unheard`: the step
 * is done and its answer lost, `unsent`: it is never done; in both it hears that Redis did not answer, and lives on. `late`: it pauses, so that others come before it.
 */
export const FAULTS = ["before", "after", "unheard", "unsent", "late"] as const;
export type Fault = (typeof FAULTS)[number];

/** Turns of the event loop: others make some steps meanwhile. */
const PAUSE_TURNS = 60;
const pause = async (): Promise<void> => {
  for (let turn = 0; turn < PAUSE_TURNS; turn++) await setImmediate();
};

const silence = () => new RedisUnavailable(new Error("killed"));

/** Counts the steps of a process and has one go wrong. `n` 0: none does. */
export const aDeath = (n: number, fault: Fault = "before"): Step => {
  let steps = 0;
  return async (does) => {
    steps += 1;
    if (n === 0 || steps < n) return does();
    if (steps > n) {
      if (fault === "before" || fault === "after") throw silence();
      return does();
    }
    if (fault === "late") {
      await pause();
      return does();
    }
    if (fault === "after" || fault === "unheard") await does();
    throw silence();
  };
};

export const dyingRedis = (redis: Redis, step: Step): Redis => ({
  ...redis,
  run: (key, args) => step(() => redis.run(key, args)),
  fcall: (name, keys, args) => step(() => redis.fcall(name, keys, args)),
});

export const dyingArchive = (archive: Archive, step: Step): Archive => ({
  put: (name, text) => step(() => archive.put(name, text)),
  get: (name) => step(() => archive.get(name)),
  list: archive.list,
});
