import type { PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs } from "../redis/reply.ts";

/** Whom a player does not want to hear of. His clients hide what they say; notices and digests of the server leave them out. */
export type Blocks = {
  /** What is so already changes nothing. Throws `player-not-found`, `blocks-full`. */
  set(player: PlayerId, other: PlayerId, on: boolean): Promise<void>;
  /** Whom he has blocked and since when, in epoch ms; the longest first. */
  of(player: PlayerId): Promise<{ player: PlayerId; since: number }[]>;
  /** Those of `others` whom the player has blocked. */
  among(player: PlayerId, others: readonly PlayerId[]): Promise<Set<PlayerId>>;
};

export const makeBlocks = (redis: Redis, keys: Keys): Blocks => {
  const ask = makeAsk(redis, keys);
  const keyOf = (player: PlayerId): string => keys.of(`player:${player}`, "blocks");
  return {
    set: async (player, other, on) => {
      if (on) await ask("player_blocked", `player:${other}`, [player]);
      await ask("player_block", `player:${player}`, [player, other, on ? "1" : "0", String(LIMITS.blocks)]);
    },
    of: async (player) => {
      const key = keyOf(player);
      return [...asPairs(await redis.run(key, ["HGETALL", key]))]
        .map(([other, since]) => ({ player: other, since: Number(since) }))
        .sort((a, b) => a.since - b.since);
    },
    among: async (player, others) => {
      if (others.length === 0) return new Set();
      const key = keyOf(player);
      const found = asList(await redis.run(key, ["HMGET", key, ...others]));
      return new Set(others.filter((_, index) => found[index] !== null));
    },
  };
};
