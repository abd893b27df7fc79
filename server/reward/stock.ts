import type { OrderId, RewardId } from "../../shared/api/reward.ts";
import { GremioError, isErrorCode } from "../../shared/errors.ts";
import { ownerOf } from "../points/book.ts";
import { timeOf } from "../points/time-of.ts";
import { makeAsk, refusal } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText } from "../redis/reply.ts";
import { CATALOGUE } from "./catalogue.ts";
import { placeOfOrder } from "./order.ts";

/** Units of stock on their way to orders. Each ends as sold or given back, whoever dies. */
export type Stock = {
  /** Holds one; an order that holds one keeps it. `changed`: the item is another now. Throws `reward-closed`, `reward-sold-out`. */
  hold(order: OrderId, reward: RewardId, version: string): Promise<string | "changed">;
  /** Gives one back that its buyer's bucket has refused. */
  release(order: OrderId, unit: string): Promise<void>;
  /** `unit`: the one the order has, '' when it has none. */
  sold(order: OrderId, unit: string): Promise<void>;
  /** Asks the buyer's bucket what became of a unit, ends its hope there to be sold if it was not, and settles it. */
  settle(order: OrderId, unit: string): Promise<void>;
  /** Gives a refunded order's unit back, once. */
  giveBack(order: OrderId, reward: RewardId, refundedAtMs: string): Promise<void>;
  /** Settles what has been held for longer. */
  settleLeft(leftMs: number): Promise<void>;
  /** Gives back what refunds of a bucket's orders left to give back. */
  giveBackLeft(bucket: number): Promise<void>;
};

export const makeStock = (redis: Redis, keys: Keys): Stock => {
  const ask = makeAsk(redis, keys);

  const release: Stock["release"] = async (order, unit) => {
    await ask("reward_release", CATALOGUE, [order, unit]);
  };
  const sold: Stock["sold"] = async (order, unit) => {
    await ask("reward_sold", CATALOGUE, [order, unit]);
  };
  const settle: Stock["settle"] = async (order, unit) => {
    const { book, key } = placeOfOrder(order);
    const [what, has] = await ask("reward_fence", ownerOf(book), [key, unit]);
    if (what === "sold") await sold(order, asText(has));
    else await release(order, unit);
  };
  const giveBack: Stock["giveBack"] = async (order, reward, refundedAtMs) => {
    await ask("reward_return", CATALOGUE, [order, reward, refundedAtMs]);
    const { book, key } = placeOfOrder(order);
    await ask("order_restocked", ownerOf(book), [key]);
  };

  /** A hash of what is under way, row by row. */
  const each = async (hash: string, visit: (field: string, value: string) => Promise<void>): Promise<void> => {
    let cursor = "0";
    do {
      const [next, page] = asList(await redis.run(hash, ["HSCAN", hash, cursor, "COUNT", "100"]));
      for (const [field, value] of asPairs(page)) await visit(field, value);
      cursor = asText(next);
    } while (cursor !== "0");
  };

  return {
    hold: async (order, reward, version) => {
      const { code, rest } = await ask.raw("reward_hold", CATALOGUE, [order, reward, version]);
      if (code === "ok") return asText(rest[0]);
      if (code === "changed") return "changed";
      throw isErrorCode(code)
        ? new GremioError(code, rest[0] === undefined ? {} : { retryAtMs: Number(rest[0]) })
        : refusal("reward_hold", code);
    },
    release,
    sold,
    settle,
    giveBack,
    settleLeft: async (leftMs) => {
      const held = keys.of(CATALOGUE, "held");
      const before = (await timeOf(redis, held)) - leftMs;
      await each(held, async (order, row) => {
        const unit = row.split(" ")[0] ?? "";
        // A unit's number is about the time it was given out.
        if (Number(unit) <= before) await settle(order, unit);
      });
    },
    giveBackLeft: async (bucket) => {
      await each(keys.inBucket(bucket, "restock"), async (field, row) => {
        const [owner, key] = field.split(" ");
        const [at = "", reward = ""] = row.split(" ");
        await giveBack(`${owner}:${key}`, reward, at);
      });
    },
  };
};
