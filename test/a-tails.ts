import { pino } from "pino";
import { onTestFinished } from "vitest";
import { makeLog } from "../server/channel/log.ts";
import { makeTails } from "../server/channel/tails.ts";
import type { Keys } from "../server/redis/bucket.ts";
import { aRedis } from "./a-redis.ts";

/** What follows the channels of a namespace, until the test has finished; heads are compared every `checkMs`. */
export const aTails = async (checkMs = 60_000, at: { url?: string; keys?: Keys } = {}) => {
  const { redis, keys } = await aRedis(at);
  onTestFinished(() => redis.close());
  const log = makeLog(redis, keys, { historyLength: 10_000 });
  const tails = makeTails(redis, keys, log, pino({ level: "silent" }), checkMs);
  onTestFinished(() => tails.close());
  return { redis, keys, log, tails };
};
