import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { makePlayers } from "../server/player/players.ts";
import type { Archive } from "../server/points/archive.ts";
import { folderArchive } from "../server/points/archive-folder.ts";
import { makeEarning } from "../server/points/earning/earning.ts";
import type { Book } from "../server/points/ledger.ts";
import { type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { aFolder } from "./a-folder.ts";
import { aGuild } from "./a-guild.ts";
import { aLedgerProcess } from "./a-ledger.ts";
import { anItem, aRewardProcess, eventsOf } from "./a-reward-world.ts";
import { NOON, someRules } from "./an-earning-world.ts";
import { audited } from "./audited.ts";
import { aDeath, dyingArchive, dyingRedis, type Fault } from "./dying-before.ts";

const MEMBERS = { g1: ["ana", "beto", "caro"], g2: ["dina", "eva"] };
export const MONEY_PLAYERS = Object.values(MEMBERS).flat();
/** Comes later, and has no book until then. */
const LATE = "nadie";
export const MONEY_BOOKS: Readonly<Record<string, Book>> = {
  [`player:${LATE}`]: { player: LATE },
  ...Object.fromEntries(Object.keys(MEMBERS).map((guild) => [`guild:${guild}`, { guild }])),
  ...Object.fromEntries(MONEY_PLAYERS.map((player) => [`player:${player}`, { player }])),
};
/** What every book begins with, so that points are short. */
export const MONEY_START = 45;

/** The studio's rules, and what a guild gets a day at most. */
export const WON = { player: 5, guild: 4 };
export const RAID = { player: 2, guild: 7 };
export const GUILD_DAY = 40;
const rules = someRules({
  rules: [
    { event: "won", player: { points: WON.player }, guild: { points: WON.guild } },
    { event: "raid", player: { points: RAID.player }, guild: { points: RAID.guild } },
  ],
  caps: { guildDay: GUILD_DAY },
});

export const PRICES = { chest: 10, scroll: 3, banner: 12 };
export const PER_BUYER = 3;

const aMoneyProcess = (redis: Redis, keys: Keys, archive: Archive) => {
  const rewards = aRewardProcess(redis, keys);
  const players = makePlayers(redis, keys);
  const earning = makeEarning(
    { redis, keys, players, guilds: rewards.guilds },
    { rules: () => rules, sample: 0, clock: () => NOON },
  );
  return {
    ...rewards,
    // Everything counts as settled at once.
    ...aLedgerProcess(redis, keys, archive, 2),
    earning,
    sweep: async (): Promise<void> => {
      await rewards.sweep();
      await earning.finish(-60_000);
    },
    /** The catalogue, with so many chests and banners. */
    put: async (stock: number): Promise<void> => {
      const { chest, scroll, banner } = PRICES;
      await rewards.catalogue.put("chest", anItem({ price: chest, stock, perPlayer: PER_BUYER }));
      await rewards.catalogue.put("scroll", anItem({ price: scroll }));
      await rewards.catalogue.put("banner", anItem({ price: banner, stock, book: "guild", perGuild: PER_BUYER }));
    },
  };
};

/** Two guilds with all that moves points: books with an archive, a catalogue, gifts, rules of earning. In `g1` members may spend. */
export const aMoneyWorld = async (redis: Redis) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  for (const [guild, people] of Object.entries(MEMBERS)) await aGuild(redis, keys, guild, people);
  const archive = folderArchive(join(await aFolder(), keys.namespace));
  const world = aMoneyProcess(redis, keys, archive);
  await world.guilds.permit("g1", { spend: ["officer", "member"] });
  for (const [owner, book] of Object.entries(MONEY_BOOKS))
    if (owner !== `player:${LATE}`)
      await world.ledger.move({ book, key: "start", amount: MONEY_START, reason: "start" });
  return {
    keys,
    ...world,
    arrive: () => makePlayers(redis, keys).putProfile(LATE, { name: LATE }),
    /** What happened of this name, oldest first within a bucket. */
    told: async (name: string) => (await eventsOf(redis, keys)).filter(({ event }) => event === name),
    /** A process of its own, whose `n`th step goes wrong. */
    dying: (n: number, fault: Fault) => {
      const step = aDeath(n, fault);
      return aMoneyProcess(dyingRedis(redis, step), keys, dyingArchive(archive, step));
    },
    audit: () => audited(redis, keys, archive),
  };
};
export type MoneyWorld = Awaited<ReturnType<typeof aMoneyWorld>>;
