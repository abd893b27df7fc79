import type { Archive } from "../server/points/archive.ts";
import { type Redis, RedisUnavailable } from "../server/redis/redis.ts";

/** Counts the steps of a process; it dies (-9, seen from outside) before the `n`th and does nothing any more. 0: it lives. */
export const aDeath = (n: number): (() => void) => {
  let steps = 0;
  return () => {
    steps += 1;
    if (n > 0 && steps >= n) throw new RedisUnavailable(new Error("killed"));
  };
};

export const dyingRedis = (redis: Redis, step: () => void): Redis => ({
  ...redis,
  run: async (key, args) => {
    step();
    return redis.run(key, args);
  },
  fcall: async (name, keys, args) => {
    step();
    return redis.fcall(name, keys, args);
  },
});

export const dyingArchive = (archive: Archive, step: () => void): Archive => ({
  put: async (name, text) => {
    step();
    return archive.put(name, text);
  },
  get: async (name) => {
    step();
    return archive.get(name);
  },
  list: archive.list,
});
