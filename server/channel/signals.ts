import type { ChannelId, PlayerId } from "../../shared/id.ts";
import type { Signal } from "../../shared/signal.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";

/** Tells who is there something that is written nowhere. Throws `not-member`, `muted`. */
export type SendSignal = (channel: ChannelId, player: PlayerId, signal: Signal) => Promise<void>;

export const makeSendSignal = (redis: Redis, keys: Keys): SendSignal => {
  const ask = makeAsk(redis, keys);
  return async (channel, player, signal) => {
    await ask("channel_signal", channel, [player, JSON.stringify(signal)]);
  };
};
