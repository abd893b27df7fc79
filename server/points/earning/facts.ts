import { z } from "zod";
import type { EarningEvent } from "../../../shared/earning.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../../shared/id.ts";
import { rankSchema } from "../../../shared/rank.ts";
import type { Keys } from "../../redis/bucket.ts";
import type { Redis } from "../../redis/redis.ts";
import { asList, asTextOrNull } from "../../redis/reply.ts";

/** Whether two still count for each other this week: yes, or which limit says no. */
export const tieOutcomeSchema = z.enum(["granted", "pair-week", "partners-week"]);
export type TieOutcome = z.infer<typeof tieOutcomeSchema>;

/** All that rules may ask about an event's players, as it is at one moment. */
export const factsSchema = z.object({
  at: z.number(),
  level: z.number(),
  guild: z.object({ id: z.string(), rank: rankSchema, joinedAt: z.number() }).optional(),
  /** When each of those who played with him and are of his guild joined it. */
  mates: z.array(z.number()),
  /** Of the event's partner, if of the same guild. */
  partner: z.object({ joinedAt: z.number() }).optional(),
  /** By rule. */
  ties: z.record(z.string(), tieOutcomeSchema).optional(),
});
export type Facts = z.infer<typeof factsSchema>;

export type ReadFacts = (event: EarningEvent) => Promise<Omit<Facts, "at" | "ties">>;

export type FactsDeps = {
  redis: Redis;
  keys: Keys;
  guilds: { membershipOf(player: PlayerId): Promise<{ guild: GuildId } | undefined> };
  players: { known(player: PlayerId): Promise<{ level: number }> };
};

const memberSchema = z.object({ rank: rankSchema, at: z.number() });

/** Reads the facts of an event. Throws `player-not-found`. */
export const makeReadFacts = ({ redis, keys, guilds, players }: FactsDeps): ReadFacts => {
  const membersOf = async (guild: GuildId, wanted: readonly PlayerId[]) => {
    const key = keys.of(guildChannel(guild), "members");
    const rows = asList(await redis.run(key, ["HMGET", key, ...wanted])).map(asTextOrNull);
    return rows.map((row) => (row === null ? undefined : memberSchema.parse(JSON.parse(row))));
  };
  return async ({ player, partner, with: named = [] }) => {
    const [{ level }, membership] = await Promise.all([players.known(player), guilds.membershipOf(player)]);
    if (membership === undefined) return { level, mates: [] };
    const others = [...new Set(named)].filter((one) => one !== player);
    const [self, other, ...mates] = await membersOf(membership.guild, [player, partner ?? player, ...others]);
    if (self === undefined) return { level, mates: [] };
    return {
      level,
      guild: { id: membership.guild, rank: self.rank, joinedAt: self.at },
      mates: mates.flatMap((mate) => (mate === undefined ? [] : [mate.at])),
      ...(partner !== undefined && other !== undefined && { partner: { joinedAt: other.at } }),
    };
  };
};
