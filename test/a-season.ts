import { randomUUID } from "node:crypto";
import { pino } from "pino";
import { makeLog } from "../server/channel/log.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeRanking } from "../server/ranking/ranking.ts";
import { makeTotals } from "../server/ranking/totals.ts";
import { bucketOf, type Keys } from "../server/redis/bucket.ts";
import { parsedJson } from "../server/redis/parsed-json.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asPairs, asText } from "../server/redis/reply.ts";
import { type CloserOptions, makeCloser } from "../server/season/closer.ts";
import { makeRewards } from "../server/season/rewards.ts";
import { makeSeasons } from "../server/season/seasons.ts";
import type { PutSeason } from "../shared/api/ranking.ts";
import { eventOf, type HappenedEvent } from "../shared/event.ts";
import { guildChannel } from "../shared/id.ts";
import { aDeath, dyingRedis, type Fault } from "./dying-before.ts";
import { waitFor } from "./wait-for.ts";

const silent = pino({ level: "silent" });
const HISTORY = { historyLength: 1_000 };
export const named = (name: string) => ({ "es-419": `${name} es`, "pt-BR": `${name} pt`, en: `${name} en` });

/** The first gets much, the second and third something; so does who had brought at least 10 points to it. */
export const BRACKETS: PutSeason["brackets"] = [
  {
    ...{ from: 1, to: 1 },
    reward: { guild: { points: 1_000 }, members: { least: 10, points: 100, items: [{ item: "crown", count: 1 }] } },
  },
  { from: 2, to: 3, reward: { guild: { items: [{ item: "banner", count: 2 }] }, members: { least: 10, points: 7 } } },
];

export const aSeasonsProcess = (redis: Redis, keys: Keys, options: Partial<CloserOptions> = {}) => {
  const seasons = makeSeasons(redis, keys);
  const rewards = makeRewards(redis, keys, silent, HISTORY);
  const closer = makeCloser(redis, keys, { seasons, rewards }, { settleMs: 0, guildsAtOnce: 2, ...options });
  return {
    seasons,
    closer,
    /** Steps until the season is closed, or this process dies. */
    close: async (season: string): Promise<void> => {
      for (;;) {
        const { state, againInMs } = await closer.step(season);
        if (state === "closed" || state === "gone") return;
        if (againInMs > 0) throw new Error(`${season} is ${state} for another ${againInMs} ms`);
      }
    },
  };
};

/** Guilds g0, g1 … with members `<guild>-p0` (its leader), `<guild>-p1` …, their points, and what is made of these. */
export const aSeasonWorld = async (redis: Redis, keys: Keys, { guilds: count = 4, members = 3 } = {}) => {
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, HISTORY);
  const ledger = makeLedger(redis, keys);
  const totals = makeTotals(redis, keys);
  const ids = Array.from({ length: count }, (_, index) => `g${index}`);
  const membersOf = (guild: string): string[] => Array.from({ length: members }, (_, index) => `${guild}-p${index}`);
  for (const id of ids) {
    const [leader = "", ...others] = membersOf(id);
    for (const player of membersOf(id)) await players.putProfile(player, { name: player });
    await guilds.create({ id, name: `Guild ${id}`, tag: "TAG", leader });
    for (const player of others) await guilds.admit(id, player, "member");
  }
  const living = aSeasonsProcess(redis, keys);
  const now = async (): Promise<number> => (await living.seasons.open()).now;

  /** What was told of this kind, in the outboxes of these owners. */
  const events = async (event: string, owners: readonly string[]): Promise<HappenedEvent[]> => {
    const found: HappenedEvent[] = [];
    for (const bucket of new Set(owners.map(bucketOf))) {
      const key = keys.inBucket(bucket, "outbox");
      for (const row of asList(await redis.run(key, ["XRANGE", key, "-", "+"]))) {
        const [id, fields] = asList(row);
        const told = eventOf(asText(id), parsedJson(asPairs(fields).get("d") ?? ""));
        if (told?.event === event) found.push(told);
      }
    }
    return found;
  };

  return {
    ...{ players, guilds, ledger, totals, ids, membersOf, now, events },
    ...living,
    ranking: makeRanking(redis, keys, living.seasons),
    log: makeLog(redis, keys, HISTORY),
    /** A process of its own, whose `n`th step goes wrong; left out: it is killed before it. */
    dying: (n: number, { fault, ...options }: Partial<CloserOptions> & { fault?: Fault } = {}) =>
      aSeasonsProcess(dyingRedis(redis, aDeath(n, fault)), keys, options),
    /** A season that begins now and goes on until `end`. */
    begin: async (season: string, asked: Partial<PutSeason> = {}): Promise<PutSeason> => {
      const startsAt = await now();
      const put = { season, names: named(season), startsAt, endsAt: startsAt + 60_000, brackets: BRACKETS, ...asked };
      await living.seasons.put(put);
      return put;
    },
    /** Has a season end in a moment, however slow the machine is, and the next one follow it. */
    end: async (season: PutSeason, next?: string): Promise<PutSeason> => {
      const ended = await waitFor(async () => {
        const ending = { ...season, endsAt: (await now()) + 15 };
        return living.seasons.put(ending).then(
          () => ending,
          () => undefined,
        );
      }, "the season to end");
      const { endsAt } = ended;
      if (next !== undefined) {
        const following = { ...season, season: next, names: named(next), startsAt: endsAt, endsAt: endsAt + 60_000 };
        await living.seasons.put(following);
      }
      await waitFor(async () => (await now()) >= endsAt, "the season to be over");
      return ended;
    },
    move: (guild: string, amount: number, member?: string, key: string = randomUUID()) =>
      ledger.move({ book: { guild }, key, amount, member, reason: "quest" }),
    newsOf: async (guild: string, season: string): Promise<unknown[]> => {
      const { entries } = await makeLog(redis, keys, HISTORY).before(guildChannel(guild), undefined, undefined, 200);
      return entries.flatMap(({ body }) => (JSON.stringify(body).includes(`"season":"${season} `) ? [body] : []));
    },
  };
};
export type SeasonWorld = Awaited<ReturnType<typeof aSeasonWorld>>;
