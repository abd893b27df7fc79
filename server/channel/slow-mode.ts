import type { ChannelId, PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";

/**
 * How long members of a channel wait between two messages from now on, if that is longer than what the settings say. `player` undefined: the backend sets it; of
 * a player the rank is checked at that moment (`not-member`, `not-permitted`).
 */
export type SetSlowMode = (
  channel: ChannelId,
  slowModeMs: number,
  by?: { player?: PlayerId | undefined; reason?: string | undefined },
) => Promise<void>;

export const makeSetSlowMode = (redis: Redis, keys: Keys): SetSlowMode => {
  const ask = makeAsk(redis, keys);
  return async (channel, slowModeMs, { player = "", reason = "" } = {}) => {
    await ask("channel_slow", channel, [player, String(slowModeMs), reason]);
  };
};
