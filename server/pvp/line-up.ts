import * as z from "zod";
import { modeTimes, type WarMode } from "../../shared/api/war-mode.ts";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { rankSchema } from "../../shared/rank.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asPairs, asText, asTexts } from "../redis/reply.ts";
import { DEFAULT_WAR_HOUR, type Evening, zoneOf } from "./evening.ts";

const linedUpSchema = z
  .tuple([z.string(), z.int(), z.string(), z.string(), z.int(), z.int()])
  .transform(([player, number, name, avatar, level, power]) => ({ player, number, name, avatar, level, power }));
/** A member as he goes into a war. `number`: his in the guild's channel. */
export type LinedUp = z.infer<typeof linedUpSchema>;
const allLinedUpSchema = z.array(linedUpSchema);

const pageSchema = z.object({
  /** How many members there are, are in, are in and were seen lately, would fight, and are picked. */
  members: z.int(),
  ready: z.int(),
  active: z.int(),
  fighters: z.int(),
  picks: z.int(),
  /** When it is settled who fights in the war the guild is in; `locked`: it is. */
  lockAt: z.int().optional(),
  locked: z.boolean(),
  rows: z
    .array(
      z.object({
        ...{
          player: z.string(),
          number: z.int(),
          name: z.string(),
          avatar: z.string(),
          level: z.int(),
          power: z.int(),
        },
        ...{ rank: rankSchema, joinedAt: z.int(), seenAt: z.int().optional(), ready: z.boolean() },
        /** His place among the picks, from 1. */
        pick: z.int().optional(),
        fights: z.boolean(),
        /** He joined too late to fight. */
        isNew: z.boolean(),
      }),
    )
    .default([]),
});
export type LineUpPage = z.infer<typeof pageSchema>;

/** Within which a member was seen who is active, where no mode says so. */
const ACTIVE_MS = 7 * 86_400_000;

/** Who of a guild fights in its wars, and when its evening is. */
export type LineUp = {
  /**
   * For wars in or out; a player for himself. Who is out is picked no more. Throws `guild-not-found`, `not-member`, `not-permitted`, `member-not-found`, and `war-locked`
   * while a war runs of which it is settled who fights.
   */
  setReady(guild: GuildId, player: PlayerId, ready: boolean, caller?: PlayerId): Promise<void>;
  /** Whom its leaders want to fight, in this order; others follow by strength. Throws `guild-not-found`, `not-member`, `not-permitted`, `member-not-found`, `member-out`, `war-locked`. */
  pick(guild: GuildId, players: readonly PlayerId[], caller?: PlayerId): Promise<void>;
  /** Those who would fight first, by this mode in a war that is launched now or has been; without one nobody does. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  page(
    guild: GuildId,
    asked: { mode?: WarMode | undefined; offset: number; limit: number },
    caller?: PlayerId,
  ): Promise<LineUpPage>;
  /** Who fights in a war that is settled at `lockAt` (epoch ms), in their order; the same until it is over but for who leaves. */
  fighters(
    guild: GuildId,
    war: { war: string; lockAt: number; joinMs: number; most?: number | undefined },
  ): Promise<LinedUp[]>;
  /** Throws `guild-not-found`. */
  evening(guild: GuildId): Promise<Evening>;
  /** What is left out stays; an empty zone is the members' own. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  setHours(
    guild: GuildId,
    change: { hour?: number | undefined; zone?: string | undefined },
    caller?: PlayerId,
  ): Promise<Evening>;
};

/** `zone`: of guilds whose members' profiles tell none. */
export const makeLineUp = (redis: Redis, keys: Keys, { zone: fallback }: { zone: string }): LineUp => {
  const ask = makeAsk(redis, keys);

  const evening = async (guild: GuildId): Promise<Evening> => {
    const [hour, own, leader, flat] = await ask("war_zones", guildChannel(guild), []);
    const members = new Map([...asPairs(asList(flat))].map(([zone, count]) => [zone, Number(count)]));
    return {
      hour: asText(hour) === "" ? DEFAULT_WAR_HOUR : Number(hour),
      zone: zoneOf({ own: asText(own), leader: asText(leader), members, fallback }),
    };
  };

  return {
    setReady: async (guild, player, ready, caller = "") => {
      await ask("war_ready", guildChannel(guild), [caller, player, ready ? "1" : "0"]);
    },
    pick: async (guild, players, caller = "") => {
      await ask("war_pick", guildChannel(guild), [caller, ...players]);
    },
    page: async (guild, { mode, offset, limit }, caller = "") => {
      const times = mode && modeTimes(mode);
      const [json] = await ask("war_lineup_page", guildChannel(guild), [
        ...[caller, times === undefined ? 0 : times.preparationMs - times.lockMs, times?.joinMs ?? 0].map(String),
        ...[mode?.roster.most ?? 0, offset, limit, times?.seenMs ?? ACTIVE_MS].map(String),
      ]);
      return pageSchema.parse(parsedJson(asText(json)));
    },
    fighters: async (guild, { war, lockAt, joinMs, most }) => {
      const args = [war, String(lockAt), String(joinMs), most === undefined ? "" : String(most)];
      const [json] = asTexts(await ask("war_lineup", guildChannel(guild), args));
      return allLinedUpSchema.parse(parsedJson(json ?? ""));
    },
    evening,
    setHours: async (guild, { hour, zone }, caller = "") => {
      await ask("war_hours", guildChannel(guild), [caller, hour === undefined ? "" : String(hour), zone ?? "-"]);
      return evening(guild);
    },
  };
};
