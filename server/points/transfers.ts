import { z } from "zod";
import { GremioError, isErrorCode } from "../../shared/errors.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText } from "../redis/reply.ts";
import { type Book, ownerOf } from "./book.ts";
import { timeOf } from "./time-of.ts";

export type Transfer = {
  from: Book;
  to: Book;
  /** Whole, above 0. */
  amount: number;
  /** The caller's own id of this transfer, in the giving book; the keys of its movements are made from it. */
  id: string;
  reason: string;
  /** As of a movement. */
  at?: number | undefined;
};

export type Transferred = {
  /** What each book held right after its own movement. */
  from: number;
  to: number;
  repeated: boolean;
};

export type Transfers = {
  /**
   * Moves points from one book to another, once per id. Between debit and credit they are in neither book; whoever asks again, or `resume`, goes on where a process
   * died. What the other book refuses goes back, and the refusal stands for this id.
   * Throws `guild-not-found`, `player-not-found`, `points-insufficient`, `key-reused`, `key-too-old`, `bad-request`.
   */
  transfer(transfer: Transfer): Promise<Transferred>;
  /** Ends a transfer whose debit was made; `from` is the owner that gives. One that has ended stays so. Throws what keeps it from ending now. */
  end(from: string, id: string): Promise<void>;
  /** Ends the transfers of a bucket that were left, those debited longer ago than `leftMs`. Returns how many could not be ended. */
  resume(bucket: number, leftMs: number): Promise<number>;
};

const pendingSchema = z.object({
  from: z.string(),
  id: z.string(),
  to: z.string(),
  amount: z.string(),
  reason: z.string(),
  at: z.string().transform(Number),
});

/** Who gives, and his id of it. Neither may hold a space. */
const fieldOf = (from: string, id: string): string => `${from} ${id}`;

export const makeTransfers = (redis: Redis, keys: Keys): Transfers => {
  const ask = makeAsk(redis, keys);

  /** The credit, or the code of a refusal that stands. */
  const credit = async (
    { from, to, id, amount, reason, print }: Step,
    debitedAt: number,
  ): Promise<{ balance: number } | { code: string }> => {
    const args = [fieldOf(from, id), from, amount, reason, print, String(debitedAt)];
    const [balance, code] = await ask("points_transfer_in", to, args);
    return balance === "refused" ? { code: asText(code) } : { balance: asNumber(balance) };
  };

  const finish = async (step: Step, debitedAt: number) => {
    const credited = await credit(step, debitedAt);
    if (debitedAt === 0) return credited;
    const back = "code" in credited ? "1" : "0";
    await ask("points_transfer_end", step.from, [step.id, fieldOf(step.from, step.id), back]);
    return credited;
  };

  return {
    transfer: async (transfer) => {
      const { id, reason, at } = transfer;
      const [from, to, amount] = [ownerOf(transfer.from), ownerOf(transfer.to), String(transfer.amount)];
      if (from === to) throw new GremioError("bad-request");
      const step = { from, to, id, amount, reason, print: printOf({ to, amount, reason }) };
      const when = at === undefined ? "" : String(at);
      const args = [id, fieldOf(from, id), to, amount, reason, step.print, when];
      const [balance, , , repeated, debitedAt] = await ask("points_transfer_out", from, args);
      const credited = await finish(step, asNumber(debitedAt));
      if ("code" in credited)
        throw isErrorCode(credited.code) ? new GremioError(credited.code) : new Error(credited.code);
      return { from: asNumber(balance), to: credited.balance, repeated: repeated === 1 };
    },
    end: async (from, id) => {
      const [, bucketPrefix] = keys.prefixes(from);
      const key = `${bucketPrefix}transfers`;
      const stored = await redis.run(key, ["HGET", key, fieldOf(from, id)]);
      if (stored === null) return;
      const { at, ...pending } = pendingSchema.parse(parsedJson(asText(stored)));
      await finish({ ...pending, print: printOf(pending) }, at);
    },
    resume: async (bucket, leftMs) => {
      const key = keys.inBucket(bucket, "transfers");
      const before = (await timeOf(redis, key)) - leftMs;
      let left = 0;
      let cursor = "0";
      do {
        const [next, page] = asList(await redis.run(key, ["HSCAN", key, cursor, "COUNT", "100"]));
        for (const text of asPairs(page).values()) {
          const { at, ...pending } = pendingSchema.parse(parsedJson(text));
          if (at > before) continue;
          try {
            await finish({ ...pending, print: printOf(pending) }, at);
          } catch (error) {
            // One that cannot be ended now does not keep others from it.
            if (!(error instanceof GremioError)) throw error;
            left += 1;
          }
        }
        cursor = asText(next);
      } while (cursor !== "0");
      return left;
    },
  };
};

type Step = { from: string; to: string; id: string; amount: string; reason: string; print: string };

const printOf = ({ to, amount, reason }: Pick<Step, "to" | "amount" | "reason">): string =>
  JSON.stringify([to, amount, reason]);
