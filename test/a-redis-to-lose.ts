import { BUCKETS, bucketOf, type Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber, asText, asTexts } from "../server/redis/reply.ts";

/**
 * Puts a copy back as a server finds it that started from it: what says under which boot it was written (see prelude.lua) speaks of another one. The server of the tests
 * goes on under its own, since others use it too; so the copies are made those of an earlier one.
 * KEYS: 1 the copy, 2 the key   Reply: 1, or 0 when there is no copy
 */
const PUT_BACK = `
  if redis.call('COPY', KEYS[1], KEYS[2]) == 0 then return 0 end
  local run = string.match(redis.call('INFO', 'server'), 'run_id:(%x+)')
  local replication = string.match(redis.call('INFO', 'replication'), 'master_replid:(%x+)')
  local boot, earlier = string.sub(run, 1, 16) .. string.sub(replication, 1, 16), string.rep('0', 32)
  local type = redis.call('TYPE', KEYS[2]).ok
  if type == 'string' then
    local value, count = string.gsub(redis.call('GET', KEYS[2]), boot, earlier)
    if count > 0 then redis.call('SET', KEYS[2], value, 'KEEPTTL') end
  elseif type == 'hash' then
    local all = redis.call('HGETALL', KEYS[2])
    for index = 1, #all, 2 do
      local value, count = string.gsub(all[index + 1], boot, earlier)
      if count > 0 then redis.call('HSET', KEYS[2], all[index], value) end
    end
  end
  return 1`;

/**
 * Remembers all of a namespace. `lose` leaves what a restart of Redis from a file of that moment would: of each key the value it had, written by an earlier run of the server.
 * `owner`: only what lies in its bucket, as where that master of a cluster loses its tail and the others do not.
 */
export const aRedisToLose = async (redis: Redis, keys: Keys, owner?: string): Promise<{ lose(): Promise<void> }> => {
  const any = keys.inBucket(0, "any");
  const names = async (): Promise<string[]> => {
    const found: string[] = [];
    let cursor = "0";
    do {
      const match = owner === undefined ? `${keys.namespace}:*` : `${keys.bucketPrefix(bucketOf(owner))}*`;
      const [next, page] = asList(await redis.run(any, ["SCAN", cursor, "MATCH", match, "COUNT", "10000"]));
      found.push(...asTexts(page));
      cursor = asText(next);
    } while (cursor !== "0");
    return [...new Set(found)];
  };
  const all = async (of: readonly string[], each: (name: string) => Promise<void>): Promise<void> => {
    await Promise.all(of.map(each));
  };
  // A dump is not text, so Redis keeps the copies itself.
  const copy = `lost-${keys.namespace}-${BUCKETS}${owner ?? ""}`;
  const kept = await names();
  await all(kept, async (name) => void (await redis.run(name, ["COPY", name, `${copy}:${name}`, "REPLACE"])));
  return {
    lose: async () => {
      await all(await names(), async (name) => void (await redis.run(name, ["DEL", name])));
      await all(kept, async (name) => {
        const back = asNumber(await redis.run(name, ["EVAL", PUT_BACK, "2", `${copy}:${name}`, name]));
        if (back !== 1) throw new Error(`${name} was not kept`);
      });
    },
  };
};
