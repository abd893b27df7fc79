import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";

/** Whether a player is invited into a team that goes on, and is no member of it. */
export const makeIsInvited = (redis: Redis, keys: Keys) => {
  const ask = makeAsk(redis, keys);
  return async (team: ChannelId, player: PlayerId): Promise<boolean> => {
    const { code, rest } = await ask.raw("team_standing", team, [player]);
    return code === "ok" && rest[0] === 1 && rest[1] === 0;
  };
};
