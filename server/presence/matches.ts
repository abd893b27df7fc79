import type { Badge } from "../../shared/badge.ts";
import { badgeSchema } from "../../shared/badge.ts";
import type { PlayerId } from "../../shared/id.ts";
import { LIMITS } from "../../shared/limits.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asText } from "../redis/reply.ts";
import { KEPT_S } from "./presence.ts";

/** What the game's backend says of the matches players are in. It counts for all sessions of a player, and for none while he has no session. */
export type Matches = {
  /**
   * He is in a match until then (epoch ms, cut to `LIMITS.matchMs` from now), instead of the one told before; one that is past ends it. Gives the expected end as it
   * is now, 0 for none. Throws `player-not-found`.
   */
  put(player: PlayerId, until: number, match?: string): Promise<number>;
  /** He is in none any more; with `match`, only if he is in that one. Gives what `put` gives. Throws `player-not-found`. */
  end(player: PlayerId, match?: string): Promise<number>;
  /** What waits for him to come out of his match. */
  badge(player: PlayerId): Promise<Badge>;
};

export const makeMatches = (redis: Redis, keys: Keys): Matches => {
  const ask = makeAsk(redis, keys);
  const owner = (player: PlayerId): string => `player:${player}`;
  const say = async (player: PlayerId, until: string, match = ""): Promise<number> => {
    const args = [player, until, match, String(LIMITS.matchMs), String(KEPT_S)];
    const [ends] = await ask("player_match", owner(player), args);
    return Number(asText(ends));
  };
  return {
    put: (player, until, match) => say(player, String(until), match),
    end: (player, match) => say(player, "", match),
    badge: async (player) => {
      const [badge] = await ask("player_badge", owner(player), []);
      return badgeSchema.parse(parsedJson(asText(badge)));
    },
  };
};
