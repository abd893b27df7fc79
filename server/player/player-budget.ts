import type { PlayerId } from "../../shared/id.ts";
import { type TokenRate, Tokens } from "./tokens.ts";

/** Players remembered; who spent longest ago is forgotten first, and begins anew. */
const MOST_PLAYERS = 10_000;

/** A bucket of tokens for each player of this process: takes one, or throws `rate-limited` with the time to try again. */
export const makePlayerBudget = (rate: TokenRate, now: () => number = Date.now): ((player: PlayerId) => void) => {
  const buckets = new Map<PlayerId, Tokens>();
  return (player) => {
    const bucket = buckets.get(player) ?? new Tokens(rate, now);
    buckets.delete(player);
    buckets.set(player, bucket);
    if (buckets.size > MOST_PLAYERS)
      for (const oldest of buckets.keys()) {
        buckets.delete(oldest);
        break;
      }
    bucket.spend();
  };
};
