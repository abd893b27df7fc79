import { randomUUID } from "node:crypto";
import { makeCards } from "../server/card/cards.ts";
import { makeLog } from "../server/channel/log.ts";
import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import type { Book } from "../server/points/book.ts";
import { makeLedger } from "../server/points/ledger.ts";
import { makeTransfers } from "../server/points/transfers.ts";
import { BUCKETS, type Keys, makeKeys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { asList, asText } from "../server/redis/reply.ts";
import type { Purchase } from "../server/reward/purchases.ts";
import { makePayShare, makeRewards } from "../server/reward/rewards.ts";
import { putRewardSchema, type RewardItem } from "../shared/api/reward.ts";
import type { HappenedEvent } from "../shared/event.ts";
import { eventOf } from "../shared/event.ts";
import { aGuild } from "./a-guild.ts";
import { inAll } from "./api-world.ts";
import { aDeath, dyingRedis, type Fault } from "./dying-before.ts";

const historyLength = 10_000;
const CHANNEL = "guild:g1";

/** An item that costs 10 points, of which there are as many as one likes. */
export const anItem = (more: Partial<RewardItem> = {}): RewardItem =>
  putRewardSchema.parse({ name: inAll("Cofre"), price: 10, contents: [{ item: "gold", amount: 100 }], ...more });

/** What one process does with rewards and books. */
export const aRewardProcess = (redis: Redis, keys: Keys) => {
  const guilds = makeGuilds(redis, keys, makePlayers(redis, keys), { historyLength });
  const rewards = makeRewards(redis, keys, guilds, { historyLength });
  const transfers = makeTransfers(redis, keys);
  const cards = makeCards(
    { redis, keys, log: makeLog(redis, keys, { historyLength }) },
    { historyLength, pay: makePayShare(redis, keys) },
  );
  const all = Array.from({ length: BUCKETS }, (_, bucket) => bucket);
  const buy = (more: Partial<Purchase> & { player?: string }) =>
    rewards.purchases.buy({
      ...{ reward: "chest", key: "buy-1", book: { player: more.player ?? "ana" } },
      ...{ player: more.player ?? "ana", caller: more.player ?? "ana", ...more },
    });
  return {
    ...rewards,
    guilds,
    transfers,
    cards,
    ledger: makeLedger(redis, keys),
    buy,
    take: (player: string, seq: number) => cards.act({ channel: CHANNEL, player, seq, action: "take", on: true }),
    drop: (more: Partial<Parameters<typeof rewards.gifts.drop>[0]> = {}) =>
      rewards.gifts.drop({
        ...{ guild: "g1", key: "gift-1", points: 100, shares: 4, book: "guild", player: "ana", caller: "ana" },
        ...{ forMinutes: 60, ...more },
      }),
    /** All that upkeep does, and at once. */
    sweep: async (): Promise<void> => {
      await rewards.stock.settleLeft(-1_000);
      await Promise.all(
        all.map(async (bucket) => {
          await rewards.stock.giveBackLeft(bucket);
          await rewards.gifts.sweep(bucket, -1_000);
        }),
      );
      await Promise.all(all.map((bucket) => transfers.resume(bucket, -1_000)));
    },
  };
};

/** What happened, oldest first within a bucket. */
export const eventsOf = async (redis: Redis, keys: Keys): Promise<HappenedEvent[]> => {
  const inBucket = async (bucket: number): Promise<HappenedEvent[]> => {
    const outbox = keys.inBucket(bucket, "outbox");
    return asList(await redis.run(outbox, ["XRANGE", outbox, "-", "+"])).flatMap((row) => {
      const [id, fields] = asList(row);
      return eventOf(`${bucket}-${asText(id)}`, JSON.parse(asText(asList(fields)[1]))) ?? [];
    });
  };
  return (await Promise.all(Array.from({ length: BUCKETS }, (_, bucket) => inBucket(bucket)))).flat();
};

/** Guild `g1` of ana, beto and caro, with 1,000 points in each book but dino's, who has no guild. */
export const aRewardWorld = async (redis: Redis, people: string[] = ["ana", "beto", "caro"]) => {
  const keys = makeKeys(`t-${randomUUID().slice(0, 12)}`);
  await aGuild(redis, keys, "g1", people);
  await makePlayers(redis, keys).putProfile("dino", { name: "dino" });
  const world = aRewardProcess(redis, keys);
  const books: Book[] = [{ guild: "g1" }, ...people.slice(0, 3).map((player) => ({ player }))];
  for (const book of books) await world.ledger.move({ book, key: "start", amount: 1_000, reason: "quest" });

  const events = () => eventsOf(redis, keys);
  return {
    keys,
    ...world,
    events,
    /** Those of this name. */
    told: async (name: string) => (await events()).filter(({ event }) => event === name),
    left: async (reward = "chest") => (await world.catalogue.one(reward)).offer?.left,
    /** A process of its own, whose `n`th step goes wrong; left out: it is killed before it. */
    dying: (n: number, fault?: Fault) => aRewardProcess(dyingRedis(redis, aDeath(n, fault)), keys),
  };
};
