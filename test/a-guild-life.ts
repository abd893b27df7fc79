import { makeLog } from "../server/channel/log.ts";
import { type GuildLifeOptions, makeGuildLife } from "../server/guild/guild-life.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makeLifeUpkeep } from "../server/guild/life-upkeep.ts";
import { makePlayers } from "../server/player/players.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeLeases } from "../server/presence/lease.ts";
import { bucketOf, type Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asTexts } from "../server/redis/reply.ts";
import { aGuild } from "./a-guild.ts";
import { aDeath, dyingRedis } from "./dying-before.ts";

const DAY_MS = 86_400_000;
const historyLength = 10_000;

/** What one process does to guilds. Ends come at once, unless said otherwise. */
const aProcess = (redis: Redis, keys: Keys, options: Partial<GuildLifeOptions>) => {
  const all = {
    ...{ historyLength, levels: [100, 300, 600], disbandMs: 0, leaderAbsentMs: 14 * DAY_MS, mailPerDay: 3 },
    ...options,
  };
  return {
    ...makeGuildLife(redis, keys, makeLeases(redis, keys), all),
    upkeep: makeLifeUpkeep(redis, keys, { historyLength, totals: all.levels }),
  };
};

/** Guild `g1` of these players, the first its leader, and what happens in its life. */
export const aGuildLife = async (
  { redis, keys }: { redis: Redis; keys: Keys },
  people: string[] = ["ana", "beto", "caro"],
  options: Partial<GuildLifeOptions> = {},
) => {
  await aGuild(redis, keys, "g1", people);
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength });
  const log = makeLog(redis, keys, { historyLength });
  const part = (name: string) => keys.of("guild:g1", name);
  return {
    ...aProcess(redis, keys, options),
    ...{ players, guilds, log, part },
    ledger: makeLedger(redis, keys, undefined),
    bucket: bucketOf("guild:g1"),
    /** A process of its own, killed before its `n`th step. */
    dying: (n: number) => {
      const dying = dyingRedis(redis, aDeath(n));
      const process = aProcess(dying, keys, options);
      return { ...process, guilds: makeGuilds(dying, keys, makePlayers(dying, keys), { historyLength }) };
    },
    entries: async (kind: string) =>
      (await log.before("guild:g1", undefined, undefined, 200)).entries.filter((entry) => entry.kind === kind),
    /** The events of this kind in the guild's outbox. */
    events: async (event: string): Promise<Record<string, unknown>[]> => {
      const outbox = `${keys.prefixes("guild:g1")[1]}outbox`;
      const rows = asList(await redis.run(outbox, ["XRANGE", outbox, "-", "+"]));
      return rows
        .map((row): Record<string, unknown> => JSON.parse(asTexts(asList(row)[1])[1] ?? ""))
        .filter((document) => document.event === event);
    },
    /** As if these members had joined and been seen so many days ago. */
    away: async (days: Readonly<Record<string, { joined: number; seen?: number }>>): Promise<void> => {
      const now = Date.now();
      for (const [player, { joined, seen }] of Object.entries(days)) {
        const row = asTexts([await redis.run(part("members"), ["HGET", part("members"), player])])[0] ?? "{}";
        const record = JSON.stringify({ ...JSON.parse(row), at: now - joined * DAY_MS });
        await redis.run(part("members"), ["HSET", part("members"), player, record]);
        if (seen === undefined) continue;
        await redis.run(part("seen"), ["HSET", part("seen"), player, String(now - Math.round(seen * DAY_MS))]);
      }
    },
  };
};

export const byCode = (code: string) => ({ name: "GremioError", code });
