import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { libraryCode } from "../server/redis/functions.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asNumber, asTexts } from "../server/redis/reply.ts";
import { aRedis } from "./a-redis.ts";

const SHIFT = "clock-shift";
const READING = "return time[1] * 1000 + math.floor(time[2] / 1000)";

/** A Redis of its own whose clock can be moved, as functions read it; keys that would have expired by then have. */
export const aMovedClock = async (): Promise<{
  redis: Redis;
  jump(ms: number): Promise<void>;
  stop(): Promise<void>;
}> => {
  const server = await startEmbeddedRedis();
  const { redis } = await aRedis({ url: server.url, cluster: false });
  if (!libraryCode.includes(READING)) throw new Error("now_ms reads its clock in another way");
  const moved = libraryCode.replace(READING, `${READING} + tonumber(redis.call('GET', '${SHIFT}') or '0')`);
  await redis.run("", ["FUNCTION", "LOAD", "REPLACE", moved]);
  return {
    redis,
    jump: async (ms) => {
      await redis.run(SHIFT, ["INCRBY", SHIFT, String(ms)]);
      for (const key of asTexts(asList(await redis.run(SHIFT, ["KEYS", "*"])))) {
        const left = asNumber(await redis.run(key, ["PTTL", key]));
        if (left > 0) await redis.run(key, ["PEXPIRE", key, String(Math.max(0, left - ms))]);
      }
    },
    stop: async () => {
      await redis.close();
      await server.stop();
    },
  };
};
