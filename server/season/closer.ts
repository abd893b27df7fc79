import type { SeasonId } from "../../shared/api/ranking.ts";
import { makeAsk } from "../redis/ask.ts";
import { BUCKETS, type Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asTexts } from "../redis/reply.ts";
import type { Rewards, Standing } from "./rewards.ts";
import { RANKING, type SeasonRow } from "./season-row.ts";
import type { Seasons } from "./seasons.ts";

export type CloserOptions = {
  /**
   * What Redis may lose of its tail, in ms. Nothing of a state is built upon before it is that old, and a pass over guilds counts when all it saw was; 0: Redis loses
   * nothing.
   */
  settleMs: number;
  /** Guilds rewarded in one step. */
  guildsAtOnce?: number;
};

/** What has become of a season by a step of this process, or of another. */
export type Stepped = { state: SeasonRow["state"] | "gone"; againInMs: number };

/**
 * Takes seasons from one state to the next. Any number of processes may do so at the same time and die anywhere: a step is taken once, because it compares and sets; what
 * is done before it in other buckets is done once, because it is marked there.
 */
export type Closer = {
  /** One step; `againInMs`: when there is more to do. */
  step(season: SeasonId): Promise<Stepped>;
};

/** Fenced in one step: some milliseconds of Redis. */
const BUCKETS_AT_ONCE = 16;
const FENCED_AT_ONCE = 50;
const GUILDS_AT_ONCE = 40;

export const makeCloser = (
  redis: Redis,
  keys: Keys,
  { seasons, rewards }: { seasons: Pick<Seasons, "row" | "tell">; rewards: Rewards },
  { settleMs, guildsAtOnce = GUILDS_AT_ONCE }: CloserOptions,
): Closer => {
  const ask = makeAsk(redis, keys);
  type Fields = Readonly<Record<string, string | number>>;

  const move = async ({ asked, step }: SeasonRow, state: string, fields: Fields, result: readonly string[] = []) => {
    const flat = Object.entries(fields).flatMap(([field, value]) => [field, String(value)]);
    const args = [asked.season, String(step), state, String(flat.length), ...flat, ...result];
    const { code } = await ask.raw("season_step", RANKING, args);
    if (code !== "ok" && code !== "stale" && code !== "early") throw new Error(`season_step answered ${code}`);
    return code;
  };

  /** All that a bucket tells of a season's guilds from one on; fences them first. */
  const fence = async (season: SeasonId, plan: string, bucket: number) => {
    const found: string[] = [];
    let youngest = Number.POSITIVE_INFINITY;
    for (let from = 0; ; from += FENCED_AT_ONCE) {
      const args = [season, plan, String(from), String(FENCED_AT_ONCE)];
      const [code, total, ...rows] = asList(await redis.fcall("season_fence", [keys.bucketPrefix(bucket)], args));
      if (code !== "ok") return undefined;
      const texts = asTexts(rows);
      for (let index = 0; index + 4 < texts.length; index += 5) {
        const [guild = "", points = "", age = "", region = "", language = ""] = texts.slice(index, index + 5);
        found.push(guild, points, region, language);
        youngest = Math.min(youngest, Math.max(0, Number(age)));
      }
      if (from + FENCED_AT_ONCE >= asNumber(total)) return { found, youngest };
    }
  };

  const younger = (row: SeasonRow, age: number): string => {
    const youngest = Math.min(row.youngest === "" ? Number.POSITIVE_INFINITY : Number(row.youngest), age);
    return Number.isFinite(youngest) ? String(youngest) : "";
  };
  /** Whether all that a pass saw was so old that Redis does not lose it any more. */
  const isSettled = ({ youngest }: SeasonRow): boolean => youngest === "" || Number(youngest) >= settleMs;

  const close = async (row: SeasonRow, plan: string, now: number): Promise<void> => {
    const { bucket, asked } = row;
    if (bucket >= BUCKETS) {
      if (isSettled(row)) await move(row, "ranked", { guilds: await countRanked(asked.season) });
      else await move(row, "closing", { bucket: 0, youngest: "", again: now + settleMs });
      return;
    }
    const some = Array.from({ length: Math.min(BUCKETS_AT_ONCE, BUCKETS - bucket) }, (_, index) => bucket + index);
    const fenced = await Promise.all(some.map((one) => fence(asked.season, plan, one)));
    if (fenced.some((one) => one === undefined)) {
      await seasons.tell(plan);
      return;
    }
    const found = fenced.flatMap((one) => one?.found ?? []);
    const age = Math.min(...fenced.map((one) => one?.youngest ?? Number.POSITIVE_INFINITY));
    await move(row, "closing", { bucket: bucket + some.length, youngest: younger(row, age) }, found);
  };

  const countRanked = async (season: SeasonId): Promise<number> =>
    asNumber((await ask("ranking_page", RANKING, [`closed:${season}`, "", "0", "1"]))[0]);

  const pay = async (row: SeasonRow, now: number): Promise<void> => {
    const { asked, place, pass } = row;
    const args = [`closed:${asked.season}`, "", String(place), String(guildsAtOnce)];
    const [, ...found] = await ask("ranking_page", RANKING, args);
    const texts = asTexts(found);
    const standings: Standing[] = [];
    for (let index = 0; index + 2 < texts.length; index += 3)
      standings.push({
        ...{ guild: texts[index] ?? "", points: Number(texts[index + 1]), rank: Number(texts[index + 2]) },
        place: place + standings.length,
      });
    if (standings.length === 0) {
      if (isSettled(row)) await move(row, "closed", {});
      else await move(row, "paying", { place: 0, pass: pass + 1, youngest: "", again: now + settleMs });
      return;
    }
    const { youngest, names } = await rewards.give(asked, standings);
    const named = names.flatMap(([guild, name, tag]) => [guild, JSON.stringify([name, tag])]);
    if (named.length > 0) await ask("season_named", RANKING, [asked.season, ...named]);
    const next = { place: place + standings.length, youngest: younger(row, youngest ?? Number.POSITIVE_INFINITY) };
    await move(row, "paying", next);
  };

  return {
    step: async (season) => {
      const { now, plan, row } = await seasons.row(season);
      if (row === undefined) return { state: "gone", againInMs: 0 };
      const { state, startsAt, endsAt, since } = row;
      const after = (againInMs: number): Stepped => ({ state, againInMs });
      if (state === "closed") return after(0);
      if (state === "planned" && now < startsAt) return after(startsAt - now);
      if (state === "planned") await move(row, "running", {});
      else if (state === "running" && now < endsAt) return after(endsAt - now);
      else if (state === "running") await move(row, "closing", { bucket: 0, youngest: "", again: 0 });
      else if (state === "closing") {
        const restMs = row.bucket === 0 ? row.again - now : 0;
        if (restMs > 0) return after(restMs);
        await close(row, plan, now);
      } else if (state === "ranked") {
        const restMs = since + settleMs - now;
        if (restMs > 0) return after(restMs);
        await move(row, "paying", { place: 0, pass: 1, youngest: "", again: 0 });
      } else {
        const restMs = row.place === 0 ? row.again - now : 0;
        if (restMs > 0) return after(restMs);
        await pay(row, now);
      }
      return after(0);
    },
  };
};
