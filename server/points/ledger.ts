import { createHash } from "node:crypto";
import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText } from "../redis/reply.ts";
import type { Archive } from "./archive.ts";
import { type Book, ownerOf } from "./book.ts";
import { type History, makeHistory } from "./history.ts";
import { rawEntry, readEntry } from "./row.ts";
import { makeTransfers, type Transfers } from "./transfers.ts";

export type { Book } from "./book.ts";

export type Movement = {
  book: Book;
  /** The caller's own id of this movement; known for at least 90 days. */
  key: string;
  /** Whole, not 0; negative takes points away. */
  amount: number;
  /** Only for a guild's book: the member who brought the points; his contribution moves too. */
  member?: PlayerId | undefined;
  reason: string;
  /**
   * When it arose (ms), by the caller's clock. With it a key is paid once for ever: what arose more than 90 days ago (less an hour for clocks that differ) and is not
   * known is refused. Without it a key that was forgotten is new.
   */
  at?: number | undefined;
};

export type Moved = { balance: number; entry: string; contribution: number; repeated: boolean };

export type Reversal = {
  book: Book;
  /** Of the movement that is taken back. */
  key: string;
  reason: string;
  /** Takes what is left when the book holds less; else it is refused. */
  partial?: boolean | undefined;
};

export type Ledger = {
  /**
   * Moves points once. The same key with the same contents returns the first result and moves nothing; with other contents it throws `key-reused`.
   * Throws `guild-not-found`, `player-not-found`, `member-not-found`, `points-insufficient` (no balance goes below zero), `key-too-old`, `bad-request`.
   */
  move(movement: Movement): Promise<Moved>;
  /**
   * Takes a movement back by an entry of its own, once: again it returns the first result. Contributions go back too, also of a member who left.
   * Throws `movement-not-found` (unknown, forgotten, or itself a reversal or part of a transfer), `points-insufficient`, `bad-request`, `outcome-unknown` (the archive does not have what it should).
   */
  reverse(reversal: Reversal): Promise<Moved>;
  /** Throws `guild-not-found`, `player-not-found`. */
  balance(book: Book): Promise<number>;
  page: History["page"];
  transfer: Transfers["transfer"];
};

/** What makes two movements the same: everything but the key. Made here, since Redis has less time than its callers. */
const printOf = ({ amount, member, reason }: Movement): string =>
  `#${createHash("sha1")
    .update(JSON.stringify([amount, member ?? null, reason]))
    .digest("hex")
    .slice(0, 16)}`;

const readMoved = ([balance, entry, contribution, repeated]: unknown[]): Moved => ({
  balance: asNumber(balance),
  entry: asText(entry),
  contribution: asNumber(contribution),
  repeated: repeated === 1,
});

/** `archive`: where folded entries are; without it nothing may have been folded. */
export const makeLedger = (redis: Redis, keys: Keys, archive?: Archive): Ledger => {
  const ask = makeAsk(redis, keys);
  const history = makeHistory(redis, keys, archive);

  return {
    move: async (movement) => {
      const { book, key, amount, member, reason, at } = movement;
      const when = at === undefined ? "" : String(at);
      const args = [key, String(amount), member ?? "", reason, printOf(movement), when];
      return readMoved(await ask("points_move", ownerOf(book), args));
    },
    reverse: async ({ book, key, reason, partial = false }) => {
      const owner = ownerOf(book);
      const [id = "", line = "", segment = ""] = (await ask("points_find", owner, [key])).map(asText);
      const found = line === "" ? await history.folded(book, id, segment) : readEntry(rawEntry(line));
      // Not now, but under the same key later.
      if (found === undefined) throw new GremioError("outcome-unknown");
      const { entry, amount, member = "", reverses, counterpart } = found;
      if (reverses !== undefined || counterpart !== undefined) throw new GremioError("movement-not-found");
      const args = [key, entry, String(amount), member, reason, partial ? "1" : "0"];
      return readMoved(await ask("points_reverse", owner, args));
    },
    balance: async (book) => asNumber((await ask("points_balance", ownerOf(book), []))[0]),
    page: history.page,
    transfer: makeTransfers(redis, keys).transfer,
  };
};
