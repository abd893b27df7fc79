import type { Logger } from "pino";
import type { Keys } from "../redis/bucket.ts";
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
  let busy = false;
  const look = (): void => {
    if (busy) return;
    busy = true;
    const began = performance.now();
    totals
      .fill()
      .then((isDone) => {
        if (isDone) logger.info({ event: "rankings-filled", ms: Math.round(performance.now() - began) });
      })
      .catch((error: unknown) => {
        totals.doubt();
        logger.warn({ event: "rankings-not-filled", error: String(error) });
      })
      .finally(() => {
        busy = false;
      });
  };
  const offRestored = redis.onRestored(totals.doubt);
  const timer = setInterval(look, lookMs);
  look();
  return {
    projection: rankingProjection(totals),
    close: (): void => {
      clearInterval(timer);
      offRestored();
    },
  };
};
