import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { ChannelId } from "../shared/id.ts";

/** Kicks a member by the guild's function alone: his claim stays, and he may be admitted under a higher one at once. */
export const removeMember = (redis: Redis, keys: Keys, channel: ChannelId, player: string): Promise<unknown> =>
  redis.fcall("guild_remove", keys.prefixes(channel), [channel, player, "6", "10000", "", "", "0"]);
