import type { Logger } from "pino";
import type { Keys } from "../redis/bucket.ts";
import { every } from "../redis/every.ts";
import type { Redis } from "../redis/redis.ts";
import { rankingProjection } from "./projection.ts";
import { makeTotals } from "./totals.ts";

/** Looks whether rankings have everything. */
const LOOK_MS = 10_000;

/**
 * Keeps the rankings whole until it is closed: where Redis was started anew, lost something or has never had a ranking, all guilds are read once. Its projection has to be
 * given what happens.
 */
export const startRanking = (redis: Redis, keys: Keys, logger: Logger, { lookMs = LOOK_MS } = {}) => {
  const totals = makeTotals(redis, keys);
  const look = async (): Promise<void> => {
    const began = performance.now();
    if (await totals.fill()) logger.info({ event: "rankings-filled", ms: Math.round(performance.now() - began) });
  };
  const offRestored = redis.onRestored(totals.doubt);
  const looks = every(lookMs, look, (error) => {
    totals.doubt();
    logger.warn({ event: "rankings-not-filled", error: String(error) });
  });
  looks.now();
  return {
    projection: rankingProjection(totals),
    close: (): void => {
      looks.close();
      offRestored();
    },
  };
};
