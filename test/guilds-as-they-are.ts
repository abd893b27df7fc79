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

/** All that Redis keeps of guilds, players and wars of a namespace, but for how often rooms are to look at a guild, and who asked for what. */
export const guildsAsTheyAre = async (redis: Redis, keys: Keys): Promise<Record<string, unknown>> => {
  const found: Record<string, unknown> = {};
  const all = asTexts(asList(await redis.run("", ["KEYS", `*${keys.namespace}*`]))).sort();
  for (const key of all.filter((one) => /:(guild|player|war):/.test(one) && !one.endsWith(":audit"))) {
    const type = asText(await redis.run(key, ["TYPE", key]));
    const value = await redis.run(key, READINGS[type]?.(key) ?? ["TYPE", key]);
    if (type !== "hash") found[key] = value;
    else {
      const flat = asTexts(asList(value));
      const fields = flat.flatMap((field, index) => (index % 2 === 0 ? [[field, flat[index + 1]] as const] : []));
      const rest = fields.filter(([field]) => field !== "version").sort(([a], [b]) => (a < b ? -1 : 1));
      if (rest.length > 0) found[key] = rest;
    }
  }
  return found;
};
