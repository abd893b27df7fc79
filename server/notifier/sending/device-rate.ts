import type { PlayerId } from "../../../shared/id.ts";
import { makeAsk } from "../../redis/ask.ts";
import type { Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
import { asNumber } from "../../redis/reply.ts";

/** Counts a push to each of these devices of a player. How long each has to wait first, in their order; 0: it may be sent to, and is counted. */
export type DeviceRate = (player: PlayerId, devices: readonly string[]) => Promise<number[]>;

export const makeDeviceRate = (
  redis: Redis,
  keys: Keys,
  { perMinute, perHour }: { perMinute: number; perHour: number },
): DeviceRate => {
  const ask = makeAsk(redis, keys);
  return async (player, devices) => {
    if (devices.length === 0) return [];
    const args = [String(perMinute), String(perHour), ...devices];
    return (await ask("device_pace", `player:${player}`, args)).map(asNumber);
  };
};
