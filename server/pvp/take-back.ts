import type { Logger } from "pino";
import type { Payment, WarId } from "../../shared/api/war.ts";
import { GremioError } from "../../shared/errors.ts";
import type { GuildId } from "../../shared/id.ts";
import { type Book, ownerOf } from "../points/book.ts";
import type { Ledger } from "../points/ledger.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { makeAccountsOf } from "./account-of.ts";

/**
 * Takes what a war had given back by an entry of its own, once. What is spent already cannot be taken: then what is left is, and the log tells of it. Items are the
 * game's: it is told by the event that the war was corrected.
 */
export type TakeBack = (war: WarId, guild: GuildId, given: Payment) => Promise<void>;

export type TakesFrom = Pick<Ledger, "reverse" | "move" | "balance">;

export const makeTakeBack = (redis: Redis, keys: Keys, ledger: TakesFrom, logger: Pick<Logger, "warn">): TakeBack => {
  const accountsOf = makeAccountsOf(redis, keys);

  const reverse = async (book: Book, key: string, reason: string): Promise<void> => {
    await ledger.reverse({ book, key, reason }).catch(async (error: unknown) => {
      if (!isRefused(error, "points-insufficient")) throw error;
      logger.warn({ event: "war-reversal-short", owner: ownerOf(book), key });
      await ledger.reverse({ book, key, reason, partial: true });
    });
  };

  /** Takes by a movement of its own what cannot be reversed where it was given. */
  const takeFrom = async (book: Book, { key, points, reason }: { key: string; points: number; reason: string }) => {
    const take = (amount: number) => ledger.move({ book, key: `${key}:back`, amount, reason });
    await take(-points)
      .catch(async (error: unknown) => {
        if (!isRefused(error, "points-insufficient")) throw error;
        logger.warn({ event: "war-reversal-short", owner: ownerOf(book), key });
        const left = await ledger.balance(book);
        if (left > 0) await take(-Math.min(left, points));
      })
      .catch((error: unknown) => {
        // What was left then was taken already.
        if (!isRefused(error, "key-reused")) throw error;
      });
  };

  /** Whether a war's own record says that it was given: books know a key for 90 days only, and who was paid nothing gives nothing back. */
  const isNoted = async (book: Book, war: WarId, round: number, fighter: string | undefined): Promise<boolean> => {
    const key = keys.of(ownerOf(book), fighter === undefined ? "wartold" : "warpaid");
    const command =
      fighter === undefined ? ["HGET", key, `${war}:reward:${round}`] : ["ZSCORE", key, `${war}:${round}:${fighter}`];
    return (await redis.run(key, command)) !== null;
  };

  return async (war, guild, { player, points, round }) => {
    if (points === 0) return;
    const reason = `war ${war} corrected`;
    const key = player === undefined ? `~war:${war}:${round}` : `~war:${war}:${round}:${player}`;
    const books: Book[] =
      player === undefined ? [{ guild }] : (await accountsOf(player)).map((account) => ({ player: account }));
    let given = false;
    try {
      for (const book of books) {
        try {
          return await reverse(book, key, reason);
        } catch (error) {
          if (isRefused(error, "player-linked")) given = true;
          else if (!isRefused(error, "movement-not-found")) throw error;
          given ||= await isNoted(book, war, round, player);
        }
      }
      const last = books.at(-1);
      // It was given to a guest, whose points have gone on to his account since, or so long ago that the book has forgotten its key.
      if (given && last !== undefined) await takeFrom(last, { key, points, reason });
    } catch (error) {
      if (!(error instanceof GremioError)) throw error;
      if (error.code !== "points-insufficient" && !error.code.endsWith("-not-found")) throw error;
      logger.warn({ event: "war-reversal-refused", key, code: error.code });
    }
  };
};

const isRefused = (error: unknown, code: string): boolean => error instanceof GremioError && error.code === code;
