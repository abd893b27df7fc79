import { z } from "zod";
import { type GuildId, guildChannel, type PlayerId } from "../../shared/id.ts";
import { readProfileSchema } from "../../shared/profile.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import { parsedJson } from "../redis/parsed-json.ts";
import type { Redis } from "../redis/redis.ts";
import { asNumber, asText, asTexts } from "../redis/reply.ts";

/** How a guild has done in a week. */
export type GuildWeek = {
  week: string;
  name: string;
  members: number;
  joined: number;
  left: number;
  messages: number;
  /** Of the week before; undefined: not known. */
  messagesBefore: number | undefined;
  points: number;
  won: number;
  drawn: number;
  lost: number;
  /** Members seen, or joined, within 7 days; last seen 7 to 14 days ago, and the names of some of these, the longest away first. */
  active: number;
  leaving: number;
  leavingNames: string[];
  /** Requests to be let in that wait. */
  requests: number;
};

export type GuildWeeks = {
  /** Draws the figures of a week that is over; the same again changes nothing. Gives who leads the guild. Throws `guild-not-found`. */
  turn(guild: GuildId, week: string): Promise<PlayerId[]>;
  /** For who leads it; undefined: there is none to compare with yet. Throws `guild-not-found`, `not-member`, `not-permitted`. */
  of(guild: GuildId, caller: PlayerId): Promise<GuildWeek | undefined>;
};

const countersSchema = z.object({
  ...{ at: z.number(), members: z.number(), messages: z.number(), came: z.number(), went: z.number() },
  ...{ earned: z.number(), won: z.number(), drawn: z.number(), lost: z.number() },
});
const weeksSchema = z.object({
  week: z.string(),
  now: countersSchema,
  last: countersSchema.optional(),
  before: countersSchema.optional(),
});

/** In one command on the guild each: neither its log nor its books are read. */
export const makeGuildWeeks = (redis: Redis, keys: Keys): GuildWeeks => {
  const ask = makeAsk(redis, keys);
  return {
    turn: async (guild, week) => {
      const [leaders] = await ask("guild_week_turn", guildChannel(guild), [week]);
      return asTexts(leaders);
    },

    of: async (guild, caller) => {
      const [json, name, requests, active, leaving, profiles] = await ask("guild_week", guildChannel(guild), [caller]);
      const { data } = weeksSchema.safeParse(parsedJson(asText(json)));
      if (data?.last === undefined) return undefined;
      const { week, now, last, before } = data;
      return {
        ...{ week, name: asText(name), members: now.members },
        ...{ joined: now.came - last.came, left: now.went - last.went, points: now.earned - last.earned },
        messages: now.messages - last.messages,
        messagesBefore: before === undefined ? undefined : last.messages - before.messages,
        ...{ won: now.won - last.won, drawn: now.drawn - last.drawn, lost: now.lost - last.lost },
        ...{ active: asNumber(active), leaving: asNumber(leaving), requests: asNumber(requests) },
        leavingNames: asTexts(profiles).flatMap((row) => readProfileSchema.safeParse(parsedJson(row)).data?.name ?? []),
      };
    },
  };
};
