import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";

/** What a guild says of a player now: whether he is a member, asks to be let in, and may come by an invitation. */
export type StandsWith = (
  guild: ChannelId,
  player: PlayerId,
) => Promise<{ member: boolean; asks: boolean; invited: boolean }>;

export const makeStandsWith = (redis: Redis, keys: Keys): StandsWith => {
  const ask = makeAsk(redis, keys);
  return async (guild, player) => {
    const [member, asks, invited] = await ask("guild_stands", guild, [player]);
    return { member: member === 1, asks: asks === 1, invited: invited === 1 };
  };
};
