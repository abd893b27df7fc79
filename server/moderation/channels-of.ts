import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asTexts } from "../redis/reply.ts";

/** The channels a player may have written in: those he is in, and the last 50 he has left. In some of the latter he may never have been. */
export const makeChannelsOf =
  (
    redis: Redis,
    keys: Keys,
    home: { channels(player: PlayerId): Promise<readonly { channel: ChannelId }[]> },
  ): ((player: PlayerId) => Promise<readonly ChannelId[]>) =>
  async (player) => {
    const key = keys.of(`player:${player}`, "been");
    const [own, been] = await Promise.all([home.channels(player), redis.run(key, ["ZRANGE", key, "0", "-1"])]);
    return [...new Set([...own.map(({ channel }) => channel), ...asTexts(been)])];
  };
