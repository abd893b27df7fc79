import { z } from "zod";
import type { GuildId } from "../../shared/id.ts";
import { readVersionedProfileSchema } from "../../shared/profile.ts";
import { rankSchema } from "../../shared/rank.ts";
import { asNumber, asPairs } from "../redis/reply.ts";
import type { GuildSnapshot } from "./guilds.ts";

const whole = z.string().regex(/^\d+$/).transform(Number);

const infoSchema = z.object({ name: z.string(), tag: z.string(), capacity: whole, createdAt: whole, version: whole });
const memberSchema = z.object({ n: z.int(), rank: rankSchema, at: z.int() });

/** Reads the reply of guild_snapshot. Members are in the order of their numbers. */
export const parseSnapshot = (id: GuildId, reply: readonly unknown[]): GuildSnapshot => {
  const [info, members, profiles, contribution, online, balance] = reply;
  const profileOf = asPairs(profiles);
  const pointsOf = asPairs(contribution);
  return {
    id,
    ...infoSchema.parse(Object.fromEntries(asPairs(info))),
    points: asNumber(balance),
    members: [...asPairs(members)]
      .map(([player, row]) => {
        const { n, rank, at } = memberSchema.parse(JSON.parse(row));
        const profile = readVersionedProfileSchema.parse(JSON.parse(profileOf.get(player) ?? "null"));
        return { player, number: n, rank, joinedAt: at, points: Number(pointsOf.get(player) ?? "0"), profile };
      })
      .sort((a, b) => a.number - b.number),
    sessions: [...asPairs(online)].map(([field, incarnation]) => {
      // A player's id may hold '|', a session's never does.
      const at = field.lastIndexOf("|");
      return { player: field.slice(0, at), session: field.slice(at + 1), incarnation };
    }),
  };
};
