import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber } from "../redis/reply.ts";

export type Disbanding = {
  /**
   * Announces a guild's end and says when it comes, in epoch ms. Announced already: it stays at that. For the leader or (no caller) the game's backend. Throws
   * `guild-not-found`, `not-member`, `not-permitted`, `guild-reserved`.
   */
  announce(guild: GuildId, caller?: PlayerId): Promise<number>;
  /** Takes that back, until the end has begun. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  keep(guild: GuildId, caller?: PlayerId): Promise<void>;
};

export const makeDisbanding = (
  redis: Redis,
  keys: Keys,
  { graceMs, historyLength }: { graceMs: number; historyLength: number },
): Disbanding => {
  const ask = makeAsk(redis, keys);
  const entries = String(historyLength);
  return {
    announce: async (guild, caller = "") => {
      const channel = guildChannel(guild);
      const [ends] = await ask("guild_disband", channel, [channel, caller, String(graceMs), entries]);
      return asNumber(ends);
    },
    keep: async (guild, caller = "") => {
      const channel = guildChannel(guild);
      await ask("guild_keep", channel, [channel, caller, entries]);
    },
  };
};
