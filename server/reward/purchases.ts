import type { RewardId, RewardItem } from "../../shared/api/reward.ts";
import { GremioError, isErrorCode } from "../../shared/errors.ts";
import type { GuildId, PlayerId } from "../../shared/id.ts";
import type { Rank } from "../../shared/rank.ts";
import { type Book, ownerOf } from "../points/book.ts";
import { makeAsk, refusal } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../redis/redis.ts";
import { asNumber, asText, asTexts } from "../redis/reply.ts";
import type { Catalogue, Offer } from "./catalogue.ts";
import { type OrderRow, orderIdOf, readOrderRow } from "./order.ts";
import type { Stock } from "./stock.ts";

export type Purchase = {
  reward: RewardId;
  /** The buyer's own id of it; an order's id is the book and this. */
  key: string;
  book: Book;
  /** Who buys; of a player's book he. */
  player: PlayerId | undefined;
  /** Who asks; undefined: the game's backend. */
  caller: PlayerId | undefined;
  /** What the buyer was shown. */
  price?: number | undefined;
};

/** `book`: who bought before he was linked has the order in the guest's. */
export type Bought = { book: Book; row: OrderRow; repeated: boolean };

export type Buyer = Pick<Purchase, "book" | "player" | "caller">;

export type Purchases = {
  /**
   * Buys once per key: limits, rank, level and balance are checked in the function that debits the book and writes the order, for which a unit of stock is held before.
   * Whatever dies, there is no order without its debit, no debit without its order, and each unit is sold or free again. Throws `reward-not-found`, `reward-closed`,
   * `reward-changed`, `reward-sold-out`, `reward-limit`, `points-insufficient`, `not-permitted`, `level-too-low`, `not-member`, `member-not-found`,
   * `guild-not-found`, `player-not-found`, `key-reused`, `bad-request` (another book than the item's), `outcome-unknown` (ask again).
   */
  buy(purchase: Purchase): Promise<Bought>;
  /** What speaks against buying each of some items now, besides stock and time; how many of each were bought from the book; and what the book holds. */
  may(buyer: Buyer, offers: readonly Offer[]): Promise<{ points: number; rows: { bought: number; refused: string }[] }>;
};

export type PurchasesDeps = {
  redis: Redis;
  keys: Keys;
  catalogue: Catalogue;
  stock: Stock;
  /** Of his guild, as it is now. */
  rankOf(player: PlayerId): Promise<Rank | undefined>;
};

/** An item that changes, or a unit that ends, while it is bought: it is tried again. */
const ROUNDS = 5;

export const makePurchases = ({ redis, keys, catalogue, stock, rankOf }: PurchasesDeps): Purchases => {
  const ask = makeAsk(redis, keys);

  /** His rank, where the book's bucket does not know it and an item asks for it. */
  const rankFor = async ({ book, player }: Buyer, items: readonly RewardItem[]): Promise<string> =>
    "player" in book && player !== undefined && items.some(({ ranks }) => ranks !== undefined)
      ? ((await rankOf(player)) ?? "")
      : "";

  const look = async (buyer: Buyer, rank: string, key: string, offers: readonly Offer[]) => {
    const args = [key, buyerName(buyer), buyer.caller ?? "", rank, ...offers.flatMap(asked)];
    const [order, points, guests, ...cells] = await ask("reward_may", ownerOf(buyer.book), args);
    const rows = offers.map((_, index) => ({
      ...{ bought: asNumber(cells[2 * index]), refused: asText(cells[2 * index + 1]) },
    }));
    return { order: asText(order), points: asNumber(points), guests: asTexts(guests), rows };
  };

  /** What he bought under a key before he was linked, when his answer was lost; see docs/linking.md. */
  const boughtAsGuest = async (key: string, guests: readonly PlayerId[]) => {
    for (const player of guests) {
      const { code, rest } = await ask.raw("order_read", ownerOf({ player }), [key]);
      if (code === "ok") return { book: { player }, text: asText(rest[0]) };
    }
    return undefined;
  };

  const known = ({ reward, player, book }: Purchase, text: string): Bought => {
    const row = readOrderRow(text);
    if (row.reward !== reward || row.by !== buyerName({ player, book })) throw new GremioError("key-reused");
    return { book, row, repeated: true };
  };

  /** One try; undefined: something changed under it. */
  const once = async (purchase: Purchase): Promise<Bought | undefined> => {
    const { reward, key, book } = purchase;
    const { now, offer } = await catalogue.one(reward);
    const rank = await rankFor(purchase, offer === undefined ? [] : [offer.item]);
    const { order: before, guests, rows } = await look(purchase, rank, key, offer === undefined ? [] : [offer]);
    if (before !== "") return known(purchase, before);
    const asGuest = await boughtAsGuest(key, guests);
    if (asGuest !== undefined) return known({ ...purchase, ...asGuest }, asGuest.text);
    if (offer === undefined) throw new GremioError("reward-not-found");
    const { item } = offer;
    if ((item.book === "guild") !== "guild" in book)
      throw new GremioError("bad-request", {
        details: [item.book === "guild" ? "guild: names whose book pays for it" : "guild: players buy it, not guilds"],
      });
    const closed = whyClosed(item, now);
    if (closed !== undefined) throw closed;
    if (purchase.price !== undefined && purchase.price !== item.price) throw new GremioError("reward-changed");
    throwCode(rows[0]?.refused ?? "");

    const order = orderIdOf(book, key);
    const unit = item.stock === undefined ? "" : await stock.hold(order, reward, offer.version);
    if (unit === "changed") return undefined;
    const contents = JSON.stringify(item.contents);
    const { code, rest } = await ask.raw("reward_buy", ownerOf(book), [
      ...[key, buyerName(purchase), purchase.caller ?? "", rank, unit, contents, ...asked(offer)],
    ]);
    if (code === "stale") {
      await stock.settle(order, unit);
      return undefined;
    }
    if (code !== "ok") throw isErrorCode(code) ? new GremioError(code) : refusal("reward_buy", code);
    const [text, more] = rest;
    if (text === "refused") {
      await stock.release(order, unit);
      throwCode(asText(more));
      return undefined;
    }
    const row = readOrderRow(asText(text));
    // What is not said here is found out by the next sweep; the order stands.
    if (unit !== "")
      await stock.sold(order, row.unit).catch((error: unknown) => {
        if (!(error instanceof RedisUnavailable)) throw error;
      });
    return more === 0 ? { book, row, repeated: false } : known(purchase, asText(text));
  };

  return {
    buy: async (purchase) => {
      for (let round = 0; round < ROUNDS; round++) {
        const bought = await once(purchase);
        if (bought !== undefined) return bought;
      }
      throw new GremioError("outcome-unknown");
    },
    may: async (buyer, offers) => {
      const rank = await rankFor(
        buyer,
        offers.map(({ item }) => item),
      );
      const { points, rows } = await look(buyer, rank, "", offers);
      return { points, rows };
    },
  };
};

/** Why an item cannot be bought at this moment; undefined: it can. */
export const whyClosed = ({ enabled, from, until }: RewardItem, nowMs: number): GremioError | undefined => {
  if (!enabled || (until !== undefined && nowMs >= until)) return new GremioError("reward-closed");
  return from !== undefined && nowMs < from ? new GremioError("reward-closed", { retryAtMs: from }) : undefined;
};

export const bookOf = (player: PlayerId | undefined, guild: GuildId | undefined): Book => {
  if (guild !== undefined) return { guild };
  if (player === undefined) throw new GremioError("bad-request", { details: ["player or guild: who buys"] });
  return { player };
};

const buyerName = ({ player, book }: Pick<Purchase, "player" | "book">): string =>
  "player" in book ? book.player : (player ?? "");

/** An item as reward.lua reads it. */
const asked = ({ id, item: { price, ranks, level, perPlayer, perGuild } }: Offer): string[] => [
  ...[id, String(price), ranks === undefined ? "" : `,${ranks.join(",")},`, text(level), text(perPlayer)],
  text(perGuild),
];
const text = (number: number | undefined): string => (number === undefined ? "" : String(number));

const throwCode = (code: string): void => {
  if (code === "") return;
  throw isErrorCode(code) ? new GremioError(code) : new Error(code);
};
