import { setTimeout as delay } from "node:timers/promises";
import PQueue from "p-queue";
import type { PutSeason, Season, SeasonId } from "../../shared/api/ranking.ts";
import { GremioError } from "../../shared/errors.ts";
import { makeAsk } from "../redis/ask.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asText } from "../redis/reply.ts";
import { parseSeasons, RANKING, type SeasonRow, type SeasonsRead, seasonOf } from "./season-row.ts";

export type Seasons = {
  /**
   * Plans a season or changes one that is not over; the same again changes nothing. When it returns, every bucket counts by it. Throws `season-overlaps`,
   * `season-settled`, `bad-request` (it would be over already).
   */
  put(season: PutSeason): Promise<Season>;
  /** Throws `season-not-found`. */
  get(season: SeasonId | "current"): Promise<Season>;
  /** The newest first. */
  list(limit: number): Promise<Season[]>;
  /** All that is to be done about seasons: those that are not closed, and the time of Redis. */
  open(): Promise<SeasonsRead>;
  row(season: SeasonId): Promise<{ now: number; plan: string; row: SeasonRow | undefined }>;
  /** Has all buckets count by a plan. */
  tell(plan: string): Promise<void>;
};

/** More seasons than these are never open at once: one runs, one is planned by it, and a studio may plan some years. */
const MOST_OPEN = 1_000;
const AT_ONCE = 64;
const MOST_TRIES = 5;
const AGAIN_MS = 100;

export const makeSeasons = (redis: Redis, keys: Keys): Seasons => {
  const ask = makeAsk(redis, keys);
  const read = async (season: SeasonId | "", limit: number, onlyOpen = false): Promise<SeasonsRead> =>
    parseSeasons(await ask("season_read", RANKING, [season, String(limit), onlyOpen ? "1" : "0"]));
  const open = (): Promise<SeasonsRead> => read("", MOST_OPEN, true);

  /** A bucket may know a plan that the ranking's bucket has lost: then that is made anew, as a newer one. */
  const tell = async (plan: string): Promise<void> => {
    let telling = plan;
    for (let tries = 1; ; tries++) {
      const queue = new PQueue({ concurrency: AT_ONCE });
      let newer = 0;
      await queue.addAll(
        Array.from({ length: BUCKETS }, (_, bucket) => async () => {
          const [code, version] = asList(await redis.fcall("season_tell", [keys.bucketPrefix(bucket)], [telling]));
          if (code === "newer") newer = Math.max(newer, Number(asText(version)));
        }),
      );
      if (newer === 0) return;
      const now = await open();
      if (Number.parseInt(now.plan, 10) >= newer) telling = now.plan;
      else telling = asText((await ask("season_replan", RANKING, [String(newer)]))[0]);
      if (tries === MOST_TRIES) throw new Error("the plan of seasons changes faster than it can be told");
      await delay(AGAIN_MS);
    }
  };

  const get: Seasons["get"] = async (season) => {
    const { now, seasons } = await (season === "current" ? open() : read(season, 1));
    const found =
      season === "current" ? seasons.find(({ startsAt, endsAt }) => startsAt <= now && now < endsAt) : seasons.at(0);
    if (found === undefined) throw new GremioError("season-not-found");
    return seasonOf(found, now);
  };

  return {
    put: async (season) => {
      const text = JSON.stringify(season);
      const args = [season.season, text, String(season.startsAt), String(season.endsAt), text];
      const [plan] = await ask("season_put", RANKING, args);
      await tell(asText(plan));
      return get(season.season);
    },
    get,
    list: async (limit) => {
      const { now, seasons } = await read("", limit);
      return seasons.map((row) => seasonOf(row, now));
    },
    open,
    row: async (season) => {
      const { now, plan, seasons } = await read(season, 1);
      return { now, plan, row: seasons.at(0) };
    },
    tell,
  };
};
