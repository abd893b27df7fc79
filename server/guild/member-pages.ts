import { type GuildId, guildChannel } from "../../shared/id.ts";
import { type MemberView, type OpenSession, parseMembers, parseSessions } from "../channel/rosters.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asText } from "../redis/reply.ts";

export type MemberPage = { members: MemberView[]; sessions: OpenSession[]; next?: number };

/** Numbers of people who left are passed over; a call looks at so many at most. */
const LOOKED_AT = 2_000;

/** Members by their numbers, from after one on. Throws `guild-not-found`. */
export type ReadMembers = (guild: GuildId, after: number, limit: number) => Promise<MemberPage>;

export const makeReadMembers = (redis: Redis, keys: Keys): ReadMembers => {
  const ask = makeAsk(redis, keys);
  return async (guild, after, limit) => {
    const args = [String(after), String(limit), String(LOOKED_AT)];
    const reply = await ask("guild_members", guildChannel(guild), args);
    const [members, profiles, points, seen, next, online, matches] = reply;
    return {
      members: parseMembers(members, profiles, points, seen),
      sessions: parseSessions(online, matches),
      ...(asText(next) === "" ? {} : { next: Number(next) }),
    };
  };
};
