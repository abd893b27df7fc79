import type { Logger } from "pino";
import type { Payment, WarId } from "../../shared/api/war.ts";
import { GremioError } from "../../shared/errors.ts";
import type { GuildId } from "../../shared/id.ts";
import { type Book, ownerOf } from "../points/book.ts";
import type { Ledger } from "../points/ledger.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { makeAccountOf } from "./account-of.ts";

/**
 * Takes what a war had given back by an entry of its own, once. What is spent already cannot be taken: then what is left is, and the log tells of it. Items are the
 * game's: it is told by the event that the war was corrected.
 */
export type TakeBack = (war: WarId, guild: GuildId, given: Payment) => Promise<void>;

export const makeTakeBack = (
  redis: Redis,
  keys: Keys,
  ledger: Pick<Ledger, "reverse" | "move">,
  logger: Pick<Logger, "warn">,
): TakeBack => {
  const accountOf = makeAccountOf(redis, keys);

  const reverse = async (book: Book, key: string, reason: string): Promise<void> => {
    await ledger.reverse({ book, key, reason }).catch(async (error: unknown) => {
      if (!(error instanceof GremioError && error.code === "points-insufficient")) throw error;
      logger.warn({ event: "war-reversal-short", owner: ownerOf(book), key });
      await ledger.reverse({ book, key, reason, partial: true });
    });
  };

  return async (war, guild, { player, points, round }) => {
    if (points === 0) return;
    const reason = `war ${war} corrected`;
    const account = player === undefined ? undefined : await accountOf(player);
    const book: Book = account === undefined ? { guild } : { player: account };
    const key = player === undefined ? `~war:${war}:${round}` : `~war:${war}:${round}:${player}`;
    try {
      await reverse(book, key, reason);
    } catch (error) {
      if (!(error instanceof GremioError)) throw error;
      // It was given to a guest, whose points have gone on to his account since.
      if (error.code === "movement-not-found" && account !== player)
        await ledger.move({ book, key: `${key}:back`, amount: -points, reason }).catch((again: unknown) => {
          if (!(again instanceof GremioError && again.code === "points-insufficient")) throw again;
          logger.warn({ event: "war-reversal-short", owner: ownerOf(book), key });
        });
      else if (error.code !== "points-insufficient" && !error.code.endsWith("-not-found")) throw error;
      else logger.warn({ event: "war-reversal-refused", owner: ownerOf(book), key, code: error.code });
    }
  };
};
