import type { Guilds } from "../guild/guilds.ts";
import { makeTransfers } from "../points/transfers.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { type Catalogue, makeCatalogue } from "./catalogue.ts";
import { type Gifts, laterUnlessBug, makeGifts } from "./gifts.ts";
import { makeOrders, type Orders } from "./orders.ts";
import { makePurchases, type Purchases } from "./purchases.ts";
import { makeRankOf } from "./rank-of.ts";
import { makeStock, type Stock } from "./stock.ts";

/** What points buy and how they are given away, put together. */
export type Rewards = { catalogue: Catalogue; purchases: Purchases; orders: Orders; gifts: Gifts; stock: Stock };

export const makeRewards = (
  redis: Redis,
  keys: Keys,
  guilds: Pick<Guilds, "guildOf">,
  options: { historyLength: number },
): Rewards => {
  const catalogue = makeCatalogue(redis, keys);
  const stock = makeStock(redis, keys);
  return {
    catalogue,
    stock,
    purchases: makePurchases({ redis, keys, catalogue, stock, rankOf: makeRankOf(redis, keys, guilds) }),
    orders: makeOrders(redis, keys, stock),
    gifts: makeGifts({ redis, keys, transfers: makeTransfers(redis, keys) }, options),
  };
};

/** Pays at once the share of a gift that a tap took; what cannot be paid now the upkeep of the books pays. For `makeCards`. */
export const makePayShare = (redis: Redis, keys: Keys) => {
  const { end } = makeTransfers(redis, keys);
  return (channel: string, transfer: string): Promise<void> => end(channel, transfer).catch(laterUnlessBug);
};
