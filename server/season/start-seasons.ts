import { randomUUID } from "node:crypto";
import type { Logger } from "pino";
import type { SeasonId } from "../../shared/api/ranking.ts";
import { GremioError } from "../../shared/errors.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { readDurability, TAIL_MS } from "../redis/durability.ts";
import { every } from "../redis/every.ts";
import type { Redis } from "../redis/redis.ts";
import { type CloserOptions, makeCloser } from "./closer.ts";
import { nextSeason } from "./next-season.ts";
import { makeRewards } from "./rewards.ts";
import { RANKING, type SeasonRow, type SeasonsRead } from "./season-row.ts";
import type { Seasons } from "./seasons.ts";
import { makeSteadyClock } from "./steady-clock.ts";

export type StartSeasonsOptions = {
  historyLength: number;
  /** From one look to the next. */
  paceMs?: number;
  closer?: Partial<CloserOptions>;
};

const PACE_MS = 1_000;
/** How long one that died keeps others from closing a season. */
const LEASE_MS = 10_000;

/**
 * Has this process be one of those that begin seasons, plan the next ones and close those that have ended. What is due is read from Redis every second, so that a season
 * is late when no process runs, and never stuck.
 */
export const startSeasons = (
  redis: Redis,
  keys: Keys,
  seasons: Seasons,
  logger: Logger,
  options: StartSeasonsOptions,
): { close(): void } => {
  const ask = makeAsk(redis, keys);
  const holder = randomUUID();
  const isSteady = makeSteadyClock();
  const rewards = makeRewards(redis, keys, logger, options);
  const notRepeated = new Set<SeasonId>();
  let told = "";
  let closed = false;

  const leased = async (ms: number): Promise<boolean> =>
    (await ask.raw("season_lease", RANKING, [holder, String(ms)])).code === "ok";

  const closeOne = async (season: SeasonId): Promise<void> => {
    const settleMs = options.closer?.settleMs ?? TAIL_MS[(await readDurability(redis)).fsync];
    const closer = makeCloser(redis, keys, { seasons, rewards }, { ...options.closer, settleMs });
    const began = performance.now();
    while (!closed && (await leased(LEASE_MS))) {
      const { state, againInMs } = await closer.step(season);
      if (state === "closed" || state === "gone") {
        logger.info({ event: "season-closed", season, ms: Math.round(performance.now() - began) });
        await leased(0);
        return;
      }
      // The next look goes on.
      if (againInMs > 0) return;
    }
  };

  const planNext = async ({ asked }: SeasonRow, { now, seasons: all }: SeasonsRead): Promise<void> => {
    const next = nextSeason(asked, now);
    if (next === undefined || all.some((row) => row.asked.season === next.season)) return;
    await seasons.put(next).catch((error: unknown) => {
      if (!(error instanceof GremioError)) throw error;
      // The studio has planned otherwise; it may yet change that.
      if (!notRepeated.has(next.season))
        logger.warn({ event: "season-not-repeated", season: next.season, code: error.code });
      notRepeated.add(next.season);
    });
  };

  const look = async (): Promise<void> => {
    const read = await seasons.open();
    const { now, plan, boot } = read;
    if (`${boot} ${plan}` !== told) {
      await seasons.tell(plan);
      told = `${boot} ${plan}`;
    }
    if (!isSteady(now)) return;
    const due = read.seasons.filter(({ state, startsAt, endsAt }) =>
      state === "planned" ? startsAt <= now : state === "running" ? endsAt <= now : true,
    );
    for (const row of read.seasons) if (row.startsAt <= now) await planNext(row, read);
    for (const { asked } of due.toSorted((one, other) => one.startsAt - other.startsAt)) {
      if (closed) return;
      await closeOne(asked.season);
    }
  };

  const looks = every(options.paceMs ?? PACE_MS, look, (error) =>
    logger.warn({ event: "seasons-failed", error: String(error) }),
  );
  // A bucket may have lost what it was told.
  const offRestored = redis.onRestored(() => {
    told = "";
  });
  return {
    close: () => {
      closed = true;
      looks.close();
      offRestored();
    },
  };
};
