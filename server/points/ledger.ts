import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText } from "../redis/reply.ts";

export type Book = { guild: GuildId } | { player: PlayerId };

export type Movement = {
  book: Book;
  /** The caller's own id of this movement; known for at least 90 days. */
  key: string;
  /** Whole, not 0; negative takes points away. */
  amount: number;
  /** Only for a guild's book: the member who brought the points; his contribution moves too. */
  member?: PlayerId | undefined;
  reason: string;
};

export type Moved = { balance: number; entry: string; contribution: number; repeated: boolean };

export type Ledger = {
  /**
   * Moves points once. The same key with the same contents returns the first result and moves nothing; with other contents it throws `key-reused`.
   * Throws `guild-not-found`, `player-not-found`, `member-not-found`, `points-insufficient` (no balance goes below zero), `bad-request`.
   */
  move(movement: Movement): Promise<Moved>;
  /** Throws `guild-not-found`, `player-not-found`. */
  balance(book: Book): Promise<number>;
};

const ownerOf = (book: Book): string => ("guild" in book ? guildChannel(book.guild) : `player:${book.player}`);

/** What makes two movements the same: everything but the key. */
const printOf = ({ amount, member, reason }: Movement): string => JSON.stringify([amount, member ?? null, reason]);

export const makeLedger = (redis: Redis, keys: Keys): Ledger => {
  const ask = makeAsk(redis, keys);
  return {
    move: async (movement) => {
      const { book, key, amount, member, reason } = movement;
      const args = [key, String(amount), member ?? "", reason, printOf(movement)];
      const [balance, entry, contribution, repeated] = await ask("points_move", ownerOf(book), args);
      return {
        balance: asNumber(balance),
        entry: asText(entry),
        contribution: asNumber(contribution),
        repeated: repeated === 1,
      };
    },
    balance: async (book) => asNumber((await ask("points_balance", ownerOf(book), []))[0]),
  };
};
