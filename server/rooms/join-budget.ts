import { GremioError } from "../../shared/errors.ts";
import type { PlayerId } from "../../shared/id.ts";

/** Joins of one player to this process, at once and per second after that: many devices and a bad line need a few, a loop gone wild hundreds. */
export const JOIN_BURST = 60;
export const JOINS_PER_SECOND = 2;
/** Players remembered; who joined longest ago is forgotten first, and begins anew. */
const MOST_PLAYERS = 10_000;

/** Takes one join of a player's budget, or throws `rate-limited` with the time to try again. */
export const makeJoinBudget = (now: () => number = Date.now): ((player: PlayerId) => void) => {
  const buckets = new Map<PlayerId, { tokens: number; at: number }>();
  return (player) => {
    const nowMs = now();
    const bucket = buckets.get(player) ?? { tokens: JOIN_BURST, at: nowMs };
    const refilled = bucket.tokens + (Math.max(0, nowMs - bucket.at) / 1000) * JOINS_PER_SECOND;
    const tokens = Math.min(JOIN_BURST, refilled);
    const allowed = tokens >= 1;
    buckets.delete(player);
    buckets.set(player, { tokens: allowed ? tokens - 1 : tokens, at: nowMs });
    if (buckets.size > MOST_PLAYERS)
      for (const oldest of buckets.keys()) {
        buckets.delete(oldest);
        break;
      }
    if (!allowed)
      throw new GremioError("rate-limited", { retryAtMs: Math.ceil(nowMs + ((1 - tokens) / JOINS_PER_SECOND) * 1000) });
  };
};
