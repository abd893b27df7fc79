import { GremioError } from "../../shared/errors.ts";
import { type GuildId, guildChannel } from "../../shared/id.ts";
import { makeAsk, refusal } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asPairs } from "../redis/reply.ts";
import { releaseMember } from "./claim.ts";

/** Members let go in one call: some 3 ms of Redis' time. */
const AT_ONCE = 50;

/**
 * Ends a guild whose time has come: lets all members go, gives up their claims, and takes the guild away but for its book. Whoever dies on the way leaves the rest to
 * whoever calls next. Returns false when it goes on: the end was taken back, is not due, or the guild is reserved.
 */
export const makeEndGuild = (redis: Redis, keys: Keys, { historyLength }: { historyLength: number }) => {
  const ask = makeAsk(redis, keys);
  const letGo = async (guild: GuildId, released: readonly string[]) => {
    const channel = guildChannel(guild);
    const args = [channel, String(AT_ONCE), String(historyLength), ...released];
    const { code, rest } = await ask.raw("guild_let_go", channel, args);
    if (code === "guild-kept" || code === "guild-reserved") return undefined;
    if (code !== "ok") throw refusal("guild_let_go", code);
    return { isGone: rest[0] === 1, claims: asPairs(rest[1]) };
  };
  return async (guild: GuildId): Promise<boolean> => {
    let released: string[] = [];
    for (;;) {
      const step = await letGo(guild, released);
      if (step === undefined || step.isGone) return step !== undefined;
      // One player's claim is in one bucket; many at once would only queue up at Redis.
      for (const [player, claim] of step.claims) await releaseMember(ask, player, claim);
      released = [...step.claims.keys()];
      if (released.length === 0) throw new GremioError("internal");
    }
  };
};
