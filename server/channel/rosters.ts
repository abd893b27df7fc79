import { z } from "zod";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, idOfChannel, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import { type Locale, localeSchema } from "../../shared/locale.ts";
import { readVersionedProfileSchema, type VersionedProfile } from "../../shared/profile.ts";
import { type Rank, rankSchema } from "../../shared/rank.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asTextOrNull } from "../redis/reply.ts";

export type MemberView = {
  player: PlayerId;
  /** The member's number in the channel, his for ever. */
  number: number;
  rank: Rank;
  joinedAt: number;
  /** Points brought to the guild. */
  points: number;
  profile: VersionedProfile;
};

/** All that the state of a channel's owner shows, of one moment. A higher version is newer. */
export type RosterSnapshot = {
  /** The owner's id: a guild's, a team's, a circle's. */
  id: string;
  version: number;
  name: string;
  tag: string;
  capacity: number;
  createdAt: number;
  points: number;
  motto: string;
  language: Locale | "";
  region: string;
  emblem: string;
  topics: string[];
  level: number;
  /** Points that ever came in. */
  earned: number;
  seasonPoints: number;
  /** When the owner ends, in epoch ms; 0: it goes on. */
  disbandsAt: number;
  /** When the newest mail was written, in epoch ms; 0: there is none. */
  mailAt: number;
  members: MemberView[];
  /** Sessions said to be open, with the process incarnation that holds each; those of a dead process are not open any more (see presence/lease). */
  sessions: { player: PlayerId; session: string; incarnation: string }[];
};

export type NumberedPerson = { number: number; player: PlayerId; profile: VersionedProfile };

/** Who is in a channel, whatever its kind. */
export type Rosters = {
  /** Throws `guild-not-found` or `channel-not-found`. */
  snapshot(channel: ChannelId): Promise<RosterSnapshot>;
  /** Throws `guild-not-found` or `channel-not-found`. */
  mustExist(channel: ChannelId): Promise<void>;
  /** Profiles of people by their number in the channel, also of those who left. Unknown numbers are left out. */
  people(channel: ChannelId, numbers: readonly number[]): Promise<NumberedPerson[]>;
  /** A session of a member began (`incarnation`: of the process that holds it) or ended (undefined). */
  setSession(channel: ChannelId, player: PlayerId, session: string, incarnation: string | undefined): Promise<void>;
};

export const makeRosters = (redis: Redis, keys: Keys): Rosters => {
  const ask = makeAsk(redis, keys);
  const lookUp = async (key: string, fields: readonly string[]): Promise<(string | null)[]> =>
    fields.length === 0 ? [] : asList(await redis.run(key, ["HMGET", key, ...fields])).map(asTextOrNull);

  return {
    snapshot: async (channel) => {
      const { code, rest } = await ask.raw("guild_snapshot", channel, []);
      if (code !== "ok") throw notFound(channel);
      return parseSnapshot(idOfChannel(channel), rest);
    },

    mustExist: async (channel) => {
      const key = keys.of(channel, "info");
      if (asNumber(await redis.run(key, ["HEXISTS", key, "name"])) === 0) throw notFound(channel);
    },

    people: async (channel, numbers) => {
      const wanted = [...new Set(numbers)];
      const found = await lookUp(keys.of(channel, "players"), wanted.map(String));
      const known = wanted.flatMap((number, index) => {
        const player = found[index];
        return player ? [{ number, player }] : [];
      });
      const rows = await lookUp(
        keys.of(channel, "profiles"),
        known.map(({ player }) => player),
      );
      return known.flatMap((person, index) => {
        const row = rows[index];
        return row ? [{ ...person, profile: readVersionedProfileSchema.parse(JSON.parse(row)) }] : [];
      });
    },

    setSession: async (channel, player, session, incarnation) => {
      await ask("guild_online", channel, [player, session, incarnation ?? ""]);
    },
  };
};

const notFound = (channel: ChannelId): GremioError =>
  new GremioError(kindOfChannel(channel) === "guild" ? "guild-not-found" : "channel-not-found");

const whole = z.string().regex(/^\d+$/).transform(Number);

const infoSchema = z.object({
  name: z.string(),
  tag: z.string().default(""),
  capacity: whole,
  createdAt: whole,
  version: whole,
  motto: z.string().default(""),
  language: localeSchema.or(z.literal("")).catch(""),
  region: z.string().default(""),
  emblem: z.string().default(""),
  topics: z
    .string()
    .default("")
    .transform((line) => line.split(",").filter((topic) => topic !== "")),
  level: whole.default(1),
  seasonPoints: whole.default(0),
  disbandsAt: whole.default(0),
  mailAt: whole.default(0),
});
const memberSchema = z.object({ n: z.int(), rank: rankSchema, at: z.int() });

/** Reads the reply of guild_snapshot. Members are in the order of their numbers. */
const parseSnapshot = (id: string, reply: readonly unknown[]): RosterSnapshot => {
  const [info, members, profiles, contribution, online, balance, earned] = reply;
  const profileOf = asPairs(profiles);
  const pointsOf = asPairs(contribution);
  return {
    id,
    ...infoSchema.parse(Object.fromEntries(asPairs(info))),
    points: asNumber(balance),
    earned: asNumber(earned),
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
