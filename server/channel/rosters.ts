import { z } from "zod";
import type { PartyRole } from "../../shared/api/party.ts";
import { GremioError } from "../../shared/errors.ts";
import { type ChannelId, idOfChannel, kindOfChannel, type PlayerId } from "../../shared/id.ts";
import { type FirstRank, firstRankSchema, type JoinMode, joinModeSchema } from "../../shared/join-mode.ts";
import { type Locale, localeSchema } from "../../shared/locale.ts";
import { readVersionedProfileSchema, type VersionedProfile } from "../../shared/profile.ts";
import { type Rank, rankSchema } from "../../shared/rank.ts";
import { makeAsk } from "../redis/ask.ts";
import type { Keys } from "../redis/bucket.ts";
import type { Redis } from "../redis/redis.ts";
import { asList, asNumber, asPairs, asText, asTextOrNull } from "../redis/reply.ts";

export type MemberView = {
  player: PlayerId;
  /** The member's number in the channel, his for ever. */
  number: number;
  rank: Rank;
  joinedAt: number;
  /** Points brought to the guild. */
  points: number;
  /** Of these, in the season the guild is in. Left out where it is not asked for. */
  seasonPoints?: number;
  /** When a session of his last began or ended, in epoch ms; undefined: never while he was a member. */
  seenAt?: number;
  /** Who had invited him, if he is a member by that. */
  invitedBy?: PlayerId;
  /** Whether he is in for wars. Left out where it is not asked for. */
  warReady?: boolean;
  /** Of a team's member: what he is there. */
  role?: string;
  /** What he answered to the team's last readiness check, if he was asked. */
  ready?: "" | "yes" | "no";
  /** Of a party's member: what he is there, and when he raised his hand, in epoch ms. */
  speaks?: PartyRole;
  hand?: number;
  profile: VersionedProfile;
};

export type Challenge = {
  war: string;
  /** The other guild. */
  guild: string;
  name: string;
  tag: string;
  mode: string;
  /** When it expires, in epoch ms. */
  until: number;
  /** The other guild challenges this one. */
  incoming: boolean;
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
  /** Requests to be let in that wait for an answer. */
  requests: number;
  /** The war it is in, else the one it was in last. */
  war: string | undefined;
  /** Challenges that wait for an answer. */
  challenges: Challenge[];
  /** Members who fight in a war as a guest they were, see ../pvp/acting.ts. */
  acting: ReadonlyMap<PlayerId, string>;
  /** How one becomes a member, and from which level on. */
  joinMode: JoinMode;
  minLevel: number;
  firstRank: FirstRank;
  /** The owner's fields as they are stored, for those of its kind alone. */
  info: ReadonlyMap<string, string>;
  memberCount: number;
  /** In the order of their numbers. Of a guild with more than `LIMITS.rosterMembers` only so many: the leader, officers, then the first by number. */
  members: MemberView[];
  /** Rows of the players that were asked for and are members who are not among those. */
  others: MemberView[];
  /** Sessions said to be open, with the process incarnation that holds each; those of a dead process are not open any more (see presence/lease). */
  sessions: OpenSession[];
};

/** `matchUntil`: expected end, in epoch ms, of the match the player is in there; once it is past, or 0, he is in none. */
export type OpenSession = { player: PlayerId; session: string; incarnation: string; matchUntil: number };

export type NumberedPerson = { number: number; player: PlayerId; profile: VersionedProfile };

/** Who is in a channel, whatever its kind. */
export type Rosters = {
  /** `wanted`: whose rows are needed also where not all are shown. Throws `guild-not-found` or `channel-not-found`. */
  snapshot(channel: ChannelId, wanted?: readonly PlayerId[]): Promise<RosterSnapshot>;
  /** Throws `guild-not-found` or `channel-not-found`. */
  mustExist(channel: ChannelId): Promise<void>;
  /** Profiles of people by their number in the channel, also of those who left. Unknown numbers are left out. */
  people(channel: ChannelId, numbers: readonly number[]): Promise<NumberedPerson[]>;
  /** A session of a member began or changed (`incarnation`: of the process that holds it; `matchUntil`: see `OpenSession`), or ended (undefined). */
  setSession(
    channel: ChannelId,
    player: PlayerId,
    session: string,
    incarnation: string | undefined,
    matchUntil?: number,
  ): Promise<void>;
};

export const makeRosters = (redis: Redis, keys: Keys): Rosters => {
  const ask = makeAsk(redis, keys);
  const lookUp = async (key: string, fields: readonly string[]): Promise<(string | null)[]> =>
    fields.length === 0 ? [] : asList(await redis.run(key, ["HMGET", key, ...fields])).map(asTextOrNull);

  return {
    snapshot: async (channel, wanted = []) => {
      const { code, rest } = await ask.raw("guild_snapshot", channel, wanted);
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

    setSession: async (channel, player, session, incarnation, matchUntil = 0) => {
      await ask("guild_online", channel, [player, session, incarnation ?? "", String(matchUntil)]);
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
  disbandsAt: whole.default(0),
  joinMode: joinModeSchema.catch("request"),
  minLevel: whole.default(0),
  firstRank: firstRankSchema.catch("member"),
  mailAt: whole.default(0),
  reserved: z.string().default(""),
});
const challengeSchema = z.object({
  ...{ other: z.string(), name: z.string().default(""), tag: z.string().default("") },
  ...{ mode: z.string(), until: z.number(), side: z.literal([0, 1]) },
});

const parseChallenge = (war: string, row: string): Challenge => {
  const { other, name, tag, mode, until, side } = challengeSchema.parse(JSON.parse(row));
  return { war, guild: other, name: name === "" ? other : name, tag, mode, until, incoming: side === 1 };
};

const memberSchema = z.object({
  ...{ n: z.int(), rank: rankSchema, at: z.int(), i: z.string().optional() },
  r: z.string().optional(),
  y: z.enum(["", "yes", "no"]).optional(),
  ...{ s: z.enum(["speaker", "listener"]).optional(), h: z.int().optional() },
});

/** Rows of members, in the order given: his record by player, and beside it what else is kept of him. */
export const parseMembers = (
  members: unknown,
  profiles: unknown,
  contribution: unknown,
  seen: unknown,
  inSeason?: unknown,
): MemberView[] => {
  const [profileOf, pointsOf, seenAt] = [asPairs(profiles), asPairs(contribution), asPairs(seen)];
  const seasonPointsOf = inSeason === undefined ? undefined : asPairs(inSeason);
  return [...asPairs(members)].map(([player, row]): MemberView => {
    const { n, rank, at, i, r, y, s, h } = memberSchema.parse(JSON.parse(row));
    const last = seenAt.get(player);
    return {
      ...{ player, number: n, rank, joinedAt: at, points: Number(pointsOf.get(player) ?? "0") },
      ...(seasonPointsOf && { seasonPoints: Number(seasonPointsOf.get(player) ?? "0") }),
      ...(last === undefined ? {} : { seenAt: Number(last) }),
      ...(i === undefined ? {} : { invitedBy: i }),
      ...(r === undefined ? {} : { role: r }),
      ...(y === undefined ? {} : { ready: y }),
      ...(s === undefined ? {} : { speaks: rank === "leader" ? ("host" as const) : s }),
      ...(h === undefined ? {} : { hand: h }),
      profile: readVersionedProfileSchema.parse(JSON.parse(profileOf.get(player) ?? "null")),
    };
  });
};

/** Open sessions, from which process holds each and which of them are in a match. */
export const parseSessions = (online: unknown, matches: unknown): OpenSession[] => {
  const ends = asPairs(matches);
  return [...asPairs(online)].map(([field, incarnation]) => {
    // A player's id may hold '|', a session's never does.
    const at = field.lastIndexOf("|");
    const matchUntil = Number(ends.get(field) ?? 0);
    return { player: field.slice(0, at), session: field.slice(at + 1), incarnation, matchUntil };
  });
};

/** Reads the reply of guild_snapshot. */
const parseSnapshot = (id: string, reply: readonly unknown[]): RosterSnapshot => {
  const [
    info,
    members,
    profiles,
    contribution,
    online,
    balance,
    earned,
    count,
    shown,
    seen,
    seasonPoints,
    inSeason,
    requests,
    ready,
    lastWar,
    challenges,
    matches,
    acting,
  ] = reply;
  const readiness = asPairs(ready);
  const rows = parseMembers(members, profiles, contribution, seen, inSeason).map((row) => ({
    ...row,
    warReady: !readiness.get(row.player)?.startsWith("0"),
  }));
  const fields = asPairs(info);
  const { reserved, ...facts } = infoSchema.parse(Object.fromEntries(fields));
  return {
    id,
    ...facts,
    info: fields,
    points: asNumber(balance),
    earned: asNumber(earned),
    seasonPoints: asNumber(seasonPoints),
    requests: asNumber(requests),
    war: reserved || asText(lastWar) || undefined,
    challenges: [...asPairs(challenges)].map(([war, row]) => parseChallenge(war, row)),
    acting: asPairs(acting),
    memberCount: asNumber(count),
    members: rows.slice(0, asNumber(shown)).sort((a, b) => a.number - b.number),
    others: rows.slice(asNumber(shown)),
    sessions: parseSessions(online, matches),
  };
};
