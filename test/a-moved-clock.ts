import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { libraryCode } from "../server/redis/functions.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";

const SHIFT = "clock-shift";
/** What expires does so earlier by as much, also what is in its last millisecond, of which 0 are left; when the clock is set back, later. */
const EXPIRE = `
for _, key in ipairs(redis.call('KEYS', '*')) do
  local left = redis.call('PTTL', key)
  if left >= 0 then redis.call('PEXPIRE', key, math.max(0, left - tonumber(ARGV[1]))) end
end`;
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
      await redis.run(SHIFT, ["EVAL", EXPIRE, "0", String(ms)]);
    },
    stop: async () => {
      await redis.close();
      await server.stop();
    },
  };
};
