import type { PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asTexts } from "../redis/reply.ts";

/** Longer than any notice lives, so that no job that runs again finds its mark gone. */
const KEPT_MS = 3 * 24 * 60 * 60 * 1000;

/**
 * Which devices of a player got which push. A mark is set after FCM took the push: a process that dies between the two sends again, and the tag makes the second
 * take the first one's place on the screen.
 */
export type SentMarks = {
  set(player: PlayerId, what: string, device: string): Promise<void>;
  devices(player: PlayerId, what: string): Promise<Set<string>>;
  /** Which of these pushes any device of the player got. */
  which(player: PlayerId, whats: readonly string[]): Promise<Set<string>>;
};

export const makeSentMarks = (redis: Redis, keys: Keys): SentMarks => {
  const keyOf = (player: PlayerId, what: string): string => keys.of(`player:${player}`, `sent:${what}`);
  return {
    set: async (player, what, device) => {
      const key = keyOf(player, what);
      await Promise.all([redis.run(key, ["SADD", key, device]), redis.run(key, ["PEXPIRE", key, String(KEPT_MS)])]);
    },

    devices: async (player, what) => {
      const key = keyOf(player, what);
      return new Set(asTexts(await redis.run(key, ["SMEMBERS", key])));
    },

    which: async (player, whats) => {
      const found = await Promise.all(
        whats.map(async (what) => {
          const key = keyOf(player, what);
          return asNumber(await redis.run(key, ["EXISTS", key])) === 1;
        }),
      );
      return new Set(whats.filter((_, index) => found[index]));
    },
  };
};
