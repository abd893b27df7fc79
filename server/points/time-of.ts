import type { Redis } from "../redis/redis.ts";
import { asList, asNumber } from "../redis/reply.ts";

/** The clock of the server that holds `key`, in ms. */
export const timeOf = async (redis: Redis, key: string): Promise<number> => {
  const [seconds = 0, micros = 0] = asList(await redis.run(key, ["TIME"])).map(asNumber);
  return seconds * 1_000 + Math.floor(micros / 1_000);
};
