import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asText, asTexts } from "../server/redis/reply.ts";

const READINGS: Readonly<Record<string, (key: string) => [string, ...string[]]>> = {
  hash: (key) => ["HGETALL", key],
  zset: (key) => ["ZRANGE", key, "0", "-1", "WITHSCORES"],
  list: (key) => ["LRANGE", key, "0", "-1"],
  set: (key) => ["SMEMBERS", key],
  stream: (key) => ["XRANGE", key, "-", "+"],
  string: (key) => ["GET", key],
};

/** All that Redis keeps of guilds, players and wars of a namespace, but for how often rooms are to look at a guild. */
export const guildsAsTheyAre = async (redis: Redis, keys: Keys): Promise<Record<string, unknown>> => {
  const all = asTexts(asList(await redis.run("", ["KEYS", `*${keys.namespace}*`]))).sort();
  const ours = all.filter((one) => /:(guild|player|war):/.test(one));
  const found = await Promise.all(
    ours.map(async (key): Promise<[string, unknown][]> => {
      const type = asText(await redis.run(key, ["TYPE", key]));
      const value = await redis.run(key, READINGS[type]?.(key) ?? ["TYPE", key]);
      if (type !== "hash") return [[key, value]];
      const flat = asTexts(asList(value));
      const fields = flat.flatMap((field, index) => (index % 2 === 0 ? [[field, flat[index + 1]] as const] : []));
      const rest = fields.filter(([field]) => field !== "version").sort(([a], [b]) => (a < b ? -1 : 1));
      return rest.length > 0 ? [[key, rest]] : [];
    }),
  );
  return Object.fromEntries(found.flat());
};
