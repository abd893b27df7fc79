import { startEmbeddedRedis } from "../deploy/embedded-redis.ts";
import { libraryCode } from "../server/redis/functions.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aRedis } from "./a-redis.ts";

const COMMAND = `local command
do
  local functions = {}
  function command(name, fn)
`;
const NOW = `local function now_ms()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
`;
const CLOCKS = `local command, now_ms
do
  local functions, namespace = {}, nil
  function now_ms() return tonumber(redis.call('GET', namespace .. 'clock')) end
  function command(name, plain)
    local function fn(keys, argv)
      namespace = string.match(keys[1], '^[^{]*')
      return plain(keys, argv)
    end
`;

/** A Redis of its own in which every namespace has its own clock, which stands still until it is set (`set`). Nothing expires by these clocks. */
export const redisOfManyClocks = async (): Promise<{
  redis: Redis;
  set(namespace: string, ms: number): Promise<void>;
  /** Forgets all that is stored. */
  clear(): Promise<void>;
  stop(): Promise<void>;
}> => {
  const server = await startEmbeddedRedis({ appendfsync: "no" });
  const { redis } = await aRedis({ url: server.url, cluster: false });
  if (!libraryCode.includes(COMMAND) || !libraryCode.includes(NOW)) throw new Error("the prelude has changed");
  const code = libraryCode.replace(NOW, "").replace(COMMAND, CLOCKS);
  await redis.run("", ["FUNCTION", "LOAD", "REPLACE", code]);
  // Nothing here outlives its script.
  await redis.run("", ["CONFIG", "SET", "appendonly", "no"]);
  return {
    redis,
    set: async (namespace, ms) => {
      const key = `${namespace}:clock`;
      await redis.run(key, ["SET", key, String(ms)]);
    },
    clear: async () => {
      await redis.run("", ["FLUSHALL"]);
    },
    stop: async () => {
      await redis.close();
      await server.stop();
    },
  };
};
