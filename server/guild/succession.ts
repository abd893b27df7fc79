import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import type { Leases } from "../presence/lease.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asTexts } from "../redis/reply.ts";

/**
 * Has a member take the place of a leader who was neither connected nor seen for `absentMs`: the highest-ranking longest-serving one of those seen meanwhile.
 * A leader who asks stays what he is. Throws `guild-not-found`, `not-member`, `leader-present` (`retryAtMs`: when it may be so), `not-successor`.
 */
export type Succeed = (guild: GuildId, player: PlayerId) => Promise<void>;

export const makeSucceed = (
  redis: Redis,
  keys: Keys,
  leases: Pick<Leases, "alive">,
  { absentMs, historyLength }: { absentMs: number; historyLength: number },
): Succeed => {
  const ask = makeAsk(redis, keys);
  return async (guild, player) => {
    const channel = guildChannel(guild);
    const [said] = await ask("guild_incarnations", channel, []);
    const incarnations = [...new Set(asTexts(said))];
    const alive = await leases.alive(incarnations);
    const dead = incarnations.filter((incarnation) => !alive.has(incarnation));
    await ask("guild_succeed", channel, [channel, player, String(absentMs), String(historyLength), ...dead]);
  };
};
