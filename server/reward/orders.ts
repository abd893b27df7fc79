import type { z } from "zod";
import type { Order, OrderId, ordersSchema } from "../../shared/api/reward.ts";
import type { PlayerId } from "../../shared/id.ts";
import { type Book, ownerOf } from "../points/book.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { type Redis, RedisUnavailable } from "../redis/redis.ts";
import { asText, asTexts } from "../redis/reply.ts";
import { orderOf, placeOfOrder, readOrderRow } from "./order.ts";
import type { Stock } from "./stock.ts";

export type Orders = {
  /** Throws `order-not-found`. */
  read(order: OrderId): Promise<Order>;
  /** A player, and the guests who have become him: their orders are his, under the ids they have. */
  playersOf(player: PlayerId): Promise<PlayerId[]>;
  /** The newest first; of a player then those of each guest he was. Throws `guild-not-found`, `player-not-found`. */
  page(book: Book, limit: number, before: number | undefined): Promise<z.infer<typeof ordersSchema>>;
  /** The studio has it; the first time counts. Throws `order-not-found`. */
  delivered(order: OrderId): Promise<Order>;
  /**
   * Gives the points back, once, and the unit of stock if it is to be sold again; also to the book of a guild that has ended. Throws `order-not-found`, `bad-request`
   * (the book would pass 2^53).
   */
  refund(order: OrderId, reason: string, restock: boolean): Promise<Order & { repeated: boolean }>;
};

/** A place in the pages of several books is the book's number times this, and the place in it. */
const BOOK = 2 ** 32;
const LAST = BOOK - 1;

export const makeOrders = (redis: Redis, keys: Keys, stock: Pick<Stock, "giveBack">): Orders => {
  const ask = makeAsk(redis, keys);
  const call = async (name: string, order: OrderId, args: readonly string[]) => {
    const { book, key } = placeOfOrder(order);
    const [text, repeated] = await ask(name, ownerOf(book), [key, ...args]);
    const row = readOrderRow(asText(text));
    return { row, order: orderOf(book, key, row), repeated: repeated === 1 };
  };

  const pageOf = async (book: Book, limit: number, before: number) => {
    const place = before === LAST ? "" : String(before);
    const cells = asTexts(await ask("order_page", ownerOf(book), [place, String(limit)]));
    const orders: Order[] = [];
    let last: number | null = null;
    for (let index = 0; index + 1 < cells.length; index += 2) {
      const row = readOrderRow(cells[index + 1] ?? "");
      orders.push(orderOf(book, cells[index] ?? "", row));
      last = row.n;
    }
    return { orders, next: orders.length < limit || last === 1 ? null : last };
  };

  const playersOf = async (player: PlayerId, known: readonly PlayerId[] = []): Promise<PlayerId[]> => {
    const key = keys.of(ownerOf({ player }), "guests");
    let all = [...known, player];
    for (const guest of asTexts(await redis.run(key, ["HKEYS", key])).sort())
      if (!all.includes(guest)) all = await playersOf(guest, all);
    return all;
  };

  return {
    read: async (order) => (await call("order_read", order, [])).order,
    playersOf,
    page: async (book, limit, before) => {
      const books = "player" in book ? (await playersOf(book.player)).map((player): Book => ({ player })) : [book];
      const orders: Order[] = [];
      let next: number | null = before ?? LAST;
      while (next !== null && orders.length < limit) {
        const at: number = Math.floor(next / BOOK);
        const paid = books[at];
        if (paid === undefined) return { orders, next: null };
        const found = await pageOf(paid, limit - orders.length, next % BOOK);
        orders.push(...found.orders);
        if (found.next !== null) next = at * BOOK + found.next;
        else next = at + 1 < books.length ? (at + 1) * BOOK + LAST : null;
      }
      return { orders, next };
    },
    delivered: async (order) => (await call("order_delivered", order, [])).order,
    refund: async (id, reason, restock) => {
      const { row, order, repeated } = await call("order_refund", id, [reason, restock ? "1" : "0"]);
      if (!repeated && restock && row.unit !== "")
        // The points are back; the sweep gives back what this does not.
        await stock.giveBack(id, row.reward, String(row.refunded)).catch((error: unknown) => {
          if (!(error instanceof RedisUnavailable)) throw error;
        });
      return { ...order, repeated };
    },
  };
};
