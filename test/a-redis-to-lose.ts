import { BUCKETS, type Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../server/redis/reply.ts";

/** Remembers all of a namespace on one server. `lose` leaves what a restart of Redis from a file of that moment would. */
export const aRedisToLose = async (redis: Redis, keys: Keys): Promise<{ lose(): Promise<void> }> => {
  const any = keys.inBucket(0, "any");
  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    let cursor = "0";
    do {
      const match = `${keys.namespace}:*`;
      const [next, page] = asList(await redis.run(any, ["SCAN", cursor, "MATCH", match, "COUNT", "10000"]));
      found.push(...asTexts(page));
      cursor = asText(next);
    } while (cursor !== "0");
    return [...new Set(found)];
  };
  // A dump is not text, so Redis keeps the copies itself.
  const copy = `lost-${keys.namespace}-${BUCKETS}`;
  const kept = await names();
  for (const name of kept) await redis.run(name, ["COPY", name, `${copy}:${name}`, "REPLACE"]);
  return {
    lose: async () => {
      for (const name of await names()) await redis.run(name, ["DEL", name]);
      for (const name of kept) {
        const copied = asNumber(await redis.run(name, ["COPY", `${copy}:${name}`, name]));
        if (copied !== 1) throw new Error(`${name} was not kept`);
      }
    },
  };
};
