import { levelOf } from "../../shared/guild-level.ts";
import { type GuildId, guildChannel } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber } from "../redis/reply.ts";

export type Levels = {
  /** Whether a guild's points have reached a level it was not told of. */
  isBehind(guild: { level: number; earned: number }): boolean;
  /** Raises a guild to the level it has reached, with news and event once for each level, whoever asks how often. Throws `guild-not-found`. */
  raise(guild: GuildId): Promise<number>;
};

/** `totals`: points that must have come in for the second level, the third … */
export const makeLevels = (
  redis: Redis,
  keys: Keys,
  { totals, historyLength }: { totals: readonly number[]; historyLength: number },
): Levels => {
  const ask = makeAsk(redis, keys);
  return {
    isBehind: ({ level, earned }) => levelOf(earned, totals) > level,
    raise: async (guild) => {
      const channel = guildChannel(guild);
      const [level] = await ask("guild_level", channel, [channel, totals.join(","), String(historyLength)]);
      return asNumber(level);
    },
  };
};
