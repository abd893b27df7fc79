import { makeGuilds } from "../server/guild/guilds.ts";
import { makePlayers } from "../server/player/players.ts";
import type { Keys } from "../server/redis/bucket.ts";
import type { Redis } from "../server/redis/redis.ts";
import type { GuildId, PlayerId } from "../shared/id.ts";

/** A guild and its people, who are named as their ids; the first of them leads it. Their numbers are 1, 2, 3 … */
export const aGuild = async (
  redis: Redis,
  keys: Keys,
  id: GuildId,
  [leader = "leader", ...others]: PlayerId[],
): Promise<void> => {
  const players = makePlayers(redis, keys);
  const guilds = makeGuilds(redis, keys, players, { historyLength: 10_000 });
  for (const player of [leader, ...others]) await players.putProfile(player, { name: player });
  await guilds.create({ id, name: id, tag: id, leader });
  for (const player of others) await guilds.admit(id, player, "member");
};
