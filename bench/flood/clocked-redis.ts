import { pino } from "pino";
import { startEmbeddedRedis } from "../../deploy/embedded-redis.ts";
import { type Keys, makeKeys } from "../../server/redis/bucket.ts";
import { connectRedis } from "../../server/redis/connect.ts";
import { libraryCode } from "../../server/redis/functions.ts";
import type { Redis } from "../../server/redis/redis.ts";

export type ClockedRedis = {
  readonly redis: Redis;
  readonly keys: Keys;
  /** What Redis' clock shows from now on, in epoch ms; it stands still in between. */
  setClock(nowMs: number): Promise<void>;
  stop(): Promise<void>;
};

const ASKED = "redis.call('TIME')";
const SHOWN = "{ 0, 1000 * redis.call('GET', 'clock') }";

/**
 * A Redis of its own in which our functions ask a clock that is set by hand; everything else of them is as it is in production, so that hours and days can be
 * tried in seconds. Only what a function decides by the time follows that clock: keys expire by the real one. Throws when the functions ask for the time in
 * another way than this replaces.
 */
export const startClockedRedis = async (nowMs: number): Promise<ClockedRedis> => {
  if (libraryCode.split(ASKED).length !== 2)
    throw new Error(`the library asks for ${ASKED} at another number of places than one`);
  const server = await startEmbeddedRedis();
  try {
    const redis = await connectRedis({ url: server.url, cluster: false, allowNoAof: false }, pino({ level: "silent" }));
    const setClock = async (ms: number): Promise<void> => {
      await redis.run("clock", ["SET", "clock", String(ms)]);
    };
    await setClock(nowMs);
    await redis.run("clock", ["FUNCTION", "LOAD", "REPLACE", libraryCode.replace(ASKED, SHOWN)]);
    const stop = async (): Promise<void> => {
      await redis.close();
      await server.stop();
    };
    return { redis, keys: makeKeys("clocked"), setClock, stop };
  } catch (error) {
    await server.stop();
    throw error;
  }
};
