import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import { type GuildId, guildChannel, type PlayerId } from "../shared/id.ts";

/** A guild in the log's terms alone: the first of its people leads it. Their numbers are 1, 2, 3 … */
export const aGuild = async (
  redis: Redis,
  keys: Keys,
  id: GuildId,
  [leader = "leader", ...others]: PlayerId[],
): Promise<void> => {
  const channel = guildChannel(id);
  const profile = (player: PlayerId): string => JSON.stringify({ name: player, version: 1 });
  await redis.fcall("guild_create", keys.prefixes(channel), [
    channel,
    id,
    id,
    "100",
    leader,
    profile(leader),
    "1",
    "10000",
  ]);
  for (const player of others)
    await redis.fcall("guild_admit", keys.prefixes(channel), [
      channel,
      player,
      "member",
      profile(player),
      "1",
      "10000",
    ]);
};
